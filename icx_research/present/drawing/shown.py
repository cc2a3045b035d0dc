"""A figure in a notebook, with its caption below and a text for those who do not see it."""

import re

import matplotlib.pyplot as plt
from IPython.display import Markdown, display
from matplotlib.axes import Axes

MARKUP = re.compile(r"([\\`*_{}\[\]<>$#|~])")


def show_figure(ax: Axes, caption: str, *, alt: str = "") -> None:
    """Show a figure and its caption in a notebook, and close the figure.

    Parameters
    ----------
    ax : Axes
        Of the figure.
    caption : str
        Shown as it is: nothing in it is read as markup.
    alt : str
        Describes the figure to those who do not see it; the caption unless given. It is
        stored beside the picture and carried into the page of the notebook.
    """
    display(ax.figure, metadata={"image/png": {"alt": alt or caption}})
    plt.close(ax.figure)  # type: ignore[arg-type]
    display(Markdown(MARKUP.sub(r"\\\1", caption)))
