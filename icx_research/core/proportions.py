"""Intervals of shares and of differences between two shares of the same answers."""

import numpy as np

from icx_research.core.intervals import normal_quantile
from icx_research.core.results import Estimate, check_confidence_level

# Answers added before the adjusted interval is taken: three quarters to either share.
ADDED_ANSWERS = 3.0


def wilson_interval(count: float, n: float, *, confidence_level: float = 0.95) -> Estimate:
    r"""Share with Wilson's score interval.

    Raises
    ------
    ValueError
        If there is no answer, more are counted than given, or `confidence_level` is not a
        fraction.

    Notes
    -----
    :math:`\frac{p + z^2/2n \pm z \sqrt{p(1-p)/n + z^2/4n^2}}{1 + z^2/n}`; agrees with R's
    ``prop.test(correct = FALSE)``.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
    inference. Journal of the American Statistical Association, 22, 209-212.
    https://doi.org/10.1080/01621459.1927.10502953

    Examples
    --------
    >>> share = wilson_interval(8, 10)
    >>> round(share.ci_low, 4), round(share.ci_high, 4)
    (0.4902, 0.9433)
    """
    check_confidence_level(confidence_level)
    if n <= 0 or not 0 <= count <= n:
        raise ValueError(f"count must lie between 0 and n, and n above 0; got {count} of {n}.")
    p, z = count / n, normal_quantile(confidence_level)
    centre = p + z**2 / (2 * n)
    reach = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = (centre - reach) / (1 + z**2 / n), (centre + reach) / (1 + z**2 / n)
    low, high = (0.0 if count == 0 else low), (1.0 if count == n else high)
    return Estimate(p, float(low), float(high), confidence_level)


def difference_standard_error(high: float, low: float, n: float) -> float:
    r"""Plain standard error of the difference of two shares: :math:`\sqrt{(p+d-(p-d)^2)/n}`.

    Examples
    --------
    >>> round(100 * difference_standard_error(0.40, 0.25, 100), 4)
    7.9215
    """
    return float(np.sqrt(max(high + low - (high - low) ** 2, 0.0) / n))


def adjusted_wald_difference(
    n_high: float, n_low: float, n: float, *, confidence_level: float = 0.95
) -> Estimate:
    r"""Difference of two shares of the same answers with the adjusted Wald interval.

    Notes
    -----
    Three answers are added, three quarters to either share and the rest between them; the
    interval is the plain one about the adjusted difference, cut off at -1 and 1.

    References
    ----------
    Rocks, B. (2016). Interval estimation for the "Net Promoter Score". The American
    Statistician, 70, 365-372. https://doi.org/10.1080/00031305.2016.1198124

    Examples
    --------
    >>> result = adjusted_wald_difference(40, 25, 100)
    >>> round(result.value, 2), round(result.ci_low, 3), round(result.ci_high, 3)
    (0.15, -0.007, 0.298)
    """
    _check_counts(n_high, n_low, n)
    check_confidence_level(confidence_level)
    total, quarter = n + ADDED_ANSWERS, ADDED_ANSWERS / 4
    high, low = (n_high + quarter) / total, (n_low + quarter) / total
    z = normal_quantile(confidence_level)
    reach = z * difference_standard_error(high, low, total)
    limits = np.clip([high - low - reach, high - low + reach], -1, 1)
    return Estimate((n_high - n_low) / n, float(limits[0]), float(limits[1]), confidence_level)


def score_difference(
    n_high: float, n_low: float, n: float, *, confidence_level: float = 0.95
) -> Estimate:
    r"""Difference of two shares of the same answers with the score interval.

    Notes
    -----
    The limits are the differences :math:`\theta` that a score test does not reject:
    :math:`|n_p - n_d - n\theta| = z \sqrt{n (\tilde p + \tilde d - \theta^2)}`, with the
    shares :math:`\tilde p, \tilde d` that fit best given :math:`\theta` (Tango's interval
    for paired shares, which have the same likelihood).

    References
    ----------
    Tango, T. (1998). Equivalence test and confidence interval for the difference in
    proportions for the paired-sample design. Statistics in Medicine, 17, 891-908.
    https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B

    Examples
    --------
    >>> result = score_difference(40, 25, 100)
    >>> round(result.ci_low, 3), round(result.ci_high, 3)
    (-0.008, 0.3)
    """
    _check_counts(n_high, n_low, n)
    check_confidence_level(confidence_level)
    from scipy.optimize import brentq  # late: most runs need none

    z = normal_quantile(confidence_level)
    value = (n_high - n_low) / n

    def distance(theta: float) -> float:
        variance = max(n * (2 * _low_share(n_high, n_low, n, theta) + theta * (1 - theta)), 0.0)
        return (n_high - n_low - n * theta) ** 2 - z**2 * variance

    low = -1.0 if value <= -1 else brentq(distance, -1 + 1e-12, value, xtol=1e-14)
    high = 1.0 if value >= 1 else brentq(distance, value, 1 - 1e-12, xtol=1e-14)
    return Estimate(value, float(low), float(high), confidence_level)


def _low_share(n_high: float, n_low: float, n: float, theta: float) -> float:
    """Lower share that fits best if the difference is theta (root of Tango's quadratic)."""
    b = -(n_high + n_low) + (2 * n - n_high + n_low) * theta
    c = -n_low * theta * (1 - theta)
    return float((np.sqrt(max(b * b - 8 * n * c, 0.0)) - b) / (4 * n))


def _check_counts(n_high: float, n_low: float, n: float) -> None:
    if n <= 0 or n_high < 0 or n_low < 0 or n_high + n_low > n:
        raise ValueError(
            f"Counts must not be negative nor sum to more than n; got {n_high} and {n_low} of {n}."
        )
