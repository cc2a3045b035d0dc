"""Items down the side of a figure: their wording, wrapped, under the names of their scales."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from icx_research.present.drawing.row_axes import label_rows
from icx_research.present.drawing.wrapping import wrapped
from icx_research.survey.codebook.types import Codebook

WIDTH = 38  # characters of a line in a figure of the print width
PRINT_INCHES = 5.5
LEAST_WIDTH = 18
GAP = 0.8  # lines between two items
HEADING = 1.7  # lines of the name of a scale


def label_width(inches: float) -> int:
    """Give the characters of a line that leave room for a figure beside them."""
    return max(round(WIDTH * inches / PRINT_INCHES), LEAST_WIDTH)


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


def item_rows(items: pd.DataFrame, codebook: Codebook, *, inches: float) -> ItemRows:
    """Lay out items (`table`, `scale`, `wording`, `reverse_keyed`) below each other."""
    width = label_width(inches)
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


def label_items(ax: Axes, rows: ItemRows) -> None:
    """Write items and headings along the vertical axis, first item on top."""
    ticks = [*((place, name, True) for place, name in rows.headings),
             *((*pair, False) for pair in zip(rows.places, rows.labels, strict=True))]  # fmt: skip
    places, labels, bold = zip(*sorted(ticks), strict=True)
    label_rows(ax, labels, places=places, bold=bold, bottom=rows.n_lines)
    ax.spines["left"].set_visible(False)
