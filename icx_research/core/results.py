"""The shape every analysis answers in."""

import html
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import pandas as pd

from icx_research.core.apa import interval, number
from icx_research.core.display import shown_table, table_html

TABLE_COLUMNS = (
    "term", "estimate", "se", "ci_low", "ci_high", "statistic", "df", "p_value", "n",
)  # fmt: skip


@dataclass(frozen=True)
class Estimate:
    """One number with its interval, in full precision.

    Attributes
    ----------
    value, ci_low, ci_high : float
        Point estimate and limits, in the unit of the analysis.
    confidence_level : float
        Coverage of the interval, as a fraction.
    """

    value: float
    ci_low: float
    ci_high: float
    confidence_level: float

    def scaled(self, factor: float) -> "Estimate":
        """Multiply estimate and limits; a negative factor swaps the limits."""
        low, high = sorted((self.ci_low * factor, self.ci_high * factor))
        return Estimate(self.value * factor, low, high, self.confidence_level)

    @property
    def limits(self) -> str:
        """The interval of a bounded coefficient, as it is written.

        Examples
        --------
        >>> Estimate(0.31, 0.052, 0.529, 0.95).limits
        '95% CI [.05, .53]'
        """
        return interval(self.ci_low, self.ci_high, confidence_level=self.confidence_level)

    def row(self, term: str, **others: object) -> dict[str, object]:
        """Give the row of a result table (see `estimate_table`), with what else is known."""
        limits = {"ci_low": self.ci_low, "ci_high": self.ci_high}
        return {"term": term, "estimate": self.value, **limits, **others}


class Result(ABC):
    """What every result shares: a table, a sentence, and a display without addresses.

    Subclasses are frozen dataclasses with ``repr=False`` that hold unrounded
    numbers; rounding belongs to display.
    """

    @property
    @abstractmethod
    def table(self) -> pd.DataFrame:
        """One row per estimate; columns in the order of `TABLE_COLUMNS`."""

    @abstractmethod
    def to_apa(self) -> str:
        """One sentence with the numbers, without words of judgement."""

    def __repr__(self) -> str:
        """Name the kind of result and give its sentence."""
        return f"{type(self).__name__}: {self.to_apa()}"

    def _repr_html_(self) -> str:
        return table_html(self.table)


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class SampleResult(Result):
    """A result of rows, which says how many it rests on.

    Attributes
    ----------
    n_used, n_dropped : int
        Rows the result rests on, and rows left out.
    note : str
        What a reader must know of it; else empty.
    """

    n_used: int
    n_dropped: int
    note: str = ""

    @property
    def _remark(self) -> str:
        """The note, as it ends a sentence."""
        return f" ({self.note})" if self.note else ""


@dataclass(frozen=True, repr=False, eq=False)
class Overview(ABC):
    """One question asked of many scales, pairs or waves; refusals stand in it beside estimates.

    Attributes
    ----------
    table : DataFrame
        One row per estimate. A row that the data do not allow has a `note` and no numbers.
    labels : mapping of str to str
        The words of the codebook for the names in the table.
    refusal : str
        Why the study does not allow the question at all, as `refusal_words` puts it; then the
        table has no rows.
    """

    table: pd.DataFrame
    labels: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""

    @abstractmethod
    def answer(self) -> str:
        """Say what the numbers mean, or why there are none, in sentences."""

    def label(self, name: str) -> str:
        """Words of the codebook for a name; the name itself where it has none."""
        return self.labels.get(name, name)

    def filter(self, regex: str) -> Self:
        """Keep the columns whose names match, as `DataFrame.filter` does, to show some of them."""
        return replace(self, table=self.table.filter(regex=regex))

    def __repr__(self) -> str:
        """Show the table as it is read, or the refusal."""
        return self.refusal or repr(shown_table(self.table))

    def _repr_html_(self) -> str:
        if self.refusal:
            return f"<p>{html.escape(self.refusal)}</p>"
        return table_html(self.table)


def estimate_table(rows: list[dict[str, object]] | pd.DataFrame) -> pd.DataFrame:
    """Build a result table with the columns that apply, in the common order."""
    table = pd.DataFrame(rows)
    return table[[name for name in TABLE_COLUMNS if name in table]]


def value_table(
    values: Mapping[str, float] | pd.Series,
    *,
    n: int,
    intervals: Mapping[str, Estimate] | None = None,
) -> pd.DataFrame:
    """Build the table of values by term, of which all, some or none have an interval."""
    known = intervals or {}
    return estimate_table(
        [
            known[term].row(term, n=n) if term in known else {"term": term, "estimate": v, "n": n}
            for term, v in values.items()
        ]
    )


def chi_square_table(term: str, chi_square: float, df: int, p_value: float, n: int) -> pd.DataFrame:
    """Build the table of a single test."""
    row = {"term": term, "statistic": chi_square, "df": df, "p_value": p_value, "n": n}
    return estimate_table([row])


def largest_first(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Sort rows by the size of a number, equal ones as they stood."""
    order = table[column].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def check_confidence_level(confidence_level: float) -> None:
    """Refuse a confidence level that is not a fraction."""
    if not 0 < confidence_level < 1:
        raise ValueError(f"confidence_level must lie between 0 and 1, not {confidence_level}.")


def check_choice(value: str, name: str, *known: str) -> None:
    """Refuse an option that is none of the known ones."""
    if value not in known:
        *first, last = map(repr, known)
        raise ValueError(f"{name} must be {', '.join(first)} or {last}, not {value!r}.")


def with_interval(estimate: "Estimate", *, digits: int = 2) -> str:
    """Format an estimate of any size with its confidence interval.

    Examples
    --------
    >>> from icx_research import Estimate
    >>> with_interval(Estimate(-0.527, -1.2, 0.149, 0.95))
    '−0.53, 95% CI [−1.20, 0.15]'
    """
    value, low, high = (
        number(part, digits=digits) for part in (estimate.value, estimate.ci_low, estimate.ci_high)
    )
    return f"{value}, {100 * estimate.confidence_level:g}% CI [{low}, {high}]"
