"""The two models a two-level fit is measured against: everything free, and nothing related.

Covariances between units are kept positive semidefinite, as those of standard latent variables
with free loadings: indefinite ones give the largest units a likelihood without upper limit.
Where items hardly differ between units the maximum lies at the boundary, with a rank below the
number of items; the rank results from adding latent variables as long as one more would help.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from icx_research.measurement.sem.optimiser import minimise
from icx_research.measurement.sem.ram import Cells, GroupModel, cells
from icx_research.measurement.twolevel.likelihood import two_level_likelihood
from icx_research.measurement.twolevel.objective import TwoLevelDiscrepancy, TwoLevelPoint
from icx_research.measurement.twolevel.sample import TwoLevelSample

# Smallest variance between units, by that within, of the covariances a search starts from.
LEAST_BETWEEN = 0.01
# Steps of the EM algorithm that tell the directions in which units differ from the others.
EM_STEPS = 50
# Variance between units, by that within, from which a direction is in the first search.
IN_RANK = 0.02
# Variance between units, by that within, below which a direction has none.
NONE = 1e-6
# Slope of the mean discrepancy below which one more direction would help, and what it must
# gain there; the chi-square changes by n times the gain.
WOULD_HELP, GAIN = -1e-6, 1e-11


@dataclass(frozen=True, eq=False)
class Unrestricted:
    """Maximum-likelihood moments of both levels.

    Attributes
    ----------
    within, between : array, shape (p, p)
        `between` may be singular, which is its boundary.
    mean : array, shape (p,)
    rank : int
        Latent variables behind `between`.
    value : float
        f of `two_level_likelihood`.
    converged : bool
    """

    within: np.ndarray
    between: np.ndarray
    mean: np.ndarray
    rank: int
    value: float
    converged: bool

    @property
    def singular(self) -> bool:
        """Whether units do not differ in some direction, so that `between` is at its boundary."""
        return bool(linalg.eigh(self.between, self.within, eigvals_only=True)[0] < NONE)

    @property
    def icc(self) -> np.ndarray:
        """Share of each item's variance between units, shape (p,)."""
        between = np.diag(self.between)
        return np.asarray(between / (between + np.diag(self.within)))


def unrestricted(data: TwoLevelSample) -> Unrestricted:
    """Estimate all variances, covariances and means of both levels."""
    p = len(data.names)
    within, between, mean = data.within, start_between(data), _grand_mean(data)
    for _ in range(EM_STEPS):
        within, between, mean = em_step(data, within, between, mean)
    own, vectors = linalg.eigh(between, within)
    rank = max(int((own > IN_RANK).sum()), 1)
    root = (within @ vectors[:, -rank:]) * np.sqrt(own[-rank:])
    best: Unrestricted | None = None
    while True:
        found, point = _with_rank(data, within, root, mean)
        better = best is None or found.value < best.value - GAIN * data.n_used
        if best is not None and not (found.converged and better):
            return best
        best = found
        if found.rank == p or not found.converged:
            return found
        least, direction = linalg.eigh(point.fit.slope(1), np.linalg.inv(found.within))
        if least[0] / data.n_used > WOULD_HELP:
            return found
        within, mean = found.within, found.mean
        more = np.sqrt(LEAST_BETWEEN) * direction[:, :1]
        root = np.hstack([_root(found.between, found.rank), more])


def independence(data: TwoLevelSample) -> Unrestricted:
    """Estimate the moments of items that are unrelated at both levels."""
    at = np.arange(len(data.names))
    root = np.diag(np.sqrt(np.diag(start_between(data))))
    return _search(data, (at, at), (at, at), data.within, root, _grand_mean(data))[0]


def start_between(data: TwoLevelSample) -> np.ndarray:
    """Covariances between units that are positive definite, near those of the sample."""
    half = np.linalg.cholesky(data.within)
    back = np.linalg.inv(half)
    own, vectors = np.linalg.eigh(back @ data.between @ back.T)
    whole = half @ vectors
    return np.asarray(whole * np.maximum(own, LEAST_BETWEEN) @ whole.T)


