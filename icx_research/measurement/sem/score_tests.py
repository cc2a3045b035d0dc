r"""Score tests: what freeing fixed or equated parameters would gain.

With g the derivatives of the log-likelihood and I the information, of the free parameters
(1) and of those that would be freed (2), the statistic :math:`g_2' (I_{22} - I_{21}
I_{11}^{-1} I_{12})^{-1} g_2` is the expected drop of chi-square, and
:math:`(I_{22} - I_{21} I_{11}^{-1} I_{12})^{-1} g_2` the expected change of the parameters:
Sörbom, D. (1989). Model modification. Psychometrika, 54, 371-384,
https://doi.org/10.1007/BF02294623.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from icx_research.core.results import largest_first
from icx_research.core.threads import on_one_thread
from icx_research.measurement.sem.estimation import Fit, undetermined
from icx_research.measurement.sem.least_squares import WeightedResiduals
from icx_research.measurement.sem.parameters import Parameter
from icx_research.measurement.sem.ram import GroupModel, cell_of, cells

# A parameter whose information is this small beside its own, given the others, is not
# identified: it cannot be freed.
DEPENDENT = 1e-8


@on_one_thread
def modification_indices(fit: Fit) -> pd.DataFrame:
    """Score test of every path that the model leaves out or fixes, largest first.

    Returns
    -------
    DataFrame
        lhs, op, rhs, group (position from 0), modification_index, expected_change,
        expected_change_std.
    """
    candidates = _candidates(fit)
    gain, left, own = _given_parameters(fit, candidates, robust=False)
    own, left = np.diag(own), np.diag(left)
    possible = left > DEPENDENT * own
    with np.errstate(divide="ignore", invalid="ignore"):
        index = np.where(possible, gain**2 / left, 0.0)
        change = np.where(possible, gain / left, 0.0)
    frame = pd.DataFrame(
        {
            "lhs": [row.lhs for row in candidates],
            "op": [row.op for row in candidates],
            "rhs": [row.rhs for row in candidates],
            "group": [row.group for row in candidates],
            "modification_index": index,
            "expected_change": change,
            "expected_change_std": change * _scales(fit, candidates),
        }
    )[possible]
    return largest_first(frame, "modification_index")


@on_one_thread
def release_tests(fit: Fit, sets: Sequence[Sequence[Parameter]]) -> list[tuple[float, int]]:
    """Score tests of giving equated parameters values of their own, set by set.

    Parameters
    ----------
    fit : Fit
    sets : sequence of sequences of Parameter
        Free rows of the table that share their numbers with others.

    Returns
    -------
    list of tuple of float and int
        Statistic and degrees of freedom of every set. Under weighted least squares the
        slopes have the variance of a sandwich (generalised score test).

    References
    ----------
    Boos, D. D. (1992). On generalized score tests. The American Statistician, 46, 327-333.
    """
    rows = [row for members in sets for row in members]
    gain, left, own = _given_parameters(fit, rows, robust=True)
    found, begin = [], 0
    for members in sets:
        part = slice(begin, begin + len(members))
        begin += len(members)
        scale = np.sqrt(np.diag(own)[part])
        values, vectors = np.linalg.eigh(left[part, part] / scale / scale[:, None])
        keep = values > DEPENDENT
        turned = vectors[:, keep].T @ (gain[part] / scale)
        found.append((float((turned**2 / values[keep]).sum()), int(keep.sum())))
    return found


def _given_parameters(
    fit: Fit, rows: Sequence[Parameter], *, robust: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slopes and information of candidates, given the parameters, and their plain information.

    With `robust` variances of the slopes instead of information.
    """
    found, q = _derivatives(fit, rows), len(fit.theta)
    cross, own = found.information[:q, q:], found.information[q:, q:]
    base = found.information[:q, :q]
    if fit.directions is None:
        loose = len(undetermined(base)) > 0
        solved = np.linalg.pinv(base) @ cross if loose else np.linalg.solve(base, cross)
    else:
        k = fit.directions
        solved = k @ np.linalg.pinv(k.T @ base @ k) @ k.T @ cross
    gain = found.gradient[q:] - solved.T @ found.gradient[:q]
    if not robust:
        return gain, own - cross.T @ solved, own
    spread, between = found.variance, solved.T @ found.variance[:q, q:]
    left = spread[q:, q:] - between - between.T + solved.T @ spread[:q, :q] @ solved
    return gain, left, spread[q:, q:]


