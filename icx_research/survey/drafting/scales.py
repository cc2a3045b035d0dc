"""Which columns look like items, and which of them look like one scale."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from icx_research.core.apa import counted
from icx_research.survey.codebook.cells import NUMBER
from icx_research.survey.codebook.checks import RESERVED
from icx_research.survey.codebook.periods import without_marks
from icx_research.survey.doubts.scale_doubts import opposed_items
from icx_research.survey.drafting.files import LookedAt
from icx_research.survey.drafting.labels import (
    labelled_codes,
    labelled_range,
    low_ends,
    without_codes,
)
from icx_research.survey.drafting.left_out import codes_below_zero, not_answers
from icx_research.survey.drafting.wave_columns import wave_columns
from icx_research.survey.drafting.words import (
    highest_named,
    no_answer,
    number_words,
    without_number,
)

# Codes people use for "no answer"; only these are ever printed, so no answer is.
NUMBERS_AS_CODES = (-1, -2, -7, -8, -9, -77, -88, -99, -999, 66, 77, 88, 95, 96, 97, 98, 99,
                    777, 888, 998, 999, 9999)  # fmt: skip
TOPS = (1, 2, 3, 4, 5, 6, 7, 10, 11, 100)  # nine points are rarer than ten with a gap
MIN_NUMERIC = 0.8
MAX_POINTS = 11
SENTENCE = 3  # words that make a column's name a sentence
LEAST_TOP_ALONE = 4  # a single column with fewer points is rather yes/no or a group
FROM_ZERO = re.compile(r"nps|recommend|empfehl")  # asked from 0 to 10 nearly everywhere
NOT_ITEMS = re.compile(
    r"(^|_)(sex|gender|age|tenure|grade|level|seniority|education|income|year|month|week|day|date"
    r"|region|size|duration|progress|finished|status|count|number|nr|no|index|weight|language"
    r"|geschlecht|alter|jahr|monat|bildung|gewicht)(_|$)"
)
# The number of an item, with a letter or a mark that it is worded the other way round.
ITEM_NUMBER = re.compile(
    r"[_\-. ]?\d+([a-z]|[_\-. ](r|rev|reversed?|rec|inv|neg|umgepolt))?$", flags=re.IGNORECASE
)
# How much of something, and what survey programs write beside the answers: never answers.
COUNTED = re.compile(
    r"^((how_many|number_of|anzahl|wie_viele)(_.*)?|(lastpage|startlanguage|seed|interviewtime"
    r"|grouptime\d*|collector)(_.*)?"
    r"|(visits|orders|purchases|years|besuche|jahre)(_(last|per|in|this|pro|im)_.*)?)$"
)
# Ratings that are spread out like measurements: 0 to 100, or means of several answers.
RATED = re.compile(r"satisf|zufried|recommend|empfehl|overall|quality|(^|_)0_((to|bis)_)?100(_|$)")


@dataclass(frozen=True)
class ScaleDraft:
    """Columns that look like one scale, with what only the researcher can say.

    Attributes
    ----------
    name : str
    items : tuple of str
    response_range : (int, int)
    codes : tuple of str
        Entries that look like codes for "no answer".
    opposed : tuple of str
        Items that run against the others.
    words : dict of str to int
        Answers in words, with the number they seem to mean.
    unnumbered : tuple of str
        Entries among these answers whose number is not known; the last may count further ones.
    low_is_good, turned : dict of str to str
        Items whose labels call the low end the good one, with these labels: where all items of the
        scale do, and where only some do.
    code_labels : dict of str to str
        What the file says of the codes.
    wave : str
        Where each wave has columns of its own, that of these.
    """

    name: str
    items: tuple[str, ...]
    response_range: tuple[int, int]
    codes: tuple[str, ...] = ()
    opposed: tuple[str, ...] = ()
    words: Mapping[str, int] = field(default_factory=dict)
    unnumbered: tuple[str, ...] = ()
    low_is_good: Mapping[str, str] = field(default_factory=dict)
    turned: Mapping[str, str] = field(default_factory=dict)
    code_labels: Mapping[str, str] = field(default_factory=dict)
    wave: str = ""


def words_of(name: str) -> str:
    """Write a column name in small words joined by underscores."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^a-z0-9]+", "_", split.casefold()).strip("_")


