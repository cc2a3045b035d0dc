"""What a file nobody has described looks like: how it is written, what its columns hold."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.types import Source
from icx_research.survey.files.limits import check_size
from icx_research.survey.files.personal import personal_columns
from icx_research.survey.files.qualtrics import MARK
from icx_research.survey.files.readers import reader_of
from icx_research.survey.files.tables import DRAFT, TextTable

TEXT = (".csv", ".tsv", ".txt", ".tab", ".dat", "")
SEPARATORS = (",", ";", "\t", "|")
LOOKED_AT = 200  # records that tell the separator
COMMA = re.compile(r"-?\d+,\d+")
POINT = re.compile(r"-?\d+\.\d+")


@dataclass(frozen=True)
class LookedAt:
    """A file with every column as text, and how it is written.

    Attributes
    ----------
    path : Path
    settings : dict of str to str
        Keys a codebook needs to read the file: encoding, separator, decimal, format.
    columns : dict of str to list of str
        Columns with a name of their own, personal data left out.
    wording : dict of str to str
    personal : tuple of str
    sheets : tuple of str
        Other sheets of the workbook.
    doubled : tuple of str
        Names that several columns share, so that none of these is in `columns`.
    answer_labels : dict of str to dict
        What SPSS or Stata say the codes of a column mean.
    """

    path: Path
    settings: dict[str, str]
    columns: dict[str, list[str]]
    wording: dict[str, str] = field(default_factory=dict)
    personal: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    answer_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def decimal(self) -> str:
        """Decimal mark of the numbers."""
        return self.settings.get("decimal", ".")


def look_at(path: Path) -> LookedAt:
    """Read a whole file as text and tell how it is written.

    Raises
    ------
    StudyError
        If it is missing, empty, too large, or of a kind that is not read.
    """
    if not path.is_file():
        raise StudyError(f"There is no file {path}; check the path.")
    try:
        check_size(path)
        sheets = _sheets(path)
        settings, table = _first_table(path, sheets) if sheets else _table(path, _settings(path))
    except OSError as error:
        raise StudyError(f"{path.name} cannot be read: {error.strerror}.") from None
    if not len(table.frame):
        raise StudyError(
            f"{path.name}: the rows below the first do not have as many cells as it has; the first "
            "row must hold the column names."
        )
    columns = {name: table.frame[name].tolist() for name in table.frame}
    personal = personal_columns(columns)
    kept = {name: cells for name, cells in columns.items() if name not in personal}
    if settings.get("separator", ",") != ",":
        settings = {**settings, "decimal": _decimal(kept)}
    others = tuple(name for name in sheets if name != settings.get("sheet"))
    return LookedAt(
        path, _needed(settings), kept, dict(table.wording), personal, others, table.doubled,
        table.answer_labels,
    )  # fmt: skip


def _first_table(path: Path, sheets: Sequence[str]) -> tuple[dict[str, str], TextTable]:
    """Take the first sheet that holds a table; others may hold explanations or charts."""
    for sheet in sheets:
        try:
            settings, table = _table(path, {"sheet": sheet})
        except StudyError:
            continue
        if table.frame.shape[1] > 1 and len(table.frame) > 1:
            return settings, table
    return _table(path, {"sheet": sheets[0]})


def _table(path: Path, settings: dict[str, str]) -> tuple[dict[str, str], TextTable]:
    source = Source(
        DRAFT,
        path.name,
        {},
        encoding=settings.get("encoding", "utf-8"),
        separator=settings.get("separator", ","),
        sheet=settings.get("sheet", ""),
        format=settings.get("format", ""),
    )
    return settings, reader_of(path, source)(path, source)


def _sheets(path: Path) -> list[str]:
    """List the sheets of a workbook that has several."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return []
    from icx_research.survey.files.excel import sheet_names

    names = sheet_names(path)
    return names if len(names) > 1 else []


def _needed(settings: dict[str, str]) -> dict[str, str]:
    usual = {"encoding": "utf-8", "separator": ",", "decimal": "."}
    return {key: value for key, value in settings.items() if usual.get(key) != value}


def _settings(path: Path) -> dict[str, str]:
    if path.suffix.lower() not in TEXT:
        return {}
    content = path.read_bytes()
    encoding = _encoding(content)
    text = content.decode(encoding, errors="replace").removeprefix("\ufeff")
    found = {"encoding": encoding, "separator": _separator(text)}
    top = "\n".join(text.splitlines()[:50])
    return found | ({"format": "qualtrics"} if MARK in top.replace('""', '"') else {})


def _encoding(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        for encoding in ("cp1252", "cp1250"):
            try:
                content.decode(encoding)
            except UnicodeDecodeError:
                continue
            return encoding
        return "latin-1"
    return "utf-8"


def _separator(text: str) -> str:
    """Choose the mark that splits most records into as many cells as the first has."""
    best, most = ",", 0.0
    for mark in SEPARATORS:
        widths: list[int] = []
        try:
            for cells in csv.reader(io.StringIO(text, newline=""), delimiter=mark):
                if any(map(str.strip, cells)):
                    widths.append(len(cells))
                if len(widths) >= LOOKED_AT:
                    break
        except csv.Error:
            continue
        if not widths or widths[0] < 2:
            continue
        share = Counter(widths)[widths[0]] / len(widths)
        if share * widths[0] > most:
            best, most = mark, share * widths[0]
    return best


def _decimal(columns: dict[str, list[str]]) -> str:
    cells = [cell.strip() for column in columns.values() for cell in column[:LOOKED_AT]]
    commas = sum(bool(COMMA.fullmatch(cell)) for cell in cells)
    return "," if commas > sum(bool(POINT.fullmatch(cell)) for cell in cells) else "."
