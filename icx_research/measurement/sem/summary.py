"""All fit indices of a fitted model, in one series."""

import numpy as np
import pandas as pd

from icx_research.core.threads import on_one_thread
from icx_research.measurement.sem.estimation import Fit
from icx_research.measurement.sem.fit_indices import (
    RMSEA_TAILS,
    cfi,
    fit_indices,
    noncentrality,
    rmsea,
)
from icx_research.measurement.sem.incomplete import completed
from icx_research.measurement.sem.residuals import srmr
from icx_research.measurement.sem.robust import Scaling
from icx_research.measurement.sem.saturated import independence

LOG_2PI = float(np.log(2 * np.pi))
ROBUST = [f"{name}_robust" for name in ("cfi", "tli", "rmsea", "rmsea_ci_low", "rmsea_ci_high")]


def baseline(fit: Fit) -> tuple[float, int]:
    """Chi-square and degrees of freedom of the independence model."""
    chi_square, df = 0.0, 0
    for data, saturated in zip(fit.sample.patterns, fit.saturated, strict=True):
        reference, lost = independence(data, fit.exogenous)
        chi_square += reference.value - saturated.value
        df += lost
    return max(chi_square, 0.0), df


def log_likelihood(fit: Fit) -> float:
    """Of the observed values, given the exogenous predictors."""
    value = fit.point.value * fit.n
    value += sum(data.n_values for data in fit.sample.patterns) * LOG_2PI
    x = fit.exogenous
    if x:
        for data, saturated in zip(fit.sample.patterns, fit.saturated, strict=True):
            log_det = np.linalg.slogdet(saturated.cov[np.ix_(x, x)])[1]
            value -= data.n * (log_det + len(x) * (1 + LOG_2PI))
    return -value / 2


@on_one_thread
def summarise(fit: Fit, factors: Scaling | None = None) -> pd.Series:
    """Chi-square, indices, log-likelihood and information criteria.

    With scaling factors also the scaled indices (of the scaled chi-squares) and the robust
    ones (`robust_indices`); for incomplete data the robust ones always.
    """
    baseline_chi_square, baseline_df = baseline(fit)
    indices = fit_indices(
        chi_square=fit.chi_square,
        df=fit.df,
        n=fit.n,
        baseline_chi_square=baseline_chi_square,
        baseline_df=baseline_df,
        n_groups=fit.table.n_groups,
    )
    log_l, q = log_likelihood(fit), fit.n_parameters
    rest = {
        "srmr": srmr(fit),
        "log_likelihood": log_l,
        "aic": 2 * q - 2 * log_l,
        "bic": q * float(np.log(fit.n)) - 2 * log_l,
    }
    parts = [indices, pd.Series(rest)]
    if factors is not None:
        parts.append(_scaled(fit, indices, factors))
    if not all(data.is_complete for data in fit.sample.patterns):
        parts.append(_completed(fit, indices, robust=factors is not None))
    elif factors is not None:
        parts.append(robust_indices(fit, indices, factors, n=fit.n))
    return pd.Series({name: value for part in parts for name, value in part.items()})


def _completed(fit: Fit, plain: pd.Series, *, robust: bool) -> pd.Series:
    """Compute the robust indices of incomplete data; nan where the information is singular."""
    try:
        chi_square, baseline_chi_square, factors = completed(fit, robust=robust)
    except np.linalg.LinAlgError:
        return pd.Series(np.nan, index=ROBUST)
    given = plain.copy()
    given[["chi_square", "baseline_chi_square"]] = chi_square, baseline_chi_square
    return robust_indices(fit, given, factors, n=fit.n)


def _scaled(fit: Fit, plain: pd.Series, factors: Scaling) -> pd.Series:
    """Compute indices of the chi-squares divided by their scaling factors."""
    factor = factors.factor if fit.df else 1.0
    scaled = fit_indices(
        chi_square=plain["chi_square"] / factor,
        df=fit.df,
        n=fit.n,
        baseline_chi_square=plain["baseline_chi_square"] / factors.baseline_factor,
        baseline_df=plain["baseline_df"],
        n_groups=fit.table.n_groups,
    ).drop(["df", "baseline_df"])
    if fit.df:
        # lavaan's interval: the unscaled chi-square against factor times df
        limits = [noncentrality(plain["chi_square"], factor * fit.df, tail) for tail in RMSEA_TAILS]
        scaled[["rmsea_ci_low", "rmsea_ci_high"]] = [
            rmsea(limit, factor * fit.df, fit.n, fit.table.n_groups) for limit in limits
        ]
    scaled.index = [f"{name}_scaled" for name in scaled.index]
    own = {
        "scaling_factor": factors.factor,
        "baseline_scaling_factor": factors.baseline_factor,
    }
    return pd.concat([scaled, pd.Series(own)])


def robust_indices(fit: Fit, plain: pd.Series, factors: Scaling, *, n: float) -> pd.Series:
    r"""Estimates of what CFI, TLI and RMSEA would be in the population, under non-normality.

    Of incomplete data take the chi-squares and factors of `completed`.

    Notes
    -----
    The chi-square exceeds its df by what misfit adds once :math:`c\,df` (its mean under the
    model) is taken off: Brosseau-Liard, P. E., Savalei, V., & Li, L. (2012). An investigation
    of the sample performance of two nonnormality corrections for RMSEA. Multivariate
    Behavioral Research, 47, 904-930, https://doi.org/10.1080/00273171.2012.715252;
    Brosseau-Liard, P. E., & Savalei, V. (2014). Adjusting incremental fit indices for
    nonnormality. Multivariate Behavioral Research, 49, 460-470,
    https://doi.org/10.1080/00273171.2014.933697.
    """
    c, b = factors.factor if fit.df else 1.0, factors.baseline_factor
    chi_square, df = plain["chi_square"], fit.df
    base, base_df = plain["baseline_chi_square"], plain["baseline_df"]
    excess, base_excess = chi_square - c * df, base - b * base_df
    low = high = 0.0
    if df:
        low, high = (noncentrality(chi_square / c, df, tail) * c for tail in RMSEA_TAILS)
    g = fit.table.n_groups
    values = (
        cfi(excess, base_excess),
        1 - excess * base_df / (base_excess * df) if df else 1.0,
        rmsea(excess, df, n, g),
        rmsea(low, df, n, g),
        rmsea(high, df, n, g),
    )
    return pd.Series(values, index=ROBUST)
