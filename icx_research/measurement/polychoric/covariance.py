"""How precise thresholds and polychoric correlations are, and how they vary together."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.errors import UnsuitableData
from icx_research.core.results import SampleResult, estimate_table
from icx_research.measurement.items import item_values
from icx_research.measurement.polychoric.fit import category_codes, pair_counts, two_step
from icx_research.measurement.polychoric.influence import estimates, gamma


@dataclass(frozen=True, repr=False, eq=False)
class PolychoricCovariance(SampleResult):
    """Thresholds and polychoric correlations with their asymptotic covariance.

    Attributes
    ----------
    estimates : Series, length m
        Thresholds (``"q1 | t1"``), item by item, and then correlations (``"q1 ~~ q2"``).
    covariance : DataFrame, shape (m, m)
        Of the estimates; times `n_used` it is the matrix called gamma or NACOV elsewhere.
    n_used, n_dropped : int
        Complete rows, and rows left out.
    """

    estimates: pd.Series
    covariance: pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """One row per threshold and correlation: term, estimate, se, n."""
        se = np.sqrt(np.diag(self.covariance))
        rows = self.estimates.rename_axis("term").reset_index(name="estimate")
        return estimate_table(rows.assign(se=se, n=self.n_used))

    def to_apa(self) -> str:
        """Give the number of estimates and the range of the correlations' errors."""
        of_pairs = np.array(["~~" in str(term) for term in self.estimates.index])
        se = np.sqrt(np.diag(self.covariance))[of_pairs]
        return (
            f"{int((~of_pairs).sum())} thresholds and {len(se)} polychoric correlations, standard "
            f"errors of correlations {apa.bounded(se.min())} to {apa.bounded(se.max())}, "
            f"n = {self.n_used}"
        )


def polychoric_covariance(items: pd.DataFrame) -> PolychoricCovariance:
    r"""Asymptotic covariance of the thresholds and polychoric correlations of ordinal items.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
        At least two items of 2 to 11 ordered values each. Rows with a missing answer are
        left out (listwise deletion) and counted in the result.

    Returns
    -------
    PolychoricCovariance

    Raises
    ------
    ValueError
        If there are fewer than two items or two complete rows, or an item has one value or
        more than 11.

    Notes
    -----
    Both steps of the estimation count: a correlation inherits the errors of the thresholds it
    rests on. See `icx_research.measurement.polychoric.influence` for the formula. Agrees with
    ``lavInspect(fit, "gamma")`` of R's lavaan, divided by n.

    References
    ----------
    Muthén, B. (1984). A general structural equation model with dichotomous, ordered
    categorical, and continuous latent variable indicators. Psychometrika, 49, 115-132.
    https://doi.org/10.1007/BF02294210

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"q1": [1, 1, 2, 2, 3, 3, 2, 1], "q2": [1, 2, 2, 3, 3, 2, 1, 1]})
    >>> polychoric_covariance(answers).table.round(3)["se"].tolist()
    [0.451, 0.482, 0.451, 0.482, 0.362]
    """
    values = item_values(items, analysis="polychoric_covariance")
    values = values[~np.isnan(values).any(axis=1)]
    n, k = values.shape
    if k < 2 or n < 2:
        raise UnsuitableData(
            "polychoric_covariance needs at least 2 items and 2 complete rows; got "
            f"{k} items and {n} complete rows of {len(items)}."
        )
    names = [str(name) for name in items.columns]
    codes, categories = category_codes(values, names, analysis="polychoric_covariance")
    counts = pair_counts(codes, categories)
    fit = two_step(counts, categories, names, analysis="polychoric_covariance")
    terms = [
        f"{name} | t{t}" for name, own in zip(names, categories, strict=True) for t in range(1, own)
    ]
    terms += [f"{names[i]} ~~ {names[j]}" for i, j in zip(*fit.pairs, strict=True)]
    return PolychoricCovariance(
        estimates=pd.Series(estimates(fit), index=terms),
        covariance=pd.DataFrame(gamma(codes, fit, categories) / n, index=terms, columns=terms),
        n_used=n,
        n_dropped=len(items) - n,
    )
