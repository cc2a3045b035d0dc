"""What an alignment answers: latent means, variances, and which parameters differ."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import special

from icx_research.core import apa
from icx_research.core.cutoffs import MANY_DIFFER
from icx_research.core.intervals import normal_quantile
from icx_research.core.results import Result
from icx_research.measurement.alignment.invariant_sets import invariant_set
from icx_research.measurement.alignment.simplicity import Search
from icx_research.measurement.sem.result import SemResult


@dataclass(frozen=True, eq=False)
class AlignedFactor:
    """One latent variable, in standard deviations of the reference group.

    Attributes
    ----------
    latent : str
    items : tuple of str, length p
    search : Search
    means, variances : array, shape (g,)
    parameters : array, shape (2, p, g)
        Loadings and intercepts.
    covariance : array, shape (2g + 2pg,) squared
        Of means, variances, loadings and intercepts.
    r_squared : array, shape (2, p)
        Share of the configural variance between groups that means and variances explain.
    """

    latent: str
    items: tuple[str, ...]
    search: Search
    means: np.ndarray
    variances: np.ndarray
    parameters: np.ndarray
    covariance: np.ndarray
    r_squared: np.ndarray

    @classmethod
    def scaled(
        cls,
        latent: str,
        items: tuple[str, ...],
        search: Search,
        covariance: np.ndarray,
        *,
        reference: int,
    ) -> "AlignedFactor":
        """Tell a solution in standard deviations of the reference group, with its errors."""
        best = search.best
        p, g = best.loadings.shape
        unit = best.log_sd[reference]
        log_sd, means = best.log_sd - unit, best.means * np.exp(-unit)
        loadings, intercepts = best.loadings * np.exp(unit), best.intercepts
        variances = np.exp(2 * log_sd)
        scale = best.response()
        of_u = best.by_given + best.by_scale @ scale
        of_unit = scale[g + reference]
        slope = np.concatenate(
            [
                scale[:g] * np.exp(-unit) - np.outer(means, of_unit),
                2 * variances[:, None] * (scale[g:] - of_unit),
                of_u[: p * g] * np.exp(unit) + np.outer(loadings.ravel(), of_unit),
                of_u[p * g :],
            ]
        )
        given = best.function
        loading, intercept = (x.mean(axis=1, keepdims=True) for x in (loadings, intercepts))
        explained = [np.exp(log_sd) * loading, intercept + means * loading]
        r_squared = [
            1 - np.divide(*(part.var(axis=1) for part in (whole - fitted, whole)))
            for whole, fitted in zip((given.loadings, given.intercepts), explained, strict=True)
        ]
        return cls(
            latent=latent,
            items=items,
            search=search,
            means=means,
            variances=variances,
            parameters=np.array([loadings, intercepts]),
            covariance=slope @ covariance @ slope.T,
            r_squared=np.array(r_squared),
        )

    @property
    def se(self) -> np.ndarray:
        """Standard errors of means, variances, loadings and intercepts in a row."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))

    @cached_property
    def invariant(self) -> np.ndarray:
        """Whether a parameter is invariant in a group, shape (2, p, g)."""
        g, (kinds, p, _) = len(self.means), self.parameters.shape
        found = np.zeros(self.parameters.shape, dtype=bool)
        for kind in range(kinds):
            for item in range(p):
                begin = 2 * g + (kind * p + item) * g
                block = self.covariance[begin : begin + g, begin : begin + g]
                found[kind, item] = invariant_set(self.parameters[kind, item], block)
        return found


