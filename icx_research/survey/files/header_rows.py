"""Column names that go on in a second row, as survey programs and people write them."""

from collections.abc import Sequence

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.cells import NUMBER

LOOKED_BELOW = 10  # rows that are searched for the column names
LEAST_NAMES = 3  # columns of a table
MOST_OF_TITLE = 2  # texts in a row of titles: Table 1, back to contents
# What SurveyMonkey writes below a question that has no parts.
MARKS = {"response", "open-ended response"}


def refuse_second_header(
    file: str, header: Sequence[str], body: Sequence[tuple[int, Sequence[str]]]
) -> None:
    """Refuse a file whose first row below the names looks like more names.

    Parameters
    ----------
    file : str
    header : sequence of str
    body : sequence of (int, sequence of str)
        Row number and cells of each record.

    Raises
    ------
    StudyError
        If the first cell of that row is empty and either a mark of SurveyMonkey stands in it, or
        a column without a name has text there and no text of the row comes again below.
    """
    if len(body) < 2:
        return
    row, first = body[0]
    filled = {i: cell.strip() for i, cell in enumerate(first) if cell.strip()}
    if 0 in filled or not filled:
        return
    marked = any(cell.casefold() in MARKS for cell in filled.values())
    unnamed = any(i < len(header) and not header[i].strip() for i in filled)
    if marked or (unnamed and _only_there(filled, body[1:])):
        raise StudyError(
            f"{file}, row {row}: the column names go on in this row, as in exports from "
            "SurveyMonkey; give each column one name in the row above and delete this one."
        )


def refuse_title(
    file: str, row: int, header: Sequence[str], body: Sequence[tuple[int, Sequence[str]]]
) -> None:
    """Refuse a file nobody has described whose first row holds a title, above a row of names.

    Raises
    ------
    StudyError
        With the row that seems to hold the names.
    """
    filled = sum(bool(cell.strip()) for cell in header)
    if filled > MOST_OF_TITLE:
        return
    for below, cells in body[:LOOKED_BELOW]:
        if sum(bool(cell.strip()) for cell in cells) >= max(2 * filled, LEAST_NAMES):
            what = "a single text stands" if filled == 1 else f"{filled} texts stand"
            raise StudyError(
                f"{file}, row {row}: {what} there; the column names seem to stand in row {below}: "
                "delete the rows above."
            )


def _only_there(filled: dict[int, str], below: Sequence[tuple[int, Sequence[str]]]) -> bool:
    if any(NUMBER.fullmatch(cell) for cell in filled.values()):
        return False
    return not any(
        len(cells) > i and cells[i].strip() == cell
        for _, cells in below
        for i, cell in filled.items()
    )
