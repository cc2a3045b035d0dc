r"""Fit indices of ordinal models: plain, scaled and robust.

Robust ones put the estimates into the normal-theory discrepancy of the polychoric correlations,
where RMSEA and CFI keep their meaning, and take off what it exceeds 0 by on average when the model
holds: Savalei, V. (2021). Improving fit indices in structural equation modeling with categorical
data. Multivariate Behavioral Research, 56, 390-407,
https://doi.org/10.1080/00273171.2020.1717922.
"""

import numpy as np
import pandas as pd

from icx_research.core.threads import on_one_thread
from icx_research.measurement.sem.fit_indices import fit_indices
from icx_research.measurement.sem.ordinal_estimation import OrdinalFit
from icx_research.measurement.sem.robust import Scaling
from icx_research.measurement.sem.shifted import baseline_test, model_test
from icx_research.measurement.sem.summary import ROBUST, robust_indices

# Smallest eigenvalue of a correlation matrix that has a logarithm of its determinant.
POSITIVE = float(np.sqrt(np.finfo(float).eps))


@on_one_thread
def summarise_ordinal(fit: OrdinalFit) -> pd.Series:
    """Chi-square and indices; `_scaled` by the adjusted statistics, `_robust` by Savalei."""
    baseline, baseline_df, independence = baseline_test(fit)
    test = model_test(fit)
    common = {
        "df": fit.df,
        "n": rows(fit),
        "baseline_df": baseline_df,
        "n_groups": fit.table.n_groups,
    }
    plain = fit_indices(chi_square=fit.chi_square, baseline_chi_square=baseline, **common)
    scaled = plain * np.nan  # a model that is not identified has no adjusted statistic
    if not fit.df or not np.isnan(test.chi_square):
        scaled = fit_indices(
            chi_square=max(test.chi_square, 0.0) if fit.df else 0.0,
            baseline_chi_square=max(independence.chi_square, 0.0),
            **common,
        )
    scaled = scaled.drop(["df", "baseline_df"])
    scaled.index = [f"{name}_scaled" for name in scaled.index]
    factors = {
        "scaling_factor": test.factor,
        "shift": test.shift,
        "baseline_scaling_factor": independence.factor,
        "baseline_shift": independence.shift,
    }
    return pd.concat(
        [
            plain,
            pd.Series({"srmr": srmr(fit)}),
            scaled,
            pd.Series(factors),
            _robust(fit),
        ]
    )


def adjusted(indices: pd.Series) -> pd.Series:
    """Put the scaled indices under the plain names, for a sentence."""
    names = [str(name) for name in indices.index if str(name).endswith("_scaled")]
    found = indices.copy()
    found[[name.removesuffix("_scaled") for name in names]] = indices[names].to_numpy()
    return found


def indefinite(fit: OrdinalFit) -> list[str]:
    """Say where the polychoric correlations are not those of any variables."""
    found = []
    for g, data in enumerate(fit.ordinal):
        if np.linalg.eigvalsh(data.correlations)[0] < POSITIVE:
            where = "" if fit.sample.groups is None else f" in group {fit.sample.groups[g]!r}"
            found.append(
                f"the polychoric correlations are not positive definite{where}: there are too "
                "few rows for so many items, so robust indices are not available"
            )
    return found


def rows(fit: OrdinalFit) -> int:
    """Rows that the chi-square counts: one less per group."""
    return fit.n - fit.table.n_groups


def srmr(fit: OrdinalFit) -> float:
    """Root mean square of the residual correlations, with the diagonal, weighted by rows."""
    total, p = 0.0, len(fit.table.observed)
    for data, own in zip(fit.ordinal, fit.residual_groups, strict=True):
        square = float((own.residual[data.n_thresholds :] ** 2).sum())
        total += data.n / fit.n * np.sqrt(square / (p * (p + 1) / 2))
    return float(total)


def _robust(fit: OrdinalFit) -> pd.Series:
    found = normal_theory(fit)
    if found is None:
        return pd.Series(np.nan, index=ROBUST)
    return robust_indices(fit, *found, n=rows(fit))


def normal_theory(fit: OrdinalFit) -> tuple[pd.Series, Scaling] | None:
    """Normal-theory chi-squares of model and baseline at the estimates, and their factors.

    None where a correlation matrix, of the sample or implied, is not positive definite, and
    where thresholds are restricted: the discrepancy knows correlations only.
    """
    if not _unrestricted_thresholds(fit) or np.isnan(fit.bread).any():
        return None
    chi_square = baseline = trace = baseline_trace = 0.0
    p = len(fit.table.observed)
    df = p * (p - 1) // 2 * fit.table.n_groups
    middle = fit.bread @ _correlation_meat(fit) @ fit.bread
    for data, group, slope in zip(fit.ordinal, fit.point.groups, fit.slopes, strict=True):
        implied, observed = group.cov, data.correlations
        if min(np.linalg.eigvalsh(implied)[0], np.linalg.eigvalsh(observed)[0]) < POSITIVE:
            return None
        precision = np.linalg.inv(implied)
        log_observed = np.linalg.slogdet(observed)[1]
        excess = np.linalg.slogdet(implied)[1] - log_observed + (precision * observed).sum() - p
        chi_square += data.n * float(excess)
        baseline -= data.n * float(log_observed)
        begin = data.n_thresholds
        own, weights = slope[begin:], data.weights[begin:]
        spread = data.gamma[begin:, begin:]
        information = _information(precision)
        trace += float((information * spread).sum())
        crossed = own @ (fit.bread @ ((own * weights[:, None]).T @ spread))
        trace -= 2 * data.n / fit.n * float((information * crossed).sum())
        trace += data.n / fit.n * float((information * (own @ middle @ own.T)).sum())
        baseline_trace += float(np.trace(spread))
    statistics = {
        "chi_square": chi_square,
        "baseline_chi_square": baseline,
        "baseline_df": float(df),
    }
    factor = trace / fit.df if fit.df else np.nan
    return pd.Series(statistics), Scaling(factor, baseline_trace / df)


def _unrestricted_thresholds(fit: OrdinalFit) -> bool:
    """Whether the degrees of freedom are those of the correlations alone."""
    p = len(fit.table.observed)
    free = {row.free for row in fit.table.rows if row.op not in ("|", "~1") and row.free >= 0}
    return fit.df == fit.table.n_groups * p * (p - 1) // 2 - len(free)


def _correlation_meat(fit: OrdinalFit) -> np.ndarray:
    """As `OrdinalFit.meat`, of the correlations only."""
    total = np.zeros_like(fit.meat)
    for slope, data in zip(fit.slopes, fit.ordinal, strict=True):
        begin = data.n_thresholds
        weighted = slope[begin:] * data.weights[begin:, None]
        total += data.n / fit.n * (weighted.T @ data.gamma[begin:, begin:] @ weighted)
    return total


def _information(precision: np.ndarray) -> np.ndarray:
    """Normal-theory information of the correlations, shape (pairs, pairs)."""
    i, j = np.triu_indices(len(precision), 1)
    first = precision[np.ix_(i, i)] * precision[np.ix_(j, j)]
    return np.asarray(first + precision[np.ix_(i, j)] * precision[np.ix_(j, i)])
