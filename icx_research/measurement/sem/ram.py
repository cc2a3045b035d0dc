r"""From parameters to implied moments, with first and second derivatives.

All variables, observed and latent, stand in one vector :math:`v = m + A v + e` with
:math:`\operatorname{cov}(e) = S` (the reticular action model of McArdle & McDonald, 1984,
British Journal of Mathematical and Statistical Psychology, 37, 234-251,
https://doi.org/10.1111/j.2044-8317.1984.tb00802.x). With :math:`E = (I - A)^{-1}` and
:math:`C = E S E'` the observed rows of C and of :math:`\eta = E m` are the implied moments.
Every free parameter is one cell of A, S or m (several cells where parameters are equal).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from icx_research.measurement.sem.parameters import Parameter, ParameterTable


@dataclass(frozen=True, eq=False)
class Implied:
    """Matrices of one group at one point of the parameter space.

    Attributes
    ----------
    effects, errors : array, shape (k, k)
        A and S, of the p observed and then the latent variables.
    intercepts : array, shape (k,)
    total : array, shape (k, k)
        E, the inverse of I - A.
    covariance : array, shape (k, k)
        C, of all variables.
    means : array, shape (k,)
        Of all variables.
    """

    effects: np.ndarray
    errors: np.ndarray
    intercepts: np.ndarray
    total: np.ndarray
    covariance: np.ndarray
    means: np.ndarray

    def cell(self, matrix: str, row: int, column: int) -> float:
        """One value of A, S or m."""
        if matrix == "A":
            return float(self.effects[row, column])
        return float(self.errors[row, column] if matrix == "S" else self.intercepts[row])


@dataclass(frozen=True, eq=False)
class Cells:
    """Where the free parameters of one group stand: row, column and number of each cell."""

    row: np.ndarray
    column: np.ndarray
    number: np.ndarray


@dataclass(frozen=True, eq=False)
class GroupModel:
    """One group's fixed values and free cells.

    Attributes
    ----------
    n_observed : int
        p; the observed variables come first.
    effects, errors, intercepts : array
        A, S and m with the fixed values, and zeros where a parameter is free.
    paths, variances, means : Cells
        Free cells of A, S (one triangle) and m.
    n_free : int
        Free parameters of the whole model.
    """

    n_observed: int
    effects: np.ndarray
    errors: np.ndarray
    intercepts: np.ndarray
    paths: Cells
    variances: Cells
    means: Cells
    n_free: int

    def implied(self, theta: np.ndarray) -> Implied:
        """Compute the matrices at `theta`; raises LinAlgError where I - A is singular."""
        a, s, m = self.effects.copy(), self.errors.copy(), self.intercepts.copy()
        a[self.paths.row, self.paths.column] = theta[self.paths.number]
        s[self.variances.row, self.variances.column] = theta[self.variances.number]
        s[self.variances.column, self.variances.row] = theta[self.variances.number]
        m[self.means.row] = theta[self.means.number]
        total = np.linalg.inv(np.eye(len(a)) - a)
        return Implied(a, s, m, total, total @ s @ total.T, total @ m)

    def moments(self, at: Implied) -> tuple[np.ndarray, np.ndarray]:
        """Observed means, shape (p,), and covariances, shape (p, p)."""
        p = self.n_observed
        return at.means[:p], at.covariance[:p, :p]

    def jacobian(self, at: Implied) -> tuple[np.ndarray, np.ndarray]:
        """Derivatives of means, shape (q, p), and covariances, shape (q, p, p)."""
        return path_derivatives(self, at, self.paths, self.variances, self.means)

    def curvature(self, at: Implied, slope: np.ndarray, mean_slope: np.ndarray) -> np.ndarray:
        r"""Second derivatives of :math:`\operatorname{tr}(G\Sigma) + h'\mu`, shape (q, q).

        Parameters
        ----------
        at : Implied
        slope : array, shape (p, p)
            G, symmetric.
        mean_slope : array, shape (p,)
            h.
        """
        p = self.n_observed
        inner = at.total[:p].T @ slope @ at.total[:p]
        outer = at.covariance[:, :p] @ slope @ at.total[:p]
        h = at.total[:p].T @ mean_slope
        second = np.zeros((self.n_free, self.n_free))
        i, j, a = self.paths.row, self.paths.column, self.paths.number
        e, c, eta = at.total, at.covariance, at.means
        block = outer[np.ix_(j, i)]  # (CGE) at [j of one path, i of the other]
        swap = e[np.ix_(j, i)]
        both = (swap * block.T + block * swap.T + c[np.ix_(j, j)] * inner[np.ix_(i, i)]) * 2
        both += h[i][:, None] * swap * eta[j][None, :] + h[i][None, :] * swap.T * eta[j][:, None]
        np.add.at(second, (a[:, None], a[None, :]), both)
        k, m, s = self.variances.row, self.variances.column, self.variances.number
        scale = np.where(k == m, 1.0, 2.0)
        mixed = (
            e[np.ix_(j, k)] * inner[np.ix_(i, m)] + e[np.ix_(j, m)] * inner[np.ix_(i, k)]
        ) * scale
        np.add.at(second, (a[:, None], s[None, :]), mixed)
        np.add.at(second, (s[:, None], a[None, :]), mixed.T)
        r, t = self.means.row, self.means.number
        third = h[i][:, None] * e[np.ix_(j, r)]
        np.add.at(second, (a[:, None], t[None, :]), third)
        np.add.at(second, (t[:, None], a[None, :]), third.T)
        return second


def path_derivatives(
    model: GroupModel, at: Implied, paths: Cells, variances: Cells, means: Cells
) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives of the moments for any cells, free or not, summed by their number."""
    p, e = model.n_observed, at.total[: model.n_observed]
    left = np.concatenate([e[:, paths.row], e[:, variances.row]], axis=1).T
    half = np.where(variances.row == variances.column, 0.5, 1.0)
    right = np.concatenate(
        [at.covariance[:p, paths.column], e[:, variances.column] * half], axis=1
    ).T
    cells = left[:, :, None] * right[:, None, :]
    cells = cells + cells.transpose(0, 2, 1)
    number = np.concatenate([paths.number, variances.number])
    d_mean = np.concatenate([e[:, paths.row] * at.means[paths.column], e[:, means.row]], axis=1).T
    mean_number = np.concatenate([paths.number, means.number])
    n_free = model.n_free
    everything = (paths.number, variances.number, means.number)
    n_free = max([n_free, *(int(numbers.max()) + 1 for numbers in everything if len(numbers))])
    covariances, averages = np.zeros((n_free, p, p)), np.zeros((n_free, p))
    if len(np.unique(number)) == len(number):
        covariances[number] = cells
    else:
        np.add.at(covariances, number, cells)
    np.add.at(averages, mean_number, d_mean)
    return averages, covariances


