"""The ZIP package around a workbook: is it safe to unpack, and what openpyxl does not tell."""

import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from icx_research.core.errors import StudyError
from icx_research.survey.files import limits

CHUNK = 1 << 20
BROKEN_PACKAGE = (BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)
MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
HIDDEN = re.compile(rb'<(?:\w+:)?row (?=[^>]*?\br="(\d+)")[^>]*?\bhidden="(?:1|true)"')
# A formula without a value; t="str" with an empty value is an empty text, which is one.
EMPTY_FORMULA = re.compile(
    rb'<(?:\w+:)?c r="([A-Z]+)(\d+)"(?![^>]*t="str")[^>]*>\s*'
    rb"<(?:\w+:)?f(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


@dataclass
class Marks:
    """Merged cells, formulas without a stored value and hidden rows, as the sheet has them."""

    merged: list[tuple[str, int, int]] = field(default_factory=list)
    without_value: list[tuple[int, int]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)

    @staticmethod
    def columns_of(ref: str) -> range:
        """Positions of the columns a reference such as B1:D1 covers, counted from 0."""
        first, last = (_index(re.sub(r"\d", "", corner).encode()) for corner in ref.split(":"))
        return range(first, last + 1)


def check_package(path: Path) -> None:
    """Refuse what is no workbook, and one that unpacks to far more than it should."""
    with path.open("rb") as stream:
        start = stream.read(8)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise StudyError(
            f"{path.name} is an old or password-protected Excel workbook; save it as .xlsx "
            "without a password."
        )
    try:
        with ZipFile(path) as package:
            parts = package.infolist()
            names = {part.filename for part in parts}
            doctype = any(
                b"<!DOCTYPE" in _start(package, part)
                for part in parts
                if part.filename.endswith((".xml", ".rels")) and part.file_size
            )
    except BROKEN_PACKAGE:
        raise StudyError(
            f"{path.name} is not a readable Excel workbook; open it in Excel and save it again as "
            ".xlsx."
        ) from None
    unpacked = sum(part.file_size for part in parts)
    ratio = unpacked / max(sum(part.compress_size for part in parts), 1)
    if unpacked > limits.MAX_UNPACKED or (
        unpacked > limits.RATIO_MATTERS_ABOVE and ratio > limits.MAX_RATIO
    ):
        raise StudyError(
            f"{path.name} unpacks to {unpacked / 1e6:,.0f} MB, too much for a table of answers; "
            "save the sheet as CSV (UTF-8)."
        )
    if doctype or "[Content_Types].xml" not in names:
        raise StudyError(f"{path.name} is no workbook Excel has made; save the sheet as CSV.")


def _start(package: ZipFile, part: ZipInfo) -> bytes:
    with package.open(part) as stream:
        return stream.read(2048)


def find_marks(path: Path, part: str) -> Marks:
    """Search the XML of one sheet for merged cells, formulas without a value and hidden rows."""
    marks = Marks()
    with ZipFile(path) as package, package.open(part) as stream:
        rest = b""
        while chunk := stream.read(CHUNK):
            text = rest + chunk
            end = max(text.rfind(b"<c "), text.rfind(b"<mergeCell "), text.rfind(b":c "))
            cut = end if end > 0 and len(text) - end < CHUNK else len(text)
            _collect(text[:cut], marks)
            rest = text[cut:]
        _collect(rest, marks)
    return marks


def _collect(text: bytes, marks: Marks) -> None:
    for left, top, right, bottom in MERGED.findall(text):
        ref = f"{left.decode()}{top.decode()}:{right.decode()}{bottom.decode()}"
        marks.merged.append((ref, int(top), int(bottom)))
    marks.hidden.update(int(row) for row in HIDDEN.findall(text))
    for column, row in EMPTY_FORMULA.findall(text):
        marks.without_value.append((int(row), _index(column)))


def _index(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
