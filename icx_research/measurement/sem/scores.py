"""Factor scores: what the rows' answers say of their latent variables."""

from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.measurement.sem.estimation import Fit

METHODS = ("regression", "bartlett")


def factor_scores(
    fit: Fit, data: Any, *, group: str | None, method: Literal["regression", "bartlett"]
) -> pd.DataFrame:
    r"""Scores of the latent variables, one row per row of `data`.

    Parameters
    ----------
    fit : Fit
    data : DataFrame
    group : str or None
        Column of the groups, where the model has them.
    method : {"regression", "bartlett"}
        Regression scores :math:`\alpha + \operatorname{cov}(\eta, y) \Sigma^{-1} (y - \mu)`
        vary least about the latent variable (Thurstone, 1935); Bartlett's
        :math:`\alpha + (\Lambda' \Theta^{-1} \Lambda)^{-1} \Lambda' \Theta^{-1} (y - \mu)` are
        unbiased (Bartlett, 1937, https://doi.org/10.1111/j.2044-8295.1937.tb00863.x).

    Returns
    -------
    DataFrame
        One column per latent variable; nan where a needed answer is missing, or the row's
        group is not one of the model's.
    """
    if method not in METHODS:
        raise ValueError(f"method must be 'regression' or 'bartlett', not {method!r}.")
    if (group is None) != (fit.sample.groups is None):
        raise ValueError(
            "group must name the column of the groups where the model has groups, and only "
            f"there; got {group!r}."
        )
    frame = nw.from_native(data)
    needed = [*fit.table.observed, *([group] if group else [])]
    known = list(frame.collect_schema().names())
    missing = [name for name in needed if name not in known]
    if missing:
        raise ValueError(f"data has no column {missing[0]!r}, which the model needs.")
    frame = frame.select(needed)
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect(backend="pandas")
    x = np.column_stack([frame[name].to_numpy() for name in fit.table.observed]).astype(float)
    keys = frame[group].to_list() if group else [None] * len(x)
    scores = np.full((len(x), len(fit.table.latent)), np.nan)
    for g, key in enumerate(fit.sample.groups or (None,)):
        rows = np.array([k == key for k in keys], dtype=bool)
        weights, mean, centre = _weights(fit, g, method)
        scores[rows] = centre + (x[rows] - mean) @ weights.T
    index = data.index if isinstance(data, pd.DataFrame) else None
    return pd.DataFrame(scores, columns=list(fit.table.latent), index=index)


def _weights(fit: Fit, g: int, method: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights of the answers, means of the answers, means of the latent variables."""
    point, p = fit.point.groups[g], len(fit.table.observed)
    implied = point.implied
    centre = implied.means[p:]
    if method == "regression":
        between = implied.covariance[p:, :p]
        return np.linalg.solve(point.cov, between.T).T, point.mean, centre
    loadings, residual = implied.effects[:p, p:], implied.errors[:p, :p]
    if implied.effects[:, :p].any() or (np.abs(loadings).sum(axis=0) == 0).any():
        raise ValueError(
            "Bartlett scores need a model in which every latent variable has indicators and no "
            "observed variable predicts; use method='regression'."
        )
    try:
        weighted = np.linalg.solve(residual, loadings)
        return np.linalg.solve(loadings.T @ weighted, weighted.T), point.mean, centre
    except np.linalg.LinAlgError:
        raise ValueError(
            "Bartlett scores need residual variances above 0; use method='regression'."
        ) from None
