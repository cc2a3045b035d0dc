"""What a file nobody has described looks like: how it is written, what its columns hold."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.cells import GROUPED
from icx_research.survey.codebook.spoilt_cells import two_answers
from icx_research.survey.codebook.types import Source
from icx_research.survey.drafting.cell_notes import SHORT_RANGE, cell_notes, encoding_question
from icx_research.survey.files.delimited import separator_line
from icx_research.survey.files.encodings import likely_encoding
from icx_research.survey.files.left_out import without_tests
from icx_research.survey.files.limits import check_size
from icx_research.survey.files.personal import personal_columns
from icx_research.survey.files.qualtrics import MARK
from icx_research.survey.files.readers import reader_of
from icx_research.survey.files.tables import DRAFT, TextTable

TEXT = (".csv", ".tsv", ".txt", ".tab", ".dat", "")
SEPARATORS = (",", ";", "\t", "|")
FEW = 0.2  # of the whole numbers of a column: cells with two answers, as 4,5
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
        By column: what the file says each code means.
    notes : tuple of str
        What the reader left out, and what looks wrong in single cells.
    questions : tuple of str
        What only the researcher can say of how the file is written.
    """

    path: Path
    settings: dict[str, str]
    columns: dict[str, list[str]]
    wording: dict[str, str] = field(default_factory=dict)
    personal: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    answer_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Name of the file, with the sheet where it has several."""
        sheet = self.settings.get("sheet")
        return f"{self.path.name}, sheet {sheet!r}" if sheet else self.path.name

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
        settings, table = _widest_table(path, sheets) if sheets else _table(path, _settings(path))
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
    decimal = "."
    if settings.get("separator", ",") != ",":
        decimal = _decimal(kept)
        settings = {**settings, "decimal": decimal}
    others = tuple(name for name in sheets if name != settings.get("sheet"))
    return LookedAt(
        path,
        _needed(settings),
        kept,
        dict(table.wording),
        personal,
        others,
        table.doubled,
        answer_labels=table.answer_labels,
        notes=(*table.log, *cell_notes(path.name, kept, table.rows, decimal=decimal)),
        questions=tuple(filter(None, [encoding_question(kept)])),
    )


def _widest_table(path: Path, widths: Mapping[str, int]) -> tuple[dict[str, str], TextTable]:
    """Take the widest sheet that can be read; cover, contents and notes have few columns.

    Where none can, the widest is refused by its name.
    """
    widest = sorted(widths, key=lambda sheet: -widths[sheet])
    refusal = None
    for sheet in widest:
        if refusal and 2 * widths[sheet] <= widths[widest[0]]:
            break
        try:
            settings, table = _table(path, {"sheet": sheet})
        except StudyError as error:
            refusal = refusal or StudyError(
                str(error).replace(path.name, f"{path.name}, sheet {sheet!r}", 1)
            )
            continue
        if table.frame.shape[1] > 1 and len(table.frame) > 1:
            return settings, table
    if refusal:
        raise refusal
    return _table(path, {"sheet": widest[0]})


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
    table = reader_of(path, source)(path, source)
    return settings, without_tests(table, file=path.name, source=source)


def _sheets(path: Path) -> dict[str, int]:
    """List the sheets of a workbook that has several, each with its width."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return {}
    from icx_research.survey.files.reader_process import sheet_widths

    widths = sheet_widths(path)
    return widths if len(widths) > 1 else {}


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
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return likely_encoding(content)
    return "utf-8"


def _separator(text: str) -> str:
    """Choose the mark that splits most records into as many cells as the first has."""
    if told := separator_line(text):
        return told
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
        # Rows may end early where the last cells are empty.
        share = sum(1 < width <= widths[0] for width in widths) / len(widths)
        if share * widths[0] > most:
            best, most = mark, share * widths[0]
    return best


def _decimal(columns: dict[str, list[str]]) -> str:
    """Tell the decimal mark; commas between thousands and between two answers are none."""
    commas = points = 0
    for column in columns.values():
        cells = [word for cell in column[:LOOKED_AT] if (word := cell.strip())]
        points += sum(bool(POINT.fullmatch(cell)) for cell in cells)
        marked = [cell for cell in cells if COMMA.fullmatch(cell)]
        whole = sum(cell.isdecimal() for cell in cells)
        grouped = all(GROUPED.fullmatch(cell) for cell in marked) and (whole or points)
        doubled = len(marked) <= FEW * whole and all(two_answers(c, SHORT_RANGE) for c in marked)
        commas += 0 if grouped or doubled else len(marked)
    return "," if commas > points else "."
