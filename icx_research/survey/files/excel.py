"""Excel workbooks (.xlsx): stored values only, and nothing Excel has changed by itself."""

import re
import warnings
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from icx_research.core.apa import counted
from icx_research.core.errors import StudyError
from icx_research.survey.codebook.types import Source
from icx_research.survey.files.excel_package import (
    BROKEN_PACKAGE,
    Marks,
    check_package,
    find_marks,
)
from icx_research.survey.files.header_rows import LOOKED_BELOW, refuse_second_header, refuse_title
from icx_research.survey.files.left_out import status_columns
from icx_research.survey.files.limits import check_shape
from icx_research.survey.files.personal import SAMPLE, personal_columns
from icx_research.survey.files.qualtrics import question_texts, rows_of_texts
from icx_research.survey.files.supplier_columns import described
from icx_research.survey.files.tables import (
    DRAFT,
    EXACT_BELOW,
    TextTable,
    doubled,
    positions,
    typed_columns,
)

LAST_ROW = 1 << 20  # of a sheet; a file may name a later one, and gaps are filled
TOP_ROWS = 50  # of a sheet, that tell how wide its table is
PADDED = re.compile(r"0{2,}")  # a number format that shows leading zeros
BROKEN = (*BROKEN_PACKAGE, InvalidFileException, ParseError, LookupError, ValueError, TypeError,
          AttributeError, ArithmeticError, AssertionError)  # fmt: skip
Row = tuple[int, Sequence[Any]]


def read_excel(path: Path, source: Source) -> TextTable:
    """Read the declared columns of a sheet; rows are numbered as Excel numbers them."""
    check_package(path)
    rows, marks = _sheet(path, source)
    if not rows:
        raise StudyError(
            f"{path.name}: the sheet is empty; it needs a row of column names and data below."
        )
    row, cells = rows[0]
    header = [_label(cell) for cell in cells]
    check_shape(path.name, len(rows) - 1, len(header))
    _check_header(path.name, rows, header, source, marks)
    labels = [(number, [_label(cell) for cell in cells]) for number, cells in rows[1:SAMPLE]]
    if source.name == DRAFT:
        refuse_title(path.name, row, header, labels)
    refuse_second_header(path.name, header, labels)
    texts = rows_of_texts(header, labels)
    wording = question_texts(header, labels[0][1]) if texts else {}
    source = described(f"{path.name}, row {row}", header, source)
    at = positions(f"{path.name}, row {row}", header, source)
    body = rows[1 + texts :]
    if not body:
        raise StudyError(
            f"{path.name} holds column names only; save it again with the rows of data below."
        )
    _check_cells(path.name, body, at, source, marks)
    try:
        columns = {name: [_value(cells, i) for _, cells in body] for name, i in at.items()}
        personal = _personal(header, body, at)
        status = {label: [_text(_value(cells, header.index(label))) for _, cells in body]
                  for label in status_columns(header, source)}  # fmt: skip
    except LookupError:  # a cell names a format that the workbook does not hold
        raise StudyError(_unreadable(path)) from None
    numbers = [number for number, _ in body]
    return TextTable(
        frame=typed_columns(columns, numbers, file=path.name, source=source),
        rows=numbers,
        ragged=[],
        n_columns=len(header),
        personal=personal,
        wording={name: wording[name] for name in at if wording.get(name)},
        status=status,
        doubled=doubled(header),
        labels=tuple(header),
        log=(*_hidden(path.name, numbers, marks), *_beyond(path.name, header, body)),
    )


