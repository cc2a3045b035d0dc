"""Correlations of the continuous answers behind ordered categories."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.display import table_html
from icx_research.core.errors import UnsuitableData
from icx_research.core.moments import Moments
from icx_research.core.results import Result, estimate_table
from icx_research.measurement.items import item_values
from icx_research.measurement.polychoric.fit import (
    LARGEST,
    category_codes,
    pair_counts,
    two_step,
)


@dataclass(frozen=True, repr=False)
class PolychoricCorrelations(Result):
    """Polychoric correlations and thresholds of ordinal items.

    Attributes
    ----------
    correlations : DataFrame, shape (k, k)
    thresholds : DataFrame, shape (k, most categories - 1)
        Standard normal cut points in ascending order; nan beyond an item's own.
    pair_counts : DataFrame, shape (k, k)
        Rows behind each correlation.
    n_used, n_dropped : int
        Rows used at all, and rows left out.
    note : str
        Pairs at the bound, corrected empty cells, and whether the matrix is not
        positive definite; else empty.
    """

    correlations: pd.DataFrame
    thresholds: pd.DataFrame
    pair_counts: pd.DataFrame
    n_used: int
    n_dropped: int
    note: str

    @property
    def moments(self) -> Moments:
        """Standardised latent answers, as analyses of correlations take them."""
        k = len(self.correlations)
        names = tuple(self.correlations.columns)
        matrix = self.correlations.to_numpy()
        return Moments(names, self.n_used, np.zeros(k), matrix, n_dropped=self.n_dropped)

    @property
    def table(self) -> pd.DataFrame:
        """One row per pair of items."""
        names, r = list(self.correlations), self.correlations.to_numpy()
        counts = self.pair_counts.to_numpy()
        return estimate_table(
            [
                {"term": f"{names[i]} ~ {names[j]}", "estimate": r[i, j], "n": int(counts[i, j])}
                for i, j in zip(*np.triu_indices(len(names), 1), strict=True)
            ]
        )

    def to_apa(self) -> str:
        """Give the number of items and the range of the correlations."""
        k = len(self.correlations)
        r = self.correlations.to_numpy()[np.triu_indices(k, 1)]
        return (
            f"polychoric correlations of {k} items {apa.bounded(r.min())} to "
            f"{apa.bounded(r.max())}, n = {self.n_used}"
        )

    def _repr_html_(self) -> str:
        return table_html(self.correlations)


def polychoric(
    items: pd.DataFrame, *, missing: Literal["listwise", "pairwise"] = "listwise"
) -> PolychoricCorrelations:
    r"""Polychoric correlations of ordinal items, from counts of pairs of answers.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        At least two items of 2 to 11 ordered values each.
    missing : {"listwise", "pairwise"}
        "pairwise" takes every row in which both items of a pair are answered, and for
        thresholds every answer of an item.

    Returns
    -------
    PolychoricCorrelations

    Raises
    ------
    ValueError
        If there are fewer than two items or two rows, an item has one value or more
        than 11, a pair of items has no row in common, or an option is unknown.

    Notes
    -----
    Two steps: thresholds are normal quantiles of the cumulative shares of each item; each
    correlation then maximises :math:`\sum n_{ab} \log P_{ab}(\rho)` over the rectangles
    between thresholds, by Newton steps inside a bracket. Where a table of two by two has an
    empty cell, half an answer is moved into it with the margins kept; larger tables are left
    as they are. Correlations stop at .9999. Agrees with R's ``lavaan::lavCor(ordered =
    TRUE)``.

    References
    ----------
    Olsson, U. (1979). Maximum likelihood estimation of the polychoric correlation
    coefficient. Psychometrika, 44, 443-460. https://doi.org/10.1007/BF02296207

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"q1": [1, 1, 2, 2, 3, 3, 2, 1], "q2": [1, 2, 2, 3, 3, 2, 1, 1]})
    >>> polychoric(answers)
    PolychoricCorrelations: polychoric correlations of 2 items .69 to .69, n = 8
    """
    if missing not in ("listwise", "pairwise"):
        raise ValueError(f"missing must be 'listwise' or 'pairwise', not {missing!r}.")
    values = item_values(items, analysis="polychoric")
    answered = ~np.isnan(values)
    used = answered.all(axis=1) if missing == "listwise" else answered.any(axis=1)
    values = values[used]
    n, k = values.shape
    if k < 2 or n < 2:
        raise UnsuitableData(
            "polychoric needs at least 2 items and 2 rows with answers; got "
            f"{k} items and {n} rows of {len(items)}."
        )
    names = [str(name) for name in items.columns]
    codes, categories = category_codes(values, names, analysis="polychoric")
    fit = two_step(pair_counts(codes, categories), categories, names, analysis="polychoric")
    correlations, used_rows = np.eye(k), np.zeros((k, k), dtype=int)
    correlations[fit.pairs] = correlations[fit.pairs[::-1]] = fit.rho
    sizes = np.rint(fit.tables.sum(axis=(1, 2))).astype(int)
    used_rows[fit.pairs] = used_rows[fit.pairs[::-1]] = sizes
    np.fill_diagonal(used_rows, (codes >= 0).sum(axis=0))
    inner = fit.thresholds[:, 1:-1]
    return PolychoricCorrelations(
        correlations=pd.DataFrame(correlations, index=names, columns=names),
        thresholds=pd.DataFrame(
            np.where(np.isfinite(inner), inner, np.nan),
            index=names,
            columns=[f"threshold_{t}" for t in range(1, inner.shape[1] + 1)],
        ),
        pair_counts=pd.DataFrame(used_rows, index=names, columns=names),
        n_used=n,
        n_dropped=len(items) - n,
        note=_note(correlations, names, fit.moved),
    )


def latent(items: pd.DataFrame | Moments | PolychoricCorrelations) -> pd.DataFrame | Moments:
    """Take polychoric correlations as moments, anything else as it is."""
    return items.moments if isinstance(items, PolychoricCorrelations) else items


def _note(correlations: np.ndarray, names: list[str], moved: int) -> str:
    parts = []
    rows, columns = np.nonzero(np.triu(np.abs(correlations) >= LARGEST, 1))
    if len(rows):
        pairs = ", ".join(f"{names[i]} ~ {names[j]}" for i, j in zip(rows, columns, strict=True))
        parts.append(f"at the bound of {LARGEST}: {pairs}")
    if moved:
        parts.append(f"half an answer was moved into an empty cell of {moved} tables of 2 x 2")
    if np.linalg.eigvalsh(correlations)[0] <= 0:
        parts.append("the matrix is not positive definite")
    return "; ".join(parts)
