"""Every scale of a study: whether its answers may be averaged per unit."""

import math
from typing import Any

import pandas as pd

from icx_research.core.bands import BANDS, band
from icx_research.core.cutoffs import ADEQUATE_RELIABILITY
from icx_research.core.errors import REFUSALS
from icx_research.measurement.agreement.labels import (
    agreement_label,
    icc_1_label,
    icc_2_label,
)
from icx_research.measurement.agreement.null_variance import TABLED
from icx_research.measurement.agreement.support import aggregation_support
from icx_research.measurement.agreement.within_group import WithinGroupAgreement, rwg_j
from icx_research.survey.codebook.types import Scale
from icx_research.survey.scores.item_lists import scales_of
from icx_research.survey.scores.items import chosen_scales, scale_items, scale_members
from icx_research.survey.study.study import Study

OVERVIEW = (
    "scale", "n_items", "n_units", "n", "average_size", "icc_1", "icc_1_low", "icc_1_high",
    "p_value", "icc_2", "icc_2_low", "icc_2_high", "raters_for_70", "rwg_j_uniform",
    "strong_uniform", "rwg_j_slight_skew", "strong_slight_skew", "note",
)  # fmt: skip


def aggregation_overview(
    study: Study, *, wave: str | None = None, confidence_level: float = 0.95
) -> pd.DataFrame:
    r"""ICC(1), ICC(2) and r_WG(J) of every scale, on one row per rater.

    Parameters
    ----------
    study : Study
    wave : str, optional
        As for `scale_items`.
    confidence_level : float, default 0.95

    Returns
    -------
    DataFrame
        One row per scale: `scale`, `n_items`, `n_units`, `n` (raters), `average_size`,
        `icc_1` and `icc_2` with limits, `p_value` (that units do not differ),
        `raters_for_70` (raters that give a unit mean a reliability of .70), `rwg_j_uniform`,
        `rwg_j_slight_skew` (medians over units; the latter for 5, 7 and 11 options) with
        `strong_...` (share of units of at least .70), `note`. Where the answers do not allow
        a row, its note says why.

    Raises
    ------
    NotTestable
        If no table of the study holds respondents' answers.

    Notes
    -----
    By Spearman and Brown, k raters give reliability :math:`k\,ICC(1) / (1 + (k - 1)
    ICC(1))`: .70 needs :math:`k = .70 (1 - ICC(1)) / (.30\,ICC(1))`. Where a rater's answer is
    the mean of several ratings, answers differ less than single ones and r_WG(J), which knows
    single ones only, comes out too high; the note says so.

    Examples
    --------
    >>> from icx_research import load_example
    >>> table = aggregation_overview(load_example("company")).set_index("scale")
    >>> table.loc["csat", ["icc_1", "icc_2"]].astype(float).round(2).to_dict()
    {'icc_1': 0.13, 'icc_2': 0.86}
    """
    lines = []
    for _, scale in scales_of(study.codebook):
        line: dict[str, Any] = {"scale": scale.name, "n_items": len(scale.items)}
        try:
            line |= _support(study, scale, wave, confidence_level)
        except REFUSALS as refusal:
            line["note"] = str(refusal)
        lines.append(line)
    table = pd.DataFrame(lines, columns=list(OVERVIEW))
    counts = ("n_items", "n_units", "n", "raters_for_70")
    return table.astype(dict.fromkeys(counts, "Int64"))


def aggregation_labels(overview: pd.DataFrame) -> pd.DataFrame:
    """Name the sizes of an `aggregation_overview` as the literature does: labels, no gate.

    Examples
    --------
    >>> overview = pd.DataFrame({"scale": ["csat"], "icc_1": [0.12], "icc_2": [0.85],
    ...                          "rwg_j_uniform": [0.92], "rwg_j_slight_skew": [0.88]})
    >>> aggregation_labels(overview).iloc[0].tolist()
    ['csat', 'medium', 'adequate', 'very strong', 'strong']
    """
    shown = overview[["scale"]].copy()
    for name, label in (
        ("icc_1", icc_1_label),
        ("icc_2", icc_2_label),
        ("rwg_j_uniform", agreement_label),
        ("rwg_j_slight_skew", agreement_label),
    ):
        shown[name] = [label(float(value)) for value in overview[name]]
    return shown


