"""Single cells of a file nobody has described that look spoilt: named by row, never used."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from icx_research.core.apa import counted
from icx_research.survey.codebook.cells import NUMBER
from icx_research.survey.codebook.spoilt_cells import (
    DATE_MADE,
    PERCENT,
    spreadsheet_date,
    two_answers,
)
from icx_research.survey.doubts.unit_doubts import looks_like_totals
from icx_research.survey.files.encodings import NOT_WESTERN, reads_badly

MOST = 0.5  # of the entries of a column; where more are dates, it is a column of dates
SHORT_RANGE = (0, 11)
CODE = re.compile(r"\d{1,2}[-/]\d{1,2}|[^\W\d_]{0,4}[-_ ]?\d{1,4}")  # 1-5, B01: what ids look like


def cell_notes(
    file: str, columns: Mapping[str, Sequence[str]], rows: Sequence[int], *, decimal: str
) -> list[str]:
    """Say which cells look spoilt, column by column.

    Parameters
    ----------
    file : str
    columns : dict of str to list of str
    rows : sequence of int
        Row of the file of each cell.
    decimal : str
        Decimal mark of the file.

    Returns
    -------
    list of str
        One sentence each, with the first row; no answer.
    """
    lines = []
    for name, cells in columns.items():
        words = [cell.strip() for cell in cells]
        for hits, said in _spoilt(words, decimal):
            row = next(row for row, hit in zip(rows, hits, strict=True) if hit)
            more = f" and {counted(sum(hits) - 1, 'more row')}" if sum(hits) > 1 else ""
            lines.append(f"{file}, row {row}{more}, column {name}: {said}.")
    return lines


def encoding_question(columns: Mapping[str, Sequence[str]]) -> str:
    """Ask for the encoding where the letters of names and entries look misread."""
    words = {*columns, *(cell for cells in columns.values() for cell in set(cells))}
    if not reads_badly(word for word in words if not word.isascii()):
        return ""
    return f"letters look misread; is the encoding another one, such as {NOT_WESTERN}?"


def totals_question(units: Sequence[str]) -> str:
    """Ask about units that look like lines of totals."""
    found = sorted({unit for unit in units if looks_like_totals(unit)})
    if not found:
        return ""
    return (
        f"do these lines hold totals or means of the units ({', '.join(map(repr, found[:5]))})? "
        "Then delete them from the file"
    )


def _spoilt(words: Sequence[str], decimal: str) -> Iterator[tuple[list[bool], str]]:
    """Find the cells of a column that are spoilt among others that are not."""
    filled = [word for word in words if word]
    numbers = sum(bool(NUMBER.fullmatch(word.replace(decimal, "."))) for word in filled)
    codes = sum(bool(CODE.fullmatch(word)) for word in filled)
    kinds: tuple[tuple[Callable[[str], bool], str, bool], ...] = (
        (spreadsheet_date, f"the entry {DATE_MADE}", max(numbers, codes) > MOST * len(filled)),
        (
            lambda word: two_answers(word, SHORT_RANGE),
            "the cell seems to hold two answers, as where two boxes were marked; keep one of them "
            "or empty it",
            numbers > MOST * len(filled),
        ),
        (
            lambda word: bool(PERCENT.fullmatch(word)),
            "the figures carry a % sign; export them as plain numbers",
            True,
        ),
    )
    for is_spoilt, said, among in kinds:
        hits = [bool(word) and is_spoilt(word) for word in words]
        if any(hits) and among:
            yield hits, said
