"""The table of estimates: one row per parameter, with error, test, interval and standardised."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from icx_research.core.intervals import normal_quantile
from icx_research.core.results import Result
from icx_research.measurement.sem.definitions import defined_values
from icx_research.measurement.sem.parameters import Parameter, ParameterTable
from icx_research.measurement.sem.ram import Implied
from icx_research.measurement.sem.standardised import row_values, standardised
from icx_research.measurement.sem.syntax import Term


def undefined(estimates: pd.DataFrame) -> list[str]:
    """Say which definitions have no value at the estimates."""
    rows = estimates[(estimates["op"] == ":=") & estimates["estimate"].isna()]
    return [
        f"{name!r} is not defined at the estimates: a function or power is outside its domain"
        for name in rows["lhs"]
    ]


def estimates_frame(
    table: ParameterTable,
    implied: Sequence[Implied],
    covariance: np.ndarray | None,
    *,
    places: Sequence[Hashable],
    elsewhere: Hashable,
    confidence_level: float,
    place_name: str = "group",
) -> pd.DataFrame:
    """One row per parameter and per definition, as lavaan's ``parameterEstimates``.

    Parameters
    ----------
    table : ParameterTable
    implied : sequence of Implied
        Matrices of every group (or level) at the estimates.
    covariance : array, shape (q, q), or None
        Of the free parameters; None where there are no estimates, which makes all nan.
    places : sequence
        Keys of the groups.
    elsewhere : object
        Key of the definitions, which belong to none.
    confidence_level : float
    place_name : str
        Name of the column of keys.
    """
    rows, definitions = table.rows, table.definitions
    free = np.array([row.free for row in rows], dtype=int)
    estimate, std_all = row_values(table, implied), standardised(table, implied)
    spread = np.full((table.n_free,) * 2, np.nan) if covariance is None else covariance
    variance = np.where(free >= 0, np.diag(spread)[free], 0.0) if table.n_free else free * 0.0
    first = table.labelled
    labels, at = list(first), list(first.values())
    indicator = np.zeros((len(labels), table.n_free))
    for i, k in enumerate(at):
        if free[k] >= 0:
            indicator[i, free[k]] = 1.0
    defined, slope = defined_values(definitions, labels, estimate[at])
    slope = slope @ indicator
    defined_std, _ = defined_values(definitions, labels, std_all[at])
    of_definitions = np.einsum("ij,jk,ik->i", slope, spread, slope)
    everything: tuple[Parameter | Term, ...] = (*rows, *definitions)
    estimate = np.concatenate([estimate, defined])
    if covariance is None:
        estimate, std_all = np.full_like(estimate, np.nan), np.full_like(std_all, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.sqrt(np.concatenate([variance, of_definitions]))
        z = np.where(se > 0, estimate / se, np.nan)
    reach = normal_quantile(confidence_level) * se
    return pd.DataFrame(
        {
            "lhs": [row.lhs for row in everything],
            "op": [row.op for row in everything],
            "rhs": [row.rhs for row in everything],
            place_name: [places[row.group] for row in rows] + [elsewhere] * len(definitions),
            "label": [row.label for row in rows] + [term.lhs for term in definitions],
            "estimate": estimate,
            "se": se,
            "z": z,
            "p_value": 2 * special.ndtr(-np.abs(z)),
            "ci_low": estimate - reach,
            "ci_high": estimate + reach,
            "std_all": np.concatenate([std_all, defined_std]),
        }
    )


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class FittedModel(Result):
    """What the results of models of one level and of two share."""

    model: str
    fit: Any
    covariance: np.ndarray
    problems: tuple[str, ...]
    confidence_level: float

    @property
    def n_used(self) -> int:
        """Rows the estimates rest on."""
        return int(self.fit.sample.n_used)

    @property
    def n_dropped(self) -> int:
        """Rows left out."""
        return int(self.fit.sample.n_dropped)

    @property
    def converged(self) -> bool:
        """Whether the search reached the minimum."""
        return bool(self.fit.minimum.converged)
