"""From `study.yaml` to a `Codebook`: names resolve, or the line is named."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from icx_research.core import cutoffs
from icx_research.core.errors import StudyError
from icx_research.survey.codebook import (
    Codebook,
    Measure,
    Question,
    Scale,
    Score,
    Source,
    Thresholds,
    fold_answer,
)
from icx_research.survey.codebook_checks import (
    RESERVED,
    check_answers,
    check_codes,
    check_distinct,
    check_measures,
    check_waves,
)
from icx_research.survey.document import Place, load, parse, read_section, suggestion, text

TABLES = ("internal", "external", "employees", "units", "outcomes", "crosswalk")


def read_codebook(path: str | Path | Mapping[str, Any]) -> Codebook:
    """Read a codebook and check that every name in it resolves.

    Parameters
    ----------
    path : path of a `study.yaml`, or a mapping with the same keys
        `icx codebook` lists every key with its meaning.

    Returns
    -------
    Codebook

    Raises
    ------
    StudyError
        With file, line and key: unknown key (the nearest known one is suggested),
        missing key, wrong kind of value, item listed twice, a name that is not
        declared.

    Examples
    --------
    >>> codebook = read_codebook({
    ...     "study": "Branches",
    ...     "internal": {"keys": {"client_unit": "branch"},
    ...                  "scales": {"service": {"items": ["q1", "q2"], "range": [1, 7]}}},
    ...     "external": {"keys": {"serving_unit": "branch"},
    ...                  "scales": {"csat": {"items": ["c1"], "range": [1, 7]}}},
    ... })
    >>> codebook.question.internal, codebook.question.external
    (('service',), ('csat',))
    """
    if isinstance(path, Mapping):
        content = _as_yaml(path)
        return _codebook(parse(content, file=""), content, None)
    file = Path(path)
    root = load(file)
    return _codebook(root, file.read_text(encoding="utf-8-sig"), file)


def _as_yaml(keys: Mapping[str, Any]) -> str:
    """Write a mapping as a codebook, so that both are read by the same rules."""
    try:
        return yaml.safe_dump(dict(keys), sort_keys=False, allow_unicode=True)
    except yaml.YAMLError as error:
        kind = type(error.args[-1]).__name__
        raise StudyError(
            f"codebook: a value of type {kind} stands in the mapping; use text, numbers, "
            "True or False, lists and dicts."
        ) from None


def _codebook(root: Place, content: str, path: Path | None) -> Codebook:
    values = read_section(root, "study")
    sources = {
        name: _source(values[name], name, from_file=path is not None)
        for name in TABLES
        if name in values
    }
    places = dict(root.items())
    check_measures(sources, places)
    question = _question(places.get("question", root), sources, "question" in places)
    check_waves(root, values.get("waves", ()), question)
    sources = _with_needed_attributes(sources, question, places.get("question", root))
    link = read_section(places["link"], "link") if "link" in places else {}
    return Codebook(
        study=values["study"],
        sources=sources,
        question=question,
        thresholds=_thresholds(places.get("thresholds")),
        waves=values.get("waves", ()),
        cautions=values.get("cautions", ()),
        description=values.get("description", ""),
        source=values.get("source", ""),
        licence=values.get("licence", ""),
        unlinked_client_units=link.get("unlinked_client_units", ()),
        unlinked_serving_units=link.get("unlinked_serving_units", ()),
        path=path,
        digest=hashlib.sha256(content.encode()).hexdigest(),
    )


def _source(place: Place, name: str, *, from_file: bool) -> Source:
    values = read_section(place, name)
    if from_file and "file" not in values:
        place.fail("the key 'file' is missing (name of the file with this table).")
    keys = read_section(values["keys"], f"{name}.keys")
    check_distinct(values["keys"], keys)
    survey = name in ("internal", "external", "employees")
    grain = values.get("grain", "respondent" if survey else "unit")
    source = Source(
        name=name,
        file=values.get("file"),
        keys=keys,
        grain=grain,
        measures=_measures(place, values, grain, survey=survey),
        attributes=values.get("attributes", {}),
        encoding=values.get("encoding", "utf-8"),
        separator=_separator(place, values),
        decimal=values.get("decimal", "."),
        sheet=values.get("sheet", ""),
        format=values.get("format", ""),
        unfinished=values.get("unfinished", "keep"),
        published=values.get("published", False),
        proxy=values.get("proxy", False),
        weight=values.get("weight"),
        cardinality=values.get("cardinality", "one_to_one"),
    )
    if "supplier_unit" in keys and "respondent" not in keys and grain == "respondent":
        values["keys"].fail(
            "with a supplier_unit column one person has several rows; name the "
            "respondent column too."
        )
    if "supplier_unit" in keys and grain == "unit":
        values["keys"].find("supplier_unit").fail(
            "a table of grain 'unit' has one row per client unit and wave; give the figures of "
            "all suppliers together and leave this key out."
        )
    return source


def _separator(place: Place, values: Mapping[str, Any]) -> str:
    separator = {"tab": "\t", "\\t": "\t"}.get(
        values.get("separator", ","), values.get("separator", ",")
    )
    if len(separator) != 1:
        place.find("separator").fail("expected one character, or the word tab.")
    return separator


def _measures(
    place: Place, values: Mapping[str, Any], grain: str, *, survey: bool
) -> dict[str, Measure]:
    """Read scales (respondent grain) or scores (unit grain) of one table."""
    wanted, other = ("scales", "scores") if grain == "respondent" else ("scores", "scales")
    if other in values:
        place.find(other).fail(f"a table of grain '{grain}' has {wanted}, not {other}.")
    if survey and not values.get(wanted):
        place.fail(f"the key {wanted!r} is missing; a survey needs at least one.")
    codes = values.get("missing_codes", ())
    build = _scale if grain == "respondent" else _score
    return {name: build(at, name, codes) for name, at in values.get(wanted, {}).items()}


def _scale(place: Place, name: str, codes: tuple[str, ...]) -> Scale:
    values = read_section(place, "scale")
    items = values["items"]
    reverse = values.get("reverse_keyed", ())
    stray = [item for item in reverse if item not in items]
    if stray:
        place.find("reverse_keyed").fail(
            f"{stray[0]!r} is no item of the scale; {suggestion(stray[0], items)}"
        )
    missing_codes = (*codes, *values.get("missing_codes", ()))
    check_codes(place, missing_codes, values["range"])
    answers = {fold_answer(word): value for word, value in values.get("answers", {}).items()}
    check_answers(place, values.get("answers", {}), missing_codes, values["range"])
    return Scale(
        name=name,
        label=values.get("label", name.replace("_", " ")),
        items=items,
        response_range=values["range"],
        reverse_keyed=reverse,
        missing_codes=missing_codes,
        kind=values.get("kind", "other"),
        higher_is=values.get("higher_is", "better"),
        answers=answers,
    )


def _score(place: Place, name: str, codes: tuple[str, ...]) -> Score:
    values = read_section(place, "score")
    if ("value" in values) == ("values" in values):
        place.fail("name the column under value, or several columns under values.")
    columns = (values["value"],) if "value" in values else values["values"]
    metric = values.get("metric", "mean")
    usual = {"percent": (0.0, 100.0), "share": (0.0, 1.0)}.get(metric)
    if len(columns) > 1 and ("n" in values or "standard_error" in values):
        place.fail("n and standard_error belong to one value column; leave them out with values.")
    return Score(
        name=name,
        label=values.get("label", name.replace("_", " ")),
        values=columns,
        n=values.get("n"),
        standard_error=values.get("standard_error"),
        metric=metric,
        response_range=values.get("range", usual),
        missing_codes=(*codes, *values.get("missing_codes", ())),
        higher_is=values.get("higher_is", "better"),
    )


def _question(place: Place, sources: Mapping[str, Source], given: bool) -> Question:
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


def _with_needed_attributes(
    sources: Mapping[str, Source], question: Question, place: Place
) -> dict[str, Source]:
    """Find each control and subset column; a published table may hold it undeclared."""
    known = [name for s in sources.values() for name in (*s.measures, *s.attributes)]
    needed = dict.fromkeys(
        (*question.controls, *(column for at in question.subsets.values() for column in at))
    )
    for name in needed:
        if name in RESERVED:
            place.fail(f"{name!r} is a key of the tables, no control and no group of units.")
    extra = {name: name for name in needed if name not in known}
    if not extra:
        return dict(sources)
    for name in ("units", "internal", "external"):
        source = sources.get(name)
        if source and source.grain == "unit":
            widened = replace(source, attributes={**source.attributes, **extra})
            return {**sources, name: widened}
    name = next(iter(extra))
    at = place.find("controls") if name in question.controls else place.find("subsets")
    at.fail(
        f"{name!r} is neither a score nor an attribute; declare it under units: attributes, or "
        f"correct it ({suggestion(name, known).rstrip('.')})."
    )


def _thresholds(place: Place | None) -> Thresholds:
    if place is None:
        return Thresholds()
    values = read_section(place, "thresholds")
    if values.get("min_persons", cutoffs.MIN_PERSONS) < cutoffs.LOWEST_MIN_PERSONS:
        place.find("min_persons").fail(f"must be at least {cutoffs.LOWEST_MIN_PERSONS}.")
    return Thresholds(**values)
