"""The two-level discrepancy as a function of the free parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from icx_research.measurement.sem.ram import GroupModel, Implied, Jacobian
from icx_research.measurement.twolevel.likelihood import TwoLevelLikelihood, two_level_likelihood
from icx_research.measurement.twolevel.sample import TwoLevelSample

Second = Callable[[np.ndarray, np.ndarray, int], np.ndarray]


@dataclass(frozen=True, eq=False)
class TwoLevelPoint:
    """Both levels at one point.

    Attributes
    ----------
    models : tuple of GroupModel
        Within, between.
    implied : tuple of Implied
    fit : TwoLevelLikelihood
    """

    models: tuple[GroupModel, GroupModel]
    implied: tuple[Implied, Implied]
    fit: TwoLevelLikelihood

    @property
    def value(self) -> float:
        """F by the number of rows."""
        return self.fit.value / self.fit.sample.n_used

    @cached_property
    def _slopes(self) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
        """Derivatives of f by covariances and means of each level."""
        p = len(self.fit.rotation)
        return (self.fit.slope(0), np.zeros(p)), (self.fit.slope(1), self.fit.mean_slope)

    @cached_property
    def _jacobians(self) -> tuple[Jacobian, Jacobian]:
        first, second = zip(self.models, self.implied, strict=True)
        return first[0].jacobian(first[1]), second[0].jacobian(second[1])

    def gradient(self) -> np.ndarray:
        """First derivatives of `value`."""
        parts = [
            model.spread(jacobian.chain(*slopes))
            for model, jacobian, slopes in zip(
                self.models, self._jacobians, self._slopes, strict=True
            )
        ]
        return np.asarray(np.sum(parts, axis=0) / self.fit.sample.n_used)

    def expected(self) -> np.ndarray:
        """Take expected second derivatives of `value`."""
        return self._second(self.fit.expected) / self.fit.sample.n_used

    def observed(self) -> np.ndarray:
        """Second derivatives of `value`."""
        whole = self._second(self.fit.observed)
        for model, implied, slopes in zip(self.models, self.implied, self._slopes, strict=True):
            whole += model.spread(model.curvature(implied, *slopes))
        means = self._jacobians[1].means
        own = self.models[1].numbers
        for level, (model, rotated) in enumerate(zip(self.models, self._rotated, strict=True)):
            mixed = self.fit.mixed(rotated, means, level)
            whole[np.ix_(model.numbers, own)] += mixed
            whole[np.ix_(own, model.numbers)] += mixed.T
        return whole / self.fit.sample.n_used

    @cached_property
    def _rotated(self) -> tuple[np.ndarray, np.ndarray]:
        first, second = self._jacobians
        return self.fit.rotated(first.covariances), self.fit.rotated(second.covariances)

    def _second(self, between_covariances: Second) -> np.ndarray:
        """Put the blocks of both levels together."""
        within, between = self._rotated
        models = self.models
        whole = models[0].spread(between_covariances(within, within, 0)).copy()
        whole += models[1].spread(between_covariances(between, between, 2))
        cross = between_covariances(within, between, 1)
        whole[np.ix_(models[0].numbers, models[1].numbers)] += cross
        whole[np.ix_(models[1].numbers, models[0].numbers)] += cross.T
        whole += models[1].spread(self.fit.by_means(self._jacobians[1].means))
        return whole


@dataclass(frozen=True, eq=False)
class TwoLevelDiscrepancy:
    """A two-level model and the data it is fitted to."""

    models: tuple[GroupModel, GroupModel]
    sample: TwoLevelSample

    def at(self, theta: np.ndarray) -> TwoLevelPoint:
        """Evaluate; raises LinAlgError where a covariance is not positive definite."""
        within, between = (model.implied(theta) for model in self.models)
        _, of_within = self.models[0].moments(within)
        mean, of_between = self.models[1].moments(between)
        fit = two_level_likelihood(self.sample, of_within, of_between, mean)
        return TwoLevelPoint(self.models, (within, between), fit)
