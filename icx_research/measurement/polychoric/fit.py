"""Two-step maximum likelihood of polychoric correlations, all pairs at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from icx_research.core.errors import UnsuitableData
from icx_research.core.threads import on_one_thread
from icx_research.measurement.polychoric.bivariate_normal import (
    bivariate_normal_cdf,
    bivariate_normal_density,
)

# More ordered values than these are taken for numbers, not categories.
MOST_CATEGORIES = 11
LARGEST = 0.9999  # bound of a correlation: where items never cross, the likelihood has no maximum
CONVERGED = 1e-8  # last Newton step: what is left is its square
MAX_ITERATIONS = 100
SMALLEST_PROBABILITY = 1e-300

Pairs = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class TwoStep:
    """Thresholds and correlations of coded answers.

    Attributes
    ----------
    counts : array, shape (sum of categories, sum of categories)
        Rows with both of two answers.
    tables : array, shape (pairs, C, C)
        The same cut into pairs of items; cells beyond an item's own are 0.
    pairs : tuple of array
        First and second item of every pair.
    thresholds : array, shape (k, C + 1)
        From -inf to inf; inf beyond an item's own.
    rho : array, shape (pairs,)
    moved : int
        Tables of two by two in which half an answer was moved into an empty cell.
    """

    counts: np.ndarray
    tables: np.ndarray
    pairs: Pairs
    thresholds: np.ndarray
    rho: np.ndarray
    moved: int


def category_codes(
    values: np.ndarray, names: Sequence[str], *, analysis: str
) -> tuple[np.ndarray, list[int]]:
    """Code the ordered values of every item from 0, -1 where missing.

    Returns
    -------
    array of int, shape (n, k), and the number of values of each item

    Raises
    ------
    ValueError
        If an item has one value only or more than 11.
    """
    codes, categories = np.full(values.shape, -1), []
    for j, name in enumerate(names):
        own = np.unique(values[:, j])
        own = own[~np.isnan(own)]
        if not 2 <= len(own) <= MOST_CATEGORIES:
            raise UnsuitableData(
                f"{analysis} needs items of 2 to {MOST_CATEGORIES} ordered values; {name!r} has "
                f"{len(own)}."
            )
        at = ~np.isnan(values[:, j])
        codes[at, j] = np.searchsorted(own, values[at, j])
        categories.append(len(own))
    return codes, categories


@on_one_thread
def pair_counts(codes: np.ndarray, categories: Sequence[int]) -> np.ndarray:
    """Count every pair of answers of every two items by one matrix product."""
    hot = np.hstack([codes[:, j, None] == np.arange(own) for j, own in enumerate(categories)])
    # single precision counts exactly up to 2 ** 24 rows
    hot = hot.astype(np.float32 if len(hot) < 2**24 else np.float64)
    return (hot.T @ hot).astype(float)


@on_one_thread
def two_step(
    counts: np.ndarray, categories: Sequence[int], names: Sequence[str], *, analysis: str
) -> TwoStep:
    """Estimate thresholds from single items and each correlation from its pair of items."""
    tables, pairs = pair_tables(counts, categories)
    empty = tables.sum(axis=(1, 2)) == 0
    if empty.any():
        i, j = (axis[int(empty.argmax())] for axis in pairs)
        raise UnsuitableData(
            f"{analysis} needs rows in which {names[i]!r} and {names[j]!r} are answered."
        )
    thresholds = item_thresholds(np.diag(counts), categories)
    rho, moved = fit_correlations(tables, thresholds, pairs)
    return TwoStep(counts, tables, pairs, thresholds, rho, moved)


def pair_tables(counts: np.ndarray, categories: Sequence[int]) -> tuple[np.ndarray, Pairs]:
    """Cut the counts of all pairs of answers into one table per pair of items.

    Returns
    -------
    array, shape (pairs, C, C), and the items (first, second) of each pair
        C is the largest number of categories; cells beyond an item's own are 0.
    """
    most, k = max(categories), len(categories)
    starts = np.concatenate([[0], np.cumsum(categories)])
    padded = np.full((k, most), starts[-1])
    for j, own in enumerate(categories):
        padded[j, :own] = np.arange(starts[j], starts[j + 1])
    with_empty = np.pad(counts, (0, 1))
    pairs = np.triu_indices(k, 1)
    return with_empty[padded[pairs[0]][:, :, None], padded[pairs[1]][:, None, :]], pairs


def item_thresholds(answers: np.ndarray, categories: Sequence[int]) -> np.ndarray:
    """Turn counts of single answers into cut points: shape (k, C + 1), from -inf to inf."""
    thresholds = np.full((len(categories), max(categories) + 1), np.inf)
    start = 0
    for j, own in enumerate(categories):
        shares = np.cumsum(answers[start : start + own])
        thresholds[j, 0] = -np.inf
        thresholds[j, 1:own] = special.ndtri(shares[:-1] / shares[-1])
        start += own
    return thresholds


def fit_correlations(
    tables: np.ndarray, thresholds: np.ndarray, pairs: Pairs
) -> tuple[np.ndarray, int]:
    """Maximise the likelihood of each table by Newton steps inside a shrinking bracket.

    Returns
    -------
    array, shape (pairs,), and the number of tables in which half an answer was moved
    """
    binary = np.isfinite(thresholds).sum(axis=1) == 1
    tables, moved = _fill_two_by_two(tables, binary[pairs[0]] & binary[pairs[1]])
    rows, columns = thresholds[pairs[0]], thresholds[pairs[1]]
    rho = np.clip(_start(tables, rows, columns), -0.95, 0.95)
    low, high = np.full(len(rho), -LARGEST), np.full(len(rho), LARGEST)
    active = np.arange(len(rho))
    for _ in range(MAX_ITERATIONS):
        if not len(active):
            break
        slope, curve = _derivatives(tables[active], rows[active], columns[active], rho[active])
        up = slope > 0
        low[active[up]] = rho[active[up]]
        high[active[~up]] = rho[active[~up]]
        with np.errstate(divide="ignore", invalid="ignore"):
            step = rho[active] - slope / curve
        inside = (curve < 0) & (step > low[active]) & (step < high[active])
        proposal = np.where(inside, step, (low[active] + high[active]) / 2)
        change = np.abs(proposal - rho[active])
        rho[active] = proposal
        active = active[change > CONVERGED]
    at_bound = LARGEST - np.abs(rho) < 2 * CONVERGED
    rho[at_bound] = np.sign(rho[at_bound]) * LARGEST
    return rho, moved


def cell_probabilities(
    rows: np.ndarray, columns: np.ndarray, rho: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probability of every cell, and its first and second derivative by the correlation.

    Parameters
    ----------
    rows, columns : array, shape (pairs, C + 1)
        Thresholds of both items, from -inf to inf.
    rho : array, shape (pairs,)

    Returns
    -------
    three arrays, shape (pairs, C, C)
    """
    h, k = rows[:, 1:-1, None], columns[:, None, 1:-1]
    h, k = np.broadcast_arrays(h, k)
    r = np.broadcast_to(rho[:, None, None], h.shape)
    finite = np.isfinite(h) & np.isfinite(k)
    corners = np.zeros((3, len(rho), rows.shape[1], columns.shape[1]))
    # an upper limit of infinity leaves the probability of the other item alone
    corners[0, :, 1:, 1:] = np.minimum(
        special.ndtr(rows)[:, 1:, None], special.ndtr(columns)[:, None, 1:]
    )
    at = np.nonzero(finite)
    inner = (at[0], at[1] + 1, at[2] + 1)
    values = h[at], k[at], r[at]
    corners[0][inner] = bivariate_normal_cdf(*values)
    corners[1][inner], corners[2][inner] = bivariate_normal_density(*values)
    p, first, second = np.diff(np.diff(corners, axis=2), axis=3)
    return p, first, second


