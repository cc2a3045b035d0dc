"""A call with the wrong object, or without what it needs, is answered by the call to type."""

import inspect
from collections.abc import Callable, Mapping
from functools import cache, wraps
from pathlib import Path
from types import UnionType
from typing import Any, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

P = ParamSpec("P")
R = TypeVar("R")

# How what is needed comes about from what was given; "" stands for anything else. Names only:
# this file must not import the types of later layers.
MADE = {
    "Study": {
        "": "read_study('study.yaml')",
        "path": "read_study({given})",
        "DataFrame": "study_from_frames(codebook, internal=..., external=...)",
    },
    "ScoredStudy": {"": "scale_scores(study)", "path": "scale_scores(read_study({given}))"},
    "UnitScores": {
        "": "unit_scores(scale_scores(study), by='client_unit')",
        "ScoredStudy": "unit_scores(scored, by='client_unit')",
    },
    "LinkedUnits": {"": "link_study(study)", "path": "link_study(read_study({given}))"},
    "ProtectedUnits": {
        "": "protect(link_study(study))",
        "LinkedUnits": "protect(linked)",
        "UnitScores": "protect(scores)",
    },
    "GroupedMoments": {"": "moments(data, ['score'], by='unit')"},
    "DataFrame": {
        "": "{name}",
        "path": "pandas.read_csv({given})",
        "Study": "scale_items(study, '...')",
        "ScoredStudy": "scored.tables['internal']",
        "LinkedUnits": "linked.table",
        "UnitScores": "scores.table",
        "ProtectedUnits": "units.table",
        "GroupedMoments": "moments.pooled()",
        "frame": "data.to_pandas()",
    },
    "LinkageCorrelation": {"": "linkage_correlations(linked, internal=..., external=...)"},
}
TABLES = ("data", "items")  # the parameters that take a table; a NumPy array may stand there
OTHERS = {"Study", "ScoredStudy", "UnitScores", "LinkedUnits", "ProtectedUnits", "Codebook",
          "DataFrame"}  # fmt: skip
SAMPLES = {"rng": "1", "n_factors": "parallel_analysis(items, rng=1).n_factors"}


def guided(function: Callable[P, R]) -> Callable[P, R]:
    """Check what a public function is given before it runs, and name the right call.

    Raises
    ------
    TypeError
        If an argument is missing, the data are of another kind, or a list stands where every
        scale needs a name; with the call to type.
    """
    signature = inspect.signature(function)

    @wraps(function)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            bound = signature.bind_partial(*args, **kwargs)
        except TypeError:  # an argument too many: Python's own words name it
            return function(*args, **kwargs)
        given = bound.arguments
        for name in given.keys() & TABLES:
            given[name] = _with_names(given[name])
        _check_kinds(function, signature, given)
        missing = [name for name in _required(signature) if name not in given]
        if missing:
            call = _call(function, signature, given)
            raise TypeError(f"{function.__name__} needs {' and '.join(missing)}; type {call}.")
        return function(*bound.args, **bound.kwargs)

    asked.__module__ = "icx_research"  # where it is found again, also by another process
    return asked


def _with_names(data: Any) -> Any:
    """Name the columns of a NumPy array x1, x2, ... (of a structured one as it says)."""
    if type(data).__name__ != "ndarray" or (data.ndim != 2 and not data.dtype.names):
        return data
    import pandas as pd  # here, so that importing the package loads no library

    names = data.dtype.names or [f"x{place + 1}" for place in range(data.shape[1])]
    return pd.DataFrame(data, columns=list(names))


def _check_kinds(
    function: Callable[..., Any], signature: inspect.Signature, given: Mapping[str, Any]
) -> None:
    for name, value in given.items():
        kinds = _kinds(function, name)
        by_place = signature.parameters[name].kind is not inspect.Parameter.KEYWORD_ONLY
        if by_place and _is_other(value, kinds):
            needed = [kind.__name__ for kind in kinds if kind is not type(None)] or ["DataFrame"]
            right = _made(needed, value, name)
            raise TypeError(
                f"{function.__name__} takes {' or '.join(needed)}, not {type(value).__name__}; "
                f"type {_call(function, signature, given, {name: right})}."
            )
        if not by_place and kinds[:1] == (Mapping,) and isinstance(value, list | tuple | str):
            raise TypeError(
                f"{function.__name__} takes {name} as a dict, not {type(value).__name__}; type "
                f"{name}={{'...': ['...', '...']}}."
            )


def _is_other(value: Any, kinds: tuple[type, ...]) -> bool:
    """Tell whether data are surely of another kind; what may do is left to the function."""
    names = {base.__name__ for base in type(value).__mro__}
    known = bool(names & OTHERS) or isinstance(value, str | Path)
    if not kinds:  # frames of any engine
        return known and "DataFrame" not in names
    if value is None or isinstance(value, kinds):
        return False
    return known or any(kind.__name__ in MADE for kind in kinds)


def _made(needed: list[str], value: Any, name: str) -> str:
    ways = next((MADE[kind] for kind in needed if kind in MADE), {"": name})
    if isinstance(value, str | Path):
        return ways.get("path", ways[""]).format(given=repr(str(value)))
    if hasattr(value, "to_pandas"):
        return ways.get("frame", ways[""])
    bases = [base.__name__ for base in type(value).__mro__]
    return next((ways[base] for base in bases if base in ways), ways[""]).format(name=name)


def _call(
    function: Callable[..., Any],
    signature: inspect.Signature,
    given: Mapping[str, Any],
    right: Mapping[str, str] | None = None,
) -> str:
    """Write the call with everything that is required or was given."""
    parts = []
    for name, parameter in signature.parameters.items():
        if name not in _required(signature) and name not in given:
            continue
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            parts.append(f"{name}={SAMPLES.get(name, '...')}")
        elif parameter.kind is not inspect.Parameter.VAR_KEYWORD:
            parts.append((right or {}).get(name, name))
    return f"{function.__name__}({', '.join(parts)})"


def _required(signature: inspect.Signature) -> list[str]:
    many = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        name
        for name, parameter in signature.parameters.items()
        if parameter.default is parameter.empty and parameter.kind not in many
    ]


@cache
def _kinds(function: Callable[..., Any], name: str) -> tuple[type, ...]:
    """Classes that a parameter takes; none where its annotation does not say."""
    hint = get_type_hints(function).get(name, Any)
    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    kinds = tuple(get_origin(option) or option for option in options)
    plain = all(isinstance(kind, type) and not hasattr(kind, "_is_protocol") for kind in kinds)
    return kinds if plain and Any not in kinds else ()
