"""Figures made of rows: texts to the left and right of them."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from icx_research.present.drawing.wrapping import plain

LABEL = 34  # characters of a line of a row's label
LINE = 0.14  # inches that a line of text takes


def inches_of(ax: Axes) -> float:
    """Width of the figure that holds the axes."""
    return float(ax.figure.bbox.width / ax.figure.dpi)


def label_rows(
    ax: Axes,
    labels: Sequence[str],
    *,
    places: Sequence[float] | None = None,
    bold: Sequence[bool] | None = None,
    bottom: float | None = None,
) -> None:
    """Write labels beside rows, the first on top, without ticks.

    Rows stand at 0, 1, 2, ... unless `places` says where they stand between 0 and `bottom`.
    """
    if places is None or bottom is None:
        places, top, bottom = range(len(labels)), -0.5, len(labels) - 0.5
    else:
        top = 0
    ax.set_yticks(places, labels)
    for label, strong in zip(ax.get_yticklabels(), bold or [False] * len(labels), strict=True):
        label.set_fontweight("bold" if strong else "normal")
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(bottom, top)


def beside(
    ax: Axes, place: float, text: str, *, offset: tuple[float, float] = (6, 0), **look: Any
) -> None:
    """Write to the right of a row, outside the axes; the offset is in points."""
    ax.annotate(
        text,
        (1, place),
        offset,
        xycoords=ax.get_yaxis_transform(),
        textcoords="offset points",
        annotation_clip=False,
        **{"va": "center", **look},
    )


def column_beside(
    ax: Axes, x: float, places: Sequence[float], texts: Sequence[str], head: str
) -> None:
    """Write a column of texts under its head, its middle `x` points to the right of the axes."""
    top = ax.get_ylim()[1]
    beside(ax, top, head, offset=(x, 2), ha="center", va="bottom", linespacing=1.0)
    for place, text in zip(places, texts, strict=True):
        beside(ax, place, plain(text), offset=(x, 0), ha="center")
