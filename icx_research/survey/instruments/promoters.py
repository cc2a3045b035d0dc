"""The Net Promoter Score: promoters less detractors, in points."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from icx_research.core.cutoffs import MIN_PERSONS
from icx_research.core.proportions import (
    adjusted_wald_difference,
    difference_standard_error,
    score_difference,
)
from icx_research.core.results import check_choice, check_confidence_level
from icx_research.survey.disclosure.thresholds import check_min_persons
from icx_research.survey.instruments.answer_counts import GroupedScore, count_answers, grouped_score

POINTS = 100  # the score runs from -100 to 100
INTERVALS = {"adjusted_wald": adjusted_wald_difference, "score": score_difference}


@dataclass(frozen=True, repr=False)
class NetPromoterScore(GroupedScore):
    """Net Promoter Score of all answers or per group, in points from -100 to 100."""


def net_promoter_score(
    data: Any,
    *,
    item: str | None = None,
    by: str | Sequence[str] | None = None,
    method: Literal["adjusted_wald", "score"] = "adjusted_wald",
    confidence_level: float = 0.95,
    min_persons: int = MIN_PERSONS,
) -> NetPromoterScore:
    r"""Net Promoter Score of answers from 0 to 10, with an interval for small n.

    Parameters
    ----------
    data : Series, or DataFrame with `item`
        One answer per person; missing answers are left out and counted.
    item : str, optional
        Column with the answers.
    by : str or sequence of str, optional
        Columns that form groups, such as the serving unit.
    method : {"adjusted_wald", "score"}
        Interval; both hold their level at small n, the plain one does not.
    confidence_level : float, default 0.95
    min_persons : int, default 10
        Groups with fewer answers are withheld; at least 5.

    Returns
    -------
    NetPromoterScore
        Points; `se` is the plain standard error.

    Raises
    ------
    ValueError
        If an answer is no whole number from 0 to 10, a column is unknown, or no answer
        is left.

    Notes
    -----
    Promoters answer 9 or 10, detractors 0 to 6: with their shares p and d,
    :math:`NPS = 100 (p - d)` and :math:`Var = 100^2 [p + d - (p - d)^2] / n`. Means carry
    more of the true unit score than shares do: link with means, show points. Equal
    points can hide different answers.

    References
    ----------
    Rocks, B. (2016). Interval estimation for the "Net Promoter Score". The American
    Statistician, 70, 365-372. https://doi.org/10.1080/00031305.2016.1198124

    Examples
    --------
    >>> import pandas as pd
    >>> net_promoter_score(pd.Series([10] * 40 + [8] * 35 + [3] * 25))
    NetPromoterScore: net_promoter_score = 15.0, 95% CI [−0.7, 29.8], n = 100

    Of a study:

    >>> from icx_research import load_example
    >>> answers = load_example("company").table("external")
    >>> net_promoter_score(answers, item="nps", by="wave").groups
    ('1', '2', '3')
    """
    check_confidence_level(confidence_level)
    check_min_persons(min_persons)
    check_choice(method, "method", *INTERVALS)
    conditions = {"promoters": (9, 10), "detractors": (0, 6)}
    counts = count_answers(data, item=item, by=by, response_range=(0, 10), conditions=conditions)
    found = []
    for row in counts.table.itertuples():
        up, down, n = float(row.promoters), float(row.detractors), float(row.n)
        interval = INTERVALS[method](up, down, n, confidence_level=confidence_level)
        se = difference_standard_error(up / n, down / n, n)
        found.append((interval.scaled(POINTS), POINTS * se))
    return grouped_score(
        NetPromoterScore,
        counts,
        found,
        name="net_promoter_score",
        digits=1,
        min_persons=min_persons,
    )
