"""Fitting ordinal models: thresholds and polychoric correlations by weighted least squares."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from icx_research.measurement.sem.estimation import Fit, check_count, search
from icx_research.measurement.sem.least_squares import LeastSquares, WeightedResiduals
from icx_research.measurement.sem.ordinal_sample import OrdinalMoments
from icx_research.measurement.sem.parameters import ParameterTable
from icx_research.measurement.sem.precision import inverse
from icx_research.measurement.sem.response_model import ResponseJacobian, response_models
from icx_research.measurement.sem.sample import Sample
from icx_research.measurement.sem.saturated import Reference
from icx_research.measurement.sem.starts import starting_values

# Under theta the residual variance of a response variable is 1: starting values are those of a
# variable of which half the variance is explained.
THETA_VARIANCE = 2.0


@dataclass(frozen=True, eq=False)
class OrdinalFit(Fit):
    """An ordinal model fitted to a sample.

    Attributes
    ----------
    ordinal : tuple of OrdinalMoments, one per group
    """

    ordinal: tuple[OrdinalMoments, ...] = field(kw_only=True)

    @property
    def residual_groups(self) -> list[WeightedResiduals]:
        """Thresholds and correlations less the implied ones, by group."""
        found = [group.fit for group in self.point.groups]
        return [own for own in found if isinstance(own, WeightedResiduals)]

    @cached_property
    def slopes(self) -> list[np.ndarray]:
        """Derivatives of every group's moments by all parameters, shape (m, q)."""
        found = []
        for group in self.point.groups:
            by = group.jacobian
            assert isinstance(by, ResponseJacobian)
            whole = np.zeros((by.moments.shape[1], len(self.theta)))
            whole[:, group.model.numbers] = by.moments.T
            found.append(whole)
        return found

    @cached_property
    def bread(self) -> np.ndarray:
        """Inverse of the information per row, shape (q, q); nan where not identified."""
        return inverse(self.expected_information / self.n)

    @cached_property
    def meat(self) -> np.ndarray:
        """Variance of the slopes of the discrepancy per row, shape (q, q)."""
        total = np.zeros((len(self.theta),) * 2)
        for group, own in zip(self.point.groups, self.residual_groups, strict=True):
            total += group.model.spread(own.variance(group.jacobian))
        return total / self.n


def fit_ordinal(
    table: ParameterTable, sample: Sample, ordinal: Sequence[OrdinalMoments]
) -> OrdinalFit:
    """Estimate by diagonally weighted least squares.

    Raises
    ------
    ValueError
        If there are more free parameters than thresholds and correlations, or no
        admissible start.
    """
    check_count(table)
    objective = LeastSquares(response_models(table), tuple(ordinal))
    variance = THETA_VARIANCE if table.theta else 1.0
    covariances = [data.correlations * variance for data in ordinal]
    means = [np.zeros(len(cov)) for cov in covariances]
    starts = starting_values(table, means, covariances)
    for start in starts:
        _start_thresholds(start, table, ordinal, np.sqrt(variance))
    minimum = search(objective, starts, newton=False)
    saturated = [
        Reference(mean, data.correlations, 0.0) for mean, data in zip(means, ordinal, strict=True)
    ]
    return OrdinalFit(
        table,
        sample,
        objective,
        minimum,
        objective.at(minimum.theta),
        tuple(saturated),
        ordinal=tuple(ordinal),
    )


def _start_thresholds(
    theta: np.ndarray, table: ParameterTable, ordinal: Sequence[OrdinalMoments], unit: float
) -> None:
    """Put the sample's thresholds where the model string gives no start, in place."""
    index = table.index
    begin = np.cumsum([0, *table.thresholds])
    times = np.zeros(len(theta))
    total = np.zeros(len(theta))
    for row in table.rows:
        if row.op == "|" and row.free >= 0:
            at = begin[index[row.lhs]] + int(row.rhs[1:]) - 1
            own = ordinal[row.group].estimates[at] * unit
            total[row.free] += own if np.isnan(row.start) else row.start
            times[row.free] += 1
    theta[times > 0] = (total / np.maximum(times, 1))[times > 0]


def sandwich(fit: OrdinalFit) -> np.ndarray:
    """Covariance of the free parameters, shape (q, q), from the full covariance of the moments.

    Over the rows less one per group, as in lavaan.
    """
    if not fit.minimum.converged:
        return np.full_like(fit.bread, np.nan)
    return fit.bread @ fit.meat @ fit.bread / (fit.n - fit.table.n_groups)
