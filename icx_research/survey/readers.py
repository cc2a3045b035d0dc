"""Files read as text first: nothing is guessed, nothing is repaired."""

import codecs
import csv
import hashlib
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from icx_research.core.errors import StudyError
from icx_research.survey.codebook import Source
from icx_research.survey.document import suggestion

DATA_VARIABLE = "ICX_DATA"
# How files begin that people take for text.
NOT_TEXT = {
    b"PK\x03\x04": "an Excel workbook or a ZIP file",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"$FL2": "an SPSS file",
    b"\x1f\x8b": "a compressed file",
}


@dataclass(frozen=True)
class TextTable:
    """A file as text: declared columns only, with the row numbers of the file.

    Attributes
    ----------
    frame : DataFrame of str
        Declared columns; cells as they stand in the file.
    rows : list of int
        Row of each record as a spreadsheet counts them; the header is row 1.
    ragged : list of (int, int)
        Rows with too many or too few cells, with their number of cells; not in `frame`.
    n_columns : int
        Cells of the header.
    digest : str
        SHA-256 of the file.
    """

    frame: pd.DataFrame
    rows: list[int]
    ragged: list[tuple[int, int]]
    n_columns: int
    digest: str


def find_file(name: str, *, study_folder: Path, data: str | Path | None) -> Path:
    """Locate a file: in `data`, beside the codebook, or in the folder ICX_DATA names."""
    named = os.environ.get(DATA_VARIABLE)
    folders = [Path(data)] if data else [study_folder, *([Path(named)] if named else [])]
    for folder in folders:
        if (folder / name).is_file():
            return folder / name
    looked = " and ".join(
        "the current folder" if folder == Path() else str(folder) for folder in folders
    )
    raise StudyError(
        f"{name} was not found in {looked}; put it there, or name its folder with --data "
        f"or the environment variable {DATA_VARIABLE}."
    )


def read_table(path: Path, source: Source) -> TextTable:
    """Read the declared columns of a CSV file as text.

    Raises
    ------
    StudyError
        If the file is empty, has a header only, is not text of the declared
        encoding, or lacks a declared column.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StudyError(f"{path.name} cannot be read: {error.strerror}.") from None
    records = _records(path.name, _decode(path.name, content, source.encoding), source.separator)
    header = next(((row, cells) for row, cells in records if any(map(str.strip, cells))), None)
    if header is None:
        raise StudyError(f"{path.name} is empty; it needs a line of column names and data below.")
    at = _positions(path.name, header[1], source)
    width = len(header[1])
    body = [
        (row, cells) for row, cells in records if row > header[0] and any(map(str.strip, cells))
    ]
    if not body:
        raise StudyError(
            f"{path.name} holds column names only; export it again with the rows of data below."
        )
    good = [(row, cells) for row, cells in body if len(cells) == width]
    columns = {name: [cells[i] for _, cells in good] for name, i in at.items()}
    return TextTable(
        frame=pd.DataFrame(columns, dtype="str"),
        rows=[row for row, _ in good],
        ragged=[(row, len(cells)) for row, cells in body if len(cells) != width],
        n_columns=width,
        digest=hashlib.sha256(content).hexdigest(),
    )


def _decode(name: str, content: bytes, encoding: str) -> str:
    for mark, kind in NOT_TEXT.items():
        if content.startswith(mark):
            raise StudyError(f"{name} is {kind}, not CSV; save the data as CSV (UTF-8).")
    try:
        codec = codecs.lookup(encoding).name
        text = content.decode(codec)
    except LookupError:
        raise StudyError(
            f"{name}: {encoding!r} is no known encoding; try utf-8, utf-16 or cp1252."
        ) from None
    except UnicodeError as error:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise StudyError(
                f"{name} is UTF-16 text, not {encoding}; declare encoding: utf-16 for it."
            ) from None
        row = content.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise StudyError(
            f"{name}, row {row}: the text is not valid {encoding}; declare the encoding of the "
            "file (for example encoding: cp1252), or save it as UTF-8."
        ) from None
    if not codec.startswith("utf") and not content.isascii() and _is_utf8(content):
        raise StudyError(f"{name} is UTF-8 text, not {encoding}; declare encoding: utf-8 for it.")
    if "\0" in text:
        raise StudyError(
            f"{name} is not plain text: it holds zero bytes. Export it as CSV (UTF-8), or declare "
            "encoding: utf-16."
        )
    return text.removeprefix("\ufeff")


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _records(name: str, text: str, separator: str) -> list[tuple[int, list[str]]]:
    """Split text into numbered records; the first is row 1, blank lines count."""
    # StringIO ends lines as spreadsheets do; splitlines also ends them at \x85 or \u2028.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    records: list[tuple[int, list[str]]] = []
    try:
        for row, cells in enumerate(reader, start=1):
            records.append((row, cells))
    except csv.Error:
        raise StudyError(
            f"{name}, row {len(records) + 1}: a quotation mark is not closed, or stands single "
            "inside a cell; close it or double it."
        ) from None
    return records


def _positions(name: str, header: Sequence[str], source: Source) -> dict[str, int]:
    """Find each declared column in the header."""
    labels = [label.strip() for label in header]
    at = {}
    for column in source.columns:
        found = [i for i, label in enumerate(labels) if label == column]
        if len(found) > 1:
            raise StudyError(
                f"{name}, row 1: the column {column!r} stands there {len(found)} times; "
                "rename one of them."
            )
        if not found:
            raise StudyError(_unknown_column(name, column, labels, source))
        at[column] = found[0]
    return at


def _unknown_column(name: str, column: str, labels: Sequence[str], source: Source) -> str:
    """Say what is missing without printing a line of answers by mistake."""
    missing = f"{name}, row 1: there is no column {column!r} (declared under {source.name})"
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
    return f"{missing}; {suggestion(column, labels)}"
