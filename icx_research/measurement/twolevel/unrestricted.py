"""The two models a two-level fit is measured against: everything free, and nothing related."""

from dataclasses import dataclass

import numpy as np

from icx_research.measurement.sem.optimiser import minimise
from icx_research.measurement.sem.ram import Cells, GroupModel, cells
from icx_research.measurement.twolevel.objective import TwoLevelDiscrepancy
from icx_research.measurement.twolevel.sample import TwoLevelSample

# Smallest variance between units, by that within, of the covariances a search starts from.
LEAST_BETWEEN = 0.01


@dataclass(frozen=True, eq=False)
class Unrestricted:
    """Maximum-likelihood moments of both levels.

    Attributes
    ----------
    within, between : array, shape (p, p)
        `between` need not be positive definite.
    mean : array, shape (p,)
    value : float
        f of `two_level_likelihood`.
    converged : bool
    """

    within: np.ndarray
    between: np.ndarray
    mean: np.ndarray
    value: float
    converged: bool

    @property
    def icc(self) -> np.ndarray:
        """Share of each item's variance between units, shape (p,)."""
        between = np.diag(self.between)
        return np.asarray(between / (between + np.diag(self.within)))


def unrestricted(data: TwoLevelSample) -> Unrestricted:
    """Estimate all variances, covariances and means of both levels."""
    rows, columns = np.tril_indices(len(data.names))
    return _free(data, rows, columns)


def independence(data: TwoLevelSample) -> Unrestricted:
    """Estimate the moments of items that are unrelated at both levels."""
    at = np.arange(len(data.names))
    return _free(data, at, at)


def start_between(data: TwoLevelSample) -> np.ndarray:
    """Covariances between units that are positive definite, near those of the sample."""
    half = np.linalg.cholesky(data.within)
    back = np.linalg.inv(half)
    own, vectors = np.linalg.eigh(back @ data.between @ back.T)
    whole = half @ vectors
    return np.asarray(whole * np.maximum(own, LEAST_BETWEEN) @ whole.T)


def _free(data: TwoLevelSample, rows: np.ndarray, columns: np.ndarray) -> Unrestricted:
    """Estimate the given elements of both covariance matrices, and the means."""
    p, m = len(data.names), len(rows)
    none, zero = cells([]), np.zeros((p, p))
    q = 2 * m + p
    means = Cells(np.arange(p), np.zeros(p, dtype=int), 2 * m + np.arange(p))
    models = (
        GroupModel(p, zero, zero, np.zeros(p), none, Cells(rows, columns, np.arange(m)), none, q),
        GroupModel(
            p, zero, zero, np.zeros(p), none, Cells(rows, columns, m + np.arange(m)), means, q
        ),
    )
    between = start_between(data)
    n = data.size * data.units
    start = np.concatenate(
        [data.within[rows, columns], between[rows, columns], n @ data.mean / n.sum()]
    )
    objective = TwoLevelDiscrepancy(models, data)
    found = minimise(objective, start)
    point = objective.at(found.theta)
    mean, of_between = models[1].moments(point.implied[1])
    _, of_within = models[0].moments(point.implied[0])
    return Unrestricted(of_within, of_between, mean, point.fit.value, found.converged)
