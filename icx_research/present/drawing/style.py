"""One look for every figure: seaborn's theme, our fonts and colours, the sizes of a journal."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.font_manager import fontManager

from icx_research.present.drawing.colours import COLOURS
from icx_research.present.drawing.journals import journal_named

MM = 1 / 25.4  # inches
_in_force: ContextVar[str] = ContextVar("_in_force", default="apa")
# Tried for letters that no font of ours has, where a system has them.
EAST_ASIAN = ("Noto Sans CJK SC", "Noto Sans CJK JP", "Microsoft YaHei", "Yu Gothic",
              "Malgun Gothic", "PingFang SC", "Hiragino Sans", "Apple SD Gothic Neo")  # fmt: skip


@contextmanager
def figure_style(journal: str = "apa") -> Iterator[None]:
    """Draw figures made inside the block in the style and width of a kind of journal.

    Parameters
    ----------
    journal : str, default "apa"
        "apa" (165 mm), "apa_column" (85), "elsevier" (90), "elsevier_middle" (140),
        "elsevier_wide" (190), "nature" (89), "nature_wide" (183), "sage_wiley" (80),
        "sage_wiley_wide" (170), "plos" (132), "plos_wide" (190) or "slides" (254).

    Raises
    ------
    ValueError
        If the journal is unknown.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> with figure_style("nature"):
    ...     width, height = plt.rcParams["figure.figsize"]
    >>> round(25.4 * width)
    89
    """
    asked = journal_named(journal)
    width = asked.width * MM
    ours = {
        "figure.figsize": (width, min(0.75 * width, asked.height * MM)),
        "font.family": _families(),
        "font.size": asked.text,
        "lines.linewidth": asked.line,
        "lines.markersize": asked.text / 2,
        "axes.prop_cycle": plt.cycler(color=COLOURS),
        **{f"{part}.linewidth": asked.line / 2 for part in ("axes", "patch", "hatch")},
        **{f"{part}.major.width": asked.line / 2 for part in ("xtick", "ytick")},
    }
    with as_file(files("icx_research.present") / "icx.mplstyle") as sheet:
        theme = [sns.axes_style("ticks"), str(sheet), ours]
        with plt.style.context(theme), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from font")  # it is seen as a box
            before = _in_force.set(journal)
            try:
                yield
            finally:
                _in_force.reset(before)


def greatest_inches() -> float:
    """Height that a figure may have in the journal that holds."""
    return journal_named(_in_force.get()).height * MM


@cache
def _families() -> list[str]:
    """List the fonts in the order in which a letter is looked for, once ours are known."""
    for path in sorted((Path(__file__).parents[1] / "fonts").glob("*.ttf")):
        fontManager.addfont(path)
    installed = set(fontManager.get_font_names())
    return ["ICX Sans", "DejaVu Sans", *(name for name in EAST_ASIAN if name in installed)]
