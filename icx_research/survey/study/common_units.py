"""Whether tables speak of the same units and waves: none in common is refused, some are named."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import narwhals as nw

from icx_research.core.apa import counted
from icx_research.core.errors import StudyError
from icx_research.survey.codebook.types import Codebook

# Whose units those of a further table must be.
SIDES = {
    "employees": ("client_unit",),
    "outcomes": ("serving_unit",),
    "units": ("client_unit", "serving_unit"),
    "programme": ("client_unit", "serving_unit"),
}
SHOWN = 3  # units that are named


def check_common_units(codebook: Codebook, tables: Mapping[str, Any]) -> None:
    """Refuse a further table of which no unit is a unit of the surveys.

    Raises
    ------
    StudyError
        With file, column and the first units of it.
    """
    for name, own, sides in _further_units(codebook, tables):
        known = set().union(*sides.values())
        if not own & known:
            kind = next(iter(sides)).replace("_", " ") if len(sides) == 1 else "unit"
            raise StudyError(
                f"{_place(codebook, name)}: none of its units ({_named(own)}) is a {kind} of the "
                f"surveys ({_named(known)}); write the ids alike, or leave the table out."
            )


def _further_units(
    codebook: Codebook, tables: Mapping[str, Any]
) -> Iterator[tuple[str, set[str], dict[str, set[str]]]]:
    """Name each further table with its units, and those of the sides of the survey it is of."""
    surveyed = _surveyed(codebook, tables)
    for name in (name for name in SIDES if name in tables):
        own = _values(tables[name], codebook.sources[name].unit_key)
        yield name, own, {side: surveyed[side] for side in SIDES[name]}


def without_counterpart(codebook: Codebook, tables: Mapping[str, Any]) -> list[str]:
    """Say which units of further tables, and which waves of a survey, meet no other table."""
    return [*_units_apart(codebook, tables), *_waves_apart(codebook, tables)]


def _units_apart(codebook: Codebook, tables: Mapping[str, Any]) -> Iterator[str]:
    for name, own, sides in _further_units(codebook, tables):
        strange = own - set().union(*sides.values())
        absent = min((units - own for units in sides.values()), key=len)
        said = []
        if strange:
            said.append(f"{counted(len(strange), 'unit')} of it in no survey ({_named(strange)})")
        if absent:
            said.append(
                f"{counted(len(absent), 'unit')} of the survey not in it ({_named(absent)})"
            )
        if said:
            yield f"{_place(codebook, name)}: {'; '.join(said)}."
    if "crosswalk" in tables:
        silent = _values(tables["crosswalk"], "client_unit") - _values(
            tables["internal"], "client_unit")  # fmt: skip
        if silent:
            yield (
                f"{_place(codebook, 'crosswalk')}: {counted(len(silent), 'unit')} of it without "
                f"answers in the internal survey ({_named(silent)}); others behind the same "
                "serving unit stand for them."
            )


def _waves_apart(codebook: Codebook, tables: Mapping[str, Any]) -> Iterator[str]:
    surveys = ("internal", "external")
    if not all(codebook.tells_waves(codebook.sources[name]) for name in surveys):
        return
    waves = {name: _values(tables[name], "wave") for name in surveys}
    for name, other in (surveys, surveys[::-1]):
        apart = sorted(waves[name] - waves[other])
        if apart:
            yield (
                f"The {name} survey has {_named(apart)} as a wave, the {other} survey has not (it "
                f"has {_named(waves[other])}); these rows stay out of the link. If it is the same "
                "wave, name it alike."
            )


def _surveyed(codebook: Codebook, tables: Mapping[str, Any]) -> dict[str, set[str]]:
    """Units of either side: those of the survey, and those the crosswalk knows besides."""
    found = {
        "client_unit": _values(tables["internal"], "client_unit"),
        "serving_unit": _values(tables["external"], "serving_unit"),
    }
    if "crosswalk" in codebook.sources:
        found = {side: units | _values(tables["crosswalk"], side) for side, units in found.items()}
    return found


def _values(table: Any, column: str) -> set[str]:
    return set(nw.from_native(table, eager_only=True)[column].unique().to_list())


def _place(codebook: Codebook, name: str) -> str:
    source = codebook.sources[name]
    return f"{source.file or f'The {name} table'}, column {source.keys[source.unit_key]}"


def _named(units: Collection[str]) -> str:
    more = ", ..." if len(units) > SHOWN else ""
    return ", ".join(repr(unit) for unit in sorted(units)[:SHOWN]) + more