def widths_of(path: Path) -> dict[str, int]:
    """List the sheets of a workbook, each with the most cells that a row at its top holds."""
    check_package(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(path, read_only=True, keep_links=False)
            widths = {}
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                top = islice(sheet.iter_rows(values_only=True), TOP_ROWS)
                widths[sheet.title] = max((sum(map(_filled, row)) for row in top), default=0)
        except BROKEN:
            raise StudyError(_unreadable(path)) from None
    book.close()
    return widths


def _sheet(path: Path, source: Source) -> tuple[list[Row], Marks]:
    """Read the filled rows of the declared sheet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and charts it does not keep
        try:
            book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        except BROKEN:
            raise StudyError(_unreadable(path)) from None
        try:
            sheets = {sheet.title: sheet for sheet in book.worksheets}
            sheet = sheets[_chosen(path.name, list(sheets), source)]
            sheet.reset_dimensions()
            rows = [
                (number, cells)
                for number, cells in enumerate(islice(sheet.iter_rows(), LAST_ROW + 1), start=1)
                if number > LAST_ROW or any(_filled(cell.value) for cell in cells)
            ]
            if rows and rows[-1][0] > LAST_ROW:
                raise StudyError(_unreadable(path))
            return rows, find_marks(path, sheet._worksheet_path)
        except BROKEN:
            raise StudyError(_unreadable(path)) from None
        finally:
            book.close()


def _unreadable(path: Path) -> str:
    return (
        f"{path.name} is not a readable Excel workbook; open it in Excel and save it again as "
        ".xlsx."
    )


def _chosen(file: str, titles: list[str], source: Source) -> str:
    listed = ", ".join(repr(title) for title in titles)
    if source.sheet and source.sheet not in titles:
        raise StudyError(f"{file} has no sheet {source.sheet!r}; it has {listed}.")
    if not source.sheet and len(titles) > 1:
        raise StudyError(f"{file} has {len(titles)} sheets ({listed}); declare sheet: for it.")
    if not titles:
        raise StudyError(f"{file} has no sheet with cells.")
    return source.sheet or titles[0]


def _filled(value: Any) -> bool:
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def _label(cell: Any) -> str:
    return _text(cell.value)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _value(cells: Sequence[Any], at: int) -> Any:
    """Read a cell: as shown where the format pads zeros, never with digits Excel has lost."""
    if at >= len(cells):
        return None
    value = cells[at].value
    if isinstance(value, int) and not isinstance(value, bool):
        shown = cells[at].number_format
        if PADDED.fullmatch(shown):
            return str(value).zfill(len(shown))
        if abs(value) >= EXACT_BELOW:
            return float(value)
    return value


def _check_header(
    file: str, rows: Sequence[Row], header: list[str], source: Source, marks: Marks
) -> None:
    """Refuse merged labels, and a title above the header."""
    row = rows[0][0]
    merged = next((ref for ref, first, last in marks.merged if first <= row <= last), None)
    declared = set(source.columns)
    if declared - set(header):
        for below, cells in rows[1:LOOKED_BELOW]:
            if declared <= {_label(cell) for cell in cells}:
                raise StudyError(
                    f"{file}, row {below}: the column names stand here, below {below - row} "
                    f"row{'s' if below > row + 1 else ''} of other text; delete the rows above."
                )
    if merged:
        raise StudyError(
            f"{file}, row {row}: the cells {merged} of the header are merged; unmerge them and "
            "give each column one name, in one row."
        )


def _check_cells(
    file: str, body: Sequence[Row], at: dict[str, int], source: Source, marks: Marks
) -> None:
    """Refuse merged cells, errors and formulas without a value in declared columns."""
    drafted = source.name == DRAFT  # any cell will do while nobody has described the file
    columns = {} if drafted else {i: name for name, i in at.items()}
    for ref, first, _ in marks.merged:
        for name in (columns[i] for i in marks.columns_of(ref) if i in columns):
            raise StudyError(
                f"{file}, row {first}, column {name}: the cells {ref} are merged, so only the "
                "first holds the entry; unmerge them and fill in each."
            )
    for row, i in marks.without_value:
        if i in columns and row > 1:
            raise StudyError(
                f"{file}, row {row}, column {columns[i]}: the formula has no stored value; open "
                "the workbook in Excel and save it, or replace formulas by their values."
            )
    for row, i in _errors(body, columns):
        raise StudyError(
            f"{file}, row {row}, column {columns[i]}: the cell holds an error of Excel, such as "
            "#N/A; correct its formula or empty it."
        )


def _errors(body: Sequence[Row], columns: dict[int, str]) -> Iterator[tuple[int, int]]:
    for row, cells in body:
        for i, cell in enumerate(cells):
            if i in columns and cell.value is not None and cell.data_type == "e":
                yield row, i


def _hidden(file: str, rows: Sequence[int], marks: Marks) -> tuple[str, ...]:
    """Say how many rows are hidden, as filters hide them, but read."""
    n = len(marks.hidden & set(rows))
    if not n:
        return ()
    return (
        f"{file}: {n} of {len(rows)} rows are hidden in the workbook but read like the others; "
        "delete them there if they are not meant.",
    )


def _beyond(file: str, header: list[str], body: Sequence[Row]) -> tuple[str, ...]:
    """Say how many rows have entries to the right of the last column name."""
    last = max((i for i, label in enumerate(header) if label), default=-1) + 1
    rows = [row for row, cells in body if any(_filled(cell.value) for cell in cells[last:])]
    if not rows:
        return ()
    return (
        f"{file}: {counted(len(rows), 'row')} (the first is row {rows[0]}) with entries beyond the "
        "last column name; these are not read.",
    )


def _personal(header: list[str], body: Sequence[Row], at: dict[str, int]) -> tuple[str, ...]:
    samples = {
        label: [str(_value(cells, i) or "") for _, cells in body[:SAMPLE]]
        for i, label in enumerate(header)
        if i not in at.values()
    }
    return personal_columns(samples)
