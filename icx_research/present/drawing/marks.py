"""Marks that several figures share: estimates with intervals, numbers on a ground."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.typing import ColorType

from icx_research.present.drawing.colours import COLOURS, GREY, MARKERS, ink


def dots(
    ax: Axes,
    rows: pd.DataFrame,
    places: Sequence[float],
    *,
    series: int,
    label: str,
    filled: bool = True,
    size: float = 1.0,
    grey: bool = False,
) -> None:
    """Draw estimates with their intervals in rows; a series has a colour and a marker.

    Parameters
    ----------
    ax : Axes
    rows : DataFrame
        With `estimate` and, where there are intervals, `ci_low` and `ci_high`.
    places : sequence of float
        Of the rows.
    series : int
        From 0 on.
    label : str
        For the key.
    filled : bool, default True
    size : float, default 1
        Of the marker, in sizes of the style.
    grey : bool, default False
        Draw intervals in grey, where there are too many for colours.
    """
    colour, at = COLOURS[series % len(COLOURS)], np.asarray(places, dtype=float)
    wide = plt.rcParams["lines.linewidth"]
    if "ci_low" in rows:
        known = rows["ci_low"].notna().to_numpy()
        ax.hlines(at[known], rows["ci_low"][known], rows["ci_high"][known],
                  color=GREY if grey else colour, lw=wide * min(size, 1), zorder=2)  # fmt: skip
    sns.scatterplot(
        x=rows["estimate"].to_numpy(float),
        y=at,
        marker=MARKERS[series % len(MARKERS)],
        s=(size * plt.rcParams["lines.markersize"]) ** 2,
        color=colour if filled else "white",
        edgecolor=colour,
        linewidth=0 if size < 1 else wide,
        label=label,
        legend=False,
        clip_on=False,
        zorder=3,
        ax=ax,
    )


def number(
    ax: Axes, x: float, y: float, text: str, ground: ColorType, *, clear: bool = False
) -> None:
    """Write a number on a mark, in the ink that can be read on it; `clear` hides a hatching."""
    box = {"facecolor": ground, "edgecolor": "none", "pad": 0.8} if clear else None
    ax.text(x, y, text, ha="center", va="center", color=ink(ground), bbox=box, zorder=4)
