"""The variance between studies, estimated so that it never falls below zero."""

from dataclasses import dataclass

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from icx_research.core.results import Estimate

PRECISION = 1e-12  # change at which an iteration ends, in smallest total variances


@dataclass(frozen=True)
class WeightedFit:
    """Weighted least squares: coefficients, their covariance (X'WX)^-1, and y'Py."""

    coefficients: np.ndarray
    covariance: np.ndarray
    residuals: np.ndarray
    q: float


def weighted_fit(y: np.ndarray, x: np.ndarray, weights: np.ndarray) -> WeightedFit:
    """Fit by weighted least squares."""
    covariance = np.linalg.inv(x.T @ (weights[:, None] * x))
    coefficients = covariance @ (x.T @ (weights * y))
    residuals = y - x @ coefficients
    return WeightedFit(coefficients, covariance, residuals, float(weights @ residuals**2))


def between_study_variance(y: np.ndarray, v: np.ndarray, x: np.ndarray, *, method: str) -> float:
    """Estimate tau squared by "DL", "PM" or "REML", given sampling variances v."""
    if method == "PM":
        return _where_q_is(len(y) - x.shape[1], y, v, x)
    start = _dersimonian_laird(y, v, x)
    return start if method == "DL" else _restricted_likelihood(y, v, x, start)


def typical_variance(v: np.ndarray, x: np.ndarray) -> float:
    """Give the sampling variance of a typical study (Higgins and Thompson 2002)."""
    return (len(v) - x.shape[1]) / _projected_trace(v, x)


def variance_interval(
    y: np.ndarray, v: np.ndarray, x: np.ndarray, value: float, confidence_level: float
) -> Estimate:
    """Interval of tau squared by the Q profile (Viechtbauer 2007)."""
    df, tail = len(y) - x.shape[1], (1 - confidence_level) / 2
    low, high = (_where_q_is(stats.chi2.ppf(q, df), y, v, x) for q in (1 - tail, tail))
    return Estimate(value, low, high, confidence_level)


def _projected_trace(v: np.ndarray, x: np.ndarray) -> float:
    """Trace of P = W - WX (X'WX)^-1 X'W with weights 1 / v."""
    w = 1 / v
    covariance = np.linalg.inv(x.T @ (w[:, None] * x))
    return float(w.sum() - np.trace(covariance @ (x.T @ ((w**2)[:, None] * x))))


def _dersimonian_laird(y: np.ndarray, v: np.ndarray, x: np.ndarray) -> float:
    excess = weighted_fit(y, x, 1 / v).q - (len(y) - x.shape[1])
    return max(0.0, excess / _projected_trace(v, x))


def _where_q_is(target: float, y: np.ndarray, v: np.ndarray, x: np.ndarray) -> float:
    """Find tau squared at which y'Py equals the target; zero where it lies below from the start.

    y'Py falls and is convex in tau squared, so that Newton's steps from zero never overshoot.
    """
    value, change = 0.0, np.inf
    while change > PRECISION * (value + v.min()):
        weights = 1 / (v + value)
        fit = weighted_fit(y, x, weights)
        slope = float(((weights * fit.residuals) ** 2).sum())
        change = (fit.q - target) / slope if slope > 0 else 0.0
        value = max(0.0, value + change)
    return value


def _restricted_likelihood(y: np.ndarray, v: np.ndarray, x: np.ndarray, start: float) -> float:
    """Find the maximum of the restricted likelihood on the side of the start that is uphill."""

    def score(tau_squared: float) -> float:
        w = 1 / (v + tau_squared)
        fit = weighted_fit(y, x, w)
        trace = w.sum() - (fit.covariance @ (x.T @ ((w**2)[:, None] * x))).trace()
        return float(((w * fit.residuals) ** 2).sum() - trace)

    low = high = start
    while score(high) > 0:
        low, high = high, 2 * high + v.min()
    while score(low) < 0:
        if low == 0:
            return 0.0
        low, high = (low / 2 if low > PRECISION * v.min() else 0.0), low
    return float(brentq(score, low, high, xtol=PRECISION * v.min()))
