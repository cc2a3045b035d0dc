r"""Quartimin (direct oblimin with gamma 0) of many loading matrices at once.

Gradient projection for oblique rotation: with pattern :math:`L = A (T^{-1})'`, factor
correlations :math:`T'T` and the criterion :math:`f = \frac14 \sum_i \sum_{j \ne k} l_{ij}^2
l_{ik}^2`, T walks down the gradient with its columns kept at unit length: Jennrich, R. I. (2002).
A simple general method for oblique rotation. Psychometrika, 67, 7-19,
https://doi.org/10.1007/BF02294706.
"""

import numpy as np

# Length of the projected gradient at which a rotation is done; that of one matrix stops at 1e-7.
GRADIENT = 1e-5
MAX_STEPS = 1_000
HALVINGS = 12


def quartimin(loadings: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rotate every matrix to the minimum next to a target.

    Parameters
    ----------
    loadings : array, shape (b, k, q)
        Unrotated.
    target : array, shape (k, q)
        A rotated pattern of similar items: order and signs of the factors follow it.

    Returns
    -------
    pattern : array, shape (b, k, q)
        nan where the search did not end.
    correlations : array, shape (b, q, q)
        Of the factors.
    """
    turn = _towards(loadings, target)
    pattern, value, slope = _evaluated(loadings, turn)
    step = np.ones(len(loadings))
    length = np.full(len(loadings), np.inf)
    for _ in range(MAX_STEPS):
        inward = slope - turn * (turn * slope).sum(axis=1, keepdims=True)
        length = np.sqrt((inward**2).sum(axis=(1, 2)))
        at = np.flatnonzero(length > GRADIENT)
        if not len(at):
            break
        step[at] *= 2
        for _ in range(HALVINGS):
            moved = _unit(turn[at] - step[at, None, None] * inward[at])
            found = _evaluated(loadings[at], moved)
            lower = found[1] < value[at] - length[at] ** 2 * step[at] / 2
            done = at[lower]
            turn[done] = moved[lower]
            pattern[done], value[done], slope[done] = (part[lower] for part in found)
            at = at[~lower]
            if not len(at):
                break
            step[at] /= 2
    pattern[length > GRADIENT] = np.nan
    return pattern, turn.transpose(0, 2, 1) @ turn


def _towards(loadings: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Find the turn that brings each matrix next to the target."""
    square = loadings.transpose(0, 2, 1) @ loadings
    to_target = np.linalg.solve(square, loadings.transpose(0, 2, 1) @ target)
    return _unit(np.linalg.inv(to_target).transpose(0, 2, 1))


def _unit(turn: np.ndarray) -> np.ndarray:
    return np.asarray(turn / np.sqrt((turn**2).sum(axis=1, keepdims=True)))


def _evaluated(loadings: np.ndarray, turn: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Patterns, criteria and their derivatives by the turns."""
    inverse = np.linalg.inv(turn)
    pattern = loadings @ inverse.transpose(0, 2, 1)
    squares = pattern**2
    others = squares.sum(axis=2, keepdims=True) - squares
    value = (squares * others).sum(axis=(1, 2)) / 4
    slope = -(pattern.transpose(0, 2, 1) @ (pattern * others) @ inverse).transpose(0, 2, 1)
    return pattern, value, slope
