"""The one-factor model by maximum likelihood: one common cause of all items."""

from dataclasses import dataclass

import numpy as np

from icx_research.core.moments import Moments
from icx_research.measurement.exploratory.extraction import ml_uniquenesses
from icx_research.measurement.items import item_correlations


@dataclass(frozen=True)
class OneFactor:
    """One-factor solution on the covariance metric.

    Attributes
    ----------
    loadings, uniquenesses : array, shape (k,)
        In scale points and squared scale points; loadings sum to a positive number.
    covariance : array, shape (2k, 2k)
        Of the estimates, loadings before uniquenesses; nan where improper.
    improper : tuple of str
        Items whose uniqueness lies at its lower bound (Heywood cases).
    """

    loadings: np.ndarray
    uniquenesses: np.ndarray
    covariance: np.ndarray
    improper: tuple[str, ...]


def one_factor(moments: Moments, *, analysis: str) -> OneFactor:
    r"""Fit one factor to the covariance matrix of at least three items.

    Parameters
    ----------
    moments : Moments
        Checked items, see `item_moments`.
    analysis : str
        Name of the analysis, for messages.

    Returns
    -------
    OneFactor

    Raises
    ------
    ValueError
        If the covariance matrix is not positive definite.

    Notes
    -----
    :math:`\Sigma = \lambda\lambda' + \Psi`. Maximum likelihood does not depend on the
    metric, so the correlations are fitted and rescaled. Standard errors come from the
    expected information with :math:`V = \Sigma^{-1}`, :math:`u = V\lambda` and
    :math:`q = \lambda'u`: blocks :math:`n(qV + uu')` for loadings,
    :math:`n V_{ij} u_j` between loading i and uniqueness j, and :math:`n V_{ij}^2 / 2`
    for uniquenesses. Same estimates and standard errors as ``lavaan::cfa(std.lv = TRUE)``.
    """
    correlation = item_correlations(moments, analysis=analysis)
    fit = ml_uniquenesses(correlation, n_factors=1)
    sd = np.sqrt(np.diag(moments.cov))
    standardized = fit.loadings[:, 0]
    loadings = sd * standardized * (1.0 if standardized.sum() >= 0 else -1.0)
    uniquenesses = sd**2 * fit.uniquenesses
    improper = tuple(name for name, hit in zip(moments.names, fit.at_bound, strict=True) if hit)
    k = len(sd)
    if improper:
        covariance = np.full((2 * k, 2 * k), np.nan)
    else:
        covariance = np.linalg.inv(moments.n * _information(loadings, uniquenesses))
    return OneFactor(loadings, uniquenesses, covariance, improper)


def _information(loadings: np.ndarray, uniquenesses: np.ndarray) -> np.ndarray:
    v = np.linalg.inv(np.outer(loadings, loadings) + np.diag(uniquenesses))
    u = v @ loadings
    cross = v * u[None, :]
    of_loadings = (loadings @ u) * v + np.outer(u, u)
    return np.block([[of_loadings, cross], [cross.T, v**2 / 2]])
