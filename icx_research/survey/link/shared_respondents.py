"""Unit means of two scores whose errors are related, because the same persons answered."""

from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.moments import GroupedMoments
from icx_research.core.reduction import moments
from icx_research.survey.link.linking import LinkedUnits
from icx_research.survey.units.aggregation import UnitScores


@dataclass(frozen=True, eq=False)
class SharedError:
    """What the same respondents bring into two unit scores.

    Attributes
    ----------
    covariance : array
        Covariance of the sampling errors of the two scores, per row of the linked units.
    variance : array
        Squared standard error of each of these covariances.
    note : str
        Why they are not known although the respondents may be the same; else empty.
    """

    covariance: np.ndarray
    variance: np.ndarray
    note: str = ""


def shared_error(linked: LinkedUnits, first: str, second: str) -> SharedError | None:
    r"""Find what the mood of the same respondents does to two scores of linked units.

    Parameters
    ----------
    linked : LinkedUnits
    first, second : str
        Scores.

    Returns
    -------
    SharedError or None
        None where different persons gave the two scores.

    Notes
    -----
    Scores are of the same persons if they stand in the same file, or on the same side of
    the link (internal ratings and employees' answers) with named respondents. With
    :math:`n_{xy}` of a client unit's :math:`n_x` and :math:`n_y` respondents in common,
    the errors of its two means covary by :math:`n_{xy} s_{xy} / (n_x n_y)`, and those of
    a serving unit by the sum of these over its client units, times both weights. The
    sampling variance of :math:`s_{xy}` is :math:`(s_x^2 s_y^2 + s_{xy}^2) / (n_{xy} - 1)`.
    """
    one, two = (_holding(linked, name) for name in (first, second))
    if one is None or two is None or not _same_persons(one, two):
        return None
    nothing = np.full(len(linked.table), np.nan)
    if one.persons is None or two.persons is None:
        reason = "both scores are published figures and may be of the same respondents"
        return SharedError(nothing, nothing, reason)
    if one is not two and not all("respondent" in scores.source.keys for scores in (one, two)):
        reason = "both scores may be of the same respondents, who are not named"
        return SharedError(nothing, nothing, reason)
    sides = {scores.source.name == "external" for scores in (one, two)}
    if (
        len(sides) == 2
        and (linked.crosswalk["client_unit"] != linked.crosswalk["serving_unit"]).any()
    ):
        reason = "both scores may be of the same respondents, whose units differ between the scores"
        return SharedError(nothing, nothing, reason)
    cells = _within(one, two, first, second)
    weights = _weights(linked, one, first).merge(
        _weights(linked, two, second), on=["unit", "wave", "client_unit"], suffixes=("_x", "_y")
    )
    merged = weights.merge(cells, on=["client_unit", "wave"])
    factor = merged["share_x"] * merged["share_y"] * merged["n"] / (merged["n_x"] * merged["n_y"])
    merged["covariance"] = factor * merged["cov"]
    merged["variance"] = factor**2 * merged["cov_variance"]
    total = merged.groupby(["unit", "wave"])[["covariance", "variance"]].sum()
    rows = pd.MultiIndex.from_frame(linked.table[["unit", "wave"]])
    found = total.reindex(rows).fillna(0.0)
    return SharedError(found["covariance"].to_numpy(), found["variance"].to_numpy())


def _holding(linked: LinkedUnits, name: str) -> UnitScores | None:
    return next((scores for scores in linked.scores if name in scores.scales), None)


def _same_persons(one: UnitScores, two: UnitScores) -> bool:
    if one.source.name == two.source.name:
        return True
    if "outcomes" in (one.source.name, two.source.name):
        return False
    inside = ("internal", "employees")
    if one.source.name in inside and two.source.name in inside:
        return True
    return one.source.file is not None and one.source.file == two.source.file


def _within(one: UnitScores, two: UnitScores, first: str, second: str) -> pd.DataFrame:
    """Covariance of the persons who gave both scores, per client unit and internal wave."""
    keys = ["unit", "wave", "respondent"]
    left = nw.from_native(one.persons, eager_only=True).select(*keys, nw.col(first).alias("_x"))
    right = nw.from_native(two.persons, eager_only=True).select(*keys, nw.col(second).alias("_y"))
    cells = moments(
        left.join(right, on=keys, how="inner").to_native(), ["_x", "_y"], by=["unit", "wave"]
    )
    cov, spread = _pooled_where_single(cells)
    n = cells.n.astype(float)
    keys_found: list[Any] = list(cells.groups)
    return pd.DataFrame(
        {
            "client_unit": [key[0] for key in keys_found],
            "wave": [key[1] for key in keys_found],
            "n": n,
            "cov": cov,
            "cov_variance": (spread + cov**2) / np.maximum(n - 1, 1),
        }
    )


def _pooled_where_single(cells: GroupedMoments) -> tuple[np.ndarray, np.ndarray]:
    """Covariance and product of the variances per unit; pooled where one person answered."""
    n = cells.n.astype(float)
    pooled = cells.sscp.sum(axis=0) / max(float((n - 1).sum()), 1.0)
    parts = np.where((n >= 2)[:, None, None], np.nan_to_num(cells.cov), pooled)
    return parts[:, 0, 1], parts[:, 0, 0] * parts[:, 1, 1]


def _weights(linked: LinkedUnits, scores: UnitScores, name: str) -> pd.DataFrame:
    """Share of each client unit in the score of the serving units, and its respondents."""
    own = scores.table[scores.table["scale"] == name]
    own = own[["unit", "wave", "n"]].rename(columns={"unit": "client_unit"})
    crosswalk = linked.crosswalk.rename(columns={"serving_unit": "unit"})
    wave = ["wave"] if "wave" in crosswalk else []
    if scores.source.name == "external":  # its units are the serving units already
        serving = crosswalk[["unit", "client_unit", *wave]]
        joined = serving.merge(own.rename(columns={"client_unit": "unit"}), on=["unit", *wave])
        return joined.assign(share=1.0)
    joined = crosswalk.merge(own, on=["client_unit", *wave])
    total = joined.groupby(["unit", "wave"])["weight"].transform("sum")
    return joined.assign(share=joined["weight"] / total).drop(columns="weight")
