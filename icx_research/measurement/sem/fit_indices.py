"""Fit indices: how far the model is from the data, in several units."""

from typing import Protocol

import numpy as np
import pandas as pd
from scipy import optimize, special

from icx_research.core import apa

# The interval of the RMSEA has 90 % coverage by convention (Browne & Cudeck, 1993).
RMSEA_TAILS = (0.95, 0.05)
# Discrepancy per row below which a saturated model has none but that of its search.
ROUNDING = 1e-8
NEEDED = (
    "fit_indices needs a fitted model, or chi_square, df, n, baseline_chi_square and baseline_df."
)


class Fitted(Protocol):
    """A fitted model."""

    @property
    def fit_indices(self) -> pd.Series:
        """Its fit indices."""
        ...


def fit_indices(
    model: Fitted | None = None,
    /,
    *,
    chi_square: float | None = None,
    df: float | None = None,
    n: float | None = None,
    baseline_chi_square: float | None = None,
    baseline_df: float | None = None,
    n_groups: int = 1,
) -> pd.Series:
    r"""Fit indices of a fitted model, or what follows from published chi-squares.

    Parameters
    ----------
    model : SemResult or TwoLevelResult, optional
        Its `fit_indices` are returned; the other arguments are for models without data.
    chi_square, df : float
        Of the model.
    n : float
        Rows of all groups; use n - 1 where the chi-square is (n - 1) times the
        discrepancy.
    baseline_chi_square, baseline_df : float
        Of the independence model.
    n_groups : int, default 1

    Returns
    -------
    Series
        chi_square, df, p_value, baseline_chi_square, baseline_df, cfi, tli, rmsea,
        rmsea_ci_low, rmsea_ci_high (90 % interval).

    Raises
    ------
    ValueError
        If neither a model nor all numbers are given, or a number is impossible.

    Notes
    -----
    With :math:`\delta = \max(\chi^2 - df, 0)`: CFI is
    :math:`1 - \delta / \max(\delta_b, \delta)`; TLI is
    :math:`(\chi^2_b/df_b - \chi^2/df) / (\chi^2_b/df_b - 1)`; RMSEA is
    :math:`\sqrt{G \delta / (n\,df)}`, its limits those of the noncentrality.

    References
    ----------
    Bentler, P. M. (1990). Comparative fit indexes in structural models. Psychological
    Bulletin, 107, 238-246. https://doi.org/10.1037/0033-2909.107.2.238

    Steiger, J. H. (1998). A note on multiple sample extensions of the RMSEA fit index.
    Structural Equation Modeling, 5, 411-419. https://doi.org/10.1080/10705519809540115

    Examples
    --------
    >>> published = fit_indices(
    ...     chi_square=85.306, df=24, n=301, baseline_chi_square=918.852, baseline_df=36
    ... )
    >>> published[["cfi", "tli", "rmsea"]].round(3).to_dict()
    {'cfi': 0.931, 'tli': 0.896, 'rmsea': 0.092}
    """
    if model is not None:
        return model.fit_indices
    if n is None or chi_square is None or df is None:
        raise ValueError(NEEDED)
    if baseline_chi_square is None or baseline_df is None:
        raise ValueError(NEEDED)
    if n <= 0 or df < 0 or baseline_df < 0 or chi_square < 0:
        raise ValueError(
            "fit_indices needs n above 0 and chi_square, df and baseline_df of at least 0; got "
            f"n={n}, chi_square={chi_square}, df={df}, baseline_df={baseline_df}."
        )
    low, high = rmsea_interval(chi_square, df, n, n_groups)
    # without degrees of freedom only inequalities that bind leave a misfit
    excess = chi_square - df if df or chi_square > ROUNDING * n else 0.0
    return pd.Series(
        {
            "chi_square": float(chi_square),
            "df": float(df),
            "p_value": p_value(chi_square, df),
            "baseline_chi_square": float(baseline_chi_square),
            "baseline_df": float(baseline_df),
            "cfi": cfi(excess, baseline_chi_square - baseline_df),
            "tli": tli(chi_square, df, baseline_chi_square, baseline_df),
            "rmsea": rmsea(chi_square - df, df, n, n_groups),
            "rmsea_ci_low": low,
            "rmsea_ci_high": high,
        }
    )


def p_value(chi_square: float, df: float) -> float:
    """Upper tail of the chi-square distribution; nan for a saturated model."""
    return float(special.chdtrc(df, chi_square)) if df > 0 else np.nan


def cfi(excess: float, baseline_excess: float) -> float:
    """Compare what both chi-squares exceed their df by: the CFI."""
    mine = max(excess, 0.0)
    largest = max(baseline_excess, mine)
    return 1.0 if largest <= 0 or mine == 0 else 1 - mine / largest


def tli(chi_square: float, df: float, baseline: float, baseline_df: float) -> float:
    """Tucker-Lewis index, not held below 1; 1 for a saturated model."""
    if df == 0:
        return 1.0
    if baseline_df == 0 or baseline == baseline_df:
        return np.nan
    return 1 - (chi_square - df) * baseline_df / ((baseline - baseline_df) * df)


def rmsea(excess: float, df: float, n: float, n_groups: int) -> float:
    """Root mean square error of approximation; 0 for a saturated model."""
    return 0.0 if df == 0 else float(np.sqrt(n_groups * max(excess, 0.0) / (n * df)))


def rmsea_interval(chi_square: float, df: float, n: float, n_groups: int) -> tuple[float, float]:
    """90 % interval of the RMSEA, from that of the noncentrality."""
    if df == 0:
        return 0.0, 0.0
    low, high = (noncentrality(chi_square, df, tail) for tail in RMSEA_TAILS)
    return rmsea(low, df, n, n_groups), rmsea(high, df, n, n_groups)


def noncentrality(chi_square: float, df: float, probability: float) -> float:
    """Noncentrality at which `chi_square` is the given quantile; 0 where there is none."""
    if np.isnan(chi_square + df):
        return np.nan

    def below(value: float) -> float:
        return float(special.chndtr(chi_square, df, value)) - probability

    if below(0.0) <= 0:
        return 0.0
    top = max(chi_square, 1.0)
    while below(top) > 0:
        top *= 2
    return float(optimize.brentq(below, 0.0, top, xtol=1e-10, rtol=1e-14))


def fit_sentence(fit: pd.Series) -> str:
    """Write chi-square, CFI, TLI and RMSEA with its interval as a paper shows them."""
    shown = {name: apa.bounded(fit[name], digits=3) for name in ("cfi", "tli", "rmsea")}
    limits = apa.interval(
        fit["rmsea_ci_low"], fit["rmsea_ci_high"], confidence_level=0.90, digits=3
    )
    return (
        f"χ²({fit['df']:.0f}) = {fit['chi_square']:.2f}, {apa.p_value(fit['p_value'])}, "
        f"CFI = {shown['cfi']}, TLI = {shown['tli']}, RMSEA = {shown['rmsea']}, {limits}"
    )
