"""Post-stratification: describing a company of known headcounts by its respondents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icx_research.core.artefacts import effective_n
from icx_research.core.errors import NotTestable
from icx_research.core.intervals import wald_interval
from icx_research.core.reduction import moments
from icx_research.core.results import (
    Estimate,
    SampleResult,
    check_confidence_level,
    estimate_table,
    with_interval,
)


@dataclass(frozen=True, repr=False)
class PostStratifiedMean(SampleResult):
    """Mean of a score, weighted to known headcounts, beside the plain mean.

    Attributes
    ----------
    weighted, unweighted : Estimate
    weighted_se, unweighted_se : float
    weights : dict of str to float
        Weight of each respondent of a stratum; 1 on average over respondents.
    effective_n : float
        Equally weighted answers that would be as precise, by Kish's formula.
    n_used, n_dropped : int
        Respondents with score and stratum, and others.
    note : str
        That this is a description.
    """

    weighted: Estimate
    unweighted: Estimate
    weighted_se: float
    unweighted_se: float
    weights: Mapping[str, float]
    effective_n: float

    @property
    def estimate(self) -> Estimate:
        """The weighted mean."""
        return self.weighted

    @property
    def table(self) -> pd.DataFrame:
        """Two rows: weighted (n is the effective one) and unweighted."""
        rows = (
            ("weighted", self.weighted, self.weighted_se, self.effective_n),
            ("unweighted", self.unweighted, self.unweighted_se, float(self.n_used)),
        )
        return estimate_table([found.row(term, se=se, n=n) for term, found, se, n in rows])

    def to_apa(self) -> str:
        """Weighted mean with interval, and effective n."""
        found = self.weighted
        return (
            f"weighted M = {with_interval(found)}, n = {self.n_used} "
            f"(effective {self.effective_n:.0f})"
        )


def post_stratified_mean(
    data: Any,
    *,
    score: str,
    stratum: str,
    headcounts: Mapping[str, float],
    confidence_level: float = 0.95,
) -> PostStratifiedMean:
    r"""Weight respondents to known headcounts and take the mean.

    Parameters
    ----------
    data : DataFrame
        One row per respondent.
    score, stratum : str
        Columns with the score and the stratum (unit, function, site).
    headcounts : mapping of str to float
        Members of each stratum, respondents or not.
    confidence_level : float, default 0.95

    Returns
    -------
    PostStratifiedMean
        For describing the company; linkage models stay unweighted.

    Raises
    ------
    NotTestable
        If a stratum has no headcount, no respondent, or too few to know its spread.
    ValueError
        If a headcount is not above 0, or a column is unknown.

    Notes
    -----
    :math:`\bar x_w = \sum_h W_h \bar x_h` with :math:`W_h = N_h / N`, standard error
    :math:`\sqrt{\sum_h W_h^2 s_h^2 / n_h}` (no finite population correction: nonrespondents
    may differ), weights :math:`W_h n / n_h`.

    References
    ----------
    Holt, D., & Smith, T. M. F. (1979). Post stratification. Journal of the Royal
    Statistical Society A, 142, 33-46. https://doi.org/10.2307/2344652

    Examples
    --------
    >>> answers = pd.DataFrame({"site": ["A"] * 4 + ["B"] * 2, "score": [6, 5, 6, 7, 3, 4]})
    >>> post_stratified_mean(
    ...     answers, score="score", stratum="site", headcounts={"A": 10, "B": 30})
    PostStratifiedMean: weighted M = 4.12, 95% CI [3.36, 4.89], n = 6 (effective 3)
    """
    check_confidence_level(confidence_level)
    cells = moments(data, [score], by=stratum)
    names = [str(name) for name in cells.groups]
    known = {str(name): float(value) for name, value in headcounts.items()}
    if not all(value > 0 for value in known.values()):
        raise ValueError("headcounts must be numbers above 0.")
    unknown = [name for name in names if name not in known]
    if unknown:
        raise NotTestable(f"the headcount of {stratum} {unknown[0]!r} is needed.")
    n = dict(zip(names, cells.n.astype(float), strict=True))
    few = [name for name in known if n.get(name, 0) < 2]
    if few:
        raise NotTestable(
            f"{stratum} {few[0]!r} has fewer than 2 respondents; put it together with another."
        )
    size = np.array([n[name] for name in names])
    share = np.array([known[name] for name in names])
    share = share / share.sum()
    weight = share * size.sum() / size
    mean, variance = cells.mean[:, 0], cells.cov[:, 0, 0]
    whole = cells.pooled()
    weighted_se = float(np.sqrt((share**2 * variance / size).sum()))
    plain_se = float(np.sqrt(whole.cov[0, 0] / size.sum()))
    return PostStratifiedMean(
        weighted=wald_interval(float(share @ mean), weighted_se, confidence_level),
        unweighted=wald_interval(float(whole.mean[0]), plain_se, confidence_level),
        weighted_se=weighted_se,
        unweighted_se=plain_se,
        weights=dict(zip(names, weight.tolist(), strict=True)),
        effective_n=effective_n(np.repeat(weight, size.astype(int))),
        n_used=int(size.sum()),
        n_dropped=cells.n_dropped,
        note="for description; linkage models stay unweighted",
    )
