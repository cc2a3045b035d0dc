"""Service quality by dimension: needed, expected and perceived, side by side."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from icx_research.present.drawing.figure import Figure, listed
from icx_research.present.drawing.item_rows import GAP, label_width
from icx_research.present.drawing.row_axes import LINE, column_beside, inches_of, label_rows
from icx_research.present.drawing.wrapping import wrapped
from icx_research.survey.instruments.servqual import SIDES, TOTALS, ServqualGap

# Marker, colour, filled, and distance from the middle of the row in lines.
MARKS = {
    "expectation": ("D", "C1", False, 0.0),
    "perception": ("o", "C0", True, 0.0),
    "need": ("^", "C2", True, 0.75),
}
LEAST_LINES = 2.4  # of a row: dots need room


@dataclass(frozen=True, repr=False, eq=False)
class ServqualFigure(Figure):
    """Expectation, perception and, where it was asked, need of each dimension.

    Attributes
    ----------
    result : ServqualGap
        Of `servqual_study` or `servqual_gap`.
    """

    result: ServqualGap
    name = "servqual"

    @property
    def source(self) -> pd.DataFrame:
        """Means and intervals of each part and dimension, and their distance."""
        return self.result.profile

    @property
    def caption(self) -> str:
        """Say what the means and intervals are, and what the gap is not."""
        gap = self.result
        level = gap.estimate.confidence_level
        *others, last = [side for side in SIDES if side in gap.levels]
        parts = [
            f"{', '.join(others).capitalize()} and {last} of internal service by dimension, means "
            f"of {gap.n_used} respondents with {100 * level:g}% intervals that take respondents as "
            "independent.",
            "P − E is the mean difference of perception and expectation, person by person, and "
            "descriptive only: it cannot tell worse service from higher expectations.",
        ]
        if gap.profile["estimate"].isna().any():
            parts.append(
                f"Withheld: fewer than {gap.min_persons} respondents, or all of one opinion."
            )
        return " ".join(parts)

    @property
    def alt(self) -> str:
        """Give the means of each dimension."""
        gap = self.result
        shown = gap.profile[gap.profile["part"].isin(MARKS)].dropna(subset="estimate")
        parts = [
            f"{gap.labels[str(name)]}: "
            + ", ".join(f"{row.part} {row.estimate:.2f}" for row in rows.itertuples())
            for name, rows in shown.groupby("dimension", sort=False)
        ]
        return f"Dots by dimension of service quality. {listed(parts)}."

    def _rows(self, inches: float) -> tuple[list[str], np.ndarray]:
        """Label every dimension, and say where its row begins and ends."""
        names = dict.fromkeys(self.result.profile["dimension"])
        labels = [wrapped(self.result.labels[name], width=label_width(inches)) for name in names]
        sizes = [max(label.count("\n") + 1 + GAP, LEAST_LINES) for label in labels]
        return labels, np.cumsum([0.0, *sizes])

    def _height(self, width: float) -> float:
        return float(self._rows(width)[1][-1]) * LINE + 0.9

    def _draw(self, ax: Axes) -> None:
        gap, profile = self.result, self.result.profile
        names = list(dict.fromkeys(profile["dimension"]))
        labels, edges = self._rows(inches_of(ax))
        places = [(top + bottom) / 2 for top, bottom in pairwise(edges)]
        wide = profile.set_index(["dimension", "part"])
        for name, place in zip(names, places, strict=True):
            _distance(ax, place, wide.loc[name])
        for part, (marker, colour, filled, shift) in MARKS.items():
            rows = profile[profile["part"] == part].set_index("dimension").reindex(names)
            if rows["estimate"].isna().all():
                continue
            reach = np.abs(rows[["ci_low", "ci_high"]].to_numpy().T - rows["estimate"].to_numpy())
            ax.errorbar(
                rows["estimate"],
                np.array(places) + shift,
                xerr=reach,
                fmt=marker,
                color=colour,
                markerfacecolor=colour if filled else "white",
                markersize=5,
                elinewidth=1,
                label=part,
                zorder=3,
            )
        bottom = float(edges[-1]) + (0.4 if "need" in gap.levels else 0)
        label_rows(
            ax, labels, places=places, bold=[name in TOTALS for name in names], bottom=bottom
        )
        low, high = gap.response_range
        ax.set_xlim(low - 0.02 * (high - low), high + 0.02 * (high - low))
        ax.set_xlabel(f"Mean answer ({low:g}–{high:g}, respondents)")
        distances = [_points(wide.loc[(name, "gap"), "estimate"]) for name in names]
        column_beside(ax, 30, places, distances, "P − E")
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, borderaxespad=1.8,
                  columnspacing=1.2, handletextpad=0.4)  # fmt: skip


def _distance(ax: Axes, place: float, parts: pd.DataFrame) -> None:
    ends = parts.loc[["perception", "expectation"], "estimate"]
    if ends.notna().all():
        ax.plot(ends, [place, place], color="0.85", lw=1.5, solid_capstyle="butt", zorder=1)


def _points(gap: float) -> str:
    return "withheld" if np.isnan(gap) else f"{gap + 0.0:+.2f}".replace("-", "−")


def plot_servqual(result: ServqualGap, *, ax: Axes | None = None) -> Axes:
    """Draw a `ServqualFigure`: a row per dimension, means with intervals over the range of answers.

    The grey bar between perception and expectation is their distance, which the column at the
    right gives in points; it is descriptive.

    Examples
    --------
    >>> from icx_research import load_example, plot_servqual, servqual_study
    >>> ax = plot_servqual(servqual_study(load_example("company")))
    >>> ax.get_xlabel()
    'Mean answer (1–7, respondents)'
    """
    return ServqualFigure(result).plot(ax)
