"""Figures as files: for print, for the screen, for readers who cannot see them."""

import io
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from icx_research.core.errors import StudyError
from icx_research.present.drawing.journals import journal_named
from icx_research.present.tables.csv import write_csv

# Metadata that would change from day to day or machine to machine is left out.
SILENT: dict[str, dict[str, None]] = {
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "svg": {"Date": None, "Creator": None},
}
FORMATS = ("pdf", "svg", "png", "tiff")
MAX_NAME = 100  # characters of a file name: systems stop at 255, whole paths on Windows at 260
REPRODUCIBLE: Any = {"svg.hashsalt": "icx_research", "pdf.fonttype": 42}
# Named in an SVG whose text can be edited, in the order in which a program tries them.
EDITABLE = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"


@dataclass(frozen=True)
class SavedFigure:
    """A figure on disk.

    Attributes
    ----------
    name, caption, alt : str
    paths : dict of str to Path
        By kind: the formats, csv (source data), txt (caption and alt text); of a second page
        pdf_2 and so on.
    """

    name: str
    caption: str
    alt: str
    paths: dict[str, Path]


def save_figure(
    figure: Figure | Sequence[Figure],
    name: str,
    *,
    folder: str | Path,
    caption: str,
    alt: str,
    data: pd.DataFrame,
    journal: str = "apa",
    formats: Sequence[str] = (),
    dpi: int | None = None,
    editable: bool = False,
) -> SavedFigure:
    """Write a figure in the formats of a journal, with source data, caption and alt text.

    Parameters
    ----------
    figure : matplotlib Figure, or sequence of them
        Pages of one figure; those after the first are `name_2`, `name_3`, ...
    name : str
        File name without ending: letters, digits, hyphen and underscore.
    folder : path
        Made if it is not there.
    caption, alt : str
        What stands below the figure, and what describes it to those who do not
        see it. Both must be there.
    data : DataFrame
        What the figure shows, protected as it is shown.
    journal : str, default "apa"
        As for `figure_style`; only formats and dpi are taken from it.
    formats : sequence of {"pdf", "svg", "png", "tiff"}
        PDF, SVG and PNG unless given, and TIFF where the journal asks for it.
    dpi : int, optional
        Of PNG and TIFF; what the journal asks for unless given.
    editable : bool, default False
        Keep the texts of the SVG as text, for journals that edit them. The fonts are then
        those of the reader's machine.

    Returns
    -------
    SavedFigure

    Raises
    ------
    ValueError
        If the name has other characters, journal or format is unknown, or caption or alt text
        is empty.
    StudyError
        If the folder cannot be written to; files that were there stay whole.

    Notes
    -----
    In one environment the files are the same bytes at every run. Fonts are embedded
    (TrueType) in the PDF and drawn as paths in the SVG, which carries the alt text as
    its description. TIFF is RGB without alpha channel, LZW compressed.

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
    asked = journal_named(journal)
    formats = list(formats) or [*FORMATS[:3], *(["tiff"] if asked.tiff else [])]
    for unknown in set(formats) - set(FORMATS):
        raise ValueError(f"formats may be {', '.join(FORMATS)}; got {unknown!r}.")
    dots, contents, paths = dpi or asked.dpi, {}, {}
    for page, drawn in enumerate([figure] if isinstance(figure, Figure) else figure, start=1):
        end = f"_{page}" if page > 1 else ""
        with _laid_out(drawn, dots):
            for kind, content in _contents(drawn, formats, name, alt, dots, editable).items():
                contents[kind + end] = content
                paths[kind + end] = Path(folder, f"{name}{end}.{kind}")
    contents["txt"] = f"Caption: {caption}\n\nAlternative text: {alt}\n".encode()
    paths |= {kind: Path(folder, f"{name}.{kind}") for kind in ("csv", "txt")}
    _write(paths, contents, data)
    return SavedFigure(name, caption, alt, paths)


def _contents(
    figure: Figure, formats: Sequence[str], name: str, alt: str, dpi: int, editable: bool
) -> dict[str, bytes]:
    """Give the bytes of each format; pictures made of pixels are drawn once for all."""
    contents: dict[str, bytes] = {}
    words = {"pdf": {"Title": name, "Subject": alt}, "svg": {"Title": name, "Description": alt}}
    text: Any = {"svg.fonttype": "none" if editable else "path"}
    for kind in [kind for kind in formats if kind in SILENT]:
        file = io.BytesIO()
        with mpl.rc_context(text if kind == "svg" else {}):
            figure.savefig(file, format=kind, dpi=dpi, metadata={**SILENT[kind], **words[kind]})
        contents[kind] = file.getvalue()
    if "svg" in contents:
        contents["svg"] = _accessible(contents["svg"], alt)
    if set(formats) - set(SILENT):
        picture, described = _pixels(figure, dpi), PngInfo()
        for word, said in (("Title", name), ("Description", alt)):
            described.add_itxt(word, said)
        options: dict[str, dict[str, Any]] = {
            "png": {"pnginfo": described},
            "tiff": {"compression": "tiff_lzw"},
        }
        for kind in [kind for kind in formats if kind in options]:
            file = io.BytesIO()
            picture.save(file, kind, dpi=(dpi, dpi), **options[kind])
            contents[kind] = file.getvalue()
    return contents


def _pixels(figure: Figure, dpi: int) -> Image.Image:
    shown, canvas = figure.dpi, figure.canvas
    figure.set_dpi(dpi)
    try:
        drawn = FigureCanvasAgg(figure)
        drawn.draw()
        return Image.fromarray(np.asarray(drawn.buffer_rgba())).convert("RGB")
    finally:
        figure.set_canvas(canvas)
        figure.set_dpi(shown)


@contextmanager
def _laid_out(figure: Figure, dpi: int) -> Iterator[None]:
    """Find room for the texts once: it takes as long as drawing, and all files are alike."""
    engine, shown = figure.get_layout_engine(), figure.dpi
    figure.set_dpi(dpi)
    if engine is not None:
        engine.execute(figure)
    figure.set_dpi(shown)
    try:
        # No engine at all: "none" would keep a placeholder, for which savefig draws twice.
        off: Any = {"figure.constrained_layout.use": False, "figure.autolayout": False}
        with mpl.rc_context({**REPRODUCIBLE, **off}):
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


def _write(paths: dict[str, Path], contents: dict[str, bytes], data: pd.DataFrame) -> None:
    """Write all files or none of them: first beside their places, then into them."""
    halves = {kind: path.with_name(path.name + ".part") for kind, path in paths.items()}
    try:
        paths["csv"].parent.mkdir(parents=True, exist_ok=True)
        for kind, content in contents.items():
            halves[kind].write_bytes(content)
        write_csv(data, halves["csv"])
        for kind, path in paths.items():
            halves[kind].replace(path)
    except OSError as error:
        for half in halves.values():
            with suppress(OSError):
                half.unlink(missing_ok=True)
        raise StudyError(
            f"{paths['csv'].parent}: the figure cannot be written there ({error.strerror}); files "
            "that were there are as they were."
        ) from None


def _accessible(content: bytes, alt: str) -> bytes:
    """Give an SVG role and description for screen readers, and its texts fonts that all have."""
    added = f' role="img">\n <desc>{escape(alt)}</desc>'
    text = re.sub("(<svg [^>]*)>", lambda tag: tag[1] + added, content.decode("utf-8"), count=1)
    text = re.sub("font-family: 'ICX Sans'[^;\"]*", f"font-family: {EDITABLE}", text)
    return text.encode("utf-8")
