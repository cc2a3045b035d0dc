r"""From parameters to implied moments, with first and second derivatives.

All variables, observed and latent, stand in one vector :math:`v = m + A v + e` with
:math:`\operatorname{cov}(e) = S` (the reticular action model of McArdle & McDonald, 1984,
British Journal of Mathematical and Statistical Psychology, 37, 234-251,
https://doi.org/10.1111/j.2044-8317.1984.tb00802.x). With :math:`E = (I - A)^{-1}` and
:math:`C = E S E'` the observed rows of C and of :math:`\eta = E m` are the implied moments.
Every free parameter is one cell of A, S or m (several cells where parameters are equal).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

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


class Cells(NamedTuple):
    """Where the free parameters of one group stand: row, column and number of each cell."""

    row: np.ndarray
    column: np.ndarray
    number: np.ndarray

    def joined(self, other: "Cells") -> "Cells":
        """Put further cells behind these."""
        return Cells(*map(np.concatenate, zip(self, other, strict=True)))


@dataclass(frozen=True, eq=False)
class Jacobian:
    """Derivatives of the moments by the u parameters of one group.

    A cell of A or S moves the covariances by :math:`l r' + r l'`; a parameter by the sum of
    its cells.

    Attributes
    ----------
    left, right : array, shape (c, p)
        l and r of every cell.
    cell : array of int, shape (c,)
        Parameter of every cell.
    means : array, shape (u, p)
        Derivatives of the means.
    """

    left: np.ndarray
    right: np.ndarray
    cell: np.ndarray
    means: np.ndarray

    @cached_property
    def covariances(self) -> np.ndarray:
        """Derivatives of the covariances, shape (u, p, p)."""
        p = self.left.shape[1]
        whole = np.zeros((len(self.means), p, p))
        outer = self.left[:, :, None] * self.right[:, None, :]
        np.add.at(whole, self.cell, outer + outer.transpose(0, 2, 1))
        return whole

    def chain(self, slope: np.ndarray, mean_slope: np.ndarray) -> np.ndarray:
        """Differentiate what has these derivatives by covariances and means, shape (u,)."""
        cells = 2 * ((self.left @ slope) * self.right).sum(axis=1)
        return np.bincount(self.cell, cells, len(self.means)) + self.means @ mean_slope

    def gather(self, block: np.ndarray) -> np.ndarray:
        """Sum pairs of cells into pairs of parameters, shape (u, u)."""
        u = len(self.means)
        if len(np.unique(self.cell)) == len(self.cell):
            whole = np.zeros((u, u))
            whole[self.cell[:, None], self.cell] = block
            return whole
        indicator = (np.arange(u)[:, None] == self.cell).astype(float)
        return indicator @ block @ indicator.T


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

    def extended(self, added: Mapping[str, Cells], n_free: int) -> "GroupModel":
        """Let further cells of A, S and m be parameters."""
        none = cells([])
        return replace(
            self,
            paths=self.paths.joined(added.get("A", none)),
            variances=self.variances.joined(added.get("S", none)),
            means=self.means.joined(added.get("m", none)),
            n_free=n_free,
        )

    @cached_property
    def numbers(self) -> np.ndarray:
        """Numbers of the parameters that this group has, ascending, shape (u,)."""
        return np.unique(
            np.concatenate([self.paths.number, self.variances.number, self.means.number])
        )

    def spread(self, block: np.ndarray) -> np.ndarray:
        """Put derivatives by the group's own parameters among those by all."""
        own = self.numbers
        if len(own) == self.n_free:
            return block
        whole = np.zeros((self.n_free,) * block.ndim)
        whole[(own[:, None], own) if block.ndim == 2 else own] = block
        return whole

    def jacobian(self, at: Implied) -> Jacobian:
        """Differentiate the moments by this group's parameters."""
        p, e = self.n_observed, at.total[: self.n_observed]
        half = np.where(self.variances.row == self.variances.column, 0.5, 1.0)
        left = np.concatenate([e[:, self.paths.row], e[:, self.variances.row]], axis=1).T
        right = np.concatenate(
            [at.covariance[:p, self.paths.column], e[:, self.variances.column] * half], axis=1
        ).T
        a, s, t = self._own_numbers
        d_mean = np.concatenate(
            [e[:, self.paths.row] * at.means[self.paths.column], e[:, self.means.row]], axis=1
        ).T
        means = np.zeros((len(self.numbers), p))
        np.add.at(means, np.concatenate([a, t]), d_mean)
        return Jacobian(left, right, np.concatenate([a, s]), means)

    @cached_property
    def _own_numbers(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Positions in `numbers` of the cells of A, S and m."""
        a, s, t = (
            np.searchsorted(self.numbers, part.number)
            for part in (self.paths, self.variances, self.means)
        )
        return a, s, t

    def curvature(self, at: Implied, slope: np.ndarray, mean_slope: np.ndarray) -> np.ndarray:
        r"""Second derivatives of :math:`\operatorname{tr}(G\Sigma) + h'\mu`, shape (u, u).

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
        second = np.zeros((len(self.numbers),) * 2)
        i, j = self.paths.row, self.paths.column
        a, s, t = self._own_numbers
        e, c, eta = at.total, at.covariance, at.means
        down = j[:, None]
        across = i[:, None]
        block = outer[down, i]  # (CGE) at [j of one path, i of the other]
        swap = e[down, i]
        both = (swap * block.T + block * swap.T + c[down, j] * inner[across, i]) * 2
        both += h[i][:, None] * swap * eta[j][None, :] + h[i][None, :] * swap.T * eta[j][:, None]
        np.add.at(second, (a[:, None], a[None, :]), both)
        k, m = self.variances.row, self.variances.column
        scale = np.where(k == m, 1.0, 2.0)
        mixed = (e[down, k] * inner[across, m] + e[down, m] * inner[across, k]) * scale
        np.add.at(second, (a[:, None], s[None, :]), mixed)
        np.add.at(second, (s[:, None], a[None, :]), mixed.T)
        r = self.means.row
        third = h[i][:, None] * e[down, r]
        np.add.at(second, (a[:, None], t[None, :]), third)
        np.add.at(second, (t[:, None], a[None, :]), third.T)
        return second


def cell_of(row: Parameter, index: dict[str, int]) -> tuple[str, int, int]:
    """Matrix, row and column of one parameter.

    "A", "S" or "m"; "t" for a threshold and "d" for a scale of ordinal variables.
    """
    if row.op == "=~":
        return "A", index[row.rhs], index[row.lhs]
    if row.op == "~":
        return "A", index[row.lhs], index[row.rhs]
    if row.op == "~~":
        return "S", index[row.lhs], index[row.rhs]
    if row.op == "|":
        return "t", index[row.lhs], int(row.rhs[1:]) - 1
    return "d" if row.op == "~*~" else "m", index[row.lhs], 0


def cells(entries: Sequence[tuple[int, int, int]]) -> Cells:
    """Collect (row, column, number) triples."""
    block = np.array(entries, dtype=int).reshape(-1, 3)
    return Cells(*block.T)


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
    index = table.index
    k, p = len(index), len(table.observed)
    models = []
    for group in range(table.n_groups):
        base = {"A": np.zeros((k, k)), "S": np.zeros((k, k)), "m": np.zeros((k, 1))}
        entries: dict[str, list[tuple[int, int, int]]] = {"A": [], "S": [], "m": []}
        for row in table.rows:
            if row.group != group or row.op in ("|", "~*~"):
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
