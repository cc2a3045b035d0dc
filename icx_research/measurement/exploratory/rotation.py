"""Rotation by factor-analyzer, with its faults repaired.

factor-analyzer 0.5.1 fits no model on the locked scikit-learn, leaves the factor
correlations in their old order when it sorts factors, and ignores them in its uniquenesses.
Here it rotates; order, signs and what follows from them are ours. It is imported when a
rotation is asked for: it is slow to import and licensed under the GPL-2.
"""

from dataclasses import dataclass

import numpy as np

ROTATIONS = ("oblimin", "promax", "geomin", "varimax", "quartimax", "none")
# Names that factor-analyzer spells differently.
SPELLED = {"geomin": "geomin_obl"}
# Length of the gradient at which gradient projection stops, and relative gain at which varimax
# does: its error is about the root of that.
TOLERANCES = {"varimax": 1e-15, "promax": 1e-15}
GRADIENT = 1e-7
# Keeps the products of geomin away from zero; the value is that of R's GPArotation.
GEOMIN_DELTA = 0.01
MAX_ITERATIONS = 5_000
# Share by which the criterion from another start must be lower to be preferred.
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
    rotation : {"oblimin", "promax", "geomin", "varimax", "quartimax", "none"}

    Returns
    -------
    Rotated

    Notes
    -----
    A search can stay where it starts when that is a saddle of the criterion, as for two
    alike clusters. It is repeated from two turned starts, and the lowest value of the criterion
    decides.
    """
    q = loadings.shape[1]
    pattern, phi = loadings, np.eye(q)
    if rotation != "none" and q > 1:
        pattern, phi = _rotated(loadings @ _best_start(loadings, rotation), rotation)
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

    rotator = Rotator(
        method=SPELLED.get(rotation, rotation),
        tol=TOLERANCES.get(rotation, GRADIENT),
        max_iter=MAX_ITERATIONS,
        delta=GEOMIN_DELTA,
    )
    pattern = np.asarray(rotator.fit_transform(loadings))
    phi = np.eye(loadings.shape[1]) if rotator.phi_ is None else np.asarray(rotator.phi_)
    return pattern, phi


def _best_start(loadings: np.ndarray, rotation: str) -> np.ndarray:
    """Find the start from which the rotation ends at the lowest value of what it minimises.

    Promax goes on from varimax, so that varimax decides.
    """
    starts = _starts(loadings.shape[1])
    searched = "varimax" if rotation == "promax" else rotation
    found = np.array([MINIMISED[searched](_rotated(loadings @ s, searched)[0]) for s in starts])
    better = found < found[0] * (1 - NOTICEABLE)
    return starts[int(found.argmin()) if better.any() else 0]


def _starts(q: int) -> list[np.ndarray]:
    """List orthogonal starts: the factors as extracted, and two fixed turns of them."""
    angles = np.arange(1, q**2 + 1).reshape(q, q)
    return [np.eye(q), *(np.linalg.qr(np.cos(seed * angles))[0] for seed in (1.0, 2.3))]


def _products(pattern: np.ndarray) -> float:
    """Sum of products of squared loadings on two factors: oblimin, quartimax."""
    squares = pattern**2
    return float((squares.sum(axis=1) ** 2 - (squares**2).sum(axis=1)).sum() / 2)


def _geometric_means(pattern: np.ndarray) -> float:
    products = np.log(pattern**2 + GEOMIN_DELTA).mean(axis=1)
    return float(np.exp(products).sum())


def _equal_columns(pattern: np.ndarray) -> float:
    """One less the variance of squared normalised loadings within factors, summed."""
    squares = pattern**2
    squares = squares / np.maximum(squares.sum(axis=1, keepdims=True), 1e-300)
    return float(1 - squares.var(axis=0).sum())


MINIMISED = {
    "oblimin": _products,
    "quartimax": _products,
    "geomin": _geometric_means,
    "varimax": _equal_columns,
}
