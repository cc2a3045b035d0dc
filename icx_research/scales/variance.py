"""Every scale of a study: where the variance of its score lies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.errors import NotTestable
from icx_research.core.reduction import moments
from icx_research.core.variance import VarianceComponents, variance_components
from icx_research.measurement.crossed.shares import VarianceShares, variance_shares
from icx_research.scales.overview import ScalesOverview, asked_scales, tried
from icx_research.survey.codebook.types import Scale
from icx_research.survey.scores.item_lists import scales_of
from icx_research.survey.scores.items import scale_items
from icx_research.survey.study.study import Study

Parts = VarianceComponents | VarianceShares
ALIKE = "no two units that differ, with two raters in one of them"


@dataclass(frozen=True, repr=False, eq=False)
class VarianceOverview(ScalesOverview):
    """Where the variance of every scale score lies.

    Attributes
    ----------
    results : mapping of str to VarianceComponents or VarianceShares
        By name of the scale, those the answers allow.
    """

    results: Mapping[str, Parts] = field(default_factory=dict)
    topic = "Variance"
    columns = ("scale", "term", "estimate", "ci_low", "ci_high", "n", "note")
    types: ClassVar[dict[str, Any]] = {"n": "Int64"}

    def _sentences(self) -> str:
        shares = self.known[self.known["term"].isin(("unit", "client"))]
        least, most = (
            f"{100 * row['estimate']:.0f}% ({self.label(row['scale'])})"
            for row in (shares.loc[shares["estimate"].idxmin()],
                        shares.loc[shares["estimate"].idxmax()])
        )  # fmt: skip
        scales = apa.counted(len(shares), "scale")
        return f"Variance: of single answers on {scales}, {least} to {most} lies between units."


def variance_overview(
    study: Study, *, wave: str | None = None, confidence_level: float = 0.95
) -> VarianceOverview:
    """Split the variance of every scale score into units and persons, and suppliers if asked.

    Parameters
    ----------
    study : Study
    wave : str, optional
        As for `scale_items`.
    confidence_level : float, default 0.95

    Returns
    -------
    VarianceOverview
        Its `table` has a row per scale and piece of the variance: `scale`, `term`,
        `estimate` (share), `ci_low`, `ci_high`, `n` (rows), `note`; its `results` hold them by
        scale. Scales the codebook's question names, where raters rate suppliers, are split four
        ways by `variance_shares`, on one row per rating; a rater of two client units counts as
        one in each. All others are split into units and persons, on one row per rater. Where a
        scale's answers do not allow it, its note says why; where none does, the overview shows
        that refusal.

    Examples
    --------
    >>> from icx_research import load_example
    >>> results = variance_overview(load_example("company")).results
    >>> round(results["csat"].icc_1, 2)
    0.13
    >>> results["internal_satisfaction"].components["share"].round(2).to_dict()
    {'client': 0.08, 'supplier': 0.05, 'rater': 0.47, 'dyad': 0.07, 'residual': 0.32}
    """
    results: dict[str, Parts] = {}
    lines = _lines(study, wave, confidence_level, results)
    return VarianceOverview.of(study, lines, results=results)


def _lines(
    study: Study, wave: str | None, confidence_level: float, results: dict[str, Parts]
) -> Iterator[dict[str, Any]]:
    """Fill the results, and give their rows."""
    asked = asked_scales(study)
    for source, scale in scales_of(study.codebook):
        parts, note = None, ""
        if scale.name in asked and "supplier_unit" in source.roles:
            parts, note = tried(_crossed, study, scale, wave, confidence_level)
        if parts is None:
            parts, reason = tried(_one_way, study, scale, wave, confidence_level)
            note = reason or note
        if parts is None:
            yield {"scale": scale.name, "note": note}
            continue
        results[scale.name] = parts
        whole = {"scale": scale.name, "n": parts.n_used, "note": note}
        yield from (whole | row for row in share_rows(parts).to_dict("records"))
    if not results:
        raise NotTestable("no scale has two units that differ, and two raters in one of them.")


def share_rows(parts: Parts) -> pd.DataFrame:
    """Give the shares of a split with their limits: term, estimate, ci_low, ci_high."""
    columns = ["term", "estimate", "ci_low", "ci_high"]
    if isinstance(parts, VarianceComponents):
        share, low, high = parts.icc_1, parts.icc_1_low, parts.icc_1_high
        rows = [("unit", share, low, high), ("residual", 1 - share, 1 - high, 1 - low)]
        return pd.DataFrame(rows, columns=columns)
    return parts.table.reindex(columns=columns)


def _crossed(
    study: Study, scale: Scale, wave: str | None, confidence_level: float
) -> VarianceShares:
    """Client units, suppliers, raters and their match, where the ratings can tell them apart."""
    keys = ["unit", "respondent", "supplier_unit"]
    rows = scale_items(study, scale.name, rows="rating", wave=wave, keys=keys, score=True)
    return variance_shares(
        rows.assign(rater=rows.groupby(["unit", "respondent"]).ngroup()),
        score=scale.name,
        client="unit",
        rater="rater",
        supplier="supplier_unit",
        confidence_level=confidence_level,
    )


def _one_way(
    study: Study, scale: Scale, wave: str | None, confidence_level: float
) -> VarianceComponents:
    """Units and the persons in them."""
    raters = scale_items(study, scale.name, wave=wave, keys="unit")
    score = raters[list(scale.items)].mean(axis=1, skipna=False)
    parts = variance_components(
        moments(raters[["unit"]].assign(score=score), ["score"], by="unit"),
        confidence_level=confidence_level,
    )
    if np.isnan(parts.icc_1):
        raise NotTestable(ALIKE)
    return parts
