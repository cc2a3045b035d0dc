r"""Normal likelihood of one group, complete or by missing-data pattern, in moment space.

For pattern r with :math:`c_r` rows, :math:`W_r` the inverse of the observed part of
:math:`\Sigma` (zero elsewhere), :math:`d_r = \bar y_r - \mu` and
:math:`\tilde S_r = S_r + d_r d_r'`:

.. math:: f = \sum_r c_r \{\log|\Sigma_r| + \operatorname{tr}(W_r \tilde S_r)\}

which is -2 log-likelihood without its constant. Complete data are one pattern. Derivatives
follow from :math:`dW = -W\,d\Sigma\,W`: Jöreskog, K. G. (1969). A general approach to
confirmatory maximum likelihood factor analysis. Psychometrika, 34, 183-202,
https://doi.org/10.1007/BF02289343; Savalei, V. (2010). Expected versus observed information
in SEM with incomplete normal and nonnormal data. Psychological Methods, 15, 352-367,
https://doi.org/10.1037/a0020143.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from icx_research.measurement.sem.ram import Jacobian

# Up to this many patterns a loop is faster than one large product over all patterns.
FEW_PATTERNS = 8
# With more variables the product over patterns needs more memory than it saves time.
MANY_VARIABLES = 60


@dataclass(frozen=True, eq=False)
class Patterns:
    """Sufficient statistics of one group.

    Attributes
    ----------
    count : array, shape (r,)
        Rows per missing-data pattern; one pattern where data are complete.
    present : array of bool, shape (r, p)
    mean : array, shape (r, p)
        Zero where missing.
    cov : array, shape (r, p, p)
        With n in the denominator; zero where missing.
    """

    count: np.ndarray
    present: np.ndarray
    mean: np.ndarray
    cov: np.ndarray

    @property
    def n(self) -> float:
        """Rows."""
        return float(self.count.sum())

    @cached_property
    def is_complete(self) -> bool:
        """Whether no value is missing."""
        return bool(self.present.all())

    @property
    def n_values(self) -> float:
        """Observed values."""
        return float(self.count @ self.present.sum(axis=1))


def complete_pattern(n: float, mean: np.ndarray, cov: np.ndarray) -> Patterns:
    """Wrap the moments of complete data; `cov` with n in the denominator."""
    present = np.ones((1, len(mean)), dtype=bool)
    return Patterns(np.array([float(n)]), present, mean[None], cov[None])


@dataclass(frozen=True, eq=False)
class Likelihood:
    """The likelihood of one group at given moments.

    Attributes
    ----------
    value : float
        f.
    precision : array, shape (r, p, p)
        W.
    fitted : array, shape (r, p, p)
        W S~ W.
    pull : array, shape (r, p)
        W d.
    count : array, shape (r,)
    """

    value: float
    precision: np.ndarray
    fitted: np.ndarray
    pull: np.ndarray
    count: np.ndarray

    @cached_property
    def slope(self) -> np.ndarray:
        """Derivative of f by the covariances, as if all p x p elements were free."""
        return np.tensordot(self.count, self.precision - self.fitted, axes=1)

    @cached_property
    def mean_slope(self) -> np.ndarray:
        """Derivative of f by the means."""
        return -2 * self.count @ self.pull

    def gradient(self, by: Jacobian) -> np.ndarray:
        """Differentiate f by parameters."""
        return by.chain(self.slope, self.mean_slope)

    def expected(self, by: Jacobian) -> np.ndarray:
        """Take expected second derivatives of f by parameters."""
        second = self._sandwich(by, self.precision)
        if by.means.any():
            weight = np.tensordot(self.count, self.precision, axes=1)
            second += 2 * by.means @ weight @ by.means.T
        return second

    def observed(self, by: Jacobian) -> np.ndarray:
        """Second derivatives of f, but for the curvature of the moments."""
        second = self._sandwich(by, 2 * self.fitted - self.precision)
        if by.means.any():
            weight = np.tensordot(self.count, self.precision, axes=1)
            second += 2 * by.means @ weight @ by.means.T
            if self.pull.any():
                # u_i W_jk summed over patterns, against dSigma_ij and dmu_k
                mixed = np.tensordot(self.count[:, None] * self.pull, self.precision, axes=(0, 0))
                cross = np.tensordot(by.covariances, mixed, axes=((1, 2), (0, 1))) @ by.means.T
                second += 2 * (cross + cross.T)
        return second

    def _sandwich(self, by: Jacobian, other: np.ndarray) -> np.ndarray:
        """Sum over patterns of tr(W dSigma_a other dSigma_b), weighted by their rows."""
        p = by.left.shape[1]
        if len(self.count) <= FEW_PATTERNS or p > MANY_VARIABLES:
            cells = np.zeros((len(by.cell),) * 2)
            for c, w, o in zip(self.count, self.precision, other, strict=True):
                cells += c * _by_factors(by.left, by.right, w, o)
            return by.gather(cells)
        flat = by.covariances.reshape(len(by.means), -1)
        left = self.precision.reshape(-1, p * p) * self.count[:, None]
        kernel = (left.T @ other.reshape(-1, p * p)).reshape(p, p, p, p)
        # W_ij dA_jk O_kl dB_li: rows (j, k), columns (l, i)
        kernel = kernel.transpose(1, 2, 3, 0).reshape(p * p, p * p)
        second = flat @ kernel @ flat.T
        return (second + second.T) / 2


def _by_factors(left: np.ndarray, right: np.ndarray, w: np.ndarray, o: np.ndarray) -> np.ndarray:
    """Traces of W (l r' + r l') O (m s' + s m') for all pairs of cells, from their factors."""
    wl, wr = left @ w, right @ w
    if o is w:
        crossed = wl @ right.T
        return 2 * (crossed * crossed.T + (wl @ left.T) * (wr @ right.T))
    ol, orr = left @ o, right @ o
    return (
        (wl @ right.T) * (orr @ left.T)
        + (wl @ left.T) * (orr @ right.T)
        + (wr @ right.T) * (ol @ left.T)
        + (wr @ left.T) * (ol @ right.T)
    )


def likelihood(data: Patterns, mean: np.ndarray, cov: np.ndarray) -> Likelihood:
    """Evaluate f; raises LinAlgError where `cov` is not positive definite."""
    precision, log_det = precisions(data, cov)
    deviation = np.where(data.present, data.mean - mean, 0.0)
    scatter = data.cov + deviation[:, :, None] * deviation[:, None, :]
    half = precision @ scatter
    traces = np.trace(half, axis1=1, axis2=2)
    value = float(data.count @ (log_det + traces))
    pull = np.matmul(precision, deviation[:, :, None])[:, :, 0]
    return Likelihood(value, precision, half @ precision, pull, data.count)


def precisions(data: Patterns, cov: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Inverses and log-determinants of the observed part of `cov` in every pattern."""
    root = np.linalg.cholesky(cov)  # every part is positive definite where the whole is
    if data.is_complete:
        return np.linalg.inv(cov)[None], np.array([2 * np.log(np.diagonal(root)).sum()])
    both = data.present[:, :, None] & data.present[:, None, :]
    padded = np.where(both, cov, np.eye(len(cov)))
    log_det = 2 * np.log(np.diagonal(np.linalg.cholesky(padded), axis1=1, axis2=2)).sum(axis=1)
    return np.where(both, np.linalg.inv(padded), 0.0), log_det
