"""The mean discrepancy of all groups as a function of the free parameters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from icx_research.measurement.sem.likelihood import Patterns, likelihood
from icx_research.measurement.sem.ram import GroupModel, Implied, Jacobian


class Criterion(Protocol):
    """What one group adds to the discrepancy, with derivatives."""

    @property
    def value(self) -> float:
        """The discrepancy, times the rows."""

    @property
    def slope(self) -> np.ndarray:
        """Derivative by the covariances."""

    @property
    def mean_slope(self) -> np.ndarray:
        """Derivative by the means."""

    def gradient(self, by: Jacobian) -> np.ndarray:
        """Differentiate by parameters."""

    def expected(self, by: Jacobian) -> np.ndarray:
        """Take expected second derivatives by parameters."""

    def observed(self, by: Jacobian) -> np.ndarray:
        """Second derivatives by parameters, but for the curvature of the moments."""


@dataclass(frozen=True, eq=False)
class GroupPoint:
    """One group at one point."""

    model: GroupModel
    implied: Implied
    mean: np.ndarray
    cov: np.ndarray
    fit: Criterion

    @cached_property
    def jacobian(self) -> Jacobian:
        """Derivatives of the moments by the group's own parameters."""
        return self.model.jacobian(self.implied)


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
        return self._mean(g.fit.gradient(g.jacobian) for g in self.groups)

    def expected(self) -> np.ndarray:
        """Take expected second derivatives of `value`."""
        return self._mean(g.fit.expected(g.jacobian) for g in self.groups)

    def observed(self) -> np.ndarray:
        """Second derivatives of `value`."""
        return self._mean(
            g.fit.observed(g.jacobian) + g.model.curvature(g.implied, g.fit.slope, g.fit.mean_slope)
            for g in self.groups
        )

    def _mean(self, blocks: Iterable[np.ndarray]) -> np.ndarray:
        """Add what the groups have, each by its own parameters, and divide by `n`."""
        pairs = zip(self.groups, blocks, strict=True)
        return np.asarray(np.sum([g.model.spread(own) for g, own in pairs], axis=0) / self.n)


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
