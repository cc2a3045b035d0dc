"""Answers that stand in a file as words: which number each of them seems to mean."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from icx_research.survey.answers.label_meaning import direction
from icx_research.survey.answers.ladders import LADDERS
from icx_research.survey.answers.no_answer import means_no_answer
from icx_research.survey.codebook.cells import NUMBER
from icx_research.survey.codebook.own_number import number_before, own_number
from icx_research.survey.codebook.spoilt_cells import spreadsheet_date
from icx_research.survey.codebook.types import fold_answer

MIN_KNOWN = 0.8  # share of the answers whose number must be known
MIN_OF_FEW = 0.5  # the same where a column holds a few short words again and again
FEW_WORDS, TIMES, SHORT = 12, 5, 40  # different words, rows of each on average, letters
LEAST_NAMED = 2  # rows in which an entry must stand to be named: one alone may be a comment
MAX_POINTS = 11
# More than a number of stars or points: words of a label, of which each must stand for itself.
WORDS = re.compile(r"[^\W\d_]{3}.*\W+[^\W\d_]{2}|[-–—=:(\[]\s*[^\W\d_]{2}|[^\W\d_]{2}\s*[(\[=:]")
# What stands in cells that should be empty, besides the words for "no answer".
EMPTY_MARKS = {"-", "--", ".", "?", "nan", "none", "null", "#null!"}


def fold_word(text: str) -> str:
    """Compare what stands in a cell without regard to case, spacing and kind of apostrophe."""
    return fold_answer(text).replace("\u2019", "'")


def no_answer(word: str) -> bool:
    """Tell whether what stands in a cell means "no answer"."""
    return fold_word(word) in EMPTY_MARKS or means_no_answer(word)


def number_words(columns: Mapping[str, Sequence[str]]) -> dict[str, dict[str, int]]:
    """Give numbers to the answers of columns that hold words, lowest first.

    Parameters
    ----------
    columns : dict of str to list of str

    Returns
    -------
    dict of str to dict
        Of each such column the words as they stand in the file, with their number. A ladder
        whose middle nobody chose in any column is taken for one without a middle.
    """
    found: dict[str, dict[str, int]] = {}
    by_ladder: dict[int, dict[str, list[str]]] = {}
    for name, cells in columns.items():
        counts = Counter(cell.strip() for cell in cells if cell.strip())
        asked = {word: n for word, n in counts.items() if not no_answer(word)}
        if numbers := _with_number(asked):
            found[name] = numbers
        elif (at := _ladder(asked)) is not None:
            by_ladder.setdefault(at, {})[name] = list(asked)
    for at, of_columns in by_ladder.items():
        steps = _steps(at, {fold_answer(w) for words in of_columns.values() for w in words})
        for name, words in of_columns.items():
            numbers = {w: steps[fold_answer(w)] for w in words if fold_answer(w) in steps}
            found[name] = dict(sorted(numbers.items(), key=lambda pair: pair[1]))
    return found


def without_number(cells: Sequence[str], words: Mapping[str, int]) -> tuple[tuple[str, ...], int]:
    """Name the entries of a column that have no number among others that have one.

    Returns
    -------
    (tuple of str, int)
        Entries that stand in several rows, most frequent first; and how many others there are,
        which are not named as they may be comments.
    """
    known = {fold_answer(word) for word in words}
    counts = Counter(
        word for cell in cells
        if (word := cell.strip()) and not NUMBER.fullmatch(word) and not no_answer(word)
        and fold_answer(word) not in known and not spreadsheet_date(word)
    )  # fmt: skip
    named = [w for w, n in counts.most_common() if n >= LEAST_NAMED and len(w) <= SHORT]
    return tuple(named[:FEW_WORDS]), len(counts) - len(named[:FEW_WORDS])


def highest_named(words: Collection[str]) -> int:
    """Give the highest number that answers name, as 4/5 and four of five stars do."""
    return max((own[1] for word in words if (own := own_number(word))), default=0)


def _with_number(asked: Mapping[str, int]) -> dict[str, int]:
    """Read answers that bring their number along; often only the ends of a scale do."""
    named = {word: own for word in asked if (own := own_number(word))}
    # 5-Jan among bare numbers is a date a spreadsheet has made; 1-mai beside 2-raramente is none.
    if not named or all(map(spreadsheet_date, named)):
        named = _before_praise(asked)
    found = {word: number for word, (number, _) in named.items()}
    known = sum(n for word, n in asked.items() if word in found or word.isdigit())
    if not found or max(found.values()) > MAX_POINTS or known < _needed(asked):
        return {}
    texts = {fold_answer(word): n for word, n in found.items() if WORDS.search(word)}
    several = {top for word, (_, top) in named.items() if "/" in word and not WORDS.search(word)}
    if len(set(texts.values())) < len(texts) or len(several) > 1:
        return {}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def _before_praise(asked: Collection[str]) -> dict[str, tuple[int, int]]:
    """Read answers as 5 very good; of 5 North none praises or blames."""
    split = {word: number for word in asked if (number := number_before(word))}
    if not any(direction(text) for _, text in split.values()):
        return {}
    return {word: (number, number) for word, (number, _) in split.items()}


def _needed(asked: Mapping[str, int]) -> float:
    """Count the answers whose number must be known: fewer where a few short words come again."""
    total = sum(asked.values())
    few = 1 < len(asked) <= FEW_WORDS and total >= TIMES * len(asked)
    return total * (MIN_OF_FEW if few and max(map(len, asked)) <= SHORT else MIN_KNOWN)


def _ladder(asked: Mapping[str, int]) -> int | None:
    """Find the ladder that names most of the answers, each by a step of its own."""
    if not asked:
        return None
    best, most = None, (_needed(asked), -len(asked))
    for at, ladder in enumerate(LADDERS):
        step_of = {word: i for i, step in enumerate(ladder) for word in step}
        steps = [step_of[fold_answer(word)] for word in asked if fold_answer(word) in step_of]
        known = sum(n for word, n in asked.items() if fold_answer(word) in step_of)
        fit = (known, len(set(steps)) - len(steps))
        if known and fit > most:
            best, most = at, fit
    return best


def _steps(at: int, used: set[str]) -> dict[str, int]:
    """Count the steps from 1, yes or no from 0."""
    ladder = LADDERS[at]
    if len(ladder) == 2:
        return {word: value for value, step in enumerate(ladder) for word in step}
    middle = ladder[len(ladder) // 2]
    kept = (
        ladder
        if len(ladder) % 2 == 0 or used & set(middle) or used - {w for s in ladder for w in s}
        else tuple(step for step in ladder if step != middle)
    )
    return {word: value for value, step in enumerate(kept, start=1) for word in step}
