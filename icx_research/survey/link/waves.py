"""Waves in order of time, and which internal wave meets which external one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import narwhals as nw

from icx_research.core.errors import Blocked, StudyError
from icx_research.survey.codebook.types import Codebook
from icx_research.survey.codebook.wave_order import certain_order, order_waves
from icx_research.survey.units.aggregation import UnitScores


def common_waves(internal: UnitScores, external: UnitScores, lag: int) -> dict[str, str]:
    """Map each internal wave to the external wave it is linked with."""
    codebook = internal.codebook
    inside = order_waves(internal.table["wave"].unique(), codebook)
    outside = order_waves(external.table["wave"].unique(), codebook)
    undeclared = not (codebook.tells_waves(internal.source) and
                      codebook.tells_waves(external.source))  # fmt: skip
    if undeclared and lag == 0:
        if len(inside) == len(outside) == 1:
            return {inside[0]: outside[0]}
        side = "external" if codebook.tells_waves(internal.source) else "internal"
        raise StudyError(
            f"The {side} survey has no wave column but the other has several waves; declare the "
            f"wave column under {side}: keys."
        )
    every = order_waves({*inside, *outside}, codebook)
    pairs = {wave: every[i + lag] for i, wave in enumerate(every) if 0 <= i + lag < len(every)}
    common = {a: b for a, b in pairs.items() if a in inside and b in outside}
    if not common:
        raise Blocked(
            f"no wave is in both surveys with lag {lag}: internal has {', '.join(inside)}, "
            f"external has {', '.join(outside)}."
        )
    _check_order(every if lag else list(common), codebook, lag)
    return common


def _check_order(waves: Collection[str], codebook: Codebook, lag: int) -> None:
    """Refuse waves whose order counts and is not certain."""
    counts = lag or codebook.question.wave not in waves
    if counts and len(waves) > 1 and not codebook.waves and certain_order(waves) is None:
        raise StudyError(
            f"codebook: waves: the names of the waves ({', '.join(waves)}) do not tell their order "
            "in time; list them in that order under waves: [...], as the answer rests on the last."
        )


def wave_sentence(waves: Sequence[str], codebook: Codebook) -> str:
    """Say on which of several linked waves the answer rests; empty where there is one."""
    if len(waves) < 2:
        return ""
    asked = codebook.question.wave
    why = "as question: wave says" if asked in waves else "the last of them"
    return (
        f"Waves in order of time: {', '.join(waves)}. The answer rests on "
        f"{asked if asked in waves else waves[-1]}, {why}."
    )


def align_waves(scores: UnitScores, reference: UnitScores) -> UnitScores:
    """Name the wave of a further table as the survey it is joined to names it.

    A table without a wave column has one wave; it can only be joined to a survey
    of one wave, whatever that is called.
    """
    tells_waves = scores.codebook.tells_waves
    if tells_waves(scores.source) and tells_waves(reference.source):
        return scores
    own, known = scores.table["wave"].unique(), reference.table["wave"].unique()
    if len(own) == len(known) == 1:
        return rename_waves(scores, {own[0]: known[0]})
    name = next(s.source.name for s in (scores, reference) if not tells_waves(s.source))
    raise StudyError(
        f"The {name} table has no wave column but the tables it is joined to have several waves; "
        f"declare the wave column under {name}: keys."
    )


def rename_waves(scores: UnitScores, names: Mapping[str, str]) -> UnitScores:
    """Give waves other names; waves without one are left out."""
    if set(scores.table["wave"]) <= {old for old, new in names.items() if old == new}:
        return scores
    table = scores.table[scores.table["wave"].isin(list(names))]
    table = table.assign(wave=table["wave"].map(dict(names)))
    if scores.persons is None:
        return replace(scores, table=table)
    persons = nw.from_native(scores.persons, eager_only=True)
    persons = persons.filter(nw.col("wave").is_in(list(names)))
    renamed = nw.col("wave").replace_strict(
        list(names), list(names.values()), return_dtype=nw.String()
    )
    return replace(scores, table=table, persons=persons.with_columns(renamed).to_native())
