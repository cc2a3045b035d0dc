"""One name for one idea in every public call: data first, everything else by keyword."""

import inspect
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

import icx_research as icx
from icx_research.core.rng import Rng

# What a call is about, and so may come first by its place.
FIRST = {
    "data", "items", "moments", "model", "study", "codebook", "path", "name",
    "scored", "scores", "linked", "units", "result", "table", "figure", "overview",
    "internal", "restricted", "clients", "journal",
    "reliability",  # the first of the four results of measurement_answer
    "correlation", "null", "weights",  # numbers that formulas turn into others
}  # fmt: skip
# What may come second by its place: data of the other side, or which part of the data is meant.
SECOND = {"data", "linked", "external", "general", "suppliers", "columns", "source", "scale",
          "scales", "score", "name", "dimensions", "structure", "invariance"}  # fmt: skip
# The field's word, and what else people write for it.
ONE_WORD = {
    "controls": {"covariates", "control", "covariate", "control_variables"},
    "outcome": {"dv", "dependent", "y", "target", "outcomes"},
    "predictor": {"iv", "independent", "x", "features"},
    "unit": {"group_id", "team", "branch", "units_column", "unit_id"},
    "confidence_level": {"alpha", "ci", "conf", "confidence", "level"},
    "n_resamples": {"n_boot", "n_bootstrap", "n_draws", "n_iter", "n_samples", "resamples"},
    "rng": {"seed", "random_state", "generator"},
    "n_factors": {"factors", "n_components", "k"},
    "data": {"frame", "responses", "x"},
    "result": {"found", "told", "walk", "res", "fit", "results"},
    "wave": {"round", "time", "period"},
}
HINTS: dict[str, Any] = {  # a name with one kind of value everywhere
    "rng": (Rng, Rng | None),
    "confidence_level": (float, float | None),
    "n_resamples": (int,),
    "controls": ("Sequence",),
    "wave": (str | None,),
    "unit": (str,),
    "scale": (str,),
    "min_persons": (int, int | None),
}
PUBLIC = {name: getattr(icx, name) for name in icx.__all__}
FUNCTIONS = {name: value for name, value in PUBLIC.items() if inspect.isfunction(value)}
PLOTS = [name for name in FUNCTIONS if name.startswith("plot_")]

each_function = pytest.mark.parametrize("name", FUNCTIONS)


def parameters(name: str) -> list[inspect.Parameter]:
    return list(inspect.signature(FUNCTIONS[name]).parameters.values())


@each_function
def test_data_come_first_and_all_else_is_named(name):
    by_place = [p for p in parameters(name) if p.kind is not p.KEYWORD_ONLY]
    by_place = [p.name for p in by_place if p.kind is not p.VAR_KEYWORD]
    assert set(by_place[:1]) <= FIRST, f"{name}({by_place[0]})"
    assert set(by_place[1:]) <= SECOND, f"{name}{tuple(by_place)}"
    assert len(by_place) <= (4 if name == "measurement_answer" else 2), f"{name}{tuple(by_place)}"


@each_function
def test_every_argument_is_spelled_out(name):
    for parameter in parameters(name):
        if name != "study_from_frames":  # its tables are its data, named as in the codebook
            assert parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)


@each_function
def test_one_idea_has_one_name(name):
    for parameter in parameters(name):
        for word, others in ONE_WORD.items():
            assert parameter.name not in others, f"{name}: {parameter.name} is called {word}"


@each_function
def test_every_argument_and_answer_is_typed(name):
    hints = get_type_hints(FUNCTIONS[name])
    for parameter in parameters(name):
        hint = hints[parameter.name]
        # frames of any engine have no type of their own
        assert hint is not Any or parameter.name in ("data", "clients", "suppliers", "tables")
    assert "return" in hints
    assert hints["return"] is not Any


@each_function
def test_a_name_takes_one_kind_of_value(name):
    hints = get_type_hints(FUNCTIONS[name])
    for parameter in parameters(name):
        if parameter.name in HINTS:
            hint = hints[parameter.name]
            shape = getattr(get_origin(hint), "__name__", None)
            assert hint in HINTS[parameter.name] or shape in HINTS[parameter.name], (
                f"{name}: {parameter.name}: {hint}"
            )


@each_function
def test_options_are_listed_where_a_default_is_one_of_few_words(name):
    hints = get_type_hints(FUNCTIONS[name])
    for parameter in parameters(name):
        if parameter.name in ("method", "estimator", "missing", "rotation", "rows", "interval"):
            hint = hints[parameter.name]
            options = get_args(hint) if get_origin(hint) is Union else (hint,)
            if isinstance(parameter.default, str):
                assert any(get_origin(option) is Literal for option in options), parameter.name


def test_a_result_may_be_drawn_by_place_and_the_axes_are_named():
    for name in PLOTS:
        first, *_, last = parameters(name)
        assert (first.name, last.name) == ("result", "ax"), name
