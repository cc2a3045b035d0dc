"""Where the differences between answers come from: shares of variance as stacked bars."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from icx_research.present.drawing.figure import Figure, listed, refuse_unless_allowed
from icx_research.present.drawing.row_axes import LABEL, label_rows
from icx_research.present.drawing.wrapping import wrapped
from icx_research.scales.variance import Parts, VarianceOverview, share_rows

# In the order they are drawn, with their words, colour and hatching.
TERMS = {
    "rater": ("rater", "C0", ""),
    "client": ("client unit", "C1", "////"),
    "unit": ("unit", "C5", "xxxx"),
    "supplier": ("supplier unit", "C2", "\\\\\\\\"),
    "dyad": ("client × supplier", "C4", "...."),
    "residual": ("residual", "0.85", ""),
}
WRITTEN = 0.06  # share of the width that a piece must have to hold its number
DARK = ("C0",)  # colours on which numbers are white
# Behind a number, to keep it readable on a hatched piece.
GROUND = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.8}

Shares = VarianceOverview | Parts | Mapping[str, Parts]


@dataclass(frozen=True, repr=False, eq=False)
class VarianceFigure(Figure):
    """Which share of the variance of a score lies where, one bar per score.

    Attributes
    ----------
    result : VarianceOverview, VarianceShares, VarianceComponents, or mapping of label to them
        The table of any other result will do, if its terms are "rater", "client", "supplier",
        "dyad", "unit", "residual" and its estimates are shares.
    """

    result: Shares
    name = "variance"

    @property
    def source(self) -> pd.DataFrame:
        """Shares as they are drawn: `label`, `term`, `estimate`, limits, `drawn`.

        A negative estimate is drawn as nothing, and what is drawn is scaled to sum to 1.
        """
        parts = []
        for label, rows in self._bars.items():
            unknown = [term for term in rows["term"] if term not in TERMS]
            if unknown:
                raise ValueError(f"Terms must be among {', '.join(TERMS)}; got {unknown[0]!r}.")
            rows = rows.sort_values("term", key=lambda column: column.map(list(TERMS).index))
            drawn = rows["estimate"].fillna(0).clip(lower=0)
            total = drawn.sum()
            parts.append(rows.assign(label=label, drawn=drawn / total if total > 0 else 0.0))
        if not parts:
            raise ValueError("VarianceFigure needs at least 1 result; got none.")
        names = ["label", "term", "estimate", "ci_low", "ci_high", "drawn"]
        return pd.concat(parts, ignore_index=True)[names]

    @property
    def caption(self) -> str:
        """Say what the pieces are, with intervals for a single bar."""
        table = self.source
        parts = [
            "Where the variance of single scores lies, in percent; pieces below "
            f"{100 * WRITTEN:.0f} percent bear no number."
        ]
        if len(table["label"].unique()) == 1:
            parts.append(
                f"Estimates with 95% intervals: {'; '.join(map(_words, table.to_dict('records')))}."
            )
        if (table["estimate"] < 0).any():
            parts.append("Negative estimates are drawn as nothing.")
        return " ".join(parts)

    @property
    def alt(self) -> str:
        """Give the pieces of each bar."""
        bars = [
            f"{label + ': ' if label else ''}{', '.join(map(_words, own.to_dict('records')))}"
            for label, own in self.source.groupby("label", sort=False)
        ]
        return f"Stacked bars of shares of variance. {listed(bars)}."

    @property
    def _bars(self) -> Mapping[str, pd.DataFrame]:
        named = self.result
        if isinstance(named, VarianceOverview):
            refuse_unless_allowed(named)
            named = {named.label(name): own for name, own in named.results.items()}
        named = named if isinstance(named, Mapping) else {"": named}
        return {label: share_rows(own) for label, own in named.items()}

    def _height(self, width: float) -> float:
        return 0.42 * len(self._bars) + 0.9

    def _draw(self, ax: Axes) -> None:
        table = self.source
        labels = list(dict.fromkeys(table["label"]))
        for row, label in enumerate(labels):
            left = 0.0
            own = table[table["label"] == label]
            for term, drawn in zip(own["term"], own["drawn"], strict=True):
                _, colour, hatch = TERMS[term]
                ax.barh(row, drawn, 0.7, left, color=colour, hatch=hatch, edgecolor="white", lw=0.5)
                if drawn >= WRITTEN:
                    ax.text(left + drawn / 2, row, f"{100 * drawn:.0f}", ha="center", va="center",
                            color="white" if colour in DARK else "black", fontsize=7,
                            bbox=GROUND if hatch else None)  # fmt: skip
                left += drawn
        label_rows(ax, [wrapped(label, width=LABEL, lines=2) for label in labels])
        ax.set_xlim(0, 1)
        ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")
        ax.set_xlabel("Share of the variance of a score (%)")
        keys = [
            Patch(facecolor=colour, hatch=hatch, edgecolor="white", label=words)
            for term, (words, colour, hatch) in TERMS.items()
            if term in set(table["term"])
        ]
        ax.legend(
            handles=keys,
            loc="lower right",
            bbox_to_anchor=(1, 1),
            ncols=min(len(keys), 3),
            borderaxespad=0.2,
            columnspacing=1.0,
        )


def _words(row: dict[str, Any]) -> str:
    text = f"{TERMS[row['term']][0]} {100 * row['estimate']:.0f}%"
    if np.isnan(row["ci_low"]):
        return text
    return f"{text} [{100 * row['ci_low']:.0f}, {100 * row['ci_high']:.0f}]"


def plot_variance_shares(result: Shares, *, ax: Axes | None = None) -> Axes:
    """Draw a `VarianceFigure`: one bar per score, as high as the bars need.

    Examples
    --------
    >>> from icx_research import load_example, plot_variance_shares, variance_overview
    >>> ax = plot_variance_shares(variance_overview(load_example("company")))
    >>> ax.get_xlabel()
    'Share of the variance of a score (%)'
    """
    return VarianceFigure(result).plot(ax)
