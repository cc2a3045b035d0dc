"""One-way analysis of variance of several scores over the same units, at once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special


@dataclass(frozen=True)
class OneWay:
    """Components of variance of s scores.

    Attributes
    ----------
    between, within : array, shape (s,)
        Variance of true unit means and within units; `between` may be negative.
    ratio : array, shape (s,)
        F = MSB / MSW.
    weighted_size : float
        The size k* that stands for unequal units.
    n_units, n : int
        Units and rows.
    """

    between: np.ndarray
    within: np.ndarray
    ratio: np.ndarray
    weighted_size: float
    n_units: int
    n: int

    @property
    def df(self) -> tuple[int, int]:
        """Degrees of freedom between and within units."""
        return self.n_units - 1, self.n - self.n_units

    @property
    def p_value(self) -> np.ndarray:
        """Of the F test that units do not differ."""
        return np.asarray(special.fdtrc(*self.df, self.ratio))

    def icc_1(self, size: float, confidence_level: float) -> np.ndarray:
        """Estimate and limits of ICC(1) for units of a size: shape (3, s)."""
        return 1 - size / (self._ratios(confidence_level) - 1 + size)

    def icc_2(self, confidence_level: float) -> np.ndarray:
        """Estimate and limits of ICC(2): shape (3, s)."""
        with np.errstate(divide="ignore"):
            return 1 - 1 / self._ratios(confidence_level)

    def _ratios(self, confidence_level: float) -> np.ndarray:
        """Ratio observed, and divided by the upper and lower quantile of F."""
        tail = (1 - confidence_level) / 2
        quantiles = special.fdtri(*self.df, np.array([[1 - tail], [tail]]))
        return np.vstack([self.ratio[None], self.ratio / quantiles])


def one_way(sizes: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> OneWay:
    r"""Analyse the variance of scores from their unit means and variances.

    Parameters
    ----------
    sizes : array of int, shape (g,)
        Raters per unit; at least two units, one with two raters.
    mean, variance : array, shape (g, s)
        Per unit and score; the variance of a single rater may be nan.

    Returns
    -------
    OneWay

    Notes
    -----
    :math:`MSB = \sum n_u (m_u - m)^2 / (G - 1)`, :math:`MSW = \sum (n_u - 1) s_u^2 / (N -
    G)`, :math:`k^* = (N - \sum n_u^2 / N) / (G - 1)`: the formulae of
    `core.variance.variance_components`, for all scores in one pass.
    """
    n: Any = sizes[:, None].astype(float)
    total, units = float(sizes.sum()), len(sizes)
    grand = (n * mean).sum(axis=0) / total
    ms_between = (n * (mean - grand) ** 2).sum(axis=0) / (units - 1)
    ms_within = np.where(n > 1, (n - 1) * variance, 0.0).sum(axis=0) / (total - units)
    size = (total - float(np.sum(sizes.astype(float) ** 2)) / total) / (units - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = ms_between / ms_within
    return OneWay((ms_between - ms_within) / size, ms_within, ratio, size, units, int(total))
