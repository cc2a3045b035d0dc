"""Omega total: reliability of a scale of one factor."""

import numpy as np
import pandas as pd

from icx_research.core.intervals import logit_interval
from icx_research.core.moments import Moments
from icx_research.core.results import check_confidence_level
from icx_research.measurement.items import item_moments
from icx_research.measurement.reliability.one_factor import OneFactor, one_factor
from icx_research.measurement.reliability.result import FactorReliability


def omega_total(
    items: pd.DataFrame | Moments, *, confidence_level: float = 0.95
) -> FactorReliability:
    r"""McDonald's omega of a scale with one factor.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or Moments
        As for `cronbach_alpha`; at least three items.
    confidence_level : float, default 0.95

    Returns
    -------
    FactorReliability
        With ``coefficient="omega_total"``.

    Raises
    ------
    ValueError
        If there are fewer than three items or as few complete rows as items, an item
        does not vary, or the covariance matrix is not positive definite.

    Notes
    -----
    Loadings :math:`\lambda_i` and residual variances :math:`\psi_i` by maximum likelihood
    on the covariance metric: :math:`\omega = (\sum\lambda_i)^2 / ((\sum\lambda_i)^2 +
    \sum\psi_i)`. The standard error follows from the expected information by the delta
    method, the interval on the scale of :math:`\log(\omega / (1 - \omega))`. Agrees with
    R's ``semTools::compRelSEM(tau.eq = FALSE, obs.var = FALSE)`` of a ``lavaan::cfa``.

    References
    ----------
    McDonald, R. P. (1999). Test theory: A unified treatment. Erlbaum.

    Raykov, T., & Marcoulides, G. A. (2011). Introduction to psychometric theory.
    Routledge.

    Examples
    --------
    >>> import pandas as pd
    >>> omega_total(pd.DataFrame({
    ...     "q1": [4, 5, 3, 4, 2, 5, 1, 3],
    ...     "q2": [3, 5, 4, 4, 1, 4, 2, 2],
    ...     "q3": [5, 4, 3, 4, 1, 5, 2, 2],
    ... }))
    FactorReliability: omega total = .92, 95% CI [.77, .98], n = 8
    """
    check_confidence_level(confidence_level)
    found = item_moments(items, analysis="omega_total", min_items=3, min_rows=3)
    fit = one_factor(found, analysis="omega_total")
    return from_one_factor("omega_total", fit, found, confidence_level)


def from_one_factor(
    coefficient: str, fit: OneFactor, moments: Moments, confidence_level: float
) -> FactorReliability:
    """Turn a one-factor solution into a coefficient with its interval."""
    value, slope = share_explained(coefficient, fit.loadings, fit.uniquenesses)
    se = float(np.sqrt(slope @ fit.covariance @ slope))
    note = ""
    if fit.improper:
        note = f"improper solution: the uniqueness of {', '.join(fit.improper)} is at its bound"
    return FactorReliability(
        coefficient=coefficient,
        estimate=logit_interval(value, se, confidence_level),
        se=se,
        loadings=pd.Series(fit.loadings, index=moments.names, name="loading"),
        uniquenesses=pd.Series(fit.uniquenesses, index=moments.names, name="uniqueness"),
        n_used=moments.n,
        n_dropped=moments.n_dropped,
        note=note,
    )


def share_explained(
    coefficient: str, loadings: np.ndarray, uniquenesses: np.ndarray
) -> tuple[float, np.ndarray]:
    """Compute the share of variance due to the factor, and its derivatives by each estimate.

    Of the sum of the items; of each item, taken together, for "average_variance_extracted".
    """
    of_items = coefficient == "average_variance_extracted"
    true = float(np.sum(loadings**2) if of_items else loadings.sum() ** 2)
    error = float(uniquenesses.sum())
    by_loading = 2 * (loadings if of_items else np.full_like(loadings, loadings.sum()))
    slope = np.concatenate([by_loading * error, np.full_like(uniquenesses, -true)])
    return true / (true + error), slope / (true + error) ** 2