@dataclass(frozen=True, repr=False, eq=False)
class AlignmentResult(Result):
    """Latent means and variances of groups under approximate invariance.

    Attributes
    ----------
    configural : SemResult
        The model that was aligned, latent means 0 and variances 1 in every group.
    factors : tuple of AlignedFactor
        The numbers behind the tables, one per latent variable.
    method : str
        "fixed" or "free".
    reference : group key
        The group in whose standard deviations everything is given.
    confidence_level : float
    """

    configural: SemResult
    factors: tuple[AlignedFactor, ...]
    method: str
    reference: Hashable
    confidence_level: float

    @property
    def groups(self) -> tuple[Hashable, ...]:
        """Keys of the groups in sorted order."""
        return self.configural.groups

    @property
    def n_used(self) -> int:
        """Rows the estimates rest on."""
        return self.configural.n_used

    @property
    def n_dropped(self) -> int:
        """Rows left out because a needed value or the group is missing."""
        return self.configural.n_dropped

    @property
    def converged(self) -> bool:
        """Whether the search reached the best minimum of every latent variable."""
        return all(factor.search.converged for factor in self.factors)

    @property
    def table(self) -> pd.DataFrame:
        """The latent means; see `latent_means`."""
        return self.latent_means

    @property
    def latent_means(self) -> pd.DataFrame:
        """One row per latent variable and group.

        term, group, estimate, se, ci_low, ci_high, statistic, p_value. Under "fixed" the
        reference group's mean is 0, with se 0 and without test.
        """
        g = len(self.groups)
        rows = self._estimates([(factor.means, factor.se[:g]) for factor in self.factors])
        with np.errstate(invalid="ignore", divide="ignore"):
            statistic = np.where(rows["se"] > 0, rows["estimate"] / rows["se"], np.nan)
        p_value = 2 * special.ndtr(-np.abs(statistic))
        return rows.assign(statistic=statistic, p_value=p_value)

    @property
    def latent_variances(self) -> pd.DataFrame:
        """One row per latent variable and group: term, group, estimate, se, ci_low, ci_high."""
        g = len(self.groups)
        return self._estimates(
            [(factor.variances, factor.se[g : 2 * g]) for factor in self.factors]
        )

    def _estimates(self, pairs: list[tuple[np.ndarray, np.ndarray]]) -> pd.DataFrame:
        estimate, se = (np.concatenate(part) for part in zip(*pairs, strict=True))
        reach = normal_quantile(self.confidence_level) * se
        return pd.DataFrame(
            {
                "term": np.repeat([factor.latent for factor in self.factors], len(self.groups)),
                "group": list(self.groups) * len(self.factors),
                "estimate": estimate,
                "se": se,
                "ci_low": estimate - reach,
                "ci_high": estimate + reach,
            }
        )

    @property
    def parameters(self) -> pd.DataFrame:
        """Aligned loadings and intercepts: lhs, op, rhs, group, estimate, se, invariant."""
        rows: list[tuple[object, ...]] = []
        for factor in self.factors:
            se = factor.se[2 * len(self.groups) :].reshape(factor.parameters.shape)
            for kind, item, path in _paths(factor):
                rows += [
                    (*path, key, factor.parameters[kind, item, g], se[kind, item, g],
                     bool(factor.invariant[kind, item, g]))
                    for g, key in enumerate(self.groups)
                ]  # fmt: skip
        columns = ["lhs", "op", "rhs", "group", "estimate", "se", "invariant"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def invariance(self) -> pd.DataFrame:
        """One row per loading and intercept.

        lhs, op, rhs, average (of the groups in which it is invariant), n_invariant (how many
        these are), share_noninvariant, r_squared.
        """
        rows: list[tuple[object, ...]] = []
        for factor in self.factors:
            for kind, item, path in _paths(factor):
                here = factor.invariant[kind, item]
                average = factor.parameters[kind, item, here].mean()
                rows.append(
                    (*path, average, int(here.sum()), 1 - here.mean(), factor.r_squared[kind, item])
                )
        columns = ["lhs", "op", "rhs", "average", "n_invariant", "share_noninvariant", "r_squared"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def share_noninvariant(self) -> float:
        """Share of all groups' loadings and intercepts that are not invariant."""
        return float(1 - np.concatenate([f.invariant.ravel() for f in self.factors]).mean())

    @property
    def note(self) -> str:
        """Problems of the configural model and of the search, and many parameters that differ."""
        parts = [self.configural.note] if self.configural.note else []
        for factor in self.factors:
            search = factor.search
            if not search.converged:
                parts.append(f"the alignment of {factor.latent!r} did not converge")
            if search.n_same == 1:
                parts.append(
                    f"only 1 of {search.n_starts} starts led to the best alignment of "
                    f"{factor.latent!r}; ask for random starts"
                )
        if self.share_noninvariant > MANY_DIFFER:
            parts.append(
                f"{100 * self.share_noninvariant:.0f} % of the parameters are not invariant: check "
                "the means by simulation"
            )
        return "; ".join(parts)

    def to_apa(self) -> str:
        """Range of the latent means, share of parameters that differ, and n."""
        spans = [
            f"{f.latent}: latent means {f.means.min():.2f} to {f.means.max():.2f}"
            for f in self.factors
        ]
        remark = f" ({self.note})" if self.note else ""
        return (
            f"{'; '.join(spans)}; share of parameters not invariant = "
            f"{apa.bounded(self.share_noninvariant)}; {len(self.groups)} groups, {self.method} "
            f"alignment, n = {self.n_used}{remark}"
        )


def _paths(factor: AlignedFactor) -> list[tuple[int, int, tuple[str, str, str]]]:
    """Kind, item and path of every loading and intercept."""
    loadings = [(0, i, (factor.latent, "=~", item)) for i, item in enumerate(factor.items)]
    return loadings + [(1, i, (item, "~1", "")) for i, item in enumerate(factor.items)]
