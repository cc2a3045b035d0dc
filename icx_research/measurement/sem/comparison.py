"""Likelihood-ratio tests of nested models, plain and scaled."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special

from icx_research.core import apa
from icx_research.core.errors import UnsuitableData
from icx_research.core.results import Result, check_choice, chi_square_table
from icx_research.core.threads import on_one_thread
from icx_research.measurement.sem.nested import difference_test
from icx_research.measurement.sem.ordinal_estimation import OrdinalFit
from icx_research.measurement.sem.result import SemResult
from icx_research.measurement.sem.robust import scaling

# How much of a fit the nested model may gain before the two cannot be nested.
NOT_NESTED = 1e-6


@dataclass(frozen=True, repr=False)
class LikelihoodRatio(Result):
    """Difference of two nested models.

    Attributes
    ----------
    chi_square, df, p_value : float
        nan where the scaled difference is negative, or the models are not nested.
    scaling_factor : float
        What the difference of the chi-squares was divided by; 1 under "ML".
    shift : float
        What was added then; 0 but under "WLSMV".
    n_used : int
    note : str
        Why there is no test; empty otherwise.
    """

    chi_square: float
    df: int
    p_value: float
    scaling_factor: float
    shift: float
    n_used: int
    note: str

    @property
    def table(self) -> pd.DataFrame:
        """One row: term, statistic, df, p_value, n."""
        return chi_square_table("difference", self.chi_square, self.df, self.p_value, self.n_used)

    def to_apa(self) -> str:
        """Difference in chi-square, its degrees of freedom and p value."""
        if self.note:
            return f"Δχ²({self.df}) = n/a: {self.note}"
        return f"Δχ²({self.df}) = {self.chi_square:.2f}, {apa.p_value(self.p_value)}"


def likelihood_ratio(
    restricted: SemResult, general: SemResult, *, method: Literal["2001", "2010"] = "2001"
) -> LikelihoodRatio:
    r"""Test the restrictions that one model adds to another.

    Parameters
    ----------
    restricted, general : SemResult
        Of the same rows; the first nested in the second.
    method : {"2001", "2010"}
        Of the scaled difference under "MLR". That of 2001 can be negative, which the
        result names; that of 2010 cannot, and needs one more evaluation. Under "WLSMV" the
        difference is always that of Satorra (2000).

    Returns
    -------
    LikelihoodRatio

    Notes
    -----
    The difference is divided by :math:`(df_0 c_0 - df_1 c_1) / (df_0 - df_1)` (2001); the
    2010 method takes :math:`c_1` of the general model at the restricted estimates. Agrees
    with lavaan's ``lavTestLRT``. Under "WLSMV" it is adjusted in mean and variance, with the
    restrictions by the delta method (``method = "satorra.2000"``).

    References
    ----------
    Satorra, A. (2000). Scaled and adjusted restricted tests in multi-sample analysis of moment
    structures. In R. D. H. Heijmans, D. S. G. Pollock & A. Satorra (Eds.), Innovations in
    multivariate statistical analysis (pp. 233-247). Kluwer.

    Satorra, A., & Bentler, P. M. (2001). A scaled difference chi-square test statistic for
    moment structure analysis. Psychometrika, 66, 507-514.
    https://doi.org/10.1007/BF02296192

    Satorra, A., & Bentler, P. M. (2010). Ensuring positiveness of the scaled difference
    chi-square test statistic. Psychometrika, 75, 243-248.
    https://doi.org/10.1007/s11336-009-9135-y
    """
    check_choice(method, "method", "2001", "2010")
    _check_pair(restricted, general)
    df = restricted.fit.df - general.fit.df
    drop = restricted.fit.chi_square - general.fit.chi_square
    factor, shift, note = 1.0, 0.0, ""
    if not (restricted.converged and general.converged):
        drop, note = np.nan, "one of the models did not converge"
    elif restricted.estimator == "MLR":
        c0, c1 = _factor(restricted), _factor(general)
        if method == "2010":
            c1 = _factor_at(general, restricted)
        factor = (restricted.fit.df * c0 - general.fit.df * c1) / df
        if np.isnan(factor):
            note = "a model has no positive scaling factor, so the difference has none"
        elif factor <= 0:
            note = f"the scaling factor of the difference is negative ({factor:.3f})" + (
                "; use method='2010'" if method == "2001" else ""
            )
    elif isinstance(restricted.fit, OrdinalFit) and isinstance(general.fit, OrdinalFit):
        test = difference_test(restricted.fit, general.fit)
        factor, shift = test.factor, test.shift
        if np.isnan(factor):
            note = "the restrictions of one model on the other cannot be told, so there is no test"
    if drop < -NOT_NESTED * (1 + general.fit.chi_square):
        note = "the restricted model fits better, so the models are not nested"
    return difference(
        drop, df, n_used=restricted.n_used, scaling_factor=float(factor), shift=shift, note=note
    )


@on_one_thread
def difference(
    drop: float,
    df: int,
    *,
    n_used: int,
    scaling_factor: float = 1.0,
    shift: float = 0.0,
    note: str = "",
) -> LikelihoodRatio:
    """Test a difference of two chi-squares, unless `note` says why there is no test."""
    statistic = np.nan if note else max(max(drop, 0.0) / scaling_factor + shift, 0.0)
    return LikelihoodRatio(
        chi_square=float(statistic),
        df=df,
        p_value=float(special.chdtrc(df, statistic)),
        scaling_factor=scaling_factor,
        shift=shift,
        n_used=n_used,
        note=note,
    )


def _check_pair(restricted: SemResult, general: SemResult) -> None:
    if restricted.fit.df <= general.fit.df:
        raise UnsuitableData(
            "the restricted model must have more degrees of freedom than the general one; got "
            f"{restricted.fit.df} and {general.fit.df}."
        )
    same = (
        set(restricted.fit.table.observed) == set(general.fit.table.observed)
        and restricted.n_used == general.n_used
        and restricted.groups == general.groups
        and restricted.estimator == general.estimator
        and restricted.missing == general.missing
        and restricted.cluster == general.cluster
    )
    if not same:
        raise ValueError(
            "both models must use the same variables, rows, groups, clusters and estimator."
        )


def _factor(result: SemResult) -> float:
    factors = result.scaling_factors
    return 0.0 if factors is None or result.fit.df == 0 else factors.factor


def _factor_at(general: SemResult, restricted: SemResult) -> float:
    """Scaling factor of the general model at the estimates of the restricted one."""
    if general.fit.df == 0:
        return 0.0
    fit = general.fit
    theta = fit.theta.copy()
    known = _values_by_path(restricted)
    for row in fit.table.rows:
        if row.free >= 0:
            theta[row.free] = known.get((row.lhs, row.op, row.rhs, row.group), 0.0)
    return scaling(fit.moved(theta)).factor


def _values_by_path(result: SemResult) -> dict[tuple[str, str, str, int], float]:
    values = {}
    for row, value in zip(result.fit.table.rows, result.fit.row_values, strict=True):
        values[row.lhs, row.op, row.rhs, row.group] = value
        if row.op == "~~":
            values[row.rhs, row.op, row.lhs, row.group] = value
    return values
