"""From rows or moments to the sufficient statistics of every group."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.errors import UnsuitableData
from icx_research.core.moments import GroupedMoments, Moments
from icx_research.core.reduction import moments
from icx_research.measurement.columns import numeric_columns
from icx_research.measurement.items import check_rows
from icx_research.measurement.sem.likelihood import Patterns, complete_pattern
from icx_research.measurement.sem.parameters import Roles
from icx_research.measurement.sem.syntax import NOT_PATHS, Term

# Values beyond this have no square.
LARGEST = 1e100


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of one group, for what moments cannot tell.

    Attributes
    ----------
    values : array, shape (n, p)
        nan where missing.
    pattern : array of int, shape (n,)
        Number of each row's missing-data pattern.
    cluster : array of int, shape (n,), or None
        Codes of the clusters, from 0, the same in all groups.
    """

    values: np.ndarray
    pattern: np.ndarray
    cluster: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Sample:
    """The data of a model.

    Attributes
    ----------
    names : tuple of str, length p
    groups : tuple or None
        Keys of the groups in sorted order; None without groups.
    patterns : tuple of Patterns, one per group
    rows : tuple of Rows, one per group, or None
        None where the moments suffice.
    n_used, n_dropped : int
    n_clusters : int or None
    """

    names: tuple[str, ...]
    groups: tuple[Hashable, ...] | None
    patterns: tuple[Patterns, ...]
    rows: tuple[Rows, ...] | None
    n_used: int
    n_dropped: int
    n_clusters: int | None = None


def check_names(terms: Sequence[Term], roles: Roles, known: Sequence[str]) -> None:
    """Refuse a model that names what neither the data nor the model have."""
    missing = [name for name in roles.observed if name not in known]
    clash = [name for name in roles.latent if name in known]
    for name in (*missing, *clash):
        term = next(t for t in terms if t.op not in NOT_PATHS and name in (t.lhs, t.rhs))
        if name in clash:
            term.refuse(f"the latent variable {name!r} is a column of the data.")
        by_lower = {str(column).lower(): column for column in (*known, *roles.latent)}
        near = get_close_matches(name.lower(), list(by_lower), n=1)
        hint = f" Did you mean {by_lower[near[0]]!r}?" if near else ""
        latent = f"; latent variables: {', '.join(roles.latent)}" if roles.latent else ""
        term.refuse(f"{name!r} is not in the data. Columns: {_listed(known)}{latent}.{hint}")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(str(name) for name in names[:30])
    return shown if len(names) <= 30 else f"{shown}, ... ({len(names)} in all)"


def column_names(data: Any) -> list[str]:
    """Names of the variables that `data` hold.

    Raises
    ------
    TypeError
        If they are neither a table with names nor Moments.
    ValueError
        If they are a matrix of correlations instead of rows.
    """
    if isinstance(data, Moments | GroupedMoments):
        return list(data.names)
    if isinstance(data, pd.DataFrame):
        check_rows(data, analysis="a model")
        return list(data.columns)
    try:
        return list(nw.from_native(data).collect_schema().names())
    except TypeError:
        raise TypeError(
            f"a model needs a DataFrame or Moments, not {type(data).__name__}."
        ) from None


def read_sample(
    data: Any,
    names: Sequence[str],
    *,
    group: str | None,
    cluster: str | None,
    missing: str,
    exogenous: Sequence[str],
    needs_rows: bool,
) -> Sample:
    """Reduce the data of the named variables, group by group.

    Parameters
    ----------
    data : DataFrame, lazy frame or Moments
    names : sequence of str, length p
    group, cluster : str or None
    missing : {"listwise", "fiml"}
    exogenous : sequence of str
        Predictors that must be complete under "fiml".
    needs_rows : bool
        Whether rows are kept beside the moments.
    """
    if isinstance(data, Moments | GroupedMoments):
        return _from_moments(data, names, group=group, needs_rows=needs_rows or missing == "fiml")
    known = column_names(data)
    for argument, column in (("group", group), ("cluster", cluster)):
        if column is not None and column not in known:
            raise ValueError(f"{argument} {column!r} is not a column; data have {_listed(known)}.")
        if column in names:
            raise ValueError(f"{argument} {column!r} is a variable of the model; name another.")
    if not isinstance(data, pd.DataFrame):
        frame = nw.from_native(data)
        if isinstance(frame, nw.LazyFrame) and not needs_rows and missing == "listwise":
            reduced = moments(data, list(names), by=group)
            return _from_moments(reduced, names, group=group, needs_rows=False)
        wanted = list(dict.fromkeys([*names, *(c for c in (group, cluster) if c)]))
        if isinstance(frame, nw.LazyFrame):
            data = frame.select(wanted).collect(backend="pandas").to_native()
        else:
            data = pd.DataFrame({column: frame[column].to_list() for column in wanted})
    sample = _from_rows(data, list(names), group, cluster, missing, list(exogenous))
    return sample if needs_rows else replace(sample, rows=None)


