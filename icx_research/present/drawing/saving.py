"""Figures as files: for print, for the screen, for readers who cannot see them."""

import io
import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from icx_research.present.tables.csv import write_csv

# Metadata that would change from day to day or machine to machine is left out.
SILENT = {
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
}
MAX_NAME = 100  # characters of a file name: systems stop at 255, whole paths on Windows at 260
REPRODUCIBLE: Any = {"svg.hashsalt": "icx_research", "svg.fonttype": "path", "pdf.fonttype": 42}


@dataclass(frozen=True)
class SavedFigure:
    """A figure on disk.

    Attributes
    ----------
    name, caption, alt : str
    paths : dict of str to Path
        By kind: pdf, svg, png, csv (source data), txt (caption and alt text).
    """

    name: str
    caption: str
    alt: str
    paths: dict[str, Path]


def save_figure(
    figure: Figure,
    name: str,
    *,
    folder: str | Path,
    caption: str,
    alt: str,
    data: pd.DataFrame,
    dpi: int = 300,
) -> SavedFigure:
    """Write a figure as PDF, SVG and PNG with its source data, caption and alt text.

    Parameters
    ----------
    figure : matplotlib Figure
    name : str
        File name without ending: letters, digits, hyphen and underscore.
    folder : path
        Made if it is not there.
    caption, alt : str
        What stands below the figure, and what describes it to those who do not
        see it. Both must be there.
    data : DataFrame
        What the figure shows, protected as it is shown.
    dpi : int, default 300
        Of the PNG.

    Returns
    -------
    SavedFigure

    Raises
    ------
    ValueError
        If the name has other characters, or caption or alt text is empty.

    Notes
    -----
    In one environment the files are the same bytes at every run. Fonts are embedded
    (TrueType) in the PDF and drawn as paths in the SVG, which carries the alt text as
    its description.

    Examples
    --------
    >>> import tempfile
    >>> import matplotlib.pyplot as plt
    >>> data = pd.DataFrame({"x": [1, 2], "y": [3, 5]})
    >>> figure, ax = plt.subplots()
    >>> line = ax.plot(data["x"], data["y"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     saved = save_figure(figure, "line", folder=folder, caption="y rises with x.",
    ...                         alt="A rising line from 3 to 5.", data=data)
    >>> sorted(saved.paths)
    ['csv', 'pdf', 'png', 'svg', 'txt']
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ValueError(f"name may hold letters, digits, '-' and '_' only; got {name!r}.")
    if not caption.strip() or not alt.strip():
        raise ValueError("A figure needs a caption and an alt text.")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {kind: folder / f"{name}.{kind}" for kind in ("pdf", "svg", "png", "csv", "txt")}
    described = {
        "pdf": {"Title": name, "Subject": alt},
        "svg": {"Title": name, "Description": alt},
        "png": {"Title": name, "Description": alt},
    }
    with mpl.rc_context(REPRODUCIBLE), _laid_out(figure, dpi):
        for kind, words in described.items():
            content = io.BytesIO()
            figure.savefig(content, format=kind, dpi=dpi, metadata={**SILENT[kind], **words})
            _replace(paths[kind], _accessible(content.getvalue(), alt, kind))
    write_csv(data, paths["csv"])
    text = f"Caption: {caption}\n\nAlternative text: {alt}\n"
    _replace(paths["txt"], text.encode("utf-8"))
    return SavedFigure(name, caption, alt, paths)


@contextmanager
def _laid_out(figure: Figure, dpi: int) -> Iterator[None]:
    """Find room for the texts once: it takes as long as drawing, and all files are alike."""
    engine, shown = figure.get_layout_engine(), figure.dpi
    figure.set_dpi(dpi)
    figure.draw_without_rendering()
    figure.set_dpi(shown)
    try:
        # No engine at all: "none" would keep a placeholder, for which savefig draws twice.
        with mpl.rc_context({"figure.constrained_layout.use": False, "figure.autolayout": False}):
            figure.set_layout_engine(None)
            yield
    finally:
        figure.set_layout_engine(engine)


def file_name(text: str, *, taken: Collection[str] = ()) -> str:
    """Turn names of scores and groups into the name of a file.

    Parameters
    ----------
    text : str
    taken : collection of str
        Names of files that must not be replaced; upper and lower case are the same.

    Examples
    --------
    >>> file_name("units_Köln süd")
    'units_K_ln_s_d'
    >>> file_name("units_Köln sid", taken=["units_K_ln_s_d", "units_k_ln_sid"])
    'units_K_ln_sid_2'
    """
    plain = "".join(c if c.isalnum() and c.isascii() else "_" for c in text)[:MAX_NAME]
    used, name, at = {other.casefold() for other in taken}, plain, 1
    while name.casefold() in used:
        at += 1
        name = f"{plain}_{at}"
    return name


def _replace(path: Path, content: bytes) -> None:
    """Write a whole file or nothing."""
    half = path.with_name(path.name + ".part")
    half.write_bytes(content)
    os.replace(half, path)


def _accessible(content: bytes, alt: str, kind: str) -> bytes:
    """Give an SVG the role and description that screen readers look for."""
    if kind != "svg":
        return content
    added = f' role="img">\n <desc>{escape(alt)}</desc>'
    text = re.sub("(<svg [^>]*)>", lambda tag: tag[1] + added, content.decode("utf-8"), count=1)
    return text.encode("utf-8")
