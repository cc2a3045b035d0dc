"""Variance between and within units, from counts, means and variances alone."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from icx_research.core.moments import GroupedMoments


@dataclass(frozen=True)
class VarianceComponents:
    """One-way random-effects components of one variable.

    A part that the answers do not determine is nan (all but the counts without two
    units or without two answers in a unit; the shares where no answer differs).

    Attributes
    ----------
    between, within : float
        Variance of the true unit means and of answers within units, in squared
        scale points. `between` may be negative: that is an estimate, not an error.
    icc_1, icc_1_low, icc_1_high : float
        Share of a single answer's variance that lies between units, with interval.
    icc_2 : float
        Reliability of a unit mean of average size.
    mean_size : float
        The size k* that stands for unequal units.
    n_units, n_used : int
        Units and answers.
    """

    between: float
    within: float
    icc_1: float
    icc_1_low: float
    icc_1_high: float
    icc_2: float
    mean_size: float
    n_units: int
    n_used: int

    def reliability(self, n: np.ndarray) -> np.ndarray:
        """Reliability of unit means of `n` answers each; nan where `between` is not positive."""
        if not self.between > 0:
            return np.full(np.shape(n), np.nan)
        return self.between / (self.between + self.within / np.asarray(n, dtype=float))


def variance_components(
    moments: GroupedMoments, *, confidence_level: float = 0.95
) -> VarianceComponents:
    r"""Split the variance of one variable into between and within units.

    Parameters
    ----------
    moments : GroupedMoments
        Of one variable, per unit.
    confidence_level : float, default 0.95
        Coverage of the interval of ICC(1).

    Returns
    -------
    VarianceComponents
        All nan but the counts where fewer than two units or no unit with two
        answers exist.

    Raises
    ------
    ValueError
        If the moments are not of one variable per unit, or are weighted.

    Notes
    -----
    Analysis of variance with :math:`k^* = (N - \sum n_u^2 / N) / (G - 1)`:
    :math:`\sigma^2 = MSW`, :math:`\tau^2 = (MSB - MSW) / k^*`,
    :math:`ICC(1) = \tau^2 / (\tau^2 + \sigma^2)`, :math:`ICC(2) = (MSB - MSW) / MSB`.
    The interval takes :math:`F = MSB / MSW` as a multiple of an F variable, exact for
    normal answers and equal sizes: its limits are :math:`1 - k^* / (F / F_q - 1 + k^*)`.

    R's ``multilevel::ICC1`` takes the mean size :math:`N / G` in place of :math:`k^*`, so
    that its ICC(1) differs a little where sizes do.

    References
    ----------
    Shrout, P. E., & Fleiss, J. L. (1979). Intraclass correlations: Uses in assessing
    rater reliability. Psychological Bulletin, 86, 420-428.
    https://doi.org/10.1037/0033-2909.86.2.420

    Examples
    --------
    >>> import pandas as pd
    >>> from icx_research import moments
    >>> ratings = pd.DataFrame({"unit": list("aaabbbccc"), "score": [5, 6, 7, 2, 3, 4, 4, 5, 6]})
    >>> components = variance_components(moments(ratings, ["score"], by="unit"))
    >>> round(components.icc_1, 3), round(components.icc_2, 3)
    (0.667, 0.857)
    """
    grouped = isinstance(moments, GroupedMoments)
    if len(moments.names) != 1 or not grouped:
        raise ValueError(
            "variance_components needs the moments of one variable per unit; got "
            f"{list(moments.names)} {'with' if grouped else 'without'} groups."
        )
    if not np.array_equal(moments.weight, moments.n):
        raise ValueError("variance_components needs moments without weights.")
    present = moments.n > 0
    total, units = int(moments.n.sum()), int(present.sum())
    if units < 2 or total - units < 1:
        return VarianceComponents(*(np.nan,) * 7, units, total)
    found = one_way(moments.n[present], moments.mean[present], moments.cov[present, :, 0])
    size = found.weighted_size
    with np.errstate(divide="ignore", invalid="ignore"):
        icc_1, low, high = found.icc_1(size, confidence_level)[:, 0].tolist()
        icc_2 = float(found.icc_2(confidence_level)[0, 0])
    between, within = float(found.between[0]), float(found.within[0])
    return VarianceComponents(between, within, icc_1, low, high, icc_2, size, units, total)


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
    `variance_components`, for all scores in one pass.
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
