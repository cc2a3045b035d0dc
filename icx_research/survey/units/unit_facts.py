"""What is known of units: attributes and programmes, once for all or wave by wave."""

from typing import Any

import narwhals as nw
import pandas as pd

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.types import Source
from icx_research.survey.scores.scoring import ScoredStudy
from icx_research.survey.study.frames import as_pandas


def unit_facts(
    scored: ScoredStudy, source: Source, frame: "nw.DataFrame[Any]"
) -> pd.DataFrame | None:
    """Gather what is known of the units: their table, programmes, and the source itself.

    Returns
    -------
    DataFrame or None
        `unit`, `wave` where something is known wave by wave, and a column per attribute
        and indicator. With waves, every unit has a row in every wave.
    """
    lasting: list[pd.DataFrame] = []
    changing: list[pd.DataFrame] = []
    for table in (scored.units, scored.programme):
        if table is not None:
            known = as_pandas(table)
            by = ["unit", "wave"] if "wave" in known else ["unit"]
            (changing if "wave" in known else lasting).append(known.set_index(by))
    if source.facts:
        lasting.append(_own_facts(source, frame))
    once = pd.concat(lasting, axis=1).rename_axis("unit") if lasting else None
    if not changing:
        return None if once is None else once.reset_index()
    each = pd.concat(changing, axis=1)
    units = each.index.unique("unit") if once is None else each.index.unique("unit").union(
        once.index, sort=False)  # fmt: skip
    waves = each.index.unique("wave").union(_waves_of(scored), sort=False)
    grid = pd.MultiIndex.from_product([units, waves], names=["unit", "wave"])
    each = each.reindex(grid)
    return (each if once is None else each.join(once, on="unit")).reset_index()


def _own_facts(source: Source, frame: "nw.DataFrame[Any]") -> pd.DataFrame:
    own = as_pandas(frame.select(source.unit_key, *source.attributes).to_native())
    own = own.drop_duplicates().set_index(source.unit_key)
    changing = own.index[own.index.duplicated()]
    if len(changing):
        raise StudyError(
            f"{source.file or f'The {source.name} table'}: the attributes "
            f"{', '.join(source.attributes)} of unit {changing[0]!r} change between waves; "
            "give each unit one value."
        )
    return own


def _waves_of(scored: ScoredStudy) -> list[str]:
    """Waves of the scored tables that name any."""
    found: dict[str, None] = {}
    for name, table in scored.tables.items():
        if scored.codebook.tells_waves(scored.codebook.sources[name]):
            waves = nw.from_native(table, eager_only=True)["wave"].unique().to_list()
            found |= dict.fromkeys(sorted(waves))
    return list(found)
