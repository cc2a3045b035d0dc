"""Fitting: from a parameter table and a sample to estimates and their precision."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from icx_research.core.errors import UnsuitableData
from icx_research.measurement.sem.constrained import binding, minimise_under
from icx_research.measurement.sem.constraints import (
    Constraints,
    free_directions,
    read_constraints,
)
from icx_research.measurement.sem.least_squares import LeastSquares
from icx_research.measurement.sem.objective import Discrepancy, SemPoint
from icx_research.measurement.sem.optimiser import Minimum, Objective, minimise
from icx_research.measurement.sem.parameters import ParameterTable
from icx_research.measurement.sem.ram import Implied, group_models
from icx_research.measurement.sem.sample import Sample
from icx_research.measurement.sem.saturated import Reference
from icx_research.measurement.sem.standardised import row_values
from icx_research.measurement.sem.starts import starting_values

# Smallest eigenvalue of the information, on the scale where its diagonal is one, below
# which a direction in the parameter space counts as undetermined.
SINGULAR = 1e-9
# A variance or eigenvalue this far below zero, relative to the largest, is negative.
NEGATIVE = 1e-8
# Newton decrement at which a search from a neighbour takes its last step; that step squares
# what is left, so the chi-square is exact to 1e-8 for any n met in practice.
ENOUGH = 1e-8


@dataclass(frozen=True, eq=False)
class Fit:
    """A model fitted to a sample.

    Attributes
    ----------
    table : ParameterTable
    sample : Sample
    objective : Discrepancy or LeastSquares
    minimum : Minimum
    point : SemPoint
        At the estimates.
    saturated : tuple of Reference, one per group
        Unrestricted moments.
    constraints : Constraints or None
    """

    table: ParameterTable
    sample: Sample
    objective: Discrepancy | LeastSquares
    minimum: Minimum
    point: SemPoint
    saturated: tuple[Reference, ...]
    constraints: Constraints | None = None

    @property
    def theta(self) -> np.ndarray:
        """Estimates of the free parameters, shape (q,)."""
        return self.minimum.theta

    @property
    def n(self) -> int:
        """Rows of all groups."""
        return self.sample.n_used

    @property
    def exogenous(self) -> list[int]:
        """Positions of the predictors that are taken as given."""
        return [self.table.observed.index(name) for name in self.table.exogenous]

    @property
    def df(self) -> int:
        """Sample moments less free parameters; moments of exogenous predictors count as given."""
        return degrees_of_freedom(self.table) + self.table.n_free - self.n_parameters

    @cached_property
    def n_parameters(self) -> int:
        """Free parameters less independent equality constraints."""
        if self.constraints is None:
            return self.table.n_free
        slope = self.constraints.at(self.theta)[1][self.constraints.is_equality]
        return free_directions(slope).shape[1]

    @cached_property
    def directions(self) -> np.ndarray | None:
        """Along which the constraints let the estimates move, shape (q, r); None without any.

        An inequality at its limit counts as an equality here, though not for the degrees of
        freedom.
        """
        if self.constraints is None:
            return None
        held = binding(self.constraints, self.minimum, self.point.gradient())
        return free_directions(self.constraints.at(self.theta)[1][held])

    @property
    def chi_square(self) -> float:
        """N times the minimum of the discrepancy."""
        value = self.point.value * self.n - sum(group.value for group in self.saturated)
        return max(float(value), 0.0)

    @cached_property
    def expected_information(self) -> np.ndarray:
        """Expected information of all rows, shape (q, q)."""
        return self.point.expected() * self.n / 2

    @cached_property
    def observed_information(self) -> np.ndarray:
        """Minus the second derivatives of the log-likelihood, shape (q, q)."""
        return self.point.observed() * self.n / 2

    @cached_property
    def row_values(self) -> np.ndarray:
        """Value of every row of the parameter table, free or fixed."""
        return row_values(self.table, self.implied)

    @property
    def implied(self) -> list[Implied]:
        """Matrices of every group at the estimates."""
        return [group.implied for group in self.point.groups]

    def moved(self, theta: np.ndarray) -> "Fit":
        """Evaluate the same model and sample at other parameters."""
        point = self.objective.at(theta)
        return replace(self, minimum=replace(self.minimum, theta=theta), point=point)


def degrees_of_freedom(table: ParameterTable) -> int:
    """Count the sample moments a model must explain, less its free parameters."""
    p, x = len(table.observed), len(table.exogenous)
    if table.thresholds:
        return table.n_groups * (sum(table.thresholds) + p * (p - 1) // 2) - table.n_free
    per_group = (p * (p + 1) - x * (x + 1)) // 2 + (p - x if table.mean_structure else 0)
    return table.n_groups * per_group - table.n_free


def fit_model(
    table: ParameterTable,
    sample: Sample,
    saturated: Sequence[Reference],
    *,
    start: np.ndarray | None = None,
) -> Fit:
    """Estimate by maximum likelihood; `saturated` holds each group's unrestricted moments.

    The search begins at `start`, where given, and guesses its own only where that fails.

    Raises
    ------
    ValueError
        If there are more free parameters than sample moments, or no admissible start.
    """
    constraints = read_constraints(table)
    check_count(table)
    means, covariances = [g.mean for g in saturated], [g.cov for g in saturated]
    models = group_models(table, means, covariances)
    objective = Discrepancy(models, sample.patterns, table.mean_structure)
    minimum = _warm(objective, start) if constraints is None else None
    if minimum is None:
        minimum = search(objective, starting_values(table, means, covariances), constraints)
    point = objective.at(minimum.theta)
    return Fit(table, sample, objective, minimum, point, tuple(saturated), constraints)


def check_count(table: ParameterTable) -> None:
    """Refuse a model with more free parameters than sample moments and constraints."""
    df = degrees_of_freedom(table)
    if df + len(table.constraints) < 0:
        raise UnsuitableData(
            f"the model is not identified: it has {table.n_free} free parameters but only "
            f"{table.n_free + df} sample moments; fix or equate at least {-df} of them."
        )


def _warm(objective: Objective, start: np.ndarray | None) -> Minimum | None:
    """Search from a known neighbour; None where there is none, or it leads nowhere."""
    if start is None:
        return None
    try:
        found = minimise(objective, start, enough=ENOUGH, near=True)
    except np.linalg.LinAlgError:
        return None
    return found if found.converged else None


def search(
    objective: Objective,
    starts: Sequence[np.ndarray],
    constraints: Constraints | None = None,
    *,
    newton: bool = True,
) -> Minimum:
    """Search from the first guess and, where that fails, from the next; see `minimise`."""
    best: Minimum | None = None
    for start in starts:
        if constraints is not None and np.isnan(constraints.at(start)[0]).any():
            continue
        try:
            found = (
                minimise(objective, start, newton=newton)
                if constraints is None
                else minimise_under(objective, constraints, start)
            )
        except np.linalg.LinAlgError:
            continue
        if best is None or found.value < best.value:
            best = found
        if best.converged:
            return best
    if best is None and constraints is not None:
        constraints.check_defined(starts[0])
        raise UnsuitableData(
            "no starting values meet the constraints with a positive definite covariance matrix; "
            "check the constraints, or give some values with start(...)."
        )
    if best is None:
        raise UnsuitableData(
            "no starting values give a positive definite covariance matrix; check the values "
            "that the model fixes, or give some with start(...)."
        )
    return best


def undetermined(information: np.ndarray) -> np.ndarray:
    """Directions, shape (d, q), along which the information is zero."""
    if not len(information):
        return np.zeros((0, 0))
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    scaled = information / scale / scale[:, None]
    try:  # a tenth of the time of the eigenvalues, which only a loose model needs
        np.linalg.cholesky(scaled - SINGULAR * np.eye(len(scaled)))
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(scaled)
        return (vectors[:, values < SINGULAR]).T
    return np.zeros((0, len(scaled)))


def _undetermined(fit: Fit) -> np.ndarray:
    """Directions, shape (d, q), that neither data nor constraints determine."""
    k = fit.directions
    if k is None:
        return undetermined(fit.expected_information)
    return undetermined(k.T @ fit.expected_information @ k) @ k.T


def problems(fit: Fit) -> list[str]:
    """Name everything that makes the estimates improper."""
    groups = fit.sample.groups or ()
    places = [f" in group {key!r}" for key in groups] or [""]
    found = search_problems(fit.minimum, _undetermined(fit), parameter_names(fit.table))
    for implied, where in zip(fit.implied, places, strict=True):
        found += improper(implied, fit.table.observed, fit.table.latent, where)
    return found


def search_problems(minimum: Minimum, loose: np.ndarray, names: Sequence[str]) -> list[str]:
    """Say where the search failed, and which parameters the data do not determine."""
    found = []
    if not minimum.converged:
        found.append(
            f"not converged after {minimum.n_steps} steps: estimates, errors and fit "
            "indices must not be interpreted"
        )
    if len(loose):
        involved = np.flatnonzero((np.abs(loose) > 0.05).any(axis=0))
        listed = ", ".join(names[k] for k in involved[:8])
        found.append(f"not identified: the data do not determine {listed}")
    return found


def improper(
    implied: Implied, observed: Sequence[str], latent: Sequence[str], where: str
) -> list[str]:
    """Name negative variances and covariance matrices that are none, in one group."""
    found, p = [], len(observed)
    variances = np.diag(implied.errors)
    for i, name in enumerate((*observed, *latent)):
        if variances[i] < -NEGATIVE * np.abs(variances).max():
            kind = "Heywood case: the residual" if i < p else "the"
            found.append(f"{kind} variance of {name!r} is negative ({variances[i]:.3f}){where}")
    for kind, block in (
        ("latent variables", implied.covariance[p:, p:]),
        ("residuals of the observed variables", implied.errors[:p, :p]),
    ):
        used = np.diag(block) != 0
        block = block[np.ix_(used, used)]
        own = np.diag(block)
        if len(block) > 1 and (own > 0).all():
            correlation = block / np.sqrt(np.outer(own, own))
            if np.linalg.eigvalsh(correlation)[0] < -NEGATIVE:
                found.append(f"the covariance matrix of the {kind} is not positive definite{where}")
    return found


def parameter_names(table: ParameterTable, places: Sequence[str] = ()) -> list[str]:
    """Write every free parameter as in the model string; the first of equal ones."""
    places = places or [f"group {g + 1}" for g in range(table.n_groups)]
    names: dict[int, str] = {}
    for row in table.rows:
        if row.free >= 0:
            path = f"{row.lhs} {row.op} {row.rhs}".strip()
            suffix = f" ({places[row.group]})" if table.n_groups > 1 else ""
            names.setdefault(row.free, path + suffix)
    return [names[k] for k in range(table.n_free)]
