"""What a fitted two-level measurement model answers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.results import Result
from icx_research.measurement.sem.estimates import estimates_frame, undefined
from icx_research.measurement.sem.fit_indices import fit_indices, fit_sentence
from icx_research.measurement.sem.summary import LOG_2PI
from icx_research.measurement.twolevel.fitting import TwoLevelFit
from icx_research.measurement.twolevel.levels import LEVELS
from icx_research.measurement.twolevel.unrestricted import independence


@dataclass(frozen=True, repr=False, eq=False)
class TwoLevelResult(Result):
    """A measurement model of raters within units and of units.

    Attributes
    ----------
    model, unit : str
        The model string, and the column of the units.
    fit : TwoLevelFit
        The numbers behind the result: parameter table, moments, estimates, information.
    covariance : array, shape (q, q)
        Of the free parameters; nan where the model is not identified or not converged.
    problems : tuple of str
        Everything that makes the solution improper; empty for a proper one.
    confidence_level : float
    """

    model: str
    unit: str
    fit: TwoLevelFit
    covariance: np.ndarray
    problems: tuple[str, ...]
    confidence_level: float

    @property
    def n_used(self) -> int:
        """Rows the estimates rest on."""
        return self.fit.sample.n_used

    @property
    def n_dropped(self) -> int:
        """Rows left out because an answer or the unit is missing."""
        return self.fit.sample.n_dropped

    @property
    def n_units(self) -> int:
        """Units the estimates rest on."""
        return self.fit.sample.n_units

    @property
    def converged(self) -> bool:
        """Whether the search reached the minimum."""
        return self.fit.minimum.converged

    @property
    def note(self) -> str:
        """The problems, and what the estimates rest on, in one line."""
        parts, sample = list(self.problems), self.fit.sample
        rows = self.fit.table.rows
        between = len({row.free for row in rows if row.group == 1 and row.free >= 0})
        if between >= sample.n_units:
            parts.append(
                f"{sample.n_units} units for {between} parameters between units: estimates and "
                "tests there are not to be relied on"
            )
        if sample.n_single:
            parts.append(f"{sample.n_single} units have one row, which informs between units only")
        if self.converged:
            parts += undefined(self.table)
        return "; ".join(parts)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per parameter and per definition.

        lhs, op, rhs, level, label, estimate, se, z, p_value, ci_low, ci_high, std_all
        (standardised within each level). A fixed parameter has se 0 and no test.
        """
        return estimates_frame(
            self.fit.table,
            self.fit.implied,
            self.covariance if self.converged else None,
            places=LEVELS,
            elsewhere="",
            confidence_level=self.confidence_level,
            place_name="level",
        )

    @cached_property
    def fit_indices(self) -> pd.Series:
        """Chi-square, fit indices, log-likelihood and information criteria.

        chi_square, df, p_value, baseline_chi_square, baseline_df, cfi, tli, rmsea,
        rmsea_ci_low, rmsea_ci_high (90 %), srmr_within, srmr_between, log_likelihood, aic, bic.
        All nan where a search did not converge.
        """
        fit, n = self.fit, self.n_used
        lone = independence(fit.sample)
        p, q = len(fit.table.observed), fit.table.n_free
        indices = fit_indices(
            chi_square=fit.chi_square,
            df=fit.df,
            n=n,
            baseline_chi_square=max(lone.value - fit.saturated.value, 0.0),
            baseline_df=p * (p - 1),
        )
        log_likelihood = -(fit.point.fit.value + n * p * LOG_2PI) / 2
        pairs = zip(fit.implied, (fit.saturated.within, fit.saturated.between), strict=True)
        srmr = [_srmr(implied.covariance[:p, :p], free) for implied, free in pairs]
        rest = {
            "srmr_within": srmr[0],
            "srmr_between": srmr[1],
            "log_likelihood": log_likelihood,
            "aic": 2 * q - 2 * log_likelihood,
            "bic": q * float(np.log(n)) - 2 * log_likelihood,
        }
        found = pd.concat([indices, pd.Series(rest)])
        return found if self.converged and fit.saturated.converged else found * np.nan

    @property
    def icc(self) -> pd.Series:
        """Share of each item's variance between units, of the unrestricted model."""
        return pd.Series(self.fit.saturated.icc, index=self.fit.table.observed, name="icc")

    def to_apa(self) -> str:
        """Chi-square, CFI, TLI, RMSEA with interval, SRMR of both levels, units and n.

        Of an improper solution what makes it one: it is not for a paper.
        """
        rows = f"{self.n_units} units, n = {self.n_used}"
        if self.problems:
            return f"improper solution: {'; '.join(self.problems)}; {rows}"
        fit = self.fit_indices
        within, between = (
            apa.bounded(fit[name], digits=3) for name in ("srmr_within", "srmr_between")
        )
        return f"{fit_sentence(fit)}, SRMR within = {within}, between = {between}, {rows}"


def _srmr(implied: np.ndarray, free: np.ndarray) -> float:
    """Root mean square difference of correlations, those with themselves included."""
    own = np.diag(implied), np.diag(free)
    if min(part.min() for part in own) <= 0:
        return float("nan")
    first, second = (
        matrix / np.sqrt(np.outer(part, part))
        for matrix, part in zip((implied, free), own, strict=True)
    )
    return float(np.sqrt(np.mean((first - second)[np.tril_indices(len(free))] ** 2)))
