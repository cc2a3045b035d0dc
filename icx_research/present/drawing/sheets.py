"""A figure of a study before it is drawn, with its words and source data."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from icx_research.present.drawing.saving import SavedFigure, file_name, save_figure


@dataclass(frozen=True)
class Sheet:
    """What is to be drawn and written.

    Attributes
    ----------
    name : str
        Becomes the name of the files.
    draw : callable
        Makes the axes, in a figure of their own.
    caption, alt : str
    data : DataFrame
        What the figure shows.
    """

    name: str
    draw: Callable[[], Axes]
    caption: str
    alt: str
    data: pd.DataFrame


def save_sheet(sheet: Sheet, *, folder: Path, dpi: int, taken: Collection[str] = ()) -> SavedFigure:
    """Draw a sheet in the style that holds, write it and close it."""
    ax = sheet.draw()
    saved = save_figure(
        ax.figure,  # type: ignore[arg-type]
        file_name(sheet.name, taken=taken),
        folder=folder,
        caption=sheet.caption,
        alt=sheet.alt,
        data=sheet.data,
        dpi=dpi,
    )
    plt.close(ax.figure)  # type: ignore[arg-type]
    return saved
