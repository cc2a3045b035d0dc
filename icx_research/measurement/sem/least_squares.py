r"""Diagonally weighted least squares of thresholds and polychoric correlations.

With s the sample's thresholds and correlations, :math:`\sigma` the implied ones and W the inverse
variances of s, the discrepancy of a group is :math:`(s - \sigma)' W (s - \sigma)`: Muthén, B., du
Toit, S. H. C., & Spisic, D. (1997). Robust inference using weighted least squares and quadratic
estimating equations in latent variable modeling with categorical and continuous outcomes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from icx_research.measurement.sem.objective import GroupPoint, SemPoint
from icx_research.measurement.sem.ordinal_sample import OrdinalMoments
from icx_research.measurement.sem.ram import Jacobian
from icx_research.measurement.sem.response_model import ResponseJacobian, ResponseModel


@dataclass(frozen=True, eq=False)
class WeightedResiduals:
    """The discrepancy of one group at given thresholds and correlations.

    Attributes
    ----------
    n : float
        Rows.
    residual, weights : array, shape (m,)
        s less the implied, and the diagonal of W.
    gamma : array, shape (m, m)
        Asymptotic covariance of s, times the rows.
    """

    n: float
    residual: np.ndarray
    weights: np.ndarray
    gamma: np.ndarray

    @property
    def value(self) -> float:
        """Rows less 1 times the discrepancy, as in lavaan."""
        return (self.n - 1) * float(self.weights @ self.residual**2)

    @property
    def slope(self) -> np.ndarray:
        """Empty: second derivatives of the moments are left out."""
        return np.zeros((0, 0))

    @property
    def mean_slope(self) -> np.ndarray:
        """Empty, as `slope`."""
        return np.zeros(0)

    def gradient(self, by: Jacobian) -> np.ndarray:
        """Differentiate `value` by parameters."""
        return -2 * (self.n - 1) * _moments(by) @ (self.weights * self.residual)

    def expected(self, by: Jacobian) -> np.ndarray:
        """Second derivatives where the model holds, times the rows."""
        moments = _moments(by)
        return 2 * self.n * (moments * self.weights) @ moments.T

    def variance(self, by: Jacobian) -> np.ndarray:
        """Variance of the gradient of half the discrepancy, times the rows."""
        weighted = _moments(by) * self.weights
        return self.n * (weighted @ self.gamma @ weighted.T)

    def observed(self, by: Jacobian) -> np.ndarray:
        """Take the same as `expected`."""
        return self.expected(by)


def _moments(by: Jacobian) -> np.ndarray:
    return cast(ResponseJacobian, by).moments


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """A model of ordinal answers and the data it is fitted to.

    Attributes
    ----------
    models : sequence of ResponseModel
    data : sequence of OrdinalMoments
    """

    models: Sequence[ResponseModel]
    data: Sequence[OrdinalMoments]

    def at(self, theta: np.ndarray) -> SemPoint:
        """Evaluate; raises LinAlgError where a variance is not positive."""
        groups = []
        for model, data in zip(self.models, self.data, strict=True):
            implied = model.implied(theta)
            moments = model.responses(implied)
            fit = WeightedResiduals(data.n, data.estimates - moments, data.weights, data.gamma)
            p = model.n_observed
            correlations = correlation_matrix(moments[-(p * (p - 1) // 2) :], p)
            groups.append(GroupPoint(model, implied, np.zeros(p), correlations, fit))
        n = sum(data.n for data in self.data)
        return SemPoint(groups, n, sum(group.fit.value for group in groups) / n)


def correlation_matrix(pairs: np.ndarray, p: int) -> np.ndarray:
    """Put correlations, row by row of the upper triangle, into a matrix."""
    whole, at = np.eye(p), np.triu_indices(p, 1)
    whole[at] = whole[at[::-1]] = pairs
    return whole
