"""What a fitted structural equation model answers."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.moments import GroupedMoments, Moments
from icx_research.core.results import Result, largest_first
from icx_research.measurement.sem import standardised
from icx_research.measurement.sem.convergent import convergent_validity
from icx_research.measurement.sem.estimates import estimates_frame, undefined
from icx_research.measurement.sem.estimation import Fit
from icx_research.measurement.sem.fit_indices import fit_sentence
from icx_research.measurement.sem.ordinal_estimation import OrdinalFit
from icx_research.measurement.sem.ordinal_indices import (
    adjusted,
    indefinite,
    summarise_ordinal,
)
from icx_research.measurement.sem.ordinal_residuals import ordinal_residuals
from icx_research.measurement.sem.residuals import correlation_residuals
from icx_research.measurement.sem.robust import Scaling, scaling
from icx_research.measurement.sem.score_tests import modification_indices
from icx_research.measurement.sem.scores import factor_scores
from icx_research.measurement.sem.summary import summarise

NO_SCALING = (
    "the scaling factor of the chi-square is not positive or cannot be told, so scaled and robust "
    "indices are not available"
)


@dataclass(frozen=True, repr=False, eq=False)
class SemResult(Result):
    """A fitted structural equation model.

    Attributes
    ----------
    model : str
        The model string.
    estimator, missing : str
    cluster : str or None
        Column of the clusters behind the standard errors.
    fit : Fit
        The numbers behind the result: parameter table, sample, estimates, information.
    covariance : array, shape (q, q)
        Of the free parameters; nan where the model is not identified or not converged.
    problems : tuple of str
        Everything that makes the solution improper; empty for a proper one.
    confidence_level : float
    """

    model: str
    estimator: str
    missing: str
    cluster: str | None
    fit: Fit
    covariance: np.ndarray
    problems: tuple[str, ...]
    confidence_level: float

    @property
    def n_used(self) -> int:
        """Rows the estimates rest on."""
        return self.fit.sample.n_used

    @property
    def n_dropped(self) -> int:
        """Rows left out because a needed value, the group or the cluster is missing."""
        return self.fit.sample.n_dropped

    @property
    def groups(self) -> tuple[Hashable, ...]:
        """Keys of the groups in sorted order; (1,) without groups."""
        return self.fit.sample.groups or (1,)

    @property
    def converged(self) -> bool:
        """Whether the search reached the minimum."""
        return self.fit.minimum.converged

    @property
    def note(self) -> str:
        """The problems, and what the estimates rest on, in one line."""
        parts = list(self.problems)
        if isinstance(self.fit, OrdinalFit):
            parts += indefinite(self.fit)
        factors = self.scaling_factors
        if factors is not None and self.fit.df and np.isnan(factors.factor):
            parts.append(NO_SCALING)
        if self.converged:
            parts += undefined(self.table)
        if self.fit.sample.n_clusters is not None:
            parts.append(f"standard errors rest on {self.fit.sample.n_clusters} clusters")
            codes = [rows.cluster for rows in self.fit.sample.rows or ()]
            each = [set(code.tolist()) for code in codes if code is not None]
            everywhere = [unit for own in each for unit in own]
            across = sum(count > 1 for count in Counter(everywhere).values())
            if across:
                parts.append(
                    f"{across} clusters have rows in several groups, which are taken as "
                    "independent of each other"
                )
        return "; ".join(parts)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per parameter and per definition, as lavaan's ``parameterEstimates``.

        lhs, op, rhs, group, label, estimate, se, z, p_value, ci_low, ci_high, std_all. A
        fixed parameter has se 0 and no test.
        """
        keys = self.groups if self.fit.sample.groups else (1,) * self.fit.table.n_groups
        return estimates_frame(
            self.fit.table,
            self.fit.implied,
            self.covariance if self.converged else None,
            places=keys,
            elsewhere="" if self.fit.sample.groups else 1,
            confidence_level=self.confidence_level,
        )

    @cached_property
    def scaling_factors(self) -> Scaling | None:
        """Yuan-Bentler scaling factors of both chi-squares; None under "ML"."""
        return scaling(self.fit) if self.estimator == "MLR" and self.converged else None

    @cached_property
    def fit_indices(self) -> pd.Series:
        """Chi-square, fit indices, log-likelihood and information criteria.

        chi_square, df, p_value, baseline_chi_square, baseline_df, cfi, tli, rmsea,
        rmsea_ci_low, rmsea_ci_high (90 %), srmr, log_likelihood, aic, bic. Under "MLR" also
        the scaled ones, their scaling factors and the robust ones; under "fiml" the robust ones
        always, nan where the information about the moments is singular. Under "WLSMV" without
        the last three of the plain ones, with shifts beside the factors; there the robust ones
        are nan where thresholds are restricted or a matrix of correlations is not positive
        definite. All nan where the search did not converge.
        """
        if isinstance(self.fit, OrdinalFit):
            indices = summarise_ordinal(self.fit)
        else:
            indices = summarise(self.fit, self.scaling_factors)
        return indices if self.converged else indices * np.nan

    @property
    def r_squared(self) -> pd.DataFrame:
        """Explained variance of every dependent variable: term, group, estimate.

        nan for a variable whose residual variance is negative (named in `problems`).
        """
        rows = [
            {"term": name, "group": self.groups[g], "estimate": value}
            for g, name, value in standardised.r_squared(self.fit.table, self.fit.implied)
        ]
        return pd.DataFrame(rows, columns=["term", "group", "estimate"])

    @property
    def sample_moments(self) -> Moments | GroupedMoments:
        """Observed moments, n in the denominator (estimated ones where values are missing)."""
        saturated = self.fit.saturated
        return self._moments([g.mean for g in saturated], [g.cov for g in saturated])

    @property
    def implied_moments(self) -> Moments | GroupedMoments:
        """Moments that the model implies, n in the denominator."""
        groups = self.fit.point.groups
        return self._moments([g.mean for g in groups], [g.cov for g in groups])

    def _moments(self, means: list[np.ndarray], covs: list[np.ndarray]) -> Moments | GroupedMoments:
        n = [round(data.n) for data in self.fit.sample.patterns]
        names = self.fit.table.observed
        if self.fit.sample.groups is None:
            return Moments(names, n[0], means[0], covs[0])
        return GroupedMoments(
            names, np.array(n), np.array(means), np.array(covs), groups=self.fit.sample.groups
        )

    def modification_indices(self) -> pd.DataFrame:
        """List the expected drop of chi-square for every path left out or fixed, largest first.

        lhs, op, rhs, group, modification_index, expected_change, expected_change_std.
        """
        frame = modification_indices(self.fit)
        return frame.assign(group=[self.groups[g] for g in frame["group"]])

    def factor_scores(
        self,
        data: Any,
        *,
        group: str | None = None,
        method: Literal["regression", "bartlett"] = "regression",
    ) -> pd.DataFrame:
        """Scores of the latent variables, one row per row of `data`; see `factor_scores`.

        Under "fiml" rows with missing answers are scored by the answers they have.
        """
        if isinstance(self.fit, OrdinalFit):
            raise ValueError(
                "factor scores of ordinal variables are not available under estimator='WLSMV'; use "
                "scale scores, or estimator='MLR'."
            )
        fiml = self.missing == "fiml"
        return factor_scores(self.fit, data, group=group, method=method, incomplete=fiml)

    @property
    def latent_correlations(self) -> pd.DataFrame:
        """Model-implied correlations of the latent variables: group, first, second, estimate."""
        p, names, rows = len(self.fit.table.observed), self.fit.table.latent, []
        for g, group in enumerate(self.fit.point.groups):
            cov = group.implied.covariance[p:, p:]
            for i, first in enumerate(names):
                for j in range(i):
                    # negative variances, named in `problems`, have no correlation
                    product = cov[i, i] * cov[j, j] if min(cov[i, i], cov[j, j]) > 0 else np.nan
                    value = cov[i, j] / np.sqrt(product)
                    rows.append((self.groups[g], names[j], first, value))
        return pd.DataFrame(rows, columns=["group", "first", "second", "estimate"])

    @property
    def convergent_validity(self) -> pd.DataFrame:
        """Composite reliability and average variance extracted of every construct.

        group, latent, n_items, composite_reliability, average_variance_extracted,
        largest_squared_correlation: Fornell and Larcker ask for the variance extracted to be
        larger. nan where the search did not converge.
        """
        frame = convergent_validity(self.fit)
        if not self.converged:
            frame.iloc[:, 3:] = np.nan
        return frame.assign(group=[self.groups[g] for g in frame["group"]])

    @property
    def residuals(self) -> pd.DataFrame:
        """Sample less implied covariances (and means), raw and in sample standard deviations.

        lhs, op, rhs, group, observed, implied, residual, standardised; largest first. Under
        "WLSMV" thresholds (standardised: the difference in cumulative shares) and correlations.
        """
        if isinstance(self.fit, OrdinalFit):
            found = ordinal_residuals(self.fit)
            return self._largest_first([(*r[:3], self.groups[r[3]], *r[4:]) for r in found])
        names = self.fit.table.observed
        rows: list[tuple[object, ...]] = []
        for g, group in enumerate(self.fit.point.groups):
            sample, key = self.fit.saturated[g], self.groups[g]
            means, covs = correlation_residuals(self.fit, g)
            for i, first in enumerate(names):
                if self.fit.table.mean_structure:
                    pair = (sample.mean[i], group.mean[i])
                    rows.append((first, "~1", "", key, *pair, pair[0] - pair[1], means[i]))
                for j in range(i + 1):
                    pair = (sample.cov[i, j], group.cov[i, j])
                    rows.append((names[j], "~~", first, key, *pair, pair[0] - pair[1], covs[i, j]))
        return self._largest_first(rows)

    def _largest_first(self, rows: list[tuple[object, ...]]) -> pd.DataFrame:
        columns = ["lhs", "op", "rhs", "group", "observed", "implied", "residual", "standardised"]
        return largest_first(pd.DataFrame(rows, columns=columns), "standardised")

    def to_apa(self) -> str:
        """Chi-square, CFI, TLI, RMSEA with interval, SRMR and n; scaled under "MLR" and "WLSMV".

        Of an improper solution what makes it one: it is not for a paper.
        """
        if self.problems:
            return f"improper solution: {'; '.join(self.problems)}; n = {self.n_used}"
        fit, scaled = self.fit_indices, ""
        if np.isfinite(fit.get("chi_square_scaled", np.nan)):
            fit, scaled = adjusted(fit), "scaled "
        srmr = apa.bounded(fit["srmr"], digits=3)
        return f"{scaled}{fit_sentence(fit)}, SRMR = {srmr}, n = {self.n_used}"