def _from_moments(
    data: Moments | GroupedMoments, names: Sequence[str], *, group: str | None, needs_rows: bool
) -> Sample:
    if needs_rows:
        raise ValueError(
            "Moments suffice for estimator='ML' with missing='listwise' and no cluster only; "
            "give the rows as a DataFrame."
        )
    groups = data.groups if isinstance(data, GroupedMoments) else None
    if (groups is None) != (group is None):
        raise ValueError(
            "group must be named where the Moments have groups, and only there; got "
            f"group={group!r} and {'no' if groups is None else len(groups)} groups."
        )
    data = data.select(names)
    groups = None if groups is None else tuple(_plain(key) for key in groups)
    counts = np.atleast_1d(np.asarray(data.n, dtype=float))
    p = len(data.names)
    means, covs = np.atleast_2d(data.mean), data.cov.reshape(-1, p, p)
    patterns = []
    for i, n in enumerate(counts):
        where = "" if groups is None else f" in group {groups[i]!r}"
        check_moments(data.names, n, covs[i], where)
        patterns.append(complete_pattern(n, means[i], covs[i] * (n - 1) / n))
    return Sample(data.names, groups, tuple(patterns), None, int(counts.sum()), data.n_dropped)


def _plain(key: Any) -> Hashable:
    """Turn a NumPy scalar into Python's own."""
    return key.item() if isinstance(key, np.generic) else key


def check_moments(names: Sequence[str], n: float, cov: np.ndarray, where: str) -> None:
    """Refuse moments that no model can be fitted to, with the reason."""
    p = len(names)
    if not p:
        raise UnsuitableData("no variable of the model is a column of the data.")
    if n <= p:
        raise UnsuitableData(
            f"{p} variables need more than {p} complete rows{where}; there are {int(n)}."
        )
    if not np.isfinite(cov).all():
        raise UnsuitableData(f"the variables hold values that are not finite{where}.")
    constant = [name for name, v in zip(names, np.diag(cov), strict=True) if v <= 0]
    if constant:
        raise UnsuitableData(f"{constant[0]!r} does not vary{where}; leave it out of the model.")
    sd = np.sqrt(np.diag(cov))
    if np.linalg.eigvalsh(cov / np.outer(sd, sd))[0] < 1e-12:
        raise UnsuitableData(
            f"the covariance matrix of the variables is not positive definite{where}; one of "
            "them follows from the others, or the matrix is not one of complete rows."
        )


def _from_rows(
    data: pd.DataFrame,
    names: list[str],
    group: str | None,
    cluster: str | None,
    missing: str,
    exogenous: list[str],
) -> Sample:
    x = _numbers(data, names)
    present = ~np.isnan(x)
    use = present.all(axis=1)
    if missing == "fiml":
        given = [i for i, name in enumerate(names) if name in exogenous]
        use = present[:, given].all(axis=1) & present.any(axis=1)
    codes, groups = np.zeros(len(x), dtype=int), None
    if group:
        use &= data[group].notna().to_numpy()
    unit = None
    if cluster:
        use &= data[cluster].notna().to_numpy()
        unit, _ = _coded(data[cluster], use)
    if not use.any():
        raise UnsuitableData(_no_rows(data, names, group, cluster))
    if group:
        codes, groups = _coded(data[group], use)
    rows, patterns = [], []
    for g in range(len(groups) if groups else 1):
        mine = use & (codes == g)
        where = "" if groups is None else f" in group {groups[g]!r}"
        pattern, own = by_pattern(x[mine], names, where)
        patterns.append(pattern)
        rows.append(Rows(x[mine], own, None if unit is None else unit[mine]))
        if unit is not None and (unit[mine] == unit[mine][0]).all():
            raise UnsuitableData(f"cluster needs at least 2 units; there is 1{where}.")
    used = int(use.sum())
    n_clusters = None if unit is None else len(np.unique(unit[use]))
    return Sample(
        tuple(names), groups, tuple(patterns), tuple(rows), used, len(x) - used, n_clusters
    )


