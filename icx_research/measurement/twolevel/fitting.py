"""Fitting a two-level model: estimates, their precision and what is improper about them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from icx_research.core.errors import UnsuitableData
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
            raise UnsuitableData(
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


def runaway_item(fit: TwoLevelFit) -> str | None:
    """Name the item behind a search without a maximum, if one is.

    Where a negative residual variance between units can outweigh all else in the largest
    units, their likelihood has no upper limit.
    """
    p = len(fit.table.observed)
    residual = np.diag(fit.implied[1].errors)[:p] / np.diag(fit.sample.within)
    if fit.minimum.converged or residual.min() >= 0:
        return None
    return fit.table.observed[int(residual.argmin())]


def two_level_problems(fit: TwoLevelFit) -> list[str]:
    """Name everything that makes the estimates improper."""
    item = runaway_item(fit)
    # a search that ran away ends where the information says nothing of the model
    loose = undetermined(fit.expected_information if item is None else np.zeros((0, 0)))
    found = search_problems(fit.minimum, loose, parameter_names(fit.table, LEVELS))
    if item is not None:
        found.append(
            f"the likelihood has no upper limit: fix the residual variance of {item!r} between "
            f"units at zero ('{item} ~~ 0*{item}')"
        )
    for implied, level in zip(fit.implied, LEVELS, strict=True):
        found += improper(implied, fit.table.observed, fit.table.latent, f" {level} units")
    if not fit.saturated.converged:
        found.append("the unrestricted model did not converge, so that there is no chi-square")
    elif fit.saturated.singular:
        found.append(
            "the unrestricted covariance matrix between units is singular, at its boundary: some "
            "items hardly differ between units, and the chi-square is approximate only"
        )
    return found
