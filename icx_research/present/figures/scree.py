"""The scree with parallel analysis: eigenvalues beside those of unrelated items."""

from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from icx_research.core import apa
from icx_research.measurement.exploratory.parallel import ParallelAnalysis
from icx_research.present.drawing.colours import COLOURS, FAINT
from icx_research.present.drawing.figure import Figure


@dataclass(frozen=True, repr=False, eq=False)
class ScreeFigure(Figure):
    """The eigenvalues of the items, and those that unrelated items would have.

    Attributes
    ----------
    result : ParallelAnalysis
    """

    result: ParallelAnalysis
    name = "scree"

    @property
    def source(self) -> pd.DataFrame:
        """Eigenvalues: observed, and mean and quantile of unrelated items."""
        return self.result.eigenvalues.rename_axis(self._kind).reset_index()

    @property
    def caption(self) -> str:
        """Say how many factors are suggested, and how."""
        result, n = self.result, self.result.n_factors
        null = "normal items" if result.null == "normal" else "the items, each column shuffled,"
        shaded = f"Shaded: the {n} that exceed it" if n else f"No {self._kind} exceeds it"
        shaded = "Shaded: the one that exceeds it" if n == 1 else shaded
        return (
            f"Eigenvalues of {apa.counted(len(result.eigenvalues), 'item')} (dots), with mean and "
            f"{100 * result.quantile:g}% quantile of {result.n_resamples} draws of unrelated "
            f"{null} of the same size (parallel analysis). {shaded}. n = {result.n_used} complete "
            "rows."
        )

    @property
    def alt(self) -> str:
        """Give the first eigenvalues, and how many exceed those of unrelated items."""
        values, n = self.result.eigenvalues["observed"], self.result.n_factors
        return (
            f"Falling line of {len(values)} eigenvalues, beginning "
            f"{', '.join(f'{value:.2f}' for value in values.iloc[:4])}; {n} of them "
            f"{'lies' if n == 1 else 'lie'} above the dashed line of unrelated items."
        )

    @property
    def _kind(self) -> str:
        return "component" if self.result.method == "pca" else "factor"

    def _draw(self, ax: Axes) -> None:
        result = self.result
        table = result.eigenvalues
        if result.n_factors:
            ax.axvspan(0.5, result.n_factors + 0.5, color=FAINT, lw=0, zorder=0)
        lines: dict[str, tuple[str, dict[str, Any]]] = {
            "observed": ("these items", {"color": COLOURS[0], "marker": "o", "zorder": 3}),
            "null_quantile": (f"{100 * result.quantile:g}% quantile, unrelated items",
                              {"color": COLOURS[1], "linestyle": "--"}),
            "null_mean": ("mean, unrelated items", {"color": "0.45", "linestyle": ":"}),
        }  # fmt: skip
        for name, (label, look) in lines.items():
            sns.lineplot(x=table.index, y=table[name].to_numpy(), label=label, estimator=None,
                         errorbar=None, legend=False, ax=ax, **look)  # fmt: skip
        ax.axhline(0, color="0.7", lw=plt.rcParams["axes.linewidth"], zorder=1)
        ax.set_xlim(0.5, len(table) + 0.5)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=12, integer=True, min_n_ticks=1))
        ax.set_xlabel(f"Number of the {self._kind}")
        reduced = "" if result.method == "pca" else " (reduced)"
        ax.set_ylabel(f"Eigenvalue of the correlations{reduced}")


def plot_scree(result: ParallelAnalysis, *, ax: Axes | None = None) -> Axes:
    """Draw a `ScreeFigure`: eigenvalues of the items beside those of unrelated items.

    Examples
    --------
    >>> import numpy as np
    >>> from icx_research import load_example, parallel_analysis, plot_scree, scale_items
    >>> csat = scale_items(load_example("company"), "csat")
    >>> rng = np.random.default_rng(1)
    >>> ax = plot_scree(parallel_analysis(csat, n_resamples=20, rng=rng))
    >>> ax.get_xlabel()
    'Number of the component'
    """
    return ScreeFigure(result).plot(ax)
