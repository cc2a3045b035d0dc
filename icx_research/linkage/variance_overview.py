"""Every scale of a study: how much of its variance lies between units."""

import numpy as np

from icx_research.core.errors import Blocked, NotTestable
from icx_research.core.reduction import moments
from icx_research.core.variance import VarianceComponents, variance_components
from icx_research.survey.item_lists import scales_of
from icx_research.survey.items import scale_items
from icx_research.survey.study import Study


def variance_overview(
    study: Study, *, wave: str | None = None, confidence_level: float = 0.95
) -> dict[str, VarianceComponents]:
    """Split the variance of every scale score into units and persons.

    Parameters
    ----------
    study : Study
    wave : str, optional
        As for `scale_items`.
    confidence_level : float, default 0.95

    Returns
    -------
    dict of str to VarianceComponents
        By label of the scale, on one row per rater; for `plot_variance_shares`. Scales whose
        answers do not allow it are left out; `aggregation_overview` says why.

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
    """
    found = {}
    for _, scale in scales_of(study.codebook):
        try:
            raters = scale_items(study, scale.name, wave=wave, keys="unit")
        except (NotTestable, Blocked):
            continue
        items = list(scale.items)
        score = raters[items].mean(axis=1, skipna=False)
        rows = raters[["unit"]].assign(score=score)
        parts = variance_components(
            moments(rows, ["score"], by="unit"), confidence_level=confidence_level
        )
        if not np.isnan(parts.icc_1):
            label = scale.label if scale.label not in found else f"{scale.label} ({scale.name})"
            found[label] = parts
    if not found:
        raise NotTestable("no scale has two units that differ, and two raters in one of them.")
    return found
