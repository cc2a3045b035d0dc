"""How much of the variance of a scale score the items explain of each other."""

import numpy as np
import pandas as pd

from icx_research.core.moments import Moments
from icx_research.core.results import Estimate
from icx_research.measurement.items import item_correlations, item_moments
from icx_research.measurement.reliability.result import ReliabilityResult

NO_INTERVAL = "no interval: how it varies between samples is not known"


def guttman_lambda_6(items: pd.DataFrame | Moments) -> ReliabilityResult:
    r"""Guttman's lambda-6 of one scale, a lower bound of its reliability.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or Moments
        Answers in scale points, one column per item, all keyed in the same direction. Rows
        with a missing answer are left out and counted.

    Returns
    -------
    ReliabilityResult
        With ``coefficient="lambda_6"``, without interval.

    Raises
    ------
    ValueError
        If there are fewer than two items, no more complete rows than items, an item does not
        vary or follows from others, or a column is not numeric.

    Notes
    -----
    With :math:`C` the covariance matrix, :math:`\lambda_6 = 1 - \sum_j e_j^2 /
    \mathbf{1}'C\mathbf{1}`, where :math:`e_j^2 = 1 / (C^{-1})_{jj}` is the variance of item
    :math:`j` that the other items do not explain. A lower bound where errors of measurement
    are uncorrelated: above alpha where items are of several kinds, below it where they are
    few and alike (of :math:`k` parallel items it is the alpha of :math:`k - 1`). Regressions
    fit a sample better than the population, so it is too high where rows are few and items
    many. R's ``psych::alpha`` and ``psych::guttman`` give that of standardised items: the same
    as here from `Moments` that hold the correlations.

    References
    ----------
    Guttman, L. (1945). A basis for analyzing test-retest reliability. Psychometrika, 10,
    255-282. https://doi.org/10.1007/BF02288892

    Examples
    --------
    >>> import pandas as pd
    >>> guttman_lambda_6(pd.DataFrame({
    ...     "q1": [4, 5, 3, 4, 2, 5, 1, 3],
    ...     "q2": [3, 5, 3, 4, 1, 4, 2, 2],
    ...     "q3": [4, 4, 2, 5, 2, 5, 1, 4],
    ... })).table[["term", "estimate", "n"]].round(2)
           term  estimate  n
    0  lambda_6      0.93  8
    """
    reduced = item_moments(items, analysis="guttman_lambda_6")
    correlation = item_correlations(reduced, analysis="guttman_lambda_6")
    unexplained = np.diag(reduced.cov) / np.diag(np.linalg.inv(correlation))
    return ReliabilityResult(
        coefficient="lambda_6",
        estimate=Estimate(float(1 - unexplained.sum() / reduced.cov.sum()), np.nan, np.nan, 0.95),
        n_items=len(reduced.names),
        n_used=reduced.n,
        n_dropped=reduced.n_dropped,
        note=NO_INTERVAL,
    )
