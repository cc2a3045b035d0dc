"""Number of components by what is left between the items: Velicer's minimum average partial."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icx_research.core.moments import Moments
from icx_research.core.results import Result, estimate_table
from icx_research.measurement.items import item_correlations, item_moments
from icx_research.measurement.polychoric.correlations import PolychoricCorrelations, latent


@dataclass(frozen=True, repr=False)
class MinimumAveragePartial(Result):
    """Average partial correlations after each number of components.

    Attributes
    ----------
    averages : DataFrame, index `n_components`
        `squared` and `fourth_power`: mean power of the partial correlations.
    n_factors : int
        Where `squared` is smallest.
    n_factors_revised : int
        Where `fourth_power` is smallest (Velicer, Eaton & Fava, 2000).
    n_used, n_dropped : int
        Complete rows, and rows left out.
    note : str
    """

    averages: pd.DataFrame
    n_factors: int
    n_factors_revised: int
    n_used: int
    n_dropped: int
    note: str = ""

    @property
    def table(self) -> pd.DataFrame:
        """One row per number of components: mean squared partial correlation."""
        return estimate_table(
            [
                {"term": f"components:{m}", "estimate": float(value), "n": self.n_used}
                for m, value in self.averages["squared"].items()
            ]
        )

    def to_apa(self) -> str:
        """Give the number of components by both criteria."""
        return (
            f"minimum average partial at {self.n_factors} components (fourth powers: "
            f"{self.n_factors_revised}), n = {self.n_used}"
        )


def minimum_average_partial(
    items: pd.DataFrame | Moments | PolychoricCorrelations,
) -> MinimumAveragePartial:
    r"""Choose the number of components that leaves the smallest partial correlations.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), Moments or PolychoricCorrelations
        At least three items. Rows with a missing answer are left out and counted.

    Returns
    -------
    MinimumAveragePartial

    Raises
    ------
    ValueError
        If there are fewer than three items or three complete rows, an item does not
        vary, or the covariance matrix is not positive definite.

    Notes
    -----
    Mean over :math:`i \ne j` of :math:`q_{ij}^2` (revised: :math:`q_{ij}^4`), the partial
    correlations given the first m principal components. Agrees with ``map`` of R's
    ``psych::vss``.

    References
    ----------
    Velicer, W. F. (1976). Determining the number of components from the matrix of partial
    correlations. Psychometrika, 41, 321-327. https://doi.org/10.1007/BF02293557

    Velicer, W. F., Eaton, C. A., & Fava, J. L. (2000). Construct explication through factor
    or component analysis. In R. D. Goffin & E. Helmes (Eds.), Problems and solutions in
    human assessment (pp. 41-71). Kluwer.

    Examples
    --------
    >>> from icx_research.core.moments import Moments
    >>> r = [[1, .6, .5, .1], [.6, 1, .4, .1], [.5, .4, 1, .1], [.1, .1, .1, 1]]
    >>> minimum_average_partial(Moments(tuple("abcd"), 100, [0] * 4, r)).n_factors
    1
    """
    found = item_moments(latent(items), analysis="minimum_average_partial", min_items=3, min_rows=3)
    left = item_correlations(found, analysis="minimum_average_partial").copy()
    k = len(left)
    values, vectors = np.linalg.eigh(left)
    off = ~np.eye(k, dtype=bool)
    averages = []
    for m in range(k - 1):
        if m:
            vector = vectors[:, -m]
            left -= values[-m] * np.outer(vector, vector)
        scale = np.sqrt(np.diag(left))
        partial = (left / np.outer(scale, scale))[off]
        averages.append((np.mean(partial**2), np.mean(partial**4)))
    index = pd.RangeIndex(k - 1, name="n_components")
    table = pd.DataFrame(averages, columns=["squared", "fourth_power"], index=index)
    return MinimumAveragePartial(
        averages=table,
        n_factors=int(table["squared"].idxmin()),
        n_factors_revised=int(table["fourth_power"].idxmin()),
        n_used=found.n,
        n_dropped=found.n_dropped,
    )
