"""Answers that stand in a file as words: which number each of them seems to mean."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from icx_research.survey.codebook.types import fold_answer

# Usual ladders of answers, lowest first; words between bars mean the same.
LADDERS = tuple(
    tuple(tuple(map(fold_answer, step.split("|"))) for step in ladder.split(" < "))
    for ladder in (
        "strongly disagree|disagree strongly|totally disagree|completely disagree"
        " < disagree|somewhat disagree < neutral|neither agree nor disagree|neither|undecided|"
        "neither disagree nor agree < agree|somewhat agree"
        " < strongly agree|agree strongly|totally agree|completely agree",
        "strongly disagree|completely disagree < disagree < somewhat disagree|slightly disagree"
        " < neutral|neither agree nor disagree|neither|undecided"
        " < somewhat agree|slightly agree < agree < strongly agree|completely agree",
        "very dissatisfied|extremely dissatisfied < dissatisfied|somewhat dissatisfied"
        " < neutral|neither satisfied nor dissatisfied|neither|undecided"
        " < satisfied|somewhat satisfied < very satisfied|extremely satisfied",
        "very unhappy < unhappy < neutral|neither < happy < very happy",
        "very unlikely|extremely unlikely < unlikely < neutral|neither|neither likely nor unlikely"
        " < likely < very likely|extremely likely",
        "not at all satisfied < slightly satisfied|a little satisfied < moderately satisfied|"
        "somewhat satisfied < very satisfied < extremely satisfied|completely satisfied",
        "completely dissatisfied|totally dissatisfied < mostly dissatisfied|rather dissatisfied"
        " < neutral|neither < mostly satisfied|rather satisfied"
        " < completely satisfied|totally satisfied",
        "not at all|fully disagree|do not agree at all < rather disagree|rather not < partly|"
        "partly agree|neutral|neither|undecided < rather agree|mostly < fully agree|fully",
        "not at all < slightly|a little < moderately|somewhat|partly < very|very much|quite a bit"
        " < extremely|completely",
        "very poor|terrible|very bad < poor|bad < fair|average|ok|acceptable < good"
        " < excellent|very good",
        "poor < fair < good < very good < excellent",
        "never < rarely|seldom < sometimes|occasionally < often|frequently < always",
        "no < yes",
        "false < true",
        "stimme überhaupt nicht zu|trifft überhaupt nicht zu|trifft gar nicht zu|"
        "stimme gar nicht zu < stimme nicht zu|trifft nicht zu|stimme eher nicht zu|"
        "trifft eher nicht zu < weder noch|teils teils|teils, teils|teils/teils|teils-teils|"
        "neutral|unentschieden < stimme zu|trifft zu|stimme eher zu|trifft eher zu"
        " < stimme voll und ganz zu|trifft voll und ganz zu|stimme voll zu|trifft voll zu|"
        "stimme völlig zu",
        "stimme nicht zu|trifft nicht zu < stimme eher nicht zu|trifft eher nicht zu"
        " < weder noch|teils teils|teils, teils|teils/teils|teils-teils|neutral|unentschieden"
        " < stimme eher zu|trifft eher zu < stimme zu|trifft zu|stimme voll zu|trifft voll zu",
        "sehr unzufrieden < unzufrieden|eher unzufrieden < weder noch|teils teils|teils, teils|"
        "teils/teils|neutral|mittelmäßig < zufrieden|eher zufrieden < sehr zufrieden",
        "sehr schlecht < schlecht < mittel|mittelmäßig|befriedigend < gut < sehr gut",
        "gar nicht zufrieden|überhaupt nicht zufrieden < wenig zufrieden|kaum zufrieden"
        " < mittelmäßig zufrieden|teilweise zufrieden|teils zufrieden"
        " < ziemlich zufrieden|weitgehend zufrieden|überwiegend zufrieden"
        " < sehr zufrieden|völlig zufrieden|vollkommen zufrieden",
        "nie < selten < manchmal|gelegentlich < oft|häufig < immer",
        "nein < ja",
        "nein < eher nein < teils teils|teils, teils|teils/teils|weder noch < eher ja < ja",
    )
)
NUMBERED = re.compile(r"(\d{1,2})\s*[-–—=:.)]\s*\D.*")  # 5 - very satisfied
IN_BRACKETS = re.compile(r"\D.*[(\[]\s*(\d{1,2})\s*[)\]]")  # very satisfied (5)
MIN_KNOWN = 0.8  # share of the answers whose number must be known
MAX_POINTS = 11


def fold_word(text: str) -> str:
    """Compare what stands in a cell without regard to case, spacing and kind of apostrophe."""
    return fold_answer(text).replace("\u2019", "'")


def number_words(
    columns: Mapping[str, Sequence[str]], codes: Collection[str]
) -> dict[str, dict[str, int]]:
    """Give numbers to the answers of columns that hold words, lowest first.

    Parameters
    ----------
    columns : dict of str to list of str
    codes : collection of str
        Words that mean "no answer", in small letters.

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
        asked = {word: n for word, n in counts.items() if fold_word(word) not in codes}
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


def _with_number(asked: Mapping[str, int]) -> dict[str, int]:
    """Read answers that bring their number along; often only the ends of a scale do."""
    found = {
        word: int(match.group(1))
        for word in asked
        if (match := NUMBERED.fullmatch(word) or IN_BRACKETS.fullmatch(word))
    }
    known = sum(n for word, n in asked.items() if word in found or word.isdigit())
    distinct = len(set(found.values())) == len(found)
    if not found or not distinct or max(found.values()) > MAX_POINTS:
        return {}
    enough = known >= MIN_KNOWN * sum(asked.values())
    return dict(sorted(found.items(), key=lambda pair: pair[1])) if enough else {}


def _ladder(asked: Mapping[str, int]) -> int | None:
    """Find the ladder that names most of the answers, each by a step of its own."""
    best, most = None, (MIN_KNOWN * sum(asked.values()), -len(asked))
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
        if len(ladder) % 2 == 0 or used & set(middle)
        else tuple(step for step in ladder if step != middle)
    )
    return {word: value for value, step in enumerate(kept, start=1) for word in step}
