"""Unit means in order, with their intervals."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from icx_research.core.bands import band
from icx_research.present.drawing.figure import Figure
from icx_research.present.drawing.wrapping import wrapped
from icx_research.survey.disclosure.unit_intervals import UnitIntervals

MAX_NAMED = 60  # units whose names can be read
PITCH = 0.125  # inches of a named unit
MARKERS = "osD^vPX<>h*"
LABEL_WIDTH = 60  # characters of the axis label before it breaks
NAME_WIDTH = 30  # characters of a unit's name
MAX_KEYS = 6  # of one line of the legend


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

    @property
    def _named(self) -> bool:
        return self.result.n_shown <= MAX_NAMED

    def _height(self, width: float) -> float:
        return max(self.result.n_shown * PITCH + 1.2, 2.0) if self._named else 1.05 * width

    def _draw(self, ax: Axes) -> None:
        units, named = self.result, self._named
        table = units.table
        places = np.arange(len(table))
        known = table["ci_low"].notna()
        ax.hlines(places[known], table["ci_low"][known], table["ci_high"][known], color="0.6",
                  lw=0.8 if named else 0.4, zorder=2)  # fmt: skip
        banded = table["respondents"].map(_banded)
        bands = sorted(banded.unique(), key=_size)
        for at, name in enumerate(bands):
            inside = (banded == name).to_numpy()
            ax.scatter(
                table["estimate"][inside],
                places[inside],
                s=14 if named else 5,
                marker=MARKERS[at % len(MARKERS)],
                color=f"C{at % 7}",
                linewidth=0,
                zorder=3,
                label=name or "unit",
            )
        ax.axvline(units.mean, color="black", ls="--", lw=0.9, zorder=2.5,
                   label=f"mean of the units ({units.mean:.{_decimals(units)}f})")  # fmt: skip
        ax.set_xlabel(
            wrapped(units.codebook.measures[units.score].axis_label, width=LABEL_WIDTH, even=True)
        )
        ax.set_ylim(-1, len(table))
        if named:
            ax.set_yticks(
                places, [wrapped(name, width=NAME_WIDTH, lines=1) for name in table["unit"]]
            )
        else:
            ax.set_ylabel("Units in order of their mean")
        n_keys = len(bands) + 1
        ax.legend(
            title="Respondents" if any(bands) else None,
            loc="lower right",
            bbox_to_anchor=(1, 1),
            ncols=n_keys if n_keys <= MAX_KEYS else -(-n_keys // 2),
            borderaxespad=0.4,
            alignment="left",
            columnspacing=1.0,
            handletextpad=0.4,
            markerscale=1 if named else 2,
        )


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
