r"""The normal likelihood of raters within units, from moments by unit size.

With :math:`\Sigma_W` and :math:`\Sigma_B` the covariances within and between units,
:math:`V_s = \Sigma_W + s\,\Sigma_B`, S the pooled covariance within units, and
:math:`Q_s = s\,(C_s + (\bar y_s - \mu)(\bar y_s - \mu)')` of the :math:`J_s` unit means of
size s,

.. math:: f = (N - J)\{\log|\Sigma_W| + \operatorname{tr}(\Sigma_W^{-1} S)\}
    + \sum_s J_s \{\log|V_s| + \operatorname{tr}(V_s^{-1} Q_s)\}

is -2 log-likelihood without its constant (McDonald, R. P., & Goldstein, H. (1989). Balanced
versus unbalanced designs for linear structural relations in two-level data. British Journal of
Mathematical and Statistical Psychology, 42, 215-232,
https://doi.org/10.1111/j.2044-8317.1989.tb00911.x). In coordinates where :math:`\Sigma_W` is the
identity and :math:`\Sigma_B` diagonal every :math:`V_s` is diagonal, so that the number of sizes
costs next to nothing.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from icx_research.measurement.twolevel.sample import TwoLevelSample


@dataclass(frozen=True, eq=False)
class TwoLevelLikelihood:
    """The likelihood at given moments.

    Attributes
    ----------
    value : float
        f.
    rotation : array, shape (p, p)
        R with R Sigma_W R' = I and R Sigma_B R' diagonal.
    inverse : array, shape (k, p)
        Diagonal of the inverse of R V_s R'.
    fitted : array, shape (k, p, p)
        V^-1 Q V^-1 there.
    pull : array, shape (k, p)
        V^-1 (mean - mu) there.
    within_fitted : array, shape (p, p)
        R S R'.
    sample : TwoLevelSample
    """

    value: float
    rotation: np.ndarray
    inverse: np.ndarray
    fitted: np.ndarray
    pull: np.ndarray
    within_fitted: np.ndarray
    sample: TwoLevelSample

    def slope(self, level: int) -> np.ndarray:
        """Differentiate f by the covariances of one level (0 within), all elements free."""
        data = self.sample
        weight = data.units * data.size**level
        whole = np.diag(weight @ self.inverse) - np.tensordot(weight, self.fitted, axes=1)
        if level == 0:
            whole += data.within_n * (np.eye(len(whole)) - self.within_fitted)
        return np.asarray(self.rotation.T @ whole @ self.rotation)

    @property
    def mean_slope(self) -> np.ndarray:
        """Derivative of f by the means."""
        weight = self.sample.units * self.sample.size
        return np.asarray(-2 * (weight @ self.pull) @ self.rotation)

    def rotated(self, covariances: np.ndarray) -> np.ndarray:
        """Bring derivatives of covariances, shape (u, p, p), into the coordinates."""
        return np.asarray(self.rotation @ covariances @ self.rotation.T)

    def expected(self, first: np.ndarray, second: np.ndarray, power: int) -> np.ndarray:
        """Take expected second derivatives of f by covariances, shape (u, v).

        Parameters
        ----------
        first, second : array, shape (u, p, p) and (v, p, p)
            Rotated derivatives of the covariances of one or two levels.
        power : int
            How many of the two are between units.
        """
        weight = self.sample.units * self.sample.size**power
        kernel = (self.inverse * weight[:, None]).T @ self.inverse
        if power == 0:
            kernel = kernel + self.sample.within_n
        return np.asarray((first * kernel).reshape(len(first), -1) @ _flat(second).T)

    def observed(self, first: np.ndarray, second: np.ndarray, power: int) -> np.ndarray:
        """Second derivatives of f by covariances, but for their curvature; see `expected`."""
        half = np.matmul(first.transpose(1, 0, 2), self._kernels[power]).transpose(1, 0, 2)
        return np.asarray(_flat(half) @ _flat(second).T)

    @cached_property
    def _kernels(self) -> list[np.ndarray]:
        """W_i (2 F - W)_jk summed over sizes and weighted by size^0, size^1, size^2."""
        data, p = self.sample, len(self.rotation)
        at = np.arange(p)
        double = 2 * self.fitted
        double[:, at, at] -= self.inverse
        kernels = []
        for power in range(3):
            weight = (data.units * data.size**power)[:, None] * self.inverse
            kernels.append(np.tensordot(weight, double, axes=(0, 0)))
        kernels[0] += data.within_n * (2 * self.within_fitted - np.eye(p))
        return kernels

    def by_means(self, means: np.ndarray) -> np.ndarray:
        """Second derivatives of f by means, whose derivatives have shape (u, p)."""
        rotated = means @ self.rotation.T
        weight = (self.sample.units * self.sample.size) @ self.inverse
        return np.asarray(2 * (rotated * weight) @ rotated.T)

    def mixed(self, covariances: np.ndarray, means: np.ndarray, level: int) -> np.ndarray:
        """Second derivatives of f by rotated covariances of one level and means, (u, v)."""
        weight = self.sample.units * self.sample.size ** (level + 1)
        kernel = (weight[:, None] * self.pull).T @ self.inverse
        half = (covariances * kernel).sum(axis=1)
        return np.asarray(2 * half @ (means @ self.rotation.T).T)


def _flat(block: np.ndarray) -> np.ndarray:
    return block.reshape(len(block), -1)


def two_level_likelihood(
    data: TwoLevelSample, within: np.ndarray, between: np.ndarray, mean: np.ndarray
) -> TwoLevelLikelihood:
    """Evaluate f; raises LinAlgError where a V_s or Sigma_W is not positive definite."""
    half = np.linalg.cholesky(within)
    back = np.linalg.inv(half)
    own, vectors = np.linalg.eigh(back @ between @ back.T)
    spread = 1 + data.size[:, None] * own
    if not (spread > 0).all():
        raise np.linalg.LinAlgError
    rotation = vectors.T @ back
    inverse = 1 / spread
    apart = (data.mean - mean) @ rotation.T
    scatter = rotation @ data.cov @ rotation.T + apart[:, :, None] * apart[:, None, :]
    scatter = scatter * data.size[:, None, None]
    fitted = inverse[:, :, None] * scatter * inverse[:, None, :]
    within_fitted = rotation @ data.within @ rotation.T
    log_det = 2 * np.log(np.diag(half)).sum()
    traces = np.trace(within_fitted), (np.diagonal(scatter, axis1=1, axis2=2) * inverse).sum(1)
    value = data.within_n * (log_det + traces[0])
    value += data.units @ (log_det + np.log(spread).sum(axis=1) + traces[1])
    return TwoLevelLikelihood(
        float(value), rotation, inverse, fitted, inverse * apart, within_fitted, data
    )
