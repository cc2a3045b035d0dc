"""Columns that ask the same in one wave after the other: sat_2023, sat_2024; t1_q1, t2_q1."""

import re
from collections.abc import Sequence

from icx_research.survey.codebook.periods import MONTH_OF, SEASON_OF
from icx_research.survey.codebook.wave_order import certain_order

YEAR = r"(?:19|20)\d\d"
PART = r"(?:[qhmtw]\d{1,2}|" + "|".join(
    sorted((word for word in (*MONTH_OF, *SEASON_OF) if len(word) > 2), key=len, reverse=True)
) + r")"  # fmt: skip
NUMBERED = r"(?:w|t|wave|welle|vague|ola|round|runde|time|year|jahr|messung|mzp)_?\d{1,2}"
PHASE = r"(?:pre|post|before|after|baseline|followup|follow_up|vorher|nachher|avant|apres|antes)"
PERIODS = tuple(
    re.compile(rf"(?:^|(?<=_)|(?<=[a-z]))(?:{period})(?=_|$)")
    for period in (rf"{YEAR}_?{PART}|{PART}_?{YEAR}", YEAR)
) + tuple(re.compile(rf"(?:^|(?<=_))(?:{period})(?=_|$)") for period in (NUMBERED, PHASE))
SHORT_YEAR = re.compile(r"(?<=_)\d\d$")
ITEM_STEM = re.compile(r"(q|f|v|var|item|frage|question|pregunta|nr|no)?")


def wave_columns(names: Sequence[str], words: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Find the columns that ask the same in several waves.

    Parameters
    ----------
    names, words : sequence of str
        Names of columns, and the same in small words joined by underscores.

    Returns
    -------
    dict of str to (str, str)
        Of each such column what it asks, and its wave; empty where there are none.

    Examples
    --------
    >>> wave_columns(["sat_2023", "Sat 2024", "q1"], ["sat_2023", "sat_2024", "q1"])
    {'sat_2023': ('sat', '2023'), 'Sat 2024': ('sat', '2024')}
    """
    for pattern in PERIODS:
        if found := _repeated(_cut(names, words, pattern)):
            return found
    short = _repeated(_cut(names, words, SHORT_YEAR))
    years = sorted({int(wave) for _, wave in short.values()})
    stems = {stem for stem, _ in short.values()}
    one_by_one = years == list(range(years[0], years[-1] + 1)) if years else False
    likely = one_by_one and 10 <= years[0] and years[-1] < 40
    return short if likely and not any(map(ITEM_STEM.fullmatch, stems)) else {}


def last_wave(waves: Sequence[str]) -> str:
    """Take the latest wave, or the one that stands last where their names do not tell."""
    return (certain_order(waves) or list(waves))[-1]


def _cut(
    names: Sequence[str], words: Sequence[str], pattern: re.Pattern[str]
) -> dict[str, tuple[str, str]]:
    """Cut the period out of each name that holds one."""
    found = {}
    for name, word in zip(names, words, strict=True):
        match = pattern.search(word)
        if match and (stem := (word[: match.start()] + word[match.end() :]).strip("_")):
            found[name] = re.sub("__+", "_", stem), match.group()
    return found


def _repeated(cut: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Keep what is asked in several waves, once in each."""
    waves: dict[str, list[str]] = {}
    for stem, wave in cut.values():
        waves.setdefault(stem, []).append(wave)
    kept = {stem for stem, each in waves.items() if len(set(each)) == len(each) > 1}
    return {name: (stem, wave) for name, (stem, wave) in cut.items() if stem in kept}
