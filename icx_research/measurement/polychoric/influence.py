r"""Asymptotic covariance of thresholds and polychoric correlations, from rows or patterns.

What one row moves the two-step estimates by depends on its answers only through tables: of one
item for a threshold, of two items for a correlation. With :math:`F_t` the cumulative share below
threshold :math:`\tau_t`, :math:`\phi` the normal density, :math:`l_{ab}` the derivative of
:math:`\log P_{ab}` by the correlation and :math:`n_{ab}` the counts of two items,

.. math::
    \dot\tau_t(c) = \frac{1[c \le t] - F_t}{n\,\phi(\tau_t)}, \qquad
    \dot\rho(a, b) = \frac{l_{ab} - \sum_t A_t \dot\tau_t(a) - \sum_t B_t \dot\tau_t(b)}
    {\sum_{ab} n_{ab} l_{ab}^2},

where :math:`A_t` and :math:`B_t` are the sums of :math:`n_{ab} l_{ab}` times the derivative of
:math:`\log P_{ab}` by a threshold of the first and of the second item. The covariance is the sum
of squares of these rows: Muthén, B. (1984). A general structural equation model with dichotomous,
ordered categorical, and continuous latent variable indicators. Psychometrika, 49, 115-132,
https://doi.org/10.1007/BF02294210; Jöreskog, K. G. (1994). On the estimation of polychoric
correlations and their asymptotic covariance matrix. Psychometrika, 59, 381-389,
https://doi.org/10.1007/BF02296131.
"""

from collections.abc import Sequence

import numpy as np
from scipy import special

from icx_research.core.threads import on_one_thread
from icx_research.measurement.polychoric.fit import (
    SMALLEST_PROBABILITY,
    TwoStep,
    cell_probabilities,
)

# Rows whose influence is held in memory at a time: few enough for the processor's cache.
CHUNK = 256
# Patterns are coded in one whole number while their possible number stays below this.
LARGEST_CODE = 2**62


def estimates(fit: TwoStep) -> np.ndarray:
    """Thresholds, item by item, and then correlations, in the order of `gamma`."""
    inner = fit.thresholds[:, 1:-1]
    return np.concatenate([inner[np.isfinite(inner)], fit.rho])


@on_one_thread
def gamma(
    codes: np.ndarray,
    fit: TwoStep,
    categories: Sequence[int],
    cluster: np.ndarray | None = None,
) -> np.ndarray:
    """Asymptotic covariance of the estimates, times n.

    Parameters
    ----------
    codes : array of int, shape (n, k)
        Complete rows of answers, numbered from 0.
    fit : TwoStep
        Of these rows.
    categories : sequence of int, length k
    cluster : array, shape (n,), optional
        Units whose rows need not be independent: their influences are added before they
        are squared, with the factor m / (m - 1) of m clusters.

    Returns
    -------
    array, shape (m, m)
        Of thresholds and correlations in the order of `estimates`.
    """
    n, k = codes.shape
    of_items = _threshold_influence(fit, n)
    of_pairs = _correlation_influence(fit, of_items)
    own = np.isfinite(fit.thresholds[:, 1:-1])
    most = of_pairs.shape[1]
    first, second = fit.pairs
    offset = np.arange(len(first)) * most * most
    if cluster is None:
        patterns, count = _patterns(codes, categories)
        units = np.zeros(0, dtype=int)
    else:
        patterns, count = codes, np.ones(n)
        units = np.unique(cluster, return_inverse=True)[1]
    size = int(own.sum()) + len(first)
    total, sums = np.zeros((size, size)), np.zeros((int(units.max(initial=-1)) + 1, size))
    for begin in range(0, len(patterns), CHUNK):
        part = patterns[begin : begin + CHUNK]
        single = of_items[np.arange(k), part][:, own]
        double = of_pairs.ravel()[part[:, first] * most + part[:, second] + offset]
        rows = np.hstack([single, double])
        if cluster is None:
            rows *= np.sqrt(count[begin : begin + CHUNK, None])
            total += rows.T @ rows
        else:
            np.add.at(sums, units[begin : begin + CHUNK], rows)
    if cluster is None:
        return total * n
    m = len(sums)
    return sums.T @ sums * (n * m / (m - 1))


def _patterns(codes: np.ndarray, categories: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    """Different rows and how often each occurs; the rows themselves where coding fails."""
    if float(np.prod(np.asarray(categories, dtype=float))) >= LARGEST_CODE:
        return codes, np.ones(len(codes))
    weights = np.concatenate([[1], np.cumprod(np.asarray(categories[:-1], dtype=np.int64))])
    _, at, count = np.unique(codes @ weights, return_index=True, return_counts=True)
    return codes[at], count.astype(float)


def _threshold_influence(fit: TwoStep, n: int) -> np.ndarray:
    """Compute what each answer of an item moves its thresholds by, shape (k, C, C - 1)."""
    inner = fit.thresholds[:, 1:-1]
    own = np.isfinite(inner)
    below = np.arange(inner.shape[1] + 1)[:, None] <= np.arange(inner.shape[1])
    density = np.where(own, _density(inner), 1.0)
    moved = (below[None] - special.ndtr(inner)[:, None, :]) / (n * density[:, None, :])
    return np.where(own[:, None, :], moved, 0.0)


def _correlation_influence(fit: TwoStep, of_items: np.ndarray) -> np.ndarray:
    """Compute what each pair of answers moves its correlation by, shape (pairs, C, C)."""
    first, second = fit.pairs
    rows, columns = fit.thresholds[first], fit.thresholds[second]
    p, slope, _ = cell_probabilities(rows, columns, fit.rho)
    p = np.where(fit.tables > 0, np.maximum(p, SMALLEST_PROBABILITY), 1.0)
    score = np.where(fit.tables > 0, slope / p, 0.0)
    weight = fit.tables * score / p
    cross_rows = (-np.diff(weight, axis=1) * _edges(rows, columns, fit.rho)).sum(axis=2)
    edges = _edges(columns, rows, fit.rho).transpose(0, 2, 1)
    cross_columns = (-np.diff(weight, axis=2) * edges).sum(axis=1)
    moved = score - np.einsum("pat,pt->pa", of_items[first], cross_rows)[:, :, None]
    moved -= np.einsum("pbt,pt->pb", of_items[second], cross_columns)[:, None, :]
    information = (fit.tables * score * score).sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(moved / information[:, None, None])


def _edges(own: np.ndarray, other: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Differentiate a rectangle by the threshold at its edge, shape (pairs, C - 1, C)."""
    h = own[:, 1:-1, None]
    finite = np.isfinite(h)
    at = np.where(finite, h, 0.0)
    r = rho[:, None, None]
    below = special.ndtr((other[:, None, :] - r * at) / np.sqrt((1 - r) * (1 + r)))
    return np.where(finite, _density(at) * np.diff(below, axis=2), 0.0)


def _density(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(-np.square(np.where(np.isfinite(x), x, 0.0)) / 2) / np.sqrt(2 * np.pi))
