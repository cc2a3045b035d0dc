"""What the link reaches, side by side with what its gate asks for."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from icx_research.present.drawing.row_axes import column_beside, label_rows, row_axes
from icx_research.present.drawing.wrapping import plain
from icx_research.survey.disclosure.link_coverage import ALL_WAVES, LinkCoverage

SIDES = {"internal": "Internal:\nclient units", "external": "External:\nserving units"}
WIDE = 5.0  # inches of a figure whose legend has two columns
BAR = 0.9  # lines
ROW, HEADING = 2.6, 2.8  # lines


def plot_coverage(coverage: LinkCoverage, *, ax: Axes | None = None) -> Axes:
    """Draw which share of units and respondents has a partner, and the gate.

    Parameters
    ----------
    coverage : LinkCoverage
    ax : Axes, optional
        A new figure unless given.

    Returns
    -------
    Axes
        Per side and wave a bar of units above a bar of respondents: the part with a
        partner is filled, the rest hatched. The broken line is the gate, which asks for
        respondents of all waves.
    """
    rows = coverage.table
    places, ticks, at = [], [], 0.0
    for side, lines in rows.groupby("side", sort=False):
        ticks.append((at + HEADING / 2, SIDES[str(side)], True))
        at += HEADING
        for line in lines.itertuples():
            places.append(at + ROW / 2)
            name = "all waves" if line.wave == ALL_WAVES else f"wave {line.wave}"
            ticks.append((at + ROW / 2, plain(name) if _has_waves(rows) else "", False))
            at += ROW
    ax = row_axes(at, around=0.9, ax=ax)
    for place, line in zip(places, rows.itertuples(), strict=True):
        _bar(ax, place - BAR / 2, float(str(line.percent_units)), "C0", "units, upper bar")
        _bar(ax, place + BAR / 2, float(str(line.percent_respondents)), "C1",
             f"{_counted(coverage)}, lower bar")  # fmt: skip
    gate = f"gate: {coverage.limit:g}% of the {_counted(coverage)}"
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
    return ax


def _published(coverage: LinkCoverage) -> dict[str, bool]:
    """Tell the sides whose table has one row per unit instead of persons."""
    return {side: coverage.codebook.sources[side].grain == "unit" for side in SIDES}


def _counted(coverage: LinkCoverage) -> str:
    """Say what the lower bars count: rows where both tables are published."""
    return "rows" if all(_published(coverage).values()) else "respondents"


def _has_waves(rows: pd.DataFrame) -> bool:
    return bool((rows["wave"] != ALL_WAVES).any())


def _bar(ax: Axes, place: float, percent: float, colour: str, what: str) -> None:
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
              ncols=2 if ax.figure.bbox.width >= WIDE * ax.figure.dpi else 1, borderaxespad=3.2,
              columnspacing=1.2)  # fmt: skip


def coverage_caption(coverage: LinkCoverage) -> str:
    """Say below the figure what is counted and whether the gate opens."""
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
        f"The gate asks for {coverage.limit:g}% of the {counted}{' of all waves' if waves else ''} "
        f"on either side; it {verdicts}.",
        "Shares are rounded down"
        + ("." if counted == "rows" else "; numbers of respondents are in bands."),
    ]
    if any(_published(coverage).values()):
        parts.append("Of a published table the rows are counted, not the persons behind them.")
    if rows["percent_respondents"].isna().any():
        parts.append(f"Withheld: fewer than {coverage.min_persons} respondents.")
    return " ".join(parts)


def coverage_alt(coverage: LinkCoverage) -> str:
    """Describe the figure in words: both sides over all waves."""
    told = [
        f"{line.side}: {line.units_matched} of {line.units} units and "
        f"{line.percent_respondents:g}% of the {_counted(coverage)} have a partner"
        for line in coverage.table[coverage.table["wave"] == ALL_WAVES].itertuples()
    ]
    return f"Bars of the link's coverage; {'; '.join(told)}. Gate at {coverage.limit:g}%."
