"""A figure in a notebook, with its caption below."""

import re

import matplotlib.pyplot as plt
from IPython.display import Markdown, display
from matplotlib.axes import Axes

MARKUP = re.compile(r"([\\`*_{}\[\]<>$#|~])")


def show_figure(ax: Axes, caption: str) -> None:
    """Show a figure and its caption in a notebook, and close the figure.

    Parameters
    ----------
    ax : Axes
        Of the figure.
    caption : str
        Shown as it is: nothing in it is read as markup.
    """
    display(ax.figure)
    plt.close(ax.figure)  # type: ignore[arg-type]
    display(Markdown(MARKUP.sub(r"\\\1", caption)))
