"""From items to the scores of service quality, respondent by respondent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.errors import UnsuitableData
from icx_research.core.frames import check_columns, collected
from icx_research.core.intervals import wald_interval
from icx_research.core.reduction import moments
from icx_research.core.results import Estimate, SampleResult, estimate_table
from icx_research.survey.disclosure.suppression import groups_withheld, withheld_words
from icx_research.survey.scores.scoring import mean_of_answered

POINTS = 100.0  # importance points that a respondent spreads over the dimensions
POINTS_TOLERANCE = 0.5  # thirds are written as 33.3


@dataclass(frozen=True, repr=False)
class GapResult(SampleResult):
    """Mean gaps by dimension and in total; see `ServqualGap`."""

    dimensions: pd.DataFrame
    gaps: tuple[tuple[str, Estimate, float, int], ...]

    @property
    def estimate(self) -> Estimate:
        """The total gap, unweighted."""
        return next(found for name, found, _, _ in self.gaps if name == "total")

    @property
    def table(self) -> pd.DataFrame:
        """One row per gap: term, estimate, standard error, interval, n."""
        return mean_rows(self.gaps)


@dataclass(frozen=True)
class Design:
    """Which items make which dimension.

    Attributes
    ----------
    perception, expectation, need : dict of str to tuple of str
        `expectation` and `need` are empty where they were not asked.
    weights : dict of str to str
        Dimension to column of points; empty without weights.
    reverse_keyed : tuple of str
    response_range : (float, float)
    """

    perception: Mapping[str, tuple[str, ...]]
    expectation: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, str]
    reverse_keyed: tuple[str, ...]
    response_range: tuple[float, float]
    need: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Names of the dimensions."""
        return tuple(self.perception)

    @property
    def sides(self) -> dict[str, Mapping[str, tuple[str, ...]]]:
        """What was asked of each dimension: perception, and expectation and need if so."""
        every = {
            "perception": self.perception, "expectation": self.expectation, "need": self.need,
        }  # fmt: skip
        return {side: items for side, items in every.items() if items}

    def items(self, dimension: str, side: str) -> tuple[str, ...]:
        """Items of a dimension, or of all of them under the name total."""
        known = self.sides.get(side, {})
        if dimension == "total":
            return tuple(item for items in known.values() for item in items)
        return known[dimension]

    def keyed(self, item: str) -> nw.Expr:
        """Answers to an item, high meaning much."""
        answer = nw.col(item).cast(nw.Float64())
        low, high = self.response_range
        return low + high - answer if item in self.reverse_keyed else answer


def read_design(
    perception: Mapping[str, Sequence[str]],
    expectation: Mapping[str, Sequence[str]],
    weights: Mapping[str, str] | None,
    reverse_keyed: Sequence[str],
    response_range: tuple[float, float],
    need: Mapping[str, Sequence[str]] | None = None,
) -> Design:
    """Check that dimensions, items and weights correspond."""
    if not perception or not all(len(items) for items in perception.values()):
        raise ValueError("perception needs at least one dimension, each with at least one item.")
    for name in ("total", "weighted"):
        if name in perception:
            raise ValueError(f"A dimension cannot be called {name!r}: that is what is made of all.")
    if expectation and set(expectation) != set(perception):
        raise ValueError(
            f"perception and expectation need the same dimensions; got {list(perception)} and "
            f"{list(expectation)}."
        )
    for name in expectation:
        if len(expectation[name]) != len(perception[name]):
            raise ValueError(
                f"Dimension {name!r} has {len(perception[name])} perception and "
                f"{len(expectation[name])} expectation items; they are paired in order."
            )
    if need is not None and (set(need) != set(perception) or not all(map(len, need.values()))):
        raise ValueError(
            f"need must name at least one item for each of {list(perception)}; got {dict(need)}."
        )
    if weights is not None and set(weights) != set(perception):
        raise ValueError(
            f"weights needs a column for each of {list(perception)}; got {list(weights)}."
        )
    design = Design(
        {name: tuple(items) for name, items in perception.items()},
        {name: tuple(expectation[name]) for name in perception if expectation},
        dict(weights or {}),
        tuple(reverse_keyed),
        response_range,
        {name: tuple(need[name]) for name in perception} if need else {},
    )
    items = [item for side in design.sides for item in design.items("total", side)]
    twice = [item for at, item in enumerate(items) if item in items[:at]]
    if twice:
        raise ValueError(f"Item {twice[0]!r} is named twice; an item belongs to one place.")
    stray = [item for item in reverse_keyed if item not in items]
    if stray:
        raise ValueError(f"reverse_keyed names {stray[0]!r}, which is no item of a dimension.")
    return design


def person_scores(
    data: Any, design: Design, *, respondent: str | None, by: str | Sequence[str] | None
) -> tuple[Any, str]:
    """Score each row, then average the rows of a person within her group.

    Returns
    -------
    (frame, str)
        A frame of the engine of `data` with the keys, `<dimension>_perception` and so on,
        the weights; and a sentence about weights that could not be used.
    """
    frame = nw.from_native(data)
    keys = [by] if isinstance(by, str) else list(by or [])
    items = [item for side in design.sides for item in design.items("total", side)]
    needed = [*keys, *([respondent] if respondent else []), *items, *design.weights.values()]
    check_columns(needed, frame.collect_schema().names())
    _check_range(frame, items, design.response_range)
    frame = frame.select(*needed).with_columns(**_dimension_scores(design))
    frame, unusable = _with_totals(frame, design)
    group = [*keys, *([respondent] if respondent else [])]
    if respondent:
        scores = [
            name
            for name in frame.collect_schema().names()
            if name not in (*group, *items) or name in design.weights.values()
        ]
        frame = frame.group_by(group).agg(nw.col(*scores).mean())
    note = f"{unusable} row(s) have weights that do not sum to 100 and no weighted score"
    return frame.to_native(), note if unusable else ""


