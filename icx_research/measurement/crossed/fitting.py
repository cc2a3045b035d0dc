"""The highest point of the restricted likelihood, within variances that are not negative."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from icx_research.core.threads import on_one_thread
from icx_research.measurement.crossed.criterion import (
    STEP,
    Solved,
    average_information,
    solve,
)
from icx_research.measurement.crossed.design import SOURCES, Sums
from icx_research.measurement.sem.optimiser import minimise

# Where the search starts: square root of the ratio of every variance to the residual's.
START = 0.5
# A share below this is one at its boundary, zero.
AT_ZERO = 1e-9
# Newton decrement, of the criterion per rating, at which exact second derivatives take over, and
# of the whole criterion at which a search for a limit takes its last step.
ROUGH = 1e-8
PROFILED = 1e-4


@dataclass(frozen=True, eq=False)
class Weights:
    """How parameters that may take any value become ratios that are not negative.

    Every source and, last, the residual has a weight: 1 for the reference, a squared parameter
    for those in `free`, and a fixed multiple of their sum for `held`. Ratios are weights by
    the residual's weight.

    Attributes
    ----------
    free : tuple of int
        Positions in (`SOURCES`, residual).
    reference : int
    held : int or None
        Position whose share is held.
    share : float
        What it is held at.
    """

    free: tuple[int, ...]
    reference: int
    held: int | None = None
    share: float = 0.0

    def ratios(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Ratios, shape (4,), and their derivatives, shape (4, m)."""
        weight = np.zeros(len(SOURCES) + 1, dtype=theta.dtype)
        slope = np.zeros((len(weight), len(theta)), dtype=theta.dtype)
        weight[self.reference] = 1.0
        weight[list(self.free)] = theta**2
        slope[list(self.free), range(len(theta))] = 2 * theta
        if self.held is not None:
            odds = self.share / (1 - self.share)
            weight[self.held], slope[self.held] = odds * weight.sum(), odds * slope.sum(axis=0)
        ratio = weight[:-1] / weight[-1]
        return ratio, (slope[:-1] - ratio[:, None] * slope[-1]) / weight[-1]

    def by_logit(self, ratio: np.ndarray) -> np.ndarray:
        """Differentiate the ratios by the logit of the share that is held."""
        if self.held == len(SOURCES):
            return -ratio
        return np.where(np.arange(len(SOURCES)) == self.held, ratio, 0.0)


@dataclass(frozen=True, eq=False)
class Criterion:
    """The criterion by those parameters, per rating."""

    sums: Sums
    weights: Weights

    def at(self, theta: np.ndarray) -> "CriterionPoint":
        """Evaluate; raises LinAlgError where the sum of squares is not positive."""
        point = CriterionPoint(self, theta)
        if not np.isfinite(point.value):
            raise np.linalg.LinAlgError
        return point


