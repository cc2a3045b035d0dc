"""Waves in the order of time."""

import itertools
import math
import re
from collections.abc import Collection
from typing import Any

from icx_research.survey.codebook.cells import key_text
from icx_research.survey.codebook.periods import (
    PERIOD_WORDS,
    Reading,
    position,
    words_of_period,
)
from icx_research.survey.codebook.types import Codebook

YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
# Words that say what comes before what, without a date.
PHASES = tuple(
    set(words.split())
    for words in (
        "baseline pre pretest before vorher avant antes prima voor start beginning anfang t0",
        "mid midterm middle during interim mitte",
        "post posttest after afterwards nachher apres despues dopo na depois end ende follow "
        "followup followups nachbefragung",
    )
)
UP = {"up", "test", "term"}  # the second halves of follow-up, post-test and mid-term


def order_waves(waves: Any, codebook: Codebook) -> list[str]:
    """Put waves in order of time: as declared, else by what their names say."""
    names = [str(wave) for wave in waves]
    if codebook.waves:
        return [wave for wave in codebook.waves if wave in names]
    return in_time(names)


def in_time(names: Collection[str]) -> list[str]:
    """Sort names of waves by the time they tell, else by name, numbers as numbers.

    Examples
    --------
    >>> in_time(["Q1 2024", "Q4 2023", "Q2 2024"])
    ['Q4 2023', 'Q1 2024', 'Q2 2024']
    >>> in_time(["April 2024", "15.3.2024", "1.9.2023"])
    ['1.9.2023', '15.3.2024', 'April 2024']
    """
    order = certain_order(names)
    if order is not None:
        return order
    years = {name: YEAR.findall(name) for name in names}
    dated = all(len(given) == 1 for given in years.values())
    return sorted(names, key=lambda name: (years[name][0] if dated else "", _natural(name), name))


def certain_order(names: Collection[str]) -> list[str] | None:
    """Sort names of waves whose order is beyond doubt; None where it is not.

    Examples
    --------
    >>> certain_order(["Herbst 2024", "April 2024"])
    ['April 2024', 'Herbst 2024']
    >>> certain_order(["again", "pilot"]) is None
    True
    """
    each = _without_shared({name: words_of_period(name) for name in names})
    orders = set()
    for reading in map(Reading._make, itertools.product((True, False), repeat=3)):
        places = {name: position(words, reading) for name, words in each.items()}
        if None not in places.values():
            orders.add(_sorted(places))
    if not orders:
        orders = {_by_number(each) or _by_phase(each) or _by_year(names)}
    (order, *others) = orders
    return None if others or not order else list(order)


def _sorted(places: dict[str, Any]) -> tuple[str, ...]:
    """Sort by place; empty where two names have the same one."""
    alike = len(set(places.values())) < len(places)
    return () if alike else tuple(sorted(places, key=lambda name: places[name]))


def _without_shared(each: dict[str, list[str]]) -> dict[str, list[str]]:
    """Leave out the words that all names have and that tell no time: survey, Befragung."""
    shared = set.intersection(*map(set, each.values())) if each else set()
    idle = {word for word in shared if not word.isdigit() and word not in PERIOD_WORDS}
    return {name: [word for word in words if word not in idle] for name, words in each.items()}


def _by_number(each: dict[str, list[str]]) -> tuple[str, ...]:
    """Sort names that are numbers, or differ in numbers or in one letter only: W2, wave B."""
    try:
        return _sorted({name: float(name) for name in each})
    except ValueError:
        pass
    letters = {name: next((w for w in words if len(w) == 1 and w.isalpha()), "")
               for name, words in each.items()}  # fmt: skip
    if all(words == [letters[name]] for name, words in each.items()):
        return _sorted(letters)
    around = {tuple("0" if w.isdigit() else w for w in words) for words in each.values()}
    numbers = {name: tuple(int(w) for w in words if w.isdigit()) for name, words in each.items()}
    first = {name: found[:1] for name, found in numbers.items()}
    if len(around) == 1 and len(next(iter(numbers.values()), ())) == 1:
        return _sorted(first)
    opening = all(words[:1] and words[0].isdigit() for words in each.values())
    return _sorted(first) if opening and not any(map(YEAR.search, each)) else ()


def _by_phase(each: dict[str, list[str]]) -> tuple[str, ...]:
    """Sort baseline, follow-up and follow-up 2; before and after."""
    places: dict[str, Any] = {}
    for name, words in each.items():
        known = [at for word in words for at, phase in enumerate(PHASES) if word in phase]
        rest = [w for w in words if w not in UP and not any(w in phase for phase in PHASES)]
        if len(known) != 1 or len(rest) > 1 or not all(map(str.isdigit, rest)):
            return ()
        places[name] = (known[0], int(rest[0]) if rest else 1)
    return _sorted(places)


def _by_year(names: Collection[str]) -> tuple[str, ...]:
    """Sort names that each hold a year of their own."""
    years = {name: YEAR.findall(name) for name in names}
    return _sorted({name: tuple(given) for name, given in years.items()}) if all(
        len(given) == 1 for given in years.values()
    ) else ()  # fmt: skip


def choose_wave(waves: Any, codebook: Codebook, wave: str | int | None = None) -> str:
    """Take the wave that is given, else the one the study asks about, else the latest."""
    known = order_waves(waves, codebook)
    asked = codebook.question.wave
    chosen = key_text(wave) or (asked if asked in known else known[-1])
    if chosen not in known:
        raise ValueError(f"There is no wave {chosen!r}; there are {', '.join(known)}.")
    return chosen


def _natural(wave: str) -> tuple[list[tuple[float, str]], str]:
    """Split a name into words and numbers: W2 comes before W10, -1 before 0.5."""
    try:
        return [(float(wave), "")], wave
    except ValueError:
        parts = [part for part in re.split(r"(\d+)", wave) if part]
        return [(float(p), "") if p.isdigit() else (math.inf, p) for p in parts], wave
