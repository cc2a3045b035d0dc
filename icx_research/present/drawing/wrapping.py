"""Texts of figures: broken into few lines, cut at a word, and never read as formulae."""

from textwrap import shorten, wrap


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
