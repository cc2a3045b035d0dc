"""What a study asks, and with which limits: from `study.yaml`, every name resolved."""

from collections.abc import Mapping
from dataclasses import replace

from icx_research.core import cutoffs
from icx_research.survey.codebook.checks import RESERVED
from icx_research.survey.codebook.document import Place, read_section, suggestion, text
from icx_research.survey.codebook.types import Question, Source, Thresholds

SIGNED = ("signed_by", "signed_on", "reason")


def read_question(place: Place, sources: Mapping[str, Source], given: bool) -> Question:
    """Read the scores that are asked about; where a side has one only, it is the one."""
    values = read_section(place, "question") if given else {}
    chosen = {}
    for side in ("internal", "external"):
        known = list(sources[side].measures)
        names = values.get(side, tuple(known) if len(known) == 1 else ())
        if not names:
            place.fail(
                f"the study has several {side} scores ({', '.join(known)}); "
                f"name the one that is asked about under question: {side}."
            )
        for name in names:
            if name not in known:
                place.find(side).fail(f"{name!r} is no {side} score; {suggestion(name, known)}")
        chosen[side] = names
    return Question(
        internal=chosen["internal"],
        external=chosen["external"],
        controls=values.get("controls", ()),
        subsets={
            name: {key: text(value) for key, value in at.items()}
            for name, at in values.get("subsets", {}).items()
        },
        wave=values.get("wave"),
    )


def with_needed_attributes(
    sources: Mapping[str, Source], question: Question, place: Place
) -> dict[str, Source]:
    """Find each control and subset column; a published table may hold it undeclared."""
    known = [name for s in sources.values() for name in (*s.measures, *s.facts)]
    needed = dict.fromkeys(
        (*question.controls, *(column for at in question.subsets.values() for column in at))
    )
    for name in needed:
        if name in RESERVED:
            place.fail(f"{name!r} is a key of the tables, no control and no group of units.")
    extra = {name: name for name in needed if name not in known}
    if not extra:
        return dict(sources)
    for name in extra:
        rows = [source.name for source in sources.values() if name in source.attributes]
        if rows:
            _asking_place(place, question, name).fail(
                f"{name!r} describes rows of the {rows[0]} table, not units; declare an attribute "
                "of units under units: attributes."
            )
    for name in ("units", "internal", "external"):
        source = sources.get(name)
        if source and source.grain == "unit":
            widened = replace(source, attributes={**source.attributes, **extra})
            return {**sources, name: widened}
    name = next(iter(extra))
    _asking_place(place, question, name).fail(
        f"{name!r} is neither a score nor an attribute; declare it under units: attributes, or "
        f"correct it ({suggestion(name, known).rstrip('.')})."
    )


def _asking_place(place: Place, question: Question, name: str) -> Place:
    return place.find("controls" if name in question.controls else "subsets")


def read_thresholds(place: Place | None) -> Thresholds:
    """Read the limits that differ from the usual ones."""
    if place is None:
        return Thresholds()
    values = read_section(place, "thresholds")
    least = values.get("min_persons", cutoffs.MIN_PERSONS)
    if least < cutoffs.LOWEST_MIN_PERSONS:
        place.find("min_persons").fail(f"must be at least {cutoffs.LOWEST_MIN_PERSONS}.")
    if least < cutoffs.MIN_PERSONS and not values.keys() >= {*SIGNED}:
        place.find("min_persons").fail(
            f"fewer than {cutoffs.MIN_PERSONS} persons are shown only where somebody answers for "
            f"it: add {', '.join(SIGNED)} beside it."
        )
    return Thresholds(**values)
