"""Unit means of two scores whose errors are related, because the same persons answered."""

from dataclasses import dataclass

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.cutoffs import MIN_PERSONS
from icx_research.core.moments import GroupedMoments
from icx_research.core.reduction import moments
from icx_research.survey.link.linking import LinkedUnits
from icx_research.survey.study.frames import as_pandas
from icx_research.survey.units.aggregation import UnitScores

# How the respondents of two scores are related, where they are not different ones.
TAKEN_OUT, SAME, UNKNOWN = "taken out", "same", "unknown"
# Ids that two files share by numbering alone stand in different units; those of the same persons
# in linked ones.
LINKED_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class SharedError:
    """What the same respondents bring into two unit scores.

    Attributes
    ----------
    covariance : array
        Covariance of the sampling errors of the two scores, per row of the linked units.
    variance : array
        Squared standard error of each of these covariances.
    relation : str
        "taken out" where the respondents in common are known, else "same" or "unknown".
    note : str
        Who gave both scores, or why their share in the correlation is not known.
    """

    covariance: np.ndarray
    variance: np.ndarray
    relation: str = TAKEN_OUT
    note: str = "the same respondents gave both scores"


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
    Where both tables name their respondents, ids tell who gave both scores: an id in both that
    stands in linked units is one person (unless most ids do not: then they are alike by
    numbering). Where they cannot tell, `same_respondents` of the codebook does. With
    :math:`n_{xy}` of a client unit's :math:`n_x` and :math:`n_y` respondents in common,
    the errors of its two means covary by :math:`n_{xy} s_{xy} / (n_x n_y)`, and those of
    a serving unit by the sum of these over its client units, times both weights. The
    sampling variance of :math:`s_{xy}` is :math:`(s_x^2 s_y^2 + s_{xy}^2) / (n_{xy} - 1)`.
    """
    one, two = (_holding(linked, name) for name in (first, second))
    if one is None or two is None or "outcomes" in (one.source.name, two.source.name):
        return None
    across = (one.source.name == "external") != (two.source.name == "external")
    declared = linked.codebook.same_respondents if across else ""
    if declared == "different":
        return None
    if one.persons is None or two.persons is None or not _named(one, two):
        relation, note = _unknown_relation(one, two, across, declared)
        nothing = np.full(len(linked.table), np.nan)
        return SharedError(nothing, nothing, relation, note) if note else None
    both = _of_both(linked, one, two, first, second, across)
    if both.empty:
        return None
    cells = _within(both, across)
    weights = _weights(linked, one, first).merge(
        _weights(linked, two, second), on=["unit", "wave", "client_unit"], suffixes=("_x", "_y")
    )
    merged = weights.merge(cells, on=["client_unit", "wave", *(["unit"] if across else [])])
    factor = merged["share_x"] * merged["share_y"] * merged["n"] / (merged["n_x"] * merged["n_y"])
    merged["covariance"] = factor * merged["cov"]
    merged["variance"] = factor**2 * merged["cov_variance"]
    total = merged.groupby(["unit", "wave"])[["covariance", "variance"]].sum()
    rows = pd.MultiIndex.from_frame(linked.table[["unit", "wave"]])
    found = total.reindex(rows).fillna(0.0)
    return SharedError(
        found["covariance"].to_numpy(),
        found["variance"].to_numpy(),
        note=_who(linked, one, two, first, second, both["respondent"].nunique()),
    )


def _holding(linked: LinkedUnits, name: str) -> UnitScores | None:
    return next((scores for scores in linked.scores if name in scores.scales), None)


def _named(one: UnitScores, two: UnitScores) -> bool:
    return one is two or all("respondent" in scores.source.keys for scores in (one, two))


def _same_file(one: UnitScores, two: UnitScores) -> bool:
    return one.source.file is not None and one.source.file == two.source.file


def _unknown_relation(
    one: UnitScores, two: UnitScores, across: bool, declared: str
) -> tuple[str, str]:
    """Say what is known of respondents whom ids do not tell; no note where nothing is asked."""
    relation = SAME if declared == SAME else UNKNOWN
    source = f" (codebook: same_respondents: {relation})" if across else ""
    if one.persons is None and two.persons is None:
        what = "both scores are published figures and"
    elif one.persons is None or two.persons is None:
        what = "one score is a published figure and both"
    elif not across or declared or _same_file(one, two):
        what, source = "both scores", ", who are not named"
    else:
        return "", ""
    be = "are" if relation == SAME else "may be"
    return relation, f"{what} {be} of the same respondents{source}"


def _of_both(
    linked: LinkedUnits, one: UnitScores, two: UnitScores, first: str, second: str, across: bool
) -> pd.DataFrame:
    """Both scores of everyone who gave both in units that are linked with each other."""
    sides = []
    for scores, name, value in ((one, first, "_x"), (two, second, "_y")):
        frame = nw.from_native(scores.persons, eager_only=True)
        outside = across and scores.source.name == "external"
        frame = frame.select(
            nw.col("unit").alias("serving_unit" if outside else "client_unit"),
            "wave",
            "respondent",
            nw.col(name).alias(value),
        )
        sides.append(as_pandas(frame.to_native()).dropna(subset=value))
    keys = ["wave", "respondent", *([] if across else ["client_unit"])]
    waves = linked.table["wave"].unique()
    both = sides[0].merge(sides[1], on=keys)
    both = both[both["wave"].isin(waves)]
    pairs = linked.crosswalk[["client_unit", "serving_unit"]].drop_duplicates()
    if not across:
        return both[both["client_unit"].isin(pairs["client_unit"])]
    in_linked = both.merge(pairs, on=["client_unit", "serving_unit"])
    few = in_linked["respondent"].nunique() < LINKED_SHARE * both["respondent"].nunique()
    return in_linked[:0] if few else in_linked


def _who(
    linked: LinkedUnits, one: UnitScores, two: UnitScores, first: str, second: str, n: int
) -> str:
    """Count the respondents who gave both scores, where their ids say so."""
    if one is two or _same_file(one, two) or one.source.file is None:
        return "the same respondents gave both scores"
    shown = str(n) if n >= MIN_PERSONS else f"fewer than {MIN_PERSONS}"
    return (
        f"{shown} respondents, the same by their ids, gave both scores, which stand in "
        f"{one.source.file} and {two.source.file}"
    )


def _within(both: pd.DataFrame, across: bool) -> pd.DataFrame:
    """Covariance of the persons who gave both scores, per pair of linked units and wave."""
    keys = ["client_unit", "wave", *(["serving_unit"] if across else [])]
    cells = moments(both, ["_x", "_y"], by=keys)
    cov, spread = _pooled_where_single(cells)
    n = np.asarray(cells.n, dtype=float)
    found = pd.DataFrame(list(cells.groups or ()), columns=keys)
    return found.rename(columns={"serving_unit": "unit"}).assign(
        n=n, cov=cov, cov_variance=(spread + cov**2) / np.maximum(n - 1, 1)
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
