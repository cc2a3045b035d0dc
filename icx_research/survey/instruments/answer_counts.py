"""One question, counted per group of respondents: what the one-item instruments share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.errors import UnsuitableData
from icx_research.core.frames import check_columns, collected
from icx_research.core.results import Estimate, SampleResult, estimate_table, with_interval
from icx_research.survey.disclosure.suppression import groups_withheld, withheld_words

ANSWER = "_answer"
EVERYONE = "_everyone"


@dataclass(frozen=True, repr=False)
class GroupedScore(SampleResult):
    """A score of all answers, or of each group of them, with intervals.

    Attributes
    ----------
    name : str
        The score; it says which rule was applied.
    groups : tuple of str
        Names of the groups; the score's own name without groups.
    estimates : tuple of Estimate
        One per group; nan where the group is too small to be shown.
    standard_errors : tuple of float
        Plain, without adjustment for small groups.
    counts : tuple of float
        Answers per group; nan where withheld.
    digits : int
        Decimals in the sentence.
    n_used, n_dropped : int
        Answers given and missing (an answer without a group counts as missing).
    note : str
        How many groups are withheld.
    """

    name: str
    groups: tuple[str, ...]
    estimates: tuple[Estimate, ...]
    standard_errors: tuple[float, ...]
    counts: tuple[float, ...]
    digits: int

    @property
    def estimate(self) -> Estimate:
        """The score of all answers; with groups there are several, see `table`."""
        if len(self.estimates) > 1:
            raise ValueError(f"There are {len(self.estimates)} groups; take them from table.")
        return self.estimates[0]

    @property
    def table(self) -> pd.DataFrame:
        """One row per group: term, estimate, plain standard error, interval, n."""
        parts = zip(self.groups, self.estimates, self.standard_errors, self.counts, strict=True)
        return estimate_table([found.row(group, se=se, n=n) for group, found, se, n in parts])

    def to_apa(self) -> str:
        """Score, interval and answers; with groups the number of groups."""
        if len(self.estimates) > 1:
            return f"{self.name} of {len(self.estimates)} groups, n = {self.n_used}"
        found = self.estimates[0]
        told = with_interval(found, digits=self.digits)
        return f"{self.name} = {told}, n = {self.n_used}"


Kind = TypeVar("Kind", bound=GroupedScore)


@dataclass(frozen=True, eq=False)
class Counts:
    """Answers of each group, reduced to counts.

    Attributes
    ----------
    table : DataFrame
        `group`, `n`, `mean`, `sd` and one column per condition.
    n_dropped : int
    grouped : bool
    """

    table: pd.DataFrame
    n_dropped: int
    grouped: bool


def count_answers(
    data: Any,
    *,
    item: str | None,
    by: str | Sequence[str] | None,
    response_range: tuple[float, float],
    conditions: Mapping[str, tuple[float, float]],
) -> Counts:
    """Count the answers of each group that lie in each (lowest, highest) condition."""
    frame, keys = _frame(data, item, by)
    low, high = response_range
    answer = nw.col(ANSWER)
    total = _single(frame.select(n=nw.len()), "n")
    frame = frame.filter(~nw.any_horizontal(*(nw.col(k).is_null() for k in keys), answer.is_null(),
                                            ignore_nulls=True))  # fmt: skip
    frame = frame.filter(~answer.is_nan())
    possible = (answer >= low) & (answer <= high) & (answer == answer.floor())
    flags = {"impossible": ~possible} | {
        name: (answer >= first) & (answer <= last) for name, (first, last) in conditions.items()
    }
    frame = frame.with_columns(**{name: flag.cast(nw.Int64()) for name, flag in flags.items()})
    sums = [answer.count().alias("n"), answer.mean().alias("mean"),
            answer.std(ddof=1).alias("sd"), nw.col(*flags).sum()]  # fmt: skip
    counted = collected(frame.group_by(keys).agg(*sums).sort(keys))
    table = pd.DataFrame(counted.to_dict(as_series=False))
    used = int(table["n"].sum())
    impossible = int(table["impossible"].sum())
    if impossible:
        raise UnsuitableData(
            f"Answers must be whole numbers from {low:g} to {high:g}; {impossible} of {used} are "
            "not. Turn codes that mean 'no answer' into missing values."
        )
    if not used:
        raise UnsuitableData("There is no answer to count; all are missing.")
    table.insert(0, "group", [" / ".join(map(str, row)) for row in table[keys].to_numpy()])
    return Counts(table, total - used, by is not None)


def _frame(data: Any, item: str | None, by: str | Sequence[str] | None) -> tuple[Any, list[str]]:
    """Bring a series, or the columns of a frame, to keys and one column of answers."""
    found: Any = nw.from_native(data, allow_series=True)
    if isinstance(found, nw.Series):
        if item is not None or by is not None:
            raise ValueError("item and by name columns of a data frame; data is a single column.")
        found, item = found.alias(ANSWER).to_frame(), ANSWER
    if item is None:
        raise ValueError("item is needed: the name of the column with the answers.")
    keys = [by] if isinstance(by, str) else list(by or [])
    check_columns((item, *keys), found.collect_schema().names())
    answer = nw.col(item).cast(nw.Float64()).alias(ANSWER)
    if not keys:
        return found.select(answer).with_columns(nw.lit("all").alias(EVERYONE)), [EVERYONE]
    return found.select(*keys, answer), keys


def _single(frame: Any, name: str) -> int:
    return int(collected(frame)[name].to_list()[0])


def grouped_score(
    kind: type[Kind],
    counts: Counts,
    scores: Sequence[tuple[Estimate, float]],
    *,
    name: str,
    digits: int,
    min_persons: int,
) -> Kind:
    """Put estimates and standard errors together, without groups too small to be shown."""
    n = counts.table["n"].to_numpy(float)
    shown = np.full(len(n), True)
    if counts.grouped:
        shown = ~groups_withheld(n, min_persons=min_persons)
    level = scores[0][0].confidence_level
    withheld = int((~shown).sum())
    note = withheld_words(withheld, "answers", min_persons=min_persons)
    return kind(
        name=name,
        groups=tuple(counts.table["group"]) if counts.grouped else (name,),
        estimates=tuple(
            estimate if show else Estimate(np.nan, np.nan, np.nan, level)
            for (estimate, _), show in zip(scores, shown, strict=True)
        ),
        standard_errors=tuple(
            se if show else np.nan for (_, se), show in zip(scores, shown, strict=True)
        ),
        counts=tuple(np.where(shown, n, np.nan).tolist()),
        digits=digits,
        n_used=int(n.sum()),
        n_dropped=counts.n_dropped,
        note=note,
    )
