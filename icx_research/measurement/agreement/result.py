"""What a judgement of unit means answers: sizes, labels, gate."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.display import table_html
from icx_research.core.results import TABLE_COLUMNS, Result
from icx_research.measurement.agreement.gate import BLOCKED, USES, display_gate, linkage_gate
from icx_research.measurement.agreement.labels import agreement_label, icc_1_label, icc_2_label


@dataclass(frozen=True, repr=False)
class AggregationSupport(Result):
    """ICC(1), ICC(2) and r_WG(J) of several scales.

    Attributes
    ----------
    scales : DataFrame, one row per scale
        `n_items`, `n_units`, `n` (raters), `n_dropped` (rows without unit or all answers),
        `average_size`, `statistic`, `p_value` (F test that units do not differ), `icc_1`,
        `icc_2` with `_low` and `_high`, and per null distribution `rwg_j_<null>` (median over
        units) and `strong_<null>` (share of units of at least .70), `rwg_j_star` (median,
        first null).
    unit_sizes : DataFrame, units x scales
        Raters per unit; 0 where a unit has none for that scale.
    min_persons : int
        Raters a unit needs for its mean to be shown.
    confidence_level : float
    n_used, n_dropped : int
        Rows with all answers of at least one scale, and rows left out.
    note : str
    """

    scales: pd.DataFrame
    unit_sizes: pd.DataFrame
    min_persons: int
    confidence_level: float
    n_used: int
    n_dropped: int
    note: str

    @property
    def labels(self) -> pd.DataFrame:
        """What the literature calls these sizes (LeBreton & Senter, 2008): labels, see `gate`."""
        nulls = [name for name in self.scales if name.startswith("rwg_j_") and name != "rwg_j_star"]
        return pd.DataFrame(
            {
                "icc_1": self.scales["icc_1"].map(icc_1_label),
                "icc_2": self.scales["icc_2"].map(icc_2_label),
                **{name: self.scales[name].map(agreement_label) for name in nulls},
            }
        )

    @property
    def gate(self) -> pd.DataFrame:
        """What each scale's unit means may be used for: scale, use, verdict, reason.

        Verdicts are "allowed", "warned" and "blocked"; see `allows`.
        """
        rows = []
        for scale, row in self.scales.iterrows():
            sizes = self.unit_sizes[scale].to_numpy()
            sizes = sizes[sizes > 0]
            linkage = linkage_gate(row, sizes)
            display = display_gate(sizes, min_persons=self.min_persons, linkage=linkage)
            for use, gate in zip(USES, (linkage, display), strict=True):
                rows.append((scale, use, gate.verdict, gate.reason))
        return pd.DataFrame(rows, columns=["scale", "use", "verdict", "reason"])

    def allows(self, use: Literal["linkage", "display"], *, scale: str | None = None) -> bool:
        """Whether unit means may be used, of one scale or of all.

        Parameters
        ----------
        use : {"linkage", "display"}
            "linkage": in an estimate. "display": shown, in a figure or table of units.
        scale : str, optional

        Returns
        -------
        bool
            False for "linkage" only where the estimated variance between units is not
            positive: unit means then differ by chance, and there is nothing to correct for.
            False for "display" only where fewer than two units have `min_persons` raters.
            Low ICC(1), ICC(2) or r_WG(J), an F test that is not significant and units of one
            rater warn (`gate` says so) but never forbid: a low ICC(2) attenuates a correlation,
            which can be corrected and shown. What cannot be estimated at all never gets here:
            `aggregation_support` refuses it.

        Raises
        ------
        ValueError
            If the use or the scale is unknown.
        """
        if use not in USES:
            raise ValueError(f"use must be 'linkage' or 'display', not {use!r}.")
        if scale is not None and scale not in self.scales.index:
            raise ValueError(f"scale must be one of {list(self.scales.index)}, not {scale!r}.")
        gate = self.gate
        asked = (gate["use"] == use) & (True if scale is None else gate["scale"] == scale)
        return not (gate.loc[asked, "verdict"] == BLOCKED).any()

    @property
    def table(self) -> pd.DataFrame:
        """One row per scale and coefficient, named `coefficient:scale`."""
        rows = []
        for scale, row in self.scales.iterrows():
            for name in row.index:
                if name not in ("icc_1", "icc_2") and not name.startswith("rwg_j"):
                    continue
                interval = {
                    f"ci_{end}": row.get(f"{name}_{end}", np.nan) for end in ("low", "high")
                }
                if name.endswith(("_low", "_high")):
                    continue
                test = {key: row[key] for key in ("statistic", "p_value") if name == "icc_1"}
                rows.append(
                    {"term": f"{name}:{scale}", "estimate": row[name], **interval, **test}
                    | {"n": int(row["n"])}
                )
        table = pd.DataFrame(rows)
        return table[[name for name in TABLE_COLUMNS if name in table]]

    def to_apa(self) -> str:
        """Range of each coefficient over the scales."""
        parts = []
        for name, shown in (("icc_1", "ICC(1)"), ("icc_2", "ICC(2)")):
            parts.append(_span(shown, self.scales[name]))
        first = next(name for name in self.scales if name.startswith("rwg_j_"))
        null = first.removeprefix("rwg_j_").replace("_", " ")
        parts.append(_span("median rWG(J)", self.scales[first]) + f" ({null} null)")
        return f"{apa.counted(len(self.scales), 'scale')}: {', '.join(parts)}, n = {self.n_used}"

    def _repr_html_(self) -> str:
        return table_html(self.scales.reset_index())


def _span(name: str, values: pd.Series) -> str:
    low, high = apa.bounded(values.min()), apa.bounded(values.max())
    return f"{name} {low}" if low == high else f"{name} {low} to {high}"
