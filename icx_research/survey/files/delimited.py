"""CSV and other delimited text: decoded strictly, split strictly."""

import codecs
import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.types import Source
from icx_research.survey.files.encodings import likely_encoding
from icx_research.survey.files.header_rows import refuse_second_header, refuse_title
from icx_research.survey.files.left_out import status_columns
from icx_research.survey.files.limits import check_shape
from icx_research.survey.files.personal import SAMPLE, personal_columns
from icx_research.survey.files.qualtrics import (
    check_qualtrics,
    looks_like_qualtrics,
    question_texts,
    rows_of_texts,
)
from icx_research.survey.files.row_ends import evened
from icx_research.survey.files.supplier_columns import described
from icx_research.survey.files.swallowed_rows import refuse_swallowed_rows
from icx_research.survey.files.tables import DRAFT, TextTable, doubled, positions

# How files begin that people take for text.
NOT_TEXT = {
    b"PK\x03\x04": "an Excel workbook or a ZIP file",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"$FL2": "an SPSS file",
    b"$FL3": "an SPSS file",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "a compressed file",
}
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[ ,;\t|]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
Record = tuple[int, list[str]]


def read_delimited(path: Path, source: Source) -> TextTable:
    """Read the declared columns of a text file."""
    records = read_records(path, source)
    header = next((record for record in records if any(map(str.strip, record[1]))), None)
    if header is None:
        raise StudyError(f"{path.name} is empty; it needs a line of column names and data below.")
    width = len(header[1])
    body = [
        (row, cells) for row, cells in records if row > header[0] and any(map(str.strip, cells))
    ]
    check_shape(path.name, len(body), width)
    if source.format == "qualtrics":
        check_qualtrics(path.name, body)
    elif looks_like_qualtrics(body):
        raise StudyError(
            f"{path.name}, row 3: this looks like an export from Qualtrics, with three rows of "
            "names; declare format: qualtrics for it."
        )
    else:
        if source.name == DRAFT:
            refuse_title(path.name, header[0], header[1], body)
        refuse_second_header(path.name, header[1], body)
    texts = rows_of_texts(header[1], body)
    wording = question_texts(header[1], body[0][1]) if texts else {}
    body = body[texts:]
    place = f"{path.name}, row {header[0]}"
    source = described(place, header[1], source)
    at = positions(place, header[1], source)
    if not body:
        raise StudyError(
            f"{path.name} holds column names only; export it again with the rows of data below."
        )
    refuse_swallowed_rows(path.name, body, at, source, width=width)
    body, cut = evened(path.name, body, at.values(), width=width, drafted=source.name == DRAFT)
    good = [(row, cells) for row, cells in body if len(cells) == width]
    columns = {name: [cells[i] for _, cells in good] for name, i in at.items()}
    return TextTable(
        frame=pd.DataFrame(columns, dtype="str"),
        rows=[row for row, _ in good],
        ragged=[(row, len(cells)) for row, cells in body if len(cells) != width],
        n_columns=width,
        personal=_personal(header[1], good, at),
        wording={name: wording[name] for name in at if wording.get(name)},
        log=cut,
        status={
            label: [cells[header[1].index(label)] for _, cells in good]
            for label in status_columns(header[1], source)
        },
        doubled=doubled(header[1]),
        labels=tuple(label.strip() for label in header[1]),
    )


def read_records(path: Path, source: Source) -> list[Record]:
    """Decode a file and split it into numbered records; a line `sep=;` tells the separator."""
    text = _decode(path.name, path.read_bytes(), source.encoding)
    told = separator_line(text)
    if not told:
        return _records(path.name, text, source.separator)
    separator = told if source.separator == "," else source.separator
    return _records(path.name, text, separator)[1:]


def separator_line(text: str) -> str:
    r"""Give the separator that the first line names, as Excel reads it; empty where none does.

    Examples
    --------
    >>> separator_line("sep=;\nid;branch"), separator_line("id;sep=;")
    (';', '')
    """
    match = SEPARATOR_LINE.match(text)
    return match.group(1) if match else ""


def _personal(header: Sequence[str], body: list[Record], at: dict[str, int]) -> tuple[str, ...]:
    declared = set(at.values())
    samples = {
        label.strip(): [cells[i] for _, cells in body[:SAMPLE]]
        for i, label in enumerate(header)
        if i not in declared
    }
    return personal_columns(samples)


def _decode(name: str, content: bytes, encoding: str) -> str:
    for mark, kind in NOT_TEXT.items():
        if content.startswith(mark):
            raise StudyError(f"{name} is {kind}, not CSV; save the data as CSV (UTF-8).")
    try:
        codec = codecs.lookup(encoding.replace("\0", "x")).name
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
            f"file (for example encoding: {likely_encoding(content)}), or save it as UTF-8."
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
    except csv.Error as error:
        if "field limit" in str(error):
            raise StudyError(
                f"{name}, row {len(records) + 1}: a cell is longer than "
                f"{csv.field_size_limit():,} characters; shorten it, or look for a quotation mark "
                "that is not closed."
            ) from None
        raise StudyError(
            f"{name}, row {len(records) + 1}: a quotation mark is not closed, or stands single "
            "inside a cell; close it or double it."
        ) from None
    return records
