"""Starting values: close enough that Fisher scoring needs few steps."""

from collections.abc import Sequence

import numpy as np

from icx_research.measurement.sem.parameters import Parameter, ParameterTable

# Starting correlations of latent variables are kept away from 1.
HIGHEST_CORRELATION = 0.7


def starting_values(
    table: ParameterTable, means: Sequence[np.ndarray], covariances: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Guess every free parameter: well, and plainly for when the first is inadmissible."""
    good, plain = _good_values(table, means, covariances), _plain_values(table, covariances)
    free_means = [row.free for row in table.rows if row.op == "~1" and row.free >= 0]
    plain[free_means] = good[free_means]
    return good, plain


def _good_values(
    table: ParameterTable, means: Sequence[np.ndarray], covariances: Sequence[np.ndarray]
) -> np.ndarray:
    """Guess every free parameter from the sample moments.

    Loadings come from the first principal component of each latent variable's
    indicators, latent covariances from those components, residual variances from what
    they leave; equal parameters start at the mean of their cells.
    """
    total, times = np.zeros(table.n_free), np.zeros(table.n_free)
    for group in range(table.n_groups):
        rows = [row for row in table.rows if row.group == group]
        guess = _guesses(table, rows, means[group], covariances[group])
        for row in rows:
            if row.free >= 0:
                value = guess[row.lhs, row.op, row.rhs] if np.isnan(row.start) else row.start
                total[row.free] += value
                times[row.free] += 1
    return total / times


def _plain_values(table: ParameterTable, covariances: Sequence[np.ndarray]) -> np.ndarray:
    """Guess without means, and without covariances between variables."""
    theta = np.zeros(table.n_free)
    index = {name: i for i, name in enumerate(table.observed)}
    for row in table.rows:
        if row.free < 0:
            continue
        if row.op == "=~":
            theta[row.free] = 0.5
        elif row.op == "~*~":
            theta[row.free] = 1.0
        elif row.op == "~~" and row.lhs == row.rhs:
            observed = row.lhs in index
            scale = covariances[row.group][index[row.lhs], index[row.lhs]] if observed else 0.1
            theta[row.free] = scale
    return theta


Key = tuple[str, str, str]


def _guesses(
    table: ParameterTable, rows: Sequence[Parameter], mean: np.ndarray, cov: np.ndarray
) -> dict[Key, float]:
    index = {name: i for i, name in enumerate(table.observed)}
    fixed = {
        (row.lhs, row.op, row.rhs): row.value
        for row in rows
        if row.free < 0 and not np.isnan(row.value)
    }
    loadings, weights = _measurement(rows, index, cov, fixed)
    guess: dict[Key, float] = {}
    scores = {name: weights[name] @ cov @ weights[name] for name in weights}
    for row in rows:
        key = (row.lhs, row.op, row.rhs)
        if row.op == "=~":
            guess[key] = loadings.get(key, 1.0)
        elif row.op == "~1":
            guess[key] = float(mean[index[row.lhs]]) if row.lhs in index else 0.0
        elif row.op == "~~" and row.lhs == row.rhs:
            if row.lhs in index:
                guess[key] = 0.5 * cov[index[row.lhs], index[row.lhs]]
            else:
                guess[key] = scores.get(row.lhs, 0.5)
        elif row.op == "~~" and row.lhs in weights and row.rhs in weights:
            between = weights[row.lhs] @ cov @ weights[row.rhs]
            limit = HIGHEST_CORRELATION * np.sqrt(scores[row.lhs] * scores[row.rhs])
            guess[key] = float(np.clip(between, -limit, limit))
        else:
            guess[key] = 1.0 if row.op == "~*~" else 0.0
    return guess


def _measurement(
    rows: Sequence[Parameter],
    index: dict[str, int],
    cov: np.ndarray,
    fixed: dict[Key, float],
) -> tuple[dict[Key, float], dict[str, np.ndarray]]:
    """Guess loadings, and the weights that turn observed into latent variables."""
    sd = np.sqrt(np.diag(cov))
    loadings: dict[Key, float] = {}
    weights: dict[str, np.ndarray] = {}
    for latent in dict.fromkeys(row.lhs for row in rows if row.op == "=~"):
        items = [row.rhs for row in rows if row.op == "=~" and row.lhs == latent]
        at = [index[item] for item in items if item in index]
        if len(at) < len(items):
            continue
        values, vectors = np.linalg.eigh(cov[np.ix_(at, at)] / np.outer(sd[at], sd[at]))
        share = max((values[-1] - 1) / max(len(at) - 1, 1), 0.1) if len(at) > 1 else 1.0
        component = vectors[:, -1] * np.sign(vectors[:, -1].sum() or 1.0)
        pattern = component * sd[at] * np.sqrt(share * len(at))
        scale = np.sqrt(fixed.get((latent, "~~", latent), 1.0))
        for item, loading in zip(items, pattern, strict=True):
            marker = fixed.get((latent, "=~", item))
            if marker and abs(loading) > 1e-3 * sd[index[item]]:
                scale = loading / marker
                break
        if not scale:
            scale = 1.0
        for item, loading in zip(items, pattern, strict=True):
            loadings[latent, "=~", item] = loading / scale
        weight = np.zeros(len(cov))
        # the component's score, stretched to the latent variance of 1 on the pattern's scale
        weight[at] = component / sd[at] / np.sqrt(values[-1])
        weights[latent] = weight * scale
    return loadings, weights
