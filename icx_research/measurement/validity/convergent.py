"""Whether the items of a construct converge."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from icx_research.core.moments import Moments
from icx_research.core.results import Estimate, check_confidence_level
from icx_research.measurement.items import item_moments
from icx_research.measurement.reliability.omega import from_one_factor, share_explained
from icx_research.measurement.reliability.one_factor import one_factor
from icx_research.measurement.reliability.result import FactorReliability


def composite_reliability(
    items: pd.DataFrame | Moments | None = None,
    *,
    loadings: Sequence[float] | pd.Series | None = None,
    uniquenesses: Sequence[float] | pd.Series | None = None,
    confidence_level: float = 0.95,
) -> FactorReliability:
    r"""Composite reliability of a construct, from its items or from given loadings.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or Moments, optional
        At least three items; one factor is fitted by maximum likelihood.
    loadings : sequence of float, optional
        Instead of `items`: loadings of the construct's items.
    uniquenesses : sequence of float, optional
        Residual variances that go with `loadings`; one less the squared loading,
        as for standardised items, unless given.
    confidence_level : float, default 0.95

    Returns
    -------
    FactorReliability
        With ``coefficient="composite_reliability"``; without interval where loadings
        are given.

    Raises
    ------
    ValueError
        If neither or both of `items` and `loadings` are given, loadings and
        uniquenesses do not go together, or as for `omega_total`.

    Notes
    -----
    :math:`(\sum\lambda_i)^2 / ((\sum\lambda_i)^2 + \sum\psi_i)`; from items the same number
    as `omega_total`.

    References
    ----------
    Fornell, C., & Larcker, D. F. (1981). Evaluating structural equation models with
    unobservable variables and measurement error. Journal of Marketing Research, 18,
    39-50. https://doi.org/10.1177/002224378101800104

    Examples
    --------
    >>> composite_reliability(loadings=[0.7, 0.8, 0.6]).to_apa()
    'composite reliability = .74 (from given loadings, so without an interval)'
    """
    return _explained("composite_reliability", items, loadings, uniquenesses, confidence_level)


def average_variance_extracted(
    items: pd.DataFrame | Moments | None = None,
    *,
    loadings: Sequence[float] | pd.Series | None = None,
    uniquenesses: Sequence[float] | pd.Series | None = None,
    confidence_level: float = 0.95,
) -> FactorReliability:
    r"""Average variance extracted: the share of its items' variance a construct explains.

    Parameters
    ----------
    items, loadings, uniquenesses, confidence_level
        As for `composite_reliability`.

    Returns
    -------
    FactorReliability
        With ``coefficient="average_variance_extracted"``.

    Raises
    ------
    ValueError
        As `composite_reliability`.

    Notes
    -----
    :math:`\sum\lambda_i^2 / (\sum\lambda_i^2 + \sum\psi_i)`. From items on the covariance
    metric, as R's ``semTools::AVE``; give standardised loadings for the mean squared
    standardised loading.

    References
    ----------
    Fornell, C., & Larcker, D. F. (1981). Evaluating structural equation models with
    unobservable variables and measurement error. Journal of Marketing Research, 18,
    39-50. https://doi.org/10.1177/002224378101800104

    Examples
    --------
    >>> average_variance_extracted(loadings=[0.7, 0.8, 0.6]).to_apa()
    'average variance extracted = .50 (from given loadings, so without an interval)'
    """
    return _explained("average_variance_extracted", items, loadings, uniquenesses, confidence_level)


def _explained(
    coefficient: str,
    items: pd.DataFrame | Moments | None,
    loadings: Sequence[float] | pd.Series | None,
    uniquenesses: Sequence[float] | pd.Series | None,
    confidence_level: float,
) -> FactorReliability:
    check_confidence_level(confidence_level)
    if (items is None) == (loadings is None):
        raise ValueError(f"{coefficient} needs either items or loadings.")
    if hasattr(items, "convergent_validity"):
        raise TypeError(
            f"{coefficient} needs a DataFrame of items, not {type(items).__name__}; a fitted model "
            "has convergent_validity."
        )
    if items is not None:
        found = item_moments(items, analysis=coefficient, min_items=3, min_rows=3)
        return from_one_factor(
            coefficient, one_factor(found, analysis=coefficient), found, confidence_level
        )
    index = loadings.index if isinstance(loadings, pd.Series) else None
    given = pd.Series(loadings, index=index, dtype=float, name="loading")
    errors = 1 - given**2 if uniquenesses is None else pd.Series(uniquenesses, dtype=float)
    if len(given) < 2 or len(errors) != len(given):
        raise ValueError(
            f"{coefficient} needs at least 2 loadings and as many uniquenesses; got {len(given)} "
            f"loadings and {len(errors)} uniquenesses."
        )
    if not (errors >= 0).all():
        raise ValueError(
            f"{coefficient} needs uniquenesses that are not negative (for loadings alone: loadings "
            "of standardised items, at most 1)."
        )
    value, _ = share_explained(coefficient, given.to_numpy(), errors.to_numpy())
    return FactorReliability(
        coefficient=coefficient,
        estimate=Estimate(value, np.nan, np.nan, confidence_level),
        se=np.nan,
        loadings=given,
        uniquenesses=errors.set_axis(given.index).rename("uniqueness"),
        n_used=0,
        n_dropped=0,
        note="from given loadings, so without an interval",
    )
