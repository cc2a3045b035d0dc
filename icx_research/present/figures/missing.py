"""Missing answers as a map: items down, waves or sizes of units across."""

from dataclasses import dataclass, replace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from icx_research.core import apa
from icx_research.present.drawing.colours import HIGH, tint
from icx_research.present.drawing.figure import KEYS, Figure, divided, heard
from icx_research.present.drawing.marks import number
from icx_research.present.drawing.rows import LABELS, Rows, item_rows, slot_inches
from icx_research.present.drawing.wrapping import inches_of, plain
from icx_research.survey.answers.missing_answers import MissingAnswers

FULL = 20.0  # percent missing from which on a cell has the strongest colour, at least
CELL, ROW = 1.6, 2.0  # lines
COLUMNS = 0.7  # inches of the column at the right


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
            "for no answer; at the right over all rows."
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
        most = [f"{row.wording}: {row.missing:.0f}%" for row in known.head(5).itertuples()]
        columns = f"{len(missing.columns)} {'waves' if missing.by == 'wave' else 'sizes of units'}"
        return heard(
            f"Map of missing answers: {apa.counted(len(missing.items), 'item')} by {columns}. Most "
            "are missing for:",
            most,
        )

    @property
    def sentence(self) -> str:
        """Say what is missing if it is the same for all items."""
        missing = self.result
        cells = missing.table.pivot_table(
            index=["table", "item"], columns="column", values="missing", dropna=False, sort=False
        )
        if len(cells) < len(missing.items) or any(len(cells[name].unique()) > 1 for name in cells):
            return ""
        shares = cells.iloc[0].dropna()
        each = [f"{column}: {share:.0f}%" for column, share in shares.items()]
        said = f"{shares.iloc[0]:.0f}%" if len(set(shares)) == 1 else "; ".join(each)
        return (
            f"Missing answers, the same for {'all ' if len(cells) > 1 else ''}"
            f"{apa.counted(len(cells), 'item')}: {said}."
        )

    def _rows(self, width: float) -> Rows:
        missing = self.result
        return item_rows(missing.items, missing.codebook, width=width, least=ROW)

    def _portions(self, n: int) -> list[Figure]:
        return [
            MissingnessFigure(
                replace(self.result, items=own, table=self.result.table.merge(own[KEYS]))
            )
            for own in divided(self.result.items, n)
        ]

    def _draw(self, ax: Axes) -> None:
        missing, width = self.result, slot_inches(ax)
        rows = self._rows(width)
        places = {
            (item.table, item.item): place
            for item, place in zip(missing.items.itertuples(), rows.places, strict=True)
        }
        cell = ((1 - LABELS) * width - COLUMNS) / len(missing.columns)
        full = max(FULL, float(np.nanmax([*missing.table["missing"], 0.0])))
        for row in missing.table.itertuples():
            column, place = missing.columns.index(row.column), places[row.table, row.item]
            _cell(ax, column, place, row.missing, full, cell >= 1.2 * inches_of("00"))
        rows.label(ax)
        ax.set_xticks(range(len(missing.columns)), list(map(plain, missing.columns)))
        if cell < 1.1 * max(map(inches_of, missing.columns)):
            ax.tick_params(axis="x", rotation=90)
        ax.tick_params(axis="x", length=0)
        ax.set_xlim(-0.5, len(missing.columns) - 0.5)
        ax.set_xlabel("Wave" if missing.by == "wave" else "Respondents per unit")
        ax.spines["bottom"].set_visible(False)
        overall = missing.items["missing"]
        rows.columns(
            ax, {"all\nrows": ["withheld" if np.isnan(m) else f"{m:.0f}%" for m in overall]}
        )


def _cell(ax: Axes, column: int, place: float, value: float, full: float, numbered: bool) -> None:
    """Draw one cell: its percent as colour and number, or a hatch."""
    frame: dict[str, Any] = {"height": CELL, "width": 0.94, "edgecolor": "0.7",
                             "lw": plt.rcParams["axes.linewidth"]}  # fmt: skip
    if np.isnan(value):
        ax.barh(place, left=column - 0.47, facecolor="white", hatch="/////", **frame)
        return
    colour = tint(HIGH, min(value / full, 1.0))
    ax.barh(place, left=column - 0.47, facecolor=colour, **frame)
    if numbered:
        number(ax, column, place, f"{value:.0f}", colour)


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
