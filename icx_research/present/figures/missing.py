"""Missing answers as a map: items down, waves or sizes of units across."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from icx_research.present.drawing.colours import HIGH, ink, tint
from icx_research.present.drawing.figure import Figure
from icx_research.present.drawing.item_rows import ItemRows, item_rows, label_items
from icx_research.present.drawing.row_axes import LINE, inches_of
from icx_research.present.drawing.wrapping import plain
from icx_research.survey.answers.missing_answers import MissingAnswers

FULL = 20.0  # percent missing from which on a cell has the strongest colour, at least
BAR = 1.1  # lines
BARS = 0.3  # share of the width
MAX_UPRIGHT = 4  # columns whose names stand beside each other
MAX_NUMBERS = 14  # columns that leave room for a number in each cell


@dataclass(frozen=True, repr=False, eq=False)
class MissingnessFigure(Figure):
    """The map of missing answers, with a bar for each item over all rows.

    Attributes
    ----------
    result : MissingAnswers
        Take them from `parts` where there are many items.
    """

    result: MissingAnswers
    name = "missingness"

    @property
    def source(self) -> pd.DataFrame:
        """Percent missing per item and column, and over all rows."""
        missing = self.result
        overall = missing.items[["table", "scale", "item", "missing"]].assign(column="all rows")
        return pd.concat([missing.table, overall[list(missing.table)]], ignore_index=True)

    @property
    def caption(self) -> str:
        """Say what is counted, in which columns, and what is left out."""
        missing = self.result
        columns = "by wave"
        if missing.by != "wave":
            together = " (all waves together)" if missing.codebook.has_waves else ""
            columns = f"by the number of respondents of the unit{together}"
        parts = [
            f"Missing answers per item {columns}, in percent of the rows: empty cells and codes "
            "for no answer. The bars are over all rows."
        ]
        if missing.table["missing"].isna().any():
            parts.append(
                f"Hatched cells are withheld: fewer than {missing.min_persons} persons were asked, "
                "or the cell would give away one that is withheld."
            )
        asked = missing.table.groupby(["table", "item"])["column"].nunique()
        if (asked < len(missing.columns)).any():
            parts.append("Where there is no cell nobody was asked.")
        return " ".join(parts)

    @property
    def alt(self) -> str:
        """Name the items with the most missing answers."""
        missing = self.result
        known = missing.items.dropna(subset="missing").sort_values(
            ["missing", "item"], ascending=[False, True]
        )
        most = "; ".join(f"{row.wording}: {row.missing:.0f}%" for row in known.head(5).itertuples())
        return (
            f"Map of missing answers: {len(missing.items)} items by {len(missing.columns)} "
            f"{'waves' if missing.by == 'wave' else 'sizes of units'}. Most are missing for: "
            f"{most}."
        )

    def _height(self, width: float) -> float:
        rows = item_rows(self.result.items, self.result.codebook, inches=width)
        return rows.n_lines * LINE + 0.9

    def _draw(self, ax: Axes) -> None:
        missing = self.result
        rows = item_rows(missing.items, missing.codebook, inches=inches_of(ax))
        label_items(ax, rows)
        full = np.nanmax([*missing.table["missing"], FULL])
        for column, name in enumerate(missing.columns):
            cells = missing.table[missing.table["column"] == name].set_index(["table", "item"])
            for item, place in zip(missing.items.itertuples(), rows.places, strict=True):
                if (item.table, item.item) in cells.index:
                    value = float(cells.loc[(item.table, item.item), "missing"])
                    _cell(ax, column, place, value, full, len(missing.columns) <= MAX_NUMBERS)
        n_columns = len(missing.columns)
        wide = BARS * n_columns / (1 - BARS)  # the bars take their share of the width
        _bars(ax, rows, missing.items, n_columns - 0.4, wide)
        names = [*map(plain, missing.columns), "all rows"]
        ax.set_xticks([*range(n_columns), n_columns - 0.4 + wide / 3], names)
        if n_columns > MAX_UPRIGHT:
            ax.tick_params(axis="x", rotation=90)
        ax.tick_params(axis="x", length=0)
        ax.set_xlim(-0.5, n_columns - 0.5 + wide)
        ax.set_xlabel("Wave" if missing.by == "wave" else "Respondents per unit")
        ax.spines["bottom"].set_visible(False)


def _cell(ax: Axes, column: int, place: float, value: float, full: float, number: bool) -> None:
    """Draw one cell: its percent as colour and number, or a hatch."""
    frame: dict[str, Any] = {"height": 1.6, "width": 0.94, "edgecolor": "0.7", "lw": 0.4}
    if np.isnan(value):
        ax.barh(place, left=column - 0.47, facecolor="white", hatch="/////", **frame)
        return
    colour = tint(HIGH, min(value / full, 1.0))
    ax.barh(place, left=column - 0.47, facecolor=colour, **frame)
    if number:
        ax.text(column, place, f"{value:.0f}", ha="center", va="center", color=ink(colour))


def _bars(ax: Axes, rows: ItemRows, items: pd.DataFrame, start: float, wide: float) -> None:
    """Draw the share of each item over all rows beside the map, 20 percent 0.6 wide."""
    values = items["missing"].to_numpy(float)
    scale = 0.6 * wide / np.nanmax([*values, FULL])  # a few percent must look like a few
    ax.barh(rows.places, scale * np.nan_to_num(values), BAR, start, color="0.45", label="all rows")
    for place, value in zip(rows.places, values, strict=True):
        text = "withheld" if np.isnan(value) else f" {value:.0f}%"
        ax.text(start + scale * np.nan_to_num(value), place, text, va="center", ha="left")


def plot_missingness(result: MissingAnswers, *, ax: Axes | None = None) -> Axes:
    """Draw a `MissingnessFigure`: a cell per item and column with the percent missing.

    Cells are hatched where withheld, empty where nobody was asked.

    Examples
    --------
    >>> from icx_research import load_example, missing_answers, plot_missingness
    >>> ax = plot_missingness(missing_answers(load_example("company"), scales=["csat"]))
    >>> ax.get_xlabel()
    'Wave'
    """
    return MissingnessFigure(result).plot(ax)
