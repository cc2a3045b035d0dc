"""SERVPERF: service quality as perceived, without expectations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from icx_research.core.cutoffs import MIN_PERSONS
from icx_research.core.reduction import moments
from icx_research.core.results import Estimate, SampleResult, check_confidence_level, with_interval
from icx_research.survey.disclosure.thresholds import check_min_persons
from icx_research.survey.instruments.dimensions import (
    alpha_of,
    group_means,
    mean_rows,
    mean_scores,
    person_scores,
    read_design,
)


@dataclass(frozen=True, repr=False)
class Servperf(SampleResult):
    """Perceived service quality, by dimension.

    Attributes
    ----------
    scores : tuple of (str, Estimate, float, int)
        Per dimension, then total, then weighted where there are weights: name, mean
        perception, standard error, respondents.
    reliability : dict of str to float
        Alpha per dimension and in total; nan for one item.
    groups : DataFrame or None
        As in `ServqualGap`.
    n_used, n_dropped : int
        Respondents with and without a total.
    note : str
    """

    scores: tuple[tuple[str, Estimate, float, int], ...]
    reliability: Mapping[str, float]
    groups: pd.DataFrame | None

    @property
    def estimate(self) -> Estimate:
        """The total, unweighted."""
        return next(found for name, found, _, _ in self.scores if name == "total")

    @property
    def table(self) -> pd.DataFrame:
        """One row per score: term, estimate, standard error, interval, n."""
        return mean_rows(self.scores)

    def to_apa(self) -> str:
        """Total with interval and respondents."""
        found = self.estimate
        return f"perceived quality = {with_interval(found)}, n = {self.n_used} respondents"


def servperf(
    data: Any,
    *,
    perception: Mapping[str, Sequence[str]],
    weights: Mapping[str, str] | None = None,
    reverse_keyed: Sequence[str] = (),
    response_range: tuple[float, float] = (1, 7),
    respondent: str | None = None,
    by: str | Sequence[str] | None = None,
    confidence_level: float = 0.95,
    min_persons: int = MIN_PERSONS,
) -> Servperf:
    """Describe perceived service quality, by dimension, without expectations.

    Parameters
    ----------
    data : DataFrame
    perception : mapping of str to sequence of str
        Items of each dimension.
    weights, reverse_keyed, response_range, respondent, by, confidence_level, min_persons
        As in `servqual_gap`, the order of averaging too.

    Returns
    -------
    Servperf

    Raises
    ------
    ValueError
        As `servqual_gap`.

    References
    ----------
    Cronin, J. J., & Taylor, S. A. (1992). Measuring service quality: A reexamination and
    extension. Journal of Marketing, 56(3), 55-68. https://doi.org/10.1177/002224299205600304

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"p1": [5, 6, 4], "p2": [6, 6, 3], "p3": [7, 5, 5]})
    >>> servperf(answers, perception={"reliability": ["p1", "p2"], "empathy": ["p3"]})
    Servperf: perceived quality = 5.33, 95% CI [2.82, 7.84], n = 3 respondents
    """
    check_confidence_level(confidence_level)
    check_min_persons(min_persons)
    design = read_design(perception, {}, weights, reverse_keyed, response_range)
    frame, bad_weights = person_scores(data, design, respondent=respondent, by=by)
    names = [*design.dimensions, "total", *(["weighted"] if weights else [])]
    scores = mean_scores(frame, names, "perception", confidence_level)
    total = moments(frame, ["total_perception"])
    columns = [f"{name}_perception" for name in names]
    groups, withheld = group_means(frame, columns, by, min_persons=min_persons)
    return Servperf(
        scores=scores,
        reliability={
            name: alpha_of(data, design, name, "perception")
            for name in (*design.dimensions, "total")
        },
        groups=groups,
        n_used=total.n,
        n_dropped=total.n_dropped,
        note="; ".join(part for part in (bad_weights, withheld) if part),
    )
