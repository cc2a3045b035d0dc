"""What the link reaches, side by side with what its gate asks for."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from icx_research.present.drawing.colours import COLOURS
from icx_research.present.drawing.figure import Figure, divided, heard
from icx_research.present.drawing.rows import Rows, slot_inches, stacked
from icx_research.survey.disclosure.link_coverage import ALL_WAVES, LinkCoverage

SIDES = {"internal": "Internal: client units", "external": "External: serving units"}
BAR, ROW = 0.9, 2.6  # lines


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
        return heard("Bars of the link's coverage", parts, f"Gate at {coverage.limit:g}%")

    @property
    def sentence(self) -> str:
        """Say that all have a partner, if they have."""
        rows = self.result.table
        if (rows[["percent_units", "percent_respondents"]] != 100).to_numpy().any():
            return ""
        whole = rows[rows["wave"] == ALL_WAVES]
        units = " and ".join(f"{line.units} {line.side}" for line in whole.itertuples())
        return (
            f"Every unit ({units}) and all {_counted(self.result)} have a partner on the other "
            f"side of the link{' in every wave' if _has_waves(rows) else ''}: a figure would show "
            "full bars only."
        )

    def _rows(self, width: float) -> Rows:
        rows = self.result.table
        named = [
            "" if not _has_waves(rows) else "all waves" if wave == ALL_WAVES else f"wave {wave}"
            for wave in rows["wave"]
        ]
        groups = pd.Series(named).groupby(rows["side"].to_numpy(), sort=False)
        labels = [(SIDES[str(side)], list(own)) for side, own in groups]
        return stacked(labels, width=width, least=ROW)

    def _portions(self, n: int) -> list[Figure]:
        return [
            CoverageFigure(replace(self.result, table=own)) for own in divided(self.result.table, n)
        ]

    def _draw(self, ax: Axes) -> None:
        coverage, table = self.result, self.result.table
        counted, rows = _counted(coverage), self._rows(slot_inches(ax))
        for place, line in zip(rows.places, table.itertuples(), strict=True):
            _bar(ax, place - BAR / 2, line.percent_units, 0, "units, upper bar")
            _bar(ax, place + BAR / 2, line.percent_respondents, 1, f"{counted}, lower bar")
        gate = f"gate: {coverage.limit:g}% of the {counted}"
        ax.axvline(coverage.limit, color="black", ls="--", zorder=4, label=gate)
        rows.label(ax)
        ax.set_xlim(0, 100)
        ax.set_xlabel("With a partner on the other side (%)")
        columns = {
            "units": [f"{line.units_matched} of {line.units}" for line in table.itertuples()]
        }
        if any(table["respondents"]):
            columns["respon-\ndents"] = list(table["respondents"])
        rows.columns(ax, columns)


def _published(coverage: LinkCoverage) -> dict[str, bool]:
    """Tell the sides whose table has one row per unit instead of persons."""
    return {side: coverage.codebook.sources[side].grain == "unit" for side in SIDES}


def _counted(coverage: LinkCoverage) -> str:
    """Say what the lower bars count: rows where both tables are published."""
    return "rows" if all(_published(coverage).values()) else "respondents"


def _has_waves(rows: pd.DataFrame) -> bool:
    return bool((rows["wave"] != ALL_WAVES).any())


def _bar(ax: Axes, place: float, percent: Any, series: int, what: str) -> None:
    if np.isnan(percent):
        ax.text(1, place, "withheld", va="center", style="italic")
        return
    ax.barh(place, percent, BAR, color=COLOURS[series], linewidth=0, label=what)
    ax.barh(place, 100 - percent, BAR, percent, facecolor="white", edgecolor="0.5",
            hatch="/////", label="without a partner")  # fmt: skip


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
