"""Number of factors by comparison with items that have nothing in common."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from icx_research.core.display import table_html
from icx_research.core.moments import Moments, correlations
from icx_research.core.resampling import block_sizes
from icx_research.core.results import SampleResult, value_table
from icx_research.core.rng import Rng, as_generator
from icx_research.measurement.exploratory.extraction import LOWEST_UNIQUENESS, minres_uniquenesses
from icx_research.measurement.items import item_correlations, item_moments, item_values

MAX_SWEEPS = 500
SETTLED = 1e-5  # last change of a loading; eigenvalues of random items vary by .01 and more


@dataclass(frozen=True, repr=False)
class ParallelAnalysis(SampleResult):
    """Eigenvalues of the items beside those of unrelated items.

    Attributes
    ----------
    eigenvalues : DataFrame, index `number`
        `observed`, `null_mean`, `null_quantile`, in descending order.
    n_factors : int
        Leading eigenvalues above their quantile.
    method : str
        "pca" or "factor".
    null : str
        "normal" or "permutation".
    quantile : float
    n_resamples : int
    n_used, n_dropped : int
        Complete rows, and rows left out.
    note : str
    """

    eigenvalues: pd.DataFrame
    n_factors: int
    method: str
    null: str
    quantile: float
    n_resamples: int

    @property
    def table(self) -> pd.DataFrame:
        """One row per observed eigenvalue."""
        return value_table(self.eigenvalues["observed"].add_prefix("eigenvalue:"), n=self.n_used)

    def to_apa(self) -> str:
        """Give the number of factors or components, and the method."""
        kind = "components" if self.method == "pca" else "factors"
        return (
            f"parallel analysis suggests {self.n_factors} {kind} ({100 * self.quantile:g}% "
            f"quantile of {self.n_resamples} draws), n = {self.n_used}"
        )

    def _repr_html_(self) -> str:
        return table_html(self.eigenvalues.reset_index())


def parallel_analysis(
    items: pd.DataFrame | Moments,
    *,
    method: Literal["pca", "factor"] = "pca",
    null: Literal["normal", "permutation"] = "normal",
    n_resamples: int = 500,
    quantile: float = 0.95,
    rng: Rng,
) -> ParallelAnalysis:
    r"""Horn's parallel analysis: keep what exceeds the eigenvalues of unrelated items.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or Moments
        At least three items. Rows with a missing answer are left out and counted.
    method : {"pca", "factor"}
        Eigenvalues of the correlations, or of the correlations with the communalities of
        a one-factor minres solution in the diagonal (as R's ``psych::fa.parallel``).
    null : {"normal", "permutation"}
        Unrelated normal items, or the items given with each column shuffled: slower, for
        answers far from normal.
    n_resamples : int, default 500
    quantile : float, default 0.95
    rng : numpy.random.Generator or int

    Returns
    -------
    ParallelAnalysis

    Raises
    ------
    ValueError
        If there are fewer than three items, no more complete rows than items, an option is
        unknown, or a permutation is asked of moments.

    Notes
    -----
    The covariance matrix of n unrelated normal items is a Wishart matrix, drawn as
    :math:`AA'` with A lower triangular, :math:`A_{ii}^2 \sim \chi^2_{n - i}` for i from 1 and
    normal numbers below the diagonal (Bartlett's decomposition): exact, without rows.

    References
    ----------
    Horn, J. L. (1965). A rationale and test for the number of factors in factor analysis.
    Psychometrika, 30, 179-185. https://doi.org/10.1007/BF02289447

    Glorfeld, L. W. (1995). An improvement on Horn's parallel analysis methodology.
    Educational and Psychological Measurement, 55, 377-393.
    https://doi.org/10.1177/0013164495055003002

    Examples
    --------
    >>> from icx_research.core.moments import Moments
    >>> r = [[1, .6, .5, .1], [.6, 1, .4, .1], [.5, .4, 1, .1], [.1, .1, .1, 1]]
    >>> items = Moments(tuple("abcd"), 100, [0] * 4, r)
    >>> parallel_analysis(items, rng=np.random.default_rng(1)).n_factors
    1
    """
    if method not in ("pca", "factor") or null not in ("normal", "permutation"):
        raise ValueError(
            "method must be 'pca' or 'factor', and null 'normal' or 'permutation'; got "
            f"{method!r} and {null!r}."
        )
    if not 0 < quantile < 1 or n_resamples < 1:
        raise ValueError(
            "quantile must lie between 0 and 1, and n_resamples be at least 1; got "
            f"{quantile} and {n_resamples}."
        )
    rng = as_generator(rng, analysis="parallel_analysis")
    found = item_moments(items, analysis="parallel_analysis", min_items=3, min_rows=4)
    r = item_correlations(found, analysis="parallel_analysis")
    if null == "normal":
        draws = _normal_correlations(found.n, len(r), n_resamples, rng)
    elif isinstance(items, Moments):
        raise ValueError("parallel_analysis needs the rows to permute them; use null='normal'.")
    else:
        draws = _permuted_correlations(items, n_resamples, rng)
    if method == "factor":
        communalities = 1 - minres_uniquenesses(r, n_factors=1).uniquenesses
        observed = _eigenvalues(_with_diagonal(r[None], communalities[None]))[0]
        parts = [_eigenvalues(_with_diagonal(d, one_factor_communalities(d))) for d in draws]
    else:
        observed = _eigenvalues(r[None])[0]
        parts = [_eigenvalues(d) for d in draws]
    unrelated = np.concatenate(parts)
    table = pd.DataFrame(
        {
            "observed": observed,
            "null_mean": unrelated.mean(axis=0),
            "null_quantile": np.quantile(unrelated, quantile, axis=0),
        },
        index=pd.RangeIndex(1, len(r) + 1, name="number"),
    )
    above = (table["observed"] > table["null_quantile"]).to_numpy()
    return ParallelAnalysis(
        eigenvalues=table,
        n_factors=len(above) if above.all() else int(np.argmin(above)),
        method=method,
        null=null,
        quantile=quantile,
        n_resamples=n_resamples,
        n_used=found.n,
        n_dropped=found.n_dropped,
    )


def one_factor_communalities(correlations: np.ndarray) -> np.ndarray:
    r"""Communalities of one minres factor of each of many matrices.

    Parameters
    ----------
    correlations : array, shape (draws, k, k)

    Returns
    -------
    array, shape (draws, k)

    Notes
    -----
    Given the other loadings, the sum of squared residuals off the diagonal is quadratic in
    :math:`\lambda_i` with its minimum at :math:`\sum_{j \ne i} r_{ij}\lambda_j / \sum_{j \ne
    i} \lambda_j^2`, cut at the lowest uniqueness: each sweep minimises over one loading after
    the other, for all matrices at once (Harman & Jones, 1966).
    """
    k = correlations.shape[1]
    # items first, so that each step works on contiguous numbers
    off = np.ascontiguousarray(np.moveaxis(correlations, 0, -1)) * (1 - np.eye(k))[:, :, None]
    loadings = np.full((k, len(correlations)), 0.3)
    for _ in range(20):
        loadings = np.einsum("ijd,jd->id", off, loadings) + loadings
        loadings *= 0.3 / np.sqrt((loadings**2).mean(axis=0))
    result = np.empty_like(loadings)
    active = np.arange(loadings.shape[1])
    most = np.sqrt(1 - LOWEST_UNIQUENESS)
    for sweep in range(MAX_SWEEPS):
        before = loadings.copy()
        total = (loadings**2).sum(axis=0)
        for i in range(k):
            others = total - loadings[i] ** 2
            new = np.clip((off[i] * loadings).sum(axis=0) / others, -most, most)
            total = others + new**2
            loadings[i] = new
        moving = np.abs(loadings - before).max(axis=0) > SETTLED
        result[:, active] = loadings
        if not moving.any():
            break
        if sweep % 10 == 9:
            active, loadings, off = active[moving], loadings[:, moving], off[:, :, moving]
    return np.asarray(result.T**2)


def _with_diagonal(correlations: np.ndarray, diagonal: np.ndarray) -> np.ndarray:
    reduced = correlations.copy()
    at = np.arange(reduced.shape[1])
    reduced[:, at, at] = diagonal
    return reduced


def _eigenvalues(matrices: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.eigvalsh(matrices)[:, ::-1])


def _normal_correlations(
    n: int, k: int, n_resamples: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    below = np.tril_indices(k, -1)
    at = np.arange(k)
    for size in block_sizes(k**2, n_resamples):
        root = np.zeros((size, k, k))
        root[:, at, at] = np.sqrt(rng.chisquare(n - 1 - at, size=(size, k)))
        root[:, below[0], below[1]] = rng.standard_normal((size, len(below[0])))
        yield correlations(root @ root.transpose(0, 2, 1))


def _permuted_correlations(
    items: pd.DataFrame, n_resamples: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    values = item_values(items, analysis="parallel_analysis")
    x = values[~np.isnan(values).any(axis=1)]
    x = x - x.mean(axis=0)
    for size in block_sizes(x.shape[1] ** 2, n_resamples):
        drawn = np.empty((size, x.shape[1], x.shape[1]))
        for d in range(size):
            shuffled = rng.permuted(x, axis=0)
            drawn[d] = shuffled.T @ shuffled
        yield correlations(drawn)
