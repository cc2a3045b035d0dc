"""What is known of units joins the linked units, each wave with its own facts."""

import pandas as pd

from icx_research.core.errors import StudyError
from icx_research.survey.units.aggregation import UnitScores


def with_unit_facts(
    linked: pd.DataFrame, internal: UnitScores, external: UnitScores, crosswalk: pd.DataFrame
) -> pd.DataFrame:
    """Add attributes and programmes: by serving unit, and by client unit where one to one.

    What is known wave by wave is that of the row's wave, the wave of the external score.
    """
    pieces = []
    for wave, rows in linked.groupby("wave", sort=False):
        pairs = crosswalk[crosswalk["wave"] == wave] if "wave" in crosswalk else crosswalk
        facts = _facts_of(internal, external, pairs, str(wave))
        pieces.append(rows.join(facts, on="unit") if facts is not None else rows)
    return pd.concat(pieces).sort_index() if pieces else linked


def _facts_of(
    internal: UnitScores, external: UnitScores, pairs: pd.DataFrame, wave: str
) -> pd.DataFrame | None:
    """Facts of serving units in one wave; gaps are filled by what their client unit is."""
    found = facts_at(external, wave)
    own = facts_at(internal, wave)
    if own is None or not (pairs["serving_unit"].is_unique and pairs["client_unit"].is_unique):
        return found
    serving = pairs.set_index("client_unit")["serving_unit"]
    own = own[own.index.isin(serving.index)]
    own = own.set_axis(serving.reindex(own.index).to_numpy(), axis=0)
    if found is None:
        return own
    return found.combine_first(own)[list(dict.fromkeys([*found, *own]))]


def facts_at(scores: UnitScores, wave: str) -> pd.DataFrame | None:
    """Give what is known of the units in one wave, by unit.

    Raises
    ------
    StudyError
        If units are known in several waves but the survey has no waves.
    """
    known = scores.attributes
    if known is None or "wave" not in known:
        return None if known is None else known.set_index("unit")
    waves = list(known["wave"].unique())
    if wave not in waves and not scores.codebook.tells_waves(scores.source):
        if len(waves) > 1:
            name = scores.source.name
            raise StudyError(
                f"Attributes of units are known in several waves, but the {name} survey has no "
                f"wave column; declare the wave column under {name}: keys."
            )
        wave = waves[0]
    return known[known["wave"] == wave].drop(columns="wave").set_index("unit")
