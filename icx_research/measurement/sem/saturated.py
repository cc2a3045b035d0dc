"""The two models a fit is measured against: everything free, and nothing related."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from icx_research.core.errors import UnsuitableData
from icx_research.measurement.sem.likelihood import Patterns, likelihood, precisions
from icx_research.measurement.sem.objective import Discrepancy
from icx_research.measurement.sem.optimiser import minimise
from icx_research.measurement.sem.ram import Cells, GroupModel, cells

# Steps of the EM algorithm that bring the unrestricted moments near the maximum.
EM_STEPS = 6


@dataclass(frozen=True, eq=False)
class Reference:
    """Means, covariances and f (-2 log-likelihood without constant) of one group."""

    mean: np.ndarray
    cov: np.ndarray
    value: float


def saturated_model(p: int) -> GroupModel:
    """Lay out free means and covariances, numbered as (means, lower triangle)."""
    rows, columns = np.tril_indices(p)
    numbers = p + np.arange(len(rows))
    none = cells([])
    return GroupModel(
        p,
        np.zeros((p, p)),
        np.zeros((p, p)),
        np.zeros(p),
        none,
        Cells(rows, columns, numbers),
        Cells(np.arange(p), np.zeros(p, dtype=int), np.arange(p)),
        p + len(rows),
    )


def unrestricted(data: Patterns) -> Reference:
    """Maximum-likelihood means and covariances of one group."""
    if data.is_complete:
        mean, cov = data.mean[0], data.cov[0]
        return Reference(mean, cov, likelihood(data, mean, cov).value)
    mean, cov = available(data)
    for _ in range(EM_STEPS):
        mean, cov = _em_step(data, mean, cov)
    p = len(mean)
    model = saturated_model(p)
    start = np.concatenate([mean, cov[np.tril_indices(p)]])
    objective = Discrepancy([model], [data], True)
    found = minimise(objective, start)
    if not found.converged:
        raise UnsuitableData(
            "the means and covariances cannot be estimated from the incomplete data; too few "
            "rows hold some of the variables together."
        )
    mean, cov = model.moments(model.implied(found.theta))
    return Reference(mean, cov, found.value * data.n)


def available(data: Patterns) -> tuple[np.ndarray, np.ndarray]:
    """Means and, on the diagonal, variances of the values that each variable has."""
    weight = data.count[:, None] * data.present
    n = weight.sum(axis=0)
    mean = (weight * data.mean).sum(axis=0) / n
    square = np.diagonal(data.cov, axis1=1, axis2=2) + (data.mean - mean) ** 2
    return mean, np.diag((weight * square).sum(axis=0) / n)


def _em_step(data: Patterns, mean: np.ndarray, cov: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute the expected moments of the completed data (Dempster, Laird & Rubin, 1977)."""
    precision, _ = precisions(data, cov)
    share = data.count / data.n
    slope = cov @ precision  # regressions on what is present, identity there
    deviation = np.where(data.present, data.mean - mean, 0.0)
    filled = np.matmul(slope, deviation[:, :, None])[:, :, 0]
    shift = share @ filled
    spread = slope @ data.cov @ slope.transpose(0, 2, 1) + cov - slope @ cov
    spread = spread + filled[:, :, None] * filled[:, None, :]
    new = np.tensordot(share, spread, axes=1) - np.outer(shift, shift)
    return mean + shift, (new + new.T) / 2


def independence(data: Patterns, exogenous: Sequence[int]) -> tuple[Reference, int]:
    """Moments of unrelated variables, and how many covariances that sets to zero.

    Exogenous predictors, complete by construction, keep their own covariances.
    """
    mean, cov = available(data)
    p, x = len(mean), list(exogenous)
    value = float((data.count @ data.present) @ (np.log(np.diag(cov)) + 1))
    if x:
        inner = data.cov + (data.mean - mean)[:, :, None] * (data.mean - mean)[:, None, :]
        block = np.tensordot(data.count / data.n, inner, axes=1)[np.ix_(x, x)]
        value += data.n * float(np.linalg.slogdet(block)[1] - np.log(np.diag(block)).sum())
        cov[np.ix_(x, x)] = block
    return Reference(mean, cov, value), p * (p - 1) // 2 - len(x) * (len(x) - 1) // 2
