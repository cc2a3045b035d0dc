"""One object per figure: what is drawn, the words below it, and its source data."""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from icx_research.core.display import as_printed
from icx_research.core.errors import REFUSALS, Blocked, NotTestable, refusal_words
from icx_research.core.results import Overview
from icx_research.present.drawing.saving import SavedFigure, file_name, save_figure
from icx_research.present.drawing.style import figure_style

MARKUP = re.compile(r"([\\`*_{}\[\]<>$#|~])")
MOST = 20  # things that an alternative text lists: nobody listens to more


class Figure(ABC):
    """A figure that knows its words and its data; in a notebook it shows itself.

    Where the data do not allow it, `plot`, the words and `save` raise the refusal, and a
    notebook shows it in the place of the picture.
    """

    result: Any

    @property
    @abstractmethod
    def name(self) -> str:
        """Name of its files."""

    @property
    @abstractmethod
    def caption(self) -> str:
        """What stands below the figure: what is drawn, of how many, and what is left out."""

    @property
    @abstractmethod
    def alt(self) -> str:
        """What describes the figure to those who do not see it."""

    @property
    def source(self) -> pd.DataFrame:
        """What is drawn, protected as it is drawn: the table of the result, as it is printed."""
        return as_printed(self.result.table)

    @abstractmethod
    def _draw(self, ax: Axes) -> None:
        """Draw into axes."""

    def _height(self, width: float) -> float:
        """Height in inches of a figure of its own; three quarters of the width unless given."""
        return 0.75 * width

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw into the axes, or into a figure of its own in the style that holds."""
        if ax is None:
            width = plt.rcParams["figure.figsize"][0]
            ax = plt.subplots(figsize=(width, self._height(width)))[1]
            try:
                self._draw(ax)
            except REFUSALS:
                plt.close(ax.figure)  # type: ignore[arg-type]
                raise
        else:
            self._draw(ax)
        return ax

    def save(
        self,
        folder: str | Path,
        *,
        name: str = "",
        taken: Collection[str] = (),
        journal: str = "print",
        dpi: int = 300,
    ) -> SavedFigure:
        """Write the figure as PDF, SVG and PNG with its source data, caption and alt text.

        Parameters
        ----------
        folder : path
            Made if it is not there.
        name : str
            Of the files; its own unless given.
        taken : collection of str
            Names of figures of this folder that must not be replaced.
        journal : str, default "print"
            As for `figure_style`.
        dpi : int, default 300
            Of the PNG.
        """
        with figure_style(journal):
            drawn = self.plot().figure
            saved = save_figure(
                drawn,  # type: ignore[arg-type]
                file_name(name or self.name, taken=taken),
                folder=folder,
                caption=self.caption,
                alt=self.alt,
                data=self.source,
                dpi=dpi,
            )
        plt.close(drawn)  # type: ignore[arg-type]
        return saved

    def _ipython_display_(self) -> None:
        """Show the figure and below it the caption, in which nothing is read as markup."""
        from IPython.display import Markdown, display  # slow to import, and there already

        try:
            with figure_style():
                drawn = self.plot().figure
                display(drawn, metadata={"image/png": {"alt": self.alt}})
        except REFUSALS as refusal:
            print(refusal_words(refusal))
            return
        plt.close(drawn)  # type: ignore[arg-type]
        display(Markdown(MARKUP.sub(r"\\\1", self.caption)))

    def __repr__(self) -> str:
        """Give its caption, or why there is none."""
        try:
            return f"{type(self).__name__}: {self.caption}"
        except REFUSALS as refusal:
            return f"{type(self).__name__}: {refusal_words(refusal)}"


def listed(parts: Sequence[str]) -> str:
    """List what a figure shows for its alternative text, as long as anybody will listen.

    Examples
    --------
    >>> listed(["a: 1", "b: 2"])
    'a: 1; b: 2'
    """
    more = len(parts) - MOST
    return "; ".join(parts[:MOST]) + (f"; and {more} more in the source data" if more > 0 else "")


def refuse_unless_allowed(overview: Overview) -> None:
    """Raise the refusal of an overview again: of nothing there is no figure."""
    if overview.refusal:
        kind, reason = overview.refusal.split(": ", 1)
        raise (Blocked if kind == "blocked" else NotTestable)(reason)
