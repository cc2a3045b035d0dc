"""Confidence intervals that several statistics share."""

import numpy as np
from scipy import special

from icx_research.core.results import Estimate, check_confidence_level


def normal_quantile(confidence_level: float) -> float:
    """Give the standard errors that a two-sided normal interval reaches.

    Examples
    --------
    >>> round(normal_quantile(0.95), 3)
    1.96
    """
    return float(special.ndtri((1 + confidence_level) / 2))


def t_quantile(confidence_level: float, df: float) -> float:
    """Give the standard errors that a two-sided t interval reaches; nan for no df.

    Examples
    --------
    >>> round(t_quantile(0.95, 10), 3)
    2.228
    """
    return float(special.stdtrit(df, (1 + confidence_level) / 2))


def f_quantiles(confidence_level: float, df: float, df_within: float) -> tuple[float, float]:
    """Give the upper and lower quantiles of F that enclose the share `confidence_level`.

    Examples
    --------
    >>> [round(value, 2) for value in f_quantiles(0.95, 5, 20)]
    [3.29, 0.16]
    """
    tail = (1 - confidence_level) / 2
    high, low = special.fdtri(df, df_within, [1 - tail, tail])
    return float(high), float(low)


def wald_interval(
    value: float, se: float, confidence_level: float, *, df: float | None = None
) -> Estimate:
    """Interval that reaches equally far on either side: by t where `df` is given, else normal."""
    quantile = normal_quantile(confidence_level) if df is None else t_quantile(confidence_level, df)
    reach = float(quantile * se)
    return Estimate(value, value - reach, value + reach, confidence_level)


def fisher_interval(r: float, se: float, confidence_level: float) -> Estimate:
    """Interval that is symmetric on Fisher's scale, by the normal quantile."""
    return interval_about(r, normal_quantile(confidence_level) * se, confidence_level)


def interval_about(r: float, reach: float, confidence_level: float) -> Estimate:
    """Interval that reaches equally far on Fisher's scale on either side of r."""
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.arctanh(r)
    return Estimate(r, float(np.tanh(z - reach)), float(np.tanh(z + reach)), confidence_level)


def correlation_interval(
    r: float, n: int, *, n_controls: int = 0, confidence_level: float = 0.95
) -> Estimate:
    """Fisher's interval of a (partial) Pearson correlation.

    Raises
    ------
    ValueError
        If r is no correlation, n is below four plus controls, or `confidence_level`
        is not a fraction.

    Examples
    --------
    >>> interval = correlation_interval(0.30, 20)
    >>> round(interval.ci_low, 3), round(interval.ci_high, 3)
    (-0.164, 0.655)
    """
    check_confidence_level(confidence_level)
    if not -1 <= r <= 1:
        raise ValueError(f"r must lie between -1 and 1, not {r}.")
    if n < 4 + n_controls:
        raise ValueError(
            f"the interval needs n of at least {4 + n_controls} (4 plus n_controls), not {n}."
        )
    return fisher_interval(r, 1 / np.sqrt(n - 3 - n_controls), confidence_level)


def logit_interval(value: float, se: float, confidence_level: float) -> Estimate:
    """Interval of a share, symmetric on the logit scale, so that it stays below 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.log(np.float64(value) / (1 - value))
        reach = normal_quantile(confidence_level) * se / (np.float64(value) * (1 - value))
        low, high = 1 / (1 + np.exp(-(centre - reach))), 1 / (1 + np.exp(-(centre + reach)))
    return Estimate(float(value), float(low), float(high), confidence_level)
