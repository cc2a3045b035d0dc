"""Composite reliability and extracted variance of the constructs of a fitted model."""

import numpy as np
import pandas as pd

from icx_research.measurement.sem.estimation import Fit

COLUMNS = [
    "group",
    "latent",
    "n_items",
    "composite_reliability",
    "average_variance_extracted",
    "largest_squared_correlation",
]


def convergent_validity(fit: Fit) -> pd.DataFrame:
    r"""Reliability and extracted variance of every latent variable with observed items.

    Parameters
    ----------
    fit : Fit

    Returns
    -------
    DataFrame
        group (from 0), latent, n_items, composite_reliability, average_variance_extracted (nan
        where an item also belongs to another latent variable), largest_squared_correlation
        (with another latent variable; nan where there is none).

    Notes
    -----
    With loadings :math:`\lambda`, the variance :math:`\phi` of the latent variable and residual
    covariances :math:`\Theta` of its items: :math:`(\sum\lambda)^2\phi / 1'\Sigma 1`, where the
    implied covariances :math:`\Sigma` of the items hold what other latent variables bring to
    them, and :math:`\sum\lambda^2\phi / (\sum\lambda^2\phi + \mathrm{tr}\,\Theta)`: as R's
    ``semTools::compRelSEM(obs.var = FALSE)`` and ``AVE``. Of ordinal variables that of the
    underlying continuous ones.
    """
    observed, latent = fit.table.observed, fit.table.latent
    p, rows = len(observed), []
    items = np.zeros((p, len(latent)), dtype=bool)
    for row in fit.table.rows:
        if row.op == "=~" and row.rhs in observed:
            items[observed.index(row.rhs), latent.index(row.lhs)] = True
    for g, implied in enumerate(fit.implied):
        loadings = implied.effects[:p, p:]
        covariance = implied.covariance[p:, p:]
        with np.errstate(invalid="ignore", divide="ignore"):
            squared = covariance**2 / np.outer(np.diag(covariance), np.diag(covariance))
        np.fill_diagonal(squared, np.nan)
        for j, name in enumerate(latent):
            own = np.flatnonzero(items[:, j])
            if not len(own):  # of higher order
                continue
            residual = np.diag(implied.errors)[own].sum()
            total = implied.covariance[np.ix_(own, own)].sum()
            common = loadings[own, j].sum() ** 2 * covariance[j, j]
            explained = (loadings[own, j] ** 2).sum() * covariance[j, j]
            shared = (items[own].sum(axis=1) > 1).any()
            rows.append(
                (
                    g,
                    name,
                    len(own),
                    common / total,
                    np.nan if shared else explained / (explained + residual),
                    np.nan if len(latent) < 2 else np.nanmax(squared[j]),
                )
            )
    return pd.DataFrame(rows, columns=COLUMNS)
