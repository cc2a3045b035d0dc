"""Resampling respondents: covariances of every resample by one matrix product."""

from collections.abc import Iterator

import numpy as np
from scipy import special

from icx_research.core.results import Estimate

# Numbers a block of resampling weights may hold: 32 MB.
BLOCK = 4_000_000


def resampled_covariances(
    values: np.ndarray, *, n_resamples: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Draw rows with replacement; every resample is a row of one matrix product.

    Parameters
    ----------
    values : array, shape (n, k)
        Rows with a missing answer are left out.
    n_resamples : int
    rng : numpy.random.Generator

    Yields
    ------
    array, shape (size, k, k)
        Covariances of `size` resamples, n in the denominator.
    """
    x = values[~np.isnan(values).any(axis=1)]
    x = x - x.mean(axis=0)
    n, k = x.shape
    upper = np.triu_indices(k)
    products = np.column_stack([x, x[:, upper[0]] * x[:, upper[1]]])
    for size in _block_sizes(n, n_resamples):
        weights = rng.multinomial(n, np.full(n, 1 / n), size=size).astype(float)
        sums = weights @ products / n
        second = np.empty((size, k, k))
        second[:, upper[0], upper[1]] = second[:, upper[1], upper[0]] = sums[:, k:]
        yield second - sums[:, :k, None] * sums[:, None, :k]


def correlations(covariances: np.ndarray) -> np.ndarray:
    """Turn covariances (draws, k, k) into correlations; nan where an item does not vary."""
    sd = np.sqrt(np.diagonal(covariances, axis1=1, axis2=2))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(covariances / (sd[:, :, None] * sd[:, None, :]))


def percentile_interval(value: float, draws: np.ndarray, confidence_level: float) -> Estimate:
    """Put the quantiles of the draws around a value; draws that failed (nan) do not count."""
    tail = (1 - confidence_level) / 2
    usable = draws[~np.isnan(draws)]
    low, high = np.quantile(usable, [tail, 1 - tail]) if len(usable) else (np.nan, np.nan)
    return Estimate(float(value), float(low), float(high), confidence_level)


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


def _block_sizes(n: int, n_resamples: int) -> list[int]:
    most = max(1, BLOCK // n)
    return [min(most, n_resamples - done) for done in range(0, n_resamples, most)]
