r"""The ladder of equal measurement for ordinal items: what each level frees and equates.

Scales and means of response variables are not observed, so every level needs its own
identification: Wu, H., & Estabrook, R. (2016). Identification of confirmatory factor analysis
models of different levels of invariance for ordered categorical outcomes. Psychometrika, 81,
1014-1045, https://doi.org/10.1007/s11336-016-9506-0. Under the theta parameterisation, with
variances 1 and means 0 of the latent variables in the first group:

- configural: intercepts 0 and residual variances 1 in all groups;
- thresholds equal: intercepts and residual variances of all groups but the first become free;
- loadings equal (metric): latent variances of all groups but the first become free;
- intercepts 0 in all groups (scalar): latent means of all groups but the first become free;
- residual variances 1 in all groups (strict).

An item of two categories tells neither threshold, loading nor intercept alone: it stays as in
configural, and joins at the scalar level with all three; so does one of which all thresholds but
one are freed. Three categories do not tell equal thresholds alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from icx_research.measurement.sem.estimation import degrees_of_freedom
from icx_research.measurement.sem.model import Prepared, ordinal_table
from icx_research.measurement.sem.parameters import ParameterTable
from icx_research.measurement.sem.specifications import check_free, read_paths
from icx_research.measurement.sem.syntax import Term

ORDINAL_LEVELS = ("configural", "thresholds", "metric", "scalar", "strict")
THRESHOLDS, LOADINGS, INTERCEPTS, RESIDUALS = range(1, 5)
TAKES = (
    "loadings, thresholds, intercepts and residual variances of the items, such as 'f =~ x2', "
    "'x2 | t1', 'x2 ~ 1' and 'x2 ~~ x2'"
)

Path = tuple[str, str, str]


@dataclass(frozen=True)
class Level:
    """One level of the ladder.

    Attributes
    ----------
    name : str
    terms : tuple of Term
        What is fixed and free beside the model.
    equal : frozenset of (lhs, op, rhs)
        Paths with one value in all groups.
    """

    name: str
    terms: tuple[Term, ...]
    equal: frozenset[Path]


@dataclass(frozen=True)
class _Model:
    """What the levels need to know of a model."""

    items: dict[str, int]
    loadings: tuple[tuple[str, str], ...]
    latent: tuple[str, ...]
    n_groups: int
    free: frozenset[Path]

    def joins(self, item: str) -> bool:
        """Whether an item with one equal threshold is equal at the scalar level."""
        own = {p for p in self.free if item in (p[0], p[2]) and p[1] in ("=~", "~1")}
        return not own


def ordinal_levels(
    prepared: Prepared, names: Sequence[str], free: Iterable[str]
) -> tuple[list[Level], list[str]]:
    """Lay out the levels that can be tested, with a note for each that cannot.

    Parameters
    ----------
    prepared : Prepared
    names : sequence of str
        A beginning of `ORDINAL_LEVELS`.
    free : iterable of str
        Paths that differ between groups.

    Returns
    -------
    list of Level and list of str
    """
    model = _read(prepared, free)
    levels: list[Level] = []
    notes: list[str] = []
    waiting: list[str] = []
    before = -1
    for step, name in enumerate(names):
        level = _level(model, name, step)
        df = degrees_of_freedom(parameters_of(prepared, level))
        if df == before:
            waiting.append(name)
            continue
        if waiting:
            notes.append(f"{_nothing(waiting)}, so tested together with {name}")
            waiting = []
        levels.append(level)
        before = df
    if waiting:
        notes.append(_nothing(waiting))
    binary = [item for item, count in model.items.items() if count == 1]
    if binary and len(binary) < len(model.items):
        notes.append(
            f"items of two categories ({', '.join(binary)}) stay free up to the scalar level, "
            "which they join with thresholds, loadings and intercepts"
        )
    return levels, notes


def parameters_of(prepared: Prepared, level: Level) -> ParameterTable:
    """Lay out the parameters of a level."""
    return ordinal_table(
        prepared, theta=True, std_lv=True, more_terms=level.terms, equal_paths=level.equal
    )


def _nothing(levels: Sequence[str]) -> str:
    return (
        f"{' and '.join(levels)}: not testable alone, as items of two or three categories or freed "
        "paths leave nothing to test"
    )


def _read(prepared: Prepared, free: Iterable[str]) -> _Model:
    items = dict(zip(prepared.sample.names, prepared.ordinal[0].counts, strict=True))
    loadings = tuple((t.lhs, t.rhs) for t in prepared.terms if t.op == "=~")
    latent = tuple(dict.fromkeys(name for name, _ in loadings))
    known: set[Path] = {(name, "=~", item) for name, item in loadings}
    for item, count in items.items():
        known |= {(item, "~1", ""), (item, "~~", item)}
        known |= {(item, "|", f"t{t}") for t in range(1, count + 1)}
    paths = read_paths(free, "free")
    check_free(paths, known, TAKES)
    return _Model(items, loadings, latent, len(prepared.ordinal), frozenset(paths))


def _level(model: _Model, name: str, step: int) -> Level:
    terms: list[Term] = []
    equal: set[Path] = set()
    anchored = set()
    for item, count in model.items.items():
        own = {(item, "|", f"t{t}") for t in range(1, count + 1)} - model.free
        joined = len(own) == 1 and step >= INTERCEPTS and model.joins(item)
        late = len(own) < 2 and not joined
        own = own if step >= THRESHOLDS and not late else set()
        same_intercept = step >= INTERCEPTS and (item, "~1", "") not in model.free
        same_residual = step >= RESIDUALS and (item, "~~", item) not in model.free
        equal |= own
        terms.append(_first(model, (item, "~1", ""), 0.0, free=bool(own) and not same_intercept))
        terms.append(_first(model, (item, "~~", item), 1.0, free=bool(own) and not same_residual))
        if own and same_intercept:
            anchored.add(item)
        if step >= LOADINGS and not late:
            equal |= {(f, "=~", i) for f, i in model.loadings if i == item} - model.free
    if step >= LOADINGS:
        higher = {(f, "=~", i) for f, i in model.loadings if i in model.latent}
        equal |= higher - model.free
    for factor in model.latent:
        scaled = any(path[0] == factor and path[1] == "=~" for path in equal)
        placed = any(f == factor and item in anchored for f, item in model.loadings)
        terms.append(_first(model, (factor, "~~", factor), 1.0, free=scaled))
        terms.append(_first(model, (factor, "~1", ""), 0.0, free=placed))
    return Level(name, tuple(terms), frozenset(equal))


def _first(model: _Model, path: Path, value: float, *, free: bool) -> Term:
    """Fix a path in the first group, and in the others unless it is free there."""
    later = np.nan if free else value
    return Term(*path, fixed=(value, *[later] * (model.n_groups - 1)))
