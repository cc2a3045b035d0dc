"""What every reader hands over: declared columns as text, with places and notes."""

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

import pandas as pd

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.document import suggestion
from icx_research.survey.codebook.spoilt_cells import DATE_MADE, spreadsheet_date
from icx_research.survey.codebook.types import Scale, Source

DRAFT = "draft"  # name of the source of a file nobody has described yet
NUMERIC = ("answer", "figure", "weight")
DATED = ("client_unit", "serving_unit", "unit", "supplier_unit", "respondent")  # no days by nature
EXACT_BELOW = 10**15  # larger numbers lose digits in spreadsheets and in floats
SCIENTIFIC = re.compile(r"\d([.,]\d+)?[Ee]\+\d{2,}")  # an id as spreadsheets and R spoil it


@dataclass(frozen=True)
class TextTable:
    """A file as text: declared columns only, with the row numbers of the file.

    Attributes
    ----------
    frame : DataFrame of str
        Declared columns; cells as they stand in the file.
    rows : list of int
        Row of each record as the program that owns the format counts them: a
        spreadsheet counts the header as row 1; SPSS, Stata and Parquet have no
        header row, so the first record is row 1.
    ragged : list of (int, int)
        Rows with too many or too few cells, with their number of cells; not in `frame`.
    n_columns : int
        Cells of the header.
    personal : tuple of str
        Undeclared columns that seem to hold personal data; never loaded.
    wording : dict of str to str
        What the file itself says a declared column means (SPSS, Stata, Qualtrics).
    answer_labels : dict of str to dict
        What the file says each code of a declared column means.
    missing_codes : dict of str to tuple of str
        Codes the file itself calls "no answer"; their cells are empty in `frame`.
    log : tuple of str
        What was left out on reading, and why; never an answer.
    digest : str
        SHA-256 of the file.
    doubled : tuple of str
        Names that several columns of the file share.
    labels : tuple of str
        Names of all columns, declared or not.
    status : dict of str to list of str
        Columns that may say that a row is a preview, a test or unfinished; only looked at.
    """

    frame: pd.DataFrame
    rows: list[int]
    ragged: list[tuple[int, int]]
    n_columns: int
    personal: tuple[str, ...] = ()
    wording: Mapping[str, str] = field(default_factory=dict)
    answer_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    missing_codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    log: tuple[str, ...] = ()
    digest: str = ""
    doubled: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    status: Mapping[str, Sequence[str]] = field(default_factory=dict)


def nouns(source: Source) -> dict[str, str]:
    """Say what a cell of each declared column is; empty where any text will do."""
    words = dict.fromkeys(source.attributes, "") | dict.fromkeys(source.indicators, "indicator")
    for measure in source.measures.values():
        noun = "answer" if isinstance(measure, Scale) else "figure"
        words |= dict.fromkeys(source.columns_of(measure), noun)
        if source.long:
            words |= {source.long.item: "item", source.long.answer: noun}
    if source.weight:
        words[source.weight] = "weight"
    return words | {column: role.replace("_", " ") for role, column in source.keys.items()}


def typed_columns(
    cells: Mapping[str, Sequence[Any]], rows: Sequence[int], *, file: str, source: Source
) -> pd.DataFrame:
    """Turn typed cells into text; refuse what a program has turned into something else."""
    words = nouns(source)
    keys = set(source.keys.values())
    columns = {}
    for column, values in cells.items():
        if column in keys:
            _check_one_type(values, rows, f"{file}, row {{}}, column {column}", words[column])
        decimal = source.decimal if words.get(column) in NUMERIC else "."
        if column == source.keys.get("date"):
            values = [_day_text(value, source.date_format) for value in values]
        columns[column] = [
            _cell_text(value, f"{file}, row {row}, column {column}", words.get(column, ""), decimal)
            for row, value in zip(rows, values, strict=True)
        ]
    return pd.DataFrame(columns, dtype="str")


def _day_text(value: Any, date_format: str) -> Any:
    """Write a typed date as the dates of the file are written; leave anything else."""
    if not isinstance(value, dt.date):
        return value
    return value.strftime(date_format) if date_format else value.isoformat()


def _cell_text(value: Any, place: str, noun: str, decimal: str) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, (str, UUID)):
        return str(value)
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        if noun:
            raise StudyError(
                f"{place}: the cell is a date, no {noun}; programs turn entries such as 1-5 into "
                "dates. Give the column the format Text and enter it again."
            )
        return str(value)
    if isinstance(value, (bool, int, float, Decimal)):
        if isinstance(value, float) and noun and EXACT_BELOW <= abs(value) < math.inf:
            raise StudyError(
                f"{place}: the {noun} is a number of more than 15 digits, of which the last ones "
                "are lost; export the column as text from where it was made."
            )
        return number_text(value).replace(".", decimal)
    raise StudyError(f"{place}: the cell holds neither text nor a number; leave the column out.")


