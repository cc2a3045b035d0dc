"""Why nothing can be drafted from a file, and what to do about it."""

import re
from collections import Counter
from collections.abc import Collection

from icx_research.survey.codebook.cells import NUMBER
from icx_research.survey.drafting.files import LookedAt
from icx_research.survey.drafting.scales import MAX_POINTS
from icx_research.survey.drafting.words import fold_word, no_answer

PERCENT = re.compile(r"\d+([.,]\d+)? ?%")
LONGEST = 40  # letters of an answer in words; longer texts are comments
LEAST_POINTS = 3
TIMES = 5  # each answer stands in at least so many rows, on average
MOST = 0.8


def without_scales(file: LookedAt, *, keys: Collection[str]) -> str:
    """Say why no column of a file looks like answers."""
    columns = {name: _entries(cells) for name, cells in file.columns.items() if name not in keys}
    name = file.place
    if file.doubled:
        return (
            f"{name}, row 1: several columns are called {file.doubled[0]!r}, and no other column "
            "looks like answers on a scale; give each column a name of its own."
        )
    if percent := [column for column, cells in columns.items() if _percent(cells)]:
        return (
            f"{name}, column {_listed(percent)}: the numbers carry a % sign; export them as plain "
            "numbers."
        )
    if worded := [column for column, cells in columns.items() if _few_words(cells)]:
        return (
            f"{name}, column {_listed(worded)}: these look like answers in words whose order is "
            "not known; export the answers as numbers, or write study.yaml by hand and give each "
            "word its number under answers: (see `icx codebook`)."
        )
    return (
        f"{name} has no column that looks like answers on a scale (whole numbers "
        "such as 1 to 7, or words such as agree); export the answers as numbers."
    )


def _entries(cells: Collection[str]) -> Counter[str]:
    return Counter(fold_word(cell) for cell in cells if cell.strip() and not no_answer(cell))


def _percent(entries: Counter[str]) -> bool:
    hits = sum(n for word, n in entries.items() if PERCENT.fullmatch(word))
    return hits > MOST * entries.total() > 0


def _few_words(entries: Counter[str]) -> bool:
    """Tell whether a column holds a few short texts again and again."""
    return (
        LEAST_POINTS <= len(entries) <= MAX_POINTS
        and entries.total() >= TIMES * len(entries)
        and not any(NUMBER.fullmatch(word) or len(word) > LONGEST for word in entries)
    )


def _listed(columns: list[str]) -> str:
    return columns[0] + (f" and {len(columns) - 1} more" if len(columns) > 1 else "")
