"""Indices of careless answering: one number per row of answers."""

from collections.abc import Sequence

import numpy as np


def longstring(answers: np.ndarray) -> np.ndarray:
    """Find the longest run of equal answers in each row; gaps are skipped.

    Examples
    --------
    >>> longstring(np.array([[1, 1, 2, 2, 2], [3, np.nan, 3, 1, 3]]))
    array([3., 2.])
    """
    longest = np.zeros(len(answers))
    run, last = np.zeros(len(answers)), np.full(len(answers), np.nan)
    for column in answers.T:
        given = ~np.isnan(column)
        run = np.where(given, np.where(column == last, run + 1, 1), run)
        last = np.where(given, column, last)
        longest = np.maximum(longest, run)
    return longest


def row_sd(answers: np.ndarray) -> np.ndarray:
    """Take the standard deviation of the answers of each row."""
    given = ~np.isnan(answers)
    n = given.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.nansum(answers, axis=1) / n
        squares = np.where(given, (answers - mean[:, None]) ** 2, 0.0).sum(axis=1)
        return np.asarray(np.sqrt(squares / (n - 1)))


def even_odd_consistency(keyed: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Correlate odd with even items over the scales of each row, stepped up to full length."""
    halves = []
    for start, size in zip(np.cumsum([0, *sizes[:-1]]), sizes, strict=True):
        if size >= 2:
            block = keyed[:, start : start + size]
            halves.append([_row_mean(block[:, 0::2]), _row_mean(block[:, 1::2])])
    if len(halves) < 3:
        return np.full(len(keyed), np.nan)
    odd, even = np.array(halves).transpose(1, 2, 0)
    both = ~np.isnan(odd) & ~np.isnan(even)
    odd, even = (np.where(both, half, np.nan) for half in (odd, even))
    odd, even = (half - _row_mean(half)[:, None] for half in (odd, even))
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.nansum(odd * even, axis=1) / np.sqrt(
            np.nansum(odd**2, axis=1) * np.nansum(even**2, axis=1)
        )
        stepped = np.maximum(2 * r / (1 + r), -1.0)
    return np.where(both.sum(axis=1) >= 3, stepped, np.nan)


def _row_mean(block: np.ndarray) -> np.ndarray:
    given = ~np.isnan(block)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.nansum(block, axis=1) / given.sum(axis=1))


def mahalanobis_distance(answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Measure squared distances from the mean of complete rows, and the answers behind each."""
    given = ~np.isnan(answers)
    complete = answers[given.all(axis=1)]
    distance, df = np.full(len(answers), np.nan), given.sum(axis=1)
    if len(complete) <= answers.shape[1]:
        return distance, df
    mean, cov = complete.mean(axis=0), np.atleast_2d(np.cov(complete.T))
    patterns, at = np.unique(given, axis=0, return_inverse=True)
    for p, pattern in enumerate(patterns):
        rows = at.ravel() == p
        if pattern.any():
            deviation = answers[np.ix_(rows, pattern)] - mean[pattern]
            inverse = np.linalg.pinv(cov[np.ix_(pattern, pattern)], hermitian=True)
            distance[rows] = np.einsum("ij,jk,ik->i", deviation, inverse, deviation)
    return distance, df
