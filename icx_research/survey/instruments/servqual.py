"""SERVQUAL: service quality by dimension, as expected and as perceived."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.artefacts import gap_reliability
from icx_research.core.bands import EQUAL, band
from icx_research.core.cutoffs import MIN_PERSONS
from icx_research.core.reduction import moments
from icx_research.core.results import Estimate, check_confidence_level, with_interval
from icx_research.survey.disclosure.thresholds import check_min_persons
from icx_research.survey.instruments.dimensions import (
    Design,
    GapResult,
    alpha_of,
    group_means,
    mean_scores,
    person_scores,
    read_design,
)

DESCRIPTIVE = (
    "gaps are descriptive: as predictor or outcome take expectation and perception as two "
    "variables, not their difference"
)
SIDES = ("need", "expectation", "perception")
TOTALS = {"total": "All dimensions", "weighted": "All dimensions, weighted"}


@dataclass(frozen=True, repr=False)
class ServqualGap(GapResult):
    """Expectation, perception and their gap, by dimension.

    Attributes
    ----------
    dimensions : DataFrame
        One row per dimension and one named total: `dimension`, `expectation`,
        `perception`, `gap` (means over respondents), `weight` (mean points of 100; nan
        without weights), `correlation` (of expectation and perception),
        `reliability_expectation`, `reliability_perception` (alpha; nan for one item),
        `reliability_gap`, `n`.
    gaps : tuple of (str, Estimate, float, int)
        Per dimension, then total, then weighted where there are weights: name, mean gap,
        standard error, respondents.
    levels : dict of str to tuple of (str, Estimate, float, int)
        The same for each of expectation, perception and, where it was asked, need.
    groups : DataFrame or None
        With `by`: the keys, `n` and the mean of every score; nan where fewer than
        `min_persons` respondents stand behind it.
    n_used, n_dropped : int
        Respondents with and without a total gap.
    note : str
    labels : dict of str to str
        What figures call the dimensions.
    response_range : (float, float)
    min_persons : int
        Respondents behind every figure of `profile` and `groups`.
    """

    levels: Mapping[str, tuple[tuple[str, Estimate, float, int], ...]]
    groups: pd.DataFrame | None
    labels: Mapping[str, str]
    response_range: tuple[float, float]
    min_persons: int

    @property
    def profile(self) -> pd.DataFrame:
        """What may be shown: `dimension`, `label`, `part` ("need", "expectation", ...), mean.

        Columns `estimate`, `ci_low`, `ci_high` with two decimals and `respondents` (band);
        nan where fewer than `min_persons` answered or all gave the same answer, and where
        the others would give such a figure away: the gap of a level, the total of a dimension.
        """
        parts = {**{side: self.levels[side] for side in SIDES if side in self.levels},
                 "gap": self.gaps}  # fmt: skip
        hidden = _hidden(parts, min_persons=self.min_persons)
        rows = []
        for at in range(len(self.gaps)):
            for part, scores in parts.items():
                name, found, _, n = scores[at]
                shown = name not in hidden[part]
                limits = np.round([found.value, found.ci_low, found.ci_high], 2)
                figures = limits if shown else np.full(3, np.nan)
                people = band(float(n)) if shown else ""
                rows.append((name, self.labels[name], part, *map(float, figures), people))
        columns = ["dimension", "label", "part", "estimate", "ci_low", "ci_high", "respondents"]
        return pd.DataFrame(rows, columns=columns)

    def to_apa(self) -> str:
        """Total gap with interval and respondents."""
        told = with_interval(self.estimate)
        return (
            f"gap (perception − expectation) = {told}, n = {self.n_used} respondents, descriptive"
        )


def _hidden(
    parts: Mapping[str, tuple[tuple[str, Estimate, float, int], ...]], *, min_persons: int
) -> dict[str, set[str]]:
    """Name what is withheld of each part: too few persons, equal answers, and what tells it."""
    hidden = {
        part: {name for name, _, se, n in scores if n < min_persons or not se > EQUAL}
        for part, scores in parts.items()
    }
    for names in hidden.values():
        if len(names - set(TOTALS)) == 1:
            names.update(TOTALS)
    hidden["gap"] = hidden["gap"].union(*(hidden[side] for side in SIDES if side != "need"))
    if len(hidden["gap"] - set(TOTALS)) == 1:
        hidden["gap"].update(TOTALS)
    return hidden


def servqual_gap(
    data: Any,
    *,
    perception: Mapping[str, Sequence[str]],
    expectation: Mapping[str, Sequence[str]],
    need: Mapping[str, Sequence[str]] | None = None,
    weights: Mapping[str, str] | None = None,
    reverse_keyed: Sequence[str] = (),
    response_range: tuple[float, float] = (1, 7),
    respondent: str | None = None,
    by: str | Sequence[str] | None = None,
    confidence_level: float = 0.95,
    min_persons: int = MIN_PERSONS,
    labels: Mapping[str, str] | None = None,
) -> ServqualGap:
    r"""Describe expectation, perception and their gap, by dimension of service quality.

    Parameters
    ----------
    data : DataFrame
        One row per respondent, or per respondent and supplier.
    perception, expectation : mapping of str to sequence of str
        Items of each dimension; the two lists of a dimension name the same questions in
        the same order.
    need : mapping of str to sequence of str, optional
        Items on how much of each dimension the respondent's work needs.
    weights : mapping of str to str, optional
        Column with the points each respondent gave the dimension; 100 in all.
    reverse_keyed : sequence of str
        Items on which a high answer means little; never guessed. (In the form of 1988
        the expectation items on responsiveness and empathy are.)
    response_range : (float, float), default (1, 7)
    respondent : str, optional
        Column that names the person, where a person has several rows.
    by : str or sequence of str, optional
        Columns that form groups, such as client or supplier unit.
    confidence_level : float, default 0.95
    min_persons : int, default 10
        Groups with fewer respondents are withheld; at least 5.
    labels : mapping of str to str, optional
        What figures call the dimensions; their names unless given.

    Returns
    -------
    ServqualGap

    Raises
    ------
    ValueError
        If the dimensions or their items do not correspond, a column is unknown, or an
        answer is out of range.

    Notes
    -----
    :math:`G_d` is the mean of the item gaps :math:`P_i - E_i` of which both answers are
    given, :math:`SQ = \bar G_d`, :math:`SQ_w = \sum w_d G_d / \sum w_d`. A score needs at
    least half of its parts. **Order of averaging**: items to respondent (her rows first
    averaged), respondents to group; averaging items over respondents first gives other
    numbers where answers are missing. The reliability of the gap is that of
    `gap_reliability`, with alpha of the items of complete rows. Where internal service
    is analysed, perception alone did marginally better than the gap.

    References
    ----------
    Parasuraman, A., Zeithaml, V. A., & Berry, L. L. (1988). SERVQUAL: A multiple-item
    scale for measuring consumer perceptions of service quality. Journal of Retailing, 64,
    12-40.

    Edwards, J. R. (2001). Ten difference score myths. Organizational Research Methods,
    4, 265-287. https://doi.org/10.1177/109442810143005

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"p1": [5, 6, 4], "p2": [6, 6, 3], "e1": [7, 6, 6], "e2": [7, 7, 5]})
    >>> result = servqual_gap(
    ...     answers, perception={"reliability": ["p1", "p2"]},
    ...     expectation={"reliability": ["e1", "e2"]})
    >>> result.dimensions[["expectation", "perception", "gap"]].round(2).to_numpy()[0].tolist()
    [6.33, 5.0, -1.33]

    Of a study, the scales of its codebook name the items:

    >>> from icx_research import load_example
    >>> study = load_example("company")
    >>> scales = study.codebook.measures
    >>> result = servqual_gap(
    ...     study.table("internal"), respondent="respondent", by="supplier_unit",
    ...     perception={"service": list(scales["internal_perception"].items)},
    ...     expectation={"service": list(scales["internal_expectation"].items)})
    >>> result.groups["supplier_unit"].tolist()[:2]
    ['Facilities', 'Finance']
    """
    check_confidence_level(confidence_level)
    check_min_persons(min_persons)
    design = read_design(perception, expectation, weights, reverse_keyed, response_range, need)
    frame, bad_weights = person_scores(data, design, respondent=respondent, by=by)
    names = [*design.dimensions, "total", *(["weighted"] if weights else [])]
    gaps, *sides = (
        mean_scores(frame, names, part, confidence_level) for part in ("gap", *design.sides)
    )
    total = moments(frame, ["total_gap"])
    parts = ("expectation", "perception", "gap", "need")
    columns = [f"{name}_{part}" for name in names for part in parts]
    columns = [name for name in columns if name in nw.from_native(frame).collect_schema().names()]
    groups, withheld = group_means(frame, columns, by, min_persons=min_persons)
    return ServqualGap(
        dimensions=_dimensions(data, frame, design),
        gaps=gaps,
        levels=dict(zip(design.sides, sides, strict=True)),
        groups=groups,
        n_used=total.n,
        n_dropped=total.n_dropped,
        note="; ".join(part for part in (DESCRIPTIVE, bad_weights, withheld) if part),
        labels={name: TOTALS.get(name, (labels or {}).get(name, name)) for name in names},
        response_range=response_range,
        min_persons=min_persons,
    )


def _dimensions(data: Any, frame: Any, design: Design) -> pd.DataFrame:
    lines = []
    for name in (*design.dimensions, "total"):
        line: dict[str, Any] = {"dimension": name}
        for part in ("expectation", "perception", "gap"):
            line[part] = float(moments(frame, [f"{name}_{part}"]).mean[0])
        points = design.weights.get(name)
        line["weight"] = float(moments(frame, [points]).mean[0]) if points else float("nan")
        both = moments(frame, [f"{name}_perception", f"{name}_expectation"])
        sd = np.sqrt(np.diag(both.cov))
        r = float(both.correlation[0, 1])
        line["correlation"] = r
        alphas = [alpha_of(data, design, name, side) for side in ("expectation", "perception")]
        line["reliability_expectation"], line["reliability_perception"] = alphas
        known = not np.isnan([r, *alphas]).any() and min(alphas) >= 0
        line["reliability_gap"] = (
            gap_reliability(
                reliability_perception=alphas[1],
                reliability_expectation=alphas[0],
                correlation=float(np.clip(r, -1, 1)),
                sd_perception=float(sd[0]),
                sd_expectation=float(sd[1]),
            )
            if known
            else float("nan")
        )
        line["n"] = moments(frame, [f"{name}_gap"]).n
        lines.append(line)
    return pd.DataFrame(lines)
