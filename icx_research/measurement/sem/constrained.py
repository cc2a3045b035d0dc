r"""Minimising the discrepancy under constraints.

Linear equalities are eliminated: with :math:`\theta = \theta_0 + K z` the search runs over z.
Other constraints take a search by sequential quadratic programming, whose end Newton's method
brings to the solution of :math:`\nabla F = \sum_k \mu_k \nabla g_k,\ g_k = 0` (over equalities and
the inequalities that bind): Nocedal, J., & Wright, S. J. (2006). Numerical optimization (2nd ed.,
chapter 18). Springer. https://doi.org/10.1007/978-0-387-40065-5.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize

from icx_research.measurement.sem.constraints import Constraints, free_directions
from icx_research.measurement.sem.optimiser import ACCEPTABLE, Minimum, Objective, Point, minimise

# An inequality this near to its limit, and pushed against it, binds.
BINDING = 1e-6
# Constraints must be met to this, once Newton's method has ended.
MET = 1e-9
NEWTON_STEPS = 50
# Steps of derivatives of derivatives, which are exact themselves.
STEP = 1e-5
OUTSIDE = 1e10


@dataclass(frozen=True, eq=False)
class _Inside:
    """The discrepancy as a function of z, theta = origin + directions @ z."""

    objective: Objective
    origin: np.ndarray
    directions: np.ndarray

    def at(self, z: np.ndarray) -> "_InsidePoint":
        """Evaluate at z."""
        return _InsidePoint(self.objective.at(self.origin + self.directions @ z), self.directions)


@dataclass(frozen=True, eq=False)
class _InsidePoint:
    point: Point
    directions: np.ndarray

    @property
    def value(self) -> float:
        """The discrepancy."""
        return self.point.value

    def gradient(self) -> np.ndarray:
        """First derivatives by z."""
        return self.directions.T @ self.point.gradient()

    def expected(self) -> np.ndarray:
        """Take expected second derivatives by z."""
        return self.directions.T @ self.point.expected() @ self.directions

    def observed(self) -> np.ndarray:
        """Second derivatives by z."""
        return self.directions.T @ self.point.observed() @ self.directions


def minimise_under(objective: Objective, constraints: Constraints, start: np.ndarray) -> Minimum:
    """Search from `start`, which need not meet the constraints.

    Raises
    ------
    ValueError
        If the linear equalities contradict each other.
    LinAlgError
        If the start, moved to meet linear equalities, is not admissible.
    """
    if constraints.is_equality.all() and constraints.is_linear(start):
        return _eliminated(objective, constraints, start)
    return _newton(objective, constraints, _sequential(objective, constraints, start))


def binding(constraints: Constraints, minimum: Minimum, gradient: np.ndarray) -> np.ndarray:
    """Tell which constraints hold the estimates: equalities, and inequalities at their limit."""
    values, slope = constraints.at(minimum.theta)
    near = constraints.is_equality | (np.abs(values) < BINDING)
    pushed = np.linalg.lstsq(slope[near].T, gradient, rcond=None)[0]
    near[near] = constraints.is_equality[near] | (pushed > 0)
    return np.asarray(near)


def _eliminated(objective: Objective, constraints: Constraints, start: np.ndarray) -> Minimum:
    values, slope = constraints.at(start)
    origin = start - np.linalg.lstsq(slope, values, rcond=None)[0]
    if np.abs(constraints.at(origin)[0]).max() > MET:
        raise ValueError("the equality constraints contradict each other.")
    directions = free_directions(slope)
    found = minimise(_Inside(objective, origin, directions), np.zeros(directions.shape[1]))
    return replace(found, theta=origin + directions @ found.theta)


def _sequential(objective: Objective, constraints: Constraints, start: np.ndarray) -> np.ndarray:
    """Come near the constrained minimum, on the scale of the parameters' curvature."""
    scale = 1 / np.sqrt(np.maximum(np.diag(objective.at(start).expected()), 1e-8))

    def value(x: np.ndarray) -> tuple[float, np.ndarray]:
        try:
            point = objective.at(x * scale)
        except np.linalg.LinAlgError:
            return OUTSIDE, np.zeros_like(x)
        return point.value, point.gradient() * scale

    conditions = []
    for kind, which in (("eq", constraints.is_equality), ("ineq", ~constraints.is_equality)):
        if which.any():
            conditions.append(
                {
                    "type": kind,
                    "fun": lambda x, which=which: constraints.at(x * scale)[0][which],
                    "jac": lambda x, which=which: constraints.at(x * scale)[1][which] * scale,
                }
            )
    found = optimize.minimize(
        value,
        start / scale,
        jac=True,
        method="SLSQP",
        constraints=conditions,
        options={"maxiter": 500, "ftol": 1e-12},
    )
    return np.asarray(found.x * scale)


def _newton(objective: Objective, constraints: Constraints, theta: np.ndarray) -> Minimum:
    """Solve the conditions of a constrained minimum from nearby."""
    decrement, step = np.inf, 0
    for step in range(NEWTON_STEPS):
        point = objective.at(theta)
        gradient = point.gradient()
        here = Minimum(theta, point.value, False, step, decrement)
        at = binding(constraints, here, gradient)
        values, slope = constraints.at(theta)
        values, slope = values[at], slope[at]
        weights = np.linalg.lstsq(slope.T, gradient, rcond=None)[0]
        bend = point.observed() - _bends(constraints, theta, at, weights)
        k = free_directions(slope)
        normal = -np.linalg.lstsq(slope, values, rcond=None)[0] if len(values) else 0 * theta
        inside = np.linalg.solve(k.T @ bend @ k, -k.T @ (gradient + bend @ normal))
        move = normal + k @ inside
        decrement = abs(float(inside @ (k.T @ bend @ k) @ inside)) + float(
            np.abs(values).sum() ** 2
        )
        theta = theta + move
        if decrement < ACCEPTABLE / 1e4:
            break
    values = constraints.at(theta)[0]
    equal = constraints.is_equality
    met = np.abs(values[equal]).max(initial=0) < MET and values[~equal].min(initial=0) > -MET
    return Minimum(
        theta, objective.at(theta).value, bool(met and decrement < ACCEPTABLE), step + 1, decrement
    )


def _bends(
    constraints: Constraints, theta: np.ndarray, at: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Second derivatives of the weighted constraints, by differences of exact first ones."""
    q = len(theta)
    found = np.zeros((q, q))
    for j in np.flatnonzero(np.isin(np.arange(q), constraints.numbers)):
        shift = np.zeros(q)
        shift[j] = STEP
        slopes = [constraints.at(theta + sign * shift)[1][at] for sign in (1, -1)]
        found[j] = weights @ (slopes[0] - slopes[1]) / (2 * STEP)
    return (found + found.T) / 2