def scale_agreement(
    study: Study, scale: str, *, wave: str | None = None
) -> dict[str, WithinGroupAgreement]:
    """r_WG(J) of one scale under every null distribution that is known for its options.

    Parameters
    ----------
    study : Study
    scale : str
    wave : str, optional
        As for `scale_items`.

    Returns
    -------
    dict of str to WithinGroupAgreement
        "uniform", and "slight_skew" for 5, 7 and 11 options; for `plot_agreement`.

    Raises
    ------
    NotTestable, Blocked
        As `scale_items`.
    UnsuitableData
        As `rwg_j`.

    Examples
    --------
    >>> from icx_research import load_example
    >>> list(scale_agreement(load_example("company"), "csat"))
    ['uniform', 'slight_skew']
    """
    (found,), _ = chosen_scales(study.codebook, scale)
    raters = scale_items(study, scale, wave=wave, keys="unit")
    return {
        null: rwg_j(
            raters,
            items=scale_members(study, scale)[scale],
            unit="unit",
            response_range=found.response_range,
            null=null,
        )
        for null in _nulls(found)
    }


def reliability_by_raters(overview: pd.DataFrame) -> pd.DataFrame:
    """Reliability of unit means that rest on a given number of raters.

    Parameters
    ----------
    overview : DataFrame
        An `aggregation_overview`.

    Returns
    -------
    DataFrame
        One row per scale with a positive ICC(1), one column per number of raters (the lower
        ends of the bands in which counts are shown).

    Examples
    --------
    >>> overview = pd.DataFrame({"scale": ["csat"], "icc_1": [0.1]})
    >>> reliability_by_raters(overview)[["10", "20", "50"]].round(2).to_numpy().tolist()
    [[0.53, 0.69, 0.85]]
    """
    known = overview[overview["icc_1"] > 0]
    columns = {
        str(k): k * known["icc_1"] / (1 + (k - 1) * known["icc_1"]) for k in BANDS if k <= 200
    }
    return pd.DataFrame({"scale": known["scale"], **columns}).reset_index(drop=True)


def raters_by_band(study: Study, scale: str, *, wave: str | None = None) -> pd.DataFrame:
    """Count units by the band of their number of raters.

    Parameters
    ----------
    study : Study
    scale : str
    wave : str, optional
        As for `scale_items`.

    Returns
    -------
    DataFrame
        `raters` (band; "fewer" below five), `units`.
    """
    raters = scale_items(study, scale, wave=wave, keys="unit").dropna()
    counts = pd.Series(pd.DataFrame(raters).groupby("unit").size())
    bands = counts.map(lambda n: band(float(n)) or "fewer").value_counts()
    order = ["fewer", *dict.fromkeys(band(float(n)) for n in range(5, 2 * BANDS[-1]))]
    shown = bands.reindex([name for name in order if name in bands.index])
    return shown.rename_axis("raters").rename("units").reset_index()


def _nulls(scale: Scale) -> list[str]:
    low, high = scale.response_range
    return ["uniform", *(["slight_skew"] if high - low + 1 in TABLED["slight_skew"] else [])]


def _support(
    study: Study, scale: Scale, wave: str | None, confidence_level: float
) -> dict[str, Any]:
    raters = scale_items(study, scale.name, wave=wave, keys="unit")
    support = aggregation_support(
        raters,
        scales={scale.name: list(scale.items)},
        unit="unit",
        response_range=scale.response_range,
        nulls=_nulls(scale),
        confidence_level=confidence_level,
    )
    found = support.scales.loc[scale.name].to_dict()
    icc = found["icc_1"]
    odds = ADEQUATE_RELIABILITY / (1 - ADEQUATE_RELIABILITY)
    needed = math.ceil(odds * (1 - icc) / icc) if icc > 0 else None
    ratings = len(scale_items(study, scale.name, rows="rating", wave=wave)) / len(raters)
    notes = {
        "units differ less than by chance": icc < 0,
        "no slight skew for these options": len(_nulls(scale)) == 1,
        f"means of {ratings:.1f} ratings: r_WG(J) is too high": ratings > 1,
    }
    return {
        **found,
        "raters_for_70": needed,
        "note": "; ".join(note for note, holds in notes.items() if holds),
    }
