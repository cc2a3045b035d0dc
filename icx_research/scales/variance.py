"""Every scale of a study: where the variance of its score lies."""

import numpy as np

from icx_research.core.errors import REFUSALS, NotTestable
from icx_research.core.reduction import moments
from icx_research.core.variance import VarianceComponents, variance_components
from icx_research.measurement.crossed.shares import VarianceShares, variance_shares
from icx_research.survey.codebook.types import Scale
from icx_research.survey.scores.item_lists import scales_of
from icx_research.survey.scores.items import scale_items
from icx_research.survey.study.study import Study


def variance_overview(
    study: Study, *, wave: str | None = None, confidence_level: float = 0.95
) -> dict[str, VarianceComponents | VarianceShares]:
    """Split the variance of every scale score into units and persons, and suppliers if asked.

    Parameters
    ----------
    study : Study
    wave : str, optional
        As for `scale_items`.
    confidence_level : float, default 0.95

    Returns
    -------
    dict of str to VarianceComponents or VarianceShares
        By label of the scale, for `plot_variance_shares`. Scales the codebook's question
        names, where raters rate suppliers, are split four ways by `variance_shares`, on one
        row per rating; a rater of two client units counts as one in each. All others are
        split into units and persons, on one row per rater. Scales whose answers do not allow
        it are left out; `aggregation_overview` says why.

    Raises
    ------
    NotTestable
        If no table of the study holds respondents' answers, or no scale allows it.

    Examples
    --------
    >>> from icx_research import load_example
    >>> found = variance_overview(load_example("company"))
    >>> round(found["Customer satisfaction"].icc_1, 2)
    0.13
    >>> found["Internal satisfaction"].components["share"].round(2).to_dict()
    {'client': 0.08, 'supplier': 0.05, 'rater': 0.47, 'dyad': 0.07, 'residual': 0.32}
    """
    found: dict[str, VarianceComponents | VarianceShares] = {}
    question = study.codebook.question
    asked = (*question.internal, *question.external)
    for source, scale in scales_of(study.codebook):
        parts: VarianceComponents | VarianceShares | None = None
        if scale.name in asked and "supplier_unit" in source.roles:
            parts = _crossed(study, scale, wave, confidence_level)
        parts = parts or _one_way(study, scale, wave, confidence_level)
        if parts is not None:
            label = scale.label if scale.label not in found else f"{scale.label} ({scale.name})"
            found[label] = parts
    if not found:
        raise NotTestable("no scale has two units that differ, and two raters in one of them.")
    return found


def _crossed(
    study: Study, scale: Scale, wave: str | None, confidence_level: float
) -> VarianceShares | None:
    """Client units, suppliers, raters and their match, where the ratings can tell them apart."""
    keys = ["unit", "respondent", "supplier_unit"]
    try:
        rows = scale_items(study, scale.name, rows="rating", wave=wave, keys=keys, score=True)
        return variance_shares(
            rows.assign(rater=rows.groupby(["unit", "respondent"]).ngroup()),
            score=scale.name,
            client="unit",
            rater="rater",
            supplier="supplier_unit",
            confidence_level=confidence_level,
        )
    except REFUSALS:
        return None


def _one_way(
    study: Study, scale: Scale, wave: str | None, confidence_level: float
) -> VarianceComponents | None:
    """Units and the persons in them."""
    try:
        raters = scale_items(study, scale.name, wave=wave, keys="unit")
    except REFUSALS:
        return None
    score = raters[list(scale.items)].mean(axis=1, skipna=False)
    parts = variance_components(
        moments(raters[["unit"]].assign(score=score), ["score"], by="unit"),
        confidence_level=confidence_level,
    )
    return None if np.isnan(parts.icc_1) else parts
