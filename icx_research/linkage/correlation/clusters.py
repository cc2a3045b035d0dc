"""Correlation of two columns over units: interval and test, also of clustered units."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from icx_research.core.cutoffs import MIN_CLUSTERS
from icx_research.core.intervals import fisher_interval, interval_about, t_quantile
from icx_research.core.resampling import jackknife_se, left_out_sums
from icx_research.core.results import Estimate


@dataclass(frozen=True)
class CorrelationTest:
    """One correlation over units, with interval and test.

    Attributes
    ----------
    estimate : Estimate
    statistic, p_value : float
        t statistic and two-sided p value against zero.
    df : int
        Units less two, less the number of independent control columns.
    """

    estimate: Estimate
    statistic: float
    df: int
    p_value: float


def correlate(
    residuals: np.ndarray,
    basis: np.ndarray,
    method: str,
    confidence_level: float,
    noise: tuple[np.ndarray, np.ndarray] | None,
    cluster: np.ndarray,
) -> CorrelationTest:
    """Correlate two columns, given what was taken out of them.

    Parameters
    ----------
    residuals : array, shape (n, 2)
        Centred scores, or their residuals.
    basis : array, shape (n, c)
        Orthonormal control columns that were taken out.
    method : str
        "pearson", or "spearman" for ranks.
    confidence_level : float
    noise : (array, array) or None
        Covariance of the sampling errors of the two scores per unit, and the squared
        standard errors of these covariances; None for different respondents.
    cluster : array, shape (n,)
        Which units hang together.
    """
    n, c = len(residuals), basis.shape[1]
    x, y = residuals.T
    scale = np.sqrt((x @ x) * (y @ y))
    lever = 1 - 1 / n - (basis**2).sum(axis=1)
    error, error_variance = noise or (np.zeros(n), np.zeros(n))
    r = float(np.clip((x @ y - lever @ error) / scale, -1, 1))
    m, df = n - 3 - c, n - 2 - c
    inflation = 1 + r**2 / 2 if method == "spearman" else 1.0
    with np.errstate(divide="ignore"):
        t = float(r * np.sqrt(df / np.float64(1 - r**2)))
    clusters = len(np.unique(cluster))
    if method == "pearson" and MIN_CLUSTERS <= clusters < n and abs(r) < 1:
        se = _cluster_jackknife(x, y, error * lever, cluster)
        df = clusters - 1
        t = float(np.arctanh(r) / se)
        quantile = t_quantile(confidence_level, df)
        return CorrelationTest(
            interval_about(r, quantile * se, confidence_level),
            t,
            df,
            float(2 * special.stdtr(df, -abs(t))),
        )
    if noise is not None and abs(r) < 1:
        inflation = _inflation(r, float(x @ y / scale), float(lever**2 @ error_variance), scale, m)
        t /= float(np.sqrt(inflation))
    return CorrelationTest(
        estimate=fisher_interval(r, float(np.sqrt(inflation) / np.sqrt(m)), confidence_level),
        statistic=t,
        df=df,
        p_value=float(2 * special.stdtr(df, -abs(t))),
    )


def _cluster_jackknife(
    x: np.ndarray, y: np.ndarray, error: np.ndarray, cluster: np.ndarray
) -> float:
    """Find the standard error of atanh r by leaving out one cluster after the other."""
    rows = np.column_stack([np.ones(len(x)), x, y, x * x, y * y, x * y - error])
    n, sx, sy, sxx, syy, sxy = left_out_sums(rows, cluster).T
    spread = np.sqrt((sxx - sx**2 / n) * (syy - sy**2 / n))
    r = np.clip((sxy - sx * sy / n) / spread, -1 + 1e-12, 1 - 1e-12)
    return jackknife_se(np.arctanh(r))


def _inflation(r: float, observed: float, noise_variance: float, scale: float, m: int) -> float:
    """How much the sampling variance of atanh r exceeds Fisher's: the delta method."""
    gradient = np.array([-r / 2, -r / 2, 1.0])  # by both variances and the covariance, scaled to 1
    covariance = np.array(
        [
            [2, 2 * observed**2, 2 * observed],
            [2 * observed**2, 2, 2 * observed],
            [2 * observed, 2 * observed, 1 + observed**2],
        ]
    )
    variance = float(gradient @ covariance @ gradient) + m * noise_variance / scale**2
    return variance / (1 - r**2) ** 2


def shared_mood(plain: np.ndarray, noise: tuple[np.ndarray, np.ndarray]) -> tuple[float, float]:
    """Correlation of undivided scores, and what shared mood alone is expected to give."""
    x, y = plain.T
    scale = np.sqrt((x @ x) * (y @ y))
    lever = 1 - 1 / len(plain)
    return float(x @ y / scale), float(lever * noise[0].sum() / scale)
