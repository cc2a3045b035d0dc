"""Figures with one row per scale or item: as high as their rows need."""

from textwrap import shorten, wrap
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

LABEL = 34  # characters of a line of a row's label


def row_axes(n_rows: float, *, row: float, around: float, ax: Axes | None) -> Axes:
    """Give the axes, or make a figure of `row` inches per row and `around` inches besides."""
    if ax is not None:
        return ax
    width = plt.rcParams["figure.figsize"][0]
    return plt.subplots(figsize=(width, n_rows * row + around))[1]


def row_label(text: str, *, width: int = LABEL, lines: int = 2) -> str:
    """Break a label into few lines, cut what does not fit, and keep dollar signs plain.

    Examples
    --------
    >>> print(row_label("Perceived quality of the internal service", width=24))
    Perceived quality of the
    internal service
    """
    rows = wrap(text, width=width)
    if len(rows) > lines:
        last = rows[lines - 1]
        cut = shorten(f"{last} {rows[lines]}", width=width, placeholder=" …")
        rows = [*rows[: lines - 1], f"{last[: width - 2]} …" if cut == "…" else cut]
    return "\n".join(rows).replace("$", r"\$")


def label_rows(ax: Axes, labels: list[str]) -> None:
    """Write labels beside rows 0, 1, 2, ..., the first on top, without ticks."""
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)


def beside(ax: Axes, place: float, text: str, **look: Any) -> None:
    """Write to the right of a row, outside the axes."""
    ax.annotate(
        text,
        (1, place),
        (6, 0),
        xycoords=ax.get_yaxis_transform(),
        textcoords="offset points",
        va="center",
        annotation_clip=False,
        **look,
    )