def cell_of(row: Parameter, index: dict[str, int]) -> tuple[str, int, int]:
    """Matrix ("A", "S" or "m"), row and column of one parameter."""
    if row.op == "=~":
        return "A", index[row.rhs], index[row.lhs]
    if row.op == "~":
        return "A", index[row.lhs], index[row.rhs]
    if row.op == "~~":
        return "S", index[row.lhs], index[row.rhs]
    return "m", index[row.lhs], 0


def cells(entries: Sequence[tuple[int, int, int]]) -> Cells:
    """Collect (row, column, number) triples."""
    block = np.array(entries, dtype=int).reshape(-1, 3)
    return Cells(block[:, 0], block[:, 1], block[:, 2])


def group_models(
    table: ParameterTable, means: Sequence[np.ndarray], covariances: Sequence[np.ndarray]
) -> list[GroupModel]:
    """Lay out the parameters of every group.

    Parameters
    ----------
    table : ParameterTable
    means, covariances : sequence of array, one per group
        Sample moments of `table.observed`; where a predictor is exogenous its
        moments are fixed at these.
    """
    names = (*table.observed, *table.latent)
    index = {name: i for i, name in enumerate(names)}
    k, p = len(names), len(table.observed)
    models = []
    for group in range(table.n_groups):
        base = {"A": np.zeros((k, k)), "S": np.zeros((k, k)), "m": np.zeros((k, 1))}
        entries: dict[str, list[tuple[int, int, int]]] = {"A": [], "S": [], "m": []}
        for row in table.rows:
            if row.group != group:
                continue
            matrix, i, j = cell_of(row, index)
            if row.free >= 0:
                entries[matrix].append((i, j, row.free))
                continue
            value = row.value
            if row.exogenous and np.isnan(value):
                value = covariances[group][i, j] if matrix == "S" else means[group][i]
            base[matrix][i, j] = value
            if matrix == "S":
                base[matrix][j, i] = value
        a, s, m = (cells(entries[matrix]) for matrix in ("A", "S", "m"))
        models.append(GroupModel(p, base["A"], base["S"], base["m"][:, 0], a, s, m, table.n_free))
    return models
