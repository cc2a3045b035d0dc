"""Exploratory factor analysis: which items go together."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special

from icx_research.core import apa
from icx_research.core.display import table_html
from icx_research.core.errors import UnsuitableData
from icx_research.core.moments import Moments
from icx_research.core.results import SampleResult, check_choice, value_table
from icx_research.measurement.exploratory.extraction import (
    Extraction,
    minres_uniquenesses,
    ml_uniquenesses,
)
from icx_research.measurement.exploratory.rotation import ROTATIONS, rotate
from icx_research.measurement.items import item_correlations, item_moments
from icx_research.measurement.polychoric.correlations import PolychoricCorrelations, latent

EXTRACTIONS = {"minres": minres_uniquenesses, "ml": ml_uniquenesses}


@dataclass(frozen=True, repr=False)
class FactorAnalysis(SampleResult):
    """Rotated common factors of standardised items.

    Attributes
    ----------
    loadings : DataFrame, items x factors
        Pattern; factors F1, F2, ... by the variance they explain.
    factor_correlations : DataFrame, factors x factors
    structure : DataFrame, items x factors
        Correlations of items with factors.
    communalities, uniquenesses : Series
        They sum to 1 for each item.
    variance : DataFrame, one row per factor
        `explained` (in items), `proportion`, `cumulative`.
    method, rotation : str
    chi_square, p_value : float
        Test that these factors suffice, with Bartlett's correction; nan without
        degrees of freedom.
    df : int
    rmsr : float
        Root mean squared residual correlation.
    n_used, n_dropped : int
        Complete rows, and rows left out.
    note : str
        Items with an improper uniqueness, or that the search did not converge; else empty.
    """

    loadings: pd.DataFrame
    factor_correlations: pd.DataFrame
    structure: pd.DataFrame
    communalities: pd.Series
    uniquenesses: pd.Series
    variance: pd.DataFrame
    method: str
    rotation: str
    chi_square: float
    df: int
    p_value: float
    rmsr: float

    @property
    def sorted_loadings(self) -> pd.DataFrame:
        """Loadings with the items of each factor together, largest first, and communalities."""
        size = self.loadings.abs()
        main = size.to_numpy().argmax(axis=1)
        order = np.lexsort((-size.max(axis=1).to_numpy(), main))
        return self.loadings.assign(communality=self.communalities).iloc[order]

    @property
    def table(self) -> pd.DataFrame:
        """One row per loading, named `factor:item`."""
        values = {
            f"{factor}:{item}": value
            for factor, column in self.loadings.items()
            for item, value in column.items()
        }
        return value_table(values, n=self.n_used)

    def to_apa(self) -> str:
        """Factors, method, explained variance, fit and n."""
        n_factors, share = len(self.variance), 100 * float(self.variance["cumulative"].iloc[-1])
        test = ""
        if not np.isnan(self.chi_square):
            test = f", χ²({self.df}) = {self.chi_square:.2f}, {apa.p_value(self.p_value)}"
        return (
            f"{apa.counted(n_factors, 'factor')} ({self.method}, {self.rotation}) explain"
            f"{'s' if n_factors == 1 else ''} {share:.0f}% of the variance{test}, "
            f"RMSR = {apa.bounded(self.rmsr, digits=3)}, n = {self.n_used}{self._remark}"
        )

    def _repr_html_(self) -> str:
        shown = self.sorted_loadings.rename_axis("item").reset_index()
        return table_html(shown)


def factor_analysis(
    items: pd.DataFrame | Moments | PolychoricCorrelations,
    *,
    n_factors: int,
    method: Literal["minres", "ml"] = "minres",
    rotation: Literal["oblimin", "promax", "geomin", "varimax", "quartimax", "none"] = "oblimin",
) -> FactorAnalysis:
    r"""Explore the common factors of items.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), Moments or PolychoricCorrelations
        Rows with a missing answer are left out and counted. `polychoric(items)` for
        ordinal items: the test of fit is then nan, as such correlations vary more.
    n_factors : int
        See `parallel_analysis`.
    method : {"minres", "ml"}
        Minimum residuals, or maximum likelihood.
    rotation : {"oblimin", "promax", "geomin", "varimax", "quartimax", "none"}
        Factors may be correlated: oblimin with gamma 0, promax with power 4 on a varimax
        rotation, geomin with delta .01. Or they may not: varimax, quartimax. Varimax and promax
        take Kaiser's normalisation.

    Returns
    -------
    FactorAnalysis

    Raises
    ------
    ValueError
        If an option is unknown, there are too many factors for the items, an item does not
        vary, or the covariance matrix is not positive definite.

    Notes
    -----
    :math:`R \approx \Lambda\Phi\Lambda' + \Psi`. Uniquenesses by Newton steps on the exact
    second derivatives, rotation by factor-analyzer, see `exploratory.rotation`. The test
    takes :math:`(n - 1 - (2k + 5)/6 - 2q/3)` times the maximum-likelihood discrepancy, with
    :math:`((k - q)^2 - k - q) / 2` degrees of freedom. "ml" agrees with R's ``factanal``,
    oblimin, geomin and quartimax with GPArotation, "minres" with ``psych::fa`` to its precision.

    References
    ----------
    Harman, H. H., & Jones, W. H. (1966). Factor analysis by minimizing residuals (minres).
    Psychometrika, 31, 351-368. https://doi.org/10.1007/BF02289468

    Jennrich, R. I. (2002). A simple general method for oblique rotation. Psychometrika, 67,
    7-19. https://doi.org/10.1007/BF02294706

    Examples
    --------
    >>> from icx_research.core.moments import Moments
    >>> r = [[1, .6, .5, .4], [.6, 1, .4, .4], [.5, .4, 1, .3], [.4, .4, .3, 1]]
    >>> items = Moments(tuple("abcd"), 200, [0] * 4, r)
    >>> factor_analysis(items, n_factors=1).loadings["F1"].round(2).to_dict()
    {'a': 0.82, 'b': 0.73, 'c': 0.58, 'd': 0.51}
    """
    check_choice(method, "method", "minres", "ml")
    if rotation not in ROTATIONS:
        raise ValueError(f"rotation must be one of {', '.join(ROTATIONS)}; got {rotation!r}.")
    found = item_moments(latent(items), analysis="factor_analysis", min_items=3, min_rows=4)
    k, q = len(found.names), n_factors
    df = ((k - q) ** 2 - k - q) // 2
    most = max(m for m in range(k) if (k - m) ** 2 >= k + m)
    if not 1 <= q <= most:
        fault = UnsuitableData if q > most else ValueError
        raise fault(
            f"factor_analysis of {k} items can tell apart 1 to {most} factors; got n_factors={q}."
        )
    r = item_correlations(found, analysis="factor_analysis")
    extraction = EXTRACTIONS[method](r, n_factors=q)
    rotated = rotate(extraction.loadings, rotation=rotation)
    fitted = rotated.loadings @ rotated.correlations @ rotated.loadings.T
    communalities = np.diag(fitted).copy()
    implied = fitted + np.diag(1 - communalities)
    residual = (r - implied)[~np.eye(k, dtype=bool)]
    factor = found.n - 1 - (2 * k + 5) / 6 - 2 * q / 3
    tested = df > 0 and not isinstance(items, PolychoricCorrelations)
    chi_square = factor * _discrepancy(r, implied) if tested else float("nan")
    untested = "no test: polychoric correlations" if df > 0 and not tested else ""
    factors = [f"F{f}" for f in range(1, q + 1)]
    names = list(found.names)
    proportion = rotated.explained / k
    return FactorAnalysis(
        loadings=pd.DataFrame(rotated.loadings, index=names, columns=factors),
        factor_correlations=pd.DataFrame(rotated.correlations, index=factors, columns=factors),
        structure=pd.DataFrame(
            rotated.loadings @ rotated.correlations, index=names, columns=factors
        ),
        communalities=pd.Series(communalities, index=names, name="communality"),
        uniquenesses=pd.Series(1 - communalities, index=names, name="uniqueness"),
        variance=pd.DataFrame(
            {
                "explained": rotated.explained,
                "proportion": proportion,
                "cumulative": np.cumsum(proportion),
            },
            index=pd.Index(factors, name="factor"),
        ),
        method=method,
        rotation=rotation,
        chi_square=chi_square,
        df=df,
        p_value=float(special.chdtrc(df, chi_square)) if tested else float("nan"),
        rmsr=float(np.sqrt(np.mean(residual**2))),
        n_used=found.n,
        n_dropped=found.n_dropped,
        note="; ".join(part for part in (_note(extraction, names), untested) if part),
    )


def _discrepancy(r: np.ndarray, implied: np.ndarray) -> float:
    """Maximum-likelihood discrepancy of correlations and what the factors imply."""
    sign, log = np.linalg.slogdet(implied)
    if sign <= 0:
        return float("nan")
    trace = float(np.trace(np.linalg.solve(implied, r)))
    return max(float(log - np.linalg.slogdet(r)[1]) + trace - len(r), 0.0)


def _note(extraction: Extraction, names: list[str]) -> str:
    parts = []
    if extraction.at_bound.any():
        improper = [name for name, hit in zip(names, extraction.at_bound, strict=True) if hit]
        parts.append(f"improper solution: the uniqueness of {', '.join(improper)} is at its bound")
    if not extraction.converged:
        parts.append("the search did not converge")
    return "; ".join(parts)
