"""Reliability of ordinal items on the scale of the continuous answers behind them."""

import numpy as np
import pandas as pd

from icx_research.core.moments import Moments
from icx_research.core.results import Estimate
from icx_research.measurement.items import item_correlations
from icx_research.measurement.one_factor import one_factor
from icx_research.measurement.polychoric import PolychoricCorrelations, polychoric
from icx_research.measurement.reliability import (
    FactorReliability,
    ReliabilityResult,
    alpha_of,
    share_explained,
)

NO_INTERVAL = "of the answers behind the categories, not of the score; without an interval"


def ordinal_alpha(items: pd.DataFrame | PolychoricCorrelations) -> ReliabilityResult:
    r"""Cronbach's alpha of the polychoric correlations of ordinal items.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or PolychoricCorrelations
        All keyed in the same direction.

    Returns
    -------
    ReliabilityResult
        With ``coefficient="ordinal_alpha"`` and no interval.

    Raises
    ------
    ValueError
        As `polychoric`; or if the sum of the correlations is not positive.

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
    nan = float("nan")
    return ReliabilityResult(
        coefficient="ordinal_alpha",
        estimate=Estimate(alpha_of(found.correlations.to_numpy()), nan, nan, 0.95),
        n_items=len(found.correlations),
        n_used=found.n_used,
        n_dropped=found.n_dropped,
        note=NO_INTERVAL,
    )


def ordinal_omega(items: pd.DataFrame | PolychoricCorrelations) -> FactorReliability:
    r"""McDonald's omega of the polychoric correlations of ordinal items.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or PolychoricCorrelations
        At least three items.

    Returns
    -------
    FactorReliability
        With ``coefficient="ordinal_omega"`` and no interval.

    Raises
    ------
    ValueError
        As `polychoric`; or if there are fewer than three items, or the correlations are
        not positive definite.

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
    names = tuple(found.correlations.columns)
    if len(names) < 3:
        raise ValueError(f"ordinal_omega needs at least 3 items; got {len(names)}.")
    matrix = found.correlations.to_numpy()
    as_moments = Moments(names, found.n_used, np.zeros(len(names)), matrix)
    item_correlations(as_moments, analysis="ordinal_omega")
    fit = one_factor(as_moments, analysis="ordinal_omega")
    value, _ = share_explained("ordinal_omega", fit.loadings, fit.uniquenesses)
    nan = float("nan")
    improper = f"; the uniqueness of {', '.join(fit.improper)} is at its bound"
    return FactorReliability(
        coefficient="ordinal_omega",
        estimate=Estimate(value, nan, nan, 0.95),
        se=nan,
        loadings=pd.Series(fit.loadings, index=names, name="loading"),
        uniquenesses=pd.Series(fit.uniquenesses, index=names, name="uniqueness"),
        n_used=found.n_used,
        n_dropped=found.n_dropped,
        note=NO_INTERVAL + (improper if fit.improper else ""),
    )
