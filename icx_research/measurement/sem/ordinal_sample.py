"""From rows of ordinal answers to thresholds, polychoric correlations and their covariance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from icx_research.core.errors import UnsuitableData
from icx_research.core.moments import GroupedMoments, Moments
from icx_research.measurement.polychoric.fit import (
    LARGEST,
    TwoStep,
    category_codes,
    pair_counts,
    two_step,
)
from icx_research.measurement.polychoric.influence import estimates, gamma
from icx_research.measurement.sem.parameters import Roles
from icx_research.measurement.sem.sample import Sample


@dataclass(frozen=True, eq=False)
class OrdinalMoments:
    """What the ordinal answers of one group say.

    Attributes
    ----------
    n : float
        Rows.
    counts : tuple of int, length p
        Thresholds of every item.
    estimates : array, shape (m,)
        Thresholds, item by item, then correlations, row by row of the upper triangle.
    gamma : array, shape (m, m)
        Asymptotic covariance of the estimates, times n; of dependent rows with clusters.
    correlations : array, shape (p, p)
    """

    n: float
    counts: tuple[int, ...]
    estimates: np.ndarray
    gamma: np.ndarray
    correlations: np.ndarray

    @property
    def weights(self) -> np.ndarray:
        """Inverse variances of the estimates, times n."""
        return 1 / np.diag(self.gamma)

    @property
    def n_thresholds(self) -> int:
        """Number of thresholds of all items; correlations follow them."""
        return sum(self.counts)


def check_ordinal_options(roles: Roles, data: object, *, missing: str) -> None:
    """Refuse what estimation from thresholds and polychoric correlations cannot do."""
    if isinstance(data, Moments | GroupedMoments):
        raise ValueError(
            "estimator='WLSMV' needs the rows, as their means and covariances do not tell how "
            "answers occur together; give a DataFrame."
        )
    if missing != "listwise":
        raise ValueError(
            "estimator='WLSMV' takes complete rows only; use missing='listwise', or "
            "estimator='MLR' with missing='fiml'."
        )
    if roles.exogenous:
        raise ValueError(
            "estimator='WLSMV' has no observed predictors taken as given, as "
            f"{roles.exogenous[0]!r} is; make it the ordinal indicator of a latent variable, or "
            "use estimator='MLR'."
        )


def check_ordinal_equalities(group_equal: Iterable[str]) -> tuple[str, ...]:
    """Refuse equalities that need other identification than the groups have."""
    equal = (group_equal,) if isinstance(group_equal, str) else tuple(group_equal)
    other = [name for name in equal if name != "loadings"]
    if other:
        raise ValueError(
            f"group_equal takes 'loadings' only under estimator='WLSMV', not {other[0]!r}; use "
            "measurement_invariance, which identifies every level, or labels such as "
            "'q1 | c(a, a)*t1'."
        )
    return equal


def ordinal_moments(sample: Sample) -> tuple[OrdinalMoments, ...]:
    """Reduce the rows of every group.

    Categories are the whole numbers that occur in any group, in ascending order.

    Raises
    ------
    ValueError
        If an item has other values than 2 to 11 whole numbers, lacks a category in one
        group, or is tied to another by a correlation of 1.
    """
    groups = [rows.values for rows in sample.rows or ()]
    clusters = [rows.cluster for rows in sample.rows or ()]
    everyone = np.vstack(groups)
    fractional = (everyone != np.round(everyone)).any(axis=0)
    if fractional.any():
        name = sample.names[int(fractional.argmax())]
        raise UnsuitableData(
            f"estimator='WLSMV' needs whole numbers of ordered categories; {name!r} holds others. "
            "Use estimator='MLR' for scores that are not categories."
        )
    codes, categories = category_codes(everyone, sample.names, analysis="estimator='WLSMV'")
    begin, moments = 0, []
    for g, rows in enumerate(groups):
        where = "" if sample.groups is None else f" in group {sample.groups[g]!r}"
        own = codes[begin : begin + len(rows)]
        begin += len(rows)
        moments.append(_group(own, categories, sample.names, where, clusters[g]))
    return tuple(moments)


def _group(
    codes: np.ndarray,
    categories: Sequence[int],
    names: Sequence[str],
    where: str,
    cluster: np.ndarray | None,
) -> OrdinalMoments:
    for j, name in enumerate(names):
        used = len(np.unique(codes[:, j]))
        if used < categories[j]:
            raise UnsuitableData(
                f"{name!r} has {categories[j]} categories, of which {categories[j] - used} have no "
                f"answer{where}; merge them with their neighbours in all groups, or leave the item "
                "out."
            )
    fit = two_step(pair_counts(codes, categories), categories, names, analysis="estimator='WLSMV'")
    _check_bounds(fit, names, where)
    correlations = np.eye(len(names))
    correlations[fit.pairs] = correlations[fit.pairs[::-1]] = fit.rho
    return OrdinalMoments(
        float(len(codes)),
        tuple(own - 1 for own in categories),
        estimates(fit),
        gamma(codes, fit, categories, cluster),
        correlations,
    )


def _check_bounds(fit: TwoStep, names: Sequence[str], where: str) -> None:
    tied = np.abs(fit.rho) >= LARGEST
    if tied.any():
        i, j = (axis[int(tied.argmax())] for axis in fit.pairs)
        raise UnsuitableData(
            f"the polychoric correlation of {names[i]!r} and {names[j]!r} is {LARGEST} in "
            f"size{where}: no respondent parts their orders, so its weight cannot be estimated. "
            "Leave one of them out, or merge categories."
        )
