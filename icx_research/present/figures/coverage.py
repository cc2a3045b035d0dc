"""What the link reaches, side by side with what its gate asks for."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from icx_research.present.drawing.figure import Figure
from icx_research.present.drawing.row_axes import LINE, column_beside, inches_of, label_rows
from icx_research.present.drawing.wrapping import plain
from icx_research.survey.disclosure.link_coverage import ALL_WAVES, LinkCoverage

SIDES = {"internal": "Internal:\nclient units", "external": "External:\nserving units"}
WIDE = 5.0  # inches of a figure whose legend has two columns
BAR = 0.9  # lines
ROW, HEADING = 2.6, 2.8  # lines


@dataclass(frozen=True, repr=False, eq=False)
class CoverageFigure(Figure):
    """Which share of units and respondents has a partner, and the gate.

    Attributes
    ----------
    result : LinkCoverage
    """

    result: LinkCoverage
    name = "coverage"

    @property
    def caption(self) -> str:
        """Say what is counted and whether the gate opens."""
        coverage = self.result
        rows = coverage.table
        counted, waves = _counted(coverage), _has_waves(rows)
        if len(set(coverage.passes.values())) == 1:
            verdicts = f"{'opens' if all(coverage.passes.values()) else 'stays shut'} on both sides"
        else:
            verdicts = " and ".join(
                f"{'opens' if ok else 'stays shut'} on the {side} side"
                for side, ok in coverage.passes.items()
            )
        parts = [
            f"Units and {counted} with a partner on the other side of the link"
            + (", in all and wave by wave." if waves else "."),
            f"The gate asks for {coverage.limit:g}% of the {counted}"
            f"{' of all waves' if waves else ''} on either side; it {verdicts}.",
            "Shares are rounded down"
            + ("." if counted == "rows" else "; numbers of respondents are in bands."),
        ]
        if any(_published(coverage).values()):
            parts.append("Of a published table the rows are counted, not the persons behind them.")
        if rows["percent_respondents"].isna().any():
            parts.append(f"Withheld: fewer than {coverage.min_persons} respondents.")
        return " ".join(parts)

    @property
    def alt(self) -> str:
        """Give both sides over all waves."""
        coverage = self.result
        parts = [
            f"{line.side}: {line.units_matched} of {line.units} units and "
            f"{line.percent_respondents:g}% of the {_counted(coverage)} have a partner"
            for line in coverage.table[coverage.table["wave"] == ALL_WAVES].itertuples()
        ]
        return f"Bars of the link's coverage; {'; '.join(parts)}. Gate at {coverage.limit:g}%."

    def _height(self, width: float) -> float:
        rows = self.result.table
        return (rows["side"].nunique() * HEADING + len(rows) * ROW) * LINE + 0.9

    def _draw(self, ax: Axes) -> None:
        coverage, rows = self.result, self.result.table
        counted, places, ticks, at = _counted(coverage), [], [], 0.0
        for side, lines in rows.groupby("side", sort=False):
            ticks.append((at + HEADING / 2, SIDES[str(side)], True))
            at += HEADING
            for line in lines.itertuples():
                place = at + ROW / 2
                name = "all waves" if line.wave == ALL_WAVES else f"wave {line.wave}"
                ticks.append((place, plain(name) if _has_waves(rows) else "", False))
                _bar(ax, place - BAR / 2, line.percent_units, "C0", "units, upper bar")
                _bar(ax, place + BAR / 2, line.percent_respondents, "C1", f"{counted}, lower bar")
                places.append(place)
                at += ROW
        gate = f"gate: {coverage.limit:g}% of the {counted}"
        ax.axvline(coverage.limit, color="black", ls="--", lw=1, zorder=4, label=gate)
        ticked, labels, bold = zip(*ticks, strict=True)
        label_rows(ax, labels, places=ticked, bold=bold, bottom=at)
        ax.set_xlim(0, 100)
        ax.set_xlabel("With a partner on the other side (%)")
        units = [f"{line.units_matched} of {line.units}" for line in rows.itertuples()]
        column_beside(ax, 28, places, units, "units")
        if any(rows["respondents"]):
            column_beside(ax, 82, places, list(rows["respondents"]), "respon-\ndents")
        _legend(ax)


def _published(coverage: LinkCoverage) -> dict[str, bool]:
    """Tell the sides whose table has one row per unit instead of persons."""
    return {side: coverage.codebook.sources[side].grain == "unit" for side in SIDES}


def _counted(coverage: LinkCoverage) -> str:
    """Say what the lower bars count: rows where both tables are published."""
    return "rows" if all(_published(coverage).values()) else "respondents"


def _has_waves(rows: pd.DataFrame) -> bool:
    return bool((rows["wave"] != ALL_WAVES).any())


def _bar(ax: Axes, place: float, percent: Any, colour: str, what: str) -> None:
    if np.isnan(percent):
        ax.text(1, place, "withheld", va="center", style="italic", color="0.3")
        return
    ax.barh(place, percent, BAR, color=colour, label=what)
    ax.barh(place, 100 - percent, BAR, percent, facecolor="white", edgecolor="0.5", lw=0.4,
            hatch="/////", label="without a partner")  # fmt: skip


def _legend(ax: Axes) -> None:
    """Show every kind of bar once, above the heads of the columns."""
    handles, labels = ax.get_legend_handles_labels()
    once = dict(zip(labels, handles, strict=True))
    ax.legend(once.values(), once.keys(), loc="lower center", bbox_to_anchor=(0.5, 1),
              ncols=2 if inches_of(ax) >= WIDE else 1, borderaxespad=3.2,
              columnspacing=1.2)  # fmt: skip


def plot_coverage(result: LinkCoverage, *, ax: Axes | None = None) -> Axes:
    """Draw a `CoverageFigure`: per side and wave a bar of units above a bar of respondents.

    The part with a partner is filled, the rest hatched. The broken line is the gate, which asks
    for respondents of all waves.

    Examples
    --------
    >>> from icx_research import link_coverage, load_example, plot_coverage
    >>> ax = plot_coverage(link_coverage(load_example("company")))
    >>> ax.get_xlabel()
    'With a partner on the other side (%)'
    """
    return CoverageFigure(result).plot(ax)