def em_step(
    data: TwoLevelSample, within: np.ndarray, between: np.ndarray, mean: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Take one step of the EM algorithm: expected moments, were the unit means known."""
    at = two_level_likelihood(data, within, between, mean)
    back = np.linalg.inv(at.rotation)
    left = at.inverse  # 1 / (1 + size d): share of an observed mean that is chance
    own = ((1 / left - 1) / data.size[:, None]).mean(axis=0)
    apart = (data.mean - mean) @ at.rotation.T
    spread = at.rotation @ data.cov @ at.rotation.T + apart[:, :, None] * apart[:, None, :]
    unknown = np.einsum("ki,ij->kij", own * left, np.eye(len(mean)))
    kept = 1 - left
    of_units = unknown + kept[:, :, None] * spread * kept[:, None, :]
    of_rows = unknown + left[:, :, None] * spread * left[:, None, :]
    rows = data.units * data.size
    new_between = np.tensordot(data.units, of_units, axes=1) / data.n_units
    new_within = data.within_n * at.within_fitted + np.tensordot(rows, of_rows, axes=1)
    shift = rows @ (apart * left) / data.n_used
    return (
        back @ new_within @ back.T / data.n_used,
        back @ new_between @ back.T,
        mean + back @ shift,
    )


def _grand_mean(data: TwoLevelSample) -> np.ndarray:
    n = data.size * data.units
    return np.asarray(n @ data.mean / n.sum())


def _root(between: np.ndarray, rank: int) -> np.ndarray:
    own, vectors = np.linalg.eigh(between)
    return np.asarray(vectors[:, -rank:] * np.sqrt(np.maximum(own[-rank:], 0.0)))


def _with_rank(
    data: TwoLevelSample, within: np.ndarray, root: np.ndarray, mean: np.ndarray
) -> tuple[Unrestricted, TwoLevelPoint]:
    """Search with as many latent variables between units as `root` has columns.

    Rotated so that loadings are zero above the diagonal, with items in the order of a
    pivoted decomposition, which keeps the diagonal away from zero.
    """
    p, rank = root.shape
    _, triangle, order = linalg.qr(root.T, pivoting=True)
    loadings = np.zeros((p, rank))
    loadings[order] = triangle[:rank].T
    rows, columns = np.tril_indices(p, m=rank)
    return _search(data, np.tril_indices(p), (order[rows], columns), within, loadings, mean)


def _search(
    data: TwoLevelSample,
    elements: tuple[np.ndarray, np.ndarray],
    loadings: tuple[np.ndarray, np.ndarray],
    within: np.ndarray,
    root: np.ndarray,
    mean: np.ndarray,
) -> tuple[Unrestricted, TwoLevelPoint]:
    """Estimate the given covariances within and loadings between units, and the means."""
    p, rank = root.shape
    none, zero = cells([]), np.zeros((p, p))
    m = len(elements[0])
    q = m + len(loadings[0]) + p
    inside = Cells(*elements, np.arange(m))
    paths = Cells(loadings[0], p + loadings[1], np.arange(m, q - p))
    means = Cells(np.arange(p), np.zeros(p, dtype=int), np.arange(q - p, q))
    latent = np.diag(np.repeat([0.0, 1.0], [p, rank]))
    models = (
        GroupModel(p, zero, zero, np.zeros(p), none, inside, none, q),
        GroupModel(p, np.zeros_like(latent), latent, np.zeros(p + rank), paths, none, means, q),
    )
    objective = TwoLevelDiscrepancy(models, data)
    found = minimise(objective, np.concatenate([within[elements], root[loadings], mean]))
    point = objective.at(found.theta)
    of_within = models[0].moments(point.implied[0])[1]
    mean, between = models[1].moments(point.implied[1])
    result = Unrestricted(of_within, between, mean, rank, point.fit.value, found.converged)
    return result, point
