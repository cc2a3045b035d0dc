"""Why a unit has no partner: the other file has no row of it, or rows without a score."""

from typing import Any

import narwhals as nw
import pandas as pd

from icx_research.survey.link.matching import (
    BY_DESIGN,
    FILE_HAS_IT,
    NO_PARTNER,
    OTHER,
    UNIT_SIDES,
    resembling_words,
)
from icx_research.survey.scores.scoring import few_answers
from icx_research.survey.study.study import Study

SHOWN = 5  # units of one reason that are named


def why_unlinked(study: Study, drops: pd.DataFrame) -> pd.DataFrame:
    """Add to each unit without a partner what the other file holds of it.

    Parameters
    ----------
    study : Study
    drops : DataFrame
        Of `LinkedUnits`.

    Returns
    -------
    DataFrame
        The same, with longer reasons.
    """
    if (drops["reason"] == BY_DESIGN).all():
        return drops
    present = {side: _units(study, side, role) for side, role in UNIT_SIDES.items()}
    reasons = []
    for line in drops.itertuples():
        side = str(line.side)
        source = study.codebook.sources[OTHER[side]]
        file = source.file or f"the {OTHER[side]} table"
        partners = _partners(study, side, str(line.unit))
        if line.reason == BY_DESIGN:
            reasons.append(line.reason)
        elif partners & present[OTHER[side]]:
            why = "; ".join(f"{m.name}: {few_answers(m)}" for m in source.measures.values())
            reasons.append(f"{FILE_HAS_IT.format(file=file)} ({why})")
        elif partners:
            aside = " that was not set aside" if study.n_quarantined else ""
            reasons.append(f"{NO_PARTNER}; {file} has no row of it{aside}")
        else:
            reasons.append(f"{NO_PARTNER}; the crosswalk does not name it")
    return drops.assign(reason=reasons)


def drop_lines(drops: pd.DataFrame) -> list[str]:
    """Say which units have no partner: like ones in one line, with the first of them.

    Examples
    --------
    >>> drops = pd.DataFrame({"side": "internal", "unit": list("abcdefgh"), "resembles": "",
    ...                       "reason": NO_PARTNER})
    >>> drop_lines(drops)
    ["internal units 'a', 'b', 'c', 'd', 'e' and 3 more: no partner with a score."]
    """
    lines = []
    for (side, reason, alone), like in drops.groupby(
        ["side", "reason", drops["resembles"] == ""], sort=False
    ):
        if not alone or len(like) == 1:
            lines += [
                f"{side} unit {unit.unit!r}: {reason}{resembling_words(unit.unit, unit.resembles)}."
                for unit in like.itertuples()
            ]
            continue
        named = ", ".join(repr(unit) for unit in like["unit"].head(SHOWN))
        more = f" and {len(like) - SHOWN} more" if len(like) > SHOWN else ""
        lines.append(f"{side} units {named}{more}: {reason}.")
    return lines


def _units(study: Study, side: str, role: str) -> set[str]:
    frame: nw.DataFrame[Any] = nw.from_native(study.tables[side], eager_only=True)
    return set(map(str, frame[role].drop_nulls().unique().to_list()))


def _partners(study: Study, side: str, unit: str) -> set[str]:
    """Ids on the other side that the crosswalk gives, or the same id without one."""
    crosswalk = study.tables.get("crosswalk")
    if crosswalk is None:
        return {unit}
    pairs = nw.from_native(crosswalk, eager_only=True)
    own = pairs.filter(nw.col(UNIT_SIDES[side]) == unit)
    return set(map(str, own[UNIT_SIDES[OTHER[side]]].drop_nulls().to_list()))
