"""Tables as Word files, with the three rules of the American Psychological Association."""

from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from icx_research.core import apa
from icx_research.present.tables.cells import Cell, Content
from icx_research.present.tables.office import WRITTEN, save_office

FONT, SIZE = "Times New Roman", 11
WIDE = 95  # characters a row may hold on a page that stands upright
LONGEST = 30  # characters before a text goes on in the next line
SPACE = 2.5  # characters of white between columns
PER_CHARACTER = Cm(0.185)
LINE = 8  # eighths of a point: the width of a rule


def write_word(table: Content, path: Path) -> Path:
    """Write a table with its number as a field, repeated heads, and notes below."""
    document = Document()
    for stamp in ("created", "modified", "last_printed"):
        setattr(document.core_properties, stamp, WRITTEN.replace(tzinfo=None))
    document.core_properties.title = table.title
    document.core_properties.author = document.core_properties.comments = ""
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(SIZE)
    style.paragraph_format.space_after = Pt(0)
    section = document.sections[0]
    if sum(_characters(table)) > WIDE:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    _caption(document, table)
    _grid(document, table)
    _notes(document, table)
    return save_office(document.save, path)


def _characters(table: Content) -> list[float]:
    """Room that each column needs, in characters."""
    lines = [[column.head for column in table.columns]]
    lines += [[cell.text + cell.mark for cell in row.cells] for row in table.rows]
    return [min(max(map(_width, column)), LONGEST) + SPACE for column in zip(*lines, strict=True)]


def _width(text: str) -> float:
    """Count characters; capitals are wide."""
    return len(text) + 0.5 * sum(sign.isupper() for sign in text)


def _caption(document: Any, table: Content) -> None:
    """Write "Table 1" with its number as a field that Word counts on, and the title below."""
    number = document.add_paragraph(style="Caption")
    number.paragraph_format.keep_with_next = True
    _set(number.add_run("Table "), bold=True)
    from_here = f" \\r {table.number}" if table.number else ""
    _field(number, f"SEQ Table \\* ARABIC{from_here}", str(table.number or 1))
    title = document.add_paragraph()
    title.paragraph_format.keep_with_next = True
    title.paragraph_format.space_after = Pt(4)
    title.add_run(table.title).italic = True


def _set(run: Any, *, bold: bool = False) -> None:
    """Set a run in black Roman type, whatever the style of captions says."""
    run.font.name, run.font.size, run.bold, run.italic = FONT, Pt(SIZE), bold, False
    run.font.color.rgb = None
    colour = OxmlElement("w:color")
    colour.set(qn("w:val"), "000000")
    run._element.get_or_add_rPr().append(colour)


def _field(paragraph: Any, instruction: str, shown: str) -> None:
    parts = (("begin", None), (None, instruction), ("separate", None), (None, shown), ("end", None))
    for kind, text in parts:
        run = paragraph.add_run()
        _set(run, bold=True)
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._element.append(mark)
        elif text == instruction:
            code = OxmlElement("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = f" {text} "
            run._element.append(code)
        else:
            run.text = text


def _grid(document: Any, table: Content) -> None:
    groups = table.column_groups()
    grid = document.add_table(rows=0, cols=len(table.columns))
    grid.alignment = WD_TABLE_ALIGNMENT.LEFT
    _describe(grid, table)
    if groups:
        cells, at = _row(grid, head=True), 0
        for head, span in groups:
            cell = cells[at].merge(cells[at + span - 1]) if span > 1 else cells[at]
            _write(cell, Cell(head), centred=True)
            if head:
                _rules(cell, bottom=LINE // 2)
            at += span
    heads = _row(grid, head=True)
    for cell, column in zip(heads, table.columns, strict=True):
        _write(cell, Cell(column.head), left=column.words, italic=column.italic)
        _rules(cell, bottom=LINE // 2)
    for head, rows in table.row_groups():
        if head:
            cells = _row(grid)
            _write(cells[0].merge(cells[-1]), Cell(head), left=True)
        for row in rows:
            for cell, content, column in zip(_row(grid), row.cells, table.columns, strict=True):
                first = bool(head) and column is table.columns[0]
                _write(cell, content, left=column.words, indented=first)
    grid.autofit = False
    for column, characters in zip(grid.columns, _characters(table), strict=True):
        column.width = round(characters * PER_CHARACTER)
        for cell in column.cells:
            cell.width = column.width
    for cell in grid.rows[0].cells:
        _rules(cell, top=LINE)
    for cell in grid.rows[-1].cells:
        _rules(cell, bottom=LINE)


def _row(grid: Any, *, head: bool = False) -> Any:
    """Add a row that no page break cuts; heads are repeated on every page."""
    row = grid.add_row()
    properties = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", *(["w:tblHeader"] if head else [])):
        properties.append(OxmlElement(name))
    return row.cells


def _write(
    cell: Any,
    content: Cell,
    *,
    left: bool = False,
    centred: bool = False,
    italic: bool = False,
    indented: bool = False,
) -> None:
    paragraph = cell.paragraphs[0]
    side = WD_ALIGN_PARAGRAPH.LEFT if left else WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else side
    if indented:
        paragraph.paragraph_format.left_indent = Cm(0.5)
    run = paragraph.add_run(content.text)
    run.bold, run.italic = content.bold or None, italic or None
    if content.mark:
        paragraph.add_run(content.mark).font.superscript = True


def _rules(cell: Any, **sides: int) -> None:
    properties = cell._tc.get_or_add_tcPr()
    borders = properties.find(qn("w:tcBorders"))
    if borders is None:
        borders = OxmlElement("w:tcBorders")
        properties.append(borders)
    for side, width in sides.items():
        rule = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", str(width)), ("color", "000000")):
            rule.set(qn(f"w:{name}"), value)
        borders.append(rule)


def _describe(grid: Any, table: Content) -> None:
    """Give the table a text for those who do not see it."""
    heads = ", ".join(column.head for column in table.columns)
    described = f"{apa.counted(len(table.rows), 'row')} with {heads}"
    for name, text in (("tblCaption", table.title), ("tblDescription", described)):
        element = OxmlElement(f"w:{name}")
        element.set(qn("w:val"), text)
        grid._tbl.tblPr.append(element)


def _notes(document: Any, table: Content) -> None:
    if table.notes:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(4)
        paragraph.add_run("Note.").italic = True
        paragraph.add_run(" " + " ".join(table.notes))
    if table.stars:
        paragraph = document.add_paragraph()
        for at, note in enumerate(table.stars):
            mark, limit = note.split(" p ")
            paragraph.add_run(f"{mark} " if not at else f". {mark} ")
            paragraph.add_run("p").italic = True
            paragraph.add_run(f" {limit}")
        paragraph.add_run(".")
