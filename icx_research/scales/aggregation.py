"""Every scale of a study: whether its answers may be averaged per unit."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import pandas as pd

from icx_research.core import apa
from icx_research.core.bands import BANDS, band
from icx_research.core.cutoffs import ADEQUATE_RELIABILITY, MIN_AGREEMENT, SIGNIFICANCE
from icx_research.measurement.agreement.labels import agreement_label, icc_1_label, icc_2_label
from icx_research.measurement.agreement.support import aggregation_support
from icx_research.scales.agreement import NULLS, known_nulls, single_ratings
from icx_research.scales.overview import NAMED, ScalesOverview, tried
from icx_research.survey.codebook.types import Scale
from icx_research.survey.scores.item_lists import scales_of
from icx_research.survey.scores.items import scale_items
from icx_research.survey.study.study import Study

MOST_RATERS = 200  # of a unit in the table of reliabilities


@dataclass(frozen=True, repr=False, eq=False)
class AggregationOverview(ScalesOverview):
    """ICC(1), ICC(2) and r_WG(J) of every scale.

    Attributes
    ----------
    raters : DataFrame
        Per scale, units by the band of their number of raters: `scale`, `raters` ("fewer" below
        five), `units`.
    """

    raters: pd.DataFrame = field(default_factory=pd.DataFrame)
    topic = "Unit means"
    judged_by = "icc_1"
    columns = (
        "scale", "n_items", "n_units", "n", "average_size", "icc_1", "icc_1_low", "icc_1_high",
        "p_value", "icc_2", "icc_2_low", "icc_2_high", "raters_for_70", "rwg_j_uniform",
        "strong_uniform", "rwg_j_slight_skew", "strong_slight_skew", "note",
    )  # fmt: skip
    types: ClassVar[dict[str, Any]] = dict.fromkeys(
        ("n_items", "n_units", "n", "raters_for_70"), "Int64"
    )

    @property
    def sizes(self) -> pd.DataFrame:
        """What the literature calls these sizes: words, no gate."""
        words = {"icc_1": icc_1_label, "icc_2": icc_2_label,
                 **{f"rwg_j_{null}": agreement_label for null in NULLS}}  # fmt: skip
        sizes = {name: self.table[name].astype(float).map(word) for name, word in words.items()}
        return self.table[["scale"]].assign(**sizes)

    @property
    def reliability_by_raters(self) -> pd.DataFrame:
        """Reliability of unit means that rest on a number of raters, the lower ends of bands.

        One row per scale with a positive ICC(1), one column per number of raters.
        """
        known = self.table[self.table["icc_1"] > 0]
        icc = known["icc_1"]
        columns = {str(k): k * icc / (1 + (k - 1) * icc) for k in BANDS if k <= MOST_RATERS}
        return pd.DataFrame({"scale": known["scale"], **columns}).reset_index(drop=True)

    def _sentences(self) -> str:
        known = self.known
        differ = known[known["p_value"] < SIGNIFICANCE]
        short = known[known["icc_2"] < ADEQUATE_RELIABILITY]
        low, high = apa.bounded(known["icc_1"].min()), apa.bounded(known["icc_1"].max())
        below = ", ".join(
            f"{self.label(row.scale)} ({apa.bounded(row.icc_2)})" for row in short.itertuples()
        )
        agreed = [
            f"{int((known[f'rwg_j_{null}'] >= MIN_AGREEMENT).sum())} of "
            f"{int(known[f'rwg_j_{null}'].notna().sum())} under a {null.replace('_', ' ')} null"
            for null in NULLS
            if known[f"rwg_j_{null}"].notna().any()
        ]
        scales = apa.counted(len(known), "scale")
        lines = [
            f"Units differ beyond chance (F test, 5%) on {len(differ)} of {scales}; "
            "ICC(1), the share of a single answer's variance that lies between units, is "
            f"{low if low == high else f'{low} to {high}'}.",
            f"The mean of a unit of average size has a reliability of at least "
            f"{apa.bounded(ADEQUATE_RELIABILITY)} on {len(known) - len(short)} of {scales}"
            + (f"; below it: {below}." if 0 < len(short) <= NAMED else "."),
            f"The median unit agrees by at least {apa.bounded(MIN_AGREEMENT)} on "
            f"{' and '.join(agreed)}.",
        ]
        return "\n".join([*lines, *map(self._going_on, self.asked_rows())])

    def _going_on(self, row: dict[str, Any]) -> str:
        """Say what the aggregation of an asked scale means for the linkage."""
        start = f"Going on with {self.label(row['scale'])}: ICC(1) = {apa.bounded(row['icc_1'])}"
        if row["icc_1"] <= 0:
            return (
                f"{start}: its unit means differ by no more than chance, and a verdict on chance "
                "alone is blocked; more respondents per unit are needed."
            )
        means = f"{start}, ICC(2) = {apa.bounded(row['icc_2'])}: its unit means may be linked"
        if row["icc_2"] >= ADEQUATE_RELIABILITY:
            return f"{means}."
        kept = apa.bounded(math.sqrt(row["icc_2"]))
        return (
            f"{means}, but correlations with them shrink to about {kept} of their size; 04_linkage "
            "shows them corrected beside the observed ones, where its gates are open."
        )


def aggregation_overview(
    study: Study, *, wave: str | None = None, confidence_level: float = 0.95
) -> AggregationOverview:
    r"""ICC(1) and ICC(2) of every scale on one row per rater, r_WG(J) on single ratings.

    Parameters
    ----------
    study : Study
    wave : str, optional
        As for `scale_items`.
    confidence_level : float, default 0.95

    Returns
    -------
    AggregationOverview
        Its `table` has one row per scale: `scale`, `n_items`, `n_units`, `n` (raters),
        `average_size`, `icc_1` and `icc_2` with limits, `p_value` (that units do not differ),
        `raters_for_70` (raters that give a unit mean a reliability of .70), `rwg_j_uniform`,
        `rwg_j_slight_skew` (medians over units, whose own are medians over the suppliers they
        rate; the latter for 5, 7 and 11 options) with `strong_...` (share of units of at least
        .70), `note`. Where the answers do not allow a row, its note says why; where no table of
        the study holds respondents' answers, the overview shows that refusal.

    Notes
    -----
    By Spearman and Brown, k raters give reliability :math:`k\,ICC(1) / (1 + (k - 1)
    ICC(1))`: .70 needs :math:`k = .70 (1 - ICC(1)) / (.30\,ICC(1))`. A rater's mean of several
    ratings differs less from those of others than single ones do, which r_WG(J) would take for
    agreement.

    Examples
    --------
    >>> from icx_research import load_example
    >>> overview = aggregation_overview(load_example("company"))
    >>> table = overview.table.set_index("scale")
    >>> table.loc["csat", ["icc_1", "icc_2"]].astype(float).round(2).to_dict()
    {'icc_1': 0.13, 'icc_2': 0.86}
    >>> overview.sizes.set_index("scale").loc["csat", ["icc_1", "icc_2"]].tolist()
    ['medium', 'adequate']
    """
    raters: list[tuple[str, str, int]] = []
    overview = AggregationOverview.of(study, _lines(study, wave, confidence_level, raters))
    return replace(overview, raters=pd.DataFrame(raters, columns=["scale", "raters", "units"]))


def _lines(
    study: Study, wave: str | None, confidence_level: float, sizes: list[tuple[str, str, int]]
) -> Iterator[dict[str, Any]]:
    """Give the rows of the table, and count units by their raters on the way."""
    for _, scale in scales_of(study.codebook):
        line: dict[str, Any] = {"scale": scale.name, "n_items": len(scale.items)}
        raters, line["note"] = tried(scale_items, study, scale.name, wave=wave, keys="unit")
        if raters is not None:
            sizes += _by_band(scale.name, raters)
            support, line["note"] = tried(_support, study, scale, wave, confidence_level)
            line |= support or {}
        yield line


def _by_band(scale: str, raters: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Count units by the band of their number of raters, few first."""
    sizes = pd.DataFrame(raters.dropna()).groupby("unit").size().sort_values()
    counts = Counter(band(float(n)) or "fewer" for n in sizes)
    return [(scale, name, n) for name, n in counts.items()]


def _support(
    study: Study, scale: Scale, wave: str | None, confidence_level: float
) -> dict[str, Any]:
    ratings, supplier = single_ratings(study, scale.name, wave=wave)
    nulls = known_nulls(scale)
    support = aggregation_support(
        ratings,
        rater="rater",
        supplier=supplier,
        scales={scale.name: list(scale.items)},
        unit="unit",
        response_range=scale.response_range,
        nulls=nulls,
        confidence_level=confidence_level,
    )
    row = support.scales.loc[scale.name].to_dict()
    icc = row["icc_1"]
    odds = ADEQUATE_RELIABILITY / (1 - ADEQUATE_RELIABILITY)
    notes = {
        "units differ less than by chance": icc < 0,
        "no slight skew for these options": len(nulls) == 1,
    }
    return {
        **row,
        "raters_for_70": math.ceil(odds * (1 - icc) / icc) if icc > 0 else None,
        "note": "; ".join(note for note, holds in notes.items() if holds),
    }
