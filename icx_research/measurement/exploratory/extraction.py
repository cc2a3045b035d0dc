"""Common factors of a correlation matrix by Newton's method on the uniquenesses."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# Lowest uniqueness of a standardised item; at the bound the solution is improper (a
# Heywood case). The value is that of R's factanal and psych.
LOWEST_UNIQUENESS = 0.005
MAX_ITERATIONS = 200
# Gradient at which a solution counts as found; the criterion is of order one.
GRADIENT = 1e-10

Criterion = Callable[[np.ndarray], tuple[float, np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Extraction:
    """Unrotated common factors of a correlation matrix.

    Attributes
    ----------
    loadings : array, shape (k, n_factors)
    uniquenesses : array, shape (k,)
    criterion : float
        Value of the discrepancy function at the solution.
    at_bound : array of bool, shape (k,)
        Items whose uniqueness lies at its lower bound.
    converged : bool
    """

    loadings: np.ndarray
    uniquenesses: np.ndarray
    criterion: float
    at_bound: np.ndarray
    converged: bool


def ml_uniquenesses(
    correlation: np.ndarray, *, n_factors: int, start: np.ndarray | None = None
) -> Extraction:
    r"""Extract factors by maximum likelihood.

    Parameters
    ----------
    correlation : array, shape (k, k)
        Positive definite.
    n_factors : int
    start : array, shape (k,), optional
        Uniquenesses to start from.

    Returns
    -------
    Extraction

    Notes
    -----
    With :math:`\theta_m, \omega_m` the eigenvalues and eigenvectors of
    :math:`\Psi^{-1/2} R \Psi^{-1/2}` in descending order and :math:`x_i = \log \psi_i`,
    the concentrated criterion and its derivatives are
    :math:`f = \sum_{m>q} (\theta_m - \log\theta_m - 1)`,
    :math:`f_i = \sum_{m>q} (1 - \theta_m)\omega_{im}^2` and
    :math:`f_{ij} = P_{ij} Q_{ij} - \sum_{l \le q < m} (1 - \theta_m)
    \frac{\theta_m + \theta_l}{\theta_m - \theta_l} \omega_{im}\omega_{jm}\omega_{il}\omega_{jl}`
    with :math:`P = \sum_{m>q} \omega_m\omega_m'`, :math:`Q = \sum_{m>q} \theta_m\omega_m\omega_m'`.

    References
    ----------
    Lawley, D. N., & Maxwell, A. E. (1971). Factor analysis as a statistical method
    (2nd ed.). Butterworths.

    Clarke, M. R. B. (1970). A rapidly convergent method for maximum-likelihood factor
    analysis. British Journal of Mathematical and Statistical Psychology, 23, 43-52.
    https://doi.org/10.1111/j.2044-8317.1970.tb00434.x
    """
    q = n_factors

    def criterion(x: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        scale = np.exp(-x / 2)
        theta, omega = _descending(correlation * np.outer(scale, scale))
        rest, w = theta[q:], omega[:, q:]
        value = float(np.sum(rest - np.log(rest) - 1))
        gradient = w**2 @ (1 - rest)
        hessian = (w @ w.T) * ((w * rest) @ w.T)
        for l_value, l_vector in zip(theta[:q], omega[:, :q].T, strict=True):
            factor = (1 - rest) * (rest + l_value) / np.minimum(rest - l_value, -1e-12)
            hessian -= np.outer(l_vector, l_vector) * ((w * factor) @ w.T)
        return value, gradient, hessian

    def loadings(psi: np.ndarray) -> np.ndarray:
        scale = np.sqrt(psi)
        theta, omega = _descending(correlation / np.outer(scale, scale))
        return scale[:, None] * omega[:, :q] * np.sqrt(np.maximum(theta[:q] - 1, 0))

    return _minimise(criterion, loadings, _start(correlation, q) if start is None else start)


def minres_uniquenesses(
    correlation: np.ndarray, *, n_factors: int, start: np.ndarray | None = None
) -> Extraction:
    r"""Extract factors by minimum residuals (unweighted least squares).

    Parameters
    ----------
    correlation : array, shape (k, k)
    n_factors : int
    start : array, shape (k,), optional
        Uniquenesses to start from.

    Returns
    -------
    Extraction

    Notes
    -----
    With :math:`\theta_m, \omega_m` of :math:`R - \Psi`, :math:`f = \frac12 \sum_{m>q}
    \theta_m^2`; in :math:`\psi`, :math:`f_i = -\sum_{m>q} \theta_m \omega_{im}^2` and
    :math:`f_{ij} = P_{ij}^2 + 2 \sum_{l \le q < m} \frac{\theta_m}{\theta_m - \theta_l}
    \omega_{im}\omega_{jm}\omega_{il}\omega_{jl}`, turned into derivatives in
    :math:`\log\psi`.

    References
    ----------
    Harman, H. H., & Jones, W. H. (1966). Factor analysis by minimizing residuals
    (minres). Psychometrika, 31, 351-368. https://doi.org/10.1007/BF02289468
    """
    q = n_factors

    def criterion(x: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        psi = np.exp(x)
        theta, omega = _descending(correlation - np.diag(psi))
        rest, w = theta[q:], omega[:, q:]
        value = float(np.sum(rest**2) / 2)
        gradient = -(w**2 @ rest)
        hessian = (w @ w.T) ** 2
        for l_value, l_vector in zip(theta[:q], omega[:, :q].T, strict=True):
            factor = 2 * rest / np.minimum(rest - l_value, -1e-12)
            hessian += np.outer(l_vector, l_vector) * ((w * factor) @ w.T)
        return value, gradient * psi, hessian * np.outer(psi, psi) + np.diag(gradient * psi)

    def loadings(psi: np.ndarray) -> np.ndarray:
        theta, omega = _descending(correlation - np.diag(psi))
        return omega[:, :q] * np.sqrt(np.maximum(theta[:q], 0))

    return _minimise(criterion, loadings, _start(correlation, q) if start is None else start)


def _descending(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    values, vectors = np.linalg.eigh(matrix)
    return values[::-1], vectors[:, ::-1]


def _start(correlation: np.ndarray, n_factors: int) -> np.ndarray:
    """Start from the errors of predicting each item by the others (Jöreskog, 1967)."""
    unexplained = 1 / np.diag(np.linalg.inv(correlation))
    start = (1 - n_factors / (2 * len(correlation))) * unexplained
    return np.clip(start, LOWEST_UNIQUENESS, 1)


def _minimise(
    criterion: Criterion, loadings: Callable[[np.ndarray], np.ndarray], start: np.ndarray
) -> Extraction:
    """Take damped Newton steps in log uniquenesses above their bound."""
    low = np.log(LOWEST_UNIQUENESS)
    # a start may be a solution of minres, whose uniquenesses can be negative
    x = np.log(np.maximum(start, LOWEST_UNIQUENESS))
    value, gradient, hessian = criterion(x)
    converged = False
    for _ in range(MAX_ITERATIONS):
        free = ~((x <= low) & (gradient > 0))
        if np.abs(gradient[free]).max(initial=0) < GRADIENT:
            converged = True
            break
        step = np.zeros_like(x)
        step[free] = -_descent(hessian[np.ix_(free, free)], gradient[free])
        step *= min(1.0, 2.0 / np.abs(step).max())
        size = 1.0
        while size > 1e-10:
            trial = np.maximum(x + size * step, low)
            found = criterion(trial)
            if found[0] <= value + 1e-4 * gradient @ (trial - x) + 1e-15:
                break
            size /= 2
        else:
            converged = bool(np.abs(gradient[free]).max() < np.sqrt(GRADIENT))
            break
        x, (value, gradient, hessian) = trial, found
    psi = np.exp(x)
    return Extraction(loadings(psi), psi, value, x <= low + 1e-9, converged)


def _descent(hessian: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    """Solve for Newton's step, with negative curvature turned around."""
    values, vectors = np.linalg.eigh(hessian)
    curvature = np.maximum(np.abs(values), 1e-8 * max(np.abs(values).max(), 1e-12))
    return vectors @ ((vectors.T @ gradient) / curvature)
