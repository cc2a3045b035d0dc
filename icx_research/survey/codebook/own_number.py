"""Answers that bring their number along: 5 - very good, 4/5, four stars."""

import re

FULL, EMPTY = "★⭐🌟✭✮", "☆✩"
STARS = re.compile(rf"[{FULL}]+[{EMPTY}]*\ufe0f?|\*{{1,10}}")
OUT_OF = re.compile(
    r"(\d{1,2})\s*(?:/|out of|of|von|sur|de|su|van de|van|av|af|z)\s*(\d{1,2})(?:\s*[^\W\d_]+\.?)?"
)
COUNTED = re.compile(
    rf"(\d{{1,2}})\s*(?:stars?|sterne?n?|[ée]toiles?|estrellas?|estrelas?|stell[ea]|sterren|stj[äe]rn\w*"
    rf"|gwiazd\w*|punkte?n?|points?|puntos?|punti|pontos?|[{FULL}]\ufe0f?)"
)
BEFORE_WORDS = re.compile(r"(\d{1,2})\s+([^\W\d_]\D*)")  # 5 very satisfied, but 5 North as well
WITH_WORDS = tuple(map(re.compile, (
    r"[(\[]?(\d{1,2})[)\]]?\s*[-–—=:.)\]]\s*\D.*",  # 5 - very satisfied, (5) - very satisfied
    r"[(\[](\d{1,2})[)\]]\s*\D.*",  # (5) very satisfied
    r"(\d{1,2})\s*[(\[]\D.*[)\]]",  # 5 (very satisfied)
    r"\D.*[(\[]\s*(\d{1,2})\s*[)\]]",  # very satisfied (5)
    r"\D*[^\W\d_]\W*\s[-–—=:]\s*(\d{1,2})|\D*[^\W\d_]\s*[=:]\s*(\d{1,2})",  # very satisfied = 5
)))  # fmt: skip


def number_before(word: str) -> tuple[int, str] | None:
    """Split an answer as 5 very good, which may be the name of a unit as well."""
    match = BEFORE_WORDS.fullmatch(" ".join(word.split()))
    return (int(match.group(1)), match.group(2)) if match else None


def own_number(word: str) -> tuple[int, int] | None:
    """Read the number an answer brings along, and the highest number it names.

    Examples
    --------
    >>> [own_number(word) for word in ("5 (very good)", "★★★★☆", "4/5", "Rating: 3", "4 of 10")]
    [(5, 5), (4, 5), (4, 5), (3, 3), (4, 10)]
    >>> [own_number(word) for word in ("5", "good", "5/4", "2.5", "12 Main Street")]
    [None, None, None, None, None]
    """
    said = " ".join(word.split()).casefold()
    if STARS.fullmatch(said.replace("\ufe0f", "")):
        full = sum(said.count(mark) for mark in (*FULL, "*"))
        return full, full + sum(said.count(mark) for mark in EMPTY)
    if match := OUT_OF.fullmatch(said):
        number, top = map(int, match.groups())
        return (number, top) if number <= top else None
    for shape in (COUNTED, *WITH_WORDS):
        if match := shape.fullmatch(said):
            number = int(next(filter(None, match.groups())))
            return number, number
    return None
