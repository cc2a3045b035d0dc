"""Reliability of ordinal items on the scale of the continuous answers behind them."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from icx_research.core.errors import UnsuitableData
from icx_research.core.resampling import failures, percentile_interval, resampled_rows
from icx_research.core.results import check_confidence_level
from icx_research.core.rng import Rng, as_generator
from icx_research.measurement.items import item_correlations, item_values
from icx_research.measurement.polychoric.correlations import PolychoricCorrelations, polychoric
from icx_research.measurement.reliability.alpha import alpha_of
from icx_research.measurement.reliability.omega import share_explained
from icx_research.measurement.reliability.one_factor import OneFactor, one_factor
from icx_research.measurement.reliability.result import FactorReliability, ReliabilityResult

OF_ANSWERS = "of the answers behind the categories, not of the score"
NO_INTERVAL = f"{OF_ANSWERS}; without an interval"
NO_SOLUTION = "no polychoric correlations, or not positive definite"

Coefficient = Callable[[PolychoricCorrelations], float]


def ordinal_alpha(
    items: pd.DataFrame | PolychoricCorrelations,
    *,
    confidence_level: float = 0.95,
    n_resamples: int = 1000,
    rng: Rng | None = None,
) -> ReliabilityResult:
    r"""Cronbach's alpha of the polychoric correlations of ordinal items.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or PolychoricCorrelations
        All keyed in the same direction.
    confidence_level : float, default 0.95
    n_resamples : int, default 1000
    rng : numpy.random.Generator or int, optional
        With it, a percentile interval is drawn by the bootstrap over rows.

    Returns
    -------
    ReliabilityResult
        With ``coefficient="ordinal_alpha"``.

    Raises
    ------
    ValueError
        As `polychoric`; if the sum of the correlations is not positive; or if an interval is
        asked of correlations.

    Notes
    -----
    It describes the continuous answers behind the categories, which nobody observes: it
    exceeds the reliability of the observed sum. Report it beside `cronbach_alpha`.

    References
    ----------
    Zumbo, B. D., Gadermann, A. M., & Zeisser, C. (2007). Ordinal versions of coefficients
    alpha and theta for Likert rating scales. Journal of Modern Applied Statistical Methods,
    6, 21-29. https://doi.org/10.22237/jmasm/1177992180

    Chalmers, R. P. (2018). On misconceptions and the limited usefulness of ordinal alpha.
    Educational and Psychological Measurement, 78, 1056-1071.
    https://doi.org/10.1177/0013164417727036

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"q1": [1, 1, 2, 2, 3, 3, 2, 1], "q2": [1, 2, 2, 3, 3, 2, 1, 1]})
    >>> round(ordinal_alpha(answers).estimate.value, 2)
    0.82
    """
    found = items if isinstance(items, PolychoricCorrelations) else polychoric(items)
    value = _alpha(found)
    draws = _resampled(items, _alpha, "ordinal_alpha", confidence_level, n_resamples, rng)
    return ReliabilityResult(
        coefficient="ordinal_alpha",
        estimate=percentile_interval(value, draws, confidence_level),
        n_items=len(found.correlations),
        n_used=found.n_used,
        n_dropped=found.n_dropped,
        note=_note(draws),
    )


def ordinal_omega(
    items: pd.DataFrame | PolychoricCorrelations,
    *,
    confidence_level: float = 0.95,
    n_resamples: int = 1000,
    rng: Rng | None = None,
) -> FactorReliability:
    r"""McDonald's omega of the polychoric correlations of ordinal items.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or PolychoricCorrelations
        At least three items.
    confidence_level, n_resamples, rng
        As for `ordinal_alpha`.

    Returns
    -------
    FactorReliability
        With ``coefficient="ordinal_omega"``; its standard error is that of the resamples.

    Raises
    ------
    ValueError
        As `polychoric`; if there are fewer than three items, or the correlations are not
        positive definite; or if an interval is asked of correlations.

    Notes
    -----
    `omega_total` of the polychoric correlations, fitted as if they were Pearson's; see
    `ordinal_alpha` for what it describes.

    References
    ----------
    Gadermann, A. M., Guhn, M., & Zumbo, B. D. (2012). Estimating ordinal reliability for
    Likert-type and ordinal item response data. Practical Assessment, Research, and
    Evaluation, 17, 3. https://doi.org/10.7275/n560-j767

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"q1": [1, 1, 2, 2, 3, 3, 2, 1], "q2": [1, 2, 2, 3, 3, 2, 1, 1],
    ...                         "q3": [2, 1, 1, 3, 3, 3, 2, 1]})
    >>> ordinal_omega(answers).loadings.round(2).to_dict()
    {'q1': 0.97, 'q2': 0.71, 'q3': 0.9}
    """
    found = items if isinstance(items, PolychoricCorrelations) else polychoric(items)
    fit = _one_factor(found)
    value, _ = share_explained("ordinal_omega", fit.loadings, fit.uniquenesses)
    draws = _resampled(items, _omega, "ordinal_omega", confidence_level, n_resamples, rng)
    usable = draws[~np.isnan(draws)]
    names = found.correlations.columns
    improper = f"; the uniqueness of {', '.join(fit.improper)} is at its bound"
    return FactorReliability(
        coefficient="ordinal_omega",
        estimate=percentile_interval(value, draws, confidence_level),
        se=float(usable.std(ddof=1)) if len(usable) > 1 else float("nan"),
        loadings=pd.Series(fit.loadings, index=names, name="loading"),
        uniquenesses=pd.Series(fit.uniquenesses, index=names, name="uniqueness"),
        n_used=found.n_used,
        n_dropped=found.n_dropped,
        note=_note(draws) + (improper if fit.improper else ""),
    )


def _alpha(result: PolychoricCorrelations) -> float:
    return alpha_of(result.correlations.to_numpy())


def _omega(result: PolychoricCorrelations) -> float:
    fit = _one_factor(result)
    return share_explained("ordinal_omega", fit.loadings, fit.uniquenesses)[0]


def _one_factor(result: PolychoricCorrelations) -> OneFactor:
    """Fit one factor to polychoric correlations as if they were Pearson's."""
    if len(result.correlations) < 3:
        raise UnsuitableData(
            f"ordinal_omega needs at least 3 items; got {len(result.correlations)}."
        )
    item_correlations(result.moments, analysis="ordinal_omega")
    return one_factor(result.moments, analysis="ordinal_omega")


def _resampled(
    items: pd.DataFrame | PolychoricCorrelations,
    coefficient: Coefficient,
    analysis: str,
    confidence_level: float,
    n_resamples: int,
    rng: Rng | None,
) -> np.ndarray:
    """Compute a coefficient of resampled rows, nan where it cannot be; none without `rng`."""
    check_confidence_level(confidence_level)
    if rng is None:
        return np.empty(0)
    if isinstance(items, PolychoricCorrelations):
        raise ValueError(
            f"{analysis} needs the rows for an interval; leave out rng for correlations."
        )
    complete = items[~np.isnan(item_values(items, analysis=analysis)).any(axis=1)]
    generator = as_generator(rng, analysis=analysis)
    draws = np.full(n_resamples, np.nan)
    resamples = resampled_rows(len(complete), n_resamples=n_resamples, rng=generator)
    for i, rows in enumerate(resamples):
        try:
            draws[i] = coefficient(polychoric(complete.iloc[rows]))
        except UnsuitableData:
            continue
    return draws


def _note(draws: np.ndarray) -> str:
    lost = failures(draws, NO_SOLUTION)
    if not len(draws):
        return NO_INTERVAL
    return f"{OF_ANSWERS}; {lost}" if lost else OF_ANSWERS