def _derivatives(
    tables: np.ndarray, rows: np.ndarray, columns: np.ndarray, rho: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """First and second derivative of each table's log likelihood by its correlation."""
    p, first, second = cell_probabilities(rows, columns, rho)
    p = np.where(tables > 0, np.maximum(p, SMALLEST_PROBABILITY), 1.0)
    share = first / p
    with np.errstate(over="ignore", invalid="ignore"):  # far off; the search halves its bracket
        slope = (tables * share).sum(axis=(1, 2))
        curve = (tables * (second / p - share * share)).sum(axis=(1, 2))
    return slope, curve


def _start(tables: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Correlate the normal scores of the categories."""
    x, y = _scores(rows), _scores(columns)
    n = tables.sum(axis=(1, 2))
    of_row, of_column = tables.sum(axis=2) / n[:, None], tables.sum(axis=1) / n[:, None]
    x = x - (of_row * x).sum(axis=1, keepdims=True)
    y = y - (of_column * y).sum(axis=1, keepdims=True)
    product = (tables * x[:, :, None] * y[:, None, :]).sum(axis=(1, 2)) / n
    spread = np.sqrt((of_row * x * x).sum(axis=1) * (of_column * y * y).sum(axis=1))
    return np.asarray(np.divide(product, spread, out=np.zeros_like(product), where=spread > 0))


def _scores(thresholds: np.ndarray) -> np.ndarray:
    """Mean of a standard normal variable between each two thresholds."""
    density = np.exp(-np.square(np.where(np.isfinite(thresholds), thresholds, 1e3)) / 2)
    share = np.diff(special.ndtr(thresholds), axis=1)
    drop = -np.diff(density, axis=1) / np.sqrt(2 * np.pi)
    return np.asarray(np.divide(drop, share, out=np.zeros_like(drop), where=share > 0))


def _fill_two_by_two(tables: np.ndarray, binary: np.ndarray) -> tuple[np.ndarray, int]:
    """Move half an answer into the empty cell of tables of two by two, margins kept."""
    small = tables[:, :2, :2]
    zero_diagonal = (np.diagonal(small, axis1=1, axis2=2) == 0).any(axis=1) & binary
    zero_other = ((small[:, 0, 1] == 0) | (small[:, 1, 0] == 0)) & binary
    shift = 0.5 * (zero_diagonal.astype(float) - zero_other.astype(float))
    if not shift.any():
        return tables, 0
    pattern = np.array([[1.0, -1.0], [-1.0, 1.0]])
    filled = tables.copy()
    filled[:, :2, :2] += shift[:, None, None] * pattern
    return np.maximum(filled, 0), int((shift != 0).sum())
