"""All that speaks for or against unit means, for every scale in one table."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from icx_research.core.cutoffs import LOWEST_MIN_PERSONS, MIN_AGREEMENT, MIN_PERSONS
from icx_research.core.results import (
    check_confidence_level,
)
from icx_research.core.threads import on_one_thread
from icx_research.core.variance import one_way
from icx_research.measurement.agreement.intraclass import check_units
from icx_research.measurement.agreement.null_variance import null_variance, response_options
from icx_research.measurement.agreement.result import AggregationSupport
from icx_research.measurement.agreement.units import RatedUnits, UnitRows, check_table
from icx_research.measurement.agreement.within_group import agreement, check_range, rwg_j

Range = tuple[float, float]


def aggregation_support(
    data: pd.DataFrame,
    *,
    scales: Mapping[str, Sequence[str]],
    unit: str,
    rater: str | None = None,
    supplier: str | None = None,
    response_range: Range | Mapping[str, Range],
    nulls: Sequence[str] = ("uniform", "slight_skew"),
    min_persons: int = MIN_PERSONS,
    confidence_level: float = 0.95,
) -> AggregationSupport:
    """Judge for every scale whether raters of a unit agree and units differ.

    Parameters
    ----------
    data : DataFrame
        One row per rater, or per rating: then name `rater`.
    scales : mapping of str to sequence of str
        Item columns of each scale; the score is their mean.
    unit : str
        Column. Rows without a unit or an answer of a scale are left out of that scale.
    rater : str, optional
        Column of raters who have several rows: the ICCs rest on the mean of each, r_WG(J) on
        single rows, since means differ less than its null distribution supposes.
    supplier : str, optional
        Column of what is rated: r_WG(J) of a unit is then the median over suppliers, see `rwg_j`.
        Needs `rater`.
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
        If a scale has no items or no range, `min_persons` is below 5, `supplier` is given without
        `rater`, or as for `icc_1` and
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
    if supplier is not None and rater is None:
        raise ValueError("aggregation_support needs rater where there is a supplier.")
    if rater is not None:
        return _of_single_ratings(
            data,
            members,
            spans,
            {"unit": unit, "rater": rater, "supplier": supplier},
            nulls,
            {"min_persons": min_persons, "confidence_level": confidence_level},
        )
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


def _of_single_ratings(
    data: pd.DataFrame,
    members: dict[str, list[str]],
    spans: Mapping[str, Range | None],
    roles: Mapping[str, str | None],
    nulls: Sequence[str],
    options: Mapping[str, Any],
) -> AggregationSupport:
    """Judge rater means by the ICCs, and single ratings by r_WG(J)."""
    unit, rater = str(roles["unit"]), str(roles["rater"])
    items = list(dict.fromkeys(name for names in members.values() for name in names))
    check_table(data, list(dict.fromkeys([unit, rater, *items])), analysis="aggregation_support")
    means = data.groupby([unit, rater], observed=True)[items].mean().reset_index(level=0)
    ranges = {scale: span for scale, span in spans.items() if span is not None}
    found = aggregation_support(
        means, scales=members, unit=unit, response_range=ranges, nulls=nulls, **options
    )
    table = found.scales.copy()
    for scale, names in members.items():
        for null in reversed(nulls):  # Lindell's belongs to the first
            single = rwg_j(
                data,
                items=names,
                unit=unit,
                supplier=roles["supplier"],
                response_range=ranges[scale],
                null=null,
            )
            table.loc[scale, f"rwg_j_{null}"] = single.median
            table.loc[scale, f"strong_{null}"] = single.share_strong
            table.loc[scale, "rwg_j_star"] = single.units["rwg_j_star"].median()
    lost = int(data[[unit, rater]].isna().any(axis=1).sum())
    return replace(found, scales=table, n_dropped=found.n_dropped + lost)


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
