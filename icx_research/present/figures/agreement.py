"""How far raters of a unit agree, over all units: never a single one."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from icx_research.core import apa
from icx_research.core.cutoffs import LOWEST_MIN_PERSONS, MIN_AGREEMENT, MIN_PERSONS, RWG_BANDS
from icx_research.core.errors import Blocked
from icx_research.measurement.agreement.within_group import WithinGroupAgreement
from icx_research.present.drawing.colours import COLOURS
from icx_research.present.drawing.figure import Figure, heard, refuse_unless_allowed
from icx_research.scales.agreement import ScaleAgreement

EDGES = np.arange(11) / 10
MIN_UNITS = LOWEST_MIN_PERSONS  # below, a bar would stand for one unit that can be guessed
HATCHED = ("", "////")  # one for each null distribution, beside its colour
SHORT = {"very strong": "very\nstrong"}

Agreement = ScaleAgreement | WithinGroupAgreement | Mapping[str, WithinGroupAgreement]


@dataclass(frozen=True, repr=False, eq=False)
class AgreementFigure(Figure):
    """How many units have which agreement, under one or two null distributions.

    Attributes
    ----------
    result : ScaleAgreement, WithinGroupAgreement, or up to two of the latter by name
        Of the same scale.
    min_persons : int, default 10
        Units with fewer raters are left out; of a `ScaleAgreement` its study's threshold holds.

    Notes
    -----
    Fewer than five units with enough raters are refused.
    """

    result: Agreement
    min_persons: int = MIN_PERSONS
    _above = 2.8

    @property
    def name(self) -> str:
        """Name of its files."""
        scale = self.result.scale if isinstance(self.result, ScaleAgreement) else ""
        return f"agreement_{scale}".rstrip("_")

    @property
    def counts(self) -> pd.DataFrame:
        """Units in steps of .1, a column per null distribution; few units are refused."""
        agreement = self._agreement
        shown = {name: self._shown(result) for name, result in agreement.results.items()}
        fewest = min(len(values) for values in shown.values())
        if fewest < MIN_UNITS:
            raise Blocked(
                f"{fewest} units have {agreement.min_persons} or more raters; a picture needs "
                f"{MIN_UNITS}, so that no bar stands for a unit that can be guessed."
            )
        counts = {name: np.histogram(values, EDGES)[0] for name, values in shown.items()}
        return pd.DataFrame(counts, index=pd.Index(EDGES[:-1], name="from"))

    @property
    def source(self) -> pd.DataFrame:
        """Units in steps of .1, a column per null distribution."""
        return self.counts.reset_index()

    @property
    def caption(self) -> str:
        """Say what is counted, under which null distributions."""
        agreement, shares = self._agreement, []
        first = next(iter(agreement.results.values()))
        for name, result in agreement.results.items():
            values = self._shown(result)
            strong = 100 * float((values >= MIN_AGREEMENT).mean()) if len(values) else 0.0
            shares.append(f"{strong:.0f}% under the {name.replace('_', ' ')} null")
        title = f"{agreement.label(agreement.scale)}. " if agreement.scale else ""
        suppliers = ""
        if first.n_suppliers > 1:
            suppliers = f", single ratings, median over {first.n_suppliers} suppliers"
        return (
            f"{title}Agreement of the raters of a unit (rWG(J), "
            f"{apa.counted(first.n_items, 'item')}{suppliers}) in "
            f"{len(self._shown(first))} of {first.n_units} units, those with at least "
            f"{agreement.min_persons} raters. At least .70 "
            f"(James, 1982; dashed) have {' and '.join(shares)}. Bands: LeBreton and Senter "
            "(2008); labels, no pass mark."
        )

    @property
    def alt(self) -> str:
        """Count the units in every step."""
        parts = []
        for null, column in self.counts.items():
            steps = [f"{low:.1f} to {low + 0.1:.1f}: {n}" for low, n in column.items() if n]
            parts.append(f"{str(null).replace('_', ' ')} null: {', '.join(steps)}")
        return heard("Histogram of agreement, units in steps of a tenth", parts)

    @property
    def _agreement(self) -> ScaleAgreement:
        result = self.result
        if isinstance(result, ScaleAgreement):
            refuse_unless_allowed(result)
            return result
        named = result if isinstance(result, Mapping) else {result.null: result}
        if not 1 <= len(named) <= len(HATCHED):
            raise ValueError(f"AgreementFigure draws 1 or 2 results, not {len(named)}.")
        return ScaleAgreement(pd.DataFrame(), results=named, min_persons=self.min_persons)

    def _shown(self, result: WithinGroupAgreement) -> np.ndarray:
        units, least = result.units, self._agreement.min_persons
        values = units.loc[units["n"] >= least, "rwg_j"].dropna().to_numpy(float)
        return np.round(values, 9)  # a value on an edge belongs above it, whatever its last digit

    def _draw(self, ax: Axes) -> None:
        counts = self.counts
        _bands(ax)
        bars = counts.set_axis(range(counts.shape[1]), axis=1).melt(
            var_name="null", value_name="n", ignore_index=False
        )
        sns.histplot(
            x=bars.index + 0.05,
            weights=bars["n"].to_numpy(),
            hue=bars["null"].to_numpy(),
            bins=list(EDGES),
            multiple="dodge",
            shrink=0.9,
            alpha=1,
            palette=list(COLOURS[: counts.shape[1]]),
            edgecolor="white",
            legend=False,
            zorder=2,
            ax=ax,
        )
        for bars_of, hatch in zip(ax.containers, HATCHED[: counts.shape[1]][::-1], strict=True):
            for bar in bars_of:
                bar.set_hatch(hatch)
        ax.axvline(MIN_AGREEMENT, color="black", ls="--", zorder=3)
        top = max(float(counts.to_numpy().max()), 1.0)
        ax.text(MIN_AGREEMENT - 0.01, top * 1.14, ".70", ha="right", va="top")
        ax.set_xlim(0, 1)
        ax.set_ylim(0, top * 1.15)
        ax.set_xticks(EDGES[::2], ["0", ".2", ".4", ".6", ".8", "1"])
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("Agreement within a unit, rWG(J)")
        ax.set_ylabel("Units")

    def _keys(self, ax: Axes) -> list[Artist]:
        return [
            Patch(facecolor=colour, hatch=hatch, edgecolor="white",
                  label=f"{str(null).replace('_', ' ')} null")
            for null, colour, hatch in zip(self.counts, COLOURS, HATCHED, strict=False)
        ]  # fmt: skip


def _bands(ax: Axes) -> None:
    limits = [0.0, *sorted(limit for limit, _ in RWG_BANDS), 1.0]
    names = ["none", *(name for _, name in sorted(RWG_BANDS))]
    for i, (low, high, name) in enumerate(zip(limits[:-1], limits[1:], names, strict=True)):
        ax.axvspan(low, high, color="0.96" if i % 2 else "0.90", lw=0, zorder=0)
        middle = (low + high) / 2
        ax.text(middle, 1.01, SHORT.get(name, name), ha="center", va="bottom", linespacing=1.0,
                transform=ax.get_xaxis_transform())  # fmt: skip


def plot_agreement(
    result: Agreement, *, min_persons: int = MIN_PERSONS, ax: Axes | None = None
) -> Axes:
    """Draw an `AgreementFigure`: a histogram of units with the bands of LeBreton and Senter.

    Raises
    ------
    Blocked
        If fewer than five units have enough raters.

    Examples
    --------
    >>> from icx_research import load_example, plot_agreement, scale_agreement
    >>> ax = plot_agreement(scale_agreement(load_example("company"), "csat"))
    >>> ax.get_ylabel()
    'Units'
    """
    return AgreementFigure(result, min_persons).plot(ax)
