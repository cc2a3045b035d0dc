"""Rows that have vanished inside a quotation: a mark that is opened and closed rows later."""

from collections.abc import Mapping, Sequence

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.cells import NUMBER
from icx_research.survey.codebook.types import Source

Record = tuple[int, list[str]]


def refuse_swallowed_rows(
    file: str, body: Sequence[Record], at: Mapping[str, int], source: Source, *, width: int
) -> None:
    """Refuse a cell of several lines in which whole rows stand.

    Parameters
    ----------
    file : str
    body : sequence of (int, list of str)
        Records below the column names.
    at : dict of str to int
        Place of each declared column.
    source : Source
    width : int
        Columns of the file.

    Raises
    ------
    StudyError
        If a line inside a cell splits into as many cells as a row (the last line: into as many
        as stand before the end of the quotation), with an answer or a known unit where these
        stand. Comments of several lines have neither.
    """
    several = [(row, cells) for row, cells in body if any("\n" in cell for cell in cells)]
    if not several:
        return
    answers = [at[name] for measure in source.measures.values()
               for name in source.columns_of(measure)]  # fmt: skip
    places = [at[column] for role, column in source.keys.items()
              if role not in ("respondent", "date")]  # fmt: skip
    units = {i: {cells[i] for _, cells in body if len(cells) > i} for i in places}
    for row, cells in several:
        for place, cell in enumerate(cells):
            lines = [line.split(source.separator) for line in cell.splitlines()[1:]]
            if any(
                len(line) == (width if i < len(lines) else place + 1)
                and _is_row(line, answers, units)
                for i, line in enumerate(lines, start=1)
            ):
                raise StudyError(
                    f"{file}, row {row}: a quotation mark is opened there and closed rows below, "
                    "so the rows between stand inside one cell; close it where the cell ends, or "
                    "double it."
                )


def _is_row(line: list[str], answers: Sequence[int], units: Mapping[int, set[str]]) -> bool:
    """Tell whether the cells of a line are what the columns of the file hold."""
    given = [line[i].strip() for i in answers if i < len(line) and line[i].strip()]
    if any(not NUMBER.fullmatch(cell) for cell in given):
        return False
    return bool(given) or any(i < len(line) and line[i] in known for i, known in units.items())
