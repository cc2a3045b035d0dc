"""What appears in unit scores although nothing is there, by formula."""

import numpy as np
from scipy import special


def _check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} must lie between {low:g} and {high:g}, not {value}.")


def gap_reliability(
    *,
    reliability_perception: float,
    reliability_expectation: float,
    correlation: float,
    sd_perception: float = 1.0,
    sd_expectation: float = 1.0,
) -> float:
    r"""Reliability of a difference score, such as perception minus expectation.

    Parameters
    ----------
    reliability_perception, reliability_expectation : float
        Between 0 and 1.
    correlation : float
        Between the two observed scores.
    sd_perception, sd_expectation : float, default 1
        Observed standard deviations; equal unless given.

    Returns
    -------
    float
        At most 1; below 0 where the scores share more than their reliabilities allow,
        nan where the difference does not vary.

    Raises
    ------
    ValueError
        If a reliability, the correlation or a standard deviation is impossible.

    Notes
    -----
    .. math:: r_{P-E} = \frac{s_P^2 r_{PP} + s_E^2 r_{EE} - 2 r s_P s_E}
                             {s_P^2 + s_E^2 - 2 r s_P s_E}

    References
    ----------
    Edwards, J. R. (2001). Ten difference score myths. Organizational Research Methods,
    4, 265-287. https://doi.org/10.1177/109442810143005

    Examples
    --------
    >>> round(gap_reliability(
    ...     reliability_perception=0.8, reliability_expectation=0.8, correlation=0.5), 3)
    0.6
    """
    _check_range("reliability_perception", reliability_perception, 0, 1)
    _check_range("reliability_expectation", reliability_expectation, 0, 1)
    _check_range("correlation", correlation, -1, 1)
    for name, sd in (("sd_perception", sd_perception), ("sd_expectation", sd_expectation)):
        if sd < 0:
            raise ValueError(f"{name} must not be negative, not {sd}.")
    shared = 2 * correlation * sd_perception * sd_expectation
    variance = sd_perception**2 + sd_expectation**2 - shared
    true = (
        sd_perception**2 * reliability_perception
        + sd_expectation**2 * reliability_expectation
        - shared
    )
    return true / variance if variance > 0 else float("nan")


def same_source_correlation(*, error_correlation: float, icc_1: float, n_raters: float) -> float:
    r"""Correlation of two unit means that only the raters' shared mood produces.

    Parameters
    ----------
    error_correlation : float
        Correlation of the two answers within units, from person to person.
    icc_1 : float
        Share of a single answer's variance that lies between units, in both scores.
    n_raters : float
        Raters per unit, the same ones for both scores.

    Returns
    -------
    float
        What is expected although the true unit scores are unrelated.

    Raises
    ------
    ValueError
        If a correlation or share is impossible, or there is no rater.

    Notes
    -----
    With :math:`\tau^2 = ICC(1)` and :math:`\sigma^2 = 1 - ICC(1)`,
    :math:`r = \rho_e (\sigma^2 / k) / (\tau^2 + \sigma^2 / k)`. `split_half_correlation`
    is free of it.

    References
    ----------
    Ostroff, C., Kinicki, A. J., & Clark, M. A. (2002). Substantive and operational issues
    of response bias across levels of analysis. Journal of Applied Psychology, 87, 355-368.
    https://doi.org/10.1037/0021-9010.87.2.355

    Examples
    --------
    >>> round(same_source_correlation(error_correlation=0.5, icc_1=0.10, n_raters=10), 4)
    0.2368
    """
    _check_range("error_correlation", error_correlation, -1, 1)
    _check_range("icc_1", icc_1, 0, 1)
    if n_raters < 1:
        raise ValueError(f"n_raters must be at least 1, not {n_raters}.")
    noise = (1 - icc_1) / n_raters
    return error_correlation * noise / (icc_1 + noise)


def regression_to_the_mean(*, reliability: float, share: float = 0.25) -> float:
    r"""Rise to be expected of the lowest units although nothing was done.

    Parameters
    ----------
    reliability : float
        Correlation between two measurements of the same units.
    share : float, default 0.25
        Share of the units that were selected because they were lowest.

    Returns
    -------
    float
        Mean change in standard deviations of the first measurement; the highest units
        fall by as much.

    Raises
    ------
    ValueError
        If `reliability` is not between 0 and 1 or `share` not in (0, 1).

    Notes
    -----
    :math:`(1 - \rho)\, \varphi(z_q) / q` for normal scores, :math:`q` being the share and
    :math:`-\varphi(z_q) / q` the mean of the selected units.

    References
    ----------
    Barnett, A. G., van der Pols, J. C., & Dobson, A. J. (2005). Regression to the mean:
    what it is and how to deal with it. International Journal of Epidemiology, 34, 215-220.
    https://doi.org/10.1093/ije/dyh299

    Examples
    --------
    >>> round(regression_to_the_mean(reliability=0.8), 3)
    0.254
    """
    _check_range("reliability", reliability, 0, 1)
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1, not {share}.")
    density = np.exp(-(special.ndtri(share) ** 2) / 2) / np.sqrt(2 * np.pi)
    return (1 - reliability) * float(density) / share


def design_effect(*, cluster_size: float, icc_1: float) -> float:
    r"""Factor by which clustering inflates the variance of a mean: :math:`1 + (m - 1) ICC`.

    Parameters
    ----------
    cluster_size : float
        Respondents per unit.
    icc_1 : float

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the size is below 1 or ICC(1) is no share.

    References
    ----------
    Kish, L. (1965). Survey sampling. Wiley.

    Examples
    --------
    >>> round(design_effect(cluster_size=30, icc_1=0.05), 2)
    2.45
    """
    _check_range("icc_1", icc_1, -1, 1)
    if cluster_size < 1:
        raise ValueError(f"cluster_size must be at least 1, not {cluster_size}.")
    return 1 + (cluster_size - 1) * icc_1


def effective_n(weights: np.ndarray) -> float:
    r"""Count the equally weighted answers that would be as precise, by Kish's formula.

    Notes
    -----
    :math:`(\sum w)^2 / \sum w^2`.

    Examples
    --------
    >>> effective_n(np.array([1.0, 1.0, 2.0]))
    2.6666666666666665
    """
    w = np.asarray(weights, dtype=float)
    if len(w) == 0 or not (w >= 0).all() or not w.sum() > 0:
        raise ValueError("weights must be non-negative numbers that do not all equal 0.")
    return float(w.sum() ** 2 / (w**2).sum())
