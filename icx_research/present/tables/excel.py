"""Tables as Excel workbooks: numbers as numbers, words as words."""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from icx_research.present.tables.cells import Cell, Content
from icx_research.present.tables.office import WRITTEN, save_office

THICK, THIN = Side(style="medium"), Side(style="thin")
WIDEST = 60  # characters of a column


def write_excel(table: Content, path: Path) -> Path:
    """Write a table as a workbook of one sheet, heads and first column frozen."""
    book = Workbook()
    book.properties.created = book.properties.modified = WRITTEN.replace(tzinfo=None)
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Table"
    title = f"Table {table.number}. {table.title}" if table.number else table.title
    _put(sheet, 1, 1, Cell(title), italic=True)
    top = _heads(sheet, table)
    sheet.freeze_panes = sheet.cell(top, 2)
    at = top
    for head, rows in table.row_groups():
        if head:
            _put(sheet, at, 1, Cell(head))
            at += 1
        for row in rows:
            for place, cell in enumerate(row.cells, start=1):
                _put(sheet, at, place, cell, left=table.columns[place - 1].words)
            at += 1
    _rule(sheet, at - 1, len(table.columns), bottom=THICK)
    for note in [f"Note. {' '.join(table.notes)}"] * bool(table.notes) + list(table.stars):
        _put(sheet, at, 1, Cell(note))
        at += 1
    for place in range(1, len(table.columns) + 1):
        cells = [table.columns[place - 1].head, *(row.cells[place - 1].text for row in table.rows)]
        width = max(len(text) for text in cells)
        sheet.column_dimensions[get_column_letter(place)].width = min(width, WIDEST) + 2
    return save_office(book.save, path)


def _heads(sheet: Worksheet, table: Content) -> int:
    """Write the heads; give the row below them."""
    at, place = 2, 1
    for head, span in table.column_groups():
        _put(sheet, at, place, Cell(head))
        if span > 1:
            sheet.merge_cells(
                start_row=at, end_row=at, start_column=place, end_column=place + span - 1
            )
            sheet.cell(at, place).alignment = Alignment(horizontal="center")
        place += span
    if place > 1:
        at += 1
    _rule(sheet, 2, len(table.columns), top=THICK)
    for place, column in enumerate(table.columns, start=1):
        _put(sheet, at, place, Cell(column.head), left=column.words, italic=column.italic)
    _rule(sheet, at, len(table.columns), bottom=THIN, **({"top": THICK} if at == 2 else {}))
    return at + 1


def _rule(sheet: Worksheet, row: int, n: int, **sides: Side) -> None:
    for place in range(1, n + 1):
        sheet.cell(row, place).border = Border(**sides)


def _put(
    sheet: Worksheet, row: int, place: int, cell: Cell, *, left: bool = True, italic: bool = False
) -> None:
    """Put a number as a number that shows as printed, and words so that they stay words."""
    target = sheet.cell(row, place)
    target.font = Font(bold=cell.bold, italic=italic)
    target.alignment = Alignment(horizontal="left" if left else "right")
    if cell.value is None:
        target.value = cell.text or None
        if cell.text:
            target.data_type = "s"
            target.style = "Normal"
            target.quotePrefix = cell.text[0] in "=+-@\t\r"
            target.font = Font(bold=cell.bold, italic=italic)
            target.alignment = Alignment(horizontal="left" if left else "right")
        return
    target.value = cell.value
    whole = "0" if cell.leading_zero or abs(cell.value) >= 1 else ""
    decimals = "." + "0" * cell.digits if cell.digits else ""
    marks = f'"{cell.mark}"' if cell.mark else ""
    target.number_format = f"{whole}{decimals}{marks}"
