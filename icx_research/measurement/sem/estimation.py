"""Fitting: from a parameter table and a sample to estimates and their precision."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from icx_research.measurement.sem.least_squares import LeastSquares
from icx_research.measurement.sem.objective import Discrepancy, SemPoint
from icx_research.measurement.sem.optimiser import Minimum, Objective, minimise
from icx_research.measurement.sem.parameters import ParameterTable
from icx_research.measurement.sem.ram import cell_of, group_models
from icx_research.measurement.sem.sample import Sample
from icx_research.measurement.sem.saturated import Reference
from icx_research.measurement.sem.starts import plain_values, starting_values

# Smallest eigenvalue of the information, on the scale where its diagonal is one, below
# which a direction in the parameter space counts as undetermined.
SINGULAR = 1e-9
# A variance or eigenvalue this far below zero, relative to the largest, is negative.
NEGATIVE = 1e-8


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
    """

    table: ParameterTable
    sample: Sample
    objective: Discrepancy | LeastSquares
    minimum: Minimum
    point: SemPoint
    saturated: tuple[Reference, ...]

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
        return degrees_of_freedom(self.table)

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
        index = {name: i for i, name in enumerate((*self.table.observed, *self.table.latent))}
        found = np.empty(len(self.table.rows))
        for k, row in enumerate(self.table.rows):
            matrix, i, j = cell_of(row, index)
            found[k] = self.point.groups[row.group].implied.cell(matrix, i, j)
        return found

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


def fit_model(table: ParameterTable, sample: Sample, saturated: Sequence[Reference]) -> Fit:
    """Estimate by maximum likelihood; `saturated` holds each group's unrestricted moments.

    Raises
    ------
    ValueError
        If there are more free parameters than sample moments, or no admissible start.
    """
    check_count(table)
    means, covariances = [g.mean for g in saturated], [g.cov for g in saturated]
    models = group_models(table, means, covariances)
    objective = Discrepancy(models, sample.patterns, table.mean_structure)
    good = starting_values(table, means, covariances)
    plain = plain_values(table, covariances)
    free_means = [row for row in table.rows if row.op == "~1" and row.free >= 0]
    plain[[row.free for row in free_means]] = good[[row.free for row in free_means]]
    minimum = search(objective, (good, plain))
    point = objective.at(minimum.theta)
    return Fit(table, sample, objective, minimum, point, tuple(saturated))


def check_count(table: ParameterTable) -> None:
    """Refuse a model with more free parameters than sample moments."""
    df = degrees_of_freedom(table)
    if df < 0:
        raise ValueError(
            f"the model is not identified: it has {table.n_free} free parameters but only "
            f"{table.n_free + df} sample moments; fix or equate at least {-df} of them."
        )


def search(objective: Objective, starts: Sequence[np.ndarray]) -> Minimum:
    """Search from the first guess and, where that fails, from the next."""
    best: Minimum | None = None
    for start in starts:
        try:
            found = minimise(objective, start)
        except np.linalg.LinAlgError:
            continue
        if best is None or found.value < best.value:
            best = found
        if best.converged:
            return best
    if best is None:
        raise ValueError(
            "no starting values give a positive definite covariance matrix; check the values "
            "that the model fixes, or give some with start(...)."
        )
    return best


def undetermined(information: np.ndarray) -> np.ndarray:
    """Directions, shape (d, q), along which the information is zero."""
    if not len(information):
        return np.zeros((0, 0))
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    values, vectors = np.linalg.eigh(information / scale / scale[:, None])
    return (vectors[:, values < SINGULAR]).T


def problems(fit: Fit) -> list[str]:
    """Name everything that makes the estimates improper."""
    found = []
    names = parameter_names(fit.table)
    if not fit.minimum.converged:
        found.append(
            f"not converged after {fit.minimum.n_steps} steps: estimates, errors and fit "
            "indices must not be interpreted"
        )
    loose = undetermined(fit.expected_information)
    if len(loose):
        involved = np.flatnonzero((np.abs(loose) > 0.05).any(axis=0))
        listed = ", ".join(names[k] for k in involved[:8])
        found.append(f"not identified: the data do not determine {listed}")
    p = len(fit.table.observed)
    for g, group in enumerate(fit.point.groups):
        where = "" if fit.sample.groups is None else f" in group {fit.sample.groups[g]!r}"
        variances = np.diag(group.implied.errors)
        labels = (*fit.table.observed, *fit.table.latent)
        for i, name in enumerate(labels):
            if variances[i] < -NEGATIVE * np.abs(variances).max():
                kind = "Heywood case: the residual" if i < p else "the"
                found.append(f"{kind} variance of {name!r} is negative ({variances[i]:.3f}){where}")
        for kind, block in (
            ("latent variables", group.implied.covariance[p:, p:]),
            ("residuals of the observed variables", group.implied.errors[:p, :p]),
        ):
            own = np.diag(block)
            if len(block) > 1 and (own > 0).all():
                correlation = block / np.sqrt(np.outer(own, own))
                if np.linalg.eigvalsh(correlation)[0] < -NEGATIVE:
                    found.append(
                        f"the covariance matrix of the {kind} is not positive definite{where}"
                    )
    return found


def parameter_names(table: ParameterTable) -> list[str]:
    """Write every free parameter as in the model string; the first of equal ones."""
    names: dict[int, str] = {}
    for row in table.rows:
        if row.free >= 0:
            path = f"{row.lhs} {row.op} {row.rhs}".strip()
            suffix = f" (group {row.group + 1})" if table.n_groups > 1 else ""
            names.setdefault(row.free, path + suffix)
    return [names[k] for k in range(table.n_free)]
