"""Reliability of scales as a forest: coefficients with their intervals."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from icx_research.core import apa
from icx_research.core.cutoffs import ADEQUATE_RELIABILITY
from icx_research.measurement.reliability.result import ReliabilityResult
from icx_research.present.drawing.figure import Figure, listed, refuse_unless_allowed
from icx_research.present.drawing.row_axes import LABEL, beside, label_rows
from icx_research.present.drawing.wrapping import wrapped
from icx_research.scales.reliability import ReliabilityOverview, overview_of_results

MARKERS = ("o", "s", "^", "D", "v")
REACH = 0.22  # vertical distance of two coefficients of one scale, in rows
NAMES = {"alpha": "Cronbach's alpha", "omega_total": "McDonald's omega"}


@dataclass(frozen=True, repr=False, eq=False)
class ReliabilityFigure(Figure):
    """The reliability of each scale with its interval.

    Attributes
    ----------
    result : ReliabilityOverview, or mapping of label to ReliabilityResult
    """

    result: ReliabilityOverview | Mapping[str, ReliabilityResult]
    name = "reliability"

    @property
    def overview(self) -> ReliabilityOverview:
        """The rows that are drawn."""
        if not isinstance(self.result, ReliabilityOverview):
            return overview_of_results(self.result)
        refuse_unless_allowed(self.result)
        return self.result

    @property
    def source(self) -> pd.DataFrame:
        """Scale, coefficient, estimate, limits and complete rows."""
        return self.overview.table

    @property
    def caption(self) -> str:
        """Say which coefficients and intervals are drawn, and of how many rows."""
        overview = self.overview
        table = overview.table
        terms = [_term(term) for term in dict.fromkeys(table["term"])]
        known = table.dropna(subset="estimate")
        parts = [
            f"{' and '.join(terms)} of {apa.counted(table['scale'].nunique(), 'scale')} with "
            f"{100 * overview.confidence_level:g}% intervals; the dotted line at "
            f"{apa.bounded(ADEQUATE_RELIABILITY)} is a convention (Nunnally, 1978), not a pass "
            "mark.",
        ]
        if len(known):
            low, high = (f"{n:.0f}" for n in (known["n"].min(), known["n"].max()))
            parts.append(f"Complete rows per scale: {low if low == high else f'{low} to {high}'}.")
        if len(known) < len(table):
            notes = dict.fromkeys(table.loc[table["estimate"].isna(), "note"])
            why = "; ".join(str(note).rstrip(".") for note in notes if note)
            parts.append(f"Not assessable: {why or 'the answers do not allow the coefficient'}.")
        return " ".join(parts)

    @property
    def alt(self) -> str:
        """Give each coefficient."""
        parts = [
            f"{self.overview.label(row.scale)}: {row.term.replace('_', ' ')} {_numbers(row)}"
            for row in self.overview.table.itertuples()
        ]
        return f"Dots with intervals, one row per scale. {listed(parts)}."

    def _height(self, width: float) -> float:
        table = self.overview.table
        return table["scale"].nunique() * max(0.3, 0.16 * table["term"].nunique()) + 0.9

    def _draw(self, ax: Axes) -> None:
        table, label = self.overview.table, self.overview.label
        scales, terms = list(dict.fromkeys(table["scale"])), list(dict.fromkeys(table["term"]))
        ax.axvline(ADEQUATE_RELIABILITY, color="0.3", lw=0.9, ls=":", zorder=1)
        for t, term in enumerate(terms):
            rows = table[table["term"] == term].set_index("scale").reindex(scales)
            places = np.arange(len(scales)) + REACH * (2 * t - len(terms) + 1)
            ax.hlines(places, rows["ci_low"], rows["ci_high"], color=f"C{t}", lw=1.2, zorder=2)
            ax.plot(
                rows["estimate"],
                places,
                MARKERS[t % len(MARKERS)],
                color=f"C{t}",
                markerfacecolor=f"C{t}" if t == 0 else "white",
                label=_term(term),
                zorder=3,
            )
            for place, row in zip(places, rows.itertuples(), strict=True):
                beside(ax, place, _numbers(row), fontsize=7, color=f"C{t}")
        label_rows(ax, [wrapped(label(str(scale)), width=LABEL, lines=2) for scale in scales])
        low = np.nanmin([*table["estimate"], *table["ci_low"], 0.5])
        ax.set_xlim(np.floor(10 * low) / 10, 1.0)
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:.1f}".replace("0.", "."))
        ax.set_xlabel("Reliability of the scale score")
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(terms), borderaxespad=0.2)


def _term(name: object) -> str:
    return NAMES.get(str(name), str(name).replace("_", " "))


def _numbers(row: Any) -> str:
    if np.isnan(row.estimate):
        return "not assessable"
    text = apa.bounded(row.estimate)
    if np.isnan(row.ci_low):
        return text
    return f"{text} [{apa.bounded(row.ci_low)}, {apa.bounded(row.ci_high)}]"


def plot_reliability(
    result: ReliabilityOverview | Mapping[str, ReliabilityResult], *, ax: Axes | None = None
) -> Axes:
    """Draw a `ReliabilityFigure`: a row per scale, as high as the scales need.

    Examples
    --------
    >>> from icx_research import cronbach_alpha, load_example, plot_reliability, scale_items
    >>> csat = scale_items(load_example("company"), "csat")
    >>> ax = plot_reliability({"Customer satisfaction": cronbach_alpha(csat)})
    >>> ax.get_xlabel()
    'Reliability of the scale score'
    """
    return ReliabilityFigure(result).plot(ax)
