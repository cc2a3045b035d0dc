"""Fitting a two-level model: estimates, their precision and what is improper about them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from icx_research.measurement.sem.estimation import (
    improper,
    parameter_names,
    search,
    search_problems,
    undetermined,
)
from icx_research.measurement.sem.optimiser import Minimum
from icx_research.measurement.sem.parameters import ParameterTable
from icx_research.measurement.sem.ram import Implied, group_models
from icx_research.measurement.sem.starts import starting_values
from icx_research.measurement.twolevel.levels import LEVELS
from icx_research.measurement.twolevel.objective import TwoLevelDiscrepancy, TwoLevelPoint
from icx_research.measurement.twolevel.sample import TwoLevelSample
from icx_research.measurement.twolevel.unrestricted import Unrestricted, start_between


@dataclass(frozen=True, eq=False)
class TwoLevelFit:
    """A two-level model fitted to a sample.

    Attributes
    ----------
    table : ParameterTable
        Group 0 is within, 1 between.
    sample : TwoLevelSample
    minimum : Minimum
    point : TwoLevelPoint
        At the estimates.
    saturated : Unrestricted
    """

    table: ParameterTable
    sample: TwoLevelSample
    minimum: Minimum
    point: TwoLevelPoint
    saturated: Unrestricted

    @property
    def df(self) -> int:
        """Moments of both levels less free parameters."""
        return degrees_of_freedom(self.table)

    @property
    def chi_square(self) -> float:
        """Likelihood ratio against free moments at both levels."""
        return max(self.point.fit.value - self.saturated.value, 0.0)

    @property
    def implied(self) -> tuple[Implied, Implied]:
        """Matrices of both levels at the estimates."""
        return self.point.implied

    @cached_property
    def observed_information(self) -> np.ndarray:
        """Minus the second derivatives of the log-likelihood, shape (q, q)."""
        return np.asarray(self.point.observed() * self.sample.n_used / 2)

    @cached_property
    def expected_information(self) -> np.ndarray:
        """Expected information, shape (q, q)."""
        return np.asarray(self.point.expected() * self.sample.n_used / 2)


def degrees_of_freedom(table: ParameterTable) -> int:
    """Count variances and covariances of both levels and means, less free parameters."""
    p = len(table.observed)
    return p * (p + 1) + p - table.n_free


def fit_two_levels(
    table: ParameterTable, sample: TwoLevelSample, saturated: Unrestricted
) -> TwoLevelFit:
    """Estimate by maximum likelihood.

    Raises
    ------
    ValueError
        If there are more free parameters than moments at one level, or no admissible start.
    """
    p = len(table.observed)
    for level, name in enumerate(LEVELS):
        own = {row.free for row in table.rows if row.group == level and row.free >= 0}
        known = p * (p + 1) // 2 + p * level
        shared = {row.free for row in table.rows if row.group != level and row.free >= 0} & own
        if len(own - shared) > known:
            raise ValueError(
                f"the model is not identified: it has {len(own)} free parameters {name} units "
                f"but only {known} moments; fix or equate at least {len(own) - known} of them."
            )
    grand = sample.size * sample.units
    means = [grand @ sample.mean / grand.sum()] * 2
    covariances = [sample.within, start_between(sample)]
    within, between = group_models(table, means, covariances)
    objective = TwoLevelDiscrepancy((within, between), sample)
    minimum = search(objective, starting_values(table, means, covariances))
    return TwoLevelFit(table, sample, minimum, objective.at(minimum.theta), saturated)


def two_level_problems(fit: TwoLevelFit) -> list[str]:
    """Name everything that makes the estimates improper."""
    found = search_problems(
        fit.minimum,
        undetermined(fit.expected_information),
        parameter_names(fit.table, LEVELS),
    )
    for implied, level in zip(fit.implied, LEVELS, strict=True):
        found += improper(implied, fit.table.observed, fit.table.latent, f" {level} units")
    if not fit.saturated.converged:
        found.append("the unrestricted model did not converge, so that there is no chi-square")
    elif np.linalg.eigvalsh(fit.saturated.between)[0] <= 0:
        found.append(
            "the unrestricted covariance matrix between units is not positive definite: some "
            "items hardly differ between units"
        )
    return found
