"""From respondents to units: means, spread, counts and how reliable the means are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.bands import band
from icx_research.core.display import table_html
from icx_research.core.errors import StudyError
from icx_research.core.moments import GroupedMoments
from icx_research.core.variance import VarianceComponents, variance_components
from icx_research.survey.codebook.types import Codebook, Source
from icx_research.survey.scores.scoring import ScoredStudy
from icx_research.survey.study.frames import as_pandas
from icx_research.survey.units.published import published_scores
from icx_research.survey.units.suppliers import supplier_effects, without_suppliers
from icx_research.survey.units.unit_facts import unit_facts


@dataclass(frozen=True, eq=False, repr=False)
class UnitScores:
    """Scores per unit and wave, in full precision, for estimation.

    Attributes
    ----------
    codebook : Codebook
    source : Source
        The table the scores come from, with its grain.
    by : tuple of str
        Roles that make a unit: ("client_unit",) or with a supplier.
    table : DataFrame
        One row per unit, wave and scale: `unit`, `supplier_unit` or `touchpoint` where
        asked, `wave`, `scale`, `n` (distinct respondents), `mean`, `sd`, `se` (standard
        error of the mean), `reliability` (of the mean; nan where not assessable).
    components : dict of (str, str) to VarianceComponents
        By scale and wave; empty for published tables.
    attributes : DataFrame or None
        What is known of the units: `unit`, `wave` where anything may change between
        waves, and a column per attribute and programme.
    crosswalk : DataFrame or None
        The study's crosswalk, carried along for the link.
    persons : DataFrame or None
        One row per unit, wave and respondent with each scale, for split halves; never
        shown. None for published tables.
    supplier_effects : DataFrame or None
        `scale`, `wave`, `supplier_unit`, `effect`, `n` (ratings) where the scores are
        adjusted for suppliers.
    unscored : tuple of str
        Units that have rows in the table, but no score on any scale.
    """

    codebook: Codebook
    source: Source
    by: tuple[str, ...]
    table: pd.DataFrame
    components: Mapping[tuple[str, str], VarianceComponents]
    attributes: pd.DataFrame | None = None
    crosswalk: pd.DataFrame | None = None
    persons: Any = None
    supplier_effects: pd.DataFrame | None = None
    unscored: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Count units, waves and scales; unit values are shown by `protect` only."""
        units, waves = self.table["unit"].nunique(), self.table["wave"].nunique()
        scales = ", ".join(self.scales)
        return f"UnitScores by {' x '.join(self.by)}: {units} units, {waves} wave(s), {scales}"

    def _repr_html_(self) -> str:
        return table_html(self.reliability, na="not assessable")

    @property
    def scales(self) -> list[str]:
        """Names of the scales, in the order of the codebook."""
        return list(self.table["scale"].unique())

    @property
    def reliability(self) -> pd.DataFrame:
        """Per scale and wave: units, band of respondents, ICC(1) and ICC(2)."""
        lines = []
        for (scale, wave), cell in self.table.groupby(["scale", "wave"], sort=False):
            parts = self.components.get((str(scale), str(wave)))
            icc = (parts.icc_1, parts.icc_2) if parts else (np.nan, np.nan)
            n_units, n = int(cell["mean"].notna().sum()), band(cell["n"].sum(min_count=1))
            lines.append((scale, wave, n_units, n, *icc))
        columns = ["scale", "wave", "n_units", "respondents", "icc_1", "icc_2"]
        return pd.DataFrame(lines, columns=columns)


