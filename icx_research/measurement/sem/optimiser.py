r"""Minimising the discrepancy: Fisher scoring that turns into Newton's method.

Steps solve :math:`(H + \lambda \operatorname{diag} H)\,\delta = -g` with H the expected second
derivatives, near the minimum the observed ones where they are positive definite. The damping
:math:`\lambda` grows while a step does not descend and shrinks otherwise (Lee, S. Y., &
Jennrich, R. I. (1979). A study of algorithms for covariance structure analysis with specific
comparisons using factor analysis. Psychometrika, 44, 99-113,
https://doi.org/10.1007/BF02293789; Marquardt, D. W. (1963), https://doi.org/10.1137/0111030).
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

MAX_STEPS = 300
# Newton decrement g'H^-1 g of the mean discrepancy: twice what is left to descend. Below
# CONVERGED the estimates are within 1e-8 standard errors for any n met in practice. A step with
# observed second derivatives squares the decrement (times 10 or so): below QUADRATIC it is the
# last.
CONVERGED = 1e-22
QUADRATIC = 1e-12
ACCEPTABLE = 1e-14
NEAR = 1e-3
# Scoring that takes more steps than this crawls (improper solutions do): Newton's may go further.
PATIENCE = 20
# Rounding of the discrepancy: a step that raises it by less is not uphill.
ROUNDING = 1e-13


class Objective(Protocol):
    """What is minimised; `at` may raise LinAlgError outside the admissible region."""

    def at(self, theta: np.ndarray) -> "Point":
        """Evaluate at `theta`."""


class Point(Protocol):
    """The discrepancy and its derivatives at one point."""

    @property
    def value(self) -> float:
        """The discrepancy."""

    def gradient(self) -> np.ndarray:
        """First derivatives."""

    def expected(self) -> np.ndarray:
        """Take expected second derivatives."""

    def observed(self) -> np.ndarray:
        """Second derivatives."""


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where the search ended.

    Attributes
    ----------
    theta : array, shape (q,)
    value : float
    converged : bool
    n_steps : int
    decrement : float
        Twice what a last Newton step would still descend.
    """

    theta: np.ndarray
    value: float
    converged: bool
    n_steps: int
    decrement: float


def minimise(
    objective: Objective,
    start: np.ndarray,
    *,
    enough: float = CONVERGED,
    near: bool = False,
    newton: bool = True,
) -> Minimum:
    """Search from `start`, which must be admissible, until the decrement is below `enough`.

    `near` says that the minimum is so near that Newton's steps may begin at once; without
    `newton`, for points that do not know their exact second derivatives, they never do.
    """
    theta, point = start, objective.at(start)
    damping, decrement = 0.0, np.inf
    for step in range(MAX_STEPS):
        gradient = point.gradient()
        if not len(theta):
            return Minimum(theta, point.value, True, step, 0.0)
        hessian, exact = _hessian(
            point, near=newton and (near or decrement < NEAR or step >= PATIENCE)
        )
        last = max(enough, QUADRATIC) if exact else enough
        accepted = None
        while accepted is None and damping < 1e12:
            move = _solve(hessian, gradient, damping)
            decrement = float(-gradient @ move)
            if decrement < last and damping == 0:
                return Minimum(theta + move, point.value, True, step, decrement)
            accepted = _try(objective, theta + move, point.value)
            damping = _next(damping, accepted is not None)
        if accepted is None:
            break
        if decrement < ACCEPTABLE and damping == 0 and accepted.value >= point.value:
            return Minimum(theta + move, accepted.value, True, step + 1, decrement)
        theta, point = theta + move, accepted
    gradient = point.gradient()
    decrement = abs(float(gradient @ _solve(_hessian(point, near=newton)[0], gradient, 0.0)))
    return Minimum(theta, point.value, decrement < ACCEPTABLE, step + 1, decrement)


def _next(damping: float, descended: bool) -> float:
    if descended:
        return damping / 10 if damping > 1e-5 else 0.0
    return max(damping * 10, 1e-3)


def _try(objective: Objective, theta: np.ndarray, value: float) -> Point | None:
    try:
        point = objective.at(theta)
    except np.linalg.LinAlgError:
        return None
    return point if point.value <= value + ROUNDING * (1 + abs(value)) else None


def _hessian(point: Point, *, near: bool) -> tuple[np.ndarray, bool]:
    """Second derivatives, and whether they are the observed ones."""
    if near:
        observed = point.observed()
        if is_positive(observed):
            return observed, True
    return point.expected(), False


def is_positive(matrix: np.ndarray) -> bool:
    """Tell whether a matrix is positive definite, in a tenth of the time of its eigenvalues."""
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def _solve(hessian: np.ndarray, gradient: np.ndarray, damping: float) -> np.ndarray:
    """Solve on the scale where the diagonal is one; directions without curvature stay."""
    scale = np.sqrt(np.maximum(np.diag(hessian), 1e-12 * max(np.diag(hessian).max(), 1e-300)))
    scaled = hessian / scale / scale[:, None]
    scaled[np.diag_indices_from(scaled)] += damping
    if not is_positive(scaled):
        return -np.linalg.lstsq(scaled, gradient / scale, rcond=1e-10)[0] / scale
    return -np.linalg.solve(scaled, gradient / scale) / scale
