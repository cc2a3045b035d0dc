"""What is in range stays, what is not goes to quarantine with its place and a reason."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.cells import (
    NUMBER,
    OTHER_DECIMAL,
    SPREADSHEET_ERROR,
    key_text,
    number,
    yes_or_no,
)
from icx_research.survey.codebook.types import Codebook, Measure, Scale, Source
from icx_research.survey.files.supplier_columns import items_of
from icx_research.survey.study.answer_shares import check_sums
from icx_research.survey.study.number_faults import number_faults
from icx_research.survey.study.quarantine import Quarantine, check_duplicates, check_share
from icx_research.survey.study.supplier_blocks import Ratings, stacked
from icx_research.survey.study.wave_checks import (
    check_days,
    check_few,
    days_read,
    read_days,
    waves_of_days,
)

TIMELESS = ("units", "programme", "crosswalk")  # tables whose rows need not belong to a wave


@dataclass(frozen=True, eq=False)
class Validated:
    """One table after validation.

    Attributes
    ----------
    frame : narwhals DataFrame
        Keys named by their roles, items and figures as floats; only clean rows.
    quarantine : Quarantine
    n_read : int
        Rows before quarantine; ratings where one row holds several.
    log : tuple of str
        What the rows turned out to be; no answers.
    """

    frame: "nw.DataFrame[Any]"
    quarantine: Quarantine
    n_read: int
    log: tuple[str, ...] = ()


def validate_table(
    frame: "nw.DataFrame[Any]",
    rows: list[int],
    source: Source,
    *,
    codebook: Codebook,
    ragged: Sequence[tuple[int, str]] = (),
) -> Validated:
    """Turn declared columns into keys (text) and numbers; set aside what does not fit.

    Parameters
    ----------
    frame : narwhals DataFrame
        Declared columns, as text or already as numbers.
    rows : list of int
        Row number of each record in its file.
    source : Source
    codebook : Codebook
        With the waves there may be, and the share of rows that may be set aside.
    ragged : sequence of (int, str)
        Rows that could not be split into columns, with the reason; not in `frame`.

    Returns
    -------
    Validated

    Raises
    ------
    StudyError
        If a unit table has a key twice, a column is empty, or too many rows would
        be set aside.
    """
    quarantine = Quarantine(source, [(row, "", reason) for row, reason in ragged])
    columns = _keys(frame, rows, quarantine, codebook)
    for name in source.attributes:
        columns[name] = [_attribute(cell, source) for cell in frame[name].to_list()]
    for name in source.indicators:
        columns[name] = _indicator(frame[name].to_list(), name, rows, quarantine)
    for column, measure in _numeric_columns(source):
        columns[column] = _numbers(frame[column].to_list(), column, measure, rows, quarantine)
    if source.weight:
        columns[source.weight] = _weights(frame[source.weight].to_list(), rows, quarantine)
    check_sums(columns, rows, quarantine)
    _check_answered(columns, quarantine)
    check_duplicates(columns, rows, quarantine)
    found = (stacked if source.blocks else _kept)(columns, rows, quarantine, n_ragged=len(ragged))
    check_share(found.n_bad, found.n_read, quarantine, codebook.thresholds.max_quarantined)
    clean = nw.DataFrame.from_dict(
        found.columns, schema=_schema(found.columns, source), backend=frame.implementation
    )
    waves = days_read(found.columns["wave"], quarantine, codebook) if "wave" in columns else ()
    return Validated(clean, quarantine, found.n_read, (*found.log, *waves))


def _kept(
    columns: dict[str, list[Any]], rows: list[int], quarantine: Quarantine, *, n_ragged: int
) -> Ratings:
    """Keep the rows in which nothing is wrong; a row of ratings is one rating."""
    bad = {row for row, _, _ in quarantine.entries}
    keep = [row not in bad for row in rows]
    kept = {
        name: [value for value, use in zip(values, keep, strict=True) if use]
        for name, values in columns.items()
    }
    return Ratings(kept, n_read=len(rows) + n_ragged, n_bad=len(bad), log=())


def _keys(
    frame: "nw.DataFrame[Any]", rows: list[int], quarantine: Quarantine, codebook: Codebook
) -> dict[str, list[Any]]:
    """Read the keys under their roles; those a table need not name are filled in."""
    source, columns = quarantine.source, {}
    for role, column in source.keys.items():
        columns[role] = [key_text(cell) for cell in frame[column].to_list()]
        lost = [row for row, cell in zip(rows, columns[role], strict=True) if cell is None]
        quarantine.add(lost, column, f"the {role.replace('_', ' ')} is missing; fill it in")
        spoiled = [row for row, cell in zip(rows, columns[role], strict=True)
                   if cell is not None and SPREADSHEET_ERROR.fullmatch(cell.strip())]  # fmt: skip
        quarantine.add(spoiled, column, "the cell holds an error of a spreadsheet; correct it")
    waves = codebook.waves
    if waves and "wave" in columns:
        stray = [row for row, wave in zip(rows, columns["wave"], strict=True)
                 if wave is not None and wave not in waves]  # fmt: skip
        quarantine.add(stray, source.keys["wave"], f"the wave is none of {', '.join(waves)}")
    if "wave" in columns:
        check_few(columns["wave"], quarantine, codebook)
    if "date" in columns:
        days = read_days(frame[source.keys["date"]].to_list(), rows, quarantine)
        columns["date"] = [None if one is None else one.isoformat() for one in days]
        if "wave" in columns:
            check_days(columns["wave"], days, rows, quarantine, codebook)
        elif codebook.wave_dates:
            columns["wave"] = waves_of_days(days, rows, quarantine, codebook)
    if "respondent" not in source.keys and source.grain == "respondent":
        columns["respondent"] = [str(row) for row in rows]
    if "wave" not in columns and source.name not in TIMELESS:
        columns["wave"] = ["1"] * len(rows)
    return columns


def _attribute(cell: Any, source: Source) -> str | None:
    """Read an attribute as text; a number of units by the decimal mark of the file."""
    word = key_text(cell)
    if word is None or source.grain != "unit" or not OTHER_DECIMAL.fullmatch(word.strip()):
        return word
    return word.replace(source.decimal, ".")


def _schema(columns: dict[str, list[Any]], source: Source) -> dict[str, Any]:
    text = {*source.roles, *source.attributes, "respondent", "wave"}
    return {name: nw.String() if name in text else nw.Float64() for name in columns}


def _indicator(
    cells: list[Any], column: str, rows: list[int], quarantine: Quarantine
) -> list[float | None]:
    known = {cell: yes_or_no(cell) for cell in set(cells)}
    strange = {cell for cell, value in known.items() if value is None}
    reason = "the cell is neither 1 (true, yes) nor 0 (false, no); correct it"
    quarantine.add(_rows_of(strange, cells, rows), column, reason)
    return [known[cell] for cell in cells]


def _numeric_columns(source: Source) -> list[tuple[str, Measure]]:
    found: dict[str, Measure] = {}
    for measure in source.measures.values():
        for column in source.columns_of(measure):
            found.setdefault(column, measure)
    return list(found.items())


def _check_answered(columns: dict[str, list[Any]], quarantine: Quarantine) -> None:
    """Refuse a column without any answer; of an item that is asked per supplier, all of them."""
    source = quarantine.source
    for column, measure in _numeric_columns(source):
        noun = "an answer" if isinstance(measure, Scale) else "a figure"
        if source.blocks is None and _empty(columns[column]):
            raise StudyError(
                f"{quarantine.file}, column {column}: no row holds {noun}; leave the column out "
                "of the codebook, or export the data again."
            )
    if source.blocks is None:
        return
    for item in items_of(source):
        each = [source.blocks.column(supplier, item) for supplier in source.blocks.suppliers]
        if all(_empty(columns[column]) for column in each):
            raise StudyError(
                f"{quarantine.file}, item {item} of every supplier ({each[0]} and so on): no row "
                "holds an answer; leave the item out of the codebook, or export the data again."
            )


def _empty(cells: list[Any]) -> bool:
    return bool(cells) and all(cell is None for cell in cells)


def _numbers(
    cells: list[Any], column: str, measure: Measure, rows: list[int], quarantine: Quarantine
) -> list[float | None]:
    """Parse one column; equal cells are parsed once."""
    decimal = quarantine.source.decimal
    known = {cell: number(cell, measure, decimal) for cell in set(cells)}
    for bad, fault in number_faults(known, column, measure, decimal=decimal):
        quarantine.add(_rows_of(bad, cells, rows), column, fault)
    return [known[cell] for cell in cells]


def _rows_of(bad: set[Any], cells: list[Any], rows: list[int]) -> list[int]:
    return [row for row, cell in zip(rows, cells, strict=True) if cell in bad]


def _weights(cells: list[Any], rows: list[int], quarantine: Quarantine) -> list[float | None]:
    """Read weights: a crosswalk is refused with a bad one, a row of a survey is set aside."""
    source, column = quarantine.source, str(quarantine.source.weight)
    values: list[float | None] = []
    for row, cell in zip(rows, cells, strict=True):
        word = str(cell).strip().replace(source.decimal, ".")
        value = float(word) if NUMBER.fullmatch(word) else math.nan
        if source.name != "crosswalk" and not value >= 0:
            quarantine.add([row], column, "the weight is no number of 0 or more; correct it")
        elif source.name == "crosswalk" and not value > 0:
            raise StudyError(
                f"{quarantine.file}, row {row}, column {column}: a weight must be a number "
                "above 0; correct it or remove the row."
            )
        values.append(value)
    return values