def answers_of(
    file: LookedAt, keys: Collection[str]
) -> tuple[dict[str, pd.Series], Mapping[str, Mapping[str, int]]]:
    """Give the columns that look like answers as numbers, and the words that stand for these."""
    numbers, words = numbers_of(file, keys)
    others = not_answers(numbers, words=words)
    return {name: column for name, column in numbers.items() if name not in others}, words


def numbers_of(
    file: LookedAt, keys: Collection[str]
) -> tuple[dict[str, pd.Series], Mapping[str, Mapping[str, int]]]:
    """Give the columns that hold numbers, or words that stand for numbers."""
    possible = {
        name: cells
        for name, cells in file.columns.items()
        if name not in {*keys, *RESERVED}
        and not COUNTED.search(words_of(name))
        and (len(name.split()) >= SENTENCE or not NOT_ITEMS.search(words_of(name)))
    }
    words = number_words(possible)
    answers = {}
    for name, cells in possible.items():
        numbers = read_numbers(cells, file.decimal, words.get(name, {}))
        if numbers is not None:
            answers[name] = numbers
    return answers, words


def draft_scales(
    file: LookedAt, *, side: str, keys: Collection[str], taken: Iterable[str]
) -> list[ScaleDraft]:
    """Group the columns that look like items by the stem of their name and their range."""
    given, words = answers_of(file, keys)
    answers = without_codes(given, file.answer_labels)
    used, drafts = set(taken), []
    blocks = [(*block, pd.concat([_body(answers[item]) for item in block[3]]))
              for block in _in_waves(answers)]  # fmt: skip
    likely = [block for block in blocks if len(block[3]) > 1 or _alone(block[3][0], block[4])]
    # Yes or no is an answer where nothing else was asked.
    for wave, stem, points, items, bodies in likely or [b for b in blocks if b[3][0] in words]:
        limits = labelled_range(items, file.answer_labels, bodies) or (
            (0, 10) if points == 1 and FROM_ZERO.search(words_of(stem)) else _range(bodies)
        )
        named = {word: value for item in items for word, value in words.get(item, {}).items()}
        limits = (limits[0], max(limits[1], highest_named(named)))
        whole = f"{stem or f'{side}_ratings'}{f'_{wave}' if wave else ''}"
        name = free_name(whole if len(items) > 1 else items[0], side, used)
        clean = pd.DataFrame({i: answers[i].where(answers[i].between(*limits)) for i in items})
        labels = labelled_codes(items, given, file.answer_labels)
        low_good = low_ends(items, file.answer_labels, words)
        drafts.append(
            ScaleDraft(
                name=name,
                items=tuple(items),
                response_range=limits,
                codes=tuple(dict.fromkeys((*labels, *_codes(file, items, answers, limits)))),
                opposed=tuple(i for i in opposed_items(clean) if i not in low_good),
                words=dict(sorted(named.items(), key=lambda pair: pair[1])),
                unnumbered=_unnumbered(file, items, words),
                low_is_good=low_good if len(low_good) == len(items) else {},
                turned=low_good if len(low_good) < len(items) else {},
                code_labels=labels,
                wave=wave,
            )
        )
    return drafts


def _unnumbered(
    file: LookedAt, items: Sequence[str], words: Mapping[str, Mapping[str, int]]
) -> tuple[str, ...]:
    """Name the entries of answers in words that have no number; count those of single rows."""
    named: dict[str, None] = {}
    others = 0
    for item in items:
        if item in words:
            entries, more = without_number(file.columns[item], words[item])
            named |= dict.fromkeys(entries)
            others += more
    rest = f"and {counted(others, 'more entry').replace('entrys', 'entries')} of single rows"
    return (*named, *([rest] if others else []))


def _in_waves(answers: Mapping[str, pd.Series]) -> list[tuple[str, str, int, list[str]]]:
    """Group items, wave by wave where each wave has columns of its own."""
    waves = wave_columns(list(answers), [words_of(without_marks(name)) for name in answers])
    plain = {name: numbers for name, numbers in answers.items() if name not in waves}
    blocks = [("", *block) for block in _blocks(plain)]
    for wave in dict.fromkeys(wave for _, wave in waves.values()):
        column = {stem: name for name, (stem, one) in waves.items() if one == wave}
        found = _blocks({stem: answers[name] for stem, name in column.items()})
        blocks += [(wave, s, points, [column[i] for i in items]) for s, points, items in found]
    return blocks


