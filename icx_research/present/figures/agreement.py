"""How far raters of a unit agree, over all units: never a single one."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from icx_research.core.cutoffs import LOWEST_MIN_PERSONS, MIN_AGREEMENT, MIN_PERSONS, RWG_BANDS
from icx_research.core.errors import Blocked
from icx_research.measurement.agreement.within_group import WithinGroupAgreement

EDGES = np.arange(11) / 10
MIN_UNITS = LOWEST_MIN_PERSONS  # below, a bar would stand for one unit that can be guessed
LOOKS = ({"color": "C0"}, {"facecolor": "none", "edgecolor": "C1", "hatch": "////", "lw": 1.0})
SHORT = {"very strong": "very\nstrong"}


def plot_agreement(
    results: WithinGroupAgreement | Mapping[str, WithinGroupAgreement],
    *,
    min_persons: int = MIN_PERSONS,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many units have which agreement, under one or two null distributions.

    Parameters
    ----------
    results : WithinGroupAgreement, or up to two of them by name
        Of the same scale, such as `scale_agreement` gives.
    min_persons : int, default 10
        Units with fewer raters are left out.
    ax : Axes, optional
        A new figure unless given.

    Returns
    -------
    Axes
        A histogram with the bands of LeBreton and Senter (2008) and the limit of .70.

    Raises
    ------
    Blocked
        If fewer than five units have enough raters.
    ValueError
        If `results` is empty or holds more than two.
    """
    found = agreement_counts(results, min_persons=min_persons)
    if ax is None:
        ax = plt.subplots()[1]
    width = 0.1 / found.shape[1]
    limits = [0.0, *sorted(limit for limit, _ in RWG_BANDS), 1.0]
    names = ["none", *(name for _, name in sorted(RWG_BANDS))]
    top = max(float(found.to_numpy().max()), 1.0)
    for i, (low, high, name) in enumerate(zip(limits[:-1], limits[1:], names, strict=True)):
        ax.axvspan(low, high, color="0.96" if i % 2 else "0.90", lw=0, zorder=0)
        middle = (low + high) / 2
        ax.text(middle, 1.01, SHORT.get(name, name), ha="center", va="bottom", fontsize=7,
                transform=ax.get_xaxis_transform())  # fmt: skip
    for i, (null, counts) in enumerate(found.items()):
        there = counts[counts > 0]
        ax.bar(there.index + i * width, there, width, align="edge", zorder=2,
               label=f"{str(null).replace('_', ' ')} null", **LOOKS[i])  # fmt: skip
    ax.axvline(MIN_AGREEMENT, color="0.2", ls="--", lw=0.9, zorder=3)
    ax.text(MIN_AGREEMENT - 0.01, top * 1.12, ".70", ha="right", va="top", fontsize=7)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, top * 1.15)
    ax.set_xticks(EDGES[::2], ["0", ".2", ".4", ".6", ".8", "1"])
    ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("Agreement within a unit, $r_{WG(J)}$")
    ax.set_ylabel("Units")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.07), ncols=2, borderaxespad=0.2)
    return ax


def agreement_counts(
    results: WithinGroupAgreement | Mapping[str, WithinGroupAgreement],
    *,
    min_persons: int = MIN_PERSONS,
) -> pd.DataFrame:
    """Count units in steps of .1, a column per null distribution; few units are refused."""
    named = _named(results)
    shown = {name: _shown(result, min_persons) for name, result in named.items()}
    fewest = min(len(values) for values in shown.values())
    if fewest < MIN_UNITS:
        raise Blocked(
            f"{fewest} units have {min_persons} or more raters; a picture needs {MIN_UNITS}, so "
            "that no bar stands for a unit that can be guessed."
        )
    counts = {name: np.histogram(values, EDGES)[0] for name, values in shown.items()}
    return pd.DataFrame(counts, index=pd.Index(EDGES[:-1], name="from"))


def _named(
    results: WithinGroupAgreement | Mapping[str, WithinGroupAgreement],
) -> dict[str, WithinGroupAgreement]:
    named = dict(results) if isinstance(results, Mapping) else {results.null: results}
    if not 1 <= len(named) <= len(LOOKS):
        raise ValueError(f"plot_agreement draws 1 or 2 results, not {len(named)}.")
    return named


def _shown(result: WithinGroupAgreement, min_persons: int) -> np.ndarray:
    units = result.units
    values = units.loc[units["n"] >= min_persons, "rwg_j"].dropna().to_numpy(float)
    return np.round(values, 9)  # a value on an edge belongs above it, whatever its last digit


def agreement_caption(
    results: WithinGroupAgreement | Mapping[str, WithinGroupAgreement],
    *,
    min_persons: int = MIN_PERSONS,
) -> str:
    """Say below the figure what is counted, under which null distributions."""
    named = _named(results)
    first = next(iter(named.values()))
    told = []
    for name, result in named.items():
        values = _shown(result, min_persons)
        strong = 100 * float((values >= MIN_AGREEMENT).mean()) if len(values) else 0.0
        told.append(f"{strong:.0f}% under the {name.replace('_', ' ')} null")
    shown = len(_shown(first, min_persons))
    return (
        f"Agreement of the raters of a unit (rWG(J), {first.n_items} "
        f"{'item' if first.n_items == 1 else 'items'}) in {shown} of {first.n_units} units, those "
        f"with at least {min_persons} raters. At least .70 (James, 1982; dashed) have "
        f"{' and '.join(told)}. Bands: LeBreton and Senter (2008); labels, no pass mark."
    )


def agreement_alt(
    results: WithinGroupAgreement | Mapping[str, WithinGroupAgreement],
    *,
    min_persons: int = MIN_PERSONS,
) -> str:
    """Describe the figure in words for those who do not see it."""
    counts = agreement_counts(results, min_persons=min_persons)
    told = []
    for null, column in counts.items():
        steps = [f"{low:.1f} to {low + 0.1:.1f}: {n}" for low, n in column.items() if n]
        told.append(f"{str(null).replace('_', ' ')} null: {', '.join(steps)}")
    return f"Histogram of agreement, units in steps of a tenth. {'. '.join(told)}."