@dataclass(frozen=True, eq=False)
class CriterionPoint:
    """The criterion at one point."""

    of: Criterion
    theta: np.ndarray

    @cached_property
    def solved(self) -> Solved:
        """The mixed-model equations here."""
        return solve(self.of.sums, self.of.weights.ratios(self.theta)[0])

    @property
    def value(self) -> float:
        """The criterion by the number of ratings."""
        return float(self.solved.value) / self.of.sums.n

    def gradient(self) -> np.ndarray:
        """First derivatives of `value`."""
        return self._gradient(self.theta)

    def _gradient(self, theta: np.ndarray) -> np.ndarray:
        ratios, slope = self.of.weights.ratios(theta)
        gradient = self.solved.gradient if theta is self.theta else None
        if gradient is None:
            gradient = solve(self.of.sums, ratios).gradient
        return np.asarray(gradient @ slope / self.of.sums.n)

    @cached_property
    def _bend(self) -> np.ndarray:
        """Second derivatives of the ratios by the parameters, times the gradient."""
        gradient, ratios = self.solved.gradient, self.of.weights.ratios
        return self._derivatives(lambda theta: gradient @ ratios(theta)[1]) / self.of.sums.n

    @cached_property
    def _curvature(self) -> np.ndarray:
        whole = self._derivatives(self._gradient)
        return np.asarray((whole + whole.T) / 2)

    def _derivatives(self, of: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """Differentiate by the parameters with complex steps, which lose no digits."""
        moved = self.theta + STEP * 1j * np.eye(len(self.theta))
        rows = [of(theta).imag / STEP for theta in moved]
        return np.array(rows).reshape((len(self.theta),) * 2)

    def observed(self) -> np.ndarray:
        """Second derivatives of `value`."""
        return self._curvature

    def expected(self) -> np.ndarray:
        """Average information, turned positive, so that a step leads downhill."""
        slope = self.of.weights.ratios(self.theta)[1]
        whole = slope.T @ average_information(self.of.sums, self.solved) @ slope
        values, vectors = np.linalg.eigh(whole / self.of.sums.n + self._bend)
        floor = 1e-9 * np.abs(values).max(initial=1e-300)
        return np.asarray(vectors * np.maximum(np.abs(values), floor) @ vectors.T)


@dataclass(frozen=True, eq=False)
class Components:
    """Estimated ratios of the variances to the residual variance.

    Attributes
    ----------
    sums : Sums
    kept : tuple of str
        Sources in the model.
    ratios : array, shape (4,)
        In the order of `SOURCES`; 0 for a source that is not in the model.
    at : Solved
        The criterion there.
    converged : bool
    """

    sums: Sums
    kept: tuple[str, ...]
    ratios: np.ndarray
    at: Solved
    converged: bool

    @property
    def residual(self) -> float:
        """Residual variance."""
        return float(self.at.sum_of_squares / (self.sums.n - 1))

    @property
    def shares(self) -> np.ndarray:
        """Shares of the sources and, last, of the residual, shape (5,)."""
        whole = np.append(self.ratios, 1.0)
        return np.asarray(whole / whole.sum())


@on_one_thread
def fit(
    sums: Sums, kept: tuple[str, ...], *, start: np.ndarray | None = None, exact: bool = True
) -> Components:
    """Minimise the criterion over the variances of the sources in the model.

    Without `exact` the search ends as one for a limit does: for draws, whose spread is far wider.
    """
    free = tuple(SOURCES.index(name) for name in kept)
    weights = Weights(free, reference=len(SOURCES))
    begin = np.full(len(free), START)
    if start is not None:
        begin = np.maximum(np.sqrt(start[list(free)]), START / 10)
    objective = Criterion(sums, weights)
    enough = ROUGH if exact else PROFILED / sums.n
    best = minimise(objective, begin, enough=enough, newton=False)
    if exact:
        best = minimise(objective, best.theta, near=True)
    ratios = weights.ratios(best.theta)[0]
    ratios[ratios < AT_ZERO * (1 + ratios.sum())] = 0.0
    return Components(sums, kept, ratios, solve(sums, ratios), best.converged)


@dataclass(frozen=True)
class Profiled:
    """The criterion with one share held and all else at its best.

    Attributes
    ----------
    value, slope : float
        The criterion, and its derivative by the logit of the share.
    theta : array, shape (m,)
    converged : bool
    """

    value: float
    slope: float
    theta: np.ndarray
    converged: bool


def start_at(best: Components, source: int) -> np.ndarray:
    """Parameters of `profile` where the share that is held has its estimate."""
    free, reference = _others(best, source)
    return np.sqrt(best.shares[list(free)] / max(best.shares[reference], AT_ZERO))


def _others(best: Components, source: int) -> tuple[tuple[int, ...], int]:
    """List the variances that move while one share is held, and that which they are ratios to."""
    present = [*(SOURCES.index(name) for name in best.kept), len(SOURCES)]
    others = [i for i in present if i != source]
    reference = max(others, key=lambda i: (i == len(SOURCES), best.shares[i]))
    return tuple(i for i in others if i != reference), reference


def profile(best: Components, source: int, share: float, start: np.ndarray) -> Profiled:
    """Minimise the criterion with one share held, from an earlier minimum nearby."""
    free, reference = _others(best, source)
    weights = Weights(free, reference, source, share)
    start = np.maximum(np.abs(start), START / 50)
    enough = PROFILED / best.sums.n
    found = minimise(Criterion(best.sums, weights), start, enough=enough, newton=False)
    ratios = weights.ratios(found.theta)[0]
    at = solve(best.sums, ratios)
    slope = float(at.gradient @ weights.by_logit(ratios))
    return Profiled(float(at.value), slope, found.theta, found.converged)
