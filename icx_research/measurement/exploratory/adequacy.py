"""Whether the items are correlated enough for factors to be looked for."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from icx_research.core import apa
from icx_research.core.moments import Moments
from icx_research.core.results import Estimate, Result, estimate_table
from icx_research.measurement.items import item_correlations, item_moments
from icx_research.measurement.polychoric.correlations import PolychoricCorrelations, latent


@dataclass(frozen=True, repr=False)
class SamplingAdequacy(Result):
    """Kaiser-Meyer-Olkin measure of sampling adequacy.

    Attributes
    ----------
    overall : float
        Between 0 and 1.
    items : Series
        Per item.
    n_used, n_dropped : int
        Complete rows, and rows left out.
    note : str
    """

    overall: float
    items: pd.Series
    n_used: int
    n_dropped: int
    note: str = ""

    @property
    def estimate(self) -> Estimate:
        """The overall measure, which has no interval."""
        return Estimate(self.overall, float("nan"), float("nan"), 0.95)

    @property
    def table(self) -> pd.DataFrame:
        """Overall, then one row per item."""
        rows = {"overall": self.overall, **self.items.to_dict()}
        return estimate_table(
            [{"term": term, "estimate": v, "n": self.n_used} for term, v in rows.items()]
        )

    def to_apa(self) -> str:
        """Overall measure, lowest item and n."""
        lowest = self.items.idxmin()
        return (
            f"KMO = {apa.bounded(self.overall)} (lowest {apa.bounded(self.items.min())}, "
            f"{lowest}), n = {self.n_used}"
        )


@dataclass(frozen=True, repr=False)
class SphericityTest(Result):
    """Bartlett's test that no two items are correlated.

    Attributes
    ----------
    chi_square, p_value : float
    df : int
    n_used, n_dropped : int
        Complete rows, and rows left out.
    note : str
    """

    chi_square: float
    df: int
    p_value: float
    n_used: int
    n_dropped: int
    note: str = ""

    @property
    def table(self) -> pd.DataFrame:
        """One row: statistic, df, p and n."""
        return estimate_table(
            [
                {
                    "term": "sphericity",
                    "statistic": self.chi_square,
                    "df": self.df,
                    "p_value": self.p_value,
                    "n": self.n_used,
                }
            ]
        )

    def to_apa(self) -> str:
        """Chi-square with df, n and p."""
        return (
            f"χ²({self.df}, n = {self.n_used}) = {self.chi_square:.2f}, {apa.p_value(self.p_value)}"
        )


def kmo(items: pd.DataFrame | Moments | PolychoricCorrelations) -> SamplingAdequacy:
    r"""Kaiser-Meyer-Olkin measure: how little of the correlations is private to pairs.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), Moments or PolychoricCorrelations
        Rows with a missing answer are left out and counted.

    Returns
    -------
    SamplingAdequacy

    Raises
    ------
    ValueError
        If there are fewer than two items or three complete rows, an item does not vary, or
        the covariance matrix is not positive definite.

    Notes
    -----
    With correlations :math:`r` and partial correlations :math:`q` given all other items:
    :math:`\sum r^2 / (\sum r^2 + \sum q^2)` over :math:`i \ne j`. Agrees with R's
    ``psych::KMO``.

    References
    ----------
    Kaiser, H. F. (1974). An index of factorial simplicity. Psychometrika, 39, 31-36.
    https://doi.org/10.1007/BF02291575

    Examples
    --------
    >>> from icx_research.core.moments import Moments
    >>> r = [[1, .6, .5], [.6, 1, .4], [.5, .4, 1]]
    >>> kmo(Moments(("q1", "q2", "q3"), 100, [0, 0, 0], r)).to_apa()
    'KMO = .66 (lowest .62, q1), n = 100'
    """
    found = item_moments(latent(items), analysis="kmo", min_rows=3)
    r = item_correlations(found, analysis="kmo")
    inverse = np.linalg.inv(r)
    scale = np.sqrt(np.diag(inverse))
    off = ~np.eye(len(r), dtype=bool)
    squared = np.where(off, r**2, 0)
    partial = np.where(off, (inverse / np.outer(scale, scale)) ** 2, 0)
    per_item = squared.sum(axis=0) / (squared.sum(axis=0) + partial.sum(axis=0))
    return SamplingAdequacy(
        overall=float(squared.sum() / (squared.sum() + partial.sum())),
        items=pd.Series(per_item, index=found.names, name="kmo"),
        n_used=found.n,
        n_dropped=found.n_dropped,
    )


def bartlett_sphericity(items: pd.DataFrame | Moments) -> SphericityTest:
    r"""Bartlett's test of sphericity: whether the items are correlated at all.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or Moments
        Rows with a missing answer are left out and counted.

    Returns
    -------
    SphericityTest

    Raises
    ------
    ValueError
        As `kmo`.

    Notes
    -----
    :math:`-(n - 1 - (2k + 5) / 6) \log |R|` with :math:`k(k - 1) / 2` degrees of freedom,
    for normal answers. Agrees with R's ``psych::cortest.bartlett``.

    References
    ----------
    Bartlett, M. S. (1951). The effect of standardization on a chi-square approximation in
    factor analysis. Biometrika, 38, 337-344. https://doi.org/10.1093/biomet/38.3-4.337

    Examples
    --------
    >>> from icx_research.core.moments import Moments
    >>> bartlett_sphericity(Moments(("q1", "q2"), 50, [0, 0], [[1, .3], [.3, 1]]))
    SphericityTest: χ²(1, n = 50) = 4.48, p = .034
    """
    found = item_moments(items, analysis="bartlett_sphericity", min_rows=3)
    r = item_correlations(found, analysis="bartlett_sphericity")
    k = len(r)
    statistic = -(found.n - 1 - (2 * k + 5) / 6) * float(np.linalg.slogdet(r)[1])
    df = k * (k - 1) // 2
    return SphericityTest(
        chi_square=statistic,
        df=df,
        p_value=float(special.chdtrc(df, statistic)),
        n_used=found.n,
        n_dropped=found.n_dropped,
    )
