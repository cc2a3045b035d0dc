"""Reliability of scales as a forest: coefficients with their intervals."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from icx_research.core import apa
from icx_research.core.cutoffs import ADEQUATE_RELIABILITY
from icx_research.present.drawing.row_axes import LABEL, beside, label_rows, row_axes
from icx_research.present.drawing.wrapping import wrapped

MARKERS = ("o", "s", "^", "D", "v")
REACH = 0.22  # vertical distance of two coefficients of one scale, in rows
NAMES = {"alpha": "Cronbach's alpha", "omega_total": "McDonald's omega"}


def plot_reliability(
    table: pd.DataFrame, *, label: Callable[[str], str] = str, ax: Axes | None = None
) -> Axes:
    """Draw the reliability of each scale with its interval.

    Parameters
    ----------
    table : DataFrame
        Columns `scale`, `term`, `estimate`, `ci_low`, `ci_high`: a `reliability_overview`,
        or tables of results with a column `scale` added.
    label : callable
        Turns the name of a scale into the words of the figure, such as
        ``study.codebook.label``.
    ax : Axes, optional
        A new figure unless given, as high as the scales need.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If the table has no row.
    """
    if table.empty:
        raise ValueError("plot_reliability needs at least 1 row; the table has none.")
    scales, terms = list(dict.fromkeys(table["scale"])), list(dict.fromkeys(table["term"]))
    row = max(0.3, 0.16 * len(terms))
    ax = row_axes(len(scales), row=row, around=0.9, ax=ax)
    ax.axvline(ADEQUATE_RELIABILITY, color="0.3", lw=0.9, ls=":", zorder=1)
    for t, term in enumerate(terms):
        shift = REACH * (2 * t - len(terms) + 1)
        rows = table[table["term"] == term].set_index("scale").reindex(scales)
        places = np.arange(len(scales)) + shift
        ax.hlines(places, rows["ci_low"], rows["ci_high"], color=f"C{t}", lw=1.2, zorder=2)
        ax.plot(
            rows["estimate"],
            places,
            MARKERS[t % len(MARKERS)],
            color=f"C{t}",
            markerfacecolor=f"C{t}" if t == 0 else "white",
            label=NAMES.get(str(term), str(term).replace("_", " ")),
            zorder=3,
        )
        for place, found in zip(places, rows.itertuples(), strict=True):
            beside(ax, place, _numbers(found), fontsize=7, color=f"C{t}")
    label_rows(ax, [wrapped(label(str(scale)), width=LABEL, lines=2) for scale in scales])
    low = np.nanmin([*table["estimate"], *table["ci_low"], 0.5])
    ax.set_xlim(np.floor(10 * low) / 10, 1.0)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.1f}".replace("0.", "."))
    ax.set_xlabel("Reliability of the scale score")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(terms), borderaxespad=0.2)
    return ax


def _numbers(row: Any) -> str:
    if np.isnan(row.estimate):
        return "not assessable"
    text = apa.bounded(row.estimate)
    if np.isnan(row.ci_low):
        return text
    return f"{text} [{apa.bounded(row.ci_low)}, {apa.bounded(row.ci_high)}]"


def reliability_caption(table: pd.DataFrame, *, confidence_level: float = 0.95) -> str:
    """Say below the figure which coefficients and intervals are drawn, and of how many rows."""
    terms = [NAMES.get(str(t), str(t).replace("_", " ")) for t in dict.fromkeys(table["term"])]
    known, n_scales = table.dropna(subset="estimate"), table["scale"].nunique()
    parts = [
        f"{' and '.join(terms)} of {n_scales} {'scale' if n_scales == 1 else 'scales'} with "
        f"{100 * confidence_level:g}% intervals; the dotted line at "
        f"{apa.bounded(ADEQUATE_RELIABILITY)} is a convention (Nunnally, 1978), not a pass mark.",
    ]
    if "n" in known and len(known):
        low, high = (f"{n:.0f}" for n in (known["n"].min(), known["n"].max()))
        parts.append(f"Complete rows per scale: {low if low == high else f'{low} to {high}'}.")
    if len(known) < len(table):
        unknown = table.loc[table["estimate"].isna()]
        notes = [] if "note" not in unknown else list(filter(None, dict.fromkeys(unknown["note"])))
        why = "; ".join(str(note).rstrip(".") for note in notes)
        parts.append(f"Not assessable: {why or 'the answers do not allow the coefficient'}.")
    return " ".join(parts)


def reliability_alt(table: pd.DataFrame, *, label: Callable[[str], str] = str) -> str:
    """Describe the figure in words for those who do not see it."""
    told = [
        f"{label(str(row.scale))}: {str(row.term).replace('_', ' ')} {_numbers(row)}"
        for row in table.itertuples()
    ]
    return f"Dots with intervals, one row per scale. {'; '.join(told)}."