def _numbers(data: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Take the numbers of the variables out of a table, a missing one as nan."""
    chosen = numeric_columns(data[names])
    if len(chosen.columns) > len(names):
        twice = chosen.columns[chosen.columns.duplicated()][0]
        raise ValueError(f"{twice!r} is the name of more than one column; rename them.")
    dates = [name for name, kind in chosen.dtypes.items() if getattr(kind, "kind", "O") in "mMc"]
    try:
        if dates:
            raise TypeError
        x = chosen.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        text = [name for name in names if not pd.api.types.is_numeric_dtype(chosen[name])]
        name = (dates or text)[0]
        raise UnsuitableData(f"{name!r} does not hold numbers; recode its answers.") from None
    if len(x) and np.nanmax(np.abs(x), initial=0.0) > LARGEST:
        name = names[int((np.abs(x) > LARGEST).any(axis=0).argmax())]
        raise UnsuitableData(
            f"{name!r} holds an infinite value, or one beyond {LARGEST:g}; recode it."
        )
    return x


def _no_rows(data: pd.DataFrame, names: list[str], group: str | None, cluster: str | None) -> str:
    """Say why there are no rows."""
    asked = [name for name in (*names, group, cluster) if name]
    empty = [name for name in asked if data[name].isna().all()]
    if not len(data):
        return "no rows can be used: data have none."
    if empty:
        return f"no rows can be used: {empty[0]!r} has no value in any."
    return (
        "no rows can be used: each lacks some of the variables; leave some out, or use "
        "missing='fiml'."
    )


def _coded(column: pd.Series, use: np.ndarray) -> tuple[np.ndarray, tuple[Hashable, ...]]:
    """Codes of the rows, -1 where not used, and the keys used, in sorted order."""
    codes, keys = pd.factorize(column[use], sort=True)
    whole = np.full(len(column), -1)
    whole[use] = codes
    return whole, tuple(_plain(key) for key in keys)


def by_pattern(x: np.ndarray, names: list[str], where: str) -> tuple[Patterns, np.ndarray]:
    """Sufficient statistics of every missing-data pattern, and each row's pattern."""
    if not len(x):
        raise UnsuitableData(f"no rows can be used{where}.")
    present = ~np.isnan(x)
    if present.all():
        cov = np.cov(x, rowvar=False, bias=True).reshape(len(names), len(names))
        check_moments(names, len(x), cov, where)
        return complete_pattern(len(x), x.mean(axis=0), cov), np.zeros(len(x), dtype=int)
    together = present.T.astype(float) @ present
    if (together < 2).any():
        i, j = np.argwhere(together < 2)[0]
        raise UnsuitableData(
            f"{names[i]!r} and {names[j]!r} were never observed together{where}; their "
            "covariance cannot be estimated."
        )
    for j, name in enumerate(names):
        if np.ptp(x[present[:, j], j]) == 0:
            raise UnsuitableData(f"{name!r} does not vary{where}; leave it out of the model.")
    kinds, code = np.unique(present, axis=0, return_inverse=True)
    code = code.ravel()
    count = np.bincount(code).astype(float)
    order = np.argsort(code, kind="stable")
    begin = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(int)
    centre = np.nanmean(x, axis=0)
    centred = np.where(present, x - centre, 0.0)[order]
    mean = np.add.reduceat(centred, begin, axis=0) / count[:, None]
    deviation = centred - np.repeat(mean, count.astype(int), axis=0)
    products = deviation[:, :, None] * deviation[:, None, :]
    cov = np.add.reduceat(products, begin, axis=0) / count[:, None, None]
    return Patterns(count, kinds, np.where(kinds, mean + centre, 0.0), cov), code
