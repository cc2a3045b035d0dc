r"""Corrections for non-normal or clustered rows: sandwich errors and the scaled chi-square.

With :math:`A` the observed information per row and :math:`B` the mean outer product of the
rows' (or clusters') scores, the covariance of the estimates is :math:`A^{-1} B A^{-1} / n`
(Huber, 1967; White, 1982, Econometrica, 50, 1-25, https://doi.org/10.2307/1912526). The
chi-square is divided by :math:`c = \{\operatorname{tr}(B_1 A_1^{-1}) - \operatorname{tr}(B_0
A_0^{-1})\} / df`, where 1 marks the unrestricted moments and 0 the model: Yuan, K.-H., &
Bentler, P. M. (2000). Three likelihood-based methods for mean and covariance structure
analysis with nonnormal missing data. Sociological Methodology, 30, 165-200,
https://doi.org/10.1111/0081-1750.00078; for clusters Muthén, B. O., & Satorra, A. (1995).
Complex sample data in structural equation modeling. Sociological Methodology, 25, 267-316,
https://doi.org/10.2307/271070.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from icx_research.measurement.sem.estimation import Fit, undetermined
from icx_research.measurement.sem.likelihood import Patterns, likelihood, precisions
from icx_research.measurement.sem.precision import inverse
from icx_research.measurement.sem.ram import Jacobian
from icx_research.measurement.sem.sample import Rows
from icx_research.measurement.sem.saturated import Reference, independence, saturated_model

# Rows whose scores are held in memory at a time.
CHUNK = 4096


@dataclass(frozen=True)
class Scaling:
    """Scaling factors of the chi-squares.

    Attributes
    ----------
    factor, baseline_factor : float
        Of the model and of the independence model; nan without degrees of freedom, that of
        the model also where it is not identified or the factor is not positive.
    """

    factor: float
    baseline_factor: float


def outer_products(
    data: Patterns,
    rows: Rows,
    mean: np.ndarray,
    cov: np.ndarray,
    n_clusters: int | None,
    *,
    at: np.ndarray | None = None,
    by: Jacobian | None = None,
) -> np.ndarray:
    """Sum of squared scores of one group by its means and lower-triangular covariances.

    Scores of one cluster are added before they are squared; with few clusters their mean
    costs a degree of freedom, hence the factor m / (m - 1) of m clusters in the group.
    `at` keeps some of these moments; `by` asks for the scores by parameters instead.
    """
    precision, _ = precisions(data, cov)
    p = len(mean)
    i, j = np.tril_indices(p)
    at = np.arange(p + len(i)) if at is None else at
    means, pairs = at[at < p], at[at >= p] - p
    i, j = i[pairs], j[pairs]
    half = np.where(i == j, 0.5, 1.0)
    if by is None:
        constant = precision[:, i, j] * half
        size = len(at)
    else:
        constant = (np.matmul(by.left, precision) * by.right).sum(axis=2)
        size = len(by.means)
        sums = (np.arange(size) == by.cell[:, None]).astype(float)
    own = rows.cluster
    total = np.zeros((size, size))
    clusters = None if own is None or n_clusters is None else np.zeros((n_clusters, size))
    for begin in range(0, len(rows.values), CHUNK):
        part = slice(begin, begin + CHUNK)
        deviation = np.nan_to_num(rows.values[part] - mean)
        code = rows.pattern[part]
        if data.is_complete:
            pull = deviation @ precision[0]
        else:
            pull = np.matmul(precision[code], deviation[:, :, None])[:, :, 0]
        if by is None:
            squares = pull[:, i] * pull[:, j] * half - constant[code]
            scores = np.concatenate([pull[:, means], squares], axis=1)
        else:
            squares = (pull @ by.left.T) * (pull @ by.right.T) - constant[code]
            scores = squares @ sums + pull @ by.means.T
        if own is None or clusters is None:
            total += scores.T @ scores
        else:
            np.add.at(clusters, own[part], scores)
    if own is None or clusters is None:
        return total
    m = len(np.unique(own))
    return clusters.T @ clusters * (m / (m - 1) if m > 1 else np.nan)


def score_products(fit: Fit) -> np.ndarray:
    """Sum of squared scores of all rows (or clusters) by the free parameters.

    A cluster with rows in several groups counts as one cluster in each.
    """
    sample = fit.sample
    total = np.zeros((len(fit.theta),) * 2)
    for group, data, rows in zip(fit.point.groups, sample.patterns, sample.rows or (), strict=True):
        products = outer_products(
            data, rows, group.mean, group.cov, sample.n_clusters, by=group.jacobian
        )
        total += group.model.spread(products)
    return total


def robust_covariance(fit: Fit) -> np.ndarray:
    """Sandwich covariance of the free parameters."""
    bread = inverse(fit.observed_information, fit.directions)
    if not fit.minimum.converged:
        return np.full_like(bread, np.nan)
    return bread @ score_products(fit) @ bread


def scaling(fit: Fit) -> Scaling:
    """Yuan-Bentler scaling factors of the model and of the independence model."""
    unrestricted, baseline, lost = 0.0, 0.0, 0
    x = fit.exogenous
    rows = fit.sample.rows or ()
    for data, own, saturated in zip(fit.sample.patterns, rows, fit.saturated, strict=True):
        keep = modelled_moments(len(saturated.mean), x, means=fit.table.mean_structure)
        free = unrelated_moments(len(saturated.mean), keep)
        reference, zeros = independence(data, x)
        lost += zeros
        unrestricted += _moment_trace(data, own, saturated, keep, fit.sample.n_clusters)
        baseline += _moment_trace(data, own, reference, free, fit.sample.n_clusters)
    information, products = fit.observed_information, score_products(fit)
    if fit.directions is not None:
        information, products = (
            fit.directions.T @ m @ fit.directions for m in (information, products)
        )
    df = fit.df
    factor = np.nan
    if df and not len(undetermined(information)):
        factor = (unrestricted - _trace(information, products)) / df
    return Scaling(
        factor if factor > 0 else np.nan,
        (unrestricted - baseline) / lost if lost else np.nan,
    )


def _moment_trace(
    data: Patterns, rows: Rows, point: Reference, at: np.ndarray, n_clusters: int | None
) -> float:
    """Trace of B by the inverse of A, for the moments `at`."""
    p = len(point.mean)
    whole = len(at) in (p * (p + 1) // 2, p + p * (p + 1) // 2)
    if whole and n_clusters is None and data.is_complete:
        # closed form: B takes squared Mahalanobis distances only (Mardia's kurtosis)
        deviation = rows.values - point.mean
        distance = (np.linalg.solve(point.cov, deviation.T).T * deviation).sum(axis=1)
        of_means = len(at) > p * (p + 1) // 2
        return float(np.mean((distance**2 - 2 * distance + p) / 2 + of_means * distance))
    products = outer_products(data, rows, point.mean, point.cov, n_clusters, at=at)
    information = saturated_information(data, point.mean, point.cov)
    return _trace(information[np.ix_(at, at)], products)


def _trace(information: np.ndarray, products: np.ndarray) -> float:
    return float(np.trace(np.linalg.solve(information, products))) if len(products) else 0.0


def saturated_information(data: Patterns, mean: np.ndarray, cov: np.ndarray) -> np.ndarray:
    """Observed information of free means and covariances."""
    p = len(mean)
    model = saturated_model(p)
    at = model.implied(np.concatenate([mean, cov[np.tril_indices(p)]]))
    return likelihood(data, mean, cov).observed(model.jacobian(at)) / 2


def modelled_moments(p: int, exogenous: Sequence[int], *, means: bool) -> np.ndarray:
    """Positions of the modelled moments, so not those of exogenous predictors."""
    i, j = np.tril_indices(p)
    given = np.isin(np.arange(p), exogenous)
    return np.flatnonzero(np.concatenate([~given & means, ~(given[i] & given[j])]))


def unrelated_moments(p: int, keep: np.ndarray) -> np.ndarray:
    """Positions of means and variances among those kept."""
    i, j = np.tril_indices(p)
    diagonal = np.concatenate([np.ones(p, dtype=bool), i == j])
    return keep[diagonal[keep]]