def unit_scores(
    scored: ScoredStudy,
    *,
    by: str | Sequence[str],
    source: str | None = None,
    supplier_adjusted: bool = False,
) -> UnitScores:
    r"""Average scores per unit and wave: respondent first, then unit.

    Parameters
    ----------
    scored : ScoredStudy
    by : str or sequence of str
        Role of the unit: "client_unit" (internal ratings), "serving_unit"
        (external ratings), "unit" (employees, outcomes); with "supplier_unit" or
        "touchpoint" in addition, one score per unit and supplier or touchpoint.
    source : str, optional
        Name of the table, needed only where several have that role.
    supplier_adjusted : bool, default False
        True takes out which suppliers a unit happens to rate; see `supplier_effects`.

    Returns
    -------
    UnitScores

    Raises
    ------
    ValueError
        If no table, or more than one, has these roles, or there is no supplier to adjust
        for.
    Blocked
        If suppliers cannot be compared with each other.

    Notes
    -----
    A respondent who rates several suppliers (or touchpoints) counts once: her ratings
    are averaged first, so that n is the number of distinct persons (analysing rating rows
    overstates reliability). With :math:`\tau^2` and :math:`\sigma^2` from
    `variance_components`, the mean of :math:`n_u` persons has reliability
    :math:`\tau^2 / (\tau^2 + \sigma^2 / n_u)` and standard error :math:`s_u / \sqrt{n_u}`
    (the pooled :math:`\sigma` where one person answered).

    References
    ----------
    Bliese, P. D. (2000). Within-group agreement, non-independence, and reliability.
    In K. J. Klein & S. W. J. Kozlowski (Eds.), Multilevel theory, research, and
    methods in organizations (pp. 349-381). Jossey-Bass.

    Examples
    --------
    >>> from icx_research import load_example, scale_scores
    >>> scored = scale_scores(load_example("company"), scales=["csat"])
    >>> unit_scores(scored, by="serving_unit")
    UnitScores by serving_unit: 60 units, 3 wave(s), csat
    """
    roles = (by,) if isinstance(by, str) else tuple(by)
    roles = tuple(role for role in roles if role != "wave")
    chosen = _find_source(scored, roles, source)
    roles = (chosen.unit_key, *(role for role in roles if role != chosen.unit_key))
    frame = nw.from_native(scored.tables[chosen.name], eager_only=True)
    scales = [name for name in chosen.measures if name in frame.columns]
    effects, persons = None, None
    if supplier_adjusted:
        effects = supplier_effects(frame, roles, scales)
        frame = without_suppliers(frame, effects, scales)
    if chosen.grain == "unit":
        table = published_scores(as_pandas(frame.to_native()), roles, scales)
        components: dict[tuple[str, str], VarianceComponents] = {}
    else:
        persons = frame.group_by([*roles, "wave", "respondent"]).agg(nw.col(*scales).mean())
        table, components = _aggregated(persons, roles, scales)
    _check_not_empty(table, scales, chosen)
    return UnitScores(
        codebook=scored.codebook,
        source=chosen,
        by=roles,
        table=table,
        components=components,
        attributes=unit_facts(scored, chosen, frame),
        crosswalk=as_pandas(scored.crosswalk),
        persons=None if persons is None else persons.rename({roles[0]: "unit"}).to_native(),
        supplier_effects=effects,
        unscored=tuple(sorted({*map(str, frame[roles[0]].to_list())} - {*table["unit"]})),
    )


def _check_not_empty(table: pd.DataFrame, scales: list[str], source: Source) -> None:
    for scale in scales:
        if not (table["scale"] == scale).any():
            raise StudyError(
                f"{source.file or f'The {source.name} table'}: no row has a score on {scale!r}, "
                "for which half of its columns must be answered; correct them or leave it out."
            )


def _find_source(scored: ScoredStudy, roles: tuple[str, ...], name: str | None) -> Source:
    fitting = [
        source
        for source in scored.codebook.sources.values()
        if source.name in scored.tables
        and set(roles) <= set(source.roles)
        and source.unit_key in roles
        and name in (None, source.name)
    ]
    if len(fitting) != 1:
        have = "; ".join(
            f"{s.name}: {', '.join(role for role in s.roles if role not in ('respondent', 'wave'))}"
            for s in scored.codebook.sources.values()
            if s.name in scored.tables
        )
        problem = "no scored table has" if not fitting else "several tables have"
        raise ValueError(
            f"by={list(roles)}: {problem} these keys (with source={name!r}); keys are {have}."
        )
    return fitting[0]


def _aggregated(
    persons: "nw.DataFrame[Any]", roles: tuple[str, ...], scales: list[str]
) -> tuple[pd.DataFrame, dict[tuple[str, str], VarianceComponents]]:
    table = _described(persons, [*roles, "wave"], scales)
    table = table.rename(columns={roles[0]: "unit"})
    table = table.astype({"n": float, "mean": float, "sd": float})
    components, cells = {}, []
    for (scale, wave), cell in table.groupby(["scale", "wave"], sort=False):
        n, mean, sd = (cell[name].to_numpy() for name in ("n", "mean", "sd"))
        found = variance_components(_cell_moments(str(scale), n, mean, sd))
        components[(str(scale), str(wave))] = found
        spread = np.where(n > 1, sd, np.sqrt(found.within))
        cells.append(cell.assign(se=spread / np.sqrt(n), reliability=found.reliability(n)))
    if not cells:
        return table, {}
    full = pd.concat(cells, ignore_index=True)
    names = ["unit", *roles[1:], "wave", "scale", "n", "mean", "sd", "se", "reliability"]
    return full[names], components


def _described(persons: "nw.DataFrame[Any]", keys: list[str], scales: list[str]) -> pd.DataFrame:
    """Count, mean and standard deviation per scale and unit, where anyone answered."""
    cells = persons.group_by(keys)
    answers = nw.col(*scales)
    n, mean, sd = (
        as_pandas(cells.agg(summary).sort(keys).to_native())
        for summary in (answers.count(), answers.mean(), answers.std(ddof=1))
    )
    parts = [
        n[keys].assign(n=n[scale], mean=mean[scale], sd=sd[scale], scale=scale)[n[scale] > 0]
        for scale in scales
    ]
    return pd.concat(parts, ignore_index=True)


def _cell_moments(scale: str, n: np.ndarray, mean: np.ndarray, sd: np.ndarray) -> GroupedMoments:
    return GroupedMoments(
        names=(scale,),
        n=n.astype(int),
        mean=mean[:, None],
        cov=(sd**2)[:, None, None],
        groups=tuple(range(len(n))),
    )
