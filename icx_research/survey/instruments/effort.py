"""The Customer Effort Score, by one of three rules that cannot be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from icx_research.core.cutoffs import MIN_PERSONS
from icx_research.core.intervals import wald_interval
from icx_research.core.proportions import (
    adjusted_wald_difference,
    difference_standard_error,
    wilson_interval,
)
from icx_research.core.results import Estimate, check_choice, check_confidence_level
from icx_research.survey.disclosure.thresholds import check_min_persons
from icx_research.survey.instruments.answer_counts import GroupedScore, count_answers, grouped_score

RULES = {
    "mean": ("customer_effort (mean of 1-7)", 2),
    "agree": ("customer_effort (% of 5-7)", 1),
    "net_easy": ("customer_effort (% of 6-7 minus % of 1-3)", 1),
}
PERCENT = 100


@dataclass(frozen=True, repr=False)
class CustomerEffort(GroupedScore):
    """Customer Effort Score; its name says by which rule.

    Attributes
    ----------
    rule : str
        "mean", "agree" or "net_easy".
    """

    @property
    def rule(self) -> str:
        """The rule the score was made by."""
        return next(rule for rule, (name, _) in RULES.items() if name == self.name)


def customer_effort(
    data: Any,
    *,
    rule: Literal["mean", "agree", "net_easy"],
    item: str | None = None,
    by: str | Sequence[str] | None = None,
    confidence_level: float = 0.95,
    min_persons: int = MIN_PERSONS,
) -> CustomerEffort:
    r"""Score customer effort from answers of 1 (hard) to 7 (easy), by a stated rule.

    Parameters
    ----------
    data : Series, or DataFrame with `item`
        Agreement from 1 to 7 that it was easy, one answer per person.
    rule : {"mean", "agree", "net_easy"}
        There is no default: the mean (1 to 7), the percentage who agree (5 to 7), and
        the percentage of 6 and 7 less that of 1 to 3 are all called Customer Effort
        Score and cannot be compared.
    item : str, optional
        Column with the answers.
    by : str or sequence of str, optional
        Columns that form groups.
    confidence_level : float, default 0.95
    min_persons : int, default 10
        Groups with fewer answers are withheld; at least 5.

    Returns
    -------
    CustomerEffort
        Named by its rule. High is easy; the old version from 1 to 5, on which high is
        hard, must be turned round first and has no rule here.

    Raises
    ------
    ValueError
        If the rule is unknown, an answer is no whole number from 1 to 7, a column is
        unknown, or no answer is left.

    Notes
    -----
    Intervals: t for the mean, Wilson for the percentage, adjusted Wald for the
    difference of two percentages (see `net_promoter_score`).

    References
    ----------
    Dixon, M., Freeman, K., & Toman, N. (2010). Stop trying to delight your customers.
    Harvard Business Review, 88(7/8), 116-122.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.Series([7, 6, 6, 5, 7, 3, 2, 7, 6, 4])
    >>> customer_effort(answers, rule="net_easy")
    CustomerEffort: customer_effort (% of 6-7 minus % of 1-3) = 40.0, 95% CI [−12.6, 74.1], n = 10
    >>> customer_effort(answers, rule="agree").estimate.value
    70.0
    """
    check_confidence_level(confidence_level)
    check_min_persons(min_persons)
    check_choice(rule, "rule", *RULES)
    conditions = {"agree": (5, 7), "easy": (6, 7), "hard": (1, 3)}
    counts = count_answers(data, item=item, by=by, response_range=(1, 7), conditions=conditions)
    found = [_one(row, rule, confidence_level) for row in counts.table.itertuples()]
    name, digits = RULES[rule]
    return grouped_score(
        CustomerEffort, counts, found, name=name, digits=digits, min_persons=min_persons
    )


def _one(row: Any, rule: str, level: float) -> tuple[Estimate, float]:
    n = float(row.n)
    if rule == "agree":
        share = wilson_interval(float(row.agree), n, confidence_level=level)
        se = np.sqrt(share.value * (1 - share.value) / n)
        return share.scaled(PERCENT), float(PERCENT * se)
    if rule == "net_easy":
        easy, hard = float(row.easy), float(row.hard)
        net = adjusted_wald_difference(easy, hard, n, confidence_level=level)
        return net.scaled(PERCENT), PERCENT * difference_standard_error(easy / n, hard / n, n)
    mean, se = float(row.mean), float(row.sd) / np.sqrt(n)
    return wald_interval(mean, se, level, df=n - 1), float(se)
