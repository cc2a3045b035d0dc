"""Rotation by factor-analyzer, with its faults repaired.

factor-analyzer 0.5.1 fits no model on the locked scikit-learn, leaves the factor
correlations in their old order when it sorts factors, and ignores them in its uniquenesses.
Here it rotates; order, signs and what follows from them are ours. It is imported when a
rotation is asked for: it is slow to import and licensed under the GPL-2.
"""

from dataclasses import dataclass

import numpy as np

ROTATIONS = ("oblimin", "promax", "varimax", "none")
# Length of the gradient at which oblimin stops, and relative gain at which the others do:
# their error is about its root.
TOLERANCES = {"oblimin": 1e-7, "varimax": 1e-15, "promax": 1e-15}
MAX_ITERATIONS = 5_000
# Share by which a solution from another start must be simpler to be preferred.
NOTICEABLE = 1e-4


@dataclass(frozen=True)
class Rotated:
    """Rotated factors, the one that explains most first.

    Attributes
    ----------
    loadings : array, shape (k, q)
        Pattern; columns sum to a positive number.
    correlations : array, shape (q, q)
        Of the factors, in the order and direction of the loadings.
    explained : array, shape (q,)
        Variance in descending order; sums to the sum of the communalities.
    """

    loadings: np.ndarray
    correlations: np.ndarray
    explained: np.ndarray


def rotate(loadings: np.ndarray, *, rotation: str) -> Rotated:
    """Rotate loadings, then sort and turn the factors with all that belongs to them.

    Parameters
    ----------
    loadings : array, shape (k, q)
        Unrotated.
    rotation : {"oblimin", "promax", "varimax", "none"}

    Returns
    -------
    Rotated

    Notes
    -----
    A search can stay where it starts when that is a saddle of the criterion, as for two
    alike clusters. It is repeated from two turned starts, and the simplest pattern (the
    smallest sum of products of squared loadings on two factors) is taken.
    """
    q = loadings.shape[1]
    pattern, phi = loadings, np.eye(q)
    if rotation != "none" and q > 1:
        found = [_rotated(loadings @ start, rotation) for start in _starts(q)]
        complexity = np.array([_complexity(one) for one, _ in found])
        better = complexity < complexity[0] * (1 - NOTICEABLE)
        pattern, phi = found[int(complexity.argmin()) if better.any() else 0]
    explained = np.diag(phi @ pattern.T @ pattern)
    order = np.argsort(-explained, kind="stable")
    sign = np.where(pattern.sum(axis=0) < 0, -1.0, 1.0)[order]
    return Rotated(
        loadings=pattern[:, order] * sign,
        correlations=phi[np.ix_(order, order)] * np.outer(sign, sign),
        explained=explained[order],
    )


def _rotated(loadings: np.ndarray, rotation: str) -> tuple[np.ndarray, np.ndarray]:
    from factor_analyzer import Rotator

    rotator = Rotator(method=rotation, tol=TOLERANCES[rotation], max_iter=MAX_ITERATIONS)
    pattern = np.asarray(rotator.fit_transform(loadings))
    phi = np.eye(loadings.shape[1]) if rotator.phi_ is None else np.asarray(rotator.phi_)
    return pattern, phi


def _starts(q: int) -> list[np.ndarray]:
    """List orthogonal starts: the factors as extracted, and two fixed turns of them."""
    angles = np.arange(1, q**2 + 1).reshape(q, q)
    return [np.eye(q), *(np.linalg.qr(np.cos(seed * angles))[0] for seed in (1.0, 2.3))]


def _complexity(pattern: np.ndarray) -> float:
    squares = pattern**2
    return float((squares.sum(axis=1) ** 2 - (squares**2).sum(axis=1)).sum() / 2)
