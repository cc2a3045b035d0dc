"""Differences between sample and implied moments, and their root mean square."""

import numpy as np

from icx_research.measurement.sem.estimation import Fit


def correlation_residuals(fit: Fit, group: int) -> tuple[np.ndarray, np.ndarray]:
    """Residuals of means, shape (p,), and covariances, shape (p, p), in sample sds (Bentler)."""
    saturated, point = fit.saturated[group], fit.point.groups[group]
    sd = np.sqrt(np.diag(saturated.cov))
    return (saturated.mean - point.mean) / sd, (saturated.cov - point.cov) / np.outer(sd, sd)


def srmr(fit: Fit) -> float:
    r"""Standardised root mean square residual, weighted by the groups' rows.

    Notes
    -----
    Root of the mean square of the p(p + 1)/2 standardised covariance residuals, and of
    the p mean residuals where means are modelled (Bentler, P. M. (1995). EQS structural
    equations program manual).
    """
    total = 0.0
    for g, data in enumerate(fit.sample.patterns):
        means, covs = correlation_residuals(fit, g)
        elements = covs[np.tril_indices(len(covs))]
        if fit.table.mean_structure:
            elements = np.concatenate([elements, means])
        total += data.n / fit.n * float(np.sqrt(np.mean(elements**2)))
    return total