def _candidates(fit: Fit) -> list[Parameter]:
    """List the paths that could be freed: cross-loadings, covariances, paths, fixed values."""
    table = fit.table
    present = {(row.lhs, row.op, row.rhs, row.group) for row in table.rows}
    present |= {(b, op, a, group) for a, op, b, group in present if op == "~~"}
    indicators = [row.rhs for row in table.rows if row.op == "=~" and row.rhs in table.observed]
    plain = [name for name in table.observed if name in indicators]
    inner = [name for name in (*table.observed, *table.latent) if name not in plain]
    in_paths = {name for row in table.rows if row.op == "~" for name in (row.lhs, row.rhs)}
    ends = [name for name in (*plain, *inner) if name in in_paths or name in inner]
    found = [row for row in table.rows if row.free < 0 and not (row.exogenous or row.computed)]
    for group in range(table.n_groups):
        new = [(f, "=~", item) for f in table.latent for item in plain]
        new += [(a, "~~", b) for names in (plain, inner) for a, b in _pairs(names)]
        if in_paths:
            given = set(table.exogenous)
            new += [
                (a, "~", b)
                for a in ends
                for b in ends
                if a != b and a not in given and not (a in plain and b in table.latent)
            ]
            new = [key for key in new if key[1] != "~~" or not given & {key[0], key[2]}]
        found += [Parameter(*key, group) for key in new if (*key, group) not in present]
    return found


def _pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    return [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]


@dataclass(frozen=True, eq=False)
class _Derivatives:
    """Slopes of the log-likelihood and information, candidates after the parameters.

    The variance of the slopes is the information, but under weighted least squares.
    """

    gradient: np.ndarray
    information: np.ndarray
    variance: np.ndarray


def _derivatives(fit: Fit, rows: Sequence[Parameter]) -> _Derivatives:
    """Differentiate by the free parameters and by the cells of the candidates.

    The information is expected, also where values are missing: the observed one is often
    indefinite in directions that the model leaves out.
    """
    q = len(fit.theta)
    size = q + len(rows)
    gradient, information, variance = np.zeros(size), np.zeros((size, size)), np.zeros((size, size))
    for g, group in enumerate(fit.point.groups):
        model = _extended(fit, rows, g)
        by, own = model.jacobian(group.implied), model.numbers
        gradient[own] -= group.fit.gradient(by) / 2
        expected = group.fit.expected(by) / 2
        information[np.ix_(own, own)] += expected
        if isinstance(group.fit, WeightedResiduals):
            variance[np.ix_(own, own)] += group.fit.variance(by)
        else:
            variance[np.ix_(own, own)] += expected
    return _Derivatives(gradient, information, variance)


def _extended(fit: Fit, rows: Sequence[Parameter], group: int) -> GroupModel:
    """One group's model with the cells of the candidates as further parameters."""
    index = {name: i for i, name in enumerate((*fit.table.observed, *fit.table.latent))}
    entries: dict[str, list[tuple[int, int, int]]] = {}
    q = len(fit.theta)
    for k, row in enumerate(rows):
        if row.group == group:
            matrix, i, j = cell_of(row, index)
            entries.setdefault(matrix, []).append((i, j, q + k))
    added = {matrix: cells(own) for matrix, own in entries.items()}
    return fit.point.groups[group].model.extended(added, q + len(rows))


def _scales(fit: Fit, rows: Sequence[Parameter]) -> np.ndarray:
    """Factors that turn changes into standardised ones, as ``sepc.all`` of lavaan."""
    index = {name: i for i, name in enumerate((*fit.table.observed, *fit.table.latent))}
    scales = np.empty(len(rows))
    for k, row in enumerate(rows):
        implied = fit.point.groups[row.group].implied
        sd = np.sqrt(np.abs(np.diag(implied.covariance)))
        residual = np.sqrt(np.abs(np.diag(implied.errors)))
        matrix, i, j = cell_of(row, index)
        if matrix == "A":
            scales[k] = sd[j] / sd[i]
        elif matrix in ("m", "t"):
            scales[k] = 1 / sd[i]
        elif matrix == "d":
            scales[k] = sd[i]
        elif i == j:
            scales[k] = 1 / sd[i] ** 2
        else:
            scales[k] = 1 / (residual[i] * residual[j]) if residual[i] * residual[j] else np.nan
    return scales
