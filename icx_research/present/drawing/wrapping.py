"""Texts of figures: broken where room ends, cut at a word, and never read as formulae."""

from functools import cache, lru_cache
from textwrap import shorten, wrap

import matplotlib.pyplot as plt
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

NARROWEST = 0.3  # of the size of a font, the width of its letters at the least, on average


def plain(text: str) -> str:
    """Keep the dollar signs of a text from being read as formulae."""
    return text.replace("$", r"\$")


def wrapped(text: str, *, width: int, lines: int = 3, even: bool = False) -> str:
    """Break a text into few lines, cut what does not fit, and keep dollar signs plain.

    With `even`, the lines are about as long as each other.

    Examples
    --------
    >>> print(wrapped("All in all I am satisfied with this supplier.", width=24, lines=2))
    All in all I am
    satisfied with this …
    """
    words = " ".join(text.split())
    rows = wrap(words, width=width)
    while even and 1 < len(rows) <= lines and len(wrap(words, width=width - 1)) == len(rows):
        width -= 1
        rows = wrap(words, width=width)
    if len(rows) > lines:
        last = rows[lines - 1]
        cut = shorten(f"{last} {rows[lines]}", width=width, placeholder=" …")
        rows = [*rows[: lines - 1], f"{last[: width - 2]} …" if cut == "…" else cut]
    return plain("\n".join(rows))


def fitted(text: str, inches: float, *, lines: int = 3, weight: str = "normal") -> str:
    """Break a text so that no line is wider than so many inches, in the font that holds.

    Examples
    --------
    >>> print(fitted("All in all I am satisfied with this supplier.", 1.5))
    All in all I am
    satisfied with this
    supplier.
    """
    width = max(int(72 * inches / (NARROWEST * plt.rcParams["font.size"])), 4)
    broken = wrapped(text, width=width, lines=lines)
    while width > 4 and inches_of(broken, weight=weight) > inches:
        width -= 1
        broken = wrapped(text, width=width, lines=lines)
    return broken


def inches_of(text: str, *, weight: str = "normal") -> float:
    """Width of a text in the font that holds, of its longest line."""
    font = tuple(plt.rcParams["font.family"]), float(plt.rcParams["font.size"]), weight
    return max((_width(line, *font) for line in text.split("\n")), default=0.0)


@lru_cache(maxsize=4096)
def _width(line: str, families: tuple[str, ...], size: float, weight: str) -> float:
    font = FontProperties(family=list(families), size=size, weight=weight)
    return _renderer().get_text_width_height_descent(line.replace(r"\$", "$"), font, False)[0] / 72


@cache
def _renderer() -> RendererAgg:
    return RendererAgg(1, 1, 72)
