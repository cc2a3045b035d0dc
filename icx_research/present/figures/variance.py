"""Where the differences between answers come from: shares of variance as stacked bars."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from icx_research.core.variance import VarianceComponents
from icx_research.present.drawing.row_axes import LABEL, label_rows, row_axes
from icx_research.present.drawing.wrapping import wrapped

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


def plot_variance_shares(shares: Any, *, ax: Axes | None = None) -> Axes:
    """Draw which share of the variance of a score lies where, one bar per score.

    Parameters
    ----------
    shares : result, or mapping of label to result
        Results of `variance_shares`, or of any analysis whose `.table` has the terms
        "rater", "client", "supplier", "dyad", "unit", "residual" with estimates that are
        shares; or `VarianceComponents` (unit and residual).
    ax : Axes, optional
        A new figure unless given, as high as the bars need.

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If there is nothing to draw, or a term is unknown.
    """
    table = share_table(shares)
    labels = list(dict.fromkeys(table["label"]))
    ax = row_axes(len(labels), row=0.42, around=0.9, ax=ax)
    for row, label in enumerate(labels):
        left = 0.0
        own = table[table["label"] == label]
        for term, drawn in zip(own["term"], own["drawn"], strict=True):
            _, colour, hatch = TERMS[term]
            ax.barh(row, drawn, 0.7, left, color=colour, hatch=hatch, edgecolor="white", lw=0.5)
            if drawn >= WRITTEN:
                ax.text(left + drawn / 2, row, f"{100 * drawn:.0f}", ha="center", va="center",
                        color="white" if colour in DARK else "black", fontsize=7,
                        bbox=_ground(colour, hatch))  # fmt: skip
            left += drawn
    label_rows(ax, [wrapped(label, width=LABEL, lines=2) for label in labels])
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")
    ax.set_xlabel("Share of the variance of a score (%)")
    used = [term for term in TERMS if term in set(table["term"])]
    keys = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="white", label=words)
        for words, colour, hatch in (TERMS[term] for term in used)
    ]
    ax.legend(
        handles=keys,
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=min(len(keys), 3),
        borderaxespad=0.2,
        columnspacing=1.0,
    )
    return ax


def _ground(colour: str, hatch: str) -> dict[str, Any] | None:
    """Keep numbers readable on hatched pieces."""
    if not hatch:
        return None
    return {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.8}


def share_table(shares: Any) -> pd.DataFrame:
    """Shares as they are drawn: `label`, `term`, `estimate`, limits, `drawn`.

    A negative estimate is drawn as nothing, and what is drawn is scaled to sum to 1.
    """
    named = shares if isinstance(shares, Mapping) else {"": shares}
    if not named:
        raise ValueError("plot_variance_shares needs at least 1 result; got none.")
    parts = []
    for label, result in named.items():
        rows = _terms(result)
        unknown = [term for term in rows["term"] if term not in TERMS]
        if unknown:
            raise ValueError(f"Terms must be among {', '.join(TERMS)}; got {unknown[0]!r}.")
        rows = rows.sort_values("term", key=lambda column: column.map(list(TERMS).index))
        drawn = rows["estimate"].fillna(0).clip(lower=0)
        total = drawn.sum()
        parts.append(rows.assign(label=label, drawn=drawn / total if total > 0 else 0.0))
    names = ["label", "term", "estimate", "ci_low", "ci_high", "drawn"]
    return pd.concat(parts, ignore_index=True)[names]


def _terms(result: Any) -> pd.DataFrame:
    if isinstance(result, VarianceComponents):
        share, low, high = result.icc_1, result.icc_1_low, result.icc_1_high
        return pd.DataFrame(
            {
                "term": ["unit", "residual"],
                "estimate": [share, 1 - share],
                "ci_low": [low, 1 - high],
                "ci_high": [high, 1 - low],
            }
        )
    table = result.table
    return table.reindex(columns=["term", "estimate", "ci_low", "ci_high"])


def variance_caption(shares: Any) -> str:
    """Say below the figure what the pieces are, with intervals for a single bar."""
    table = share_table(shares)
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


def variance_alt(shares: Any) -> str:
    """Describe the figure in words for those who do not see it."""
    table = share_table(shares)
    told = [
        f"{label + ': ' if label else ''}{'; '.join(map(_words, own.to_dict('records')))}"
        for label, own in table.groupby("label", sort=False)
    ]
    return f"Stacked bars of shares of variance. {'. '.join(told)}."


def _words(row: dict[str, Any]) -> str:
    text = f"{TERMS[row['term']][0]} {100 * row['estimate']:.0f}%"
    if np.isnan(row["ci_low"]):
        return text
    return f"{text} [{100 * row['ci_low']:.0f}, {100 * row['ci_high']:.0f}]"
