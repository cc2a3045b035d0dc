"""Reliability of scales as a forest: coefficients with their intervals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from icx_research.core import apa
from icx_research.core.cutoffs import ADEQUATE_RELIABILITY
from icx_research.measurement.reliability.result import ReliabilityResult
from icx_research.present.drawing.figure import Figure, divided, heard, refuse_unless_allowed
from icx_research.present.drawing.marks import dots
from icx_research.present.drawing.rows import Rows, beside, slot_inches, stacked
from icx_research.scales.reliability import ReliabilityOverview, overview_of_results

PITCH = 1.2  # lines between two coefficients of one scale
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
            without = table["scale"].nunique() - self._table["scale"].nunique()
            if without:
                parts.append(f"Not drawn: {apa.counted(without, 'scale')} without a coefficient.")
            parts.append(f"Not assessable: {why or 'the answers do not allow the coefficient'}.")
        return " ".join(parts)

    @property
    def alt(self) -> str:
        """Give each coefficient."""
        parts = [
            f"{self.overview.label(row.scale)}: {row.term.replace('_', ' ')} {_numbers(row)}"
            for row in self.overview.table.itertuples()
        ]
        return heard("Dots with intervals, one row per scale", parts)

    @property
    def _table(self) -> pd.DataFrame:
        """What is drawn: scales without any coefficient are named in the caption only."""
        table = self.overview.table
        known = table.groupby("scale")["estimate"].transform(lambda own: own.notna().any())
        return table[known.astype(bool)] if known.any() else table

    def _rows(self, width: float) -> Rows:
        overview, table = self.overview, self._table
        labels = [overview.label(scale) for scale in dict.fromkeys(table["scale"])]
        least = PITCH * table["term"].nunique() + 0.5
        return stacked([("", labels)], width=width, least=least)

    def _portions(self, n: int) -> list[Figure]:
        overview = self.overview
        table = self._table
        return [
            ReliabilityFigure(replace(overview, table=table[table["scale"].isin(own)]))
            for own in divided(list(dict.fromkeys(table["scale"])), n)
        ]

    def _draw(self, ax: Axes) -> None:
        table, rows = self._table, self._rows(slot_inches(ax))
        scales, terms = list(dict.fromkeys(table["scale"])), list(dict.fromkeys(table["term"]))
        ax.axvline(ADEQUATE_RELIABILITY, color="0.3", ls=":", zorder=1)
        for t, term in enumerate(terms):
            own = table[table["term"] == term].set_index("scale").reindex(scales)
            places = np.array(rows.places) + PITCH * (t - (len(terms) - 1) / 2)
            dots(ax, own, list(places), series=t, label=_term(term), filled=t == 0)
            for place, row in zip(places, own.itertuples(), strict=True):
                beside(ax, place, _numbers(row), ha="left")
        rows.label(ax)
        low = np.nanmin([*table["estimate"], *table["ci_low"], 0.5])
        ax.set_xlim(np.floor(10 * low) / 10, 1.0)
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:.1f}".replace("0.", "."))
        ax.set_xlabel("Reliability of the scale score")


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
