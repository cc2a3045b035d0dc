"""The mean discrepancy of all groups as a function of the free parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from icx_research.measurement.sem.likelihood import Likelihood, Patterns, likelihood
from icx_research.measurement.sem.ram import GroupModel, Implied


@dataclass(frozen=True, eq=False)
class GroupPoint:
    """One group at one point."""

    model: GroupModel
    implied: Implied
    mean: np.ndarray
    cov: np.ndarray
    fit: Likelihood

    @cached_property
    def jacobian(self) -> tuple[np.ndarray, np.ndarray]:
        """Derivatives of means and covariances by all free parameters."""
        return self.model.jacobian(self.implied)

    @cached_property
    def local(self) -> np.ndarray:
        """Numbers of the parameters that this group has."""
        cells = (self.model.paths, self.model.variances, self.model.means)
        return np.unique(np.concatenate([part.number for part in cells]))

    @property
    def own_jacobian(self) -> tuple[np.ndarray, np.ndarray]:
        """Derivatives by the parameters in `local` only."""
        d_mean, d_cov = self.jacobian
        if len(self.local) == len(d_mean):
            return d_mean, d_cov
        return d_mean[self.local], d_cov[self.local]

    def spread(self, block: np.ndarray) -> np.ndarray:
        """Put derivatives by `local` parameters among those by all."""
        if len(self.local) == self.model.n_free:
            return block
        whole = np.zeros((self.model.n_free,) * block.ndim)
        whole[np.ix_(*[self.local] * block.ndim)] = block
        return whole


@dataclass(frozen=True, eq=False)
class SemPoint:
    """All groups at one point.

    Attributes
    ----------
    groups : list of GroupPoint
    n : float
        Rows of all groups.
    value : float
        Sum of the groups' f, by `n`.
    """

    groups: list[GroupPoint]
    n: float
    value: float

    def gradient(self) -> np.ndarray:
        """First derivatives of `value`."""
        return sum(g.spread(g.fit.gradient(*g.own_jacobian)) for g in self.groups) / self.n

    def expected(self) -> np.ndarray:
        """Expected second derivatives of `value`."""
        return sum(g.spread(g.fit.expected(*g.own_jacobian)) for g in self.groups) / self.n

    def observed(self) -> np.ndarray:
        """Second derivatives of `value`."""
        total = sum(
            g.spread(g.fit.observed(*g.own_jacobian))
            + g.model.curvature(g.implied, g.fit.slope, g.fit.mean_slope)
            for g in self.groups
        )
        return total / self.n


@dataclass(frozen=True, eq=False)
class Discrepancy:
    """A model and the data it is fitted to.

    Attributes
    ----------
    models : sequence of GroupModel
    data : sequence of Patterns
    mean_structure : bool
        Without it the means are the sample's.
    """

    models: Sequence[GroupModel]
    data: Sequence[Patterns]
    mean_structure: bool

    def at(self, theta: np.ndarray) -> SemPoint:
        """Evaluate; raises LinAlgError where a covariance is not positive definite."""
        groups = []
        for model, data in zip(self.models, self.data, strict=True):
            implied = model.implied(theta)
            mean, cov = model.moments(implied)
            if not self.mean_structure:
                mean = data.mean[0]
            groups.append(GroupPoint(model, implied, mean, cov, likelihood(data, mean, cov)))
        n = sum(data.n for data in self.data)
        return SemPoint(groups, n, sum(group.fit.value for group in groups) / n)
