"""One look for every figure."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.font_manager import fontManager

# Width in inches; height is three quarters of it.
# Tried for letters that no font of ours has, where a system has them.
EAST_ASIAN = ("Noto Sans CJK SC", "Noto Sans CJK JP", "Microsoft YaHei", "Yu Gothic",
              "Malgun Gothic", "PingFang SC", "Hiragino Sans", "Apple SD Gothic Neo")  # fmt: skip
JOURNALS = {"print": 5.5, "one_column": 3.5, "two_column": 7.2}


@contextmanager
def figure_style(journal: str = "print") -> Iterator[None]:
    """Draw figures made inside the block in the style and width of a kind of page.

    Parameters
    ----------
    journal : {"print", "one_column", "two_column"}
        Width of 5.5, 3.5 or 7.2 inches.

    Raises
    ------
    ValueError
        If the journal is unknown.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> with figure_style("one_column"):
    ...     width, height = plt.rcParams["figure.figsize"]
    >>> width
    3.5
    """
    if journal not in JOURNALS:
        raise ValueError(f"journal must be one of {', '.join(JOURNALS)}; got {journal!r}.")
    width = JOURNALS[journal]
    ours = {"figure.figsize": (width, 0.75 * width), "font.family": _families()}
    with as_file(files("icx_research.present") / "icx.mplstyle") as sheet:
        with plt.style.context([str(sheet), ours]), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing from font")  # it is seen as a box
            yield


@cache
def _families() -> list[str]:
    """List the fonts in the order in which a letter is looked for, once ours are known."""
    for path in sorted((Path(__file__).parents[1] / "fonts").glob("*.ttf")):
        fontManager.addfont(path)
    installed = set(fontManager.get_font_names())
    return ["ICX Sans", "DejaVu Sans", *(name for name in EAST_ASIAN if name in installed)]
