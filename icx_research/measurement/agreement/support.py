"""All that speaks for or against unit means, for every scale in one table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.cutoffs import LOWEST_MIN_PERSONS, MIN_AGREEMENT, MIN_PERSONS
from icx_research.core.display import table_html
from icx_research.core.results import (
    TABLE_COLUMNS,
    Result,
    check_confidence_level,
)
from icx_research.core.threads import on_one_thread
from icx_research.measurement.agreement.gate import BLOCKED, USES, display_gate, linkage_gate
from icx_research.measurement.agreement.intraclass import check_units
from icx_research.measurement.agreement.labels import (
    agreement_label,
    icc_1_label,
    icc_2_label,
)
from icx_research.measurement.agreement.null_variance import null_variance, response_options
from icx_research.measurement.agreement.one_way import one_way
from icx_research.measurement.agreement.units import RatedUnits, UnitRows
from icx_research.measurement.agreement.within_group import agreement, check_range

Range = tuple[float, float]


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


def aggregation_support(
    data: pd.DataFrame,
    *,
    scales: Mapping[str, Sequence[str]],
    unit: str,
    response_range: Range | Mapping[str, Range],
    nulls: Sequence[str] = ("uniform", "slight_skew"),
    min_persons: int = MIN_PERSONS,
    confidence_level: float = 0.95,
) -> AggregationSupport:
    """Judge for every scale whether raters of a unit agree and units differ.

    Parameters
    ----------
    data : DataFrame
        One row per rater: average a rater's several ratings first.
    scales : mapping of str to sequence of str
        Item columns of each scale; the score is their mean.
    unit : str
        Column. Rows without a unit or an answer of a scale are left out of that scale.
    response_range : (float, float), or a mapping of them by scale
        Lowest and highest possible answer.
    nulls : sequence of str, default ("uniform", "slight_skew")
        Distributions without agreement, see `null_variance`.
    min_persons : int, default 10
        Raters a unit needs for its mean to be shown; at least 5.
    confidence_level : float, default 0.95

    Returns
    -------
    AggregationSupport
        A gate: ``.allows("linkage")``, ``.allows("display")``, with reasons in ``.gate``.

    Raises
    ------
    ValueError
        If a scale has no items or no range, `min_persons` is below 5, or as for `icc_1` and
        `rwg_j`.

    Notes
    -----
    See `icc_1`, `icc_2` and `rwg_j`. The sizes of the literature are labels. Unit means are
    refused for an estimate only where units do not differ at all (ICC(1) of zero or below)
    and for display only where too few persons stand behind them; a low ICC(2) weakens a
    correlation of unit means, which can be shown and corrected: it is no reason to refuse one.

    References
    ----------
    LeBreton, J. M., & Senter, J. L. (2008). Answers to 20 questions about interrater
    reliability and interrater agreement. Organizational Research Methods, 11, 815-852.
    https://doi.org/10.1177/1094428106296642

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"unit": list("aaabbb"), "s1": [5, 5, 4, 1, 3, 2],
    ...                         "s2": [4, 4, 4, 2, 4, 3]})
    >>> aggregation_support(ratings, scales={"service": ["s1", "s2"]}, unit="unit",
    ...                     response_range=(1, 5)).scales["icc_1"].round(2).to_dict()
    {'service': 0.73}
    """
    check_confidence_level(confidence_level)
    if min_persons < LOWEST_MIN_PERSONS:
        raise ValueError(f"min_persons must be at least {LOWEST_MIN_PERSONS}, not {min_persons}.")
    if not scales or not nulls:
        raise ValueError("aggregation_support needs at least 1 scale and 1 null distribution.")
    members = {s: [i] if isinstance(i, str) else list(i) for s, i in scales.items()}
    spans = {
        s: response_range.get(s) if isinstance(response_range, Mapping) else response_range
        for s in scales
    }
    for scale, names in members.items():
        if not names or spans[scale] is None:
            raise ValueError(f"scale {scale!r} needs items and a response_range.")
    sorter = UnitRows(data, unit=unit, analysis="aggregation_support")
    everything = list(dict.fromkeys(name for names in members.values() for name in names))
    rated = sorter.rated(everything)
    if rated.n_dropped == 0:  # the usual case: all scales rest on the same rows
        table, used = _judge(rated, everything, members, spans, nulls, confidence_level), len(data)
        sizes = pd.DataFrame(
            np.repeat(rated.sizes[:, None], len(members), axis=1), rated.labels, list(members)
        )
    else:
        own = {s: sorter.rated(names) for s, names in members.items()}
        parts = [
            _judge(own[s], names, {s: names}, spans, nulls, confidence_level)
            for s, names in members.items()
        ]
        sizes = pd.DataFrame({s: pd.Series(rows.sizes, rows.labels) for s, rows in own.items()})
        table = pd.concat(parts)
        complete = [data[[unit, *names]].notna().all(axis=1) for names in members.values()]
        used = int(np.logical_or.reduce(complete).sum())
    return AggregationSupport(
        scales=table,
        unit_sizes=sizes.fillna(0).astype(int),
        min_persons=min_persons,
        confidence_level=confidence_level,
        n_used=used,
        n_dropped=len(data) - used,
        note="" if rated.n_dropped == 0 else "each scale rests on its own complete rows",
    )


@on_one_thread
def _judge(
    rated: RatedUnits,
    columns: list[str],
    members: dict[str, list[str]],
    spans: Mapping[str, Range | None],
    nulls: Sequence[str],
    confidence_level: float,
) -> pd.DataFrame:
    """Compute every coefficient of scales that rest on the same rows."""
    weights = np.zeros((len(columns), len(members)))
    options = []
    for s, (scale, names) in enumerate(members.items()):
        at = [columns.index(name) for name in names]
        weights[at, s] = 1 / len(names)
        span = spans[scale] or (0, 0)
        options.append(response_options(span))
        check_range(rated.answers[:, at], names, span, analysis="aggregation_support")
    n_items = (weights > 0).sum(axis=0)
    sizes, (item_mean, item_variance) = rated.sizes, rated.moments()
    mean, mean_variance = item_mean @ weights, item_variance @ weights
    variance, several = mean_variance.copy(), n_items > 1  # one item is its own score
    if several.any():
        variance[:, several] = rated.moments(rated.answers @ weights[:, several])[1]
    largest = np.abs(rated.answers).max(axis=0, initial=0) @ weights
    check_units(rated, mean, variance, largest, list(members), analysis="aggregation_support")
    found = one_way(sizes, mean, variance)
    size = found.n / found.n_units  # N / G, as icc_1 has it
    table = {
        "n_items": n_items,
        "n_units": found.n_units,
        "n": found.n,
        "n_dropped": rated.n_dropped,
        "average_size": size,
        "statistic": found.ratio,
        "p_value": found.p_value,
    }
    for name, limits in (
        ("icc_1", found.icc_1(size, confidence_level)),
        ("icc_2", found.icc_2(confidence_level)),
    ):
        table |= dict(zip((name, f"{name}_low", f"{name}_high"), limits, strict=True))
    within = mean_variance[sizes > 1]
    for null in nulls:
        of_null = np.array([null_variance(null, options=a) for a in options])
        rwg, star = agreement(within, n_items=n_items, variance=of_null)
        table[f"rwg_j_{null}"] = np.median(rwg, axis=0)
        table[f"strong_{null}"] = (rwg >= MIN_AGREEMENT).mean(axis=0)
        if "rwg_j_star" not in table:
            table["rwg_j_star"] = np.median(star, axis=0)
    return pd.DataFrame(table, index=pd.Index(list(members), name="scale"))


def _span(name: str, values: pd.Series) -> str:
    low, high = apa.bounded(values.min()), apa.bounded(values.max())
    return f"{name} {low}" if low == high else f"{name} {low} to {high}"
