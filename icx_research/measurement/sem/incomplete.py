r"""What the chi-square of incomplete data would be for complete data, for the robust indices.

Missing values make the chi-square smaller, and with it the RMSEA. Here the discrepancy is that of
the unrestricted moments (estimated by full information) as if they were complete. With
:math:`I_m` and :math:`I_c` the information about the unrestricted moments in the incomplete and in
complete data, :math:`\Delta` the derivatives of the moments, :math:`P = 1 - \Delta (\Delta' I_m
\Delta)^{-1} \Delta' I_m` and :math:`\Gamma` the covariance of the unrestricted moments, its mean
under the model is :math:`k = \operatorname{tr}(P' I_c P \Gamma)`, so that it is scaled by
:math:`k / df`: Zhang, X., & Savalei, V. (2023). New computations for RMSEA and CFI following FIML
and TS estimation with missing data. Psychological Methods, 28, 263-283,
https://doi.org/10.1037/met0000445 (version FIML-C).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from icx_research.measurement.sem.estimation import Fit
from icx_research.measurement.sem.likelihood import complete_pattern, likelihood
from icx_research.measurement.sem.objective import GroupPoint
from icx_research.measurement.sem.robust import (
    Scaling,
    modelled_moments,
    outer_products,
    saturated_information,
    unrelated_moments,
)
from icx_research.measurement.sem.saturated import Reference, independence


def completed(fit: Fit, *, robust: bool) -> tuple[float, float, Scaling]:
    """Compute both chi-squares as for complete data.

    Parameters
    ----------
    fit : Fit
        Of incomplete data.
    robust : bool
        Whether the moments' covariance comes from the rows' scores ("MLR") instead of the
        information.
    """
    chi_square, baseline, lost = 0.0, 0.0, 0
    blocks = []
    for g, (data, saturated) in enumerate(zip(fit.sample.patterns, fit.saturated, strict=True)):
        group = fit.point.groups[g]
        reference, zeros = independence(data, fit.exogenous)
        lost += zeros
        chi_square += _discrepancy(data.n, saturated, group.mean, group.cov)
        baseline += _discrepancy(data.n, saturated, reference.mean, reference.cov)
        blocks.append(_block(fit, g, robust=robust))
    own = [block.slope_of_model for block in blocks]
    base = [block.slope_of_baseline for block in blocks]
    factors = Scaling(
        _expected_value(blocks, own) / fit.df if fit.df else np.nan,
        _expected_value(blocks, _side_by_side(base)) / lost if lost else np.nan,
    )
    return chi_square, baseline, factors


@dataclass(frozen=True, eq=False)
class _Block:
    """One group's modelled moments: m of them.

    `incomplete` and `complete` are informations, `covariance` that of the moments, all (m, m);
    `slope_of_model` has shape (m, q), `slope_of_baseline` (m, free moments).
    """

    incomplete: np.ndarray
    complete: np.ndarray
    covariance: np.ndarray
    slope_of_model: np.ndarray
    slope_of_baseline: np.ndarray


def _block(fit: Fit, g: int, *, robust: bool) -> _Block:
    data, saturated = fit.sample.patterns[g], fit.saturated[g]
    p = len(saturated.mean)
    keep = modelled_moments(p, fit.exogenous, means=True)
    square = np.ix_(keep, keep)
    whole = complete_pattern(data.n, saturated.mean, saturated.cov)
    incomplete = saturated_information(data, saturated.mean, saturated.cov)[square]
    covariance = np.linalg.inv(incomplete)
    if robust and fit.sample.rows:
        products = outer_products(
            data, fit.sample.rows[g], saturated.mean, saturated.cov, fit.sample.n_clusters, at=keep
        )
        covariance = covariance @ products @ covariance
    along = np.eye(len(fit.theta)) if fit.directions is None else fit.directions
    free = np.isin(keep, unrelated_moments(p, keep))
    return _Block(
        incomplete,
        saturated_information(whole, saturated.mean, saturated.cov)[square],
        covariance,
        _slope(fit.point.groups[g], keep) @ along,
        np.eye(len(keep))[:, free],
    )


def _slope(group: GroupPoint, keep: np.ndarray) -> np.ndarray:
    """Differentiate the moments (means, then lower triangle) by all free parameters."""
    by, p = group.jacobian, group.model.n_observed
    i, j = np.tril_indices(p)
    own = np.concatenate([by.means, by.covariances[:, i, j]], axis=1)[:, keep]
    whole = np.zeros((len(keep), group.model.n_free))
    whole[:, group.model.numbers] = own.T
    return whole


def _discrepancy(n: float, sample: Reference, mean: np.ndarray, cov: np.ndarray) -> float:
    data = complete_pattern(n, sample.mean, sample.cov)
    return likelihood(data, mean, cov).value - likelihood(data, sample.mean, sample.cov).value


def _side_by_side(slopes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Give every group columns of its own."""
    ends = np.cumsum([len(slope) for slope in slopes])
    return np.split(linalg.block_diag(*slopes), ends[:-1])


def _expected_value(blocks: Sequence[_Block], slopes: Sequence[np.ndarray]) -> float:
    """Mean of the completed discrepancy under a model: k."""
    pairs = list(zip(blocks, slopes, strict=True))
    information = np.sum([d.T @ b.incomplete @ d for b, d in pairs], axis=0)
    spread = np.sum(
        [d.T @ b.incomplete @ b.covariance @ b.incomplete @ d for b, d in pairs], axis=0
    )
    inner = np.sum([d.T @ b.complete @ d for b, d in pairs], axis=0)
    mixed = np.sum([d.T @ b.complete @ b.covariance @ b.incomplete @ d for b, d in pairs], axis=0)
    half = np.linalg.inv(information)
    total = sum(float((b.complete * b.covariance).sum()) for b in blocks)
    crossed = float((half * mixed.T).sum())
    return total - 2 * crossed + float(((half @ inner @ half) * spread.T).sum())
