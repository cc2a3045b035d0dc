"""Linked units as a scatter: intervals on both sides, the line, the smallest effect."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from icx_research.core import apa
from icx_research.core.cutoffs import MIN_LINKED_UNITS
from icx_research.core.intervals import normal_quantile
from icx_research.linkage.correlation.correlation import LinkageCorrelation
from icx_research.linkage.correlation.disattenuation import disattenuate
from icx_research.linkage.correlation.line import LinkageLine
from icx_research.present.drawing.figure import Figure
from icx_research.present.drawing.wrapping import wrapped
from icx_research.survey.disclosure.protect import ProtectedUnits

Z_95 = normal_quantile(0.95)  # bars are drawn, not tested: no degrees of freedom
MANY_UNITS = 200
LABEL_WIDTHS = (60, 48)  # characters of the labels across and up before they break
# Steps of an evenly spread sequence in the plane (powers of the plastic number).
EVEN_STEPS = (0.7548776662466927, 0.5698402909980532)


@dataclass(frozen=True, repr=False, eq=False)
class LinkageFigure(Figure):
    """Linked units with their intervals, the line and the smallest effect of interest.

    Attributes
    ----------
    correlation : LinkageCorrelation
    line : LinkageLine
        Of the same scores and wave, through protected units.
    units : ProtectedUnits
        The dots; full-precision units are refused.
    delta : float
        Smallest correlation of interest; lines flatter than it lie in the wedge.
    group : str
        Name of the group of units, for the name of the files and the caption.
    """

    correlation: LinkageCorrelation
    line: LinkageLine
    units: ProtectedUnits
    delta: float
    group: str = "all"

    def __post_init__(self) -> None:
        """Refuse units that are not protected, and parts that do not belong together."""
        if not isinstance(self.units, ProtectedUnits):
            raise TypeError(
                "Figures take protected units only; call protect(linked), not "
                f"{type(self.units).__name__}."
            )
        line, pair = self.line, self.correlation
        if (line.internal, line.external, line.wave) != (*self._pair, pair.wave):
            raise ValueError("line and correlation must be of the same scores and wave.")
        if not line.protected:
            raise ValueError(
                "The line must be that of protected units; call linkage_line(protect(linked), ...)."
            )

    @property
    def name(self) -> str:
        """Name of its files."""
        return "_".join(["linkage", *self._pair, *([] if self.group == "all" else [self.group])])

    @property
    def source(self) -> pd.DataFrame:
        """Rows of the protected table that the figure shows: both scores may be seen."""
        pair, table = list(self._pair), self.units.table
        columns = ["unit", "wave", *(f"{name}{end}" for name in pair for end in ("", "_se", "_n"))]
        wave = table[table["wave"] == self.correlation.wave]
        return wave.dropna(subset=pair)[columns].reset_index(drop=True)

    @property
    def caption(self) -> str:
        """Say what is drawn, with n, intervals and reliabilities."""
        correlation, units, delta = self.correlation, self.units, self.delta
        label, shown, group = units.codebook.label, self.source, self.group
        bars = [
            f"{side} ({label(name)})"
            for side, name in zip(("horizontal", "vertical"), self._pair, strict=True)
            if shown[f"{name}_se"].notna().any()
        ]
        corrected = disattenuate(correlation)
        wave = f", wave {correlation.wave}" if units.codebook.has_waves else ""
        parts = [
            f"{label(correlation.external)} against {label(correlation.internal)}, "
            f"{'all units' if group == 'all' else f'units: {group}'}{wave}: "
            f"{len(shown)} of {correlation.n_used} linked units shown.",
            f"Bars are 95% intervals of unit means: {', '.join(bars)}."
            if bars
            else "No bars: standard errors of the unit figures are not known.",
            "The line is the least-squares line of the units shown with its 95% confidence band; "
            f"the grey wedge holds the lines of correlations between {apa.bounded(-delta)} and "
            f"{apa.bounded(delta)}.",
            f"{_sentence(correlation)}.",
            _reliabilities(corrected.reliability_internal, corrected.reliability_external),
        ]
        if correlation.n_used < MIN_LINKED_UNITS:
            parts.append(
                f"Below {MIN_LINKED_UNITS} linked units this describes; no verdict rests on it."
            )
        if not all(units.codebook.source_of(name).published for name in self._pair):
            parts.append(
                f"Unit figures rest on at least {units.min_persons} persons and are rounded; dots "
                "are spread within the rounding step."
            )
        return " ".join(parts)

    @property
    def alt(self) -> str:
        """Give the span of both scores and the course of the line."""
        label, shown, slope = self.units.codebook.label, self.source, self.line.slope.value
        (inside, outside), (x, y) = self._pair, (shown[name] for name in self._pair)
        return (
            f"Scatter plot of {len(shown)} units. Across: {label(inside)}, from {x.min():.4g} to "
            f"{x.max():.4g}. Up: {label(outside)}, from {y.min():.4g} to {y.max():.4g}. The line "
            f"{'rises' if slope > 0 else 'falls'} by {abs(slope):.3g} per point across; "
            f"{_sentence(self.correlation)}."
        )

    @property
    def _pair(self) -> tuple[str, str]:
        return self.correlation.internal, self.correlation.external

    def _draw(self, ax: Axes) -> None:
        line, units, shown = self.line, self.units, self.source
        inside, outside = self._pair
        x, y = (_spread(shown[name], units, axis) for axis, name in enumerate((inside, outside)))
        many = len(shown) > MANY_UNITS
        _wedge(ax, line, self.delta)
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


def _sentence(correlation: LinkageCorrelation) -> str:
    """Give the correlation the scatter shows, which has no controls."""
    found = correlation.correlation.estimate
    symbol = "r" if correlation.method == "pearson" else "rs"
    size = f"n = {correlation.n_used} units"
    return f"{symbol} = {apa.bounded(found.value)}, {found.limits}, {size}"


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
    reach, middle = slope * (x - line.centre[0]), line.centre[1]
    label = f"|r| below {apa.bounded(delta)}"
    ax.fill_between(x, middle + reach, middle - reach, color="0.5", alpha=0.2, lw=0, label=label)


def plot_linkage(
    result: LinkageCorrelation,
    *,
    line: LinkageLine,
    units: ProtectedUnits,
    delta: float,
    ax: Axes | None = None,
) -> Axes:
    """Draw a `LinkageFigure`: dots are protected units.

    Raises
    ------
    TypeError
        If `units` is not protected.
    ValueError
        If line and correlation are of different scores or waves, or the line is not that of
        protected units.

    Examples
    --------
    >>> import icx_research as icx
    >>> pair = {"internal": "internal_satisfaction", "external": "csat"}
    >>> linked = icx.link_study(icx.load_example("company"))
    >>> correlation = icx.linkage_correlations(linked, **pair)
    >>> units = icx.protect(linked)
    >>> line = icx.linkage_line(units, **pair)
    >>> ax = icx.plot_linkage(correlation, line=line, units=units, delta=0.15)
    >>> ax.get_ylabel()
    'Customer satisfaction (1–7, unit mean)'
    """
    return LinkageFigure(result, line, units, delta).plot(ax)
