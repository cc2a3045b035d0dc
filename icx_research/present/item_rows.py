"""Items down the side of a figure: their wording, wrapped, under the names of their scales."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import shorten, wrap
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from icx_research.survey.codebook import Codebook

WIDTH = 38  # characters of a line in a figure of the print width
PRINT_INCHES = 5.5
LEAST_WIDTH = 18
MAX_LINES = 3
LINE = 0.14  # inches that a line of text takes
GAP = 0.8  # lines between two items
HEADING = 1.7  # lines of the name of a scale


def label_width(ax: Axes | None) -> int:
    """Give the characters of a line that leave room for a figure beside them."""
    inches = plt.rcParams["figure.figsize"][0]
    if ax is not None:
        inches = ax.figure.bbox.width / ax.figure.dpi
    return max(round(WIDTH * inches / PRINT_INCHES), LEAST_WIDTH)


def plain(text: str) -> str:
    """Keep the dollar signs of a text from being read as formulae."""
    return text.replace("$", r"\$")


def wrapped(text: str, *, width: int = WIDTH, lines: int = MAX_LINES) -> str:
    """Break a text into few lines and cut what does not fit.

    Examples
    --------
    >>> print(wrapped("All in all I am satisfied with this supplier.", width=24))
    All in all I am
    satisfied with this
    supplier.
    """
    cut = shorten(text, width=width * lines, placeholder=" …")
    rows = wrap(cut, width=width)
    if len(rows) > lines:  # long words leave room at the ends of lines
        rows = [*rows[: lines - 1], shorten(" ".join(rows[lines - 1 :]), width, placeholder=" …")]
    return plain("\n".join(rows))


@dataclass(frozen=True)
class ItemRows:
    """Where each item stands, in lines of text from the top.

    Attributes
    ----------
    places : list of float
        Middle of each item's row.
    labels : list of str
    headings : list of (float, str)
        Where the name of each scale stands.
    n_lines : float
    """

    places: list[float]
    labels: list[str]
    headings: list[tuple[float, str]]
    n_lines: float


def item_rows(items: pd.DataFrame, codebook: Codebook, *, width: int = WIDTH) -> ItemRows:
    """Lay out items (`table`, `scale`, `wording`, `reverse_keyed`) below each other."""
    places, labels, headings, at, last = [], [], [], 0.0, None
    for item in items.itertuples():
        if (item.table, item.scale) != last:
            name = wrapped(codebook.label(str(item.scale)), width=width)
            size = HEADING + name.count("\n")
            headings.append((at + size / 2, name))
            at, last = at + size, (item.table, item.scale)
        words = str(item.wording) + (" (reverse-keyed)" if item.reverse_keyed else "")
        label = wrapped(words, width=width)
        size = label.count("\n") + 1 + GAP
        places.append(at + size / 2)
        labels.append(label)
        at += size
    return ItemRows(places, labels, headings, at)


def rows_axes(n_lines: float, *, around: float, ax: Axes | None) -> Axes:
    """Give the axes, or make a figure as high as its lines need (`around`: inches besides)."""
    if ax is not None:
        return ax
    width = plt.rcParams["figure.figsize"][0]
    return plt.subplots(figsize=(width, max(n_lines, 4) * LINE + around))[1]


def label_rows(ax: Axes, rows: ItemRows) -> None:
    """Write items and headings along the vertical axis, first item on top."""
    ticks = [*((place, name, True) for place, name in rows.headings),
             *((*pair, False) for pair in zip(rows.places, rows.labels, strict=True))]  # fmt: skip
    ticks.sort(key=lambda tick: tick[0])
    ax.set_yticks([place for place, *_ in ticks], [name for _, name, _ in ticks])
    for label, (*_, bold) in zip(ax.get_yticklabels(), ticks, strict=True):
        label.set_fontweight("bold" if bold else "normal")
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(rows.n_lines, 0)
    ax.spines["left"].set_visible(False)


def beside(ax: Axes, x: float, places: Sequence[float], texts: Sequence[str], head: str) -> None:
    """Write a column of texts, its middle `x` points to the right of the axes."""
    to: Any = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points",
               "ha": "center", "annotation_clip": False}  # fmt: skip
    top = ax.get_ylim()[1]
    ax.annotate(head, (1, top), (x, 2), va="bottom", linespacing=1.0, **to)
    for place, text in zip(places, texts, strict=True):
        ax.annotate(plain(text), (1, place), (x, 0), va="center", **to)
