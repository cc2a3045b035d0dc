"""Estimates on the scale where every variable has unit variance."""

from collections.abc import Sequence

import numpy as np

from icx_research.measurement.sem.parameters import Parameter, ParameterTable
from icx_research.measurement.sem.ram import Implied, cell_of


def row_values(table: ParameterTable, implied: Sequence[Implied]) -> np.ndarray:
    """Value of every row of a parameter table, free or fixed, from the matrices of each group."""
    index = table.index
    return np.array([implied[row.group].cell(*cell_of(row, index)) for row in table.rows])


def standardised(table: ParameterTable, implied: Sequence[Implied]) -> np.ndarray:
    """Every row of the table standardised, as lavaan's ``std.all``.

    Paths and means by the variables' model-implied standard deviations, residual
    covariances by the residuals' own.
    """
    with np.errstate(invalid="ignore"):
        deviations = [np.sqrt(np.diag(group.covariance)) for group in implied]
    return rescaled(row_values(table, implied), table.rows, table.index, implied, deviations)


def rescaled(
    values: np.ndarray,
    rows: Sequence[Parameter],
    index: dict[str, int],
    implied: Sequence[Implied],
    deviations: Sequence[np.ndarray],
) -> np.ndarray:
    """Standardise the values of rows, given the variables' standard deviations."""
    result = np.empty(len(rows))
    for k, (row, value) in enumerate(zip(rows, values, strict=True)):
        sd, errors = deviations[row.group], implied[row.group].errors
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
