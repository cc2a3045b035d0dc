"""The value types of a codebook: what the files hold and what is asked of them."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from icx_research.core import cutoffs
from icx_research.survey.codebook.layouts import LongColumns, SupplierBlocks

# Roles that tell the rows of a table apart, in the order they are named.
ROLES = (
    "respondent", "client_unit", "serving_unit", "unit", "supplier_unit", "touchpoint", "wave",
)  # fmt: skip

ORGANISATION = "organisation"


def fold_answer(word: str) -> str:
    """Compare answers in words without regard to case and spacing."""
    return " ".join(word.split()).casefold()


@dataclass(frozen=True)
class Scale:
    """A scale of one questionnaire: items answered by respondents.

    Attributes
    ----------
    name, label : str
    items : dict of str to str
        Column of each item, with its wording.
    response_range : (float, float)
        Lowest and highest possible answer.
    reverse_keyed : tuple of str
        Items on which a high answer means a low score; a subset of `items`.
    missing_codes : tuple of str
        Codes that mean "no answer".
    kind, higher_is : str
    answers : dict of str to float
        Answers that stand in the file as words, with their number; see `fold_answer`.
    """

    name: str
    label: str
    items: Mapping[str, str]
    response_range: tuple[float, float]
    reverse_keyed: tuple[str, ...] = ()
    missing_codes: tuple[str, ...] = ()
    kind: str = "other"
    higher_is: str = "better"
    answers: Mapping[str, float] = field(default_factory=dict)

    @property
    def axis_label(self) -> str:
        """Label with the range of answers, as an axis shows it."""
        low, high = self.response_range
        return f"{self.label} ({low:g}–{high:g}, unit mean)"


@dataclass(frozen=True)
class Score:
    """A published figure of a unit: a mean, a percentage or a share.

    Attributes
    ----------
    name, label : str
    values : tuple of str
        Columns whose mean is the score.
    n, standard_error, sd : str or None
        Columns with the persons behind the figure, its standard error, and the standard
        deviation of persons.
    metric : str
        "mean", "percent" or "share".
    response_range : (float, float) or None
    missing_codes : tuple of str
    higher_is : str
    shares : dict of str to float
        Where `values` are shares of persons: the number of the answer each of them chose.
    """

    name: str
    label: str
    values: tuple[str, ...]
    n: str | None = None
    standard_error: str | None = None
    metric: str = "mean"
    response_range: tuple[float, float] | None = None
    missing_codes: tuple[str, ...] = ()
    higher_is: str = "better"
    sd: str | None = None
    shares: Mapping[str, float] = field(default_factory=dict)

    @property
    def axis_label(self) -> str:
        """Label with the level; the unit of measurement is part of the label."""
        return f"{self.label}, per unit"

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the score reads."""
        beside = (self.n, self.standard_error, self.sd)
        return (*self.values, *(name for name in beside if name))

    def limits(self, column: str) -> tuple[float, float] | None:
        """Lowest and highest possible figure of a column; None where there is no limit."""
        if column not in self.values:
            return (1.0 if column == self.n else 0.0), math.inf
        return (0.0, 100.0) if self.shares else self.response_range


Measure = Scale | Score


