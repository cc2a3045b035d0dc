"""Loadings as a heat map that can be read without its colours."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from icx_research.core import apa
from icx_research.core.cutoffs import NOTABLE_LOADING
from icx_research.measurement.exploratory.factor_analysis import FactorAnalysis
from icx_research.present.drawing.colours import HIGH, LOW, ink
from icx_research.present.drawing.figure import Figure, listed
from icx_research.present.drawing.row_axes import inches_of, label_rows
from icx_research.present.drawing.wrapping import wrapped

# Negative, none, positive.
SHADES = LinearSegmentedColormap.from_list("loadings", [LOW, "#FFFFFF", HIGH])
CELL = 0.34  # inches of a cell that holds a number of 8 points


@dataclass(frozen=True, repr=False, eq=False)
class LoadingsFigure(Figure):
    """The loadings of items on factors, each with its value.

    Attributes
    ----------
    result : FactorAnalysis
    labels : mapping of str to str
        Words of the figure for the names of items.
    """

    result: FactorAnalysis
    labels: Mapping[str, str] = field(default_factory=dict)
    name = "loadings"

    @property
    def source(self) -> pd.DataFrame:
        """Loadings and communalities in the order of the figure."""
        return self.result.sorted_loadings.rename_axis("item").reset_index()

    @property
    def caption(self) -> str:
        """Say how the factors were extracted and what they explain."""
        result = self.result
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

    @property
    def alt(self) -> str:
        """Name for each item the factor it loads on most."""
        parts = []
        for item, row in self.result.loadings.iterrows():
            factor = row.abs().idxmax()
            parts.append(f"{self._label(item)}: {apa.bounded(float(row[factor]))} on {factor}")
        return f"Table of loadings shaded by size. Largest of each item: {listed(parts)}."

    def _label(self, item: object) -> str:
        return self.labels.get(str(item), str(item))

    @property
    def _row_labels(self) -> list[str]:
        items = self.result.sorted_loadings.index
        return [wrapped(self._label(item), width=40, lines=2) for item in items]

    def _height(self, width: float) -> float:
        labels = self._row_labels
        return len(labels) * (0.29 if "\n" in "".join(labels) else 0.17) + 0.5

    def _draw(self, ax: Axes) -> None:
        result = self.result
        table = result.sorted_loadings
        items, factors = list(table.index), list(result.loadings.columns)
        values = result.loadings.loc[items].to_numpy()
        q = len(factors)
        extent = (-0.5, q - 0.5, len(items) - 0.5, -0.5)
        ax.imshow(values, cmap=SHADES, vmin=-1, vmax=1, aspect="auto", extent=extent)
        width = inches_of(ax) * 0.6 / (q + 1)
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
        label_rows(ax, self._row_labels)
        for side in ("left", "bottom"):
            ax.spines[side].set_visible(False)


def plot_loadings(
    result: FactorAnalysis, *, labels: Mapping[str, str] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw a `LoadingsFigure`: items of the same factor together, the largest loading first.

    The last column holds the communalities.

    Examples
    --------
    >>> from icx_research import factor_analysis, load_example, plot_loadings, scale_items
    >>> csat = scale_items(load_example("company"), "csat")
    >>> ax = plot_loadings(factor_analysis(csat, n_factors=1))
    >>> [label.get_text() for label in ax.get_xticklabels()]
    ['F1', 'h²']
    """
    return LoadingsFigure(result, labels or {}).plot(ax)
