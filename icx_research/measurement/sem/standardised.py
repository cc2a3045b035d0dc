"""Estimates on the scale where every variable has unit variance."""

from collections.abc import Sequence

import numpy as np

from icx_research.measurement.sem.parameters import ParameterTable
from icx_research.measurement.sem.ram import Implied, cell_of


def row_values(table: ParameterTable, implied: Sequence[Implied]) -> np.ndarray:
    """Value of every row of a parameter table, free or fixed, from the matrices of each group."""
    index = _index(table)
    found = np.empty(len(table.rows))
    for k, row in enumerate(table.rows):
        found[k] = implied[row.group].cell(*cell_of(row, index))
    return found


def standardised(table: ParameterTable, implied: Sequence[Implied]) -> np.ndarray:
    """Every row of the table standardised, as lavaan's ``std.all``.

    Paths and means by the variables' model-implied standard deviations, residual
    covariances by the residuals' own.
    """
    index = _index(table)
    with np.errstate(invalid="ignore"):
        deviations = [np.sqrt(np.diag(group.covariance)) for group in implied]
    result = np.empty(len(table.rows))
    for k, (row, value) in enumerate(zip(table.rows, row_values(table, implied), strict=True)):
        sd = deviations[row.group]
        matrix, i, j = cell_of(row, index)
        if matrix == "A":
            result[k] = value * sd[j] / sd[i]
        elif matrix in ("m", "t"):
            result[k] = value / sd[i]
        elif matrix == "d":
            result[k] = value * sd[i]
        elif i == j:
            result[k] = value / sd[i] ** 2
        else:
            errors = implied[row.group].errors
            product = errors[i, i] * errors[j, j]
            # a negative variance has no sd; lavaan takes the root of its absolute value
            result[k] = value / np.sqrt(abs(product)) if product else np.nan
    return result


def r_squared(table: ParameterTable, implied: Sequence[Implied]) -> list[tuple[int, str, float]]:
    """Explained share of every dependent variable: group, name, R squared."""
    rows = []
    names = (*table.observed, *table.latent)
    for g, group in enumerate(implied):
        # also where all that predicts it is fixed to 0
        written = [r for r in table.rows if r.op in ("=~", "~") and r.group == g]
        dependent = {r.rhs if r.op == "=~" else r.lhs for r in written}
        for i in [k for k, name in enumerate(names) if name in dependent]:
            total, residual = group.covariance[i, i], group.errors[i, i]
            rows.append((g, names[i], 1 - residual / total if residual >= 0 else np.nan))
    return rows


def _index(table: ParameterTable) -> dict[str, int]:
    return {name: i for i, name in enumerate((*table.observed, *table.latent))}
