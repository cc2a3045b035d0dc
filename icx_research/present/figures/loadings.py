"""Loadings as a heat map that can be read without its colours."""

from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from icx_research.core import apa
from icx_research.core.cutoffs import NOTABLE_LOADING
from icx_research.measurement.exploratory.factor_analysis import FactorAnalysis
from icx_research.present.drawing.colours import HIGH, LOW, ink
from icx_research.present.drawing.row_axes import label_rows, row_axes
from icx_research.present.drawing.wrapping import wrapped

# Negative, none, positive.
SHADES = LinearSegmentedColormap.from_list("loadings", [LOW, "#FFFFFF", HIGH])
CELL = 0.34  # inches of a cell that holds a number of 8 points


def plot_loadings(
    result: FactorAnalysis, *, label: Callable[[str], str] = str, ax: Axes | None = None
) -> Axes:
    """Draw the loadings of items on factors, each with its value.

    Parameters
    ----------
    result : FactorAnalysis
    label : callable
        Turns the name of an item into the words of the figure.
    ax : Axes, optional
        A new figure unless given, as high as the items need.

    Returns
    -------
    Axes
        Items of the same factor stand together, the largest loading first; the last
        column holds the communalities.
    """
    table = result.sorted_loadings
    items, factors = list(table.index), list(result.loadings.columns)
    labels = [wrapped(label(str(item)), width=40, lines=2) for item in items]
    lines = max(text.count("\n") + 1 for text in labels)
    ax = row_axes(len(items), row=0.17 if lines == 1 else 0.29, around=0.5, ax=ax)
    values = result.loadings.loc[items].to_numpy()
    q = len(factors)
    ax.imshow(values, cmap=SHADES, vmin=-1, vmax=1, aspect="auto", extent=_cells(q, len(items)))
    width = plt.rcParams["figure.figsize"][0] * 0.6 / (q + 1)
    size = float(np.clip(8 * width / CELL, 4.5, 8))
    for i, line in enumerate(values):
        for j, value in enumerate(line):
            ax.text(
                j,
                i,
                apa.bounded(float(value)),
                ha="center",
                va="center",
                fontsize=size,
                fontweight="bold" if abs(value) >= NOTABLE_LOADING else "normal",
                color=ink(SHADES((value + 1) / 2)),
            )
        communality = apa.bounded(float(table["communality"].iloc[i]))
        ax.text(q, i, communality, ha="center", va="center", fontsize=size)
    ax.set_xticks(range(q + 1), [*factors, "h²"], fontsize=min(8.0, size + 1))
    ax.set_xlim(-0.5, q + 0.5)
    ax.xaxis.tick_top()
    ax.tick_params(axis="x", length=0)
    label_rows(ax, labels)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    return ax


def _cells(q: int, k: int) -> tuple[float, float, float, float]:
    return -0.5, q - 0.5, k - 0.5, -0.5


def loadings_caption(result: FactorAnalysis) -> str:
    """Say below the figure how the factors were found and what they explain."""
    q = len(result.variance)
    share = 100 * float(result.variance["cumulative"].iloc[-1])
    parts = [
        f"Loadings of {len(result.loadings)} items on {q} {'factor' if q == 1 else 'factors'} "
        f"({result.method}, {'unrotated' if q == 1 else result.rotation}), which "
        f"{'explains' if q == 1 else 'explain'} {share:.0f}% of the variance; "
        f"{apa.bounded(NOTABLE_LOADING)} and more in bold; h²: communality.",
    ]
    if q > 1 and result.rotation in ("oblimin", "promax"):
        phi = result.factor_correlations.to_numpy()[np.triu_indices(q, 1)]
        low, high = apa.bounded(float(phi.min())), apa.bounded(float(phi.max()))
        span = low if low == high else f"{low} to {high}"
        parts.append(f"Correlations of the factors: {span}.")
    if result.note:
        parts.append(f"{result.note[0].upper()}{result.note[1:]}.")
    return " ".join([*parts, f"n = {result.n_used} complete rows."])


def loadings_alt(result: FactorAnalysis, *, label: Callable[[str], str] = str) -> str:
    """Describe the figure in words: each item with the factor it loads on most."""
    told = []
    for item, row in result.loadings.iterrows():
        factor = row.abs().idxmax()
        told.append(f"{label(str(item))}: {apa.bounded(float(row[factor]))} on {factor}")
    return f"Table of loadings shaded by size. Largest of each item: {'; '.join(told)}."
