"""How much of a scale score one general factor explains: omega hierarchical."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.moments import Moments
from icx_research.core.results import Result, estimate_table
from icx_research.measurement.exploratory.factor_analysis import factor_analysis
from icx_research.measurement.extraction import minres_uniquenesses
from icx_research.measurement.items import item_moments


@dataclass(frozen=True, repr=False)
class HierarchicalOmega(Result):
    """Omega hierarchical and omega total of a Schmid-Leiman solution.

    Attributes
    ----------
    omega_hierarchical : float
        Share of the variance of the sum of standardised items due to the general factor.
    omega_total : float
        Share due to all common factors.
    explained_common_variance : float
        Share of the general factor in the common variance of the items.
    general_loadings : Series
    group_loadings : DataFrame, items x factors
    uniquenesses : Series
    n_used, n_dropped : int
        Complete rows, and rows left out.
    note : str
        That two factors were presumed to depend alike on the general one, or an improper
        solution; else empty.
    """

    omega_hierarchical: float
    omega_total: float
    explained_common_variance: float
    general_loadings: pd.Series
    group_loadings: pd.DataFrame
    uniquenesses: pd.Series
    n_used: int
    n_dropped: int
    note: str

    @property
    def table(self) -> pd.DataFrame:
        """One row each: omega hierarchical, omega total, explained common variance."""
        return estimate_table(
            [
                {"term": term, "estimate": getattr(self, term), "n": self.n_used}
                for term in ("omega_hierarchical", "omega_total", "explained_common_variance")
            ]
        )

    def to_apa(self) -> str:
        """Both omegas, the share of the general factor, and n."""
        remark = f" ({self.note})" if self.note else ""
        return (
            f"omega hierarchical = {apa.bounded(self.omega_hierarchical)}, omega total = "
            f"{apa.bounded(self.omega_total)}, explained common variance = "
            f"{apa.bounded(self.explained_common_variance)}, n = {self.n_used}{remark}"
        )


def omega_hierarchical(items: pd.DataFrame | Moments, *, n_factors: int = 3) -> HierarchicalOmega:
    r"""Omega hierarchical of a scale with a general and several group factors.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or Moments
        All keyed in the same direction. Rows with a missing answer are left out.
    n_factors : int, default 3
        Group factors, at least two.

    Returns
    -------
    HierarchicalOmega

    Raises
    ------
    ValueError
        If `n_factors` is below two or too large for the items, or as `factor_analysis`; or
        if two factors are not positively correlated.

    Notes
    -----
    Minres factors with oblimin rotation; a general factor of the factor correlations with
    loadings :math:`\gamma` (:math:`\sqrt{\phi_{12}}` each of two factors); Schmid-Leiman
    loadings :math:`g = \Lambda\gamma` and :math:`\Lambda\sqrt{1 - \gamma^2}`. With R the
    correlations, :math:`\omega_h = (\sum g)^2 / \mathbf 1'R\mathbf 1` and :math:`\omega_t =
    1 - \sum\psi / \mathbf 1'R\mathbf 1`. On the correlation metric, as R's ``psych::omega``
    (whereas `omega_total` is on the covariance metric).

    References
    ----------
    Schmid, J., & Leiman, J. M. (1957). The development of hierarchical factor solutions.
    Psychometrika, 22, 53-61. https://doi.org/10.1007/BF02289209

    Zinbarg, R. E., Revelle, W., Yovel, I., & Li, W. (2005). Cronbach's alpha, Revelle's beta,
    and McDonald's omega h. Psychometrika, 70, 123-133.
    https://doi.org/10.1007/s11336-003-0974-7

    Examples
    --------
    >>> import numpy as np
    >>> from icx_research.core.moments import Moments
    >>> general, group = np.full(9, 0.6), np.kron(np.eye(3), np.full((3, 1), 0.5))
    >>> r = np.outer(general, general) + group @ group.T
    >>> np.fill_diagonal(r, 1)
    >>> items = Moments(tuple("abcdefghi"), 500, np.zeros(9), r)
    >>> round(omega_hierarchical(items, n_factors=3).omega_hierarchical, 2)
    0.74
    """
    if n_factors < 2:
        raise ValueError(f"omega_hierarchical needs n_factors of at least 2, not {n_factors}.")
    found = item_moments(items, analysis="omega_hierarchical", min_items=3, min_rows=4)
    first = factor_analysis(found, n_factors=n_factors, method="minres", rotation="oblimin")
    gamma, remark = _second_order(first.factor_correlations.to_numpy())
    pattern = first.loadings.to_numpy()
    general, group = pattern @ gamma, pattern * np.sqrt(1 - gamma**2)
    uniquenesses = first.uniquenesses.to_numpy()
    total = float(found.correlation.sum())
    return HierarchicalOmega(
        omega_hierarchical=float(general.sum() ** 2 / total),
        omega_total=float(1 - uniquenesses.sum() / total),
        explained_common_variance=float(
            np.sum(general**2) / (np.sum(general**2) + np.sum(group**2))
        ),
        general_loadings=pd.Series(general, index=found.names, name="general"),
        group_loadings=pd.DataFrame(group, index=found.names, columns=first.loadings.columns),
        uniquenesses=first.uniquenesses,
        n_used=found.n,
        n_dropped=found.n_dropped,
        note="; ".join(part for part in (first.note, remark) if part),
    )


def _second_order(phi: np.ndarray) -> tuple[np.ndarray, str]:
    """Compute the loadings of the factors on the general one, and say what was presumed."""
    if len(phi) == 2:
        if phi[0, 1] <= 0:
            raise ValueError(
                "omega_hierarchical needs factors with a positive correlation; two factors have "
                f"{phi[0, 1]:.2f}."
            )
        return np.full(2, np.sqrt(phi[0, 1])), "both factors taken to depend alike on the general"
    extraction = minres_uniquenesses(phi, n_factors=1)
    gamma = extraction.loadings[:, 0]
    gamma = gamma if gamma.sum() >= 0 else -gamma
    improper = "a group factor coincides with the general one" if extraction.at_bound.any() else ""
    return gamma, improper