def number_text(value: Any) -> str:
    """Write a number as people do: no decimals it does not need."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < EXACT_BELOW else repr(value)
    return str(value)


def _check_one_type(values: Sequence[Any], rows: Sequence[int], place: str, noun: str) -> None:
    """Refuse ids that are numbers in one row and digits as text in another."""
    found: dict[bool, int] = {}
    for row, value in zip(rows, values, strict=True):
        text = isinstance(value, str)
        if (text and value.strip().isdigit()) or (not text and isinstance(value, (int, float))):
            found.setdefault(text, row)
    if len(found) == 2:
        raise StudyError(
            f"{place.format(found[False])}: the {noun} is a number here but text in row "
            f"{found[True]}, so leading zeros may be lost; export the whole column as text."
        )


def check_ids(table: TextTable, *, file: str, source: Source) -> None:
    """Refuse ids that a program has spoilt: misread letters, lost digits, dates made of 1-5."""
    for role, column in source.keys.items():
        cells = table.frame[column].tolist()
        misread = {cell for cell in set(cells) if _is_misread(cell)}
        if misread:
            row = next(r for r, cell in zip(table.rows, cells, strict=True) if cell in misread)
            raise StudyError(
                f"{file}, row {row}, column {column}: letters of the {role.replace('_', ' ')} were "
                "lost or misread by a program, as in DÃ¼sseldorf; declare the encoding of the "
                "file, or export it again as UTF-8 from where it was made."
            )
        spoiled = {cell for cell in set(cells) if SCIENTIFIC.fullmatch(cell.strip())}
        if spoiled:
            row = next(r for r, cell in zip(table.rows, cells, strict=True) if cell in spoiled)
            raise StudyError(
                f"{file}, row {row}, column {column}: the {role.replace('_', ' ')} stands in "
                "scientific notation (E+), so digits are lost; export the column as text from "
                "where it was made."
            )

        if role in DATED and (made := _made_into_dates(set(cells))):
            row = next(r for r, cell in zip(table.rows, cells, strict=True) if cell in made)
            raise StudyError(
                f"{file}, row {row}, column {column}: the {role.replace('_', ' ')} {DATE_MADE}."
            )


def _made_into_dates(ids: set[str]) -> set[str]:
    """Find the ids that seem to be dates among others that are none and are written otherwise."""
    made = {cell for cell in ids if spreadsheet_date(cell.strip())}
    others = ids - made
    alike = {_shape(cell) for cell in made} & {_shape(cell) for cell in others}
    return made if len(made) < len(others) and not alike else set()


def _shape(word: str) -> str:
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", word.strip()))


def _is_misread(word: str) -> bool:
    """Tell text that was written as UTF-8 and read as something else, or lost letters."""
    if word.isascii():
        return False
    if any(
        letter == "\ufffd" or ("\x80" <= letter <= "\x9f" and letter != "\x85") for letter in word
    ):
        return True
    try:
        word.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return False
    return True


def doubled(header: Sequence[str]) -> tuple[str, ...]:
    """Name the labels that stand over several columns."""
    counts = Counter(label.strip() for label in header)
    return tuple(label for label, n in counts.items() if label and n > 1)


def positions(place: str, header: Sequence[str], source: Source) -> dict[str, int]:
    """Find each declared column among the labels; `place` names file and row."""
    labels = [label.strip() for label in header]
    if source.name == DRAFT:
        return {label: i for i, label in enumerate(labels) if label and labels.count(label) == 1}
    at = {}
    for column in source.columns:
        found = [i for i, label in enumerate(labels) if label == column]
        if len(found) > 1:
            raise StudyError(
                f"{place}: the column {column!r} stands there {len(found)} times; "
                "rename one of them."
            )
        if not found:
            raise StudyError(_unknown_column(place, column, labels, source))
        at[column] = found[0]
    return at


def _unknown_column(place: str, column: str, labels: Sequence[str], source: Source) -> str:
    """Say what is missing without printing a line of answers by mistake."""
    missing = f"{place}: there is no column {column!r} (declared under {source.name})"
    other = {";": "';'", "\t": "tab", ",": "','", "|": "'|'"}
    if len(labels) == 1:
        for mark, word in other.items():
            if mark != source.separator and mark in labels[0]:
                return (
                    f"{missing}; the columns seem separated by {word}: declare separator: {word}."
                )
    header = {label.casefold() for label in labels}
    if not {known.casefold() for known in source.columns} & header:
        return f"{missing}, nor any other declared column; the first line must hold their names."
    return f"{missing}; {suggestion(column, [label for label in labels if label])}"
