"""What is in range stays, what is not goes to quarantine with its place and a reason."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw
import pandas as pd

from icx_research.core.errors import StudyError
from icx_research.survey.codebook import Measure, Scale, Score, Source, fold_answer

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,'’ \u00a0\u202f]\d{3})+([.,]\d+)?")
OTHER_DECIMAL = re.compile(r"[+-]?\d+,\d+")
QUARANTINE_COLUMNS = ("table", "file", "row", "column", "reason")


@dataclass
class Quarantine:
    """Rows set aside while one table is validated: place and reason, never content."""

    source: Source
    entries: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def file(self) -> str:
        """Name of the file, or of the table where it came as a frame."""
        return self.source.file or f"{self.source.name} table"

    def add(self, rows: Iterable[int], column: str, reason: str) -> None:
        """Set rows aside for one reason."""
        self.entries += [(row, column, reason) for row in rows]

    @property
    def table(self) -> pd.DataFrame:
        """One line per problem, in the order of the file."""
        lines = [(self.source.name, self.file, *entry) for entry in sorted(self.entries)]
        return pd.DataFrame(lines, columns=list(QUARANTINE_COLUMNS))


def validate_table(
    frame: "nw.DataFrame[Any]",
    rows: list[int],
    source: Source,
    *,
    max_quarantined: float,
    waves: tuple[str, ...] = (),
    ragged: Sequence[tuple[int, str]] = (),
) -> tuple["nw.DataFrame[Any]", Quarantine]:
    """Turn declared columns into keys (text) and numbers; set aside what does not fit.

    Parameters
    ----------
    frame : narwhals DataFrame
        Declared columns, as text or already as numbers.
    rows : list of int
        Row number of each record in its file.
    source : Source
    max_quarantined : float
        Share of rows that may be set aside before the table is unusable.
    waves : tuple of str
        The waves there may be; any where empty.
    ragged : sequence of (int, str)
        Rows that could not be split into columns, with the reason; not in `frame`.

    Returns
    -------
    (narwhals DataFrame, Quarantine)
        Keys named by their roles, items and figures as floats; only clean rows.

    Raises
    ------
    StudyError
        If a unit table has a key twice, a column is empty, or too many rows would
        be set aside.
    """
    quarantine = Quarantine(source, [(row, "", reason) for row, reason in ragged])
    columns: dict[str, list[Any]] = {}
    for role, column in source.keys.items():
        columns[role] = [key_text(cell) for cell in frame[column].to_list()]
        lost = [row for row, cell in zip(rows, columns[role], strict=True) if cell is None]
        quarantine.add(lost, column, f"the {role.replace('_', ' ')} is missing; fill it in")
    if waves and "wave" in columns:
        stray = [row for row, wave in zip(rows, columns["wave"], strict=True)
                 if wave is not None and wave not in waves]  # fmt: skip
        quarantine.add(stray, source.keys["wave"], f"the wave is none of {', '.join(waves)}")
    for name in source.attributes:
        columns[name] = [key_text(cell) for cell in frame[name].to_list()]
    for column, measure in _numeric_columns(source):
        columns[column] = _numbers(frame[column].to_list(), column, measure, rows, quarantine)
    if source.weight:
        columns[source.weight] = _weights(frame[source.weight].to_list(), rows, quarantine)
    if "respondent" not in source.keys and source.grain == "respondent":
        columns["respondent"] = [str(row) for row in rows]
    if "wave" not in source.keys and source.name not in ("units", "crosswalk"):
        columns["wave"] = ["1"] * len(rows)
    _check_duplicates(columns, rows, quarantine)
    bad = {row for row, _, _ in quarantine.entries}
    _check_share(len(bad), len(rows) + len(ragged), quarantine, max_quarantined)
    keep = [row not in bad for row in rows]
    backend = frame.implementation
    clean = nw.DataFrame.from_dict(
        {name: [v for v, use in zip(values, keep, strict=True) if use]
         for name, values in columns.items()},
        schema=_schema(columns, source),
        backend=backend,
    )  # fmt: skip
    return clean, quarantine


def _schema(columns: dict[str, list[Any]], source: Source) -> dict[str, Any]:
    text = {*source.keys, *source.attributes, "respondent", "wave"}
    return {name: nw.String() if name in text else nw.Float64() for name in columns}


def _absent(cell: Any) -> bool:
    return cell is None or cell is pd.NA or cell is pd.NaT or cell != cell


def key_text(cell: Any) -> str | None:
    """Read a key as text; a number keeps no decimals it does not need."""
    if _absent(cell):
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    word = str(cell)
    return word if word.strip() else None


def _numeric_columns(source: Source) -> list[tuple[str, Measure]]:
    found: dict[str, Measure] = {}
    for measure in source.measures.values():
        for column in measure.items if isinstance(measure, Scale) else measure.columns:
            found.setdefault(column, measure)
    return list(found.items())


def _numbers(
    cells: list[Any], column: str, measure: Measure, rows: list[int], quarantine: Quarantine
) -> list[float | None]:
    """Parse one column; equal cells are parsed once."""
    answers = isinstance(measure, Scale)
    limits = measure.response_range
    if isinstance(measure, Score) and column not in measure.values:  # noqa: PD011
        limits = (1.0 if column == measure.n else 0.0, math.inf)
    known = {cell: _number(cell, measure, quarantine.source.decimal) for cell in set(cells)}
    noun = "answer" if answers else "figure"
    strange, outside = set(), set()
    for cell, value in known.items():
        if value is not None and math.isnan(value):
            strange.add(cell)
        elif value is not None and limits and not limits[0] <= value <= limits[1]:
            outside.add(cell)
    advice = "correct it or declare its code in missing_codes"
    comma = {cell for cell in strange if OTHER_DECIMAL.fullmatch(str(cell).strip())}
    grouped = {cell for cell in strange if THOUSANDS.fullmatch(str(cell).strip())}
    if quarantine.source.decimal == ".":
        grouped -= comma
    else:
        comma = set()
    for bad, fault in (
        (grouped, f"the {noun} has marks between its thousands; write it without them"),
        (
            comma,
            f"the {noun} is not a number; it has a decimal comma: declare decimal: ',' for the "
            "file",
        ),
        (strange - comma - grouped, f"the {noun} is not a number; {advice}"),
    ):
        if bad:
            quarantine.add(_rows_of(bad, cells, rows), column, fault)
    if outside and limits:
        span = (
            f"{limits[0]:g} to {limits[1]:g}"
            if math.isfinite(limits[1])
            else f"{limits[0]:g} or more"
        )
        reason = f"the {noun} is outside {span}; {advice}"
        quarantine.add(_rows_of(outside, cells, rows), column, reason)
    if cells and not any(value is not None for value in known.values()):
        raise StudyError(
            f"{quarantine.file}, column {column}: no row holds {'an' if answers else 'a'} {noun}; "
            "leave the column out of the codebook, or export the data again."
        )
    return [known[cell] for cell in cells]


def _rows_of(bad: set[Any], cells: list[Any], rows: list[int]) -> list[int]:
    return [row for row, cell in zip(rows, cells, strict=True) if cell in bad]


def _number(cell: Any, measure: Measure, decimal: str) -> float | None:
    """Read one cell: None where there is no answer, nan where it is no number."""
    if _absent(cell):
        return None
    word = str(cell).strip()
    if not word or word in measure.missing_codes:
        return None
    if isinstance(measure, Scale) and (value := measure.answers.get(fold_answer(word))) is not None:
        return value
    if isinstance(cell, str) and decimal != ".":
        if "." in word:
            return math.nan
        word = word.replace(decimal, ".")
    if not NUMBER.fullmatch(word):
        return math.nan
    value = float(word)
    codes = (float(code) for code in measure.missing_codes if NUMBER.fullmatch(code))
    return None if value in codes else value


def _weights(cells: list[Any], rows: list[int], quarantine: Quarantine) -> list[float | None]:
    column = str(quarantine.source.weight)
    values: list[float | None] = []
    for row, cell in zip(rows, cells, strict=True):
        word = str(cell).strip().replace(quarantine.source.decimal, ".")
        value = float(word) if NUMBER.fullmatch(word) else math.nan
        if not value > 0:
            raise StudyError(
                f"{quarantine.file}, row {row}, column {column}: a weight must be a number "
                "above 0; correct it or remove the row."
            )
        values.append(value)
    return values


def _check_duplicates(
    columns: dict[str, list[Any]], rows: list[int], quarantine: Quarantine
) -> None:
    """Set aside every row of a key that stands twice; refuse it in a table of units."""
    source = quarantine.source
    roles = [
        role
        for role in ("respondent", "client_unit", "serving_unit", "unit", "supplier_unit", "wave")
        if role in columns
    ]
    keys = list(zip(*(columns[role] for role in roles), strict=True))
    if len(set(keys)) == len(keys):
        return
    places: dict[tuple[Any, ...], list[int]] = {}
    for row, key in zip(rows, keys, strict=True):
        if None not in key:
            places.setdefault(key, []).append(row)
    named = " + ".join(source.keys[role] for role in roles if role in source.keys)
    for found in places.values():
        if len(found) < 2:
            continue
        if source.grain == "unit":
            raise StudyError(
                f"{quarantine.file}, row {found[1]}, column {named}: the same key stands in row "
                f"{found[0]}; keep one row per key, or declare the wave column."
            )
        for row in found:
            twin = found[1] if row == found[0] else found[0]
            quarantine.add([row], named, f"the same key stands in row {twin}; keep one of them")


def _check_share(bad: int, total: int, quarantine: Quarantine, limit: float) -> None:
    """Refuse a table of which too much, or everything, would be set aside."""
    if bad <= limit * total and bad < total:
        return
    table = quarantine.table
    reason, column = table.groupby(["reason", "column"], sort=False).size().idxmax()
    row = table.loc[(table["reason"] == reason) & (table["column"] == column), "row"].iloc[0]
    if str(reason).startswith("the same key"):
        reason = (
            "the same key stands in other rows, too; declare the supplier_unit or wave column "
            "under keys, or keep one row per key"
        )
    at = f", column {column}" if column else ""
    raise StudyError(
        f"{quarantine.file}, row {row}{at}: {reason} ({bad} of {total} rows cannot be used; at "
        f"most {limit:.0%} may be set aside)."
    )
