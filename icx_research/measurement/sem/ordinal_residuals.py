"""Thresholds and correlations of an ordinal model: observed, implied and their difference."""

import numpy as np

from icx_research.measurement.sem.ordinal_estimation import OrdinalFit

Row = tuple[str, str, str, int, float, float, float, float]


def ordinal_residuals(fit: OrdinalFit) -> list[Row]:
    """One row per threshold and correlation.

    lhs, op, rhs, group (position from 0), observed, implied, residual, standardised: the
    residual itself for correlations, times the density at the threshold for thresholds,
    which is the difference in cumulative shares.
    """
    names, rows = fit.table.observed, []
    for g, (data, own) in enumerate(zip(fit.ordinal, fit.residual_groups, strict=True)):
        keys = [
            (name, "|", f"t{t}")
            for name, count in zip(names, data.counts, strict=True)
            for t in range(1, count + 1)
        ]
        keys += [
            (names[i], "~~", names[j]) for i, j in zip(*np.triu_indices(len(names), 1), strict=True)
        ]
        unit = np.exp(-np.square(data.estimates) / 2) / np.sqrt(2 * np.pi)
        unit[data.n_thresholds :] = 1.0
        for key, value, residual, factor in zip(
            keys, data.estimates, own.residual, unit, strict=True
        ):
            row = (float(value), float(value - residual), float(residual), float(residual * factor))
            rows.append((*key, g, *row))
    return rows