def _check_range(frame: Any, items: list[str], response_range: tuple[float, float]) -> None:
    low, high = response_range
    extremes = collected(frame.select(
        *(nw.col(item).cast(nw.Float64()).min().alias(f"low {item}") for item in items),
        *(nw.col(item).cast(nw.Float64()).max().alias(f"high {item}") for item in items),
    ))  # fmt: skip
    for item in items:
        lowest, highest = (extremes[f"{end} {item}"].to_list()[0] for end in ("low", "high"))
        if (lowest is not None and lowest < low) or (highest is not None and highest > high):
            raise UnsuitableData(
                f"Answers to {item!r} lie outside the range {low:g} to {high:g}; correct "
                "response_range, or turn codes that mean 'no answer' into missing values."
            )


def _dimension_scores(design: Design) -> dict[str, nw.Expr]:
    scores: dict[str, nw.Expr] = {}
    for name in design.dimensions:
        parts = {side: [design.keyed(i) for i in items[name]]
                 for side, items in design.sides.items()}  # fmt: skip
        if design.expectation:
            pairs = zip(parts["perception"], parts["expectation"], strict=True)
            parts["gap"] = [perceived - expected for perceived, expected in pairs]
        scores |= {f"{name}_{part}": mean_of_answered(answers) for part, answers in parts.items()}
    return scores


def _with_totals(frame: Any, design: Design) -> tuple[Any, int]:
    """Add total and weighted scores; count the rows whose weights cannot be used."""
    parts = [*design.sides, *(["gap"] if design.expectation else [])]
    totals = {
        f"total_{part}": mean_of_answered([nw.col(f"{name}_{part}") for name in design.dimensions])
        for part in parts
    }
    frame = frame.with_columns(**totals)
    if not design.weights:
        return frame, 0
    points = [nw.col(column).cast(nw.Float64()) for column in design.weights.values()]
    given = nw.sum_horizontal(*points)
    asked = nw.sum_horizontal(*((~w.is_null()).cast(nw.Int64()) for w in points))
    lowest = nw.min_horizontal(*points)
    usable = (asked == len(points)) & ((given - POINTS).abs() <= POINTS_TOLERANCE) & (lowest >= 0)
    weighted = {}
    for part in parts:
        scores = [nw.col(f"{name}_{part}") for name in design.dimensions]
        carried = [
            nw.when(~score.is_null()).then(w) for score, w in zip(scores, points, strict=True)
        ]
        total = nw.sum_horizontal(*(s * w for s, w in zip(scores, points, strict=True)))
        weight = nw.sum_horizontal(*carried)
        enough = usable & ~nw.col(f"total_{part}").is_null() & (weight > 0)
        weighted[f"weighted_{part}"] = nw.when(enough).then(total / weight)
    frame = frame.with_columns(**weighted, _unusable=((asked > 0) & ~usable).cast(nw.Int64()))
    counted = collected(frame.select(n=nw.col("_unusable").sum()))
    return frame.drop("_unusable"), int(counted["n"].to_list()[0] or 0)


def alpha_of(data: Any, design: Design, dimension: str, side: str) -> float:
    """Coefficient alpha of complete rows; nan for one item or where nothing varies."""
    items = list(design.items(dimension, side))
    if len(items) < 2:
        return float("nan")
    cov = moments(data, items).cov
    turned = np.array([-1.0 if item in design.reverse_keyed else 1.0 for item in items])
    cov = cov * turned[:, None] * turned
    k, total = len(items), float(cov.sum())
    return k / (k - 1) * (1 - float(np.trace(cov)) / total) if total > 0 else float("nan")


def mean_scores(
    frame: Any, names: Sequence[str], part: str, confidence_level: float
) -> tuple[tuple[str, Estimate, float, int], ...]:
    """Per name the mean of one part with its t interval, its standard error and n."""
    scores = []
    for name in names:
        reduced = moments(frame, [f"{name}_{part}"])
        n, mean = reduced.n, float(reduced.mean[0])
        se = float(np.sqrt(reduced.cov[0, 0] / n)) if n > 1 else float("nan")
        scores.append((name, wald_interval(mean, se, confidence_level, df=n - 1), se, n))
    return tuple(scores)


def mean_rows(scores: Sequence[tuple[str, Estimate, float, int]]) -> pd.DataFrame:
    """Make a result table of named means."""
    return estimate_table([found.row(name, se=se, n=n) for name, found, se, n in scores])


def group_means(
    frame: Any, columns: list[str], by: str | Sequence[str] | None, *, min_persons: int
) -> tuple[pd.DataFrame | None, str]:
    """Average respondents per group; too few respondents, or what would tell them, leave nan."""
    if by is None:
        return None, ""
    keys = [by] if isinstance(by, str) else list(by)
    pieces, counts = {}, {}
    for name in columns:
        found = moments(frame, [name], by=keys)
        index = pd.MultiIndex.from_tuples(list(found.groups), names=keys)
        counts[name] = pd.Series(found.n.astype(float), index=index)
        hidden = groups_withheld(found.n, min_persons=min_persons)
        pieces[name] = pd.Series(found.mean[:, 0], index=index).mask(hidden)
    table, n = pd.DataFrame(pieces), pd.DataFrame(counts).max(axis=1)
    all_hidden = (n < min_persons) | table.isna().all(axis=1)
    withheld = int(all_hidden.sum())
    table.insert(0, "n", n.mask(all_hidden))
    note = withheld_words(withheld, "respondents", min_persons=min_persons)
    return table.sort_index().reset_index(), note
