"""Top boxes: the share of respondents who chose the best answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from icx_research.core.cutoffs import MIN_PERSONS
from icx_research.core.proportions import wilson_interval
from icx_research.survey.disclosure.thresholds import check_min_persons
from icx_research.survey.instruments.answer_counts import GroupedScore, count_answers, grouped_score

NAMES = {1: "top_box", 2: "top_two_box"}


@dataclass(frozen=True, repr=False)
class TopBox(GroupedScore):
    """Share of the best answers (0 to 1), of all answers or per group."""


def top_box(
    data: Any,
    *,
    item: str | None = None,
    by: str | Sequence[str] | None = None,
    boxes: Literal[1, 2] = 2,
    response_range: tuple[int, int] = (1, 7),
    reverse_keyed: bool = False,
    confidence_level: float = 0.95,
    min_persons: int = MIN_PERSONS,
) -> TopBox:
    r"""Share of respondents in the top box or the top two, with Wilson's interval.

    Parameters
    ----------
    data : Series, or DataFrame with `item`
        One answer per person; missing answers are left out and counted.
    item : str, optional
        Column with the answers.
    by : str or sequence of str, optional
        Columns that form groups, such as the serving unit.
    boxes : {2, 1}
        The best two answers (6 and 7 of 7, 4 and 5 of 5), or the best one.
    response_range : (int, int), default (1, 7)
        Lowest and highest possible answer.
    reverse_keyed : bool, default False
        True where the lowest answers are the best.
    confidence_level : float, default 0.95
    min_persons : int, default 10
        Groups with fewer answers are withheld; at least 5.

    Returns
    -------
    TopBox
        Shares from 0 to 1.

    Raises
    ------
    ValueError
        If an answer is impossible, a column is unknown, no answer is left, or `boxes` is
        neither 1 nor 2.

    Notes
    -----
    A share forgets how the other answers differ: with 25 ratings per unit it correlates
    less with the true unit score (.78 for two boxes, .69 for one) than the mean (.83).
    Link with means, show boxes.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
    inference. Journal of the American Statistical Association, 22, 209-212.
    https://doi.org/10.1080/01621459.1927.10502953

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.Series([7, 6, 6, 5, 7, 6, 2, 7, 6, 6])
    >>> top_box(answers)
    TopBox: top_two_box = 0.80, 95% CI [0.49, 0.94], n = 10
    >>> top_box(answers, boxes=1).estimate.value
    0.3
    """
    check_min_persons(min_persons)
    if boxes not in NAMES:
        raise ValueError(f"boxes must be 1 or 2, not {boxes!r}.")
    low, high = response_range
    best = (low, low + boxes - 1) if reverse_keyed else (high - boxes + 1, high)
    counts = count_answers(
        data, item=item, by=by, response_range=response_range, conditions={"best": best}
    )
    found = []
    for row in counts.table.itertuples():
        share = wilson_interval(float(row.best), float(row.n), confidence_level=confidence_level)
        found.append((share, float(np.sqrt(share.value * (1 - share.value) / row.n))))
    return grouped_score(
        TopBox, counts, found, name=NAMES[boxes], digits=2, min_persons=min_persons
    )
