"""Unit means in order, with their intervals."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from icx_research.core.bands import band
from icx_research.present.drawing.figure import Figure
from icx_research.present.drawing.marks import dots
from icx_research.present.drawing.rows import Rows, most_lines, slot_inches, stacked
from icx_research.survey.disclosure.unit_intervals import UnitIntervals

PITCH = 1.2  # lines of a named unit


@dataclass(frozen=True, repr=False, eq=False)
class UnitsFigure(Figure):
    """Unit means in order with their intervals and the mean of the units shown.

    Attributes
    ----------
    result : UnitIntervals
        Made of protected units.
    """

    result: UnitIntervals

    @property
    def name(self) -> str:
        """Name of its files."""
        return f"units_{self.result.score}"

    @property
    def source(self) -> pd.DataFrame:
        """The figures shown, as they are: they are rounded, or public."""
        return self.result.table

    @property
    def caption(self) -> str:
        """Say which units are shown, with which intervals, and what they mean."""
        units = self.result
        label = units.codebook.label(units.score)
        wave = f", wave {units.wave}" if units.codebook.has_waves else ""
        parts = [
            f"{label} of {units.n_shown} of {units.n_units} units{wave}, in order of their means."
        ]
        if units.table["ci_low"].notna().any():
            parts.append(
                f"Bars are {100 * units.confidence_level:g}% intervals of single unit means, not "
                "of differences between units. Intervals wholly below the broken line, the mean of "
                f"the units shown: {units.n_below}; wholly above it: {units.n_above}."
            )
        else:
            parts.append("The broken line is the mean of the units shown. No bars: standard errors "
                         "of the unit figures are not known.")  # fmt: skip
        if not units.codebook.source_of(units.score).published:
            parts.append(
                f"Unit figures rest on at least {units.min_persons} persons and are rounded; units "
                "with equal figures stand in order of their names."
            )
        return " ".join(parts)

    @property
    def alt(self) -> str:
        """Give the span of the means, and how many lie off the middle."""
        units, figures = self.result, self.result.table["estimate"]
        return (
            f"{units.n_shown} units in order of {units.codebook.label(units.score)}, from "
            f"{figures.iloc[0]:.4g} to {figures.iloc[-1]:.4g}, about a mean of {units.mean:.4g}; "
            f"intervals wholly below the mean: {units.n_below}, wholly above it: {units.n_above}."
        )

    def _rows(self, width: float) -> Rows | None:
        names = list(self.result.table["unit"])[::-1]  # the lowest at the bottom
        if len(names) * PITCH > most_lines():
            return None
        return stacked([("", names)], width=width, gap=PITCH - 1, lines=1)

    def _draw(self, ax: Axes) -> None:
        units, table = self.result, self.result.table.iloc[::-1]
        rows = self._rows(slot_inches(ax))
        places = np.array(rows.places) if rows else np.arange(len(table)) + 1.0
        banded = table["respondents"].map(_banded)
        for at, name in enumerate(self._bands):
            inside = (banded == name).to_numpy()
            dots(ax, table[inside], list(places[inside]), series=at, label=name or "unit",
                 size=1 if rows else 0.6, grey=True)  # fmt: skip
        ax.axvline(units.mean, color="black", ls="--", zorder=2.5,
                   label=f"mean of the units ({units.mean:.{_decimals(units)}f})")  # fmt: skip
        ax.set_xlabel(units.codebook.measures[units.score].axis_label)
        if rows:
            rows.label(ax)
        else:
            ax.set_ylim(len(table) + 1, 0)
            ax.set_yticks([])
            ax.set_ylabel("Units in order of their mean")

    @property
    def _bands(self) -> list[str]:
        return sorted(self.result.table["respondents"].map(_banded).unique(), key=_size)

    def _key_title(self) -> str:
        return "Respondents" if any(self._bands) else ""


def _banded(respondents: str) -> str:
    """Put the exact counts of published figures into bands, as all others are."""
    return band(float(respondents)) if respondents.isdigit() else respondents


def _size(name: str) -> int:
    first = name.rstrip("+").split("-")[0]
    return int(first) if first.isdigit() else -1


def _decimals(units: UnitIntervals) -> int:
    """Write the mean as exactly as the range of the figures deserves."""
    spread = float(units.table["estimate"].max() - units.table["estimate"].min())
    if spread >= 20:
        return 1
    return 2 - min(0, math.floor(math.log10(spread))) if spread > 0 else 2


def plot_units(result: UnitIntervals, *, ax: Axes | None = None) -> Axes:
    """Draw a `UnitsFigure`: the lowest unit at the bottom, up to 60 units named.

    Marker and colour are the band of a unit's respondents.

    Examples
    --------
    >>> from icx_research import link_study, load_example, plot_units, protect, unit_intervals
    >>> units = protect(link_study(load_example("company")))
    >>> ax = plot_units(unit_intervals(units, score="csat"))
    >>> ax.get_xlabel()
    'Customer satisfaction (1–7, unit mean)'
    """
    return UnitsFigure(result).plot(ax)
