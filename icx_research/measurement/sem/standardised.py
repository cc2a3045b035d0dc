"""Estimates on the scale where every variable has unit variance."""

import numpy as np

from icx_research.measurement.sem.estimation import Fit
from icx_research.measurement.sem.ram import cell_of


def standardised(fit: Fit) -> np.ndarray:
    """Every row of the table standardised, as lavaan's ``std.all``.

    Paths and means by the variables' model-implied standard deviations, residual
    covariances by the residuals' own.
    """
    index = _index(fit)
    deviations = []
    for group in fit.point.groups:
        with np.errstate(invalid="ignore"):
            deviations.append(np.sqrt(np.diag(group.implied.covariance)))
    result = np.empty(len(fit.table.rows))
    for k, row in enumerate(fit.table.rows):
        implied, sd = fit.point.groups[row.group].implied, deviations[row.group]
        matrix, i, j = cell_of(row, index)
        value = implied.cell(matrix, i, j)
        if matrix == "A":
            result[k] = value * sd[j] / sd[i]
        elif matrix in ("m", "t"):
            result[k] = value / sd[i]
        elif matrix == "d":
            result[k] = value * sd[i]
        elif i == j:
            result[k] = value / sd[i] ** 2
        else:
            product = implied.errors[i, i] * implied.errors[j, j]
            # a negative variance has no sd; lavaan takes the root of its absolute value
            result[k] = value / np.sqrt(abs(product)) if product else np.nan
    return result


def r_squared(fit: Fit) -> list[tuple[int, str, float]]:
    """Explained share of every dependent variable: group, name, R squared."""
    rows = []
    names = (*fit.table.observed, *fit.table.latent)
    for g, group in enumerate(fit.point.groups):
        model, implied = group.model, group.implied
        dependent = np.asarray((model.effects != 0).any(axis=1))
        dependent[model.paths.row] = True
        for i in np.flatnonzero(dependent):
            total = implied.covariance[i, i]
            residual = implied.errors[i, i]
            rows.append((g, names[i], 1 - residual / total if residual >= 0 else np.nan))
    return rows


def _index(fit: Fit) -> dict[str, int]:
    return {name: i for i, name in enumerate((*fit.table.observed, *fit.table.latent))}
