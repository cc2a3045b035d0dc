"""Resampling of rows, units or clusters: moments of every resample by one matrix product."""

from collections.abc import Iterator

import numpy as np
from scipy import special

from icx_research.core.intervals import normal_quantile
from icx_research.core.results import Estimate

# Numbers that a block of resamples may hold: 32 MB.
BLOCK = 4_000_000


def block_sizes(numbers: int, n_resamples: int) -> list[int]:
    """Divide resamples of so many numbers each into blocks that fit into memory."""
    most = max(1, BLOCK // numbers)
    return [min(most, n_resamples - done) for done in range(0, n_resamples, most)]


def resampling_weights(
    n: int, *, n_resamples: int, rng: np.random.Generator | int
) -> Iterator[np.ndarray]:
    """Count how often each of n rows, units or clusters is drawn: blocks of (size, n).

    Statistics of sums need no more: sums of a block of resamples are weights @ products.
    """
    rng = np.random.default_rng(rng)
    for size in block_sizes(n, n_resamples):
        yield rng.multinomial(n, np.full(n, 1 / n), size=size).astype(float)


def resampled_rows(
    n: int,
    *,
    n_resamples: int,
    rng: np.random.Generator | int,
    clusters: np.ndarray | None = None,
) -> Iterator[np.ndarray]:
    """Draw rows, or all rows of drawn clusters, for what needs the rows: places of each resample.

    Parameters
    ----------
    n : int
        Rows.
    n_resamples : int
    rng : numpy.random.Generator or int
    clusters : array, shape (n,), optional
        Cluster of each row.
    """
    rng = np.random.default_rng(rng)
    if clusters is None:
        yield from (rng.integers(n, size=n) for _ in range(n_resamples))
        return
    at = np.unique(clusters, return_inverse=True)[1]
    members = np.split(np.argsort(at, kind="stable"), np.cumsum(np.bincount(at))[:-1])
    for _ in range(n_resamples):
        drawn = rng.integers(len(members), size=len(members))
        yield np.concatenate([members[c] for c in drawn])


def cluster_sums(products: np.ndarray, clusters: np.ndarray | None) -> np.ndarray:
    """Sum the rows of each cluster; without clusters every row is its own."""
    if clusters is None:
        return products
    at = np.unique(clusters, return_inverse=True)[1]
    return np.column_stack([np.bincount(at, column) for column in products.T])


def left_out_sums(products: np.ndarray, clusters: np.ndarray | None = None) -> np.ndarray:
    """Sum the rows without each row, or each cluster, in turn: the jackknife of sums."""
    parts = cluster_sums(products, clusters)
    return np.asarray(parts.sum(axis=0) - parts)


def jackknife_se(left_out: np.ndarray) -> float:
    """Compute the standard error of a statistic from its values without each row or cluster."""
    g = len(left_out)
    return float(np.sqrt((g - 1) / g * ((left_out - left_out.mean()) ** 2).sum()))


def resampled_covariances(
    values: np.ndarray,
    *,
    n_resamples: int,
    rng: np.random.Generator | int,
    clusters: np.ndarray | None = None,
) -> Iterator[np.ndarray]:
    """Draw rows, or clusters of rows, with replacement and compute their covariances.

    Parameters
    ----------
    values : array, shape (n, k)
        Rows with a missing answer are left out.
    n_resamples : int
    rng : numpy.random.Generator or int
    clusters : array, shape (n,), optional
        Cluster of each row.

    Yields
    ------
    array, shape (size, k, k)
        Covariances of `size` resamples, their number of rows in the denominator.
    """
    products, clusters = _products(values, clusters)
    parts = cluster_sums(products, clusters)
    counts = cluster_sums(np.ones((len(products), 1)), clusters)
    for weights in resampling_weights(len(parts), n_resamples=n_resamples, rng=rng):
        yield _covariances(weights @ parts / (weights @ counts), values.shape[1])


def left_out_covariances(values: np.ndarray, clusters: np.ndarray | None = None) -> np.ndarray:
    """Compute the covariances without each row, or each cluster: what `bca_interval` needs.

    Takes and gives what `resampled_covariances` does; shape (rows or clusters, k, k).
    """
    products, clusters = _products(values, clusters)
    counts = left_out_sums(np.ones((len(products), 1)), clusters)
    return _covariances(left_out_sums(products, clusters) / counts, values.shape[1])


def _products(
    values: np.ndarray, clusters: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray | None]:
    """Multiply the columns of complete rows, about their means; keep the clusters of these."""
    complete = ~np.isnan(values).any(axis=1)
    x = values[complete]
    x = x - x.mean(axis=0)
    upper = np.triu_indices(x.shape[1])
    products = np.column_stack([x, x[:, upper[0]] * x[:, upper[1]]])
    return products, None if clusters is None else np.asarray(clusters)[complete]


def _covariances(means: np.ndarray, k: int) -> np.ndarray:
    """Turn means of values and of their products into covariances."""
    upper = np.triu_indices(k)
    second = np.empty((len(means), k, k))
    second[:, upper[0], upper[1]] = second[:, upper[1], upper[0]] = means[:, k:]
    return second - means[:, :k, None] * means[:, None, :k]


def correlations(covariances: np.ndarray) -> np.ndarray:
    """Turn covariances (draws, k, k) into correlations; nan where an item does not vary."""
    sd = np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(covariances / (sd[:, :, None] * sd[:, None, :]))


def percentile_limits(draws: np.ndarray, confidence_level: float) -> np.ndarray:
    """Take the quantiles of draws (n_resamples, ...) that enclose the level: shape (2, ...)."""
    tail = (1 - confidence_level) / 2
    return np.asarray(np.quantile(draws, [tail, 1 - tail], axis=0))


def percentile_interval(value: float, draws: np.ndarray, confidence_level: float) -> Estimate:
    """Put the quantiles of the draws around a value; draws that failed (nan) do not count."""
    usable = draws[~np.isnan(draws)]
    low, high = percentile_limits(usable, confidence_level) if len(usable) else (np.nan, np.nan)
    return Estimate(float(value), float(low), float(high), confidence_level)


def bca_interval(
    value: float, draws: np.ndarray, left_out: np.ndarray, confidence_level: float
) -> Estimate:
    r"""Interval by quantiles of the draws that are corrected for bias and for acceleration.

    Parameters
    ----------
    value : float
    draws : array, shape (n_resamples,)
        Draws that failed (nan) do not count.
    left_out : array
        The statistic without each row or cluster, whichever was resampled.
    confidence_level : float

    Returns
    -------
    Estimate
        Without limits where all draws lie on one side of the value, or no row matters.

    Notes
    -----
    With :math:`z_0 = \Phi^{-1}(\text{share of draws below the value})`, :math:`l_i` the mean of
    `left_out` less each of them, and :math:`a = \sum l_i^3 / 6 (\sum l_i^2)^{3/2}`, the quantiles
    are :math:`\Phi(z_0 + (z_0 \pm z) / (1 - a (z_0 \pm z)))`. They are those of R's ``boot``,
    which interpolates between draws in another way.

    References
    ----------
    Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical
    Association, 82, 171-185. https://doi.org/10.1080/01621459.1987.10478410
    """
    usable, influence = draws[~np.isnan(draws)], left_out.mean() - left_out
    with np.errstate(divide="ignore", invalid="ignore"):
        bias = special.ndtri(np.mean(usable < value)) if len(usable) else np.nan
        acceleration = (influence**3).sum() / (6 * (influence**2).sum() ** 1.5)
        z = bias + np.array([-1, 1]) * normal_quantile(confidence_level)
        levels = special.ndtr(bias + z / (1 - acceleration * z))
    limits = np.full(2, np.nan) if np.isnan(levels).any() else np.quantile(usable, levels)
    return Estimate(float(value), float(limits[0]), float(limits[1]), confidence_level)


def reflected_interval(value: float, draws: np.ndarray, confidence_level: float) -> Estimate:
    """Turn the percentile limits of a share around its value, on the logit scale.

    The basic bootstrap interval (Davison & Hinkley, 1997, chapter 5,
    https://doi.org/10.1017/CBO9780511802843): unlike the percentile interval it does not double
    the bias of an estimator.
    """
    spread = percentile_interval(value, draws, confidence_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre, low, high = special.logit([value, spread.ci_high, spread.ci_low])
    limits = special.expit([2 * centre - low, 2 * centre - high])
    return Estimate(float(value), float(limits[0]), float(limits[1]), confidence_level)


def failures(draws: np.ndarray, what: str) -> str:
    """Say how many draws could not be used, for a note; empty where all could."""
    failed = int(np.isnan(draws).sum())
    return f"{failed} of {len(draws)} resamples left out: {what}" if failed else ""
