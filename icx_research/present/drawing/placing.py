"""What is done to axes once they are drawn: the key above them, room for texts, the height."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from icx_research.present.drawing.rows import slot_inches
from icx_research.present.drawing.wrapping import fitted, inches_of

MARGIN = 0.04  # inches at either side of a slot


def labelled(ax: Axes) -> list[Artist]:
    """Give the artists that bear a label, each label once."""
    handles, labels = ax.get_legend_handles_labels()
    return list(dict(zip(labels, handles, strict=True)).values())


def settle(
    ax: Axes, keys: Sequence[Artist], *, title: str = "", above: float = 0.3, rows: float = 0.0
) -> None:
    """Put the key above the axes, as wide as their room allows, and keep texts from neighbours.

    Parameters
    ----------
    ax : Axes
        Drawn; their figure gets a constrained layout if it has none.
    keys : sequence of Artist
        With labels; none where there is nothing to tell apart.
    title : str
        Of the key.
    above : float
        Lines of text between axes and key.
    rows : float
        Inches of all rows: the figure becomes so high that they have them. Zero leaves it.
    """
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    if figure.get_layout_engine() is None:
        figure.set_layout_engine("constrained")
    layout = figure.get_layout_engine()
    assert layout is not None
    layout.execute(figure)
    if _wrapped_labels(ax):
        layout.execute(figure)
    added = 0.0
    if keys:
        added = _key(ax, keys, title, above).get_window_extent().height / figure.dpi
    if rows:
        width, height = figure.get_size_inches()
        beyond = height * (1 - ax.get_position().height)
        size = plt.rcParams["font.size"] / 72
        figure.set_size_inches(width, rows + beyond + added + above * size)


def _wrapped_labels(ax: Axes) -> bool:
    """Break labels of axes that are longer than these, and say whether any was."""
    box, broken = ax.get_window_extent(), False
    for axis, room in ((ax.xaxis, slot_inches(ax)), (ax.yaxis, box.height / ax.figure.dpi)):
        text, room = axis.label.get_text(), (room if axis is ax.yaxis else 0.9 * room)
        if inches_of(text) > room:
            axis.label.set_text(fitted(text.replace(r"\$", "$"), room))
            broken = True
    return broken


def _key(ax: Axes, keys: Sequence[Artist], title: str, above: float) -> Legend:
    """Build the key with as many columns as there is room for: beside the axes, else beyond."""
    slot, box, dpi = slot_inches(ax), ax.get_window_extent(), ax.figure.dpi
    own, beyond = box.width / dpi, (ax.figure.bbox.x1 - box.x1) / dpi % slot
    room = slot - beyond - 2 * MARGIN  # from the left of the slot to the right of the axes
    for n_columns in range(len(keys), 0, -1):
        for side, space in ((0, own), (1, room)):
            key = ax.legend(
                handles=list(keys), title=title or None, ncols=n_columns,
                loc="lower right" if side else "lower left", bbox_to_anchor=(side, 1),
                borderaxespad=above, alignment="left",
            )  # fmt: skip
            if key.get_window_extent().width / ax.figure.dpi <= space:
                return key
    return key
