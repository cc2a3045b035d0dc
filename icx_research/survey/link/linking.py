"""The link: from client units to the serving units their work reaches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from icx_research.core.apa import counted
from icx_research.core.display import table_html
from icx_research.core.errors import Blocked, StudyError
from icx_research.survey.codebook.cells import key_text
from icx_research.survey.codebook.types import Codebook
from icx_research.survey.codebook.wave_order import order_waves
from icx_research.survey.link.crosswalk import (
    build_crosswalk,
    connected,
    crosswalk_name,
    crosswalk_of_waves,
    side_by_side,
    through_crosswalk,
)
from icx_research.survey.link.linked_facts import with_unit_facts
from icx_research.survey.link.matching import UNIT_SIDES, check_coverage, match_units
from icx_research.survey.link.unlinked import why_unlinked
from icx_research.survey.link.waves import align_waves, common_waves, rename_waves
from icx_research.survey.scores.scoring import scale_scores
from icx_research.survey.study.study import Study
from icx_research.survey.units.aggregation import UnitScores, unit_scores


@dataclass(frozen=True, eq=False, repr=False)
class LinkedUnits:
    """One row per serving unit and wave, both surveys side by side.

    Attributes
    ----------
    codebook : Codebook
    table : DataFrame
        `unit` (the serving unit), `wave`, `n_client_units`; per score its mean
        under its own name, `<name>_n` (distinct respondents) and `<name>_se`; then
        attributes. Full precision, for estimation; `protect` makes what is shown.
    internal, external : tuple of str
        Scores of either side, outcomes being external.
    coverage : DataFrame
        Per side: units and respondents, and how many of them have a partner.
    drops : DataFrame
        Units without a partner: side, unit, respondents, reason, nearest id.
    reliability : DataFrame
        Per score and wave, before linking: units, band of respondents, ICC(1), ICC(2).
    n_client_units : int
        Distinct client units behind the rows.
    crosswalk : DataFrame
        `client_unit`, `serving_unit`, `weight`, and `wave` (as in `table`) where the
        weights are those of waves: the pairs the link rests on.
    scores : tuple of UnitScores
        What was linked, the wave of each named as in `table`.
    """

    codebook: Codebook
    table: pd.DataFrame
    internal: tuple[str, ...]
    external: tuple[str, ...]
    coverage: pd.DataFrame
    drops: pd.DataFrame
    reliability: pd.DataFrame
    n_client_units: int
    crosswalk: pd.DataFrame
    scores: tuple[UnitScores, ...] = ()

    def __repr__(self) -> str:
        """Count rows and units; unit values are shown by `protect` only."""
        units, waves = self.table["unit"].nunique(), len(self.waves)
        alone = counted(len(self.drops), "unit")
        return (
            f"LinkedUnits: {len(self.table)} rows, {units} serving units x {waves} wave(s), "
            f"{self.n_client_units} client units; {alone} without a partner"
        )

    def _repr_html_(self) -> str:
        return table_html(self.coverage[["side", "units", "units_matched"]])

    @property
    def waves(self) -> list[str]:
        """The waves in order of time."""
        return order_waves(self.table["wave"].unique(), self.codebook)

    @property
    def cluster(self) -> np.ndarray:
        """Which rows hang together, shape (n_rows,): numbers from 0.

        Serving units that share a client unit, directly or through others, are one
        cluster, in all waves: the connected components of the crosswalk.
        """
        return connected(self.crosswalk, self.table["unit"])

    def at_wave(self, wave: str | int | None = None) -> "LinkedUnits":
        """Keep one wave; the latest unless stated."""
        asked = self.codebook.question.wave
        if wave is None and asked and asked not in self.waves:
            raise StudyError(
                f"codebook: question.wave: {asked!r} is no linked wave; linked are "
                f"{', '.join(self.waves)}."
            )
        wave = key_text(wave) or asked or self.waves[-1]
        if wave not in self.waves:
            raise ValueError(f"There is no wave {wave!r}; linked are {', '.join(self.waves)}.")
        return self.keep(self.table["wave"] == wave)

    def where(self, **equals: str) -> "LinkedUnits":
        """Keep the units whose attributes equal the given values."""
        for name in equals:
            if name not in self.table:
                raise ValueError(f"Linked units have no attribute {name!r}.")
        keep = equal_to(self.table, equals)
        if not keep.any():
            asked = " and ".join(f"{name} = {value}" for name, value in equals.items())
            raise ValueError(f"No linked unit has {asked}; check the spelling of the value.")
        return self.keep(keep)

    def subset(self, name: str) -> "LinkedUnits":
        """Keep a group of units that the codebook names under question: subsets."""
        subsets = self.codebook.question.subsets
        if name not in subsets:
            raise ValueError(f"There is no subset {name!r}; the codebook has {list(subsets)}.")
        try:
            return self.where(**subsets[name])
        except ValueError as error:
            raise StudyError(f"codebook: question.subsets.{name}: {error}") from None

    def keep(self, rows: pd.Series | np.ndarray) -> "LinkedUnits":
        """Keep the rows marked True."""
        table = self.table[rows].reset_index(drop=True)
        pairs = _pairs_of(table, self.crosswalk)
        behind = int(pairs["client_unit"].nunique())
        return replace(self, table=table, crosswalk=pairs, n_client_units=behind)


def equal_to(table: pd.DataFrame, equals: Mapping[str, str]) -> np.ndarray:
    """Tell the rows in which every named attribute has its value."""
    keep = np.full(len(table), True)
    for name, value in equals.items():
        keep &= (table[name].map(key_text) == key_text(value)).to_numpy()
    return keep


def link_study(study: Study, *, lag: int = 0) -> LinkedUnits:
    """Go from a study to its linked units in one step.

    Parameters
    ----------
    study : Study
    lag : int, default 0
        Waves by which the external score follows the internal one.

    Returns
    -------
    LinkedUnits
        With the scores of the employees' survey on the internal side and the
        outcomes on the external side, where the study has them.

    Raises
    ------
    Blocked, StudyError
        As `link_units`.

    Examples
    --------
    >>> from icx_research import load_example
    >>> link_study(load_example("company"))
    LinkedUnits: 180 rows, 60 serving units x 3 wave(s), 60 client units; 0 units without a partner
    """
    internal, external = study_sides(study)
    linked = link_units(internal, external, lag=lag)
    return replace(linked, drops=why_unlinked(study, linked.drops))


def study_sides(study: Study) -> tuple[list[UnitScores], list[UnitScores]]:
    """Score and average every table of a study: those of the internal and external side."""
    scored = scale_scores(study)
    sides: dict[str, list[UnitScores]] = {"internal": [], "external": []}
    for name, side in (("internal", "internal"), ("employees", "internal"),
                       ("external", "external"), ("outcomes", "external")):  # fmt: skip
        if name in scored.tables:
            by = scored.codebook.sources[name].unit_key
            sides[side].append(unit_scores(scored, by=by, source=name))
    return sides["internal"], sides["external"]


def link_units(
    internal: UnitScores | Sequence[UnitScores],
    external: UnitScores | Sequence[UnitScores],
    *,
    crosswalk: pd.DataFrame | None = None,
    cardinality: str | None = None,
    lag: int = 0,
) -> LinkedUnits:
    r"""Join internal and external unit scores through the client unit.

    Parameters
    ----------
    internal, external : UnitScores, or several
        Internal ratings by client unit and external ratings by serving unit; the
        first of several decides which units are linked, the others are added.
    crosswalk : DataFrame, optional
        `client_unit`, `serving_unit` and optionally `weight` and `wave`; the study's
        own unless given, and equal ids where there is none.
    cardinality : str, optional
        How many client units stand behind how many serving units ("many_to_one" and so
        on); as the codebook declares unless given, and else "one_to_one".
    lag : int, default 0
        Waves by which the external score follows the internal one.

    Returns
    -------
    LinkedUnits
        Exactly one row per serving unit and wave.

    Raises
    ------
    Blocked
        If fewer respondents than the threshold (95 %) belong to units that have a
        partner, or nothing is linked.
    StudyError
        If the crosswalk is not of the declared cardinality or its weights do not
        sum to 1 per serving unit (in each wave, where it has waves).
    ValueError
        If scores are not per client unit and per serving unit.

    Notes
    -----
    The internal score of a serving unit is :math:`\sum_c w_c \bar x_c` over the client
    units behind it, with standard error :math:`\sqrt{\sum_c w_c^2 s_c^2}`; client units
    without a score in a wave are left out if those present carry at least half of the
    weight. Where the crosswalk has waves, each internal wave is weighted with its own; with
    a lag, a row's weights are those of the earlier wave. Ids are compared as they are
    written; resembling ids are only suggested.
    """
    insides = [internal] if isinstance(internal, UnitScores) else list(internal)
    outsides = [external] if isinstance(external, UnitScores) else list(external)
    _check_sides(insides, outsides)
    codebook = insides[0].codebook
    crosswalk = build_crosswalk(insides[0], outsides[0], crosswalk, cardinality)
    coverage, drops = match_units(insides[0], outsides[0], crosswalk)
    check_coverage(coverage, drops, codebook)
    waves = common_waves(insides[0], outsides[0], lag)
    crosswalk = crosswalk_of_waves(crosswalk, waves, crosswalk_name(codebook))
    outsides = [align_waves(scores, outsides[0]) for scores in outsides]
    insides = [align_waves(scores, insides[0]) for scores in insides]
    right = side_by_side(outsides[0], waves.values())
    for scores in outsides[1:]:
        right = right.join(side_by_side(scores, waves.values()), how="left")
    left = through_crosswalk(insides[0], crosswalk, waves)
    for scores in insides[1:]:
        further = through_crosswalk(scores, crosswalk, waves)
        left = left.join(further.drop(columns="n_client_units"), how="left")
    linked = left.join(right, how="inner", validate="one_to_one").sort_index().reset_index()
    linked = with_unit_facts(linked, insides[0], outsides[0], crosswalk)
    if linked.empty:
        raise Blocked("no unit has an internal and an external score in the same wave.")
    if linked["unit"].nunique() < 2:
        raise Blocked(
            f"only one unit ({linked['unit'].iloc[0]!r}) is linked, and units are compared with "
            "each other; check the unit columns under keys."
        )
    if linked.duplicated(["unit", "wave"]).any():
        raise AssertionError("linked units must be unique; this is a fault of icx_research.")
    pairs = _pairs_of(linked, crosswalk[crosswalk["client_unit"].isin(insides[0].table["unit"])])
    return LinkedUnits(
        codebook=codebook,
        table=linked,
        internal=tuple(name for scores in insides for name in scores.scales),
        external=tuple(name for scores in outsides for name in scores.scales),
        coverage=coverage,
        drops=drops,
        reliability=pd.concat(
            [scores.reliability for scores in (*insides, *outsides)], ignore_index=True
        ),
        n_client_units=int(pairs["client_unit"].nunique()),
        crosswalk=pairs,
        scores=(*(rename_waves(scores, waves) for scores in insides), *outsides),
    )


def _pairs_of(table: pd.DataFrame, crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Keep the pairs behind the rows of a table; those of their wave where pairs have one."""
    behind = crosswalk["serving_unit"].isin(table["unit"])
    if "wave" in crosswalk:
        rows = pd.MultiIndex.from_frame(table[["unit", "wave"]])
        behind = pd.MultiIndex.from_frame(crosswalk[["serving_unit", "wave"]]).isin(rows)
    return crosswalk[behind].reset_index(drop=True)


def _check_sides(insides: list[UnitScores], outsides: list[UnitScores]) -> None:
    if not insides or not outsides:
        raise ValueError("link_units needs unit scores on both sides.")
    for side, scores in (("internal", insides[0]), ("external", outsides[0])):
        role = UNIT_SIDES[side]
        if scores.by != (role,):
            raise ValueError(
                f"{side} must be unit_scores(..., by={role!r}): the link runs through the client "
                f"unit to the serving unit; got scores by {' x '.join(scores.by)}."
            )
    for scores in (*insides[1:], *outsides[1:]):
        if scores.by != ("unit",):
            raise ValueError(f"Further scores must be by 'unit'; got {' x '.join(scores.by)}.")
    names = [name for scores in (*insides, *outsides) for name in scores.scales]
    twice = [name for i, name in enumerate(names) if name in names[:i]]
    if twice:
        raise ValueError(f"The score {twice[0]!r} is handed over twice; pass it once.")
