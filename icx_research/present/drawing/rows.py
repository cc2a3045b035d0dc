"""Figures made of rows: where they stand, what stands to the left and right of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import ceil
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from icx_research.present.drawing.style import greatest_inches
from icx_research.present.drawing.wrapping import fitted, inches_of, plain
from icx_research.survey.codebook.types import Codebook

LABELS = 0.4  # share of the width that labels may take
GAP = 0.8  # lines between two rows
HEADING = 1.7  # lines of a heading
OTHER_LINES = 7  # of the axis below the rows and the key above them
PAD = 6  # points between the axes and a column, and between columns


def line_inches() -> float:
    """Height of a line of text in the style that holds."""
    return 1.25 * float(plt.rcParams["font.size"]) / 72


def most_lines() -> float:
    """Lines of rows that fit into the greatest height of a figure."""
    return greatest_inches() / line_inches() - OTHER_LINES


def slot_inches(ax: Axes) -> float:
    """Width that the axes have in their figure, labels included."""
    whole = float(ax.figure.bbox.width / ax.figure.dpi)
    slot = ax.get_subplotspec()
    if slot is None:
        return whole
    return whole * len(slot.colspan) / slot.get_gridspec().ncols


@dataclass(frozen=True)
class Rows:
    """Where each row stands, in lines of text from the top.

    Attributes
    ----------
    places : list of float
        Middle of each row.
    labels : list of str
    n_lines : float
    headings : list of (float, str)
        Names of groups of rows, and where they stand.
    bold : frozenset of int
        Rows that sum up others.
    """

    places: list[float]
    labels: list[str]
    n_lines: float
    headings: list[tuple[float, str]] = field(default_factory=list)
    bold: frozenset[int] = frozenset()

    @property
    def n_pages(self) -> int:
        """Pages that the rows need in the journal that holds."""
        return ceil(self.n_lines / most_lines())

    @property
    def inches(self) -> float:
        """Height that the rows need."""
        return self.n_lines * line_inches()

    def label(self, ax: Axes) -> None:
        """Write rows and headings along the vertical axis, the first on top, without ticks."""
        ticks = [(place, name, True) for place, name in self.headings]
        for row, (place, name) in enumerate(zip(self.places, self.labels, strict=True)):
            ticks.append((place, name, row in self.bold))
        places, labels, strong = zip(*sorted(ticks), strict=True)
        ax.set_yticks(places, labels, rotation=0, va="center")
        for label, bold in zip(ax.get_yticklabels(), strong, strict=True):
            label.set_fontweight("bold" if bold else "normal")
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(self.n_lines, 0)
        ax.set_ylabel("")
        ax.spines["left"].set_visible(False)

    def columns(self, ax: Axes, columns: Mapping[str, Sequence[str]]) -> None:
        """Write columns of texts under their heads, to the right of the axes."""
        at = float(PAD)
        for head, texts in columns.items():
            wide = 72 * max(inches_of(text) for text in [head, *texts])
            beside(ax, 0, head, offset=(at + wide / 2, 2), va="bottom", linespacing=1.0)
            for place, text in zip(self.places, texts, strict=True):
                beside(ax, place, plain(text), offset=(at + wide / 2, 0))
            at += wide + PAD


def stacked(
    groups: Iterable[tuple[str, Sequence[str]]],
    *,
    width: float,
    least: float = 0.0,
    gap: float = GAP,
    lines: int = 3,
    bold: Iterable[int] = (),
) -> Rows:
    """Put rows below each other, each as high as its label needs.

    Parameters
    ----------
    groups : iterable of (str, sequence of str)
        Heading, or none, and the labels below it.
    width : float
        Of the whole figure, in inches. Labels that would make it too high get fewer lines, unless
        it is too high even so.
    least : float
        Lines that a row needs, whatever its label.
    gap : float
        Lines between the labels of two rows.
    lines : int, default 3
        Of a label, at most.
    bold : iterable of int
        Rows that sum up others.
    """
    groups = list(groups)
    every = [
        _stacked(groups, LABELS * width, few, least, tight * gap, frozenset(bold))
        for few, tight in product(range(lines, 0, -1), (1.0, 0.6))
    ]
    fit = (rows for rows in every if rows.n_lines <= most_lines())
    return next(fit, every[0])


def _stacked(
    groups: Sequence[tuple[str, Sequence[str]]],
    room: float,
    lines: int,
    least: float,
    gap: float,
    bold: frozenset[int],
) -> Rows:
    places: list[float] = []
    labels: list[str] = []
    headings: list[tuple[float, str]] = []
    at = 0.0
    for heading, names in groups:
        if heading:
            text = fitted(heading, room, lines=lines, weight="bold")
            size = HEADING + text.count("\n")
            headings.append((at + size / 2, text))
            at += size
        for name in names:
            weight = "bold" if len(places) in bold else "normal"
            label = fitted(name, room, lines=lines, weight=weight)
            size = max(label.count("\n") + 1 + gap, least)
            places.append(at + size / 2)
            labels.append(label)
            at += size
    return Rows(places, labels, at, headings, bold)


def item_rows(items: pd.DataFrame, codebook: Codebook, *, width: float, least: float = 0.0) -> Rows:
    """Lay out items (`table`, `scale`, `wording`, `reverse_keyed`) under names of scales."""
    groups = [
        (codebook.label(str(scale)), [_wording(item) for item in own.itertuples()])
        for (_, scale), own in items.groupby(["table", "scale"], sort=False)
    ]
    return stacked(groups, width=width, least=least)


def _wording(item: Any) -> str:
    return str(item.wording) + (" (reverse-keyed)" if item.reverse_keyed else "")


def beside(
    ax: Axes, place: float, text: str, *, offset: tuple[float, float] = (PAD, 0), **look: Any
) -> None:
    """Write to the right of a row, outside the axes; the offset is in points."""
    ax.annotate(
        text,
        (1, place),
        offset,
        xycoords=ax.get_yaxis_transform(),
        textcoords="offset points",
        annotation_clip=False,
        **{"va": "center", "ha": "center", **look},
    )
