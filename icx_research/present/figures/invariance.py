"""The ladder of measurement invariance against its named cut-offs."""

from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from icx_research.core import apa
from icx_research.core.cutoffs import CHEN_CFI, CHEN_RMSEA, CHEN_SRMR
from icx_research.measurement.invariance.result import InvarianceResult
from icx_research.present.drawing.colours import FAINT
from icx_research.present.drawing.figure import Figure, heard
from icx_research.present.drawing.marks import dots
from icx_research.present.drawing.rows import Rows, slot_inches, stacked

EQUAL = {
    "configural": "same form",
    "metric": "equal loadings",
    "scalar": "and intercepts",
    "strict": "and residuals",
}
INDICES = {"cfi": "ΔCFI", "rmsea": "ΔRMSEA", "srmr": "ΔSRMR"}
RULES = {
    "cheung_rensvold": "by the fall of CFI alone (not more than .010)",
    "chen": "by CFI together with RMSEA or SRMR",
    "chi_square": "by the test of χ² (5%)",
}
BEYOND = 3.0  # multiples of a cut-off from which on a change is drawn at the edge
SPREAD, ROW = 1.2, 4.0  # lines between the indices of a level, and of a row


@dataclass(frozen=True, repr=False, eq=False)
class InvarianceFigure(Figure):
    """How much each level of invariance worsens the fit, beside what counts as much.

    Attributes
    ----------
    result : InvarianceResult
    """

    result: InvarianceResult
    name = "invariance"

    @property
    def caption(self) -> str:
        """Say what is compared, by which cut-offs, and what follows."""
        result = self.result
        groups = ", ".join(map(str, result.groups))
        parts = [
            f"Measurement invariance over {len(result.groups)} groups ({groups}). Each level is "
            "compared with the one above. The dashed line marks the cut-offs of Chen (2007): ΔCFI "
            "−.010 (also that of Cheung and Rensvold, 2002), ΔRMSEA +.015, ΔSRMR +.030 (loadings) "
            "or +.010 (then). They are labels of the literature; χ² tests exact equality, which "
            "large samples reject for differences of no weight.",
            f"Highest level {RULES.get(result.rule, f'by the rule {result.rule}')}: "
            f"{result.highest_level or 'none'}.",
        ]
        if result.freed:
            parts.append(f"Free to differ: {', '.join(result.freed)}.")
        return " ".join([*parts, f"n = {result.n_used} rows."])

    @property
    def alt(self) -> str:
        """Give the changes of each level."""
        parts = [
            f"{row.level}: change of CFI {_signed(row.delta_cfi)}, of RMSEA "
            f"{_signed(row.delta_rmsea)}, of SRMR {_signed(row.delta_srmr)}"
            for row in self.result.table.itertuples()
            if not np.isnan(row.delta_cfi)
        ]
        return heard("One row per level of invariance", parts or ["No level is compared"])

    def _rows(self, width: float) -> Rows:
        labels = [f"{level} ({EQUAL[level]})" for level in self.result.table["level"]]
        return stacked([("", labels)], width=0.7 * width, least=ROW)

    def _draw(self, ax: Axes) -> None:
        table, rows = self.result.table, self._rows(slot_inches(ax))
        ax.axvspan(1, BEYOND + 1, color=FAINT, lw=0, zorder=0)
        ax.axvline(0, color="0.7", zorder=1)
        ax.axvline(1, color="0.3", ls="--", zorder=1)
        for i, (name, symbol) in enumerate(INDICES.items()):
            worse = multiples(table, name)
            drawn = worse.clip(-1, BEYOND)
            places = np.array(rows.places) + SPREAD * (i - 1)
            dots(ax, pd.DataFrame({"estimate": drawn}), list(places), series=i, label=symbol)
            changes = zip(drawn, places, worse, table[f"delta_{name}"], strict=True)
            for x, y, size, change in changes:
                if np.isnan(x):
                    continue
                arrow = " →" if size > BEYOND else ""
                ax.annotate(
                    f"{_signed(change)}{arrow}",
                    (x, y),
                    (0.7 * plt.rcParams["font.size"], 0),
                    textcoords="offset points",
                    va="center",
                    path_effects=[withStroke(linewidth=2, foreground="white")],
                    zorder=4,
                )
        rows.columns(ax, {"": [_test(row) for row in table.itertuples()]})
        rows.label(ax)
        ax.set_xlim(-1.15, BEYOND + 0.9)
        ax.set_xlabel("Change for the worse, in multiples of its cut-off")


def multiples(table: pd.DataFrame, name: str) -> pd.Series:
    """Divide the changes of one index for the worse by Chen's cut-off."""
    cutoffs = {"cfi": CHEN_CFI, "rmsea": CHEN_RMSEA, "srmr": table["level"].map(CHEN_SRMR)}
    return table[f"delta_{name}"] / cutoffs[name]


def _signed(change: float) -> str:
    sign = "" if round(change, 3) == 0 else "+" if change > 0 else "−"
    return f"{sign}{apa.bounded(abs(change), digits=3)}"


def _test(level: Any) -> str:
    if np.isnan(level.delta_cfi):
        return "\n".join(f"{name.upper()} {apa.bounded(getattr(level, name), digits=3)}"
                         for name in INDICES)  # fmt: skip
    p_value = apa.p_value(level.difference_p_value)
    return f"Δχ²({level.difference_df:.0f}) = {level.difference:.2f}\n{p_value}"


def plot_invariance(result: InvarianceResult, *, ax: Axes | None = None) -> Axes:
    """Draw an `InvarianceFigure`: one row per level.

    Changes of CFI, RMSEA and SRMR stand in multiples of their cut-offs, so that one line marks
    them all; to the right of it a level fits noticeably worse than the one above. The
    difference of chi-squares stands beside.

    Examples
    --------
    >>> from icx_research import load_example, plot_invariance, scale_invariance
    >>> ax = plot_invariance(scale_invariance(load_example("company"), "csat", across="wave"))
    >>> [label.get_text().split()[0] for label in ax.get_yticklabels()]
    ['configural', 'metric', 'scalar', 'strict']
    """
    return InvarianceFigure(result).plot(ax)
