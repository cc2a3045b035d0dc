"""Exports from Qualtrics: three rows of names, and answers that are no answers."""

from collections.abc import Sequence

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.types import Source

MARK = '{"ImportId":'
# The column Status as words and as numbers.
NO_ANSWERS = {"survey preview", "survey test", "1", "2", "17"}
SPAM = {"spam", "8"}
UNFINISHED = {"false", "0"}
SHOWN_ROWS = 20
Record = tuple[int, list[str]]


def looks_like_qualtrics(body: Sequence[Record]) -> bool:
    """Tell whether the third row holds the marks Qualtrics writes there."""
    return len(body) >= 2 and any(MARK in cell for cell in body[1][1])


def strip_qualtrics(
    file: str, header: Sequence[str], body: list[Record], source: Source
) -> tuple[list[Record], dict[str, str], tuple[str, ...]]:
    """Take off question texts and marks; leave out previews and tests.

    Returns
    -------
    (list, dict, tuple)
        Records of respondents, question text of each column, and what was left out.
    """
    if not looks_like_qualtrics(body):
        raise StudyError(
            f'{file}, row 3: the marks of Qualtrics ({MARK} ...}}) are not there; leave "format: '
            'qualtrics" out, or export the file again with all three rows of names.'
        )
    names = [name.strip() for name in header]
    questions = dict(zip(names, (" ".join(cell.split()) for cell in body[0][1]), strict=False))
    records, log = body[2:], []
    records, rows = _without(records, names, "Status", NO_ANSWERS)
    if rows:
        log.append(f"{file}: {_rows(rows)} left out: previews or tests of the questionnaire.")
    _, rows = _without(records, names, "Status", SPAM)
    if rows:
        log.append(f"{file}: {_rows(rows)} marked as spam by Qualtrics, but kept.")
    kept, rows = _without(records, names, "Finished", UNFINISHED)
    if rows and source.unfinished == "drop":
        records = kept
        log.append(f"{file}: {_rows(rows)} left out: unfinished, as the codebook asks.")
    elif rows:
        log.append(f"{file}: {_rows(rows)} unfinished, but kept; unfinished: drop leaves them out.")
    return records, questions, tuple(log)


def _without(
    records: list[Record], names: Sequence[str], column: str, words: set[str]
) -> tuple[list[Record], list[int]]:
    """Split off the records whose cell in `column` is one of `words`."""
    if column not in names:
        return records, []
    at = names.index(column)
    off = [
        row for row, cells in records if len(cells) > at and cells[at].strip().casefold() in words
    ]
    gone = set(off)
    return [record for record in records if record[0] not in gone], off


def _rows(rows: Sequence[int]) -> str:
    shown = ", ".join(map(str, rows[:SHOWN_ROWS]))
    more = f" and {len(rows) - SHOWN_ROWS} more" if len(rows) > SHOWN_ROWS else ""
    return f"row {shown}" if len(rows) == 1 else f"{len(rows)} rows ({shown}{more})"
