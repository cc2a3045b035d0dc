r"""From parameters to implied thresholds and correlations of ordinal answers.

An answer is above category t where a normal response variable :math:`y^*` is above its threshold
:math:`\tau_t`; the variables of the model are those :math:`y^*`. With :math:`\mu` and :math:`C`
their means and covariances and :math:`d_i` the scale of item i, the data show

.. math:: \pi_{it} = d_i (\tau_{it} - \mu_i), \qquad \rho_{ij} = d_i d_j C_{ij}.

Under the delta parameterisation the scales are parameters (1 by default) and residual variances
what is left of :math:`C_{ii} = d_i^{-2}`: :math:`(E \circ E) s = d^{-2} - \operatorname{diag}(E
S_0 E')`. Under theta residual variances are parameters (1 by default) and :math:`d_i =
C_{ii}^{-1/2}` (Muthén, B., & Asparouhov, T. (2002). Latent variable analysis with categorical
outcomes: Multiple-group and growth modeling in Mplus. Mplus Web Notes, 4).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from icx_research.measurement.sem.parameters import ParameterTable
from icx_research.measurement.sem.ram import (
    Cells,
    GroupModel,
    Implied,
    Jacobian,
    cells,
    group_models,
)


@dataclass(frozen=True, eq=False)
class ResponseImplied(Implied):
    """Matrices of one group, with residual variances or scales worked out.

    Attributes
    ----------
    thresholds : array, shape (p, t)
        In units of the response variables; 0 beyond an item's own.
    scales : array, shape (p,)
    """

    thresholds: np.ndarray
    scales: np.ndarray

    def cell(self, matrix: str, row: int, column: int) -> float:
        """One value of A, S, m, the thresholds ("t") or the scales ("d")."""
        if matrix == "t":
            return float(self.thresholds[row, column])
        if matrix == "d":
            return float(self.scales[row])
        return super().cell(matrix, row, column)


@dataclass(frozen=True, eq=False)
class ResponseJacobian(Jacobian):
    """Derivatives of thresholds and correlations by the u parameters of one group.

    Attributes
    ----------
    moments : array, shape (u, m)
    """

    moments: np.ndarray


@dataclass(frozen=True, eq=False)
class ResponseModel(GroupModel):
    """One group's fixed values and free cells.

    Attributes
    ----------
    counts : tuple of int, length p
        Thresholds of every item.
    theta : bool
        Whether residual variances are parameters, or scales.
    thresholds, scales : array, shapes (p, t) and (p,)
        Fixed values.
    threshold_cells, scale_cells : Cells
        Free ones.
    """

    counts: tuple[int, ...]
    theta: bool
    thresholds: np.ndarray
    scales: np.ndarray
    threshold_cells: Cells
    scale_cells: Cells

    def implied(self, theta: np.ndarray) -> ResponseImplied:
        """Compute the matrices at `theta`; LinAlgError where a variance is not positive."""
        at, p = super().implied(theta), self.n_observed
        tau, d = self.thresholds.copy(), self.scales.copy()
        tau[self.threshold_cells.row, self.threshold_cells.column] = theta[
            self.threshold_cells.number
        ]
        d[self.scale_cells.row] = theta[self.scale_cells.number]
        errors, covariance = at.errors, at.covariance
        if self.theta:
            variance = np.diag(covariance)[:p]
            if (variance <= 0).any():
                raise np.linalg.LinAlgError("variance of a response variable below 0")
            d = 1 / np.sqrt(variance)
        else:
            if (d <= 0).any():
                raise np.linalg.LinAlgError("scale of a response variable below 0")
            e = at.total[:, :p]
            left = np.linalg.solve(e[:p] ** 2, d**-2 - np.diag(covariance)[:p])
            errors = errors.copy()
            errors[np.arange(p), np.arange(p)] = left
            covariance = covariance + (e * left) @ e.T
        return ResponseImplied(
            at.effects, errors, at.intercepts, at.total, covariance, at.means, tau, d
        )

    def extended(self, added: Mapping[str, Cells], n_free: int) -> "ResponseModel":
        """Let further cells be parameters, those of thresholds and scales too."""
        none, model = cells([]), super().extended(added, n_free)
        assert isinstance(model, ResponseModel)
        return replace(
            model,
            threshold_cells=self.threshold_cells.joined(added.get("t", none)),
            scale_cells=self.scale_cells.joined(added.get("d", none)),
        )

    @cached_property
    def numbers(self) -> np.ndarray:
        """Numbers of the parameters that this group has, ascending, shape (u,)."""
        kinds = (self.paths, self.variances, self.means, self.threshold_cells, self.scale_cells)
        return np.unique(np.concatenate([kind.number for kind in kinds]))

    @cached_property
    def layout(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Item and number of every threshold, first and second item of every correlation."""
        item = np.repeat(np.arange(self.n_observed), self.counts)
        number = np.concatenate([np.arange(count) for count in self.counts])
        return item, number, *np.triu_indices(self.n_observed, 1)

    def responses(self, at: ResponseImplied) -> np.ndarray:
        """Thresholds and correlations as the data show them, shape (m,)."""
        item, number, i, j = self.layout
        p, d = self.n_observed, at.scales
        pi = d[item] * (at.thresholds[item, number] - at.means[:p][item])
        return np.concatenate([pi, d[i] * d[j] * at.covariance[i, j]])

    def jacobian(self, at: Implied) -> ResponseJacobian:
        """Differentiate thresholds and correlations by this group's parameters."""
        assert isinstance(at, ResponseImplied)
        by = super().jacobian(at)
        item, _, i, j = self.layout
        d, values = at.scales, self.responses(at)
        pi, rho = values[: len(item)], values[len(item) :]
        pairs = by.left[:, i] * by.right[:, j] + by.left[:, j] * by.right[:, i]
        own = 2 * by.left * by.right
        if self.theta:
            change = -own * d**2 / 2  # of log d
            pairs = pairs * d[i] * d[j] + rho * (change[:, i] + change[:, j])
            thresholds = pi * change[:, item]
        else:
            pairs = (pairs - self._residuals(at, own) @ self._spread(at)) * d[i] * d[j]
            thresholds = np.zeros((len(by.cell), len(item)))
        cells, numbers = np.hstack([thresholds, pairs]), by.cell
        if len(self.scale_cells.row):
            numbers = np.concatenate(
                [numbers, np.searchsorted(self.numbers, self.scale_cells.number)]
            )
            cells = np.vstack([cells, self._by_scales(at, values)])
        sums = (np.arange(len(self.numbers))[:, None] == numbers).astype(float)
        moments = sums @ cells
        moments[:, : len(item)] -= (by.means * d)[:, item]
        at_cell = np.cumsum([0, *self.counts])[self.threshold_cells.row]
        at_cell = at_cell + self.threshold_cells.column
        row = np.searchsorted(self.numbers, self.threshold_cells.number)
        np.add.at(moments, (row, at_cell), d[self.threshold_cells.row])
        return ResponseJacobian(by.left, by.right, by.cell, by.means, moments)

    def curvature(self, at: Implied, slope: np.ndarray, mean_slope: np.ndarray) -> np.ndarray:
        """Leave out second derivatives of the moments: Gauss-Newton steps suffice here."""
        return np.zeros((len(self.numbers),) * 2)

    def _residuals(self, at: ResponseImplied, own: np.ndarray) -> np.ndarray:
        """Residual variances that take up changes of the variances, shape (c, p)."""
        p = self.n_observed
        return np.linalg.solve(at.total[:p, :p] ** 2, own.T).T

    def _spread(self, at: ResponseImplied) -> np.ndarray:
        """Differentiate the covariances by residual variances, shape (p, pairs)."""
        e, (_, _, i, j) = at.total[: self.n_observed, : self.n_observed], self.layout
        return (e[i] * e[j]).T

    def _by_scales(self, at: ResponseImplied, values: np.ndarray) -> np.ndarray:
        """Differentiate the moments by the scales, shape (cells, m)."""
        item, _, i, j = self.layout
        d, own = at.scales, self.scale_cells.row[:, None]
        touched = np.hstack([item == own, (i == own).astype(float) + (j == own)])
        moved = touched * values / d[own]
        variances = np.zeros((len(own), self.n_observed))
        variances[np.arange(len(own)), own[:, 0]] = -2 / d[own[:, 0]] ** 3
        moved[:, len(item) :] += self._residuals(at, variances) @ self._spread(at) * d[i] * d[j]
        return moved


def response_models(table: ParameterTable) -> list[ResponseModel]:
    """Lay out the parameters of every group."""
    index = {name: i for i, name in enumerate(table.observed)}
    p, most = len(table.observed), max(table.thresholds)
    none = [np.zeros(0)] * table.n_groups
    models = []
    for group, model in enumerate(group_models(table, none, none)):
        tau, d = np.zeros((p, most)), np.ones(p)
        free: dict[str, list[tuple[int, int, int]]] = {"|": [], "~*~": []}
        for row in table.rows:
            if row.group != group or row.op not in free or row.computed:
                continue
            i, t = index[row.lhs], int(row.rhs[1:]) - 1 if row.op == "|" else 0
            if row.free >= 0:
                free[row.op].append((i, t, row.free))
            elif row.op == "|":
                tau[i, t] = row.value
            else:
                d[i] = row.value
        models.append(
            ResponseModel(
                **{field.name: getattr(model, field.name) for field in fields(model)},
                counts=table.thresholds,
                theta=table.theta,
                thresholds=tau,
                scales=d,
                threshold_cells=cells(free["|"]),
                scale_cells=cells(free["~*~"]),
            )
        )
    return models
