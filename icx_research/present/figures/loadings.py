"""Loadings as a heat map that can be read without its colours."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from icx_research.core import apa
from icx_research.core.cutoffs import NOTABLE_LOADING
from icx_research.measurement.exploratory.factor_analysis import FactorAnalysis
from icx_research.present.drawing.colours import HIGH, LOW, ink
from icx_research.present.drawing.figure import Figure, heard
from icx_research.present.drawing.rows import LABELS, Rows, slot_inches, stacked
from icx_research.present.drawing.wrapping import inches_of

# Negative, none, positive.
SHADES = LinearSegmentedColormap.from_list("loadings", [LOW, "#FFFFFF", HIGH])
ROW, UPRIGHT = 1.4, 3.0  # lines of a row, and of one whose numbers stand upright


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
            f"Loadings of {apa.counted(len(result.loadings), 'item')} on "
            f"{apa.counted(q, 'factor')} ({result.method}, "
            f"{'unrotated' if q == 1 else result.rotation}), which "
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
        return heard("Table of loadings shaded by size. Largest of each item:", parts)

    def _label(self, item: object) -> str:
        return self.labels.get(str(item), str(item))

    def _upright(self, width: float) -> bool:
        """Tell whether the cells are too narrow for numbers that lie."""
        cell = (1 - LABELS) * width / (len(self.result.loadings.columns) + 1)
        return cell < 1.1 * inches_of("−.00", weight="bold")

    def _rows(self, width: float) -> Rows:
        labels = [self._label(item) for item in self.result.sorted_loadings.index]
        least = UPRIGHT if self._upright(width) else ROW
        return stacked([("", labels)], width=width, least=least, gap=0.4, lines=2)

    def _draw(self, ax: Axes) -> None:
        result, width = self.result, slot_inches(ax)
        table, rows = result.sorted_loadings, self._rows(width)
        values = result.loadings.loc[table.index]
        q, n = len(values.columns), len(values)
        rotation = 90 if self._upright(width) else 0
        sns.heatmap(
            values.to_numpy(float),
            cmap=SHADES,
            vmin=-1,
            vmax=1,
            annot=values.map(apa.bounded).to_numpy(),
            fmt="",
            annot_kws={"size": "medium", "rotation": rotation},
            cbar=False,
            ax=ax,
        )
        for text, value in zip(ax.texts, values.to_numpy().ravel(), strict=True):
            text.set_fontweight("bold" if abs(value) >= NOTABLE_LOADING else "normal")
            text.set_color(ink(SHADES((value + 1) / 2)))
        for row, communality in enumerate(table["communality"]):
            ax.text(q + 0.5, row + 0.5, apa.bounded(float(communality)), ha="center", va="center",
                    rotation=rotation)  # fmt: skip
        Rows([row + 0.5 for row in range(n)], rows.labels, n).label(ax)
        ax.set_xticks([at + 0.5 for at in range(q + 1)], [*values.columns, "h²"])
        ax.set_xlim(0, q + 1)
        ax.xaxis.tick_top()
        ax.tick_params(axis="both", length=0)
        ax.spines["bottom"].set_visible(False)


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
