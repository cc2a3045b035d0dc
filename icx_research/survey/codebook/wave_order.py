"""Waves in the order of time."""

import math
import re
from collections.abc import Collection
from typing import Any

from icx_research.survey.codebook.cells import key_text
from icx_research.survey.codebook.types import Codebook

YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


DAY_FIRST = re.compile(r"^(\d{1,2})\.(\d{1,2})\.((?:19|20)\d\d)$")


def order_waves(waves: Any, codebook: Codebook) -> list[str]:
    """Put waves in order of time: as declared, else by what their names say."""
    names = [str(wave) for wave in waves]
    if codebook.waves:
        return [wave for wave in codebook.waves if wave in names]
    return in_time(names)


def in_time(names: Collection[str]) -> list[str]:
    """Sort names of waves by the year, where each has one; then by name, numbers as numbers.

    Examples
    --------
    >>> in_time(["Q1 2024", "Q4 2023", "Q2 2024"])
    ['Q4 2023', 'Q1 2024', 'Q2 2024']
    >>> in_time(["15.3.2024", "1.9.2023"])
    ['1.9.2023', '15.3.2024']
    """
    plain = {name: DAY_FIRST.sub(r"\3-\2-\1", name) for name in names}
    years = {name: YEAR.findall(text) for name, text in plain.items()}
    dated = all(len(found) == 1 for found in years.values())
    return sorted(
        names, key=lambda name: (years[name][0] if dated else "", _natural(plain[name]), name)
    )


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