def _blocks(answers: Mapping[str, pd.Series]) -> list[tuple[str, int, list[str]]]:
    """Group items by stem and kind of range; neighbours that stand alone may belong together."""
    by_stem: dict[tuple[str, int], list[str]] = {}
    for name, numbers in answers.items():
        body = _body(numbers)
        if len(body) and 0 <= body.min() and body.max() <= 100:
            points = 0 if body.max() <= 7 else 1 if body.max() <= MAX_POINTS else 2
            by_stem.setdefault((_stem(name), points), []).append(name)
    blocks: list[tuple[str, int, list[str]]] = []
    open_for_more = False
    for (stem, points), items in by_stem.items():
        alone = len(items) == 1 and points == 0
        if alone and open_for_more and _akin(blocks[-1][2][-1], items[0], answers):
            grown = [*blocks[-1][2], *items]
            blocks[-1] = (_first_word(grown), points, grown)
        else:
            blocks.append((stem, points, items))
        open_for_more = alone
    return blocks


def _alone(item: str, body: pd.Series) -> bool:
    """Tell whether a column is a scale by itself: few points, or a name that says rating."""
    few = body.max() <= MAX_POINTS and body.nunique() <= MAX_POINTS
    return bool(body.max() >= LEAST_TOP_ALONE and (few or RATED.search(words_of(item))))


def _akin(first: str, second: str, answers: Mapping[str, pd.Series]) -> bool:
    """Tell whether two columns look like neighbours of one scale: range, and name or sentence."""
    one, two = (_range(_body(answers[name])) for name in (first, second))
    sentences = min(len(first.split()), len(second.split())) >= SENTENCE
    return one == two and (sentences or bool(_first_word([first, second])))


def _first_word(items: Sequence[str]) -> str:
    """Find the word that all names begin with; empty where there is none, or for sentences."""
    starts = {words_of(item).split("_")[0] for item in items}
    short = all(len(item.split()) < SENTENCE for item in items)
    return starts.pop() if len(starts) == 1 and short else ""


def read_numbers(cells: list[str], decimal: str, words: Mapping[str, int]) -> pd.Series | None:
    """Read a column as numbers; none where too few cells are numbers."""
    known = {
        cell: float(words[cell.strip()])
        if cell.strip() in words
        else _number(cell.strip(), decimal)
        for cell in set(cells)
    }
    values = pd.Series([known[cell] for cell in cells], dtype=float)
    asked = sum(bool(c.strip()) and not no_answer(c.strip()) for c in cells)
    # Words that have been numbered are answers, also where others have no number yet.
    least = 0.0 if words else MIN_NUMERIC
    return values if asked and values.notna().sum() >= least * asked else None


def _number(word: str, decimal: str) -> float:
    if decimal != ".":
        word = word.replace(".", "x").replace(decimal, ".")
    return float(word) if NUMBER.fullmatch(word) else float("nan")


def _body(numbers: pd.Series) -> pd.Series:
    """Leave out what looks like a code: far from the other numbers, or negative."""
    given = numbers.dropna()
    if codes_below_zero(given):
        given = given[given >= 0]
    body = given[~given.isin(NUMBERS_AS_CODES)]
    if not len(body) or body.max() > MAX_POINTS:
        return given[given >= 0]  # 0 to 100, where 99 is an answer
    rest = body[body < 9]
    return rest if body.max() == 9 and len(rest) and rest.max() <= 7 else body


def _range(body: pd.Series) -> tuple[int, int]:
    low = 0 if body.min() < 1 else 1
    return low, max(low + 1, next(top for top in TOPS if top >= body.max()))


def _stem(name: str) -> str:
    return ITEM_NUMBER.sub("", name.strip()) or name


def free_name(stem: str, side: str, used: set[str]) -> str:
    """Find a name nothing else has."""
    base = words_of(stem) or "scale"
    if len(base) < 3 or base[0].isdigit() or base in used:
        base = f"{side}_{base}"
    name, number = base, 2
    while name in used:
        name, number = f"{base}_{number}", number + 1
    used |= {name, f"{name}_n", f"{name}_se"}
    return name


def _codes(
    file: LookedAt, items: list[str], answers: dict[str, pd.Series], limits: tuple[int, int]
) -> tuple[str, ...]:
    outside = {
        int(number)
        for item in items
        for number in answers[item].dropna().unique()
        if not limits[0] <= number <= limits[1] and (number < 0 or number in (*NUMBERS_AS_CODES, 9))
    }
    words = {
        cell.strip()
        for item in items
        for cell in set(file.columns[item])
        if cell.strip() and no_answer(cell)
    }
    return (*map(str, sorted(outside)), *sorted(words))
