"""One object per figure: what is drawn, the words below it, and its source data."""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from icx_research.core.display import as_printed
from icx_research.core.errors import REFUSALS, Blocked, NotTestable, refusal_words
from icx_research.core.results import Overview
from icx_research.present.drawing.placing import labelled, settle
from icx_research.present.drawing.rows import Rows, slot_inches
from icx_research.present.drawing.saving import SavedFigure, file_name, save_figure
from icx_research.present.drawing.style import figure_style

MARKUP = re.compile(r"([\\`*_{}\[\]<>$#|~])")
KEYS = ["table", "item"]  # that name an item of a study
MOST = 300  # characters of an alternative text: nobody listens to more


class Figure(ABC):
    """A figure that knows its words and its data; in a notebook it shows itself.

    Where the data do not allow it, `plot`, the words and `save` raise the refusal, and a
    notebook shows it in the place of the picture.
    """

    result: Any
    _above = 0.3  # lines of text between the axes and the key

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
        """What describes the figure to those who do not see it, in 300 characters at most."""

    @property
    def sentence(self) -> str:
        """What is said instead of a picture that would show nothing; most do show something."""
        return ""

    @property
    def source(self) -> pd.DataFrame:
        """What is drawn, protected as it is drawn: the table of the result, as it is printed."""
        return as_printed(self.result.table)

    @abstractmethod
    def _draw(self, ax: Axes) -> None:
        """Draw into axes; rows are those of `_rows`, for the width of the axes' slot."""

    def _rows(self, width: float) -> Rows | None:
        """Lay out the rows of a figure so wide (inches), if it is made of rows."""
        return None

    @property
    def pages(self) -> "Sequence[Figure]":
        """Itself, or portions of it where its rows need more than a page of the journal."""
        rows = self._rows(plt.rcParams["figure.figsize"][0])
        return self._portions(rows.n_pages) if rows and rows.n_pages > 1 else [self]

    def _portions(self, n: int) -> "Sequence[Figure]":
        """Divide the rows among n figures; what cannot be divided stays whole."""
        return [self]

    def _keys(self, ax: Axes) -> Sequence[Artist]:
        """Give what the key explains: every label once unless said."""
        return labelled(ax)

    def _key_title(self) -> str:
        return ""

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw into the axes, or into a figure of its own in the style that holds.

        A figure of its own is as high as its rows need. Axes that are given keep their size;
        their figure gets a constrained layout if it has none, so that texts find room.
        """
        own = ax is None
        ax = plt.subplots()[1] if ax is None else ax
        try:
            self._draw(ax)
        except REFUSALS:
            if own:
                plt.close(ax.figure)  # type: ignore[arg-type]
            raise
        rows = self._rows(slot_inches(ax)) if own else None
        settle(ax, self._keys(ax), title=self._key_title(), above=self._above,
               rows=rows.inches if rows else 0.0)  # fmt: skip
        return ax

    def save(
        self,
        folder: str | Path,
        *,
        name: str = "",
        taken: Collection[str] = (),
        journal: str = "apa",
        formats: Sequence[str] = (),
        dpi: int | None = None,
        editable: bool = False,
    ) -> SavedFigure:
        """Write the figure with its source data, caption and alternative text.

        What needs more than a page of the journal is written on several: `name`, `name_2`, ...

        Parameters
        ----------
        folder : path
            Made if it is not there.
        name : str
            Of the files; its own unless given.
        taken : collection of str
            Names of figures of this folder that must not be replaced.
        journal : str, default "apa"
            As for `figure_style`; says, too, which formats are written, and with which dpi.
        formats, dpi, editable
            As for `save_figure`.
        """
        with figure_style(journal):
            pages = [page.plot().get_figure(root=True) for page in self.pages]
            try:
                return save_figure(
                    pages,  # type: ignore[arg-type]
                    file_name(name or self.name, taken=taken),
                    folder=folder,
                    caption=self.caption,
                    alt=self.alt,
                    data=self.source,
                    journal=journal,
                    formats=formats,
                    dpi=dpi,
                    editable=editable,
                )
            finally:
                for page in pages:
                    plt.close(page)

    def _ipython_display_(self) -> None:
        """Show the figure and below it the caption, in which nothing is read as markup.

        A figure that would show nothing is a sentence.
        """
        from IPython.display import Markdown, display  # slow to import, and there already

        try:
            if self.sentence:
                print(self.sentence)
                return
            with figure_style():
                for page in self.pages:
                    drawn = page.plot().figure
                    display(drawn, metadata={"image/png": {"alt": page.alt}})
                    plt.close(drawn)  # type: ignore[arg-type]
        except REFUSALS as refusal:
            print(refusal_words(refusal))
            return
        display(Markdown(MARKUP.sub(r"\\\1", self.caption)))

    def __repr__(self) -> str:
        """Give its caption, or why there is none."""
        try:
            return f"{type(self).__name__}: {self.caption}"
        except REFUSALS as refusal:
            return f"{type(self).__name__}: {refusal_words(refusal)}"


def heard(opening: str, parts: Sequence[str], ending: str = "") -> str:
    """Put an alternative text together, as long as anybody will listen; the data hold the rest.

    Examples
    --------
    >>> heard("Dots", ["a: 1", "b: 2"], "Dashed: the limit.")
    'Dots. a: 1; b: 2. Dashed: the limit.'
    """
    for said in range(len(parts), -1, -1):
        more = len(parts) - said
        rest = [f"{more} {'more ' if said else ''}in the data table"] if more else []
        listing = "; ".join([*parts[:said], *rest])
        text = " ".join(part if part[-1] in ".:" else f"{part}."
                        for part in (opening, listing, ending) if part)  # fmt: skip
        if len(text) <= MOST:
            return text
    return shorten(text, MOST, placeholder=" …")


def divided(rows: Any, n: int) -> list[Any]:
    """Divide names, or the rows of a table, among n portions of about the same size.

    Examples
    --------
    >>> divided(["a", "b", "c"], 2)
    [['a', 'b'], ['c']]
    """
    size = -(-len(rows) // n)
    return [rows[at : at + size] for at in range(0, len(rows), size)]


def refuse_unless_allowed(overview: Overview) -> None:
    """Raise the refusal of an overview again: of nothing there is no figure."""
    if overview.refusal:
        kind, reason = overview.refusal.split(": ", 1)
        raise (Blocked if kind == "blocked" else NotTestable)(reason)
