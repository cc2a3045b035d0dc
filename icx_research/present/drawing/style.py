"""One look for every figure."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files

import matplotlib.pyplot as plt

# Width in inches; height is three quarters of it.
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
    with as_file(files("icx_research.present") / "icx.mplstyle") as sheet:
        with plt.style.context([str(sheet), {"figure.figsize": (width, 0.75 * width)}]):
            yield
