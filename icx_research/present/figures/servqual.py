"""Service quality by dimension: needed, expected and perceived, side by side."""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from icx_research.present.drawing.colours import REST
from icx_research.present.drawing.figure import Figure, heard
from icx_research.present.drawing.marks import dots
from icx_research.present.drawing.rows import Rows, slot_inches, stacked
from icx_research.survey.instruments.servqual import SIDES, TOTALS, ServqualGap

# Series, filled, and distance from the middle of the row in lines.
MARKS = {"expectation": (1, False, 0.0), "perception": (0, True, 0.0), "need": (2, True, 0.75)}
ROW = 2.4  # lines: dots need room


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
        return heard("Dots by dimension of service quality", parts)

    def _rows(self, width: float) -> Rows:
        names = list(dict.fromkeys(self.result.profile["dimension"]))
        labels = [self.result.labels[name] for name in names]
        bold = [row for row, name in enumerate(names) if name in TOTALS]
        return stacked([("", labels)], width=width, least=ROW, bold=bold)

    def _draw(self, ax: Axes) -> None:
        gap, profile, rows = self.result, self.result.profile, self._rows(slot_inches(ax))
        names = list(dict.fromkeys(profile["dimension"]))
        wide = profile.set_index(["dimension", "part"])
        for name, place in zip(names, rows.places, strict=True):
            _distance(ax, place, wide.loc[name])
        for part, (series, filled, shift) in MARKS.items():
            own = profile[profile["part"] == part].set_index("dimension").reindex(names)
            if own["estimate"].notna().any():
                places = [place + shift for place in rows.places]
                dots(ax, own, places, series=series, label=part, filled=filled)
        rows.label(ax)
        low, high = gap.response_range
        ax.set_xlim(low - 0.02 * (high - low), high + 0.02 * (high - low))
        ax.set_xlabel(f"Mean answer ({low:g}–{high:g}, respondents)")
        rows.columns(
            ax, {"P − E": [_points(wide.loc[(name, "gap"), "estimate"]) for name in names]}
        )


def _distance(ax: Axes, place: float, parts: pd.DataFrame) -> None:
    ends = parts.loc[["perception", "expectation"], "estimate"]
    if ends.notna().all():
        ax.plot(
            ends,
            [place, place],
            color=REST,
            lw=2 * plt.rcParams["lines.linewidth"],
            solid_capstyle="butt",
            zorder=1,
        )


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
