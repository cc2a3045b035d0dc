"""Where the differences between answers come from: shares of variance as stacked bars."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from icx_research.present.drawing.colours import COLOURS, REST
from icx_research.present.drawing.figure import Figure, divided, heard, refuse_unless_allowed
from icx_research.present.drawing.marks import number
from icx_research.present.drawing.rows import Rows, slot_inches, stacked
from icx_research.scales.variance import Parts, VarianceOverview, share_rows

# In the order they are drawn, with their words, colour and hatching.
TERMS = {
    "rater": ("rater", COLOURS[0], ""),
    "client": ("client unit", COLOURS[1], "////"),
    "unit": ("unit", COLOURS[3], "xxxx"),
    "supplier": ("supplier unit", COLOURS[2], "\\\\\\\\"),
    "dyad": ("client × supplier", COLOURS[4], "...."),
    "residual": ("residual", REST, ""),
}
WRITTEN = 0.06  # share of the width that a piece must have to hold its number
ROW, BAR = 2.2, 1.6  # lines

Shares = VarianceOverview | Parts | Mapping[str, Parts]


@dataclass(frozen=True, repr=False, eq=False)
class VarianceFigure(Figure):
    """Which share of the variance of a score lies where, one bar per score.

    Attributes
    ----------
    result : VarianceOverview, VarianceShares, VarianceComponents, or mapping of label to them
        The table of any other result will do, if its terms are "rater", "client", "supplier",
        "dyad", "unit", "residual" and its estimates are shares.
    """

    result: Shares
    name = "variance"

    @property
    def source(self) -> pd.DataFrame:
        """Shares as they are drawn: `label`, `term`, `estimate`, limits, `drawn`.

        A negative estimate is drawn as nothing, and what is drawn is scaled to sum to 1.
        """
        parts = []
        for label, rows in self._bars.items():
            unknown = [term for term in rows["term"] if term not in TERMS]
            if unknown:
                raise ValueError(f"Terms must be among {', '.join(TERMS)}; got {unknown[0]!r}.")
            rows = rows.sort_values("term", key=lambda column: column.map(list(TERMS).index))
            drawn = rows["estimate"].fillna(0).clip(lower=0)
            total = drawn.sum()
            parts.append(rows.assign(label=label, drawn=drawn / total if total > 0 else 0.0))
        if not parts:
            raise ValueError("VarianceFigure needs at least 1 result; got none.")
        names = ["label", "term", "estimate", "ci_low", "ci_high", "drawn"]
        return pd.concat(parts, ignore_index=True)[names]

    @property
    def caption(self) -> str:
        """Say what the pieces are, with intervals for a single bar."""
        table = self.source
        parts = [
            "Where the variance of single scores lies, in percent; pieces below "
            f"{100 * WRITTEN:.0f} percent bear no number."
        ]
        if len(table["label"].unique()) == 1:
            parts.append(
                f"Estimates with 95% intervals: {'; '.join(map(_words, table.to_dict('records')))}."
            )
        if (table["estimate"] < 0).any():
            parts.append("Negative estimates are drawn as nothing.")
        return " ".join(parts)

    @property
    def alt(self) -> str:
        """Give the pieces of each bar."""
        bars = [
            f"{label + ': ' if label else ''}{', '.join(map(_words, own.to_dict('records')))}"
            for label, own in self.source.groupby("label", sort=False)
        ]
        return heard("Stacked bars of shares of variance", bars)

    @property
    def _named(self) -> Mapping[str, Parts]:
        named = self.result
        if isinstance(named, VarianceOverview):
            refuse_unless_allowed(named)
            return {named.label(name): own for name, own in named.results.items()}
        return named if isinstance(named, Mapping) else {"": named}

    @cached_property
    def _bars(self) -> Mapping[str, pd.DataFrame]:
        return {label: share_rows(own) for label, own in self._named.items()}

    def _rows(self, width: float) -> Rows:
        return stacked([("", list(self._bars))], width=width, least=ROW)

    def _portions(self, n: int) -> list[Figure]:
        named = self._named
        return [
            VarianceFigure({name: named[name] for name in own}) for own in divided(list(named), n)
        ]

    def _draw(self, ax: Axes) -> None:
        table, rows = self.source, self._rows(slot_inches(ax))
        for place, (_, own) in zip(rows.places, table.groupby("label", sort=False), strict=True):
            left = 0.0
            for term, drawn in zip(own["term"], own["drawn"], strict=True):
                _, colour, hatch = TERMS[term]
                ax.barh(place, drawn, BAR, left, color=colour, hatch=hatch, edgecolor="white")
                if drawn >= WRITTEN:
                    text = f"{100 * drawn:.0f}"
                    number(ax, left + drawn / 2, place, text, colour, clear=bool(hatch))
                left += drawn
        rows.label(ax)
        ax.set_xlim(0, 1)
        ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")
        ax.set_xlabel("Share of the variance of a score (%)")

    def _keys(self, ax: Axes) -> list[Artist]:
        return [
            Patch(facecolor=colour, hatch=hatch, edgecolor="white", label=words)
            for term, (words, colour, hatch) in TERMS.items()
            if term in set(self.source["term"])
        ]


def _words(row: dict[str, Any]) -> str:
    text = f"{TERMS[row['term']][0]} {100 * row['estimate']:.0f}%"
    if np.isnan(row["ci_low"]):
        return text
    return f"{text} [{100 * row['ci_low']:.0f}, {100 * row['ci_high']:.0f}]"


def plot_variance_shares(result: Shares, *, ax: Axes | None = None) -> Axes:
    """Draw a `VarianceFigure`: one bar per score, as high as the bars need.

    Examples
    --------
    >>> from icx_research import load_example, plot_variance_shares, variance_overview
    >>> ax = plot_variance_shares(variance_overview(load_example("company")))
    >>> ax.get_xlabel()
    'Share of the variance of a score (%)'
    """
    return VarianceFigure(result).plot(ax)
