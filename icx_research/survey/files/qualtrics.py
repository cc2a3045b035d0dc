"""Exports from Qualtrics: rows of question texts and marks below the column names."""

from collections.abc import Sequence

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.cells import NUMBER

MARK = '{"ImportId":'
NAMES = {"ResponseId", "StartDate", "RecordedDate", "DistributionChannel"}
MIN_NUMBERS = 0.8
LOOKED_AT = 200  # records below a row of texts
Record = tuple[int, Sequence[str]]


def looks_like_qualtrics(body: Sequence[Record]) -> bool:
    """Tell whether the third row holds the marks Qualtrics writes there."""
    return len(body) >= 2 and any(MARK in cell for cell in body[1][1])


def check_qualtrics(file: str, body: Sequence[Record]) -> None:
    """Refuse a file that is declared as one of Qualtrics and has no marks of it."""
    if not looks_like_qualtrics(body):
        raise StudyError(
            f'{file}, row 3: the marks of Qualtrics ({MARK} ...}}) are not there; leave "format: '
            'qualtrics" out, or export the file again with all three rows of names.'
        )


def rows_of_texts(header: Sequence[str], body: Sequence[Record]) -> int:
    """Count the rows below the names that hold question texts and marks instead of answers.

    Workbooks of Qualtrics have no marks: there a row of texts is one in which no text comes again
    below, and which has texts where numbers stand below or names as Qualtrics gives them above.
    """
    if looks_like_qualtrics(body):
        return 2
    if len(body) < 3:
        return 0
    first, below = body[0][1], [cells for _, cells in body[1:LOOKED_AT]]
    filled = {i: cell.strip() for i, cell in enumerate(first) if cell.strip() and i < len(header)}
    if 2 * len(filled) <= len(header) or any(NUMBER.fullmatch(cell) for cell in filled.values()):
        return 0
    columns = {i: [c[i].strip() for c in below if len(c) > i and c[i].strip()] for i in filled}
    if any(cell in columns[i] for i, cell in filled.items()):
        return 0
    numbers = any(_are_numbers(cells) and " " in filled[i] for i, cells in columns.items())
    named = len(NAMES & {label.strip() for label in header}) > 0
    return int(numbers or (named and any(" " in cell for cell in filled.values())))


def question_texts(header: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    """Give the question text that stands below each column name."""
    names = [name.strip() for name in header]
    return dict(zip(names, (" ".join(cell.split()) for cell in row), strict=False))


def _are_numbers(cells: Sequence[str]) -> bool:
    hits = sum(bool(NUMBER.fullmatch(cell)) for cell in cells)
    return bool(cells) and hits >= MIN_NUMBERS * len(cells)
