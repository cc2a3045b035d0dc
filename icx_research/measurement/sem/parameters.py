"""The parameter table: every path of a model, written down or added by default."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from icx_research.measurement.sem.responses import add_responses
from icx_research.measurement.sem.specifications import Key, known_paths, specifications
from icx_research.measurement.sem.syntax import CONSTRAINTS, NOT_PATHS, Term

# What `group_equal` can hold equal between groups.
EQUALITIES = ("loadings", "intercepts", "residuals")


@dataclass(frozen=True)
class Parameter:
    """One row of the table.

    Attributes
    ----------
    lhs, op, rhs : str
        `op` is "=~", "~", "~~", "~1", "|" or "~*~".
    group : int
        From 0.
    label : str
    free : int
        Number of the free parameter, from 0; equal parameters share it; -1 where fixed.
    value : float
        What it is fixed to; nan where free or taken from the sample.
    start : float
        As asked for by ``start()``; nan otherwise.
    exogenous : bool
        Variance, covariance or mean of an observed predictor, fixed at the sample's.
    computed : bool
        Follows from the other parameters: residual variances of ordinal variables under the
        delta parameterisation, scales under theta.
    """

    lhs: str
    op: str
    rhs: str
    group: int
    label: str = ""
    free: int = -1
    value: float = np.nan
    start: float = np.nan
    exogenous: bool = False
    computed: bool = False


@dataclass(frozen=True)
class ParameterTable:
    """All parameters of a model in all groups.

    Attributes
    ----------
    rows : tuple of Parameter
    observed, latent : tuple of str
    exogenous : tuple of str
        Observed predictors whose moments are taken as given.
    definitions : tuple of Term
        What ``:=`` defines.
    n_groups, n_free : int
    mean_structure : bool
    constraints : tuple of Term
        What ``==``, ``<`` and ``>`` demand.
    thresholds : tuple of int
        Thresholds of every observed variable; empty where they are not ordinal.
    theta : bool
        Whether residual variances of ordinal variables are parameters, or scales.
    """

    rows: tuple[Parameter, ...]
    observed: tuple[str, ...]
    latent: tuple[str, ...]
    exogenous: tuple[str, ...]
    definitions: tuple[Term, ...]
    n_groups: int
    n_free: int
    mean_structure: bool
    constraints: tuple[Term, ...] = ()
    thresholds: tuple[int, ...] = ()
    theta: bool = False

    @property
    def index(self) -> dict[str, int]:
        """Place of every variable in the matrices of the model."""
        return {name: i for i, name in enumerate((*self.observed, *self.latent))}

    @property
    def labelled(self) -> dict[str, int]:
        """Number of the first row of every label."""
        first: dict[str, int] = {}
        for k, row in enumerate(self.rows):
            if row.label:
                first.setdefault(row.label, k)
        return first


@dataclass(frozen=True)
class Roles:
    """What the variables of a model are."""

    observed: tuple[str, ...]
    latent: tuple[str, ...]
    indicators: frozenset[str]
    outcomes: frozenset[str]
    predictors: frozenset[str]
    exogenous: tuple[str, ...]


def variable_roles(terms: Sequence[Term]) -> Roles:
    """Tell latent from observed and dependent from independent variables."""
    paths = [term for term in terms if term.op not in NOT_PATHS]
    latent = tuple(dict.fromkeys(term.lhs for term in paths if term.op == "=~"))
    names = [term.rhs for term in paths if term.op == "=~"]
    names += [name for t in paths if t.op not in ("=~", "|") for name in (t.lhs, t.rhs)]
    names += [term.lhs for term in paths if term.op == "|"]
    observed = tuple(name for name in dict.fromkeys(names) if name and name not in latent)
    indicators = frozenset(term.rhs for term in paths if term.op == "=~")
    outcomes = frozenset(term.lhs for term in paths if term.op == "~")
    predictors = frozenset(term.rhs for term in paths if term.op == "~")
    modelled = {n for t in paths if t.op in ("~~", "~1") for n in (t.lhs, t.rhs)}
    exogenous = tuple(
        name
        for name in observed
        if name in predictors and name not in indicators | outcomes | modelled
    )
    return Roles(observed, latent, indicators, outcomes, predictors, exogenous)


def parameter_table(
    terms: Sequence[Term],
    *,
    n_groups: int = 1,
    std_lv: bool = False,
    mean_structure: bool = False,
    group_equal: Iterable[str] = (),
    group_partial: Iterable[tuple[str, str, str]] = (),
    equal_paths: Collection[tuple[str, str, str]] = (),
    thresholds: Mapping[str, int] | None = None,
    theta: bool = False,
) -> ParameterTable:
    """Complete the paths of a model by the defaults of lavaan's ``sem`` and ``cfa``.

    Parameters
    ----------
    terms : sequence of Term
    n_groups : int
    std_lv : bool
        Fix latent variances to 1 instead of the first loading.
    mean_structure : bool
        Add intercepts; always where the model names one.
    group_equal : iterable of {"loadings", "intercepts", "residuals"}
        What has one value in all groups. Equal intercepts free the latent means of
        all groups but the first; equal loadings do so for variances under `std_lv`.
    group_partial : iterable of (lhs, op, rhs)
        Exceptions from `group_equal`.
    equal_paths : collection of (lhs, op, rhs)
        Single paths with one value in all groups.
    thresholds : mapping of str to int, optional
        Thresholds of every observed variable, where they are ordinal.
    theta : bool
        Their parameterisation.

    Returns
    -------
    ParameterTable
    """
    roles = variable_roles(terms)
    specs = specifications(terms, n_groups)
    means = mean_structure or bool(thresholds) or any(op == "~1" for _, op, _ in specs)
    equal = frozenset([group_equal] if isinstance(group_equal, str) else group_equal)
    unknown = sorted(equal - set(EQUALITIES))
    if unknown:
        raise ValueError(f"group_equal takes {', '.join(EQUALITIES)}; got {unknown[0]!r}.")
    _fix_scales(specs, roles, std_lv=std_lv)
    computed = add_responses(specs, thresholds, theta=theta) if thresholds else frozenset()
    _add_variances(specs, roles, n_groups, std_lv=std_lv, free_later="loadings" in equal)
    _add_covariances(specs, roles)
    if means:
        _add_means(specs, roles, n_groups, free_later="intercepts" in equal)
    partial = known_paths(group_partial, specs, "group_partial")
    exogenous = exogenous_keys(roles)
    rows = [
        _row(key, spec, group, exogenous=key in exogenous, computed=key in computed)
        for group in range(n_groups)
        for key, spec in specs.items()
    ]
    shared = [
        (row.lhs, row.op, row.rhs) in equal_paths or _is_shared(row, roles, equal, partial)
        for row in rows
    ]
    rows, n_free = number_parameters(rows, shared)
    definitions = tuple(term for term in terms if term.op == ":=")
    _check_labels(rows, definitions)
    return ParameterTable(
        tuple(rows),
        roles.observed,
        roles.latent,
        roles.exogenous,
        definitions,
        n_groups,
        n_free,
        means,
        tuple(term for term in terms if term.op in CONSTRAINTS),
        tuple(thresholds[name] for name in roles.observed) if thresholds else (),
        theta,
    )


def _fix_scales(specs: dict[Key, Term], roles: Roles, *, std_lv: bool) -> None:
    """Fix the first loading of every latent variable, unless the model says otherwise."""
    if std_lv:
        return
    for latent in roles.latent:
        first = next(key for key in specs if key[0] == latent and key[1] == "=~")
        if not specs[first].fixed:
            specs[first] = replace(specs[first], fixed=(1.0,))


def _add_variances(
    specs: dict[Key, Term], roles: Roles, n_groups: int, *, std_lv: bool, free_later: bool
) -> None:
    members: dict[str, list[str]] = {}
    for lhs, op, rhs in specs:
        if op == "=~":
            members.setdefault(lhs, []).append(rhs)
    single = {items[0] for items in members.values() if len(items) == 1}
    for name in (*roles.observed, *roles.latent):
        fixed: tuple[float | None, ...] = ()
        if name in roles.observed and name in single:
            fixed = (0.0,)
        elif name in roles.latent and std_lv:
            fixed = (1.0, *([np.nan if free_later else 1.0] * (n_groups - 1)))
        key = (name, "~~", name)
        specs.setdefault(key, Term(*key, fixed=fixed))


def _add_covariances(specs: dict[Key, Term], roles: Roles) -> None:
    """Let independent latent variables covary, and so the residuals of final outcomes."""
    dependent = roles.indicators | roles.outcomes
    final = roles.outcomes - roles.indicators - roles.predictors
    sets = (
        [name for name in roles.latent if name not in dependent],
        [name for name in (*roles.observed, *roles.latent) if name in final],
        list(roles.exogenous),
    )
    for names in sets:
        for first, second in combinations(names, 2):
            key = (first, "~~", second)
            if key not in specs and (second, "~~", first) not in specs:
                specs[key] = Term(*key)


def _add_means(specs: dict[Key, Term], roles: Roles, n_groups: int, *, free_later: bool) -> None:
    for name in (*roles.observed, *roles.latent):
        fixed: tuple[float | None, ...] = ()
        if name in roles.latent:
            fixed = (0.0, *([np.nan if free_later else 0.0] * (n_groups - 1)))
        key = (name, "~1", "")
        specs.setdefault(key, Term(*key, fixed=fixed))


def exogenous_keys(roles: Roles) -> set[Key]:
    """Name the moments of observed predictors that are taken from the sample."""
    names = roles.exogenous
    pairs = {(a, "~~", b) for a in names for b in names}
    return pairs | {(name, "~1", "") for name in names}


def _pick(values: tuple[Any, ...], group: int) -> Any:
    return None if not values else values[0] if len(values) == 1 else values[group]


def _row(key: Key, term: Term, group: int, *, exogenous: bool, computed: bool) -> Parameter:
    fixed, start = _pick(term.fixed, group), _pick(term.start, group)
    is_free = (fixed is None or np.isnan(fixed)) and not exogenous
    return Parameter(
        *key,
        group=group,
        label=str(_pick(term.labels, group) or ""),
        free=0 if is_free else -1,
        value=np.nan if is_free or fixed is None else float(fixed),
        start=np.nan if start is None else float(start),
        exogenous=exogenous,
        computed=computed,
    )


def _is_shared(row: Parameter, roles: Roles, equal: frozenset, partial: frozenset) -> bool:
    if (row.lhs, row.op, row.rhs) in partial:
        return False
    observed = row.lhs in roles.observed
    return (
        (row.op == "=~" and "loadings" in equal)
        or (row.op == "~1" and observed and "intercepts" in equal)
        or (row.op == "~~" and observed and row.lhs == row.rhs and "residuals" in equal)
    )


def number_parameters(
    rows: Sequence[Parameter], shared: Sequence[bool]
) -> tuple[list[Parameter], int]:
    """Give every free parameter a number; a shared label or an equality gives one number."""
    numbers: dict[object, int] = {}
    fixed_labels = {row.label: row.value for row in rows if row.label and row.free < 0}
    numbered = []
    for i, (row, is_shared) in enumerate(zip(rows, shared, strict=True)):
        if row.free >= 0 and row.label in fixed_labels:
            row = replace(row, free=-1, value=fixed_labels[row.label])
        elif row.free >= 0:
            path: object = (row.lhs, row.op, row.rhs) if is_shared else i
            key = row.label or path
            row = replace(row, free=numbers.setdefault(key, len(numbers)))
        numbered.append(row)
    return numbered, len(numbers)


def _check_labels(rows: Sequence[Parameter], definitions: Sequence[Term]) -> None:
    taken = {row.label for row in rows if row.label}
    for term in definitions:
        if term.lhs in taken:
            term.refuse(f"the name {term.lhs!r} is already a label.")
        taken.add(term.lhs)
