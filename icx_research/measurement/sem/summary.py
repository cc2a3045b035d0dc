"""All fit indices of a fitted model, in one series."""

import numpy as np
import pandas as pd

from icx_research.measurement.sem.estimation import Fit
from icx_research.measurement.sem.fit_indices import fit_indices
from icx_research.measurement.sem.residuals import srmr
from icx_research.measurement.sem.saturated import independence

LOG_2PI = float(np.log(2 * np.pi))


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


def summarise(fit: Fit) -> pd.Series:
    """Chi-square, indices, log-likelihood and information criteria."""
    baseline_chi_square, baseline_df = baseline(fit)
    indices = fit_indices(
        chi_square=fit.chi_square,
        df=fit.df,
        n=fit.n,
        baseline_chi_square=baseline_chi_square,
        baseline_df=baseline_df,
        n_groups=fit.table.n_groups,
    )
    log_l, q = log_likelihood(fit), fit.table.n_free
    rest = {
        "srmr": srmr(fit),
        "log_likelihood": log_l,
        "aic": 2 * q - 2 * log_l,
        "bic": q * float(np.log(fit.n)) - 2 * log_l,
    }
    return pd.concat([indices, pd.Series(rest)])
