"""From `study.yaml` to a `Codebook`: names resolve, or the line is named."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.checks import (
    check_answers,
    check_blocks,
    check_codes,
    check_date_format,
    check_distinct,
    check_long,
    check_measures,
    check_pattern,
    check_several_rows,
    check_waves,
    check_weight,
)
from icx_research.survey.codebook.document import (
    Place,
    load,
    parse,
    read_bytes,
    read_section,
    suggestion,
)
from icx_research.survey.codebook.layouts import LongColumns, SupplierBlocks
from icx_research.survey.codebook.question import (
    read_question,
    read_thresholds,
    with_needed_attributes,
)
from icx_research.survey.codebook.types import (
    Codebook,
    Measure,
    Scale,
    Score,
    Source,
    fold_answer,
)

TABLES = ("internal", "external", "employees", "units", "programme", "outcomes", "crosswalk")


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
        text = _as_yaml(path)
        return _codebook(parse(text, file=""), text.encode(), None)
    file = Path(path)
    content = read_bytes(file)
    return _codebook(load(content, file=file.name), content, file)


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


def _codebook(root: Place, content: bytes, path: Path | None) -> Codebook:
    values = read_section(root, "study")
    sources = {
        name: _source(values[name], name, from_file=path is not None)
        for name in TABLES
        if name in values
    }
    places = dict(root.items())
    waves = values.get("waves", ())
    wave_dates = waves if isinstance(waves, dict) else {}
    check_measures(sources, places)
    question = read_question(places.get("question", root), sources, "question" in places)
    check_waves(root, tuple(waves), wave_dates, question)
    sources = with_needed_attributes(sources, question, places.get("question", root))
    link = read_section(places["link"], "link") if "link" in places else {}
    return Codebook(
        study=values["study"],
        sources=sources,
        question=question,
        thresholds=read_thresholds(places.get("thresholds")),
        waves=tuple(waves),
        wave_dates=wave_dates,
        cautions=values.get("cautions", ()),
        description=values.get("description", ""),
        source=values.get("source", ""),
        licence=values.get("licence", ""),
        unlinked_client_units=link.get("unlinked_client_units", ()),
        unlinked_serving_units=link.get("unlinked_serving_units", ()),
        same_respondents=values.get("same_respondents", ""),
        path=path,
        digest=hashlib.sha256(content).hexdigest(),
    )


def _source(place: Place, name: str, *, from_file: bool) -> Source:
    values = read_section(place, name)
    if from_file and "file" not in values:
        place.fail("the key 'file' is missing (name of the file with this table).")
    keys = read_section(values["keys"], f"{name}.keys")
    check_distinct(values["keys"], keys)
    weight = keys.pop("weight", None) or values.get("weight")
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
        weight=weight,
        cardinality=values.get("cardinality", "one_to_one"),
        indicators=values.get("indicators", {}),
        blocks=_blocks(values.get("supplier_blocks")),
        date_format=values.get("date_format", ""),
        where=values.get("where", {}),
        long=_long(values.get("long")),
    )
    check_several_rows(values["keys"], source)
    check_date_format(place, source)
    check_blocks(place, source)
    check_long(place, source)
    check_weight(place, source)
    return source


def _long(place: Place | None) -> LongColumns | None:
    return None if place is None else LongColumns(**read_section(place, "long"))


def _blocks(place: Place | None) -> SupplierBlocks | None:
    if place is None:
        return None
    values = read_section(place, "supplier_blocks")
    check_pattern(place, values["pattern"])
    return SupplierBlocks(values["pattern"], values.get("suppliers", {}))


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
    shares = values.get("shares", {})
    columns = _figures(place, values)
    metric = values.get("metric", "mean")
    usual = {"percent": (0.0, 100.0), "share": (0.0, 1.0)}.get(metric)
    if shares:
        usual = min(shares.values()), max(shares.values())
    return Score(
        name=name,
        label=values.get("label", name.replace("_", " ")),
        values=columns,
        n=values.get("n"),
        standard_error=values.get("standard_error"),
        sd=values.get("sd"),
        shares=shares,
        metric=metric,
        response_range=values.get("range", usual),
        missing_codes=(*codes, *values.get("missing_codes", ())),
        higher_is=values.get("higher_is", "better"),
    )


def _figures(place: Place, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the columns of a score; refuse keys beside them that mean nothing there."""
    given = [key for key in ("value", "values", "shares") if key in values]
    if len(given) != 1:
        place.fail(
            "name the column under value, or several columns under values, or the shares of each "
            "answer under shares."
        )
    (key,) = given
    columns = (values["value"],) if key == "value" else tuple(values[key])
    if not columns:
        place.find(key).fail("nothing is listed here; name at least one.")
    alone = ["standard_error", "sd"] if key != "value" else []
    alone += ["metric", "range"] if key == "shares" else []
    for other in alone:
        if other in values and (key == "shares" or len(columns) > 1):
            why = "follows from the shares" if key == "shares" else "belongs to one value column"
            place.find(other).fail(f"{other} {why}; leave it out with {key}.")
    if "sd" in values and "standard_error" in values:
        place.find("sd").fail("the standard error is given already; keep one of the two.")
    if "sd" in values and "n" not in values:
        place.find("sd").fail("the standard error is sd / sqrt(n); name the column of n, too.")
    if key == "shares" and len(set(values[key].values())) < 2:
        place.find(key).fail("give at least two answers, each with a number of its own.")
    return columns
