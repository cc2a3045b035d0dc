"""Linked units as a scatter: intervals on both sides, the line, the smallest effect."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from icx_research.core import apa
from icx_research.core.cutoffs import MIN_LINKED_UNITS
from icx_research.core.intervals import normal_quantile
from icx_research.linkage.correlation.correlation import LinkageCorrelation
from icx_research.linkage.correlation.disattenuation import disattenuate
from icx_research.linkage.correlation.line import LinkageLine
from icx_research.present.drawing.wrapping import wrapped
from icx_research.survey.disclosure.protect import ProtectedUnits

Z_95 = normal_quantile(0.95)  # bars are drawn, not tested: no degrees of freedom
MANY_UNITS = 200
LABEL_WIDTHS = (60, 48)  # characters of the labels across and up before they break
# Steps of an evenly spread sequence in the plane (powers of the plastic number).
EVEN_STEPS = (0.7548776662466927, 0.5698402909980532)


def plot_linkage(
    correlation: LinkageCorrelation,
    *,
    line: LinkageLine,
    units: ProtectedUnits,
    delta: float,
    ax: Axes | None = None,
) -> Axes:
    """Draw linked units with their intervals, the line and the smallest effect of interest.

    Parameters
    ----------
    correlation : LinkageCorrelation
    line : LinkageLine
        Of the same scores and wave.
    units : ProtectedUnits
        The dots; full-precision units are refused.
    delta : float
        Smallest correlation of interest; lines flatter than it lie in the wedge.
    ax : Axes, optional
        A new figure unless given.

    Returns
    -------
    Axes

    Raises
    ------
    TypeError
        If `units` is not protected.
    ValueError
        If line and correlation are of different scores or waves.
    """
    shown = shown_units(correlation, units)
    pair = (correlation.internal, correlation.external, correlation.wave)
    if (line.internal, line.external, line.wave) != pair:
        raise ValueError("line and correlation must be of the same scores and wave.")
    if ax is None:
        ax = plt.subplots()[1]
    inside, outside = correlation.internal, correlation.external
    x, y = (_spread(shown[name], units, axis) for axis, name in enumerate((inside, outside)))
    many = len(shown) > MANY_UNITS
    _wedge(ax, line, delta)
    ax.errorbar(
        x,
        y,
        xerr=_reach(shown, inside),
        yerr=_reach(shown, outside),
        fmt="none",
        ecolor="0.6",
        elinewidth=0.3 if many else 0.5,
        alpha=0.35 if many else 0.6,
        zorder=0.5 if many else 2,  # bars of many units would hide wedge and band
    )
    ax.scatter(
        x,
        y,
        s=9 if many else 16,
        alpha=0.6 if many else 0.85,
        color="C0",
        edgecolor="white",
        linewidth=0.3,
        zorder=3,
        label="unit",
    )
    band = line.band
    ax.fill_between(band["x"], band["ci_low"], band["ci_high"], color="C1", alpha=0.2, lw=0)
    ax.plot(band["x"], band["fit"], color="C1", zorder=4, label="line with 95% band")
    measures = units.codebook.measures
    ax.set_xlabel(wrapped(measures[inside].axis_label, width=LABEL_WIDTHS[0], even=True))
    ax.set_ylabel(wrapped(measures[outside].axis_label, width=LABEL_WIDTHS[1], even=True))
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)
    return ax


def shown_units(correlation: LinkageCorrelation, units: ProtectedUnits) -> pd.DataFrame:
    """Rows of the protected table that the figure shows: both scores may be seen."""
    if not isinstance(units, ProtectedUnits):
        raise TypeError(
            f"Plots take protected units only; call protect(linked), not {type(units).__name__}."
        )
    table = units.table[units.table["wave"] == correlation.wave]
    pair = [correlation.internal, correlation.external]
    columns = ["unit", "wave", *(f"{name}{end}" for name in pair for end in ("", "_se", "_n"))]
    return table.dropna(subset=pair)[columns].reset_index(drop=True)


def linkage_caption(
    correlation: LinkageCorrelation, *, units: ProtectedUnits, delta: float, group: str = "all"
) -> str:
    """Say below the figure what is drawn, with n, intervals and reliabilities."""
    label = units.codebook.label
    shown = shown_units(correlation, units)
    bars = [
        f"{side} ({label(name)})"
        for side, name in (("horizontal", correlation.internal), ("vertical", correlation.external))
        if shown[f"{name}_se"].notna().any()
    ]
    corrected = disattenuate(correlation)
    parts = [
        f"{label(correlation.external)} against {label(correlation.internal)}, "
        f"{'all units' if group == 'all' else f'units: {group}'}{_wave(correlation, units)}: "
        f"{len(shown)} of {correlation.n_used} linked units shown.",
        f"Bars are 95% intervals of unit means: {', '.join(bars)}."
        if bars
        else "No bars: standard errors of the unit figures are not known.",
        "The line is the least-squares line with its 95% confidence band; the grey wedge holds "
        f"the lines of correlations between {apa.bounded(-delta)} and {apa.bounded(delta)}.",
        f"{_sentence(correlation)}.",
        _reliabilities(corrected.reliability_internal, corrected.reliability_external),
    ]
    if correlation.n_used < MIN_LINKED_UNITS:
        parts.append(
            f"Below {MIN_LINKED_UNITS} linked units this describes; no verdict rests on it."
        )
    public = all(units.codebook.source_of(name).published for name in
                 (correlation.internal, correlation.external))  # fmt: skip
    if not public:
        parts.append(
            f"Unit figures rest on at least {units.min_persons} persons and are rounded; dots are "
            "spread within the rounding step."
        )
    return " ".join(parts)


def linkage_alt(
    correlation: LinkageCorrelation, *, line: LinkageLine, units: ProtectedUnits
) -> str:
    """Describe the figure in words for those who do not see it."""
    label = units.codebook.label
    shown = shown_units(correlation, units)
    x, y = shown[correlation.internal], shown[correlation.external]
    course = "rises" if line.slope.value > 0 else "falls"
    return (
        f"Scatter plot of {len(shown)} units. Across: {label(correlation.internal)}, from "
        f"{x.min():.4g} to {x.max():.4g}. Up: {label(correlation.external)}, from {y.min():.4g} to "
        f"{y.max():.4g}. The line {course} by {abs(line.slope.value):.3g} per point across; "
        f"{_sentence(correlation)}."
    )


def _sentence(correlation: LinkageCorrelation) -> str:
    """Give the correlation the scatter shows, which has no controls."""
    test = correlation.correlation
    limits = apa.interval(
        test.estimate.ci_low,
        test.estimate.ci_high,
        confidence_level=test.estimate.confidence_level,
    )
    symbol = "r" if correlation.method == "pearson" else "rs"
    return (
        f"{symbol} = {apa.bounded(test.estimate.value)}, {limits}, n = {correlation.n_used} units"
    )


def _wave(correlation: LinkageCorrelation, units: ProtectedUnits) -> str:
    return f", wave {correlation.wave}" if units.codebook.has_waves else ""


def _reliabilities(internal: float, external: float) -> str:
    if np.isnan(internal) and np.isnan(external):
        return "Reliability of the unit means: not assessable on either side."
    inside, outside = (
        "not assessable" if np.isnan(value) else apa.bounded(value)
        for value in (internal, external)
    )
    return f"Reliability of the unit means: {inside} (internal), {outside} (external)."


def _reach(shown: pd.DataFrame, name: str) -> Any:
    se = shown[f"{name}_se"].astype(float)
    return None if se.isna().all() else Z_95 * se.fillna(0.0)


def _spread(values: pd.Series, units: ProtectedUnits, axis: int) -> pd.Series:
    """Move rounded values about within their rounding step, by a fixed even sequence."""
    if units.codebook.source_of(str(values.name)).published:
        return values
    places = (np.arange(1, len(values) + 1) * EVEN_STEPS[axis]) % 1 - 0.5
    return values + places * units.steps[str(values.name)]


def _wedge(ax: Axes, line: LinkageLine, delta: float) -> None:
    """Shade the lines through the centre that stand for correlations below delta."""
    x = np.array([line.band["x"].iloc[0], line.centre[0], line.band["x"].iloc[-1]])
    slope = delta * line.sd[1] / line.sd[0]
    up = line.centre[1] + slope * (x - line.centre[0])
    down = line.centre[1] - slope * (x - line.centre[0])
    ax.fill_between(
        x, up, down, color="0.5", alpha=0.2, lw=0, label=f"|r| below {apa.bounded(delta)}"
    )
