"""The scree with parallel analysis: eigenvalues beside those of unrelated items."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from icx_research.measurement.exploratory.parallel import ParallelAnalysis


def plot_scree(result: ParallelAnalysis, *, ax: Axes | None = None) -> Axes:
    """Draw the eigenvalues of the items, and those that unrelated items would have.

    Parameters
    ----------
    result : ParallelAnalysis
    ax : Axes, optional
        A new figure unless given.

    Returns
    -------
    Axes
    """
    if ax is None:
        ax = plt.subplots()[1]
    table, kind = result.eigenvalues, _kind(result)
    if result.n_factors:
        ax.axvspan(0.5, result.n_factors + 0.5, color="0.92", lw=0, zorder=0)
    drawn = f"{100 * result.quantile:g}% quantile, unrelated items"
    ax.plot(table.index, table["null_mean"], ":", color="0.45", label="mean, unrelated items")
    ax.plot(table.index, table["null_quantile"], "--", color="C1", label=drawn)
    ax.plot(table.index, table["observed"], "o-", color="C0", label="these items", zorder=3)
    ax.axhline(0, color="0.7", lw=0.5, zorder=1)
    ax.set_xlim(0.5, len(table) + 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=12, integer=True, min_n_ticks=1))
    ax.set_xlabel(f"Number of the {kind}")
    reduced = "" if result.method == "pca" else " (reduced)"
    ax.set_ylabel(f"Eigenvalue of the correlations{reduced}")
    ax.legend(loc="upper right")
    return ax


def scree_caption(result: ParallelAnalysis) -> str:
    """Say below the figure what is drawn and how many factors it suggests."""
    kind, n = _kind(result), result.n_factors
    null = "normal items" if result.null == "normal" else "the items, each column shuffled,"
    shaded = f"Shaded: the {n} that exceed it" if n else f"No {kind} exceeds it"
    shaded = "Shaded: the one that exceeds it" if n == 1 else shaded
    return (
        f"Eigenvalues of {len(result.eigenvalues)} items (dots), with mean and "
        f"{100 * result.quantile:g}% quantile of {result.n_resamples} draws of unrelated "
        f"{null} of the same size (parallel analysis). {shaded}. n = {result.n_used} complete rows."
    )


def scree_alt(result: ParallelAnalysis) -> str:
    """Describe the figure in words for those who do not see it."""
    first = ", ".join(f"{value:.2f}" for value in result.eigenvalues["observed"].iloc[:4])
    verb = "lies" if result.n_factors == 1 else "lie"
    return (
        f"Falling line of {len(result.eigenvalues)} eigenvalues, beginning {first}; "
        f"{result.n_factors} of them {verb} above the dashed line of unrelated items."
    )


def _kind(result: ParallelAnalysis) -> str:
    return "component" if result.method == "pca" else "factor"
