"""How each item of a scale behaves, beside the others."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.display import table_html
from icx_research.core.errors import UnsuitableData
from icx_research.core.intervals import interval_about, normal_quantile
from icx_research.core.moments import Moments
from icx_research.core.results import Result, check_confidence_level, estimate_table
from icx_research.measurement.items import ROUNDING, item_moments, item_values
from icx_research.measurement.reliability.alpha import alpha_of


@dataclass(frozen=True, repr=False)
class ItemAnalysis(Result):
    """Distribution and discrimination of the items of one scale.

    Attributes
    ----------
    items : DataFrame, one row per item
        `mean`, `sd` (scale points), `skewness`, `kurtosis` (0 for normal answers),
        `share_lowest`, `share_highest` (of the lowest and highest answer seen in the
        scale; with the former four columns nan where moments were given), `missing` (answers
        missing in the rows given), `corrected_item_total` (correlation with the sum of
        the other items), `alpha_if_deleted` (nan for two items).
    table : DataFrame
        The corrected item-total correlations with Fisher's interval.
    alpha : float
        Cronbach's alpha of all items.
    mean_inter_item : float
        Mean correlation between two items.
    confidence_level : float
    n_used, n_dropped : int
        Complete rows, and rows left out.
    note : str
    """

    items: pd.DataFrame
    alpha: float
    mean_inter_item: float
    confidence_level: float
    n_used: int
    n_dropped: int
    note: str

    @property
    def table(self) -> pd.DataFrame:
        """One row per item: its corrected item-total correlation with interval."""
        r = self.items["corrected_item_total"].to_numpy()
        reach, level = np.nan, self.confidence_level
        if self.n_used > 3:
            reach = normal_quantile(level) / np.sqrt(self.n_used - 3)
        limits = [interval_about(value, reach, level) for value in r]
        rows = zip(self.items.index, limits, strict=True)
        return estimate_table([own.row(str(name), n=self.n_used) for name, own in rows])

    def to_apa(self) -> str:
        """Alpha and the range of the corrected item-total correlations."""
        r = self.items["corrected_item_total"]
        return (
            f"{len(r)} items, alpha = {apa.bounded(self.alpha)}, corrected item-total "
            f"correlations {apa.bounded(r.min())} to {apa.bounded(r.max())}, n = {self.n_used}"
        )

    def _repr_html_(self) -> str:
        return table_html(self.items.rename_axis("item").reset_index())


def item_analysis(items: pd.DataFrame | Moments, *, confidence_level: float = 0.95) -> ItemAnalysis:
    r"""Describe the items of one scale and how each goes with the others.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or Moments
        Answers in scale points, all keyed in the same direction. Rows with a missing
        answer are left out and counted.
    confidence_level : float, default 0.95

    Returns
    -------
    ItemAnalysis

    Raises
    ------
    ValueError
        If there are fewer than two items or two complete rows, or an item or the sum
        of the others does not vary.

    Notes
    -----
    With :math:`c_{it}` the covariance of item i with the total of variance :math:`s_t^2`,
    the corrected item-total correlation is :math:`(c_{it} - s_i^2) / (s_i \sqrt{s_t^2 -
    2 c_{it} + s_i^2})`: ``r.drop`` of R's ``psych::alpha``; `alpha_if_deleted` is its
    ``alpha.drop``. Skewness is :math:`m_3 / m_2^{3/2}` and kurtosis :math:`m_4 / m_2^2 -
    3`, the moments divided by n (``psych::describe(type = 1)``).

    Examples
    --------
    >>> import pandas as pd
    >>> result = item_analysis(pd.DataFrame({
    ...     "q1": [4, 5, 3, 4, 2, 5, 1, 3],
    ...     "q2": [3, 5, 3, 4, 1, 4, 2, 2],
    ...     "q3": [4, 4, 2, 5, 2, 5, 1, 4],
    ... }))
    >>> result.items["corrected_item_total"].round(2).to_dict()
    {'q1': 0.95, 'q2': 0.77, 'q3': 0.79}
    """
    check_confidence_level(confidence_level)
    found = item_moments(items, analysis="item_analysis")
    own = np.diag(found.cov)
    with_total, total = found.cov.sum(axis=0), float(found.cov.sum())
    alpha = alpha_of(found.cov)
    of_others = total - 2 * with_total + own
    if (of_others <= ROUNDING * own.sum()).any():
        name = found.names[int(np.argmin(of_others))]
        raise UnsuitableData(f"The sum of the items without {name!r} does not vary.")
    k = len(own)
    correlation = found.correlation
    table = pd.DataFrame(
        {
            "mean": found.mean,
            "sd": np.sqrt(own),
            **_distribution(items),
            "corrected_item_total": (with_total - own) / np.sqrt(own * of_others),
            "alpha_if_deleted": _alpha_without_each(found.cov) if k > 2 else np.nan,
        },
        index=pd.Index(found.names, name="item"),
    )
    return ItemAnalysis(
        items=table,
        alpha=alpha,
        mean_inter_item=float((correlation.sum() - k) / (k * (k - 1))),
        confidence_level=confidence_level,
        n_used=found.n,
        n_dropped=found.n_dropped,
        note="moments hold no distribution of answers" if isinstance(items, Moments) else "",
    )


def _alpha_without_each(covariance: np.ndarray) -> list[float]:
    everything = np.arange(len(covariance))
    kept = [np.delete(everything, i) for i in everything]
    return [alpha_of(covariance[np.ix_(keep, keep)]) for keep in kept]


def _distribution(items: pd.DataFrame | Moments) -> dict[str, np.ndarray]:
    names = ("skewness", "kurtosis", "share_lowest", "share_highest", "missing")
    if isinstance(items, Moments):
        return dict.fromkeys(names, np.full(len(items.names), np.nan))
    values = item_values(items, analysis="item_analysis")
    complete = values[~np.isnan(values).any(axis=1)]
    z = complete - complete[0]
    z -= z.mean(axis=0)
    squares = z * z
    second = squares.mean(axis=0)
    return {
        "skewness": (squares * z).mean(axis=0) / second**1.5,
        "kurtosis": (squares * squares).mean(axis=0) / second**2 - 3,
        "share_lowest": (complete == complete.min()).mean(axis=0),
        "share_highest": (complete == complete.max()).mean(axis=0),
        "missing": np.isnan(values).sum(axis=0),
    }
