"""Factor scores: what the rows' answers say of their latent variables."""

from typing import Any, Literal

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.errors import UnsuitableData
from icx_research.core.frames import collected
from icx_research.measurement.sem.estimation import Fit

METHODS = ("regression", "bartlett")
# Condition number of the information about the latent variables beyond which it is singular.
ILL = 1e10


def factor_scores(
    fit: Fit,
    data: Any,
    *,
    group: str | None,
    method: Literal["regression", "bartlett"],
    incomplete: bool = False,
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
        unbiased (Bartlett, 1937, https://doi.org/10.1111/j.2044-8295.1937.tb00863.x); they
        rest on the indicators alone, less what observed variables predict of them.
    incomplete : bool, default False
        Score rows with missing answers by the answers they have, as "fiml" does; predictors
        taken as given must be there.

    Returns
    -------
    DataFrame
        One column per latent variable; nan where a needed answer is missing, the answers
        given do not tell the latent variable, or the row's group is not one of the model's.

    Notes
    -----
    Agrees with lavaan's ``lavPredict``. Without a mean structure scores are centred at 0; with
    observed predictors lavaan adds their effect at their means, which shifts all scores alike.
    Its Bartlett scores also differ where a latent variable predicts an observed outcome.
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
    frame = collected(frame.select(needed))
    x = np.column_stack([frame[name].to_numpy() for name in fit.table.observed]).astype(float)
    keys = frame[group].to_list() if group else [None] * len(x)
    scores = np.full((len(x), len(fit.table.latent)), np.nan)
    for g, key in enumerate(fit.sample.groups or (None,)):
        rows = np.array([k == key for k in keys], dtype=bool)
        scores[rows] = _scored(fit, g, x[rows], method, incomplete=incomplete)
    index = data.index if isinstance(data, pd.DataFrame) else None
    return pd.DataFrame(scores, columns=list(fit.table.latent), index=index)


def _scored(fit: Fit, g: int, x: np.ndarray, method: str, *, incomplete: bool) -> np.ndarray:
    """Score the rows of one group, shape (n, latent), pattern by pattern of missing answers."""
    point, p = fit.point.groups[g], len(fit.table.observed)
    centre = point.implied.means[p:]
    found = np.full((len(x), len(centre)), np.nan)
    present = ~np.isnan(x)
    kinds, code = np.unique(present, axis=0, return_inverse=True)
    _weights(fit, g, method, np.ones(p, dtype=bool))  # refuse what cannot be had at all
    for k, there in enumerate(kinds):
        possible = incomplete and there.any() and there[fit.exogenous].all()
        if there.all() or possible:
            rows = code.ravel() == k
            weights = _weights(fit, g, method, there)
            deviation = np.where(there, x[rows] - point.mean, 0.0)
            found[rows] = centre + deviation @ weights.T
    return found


def _weights(fit: Fit, g: int, method: str, there: np.ndarray) -> np.ndarray:
    """Weights of the answers that are there, shape (latent, p); nan where they do not tell."""
    point, p = fit.point.groups[g], len(fit.table.observed)
    implied = point.implied
    if method == "regression":
        weights = np.zeros((len(fit.table.latent), p))
        part = implied.covariance[:p, p:][there]
        weights[:, there] = np.linalg.solve(point.cov[np.ix_(there, there)], part).T
        return weights
    indicators = {row.rhs for row in fit.table.rows if row.op == "=~"}
    measured = np.array([name in indicators for name in fit.table.observed])
    if (np.abs(implied.effects[:p, p:][measured]).sum(axis=0) == 0).any():
        raise ValueError(
            "Bartlett scores need a model in which every latent variable has observed "
            "indicators; use method='regression'."
        )
    if (np.diag(implied.errors)[:p][measured] == 0).any():
        raise UnsuitableData(
            "Bartlett scores need residual variances that are not 0; use method='regression'."
        )
    own = measured & there
    loadings, residual = implied.effects[:p, p:][own], implied.errors[:p, :p][np.ix_(own, own)]
    # an indicator that rests on an observed variable needs it too
    direct = np.eye(p) - implied.effects[:p, :p]
    weighted = np.linalg.solve(residual, loadings)
    inner = loadings.T @ weighted
    weights = np.full((len(inner), p), np.nan)
    told = np.diag(inner) != 0  # not where all its indicators are missing
    inner, weighted = inner[np.ix_(told, told)], weighted[:, told]
    scale = np.sqrt(np.abs(np.diag(inner)))
    clear = told.any() and np.linalg.cond(inner / scale / scale[:, None]) < ILL
    if clear and not direct[own][:, ~there].any():
        weights[told] = np.linalg.solve(inner, weighted.T) @ direct[own]
    return weights
