"""How much of the variance of a scale score is more than chance."""

import numpy as np
import pandas as pd

from icx_research.core.errors import UnsuitableData
from icx_research.core.intervals import f_quantiles
from icx_research.core.moments import Moments
from icx_research.core.results import Estimate, check_confidence_level
from icx_research.measurement.items import ROUNDING, item_moments
from icx_research.measurement.reliability.result import ReliabilityResult


def cronbach_alpha(
    items: pd.DataFrame | Moments, *, confidence_level: float = 0.95
) -> ReliabilityResult:
    r"""Cronbach's alpha of one scale, with Feldt's confidence interval.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or Moments
        Answers in scale points, one column per item, all keyed in the same
        direction. Rows with a missing answer are left out and counted.
    confidence_level : float, default 0.95

    Returns
    -------
    ReliabilityResult
        With ``coefficient="alpha"``.

    Raises
    ------
    ValueError
        If there are fewer than two items or two complete rows, an item or the total
        score does not vary, a column is not numeric, or `confidence_level` is no
        fraction.

    Notes
    -----
    With :math:`C` the :math:`k \times k` covariance matrix, :math:`\alpha =
    \frac{k}{k-1}\left(1 - \frac{\mathrm{tr}\,C}{\mathbf{1}'C\mathbf{1}}\right)`. The
    interval takes :math:`(1 - \alpha) / (1 - \hat\alpha)` as F with :math:`n - 1` and
    :math:`(n - 1)(k - 1)` degrees of freedom: exact for normal answers and items that
    are parallel. Where loadings differ, alpha is a lower bound; see `omega_total`.
    Agrees with R's ``psych::alpha``.

    References
    ----------
    Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests.
    Psychometrika, 16, 297-334. https://doi.org/10.1007/BF02310555

    Feldt, L. S., Woodruff, D. J., & Salih, F. A. (1987). Statistical inference for
    coefficient alpha. Applied Psychological Measurement, 11, 93-103.
    https://doi.org/10.1177/014662168701100107

    Examples
    --------
    >>> import pandas as pd
    >>> cronbach_alpha(pd.DataFrame({
    ...     "q1": [4, 5, 3, 4, 2, 5, 1, 3],
    ...     "q2": [3, 5, 3, 4, 1, 4, 2, 2],
    ...     "q3": [4, 4, 2, 5, 2, 5, 1, 4],
    ... }))
    ReliabilityResult: alpha = .92, 95% CI [.72, .98], n = 8
    """
    check_confidence_level(confidence_level)
    found = item_moments(items, analysis="cronbach_alpha")
    alpha = alpha_of(found.cov)
    n, k = found.n, len(found.names)
    f_high, f_low = f_quantiles(confidence_level, n - 1, (n - 1) * (k - 1))
    return ReliabilityResult(
        coefficient="alpha",
        estimate=Estimate(
            value=alpha,
            ci_low=1 - (1 - alpha) * f_high,
            ci_high=1 - (1 - alpha) * f_low,
            confidence_level=confidence_level,
        ),
        n_items=k,
        n_used=n,
        n_dropped=found.n_dropped,
    )


def alpha_of(covariance: np.ndarray) -> float:
    """Cronbach's alpha of a covariance (or correlation) matrix."""
    k = len(covariance)
    total, own = float(covariance.sum()), float(np.trace(covariance))
    if total <= ROUNDING * own:
        raise UnsuitableData("The total score does not vary; alpha is undefined.")
    return k / (k - 1) * (1 - own / total)