@dataclass(frozen=True)
class Source:
    """One file of the study: where it is, what a row is, which columns count.

    Attributes
    ----------
    name : str
        "internal", "external", "employees", "units", "programme", "outcomes" or
        "crosswalk".
    file : str or None
        None for tables handed over as frames.
    keys : dict of str to str
        Role (`respondent`, `client_unit`, ...) to column.
    grain : str
        "respondent" or "unit".
    measures : dict of str to Scale or Score
    attributes : dict of str to str
        Columns that describe units, or the rows of a survey, with labels.
    indicators : dict of str to str
        Columns that say whether a programme runs, with labels.
    blocks : SupplierBlocks or None
        Where one row holds ratings of several suppliers.
    date_format : str
        As of `strptime`; empty for ISO 8601.
    weight : str or None
        Column with the weight of each row: of a survey, for describing respondents only; of
        a crosswalk, the share of customers.
    where : dict of str to tuple of str
        Entries that the rows in use have in these columns.
    long : LongColumns or None
        Where each answer has a row of its own.
    encoding, separator, decimal, sheet, format, unfinished : str
        How the file is written; see `icx codebook`.
    """

    name: str
    file: str | None
    keys: Mapping[str, str]
    grain: str = "unit"
    measures: Mapping[str, Measure] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"
    separator: str = ","
    decimal: str = "."
    sheet: str = ""
    format: str = ""
    unfinished: str = "keep"
    published: bool = False
    proxy: bool = False
    weight: str | None = None
    cardinality: str = "one_to_one"
    indicators: Mapping[str, str] = field(default_factory=dict)
    blocks: SupplierBlocks | None = None
    date_format: str = ""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    long: LongColumns | None = None

    @property
    def unit_key(self) -> str:
        """The role of the unit this table is about."""
        roles = ("client_unit", "serving_unit", "unit")
        return next(role for role in roles if role in self.keys)

    @property
    def scales(self) -> tuple[Scale, ...]:
        """The measures that are made of items."""
        return tuple(m for m in self.measures.values() if isinstance(m, Scale))

    @property
    def columns(self) -> tuple[str, ...]:
        """Every declared column, keys first, each once."""
        names = [*self.keys.values(), *self.attributes, *self.indicators, *self.where]
        if self.long:
            names += [self.long.item, self.long.answer]
        else:
            names += [name for one in self.measures.values() for name in self.columns_of(one)]
        if self.weight:
            names.append(self.weight)
        return tuple(dict.fromkeys(names))

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles of the keys, with the supplier where the column names tell it."""
        return (*self.keys, *(("supplier_unit",) if self.blocks else ()))

    def columns_of(self, measure: Measure) -> tuple[str, ...]:
        """Columns of the file that a scale or score reads; with blocks, supplier by supplier."""
        if isinstance(measure, Score):
            return measure.columns
        each = [self.columns_of_item(item) for item in measure.items]
        return tuple(column for of_supplier in zip(*each, strict=True) for column in of_supplier)

    def columns_of_item(self, item: str) -> tuple[str, ...]:
        """Columns that hold the answers to an item: one, or one for each supplier."""
        if self.blocks is None:
            return (item,)
        return tuple(self.blocks.column(supplier, item) for supplier in self.blocks.suppliers)

    @property
    def facts(self) -> Mapping[str, str]:
        """What the table says of units, with labels: attributes and indicators of programmes."""
        own = {ORGANISATION: ORGANISATION} if ORGANISATION in self.keys else {}
        return {**own, **self.attributes, **self.indicators} if self.grain == "unit" else {}


@dataclass(frozen=True)
class Question:
    """What the study asks: scores, what is held constant, groups of units."""

    internal: tuple[str, ...]
    external: tuple[str, ...]
    controls: tuple[str, ...] = ()
    subsets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    wave: str | None = None


@dataclass(frozen=True)
class Thresholds:
    """Limits of the gates; the defaults are named in `core.cutoffs`."""

    min_persons: int = cutoffs.MIN_PERSONS
    min_matched: float = cutoffs.MIN_MATCHED_SHARE
    max_quarantined: float = cutoffs.MAX_QUARANTINED_SHARE
    smallest_correlation: float = cutoffs.SMALLEST_CORRELATION
    signed_by: str = ""
    signed_on: dt.date | None = None
    reason: str = ""


@dataclass(frozen=True)
class Codebook:
    """A parsed `study.yaml`: every name in it resolves.

    Attributes
    ----------
    study : str
        Title.
    sources : dict of str to Source
    question : Question
    thresholds : Thresholds
    waves : tuple of str
        Declared order of the waves; empty where their names tell it.
    wave_dates : dict of str to (date, date)
        First and last day of each wave, where declared.
    cautions : tuple of str
    description, source, licence : str
    unlinked_client_units, unlinked_serving_units : tuple of str
    same_respondents : str
        "same", "different" or "unknown" respondents of both surveys; empty unless stated.
    path : Path or None
        The file it was read from.
    digest : str
        SHA-256 of the codebook's text.
    """

    study: str
    sources: Mapping[str, Source]
    question: Question
    thresholds: Thresholds = Thresholds()
    waves: tuple[str, ...] = ()
    wave_dates: Mapping[str, tuple[dt.date, dt.date]] = field(default_factory=dict)
    cautions: tuple[str, ...] = ()
    description: str = ""
    source: str = ""
    licence: str = ""
    unlinked_client_units: tuple[str, ...] = ()
    unlinked_serving_units: tuple[str, ...] = ()
    same_respondents: str = ""
    path: Path | None = None
    digest: str = ""

    @property
    def has_waves(self) -> bool:
        """Whether a survey has waves: a column with them, or with dates that tell them."""
        surveys = (self.sources.get(name) for name in ("internal", "external", "employees"))
        return any(source is not None and self.tells_waves(source) for source in surveys)

    def tells_waves(self, source: Source) -> bool:
        """Whether the rows of a table belong to waves, by name or by date."""
        return "wave" in source.keys or ("date" in source.keys and bool(self.wave_dates))

    @property
    def measures(self) -> dict[str, Measure]:
        """Every scale and score of the study by name."""
        return {
            name: measure
            for source in self.sources.values()
            for name, measure in source.measures.items()
        }

    def source_of(self, measure: str) -> Source:
        """Find the table a scale or score belongs to."""
        for source in self.sources.values():
            if measure in source.measures:
                return source
        raise ValueError(f"The codebook has no scale or score {measure!r}; it has "
                         f"{', '.join(self.measures)}.")  # fmt: skip

    def label(self, name: str) -> str:
        """Label of a scale, score, attribute, indicator or supplier; else the name itself."""
        if name in self.measures:
            return self.measures[name].label
        sources = self.sources.values()
        known = [labels for source in sources for labels in (source.facts, source.attributes)]
        known += [source.blocks.suppliers for source in sources if source.blocks]
        return next((labels[name] for labels in known if name in labels), name)


UNIT_ROLES = ("client_unit", "serving_unit", "unit")
