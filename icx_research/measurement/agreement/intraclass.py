"""How far raters of one unit are alike: the intraclass correlations of aggregation."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.errors import UnsuitableData
from icx_research.core.results import (
    Estimate,
    SampleResult,
    check_choice,
    check_confidence_level,
    estimate_table,
)
from icx_research.core.variance import one_way
from icx_research.measurement.agreement.units import RatedUnits, UnitRows
from icx_research.measurement.items import SAME

NAMES = {"icc_1": "ICC(1)", "icc_2": "ICC(2)"}


@dataclass(frozen=True, repr=False)
class IntraclassCorrelation(SampleResult):
    """ICC(1) or ICC(2) of one score over units.

    Attributes
    ----------
    coefficient : str
        "icc_1" or "icc_2".
    score : str
    estimate : Estimate
        At most 1; may be negative: an estimate, not an error.
    statistic, p_value : float
        F test that units do not differ.
    df_between, df_within : int
    average_size : float
        Raters of an average unit, as asked.
    between, within : float
        Variance between and within units, in squared scale points.
    unit_sizes : Series
        Raters per unit.
    n_units, n_used, n_dropped : int
        Units, and rows used and left out.
    note : str
        That the estimate is negative; else empty.
    """

    coefficient: str
    score: str
    estimate: Estimate
    statistic: float
    df_between: int
    df_within: int
    p_value: float
    average_size: float
    between: float
    within: float
    unit_sizes: pd.Series
    n_units: int

    @property
    def unit_reliability(self) -> pd.Series:
        """Reliability of each unit's mean; nan where the variance between is not positive."""
        error = self.within / self.unit_sizes.to_numpy()
        values = self.between / (self.between + error) if self.between > 0 else np.nan
        return pd.Series(values, index=self.unit_sizes.index, name="reliability")

    @property
    def table(self) -> pd.DataFrame:
        """One row: the coefficient, its interval, F, p and the number of rows."""
        test = {"statistic": self.statistic, "p_value": self.p_value}
        return estimate_table([self.estimate.row(self.coefficient, **test, n=self.n_used)])

    def to_apa(self) -> str:
        """Coefficient, interval, F test, units and rows."""
        limits = self.estimate.limits
        return (
            f"{NAMES[self.coefficient]} = {apa.bounded(self.estimate.value)}, {limits}, "
            f"F({self.df_between}, {self.df_within}) = {self.statistic:.2f}, "
            f"{apa.p_value(self.p_value)}, {self.n_units} units, n = {self.n_used}"
        )


def icc_1(
    data: pd.DataFrame,
    *,
    score: str,
    unit: str,
    average_size: Literal["weighted", "arithmetic"] = "arithmetic",
    confidence_level: float = 0.95,
) -> IntraclassCorrelation:
    r"""ICC(1): the share of a single rater's variance that lies between units.

    Parameters
    ----------
    data : DataFrame
        One row per rater: average a rater's several ratings first.
    score, unit : str
        Columns. Rows with a missing value are left out and counted.
    average_size : {"arithmetic", "weighted"}
        How unequal units are averaged: "arithmetic" is :math:`N / G`, as published
        values and R's ``multilevel::ICC1`` have it; "weighted" is
        :math:`k^* = (N - \sum n_u^2 / N) / (G - 1)`, which makes the variance between
        units unbiased.
    confidence_level : float, default 0.95

    Returns
    -------
    IntraclassCorrelation

    Raises
    ------
    ValueError
        If a column is unknown or not numeric, there are fewer than two units or no unit
        has two raters, the score does not vary, or an option is unknown.

    Notes
    -----
    :math:`(F - 1) / (F - 1 + k)` with :math:`F = MSB / MSW`: Shrout and Fleiss' ICC(1,1),
    not the two-way "ICC2" of general packages. The interval divides F by quantiles of F;
    exact for normal answers and equal units.

    References
    ----------
    Bliese, P. D. (2000). Within-group agreement, non-independence, and reliability. In
    K. J. Klein & S. W. J. Kozlowski (Eds.), Multilevel theory, research, and methods in
    organizations (pp. 349-381). Jossey-Bass.

    Shrout, P. E., & Fleiss, J. L. (1979). Intraclass correlations: Uses in assessing rater
    reliability. Psychological Bulletin, 86, 420-428.
    https://doi.org/10.1037/0033-2909.86.2.420

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"unit": list("aaabbbccc"), "score": [5, 6, 7, 2, 3, 4, 4, 5, 6]})
    >>> icc_1(ratings, score="score", unit="unit").to_apa()
    'ICC(1) = .67, 95% CI [−.01, .99], F(2, 6) = 7.00, p = .027, 3 units, n = 9'
    """
    return _intraclass("icc_1", data, score, unit, average_size, confidence_level)


def icc_2(
    data: pd.DataFrame, *, score: str, unit: str, confidence_level: float = 0.95
) -> IntraclassCorrelation:
    r"""ICC(2): the reliability of the mean of a unit of average size.

    Parameters
    ----------
    data, score, unit, confidence_level
        As for `icc_1`.

    Returns
    -------
    IntraclassCorrelation
        With `unit_reliability`, the reliability of each unit's own mean.

    Raises
    ------
    ValueError
        As `icc_1`.

    Notes
    -----
    :math:`(MSB - MSW) / MSB = 1 - 1 / F`: Shrout and Fleiss' ICC(1,k), R's
    ``multilevel::ICC2``. Its interval has the limits :math:`1 - F_q / F`.

    References
    ----------
    Bliese, P. D. (2000). Within-group agreement, non-independence, and reliability. In
    K. J. Klein & S. W. J. Kozlowski (Eds.), Multilevel theory, research, and methods in
    organizations (pp. 349-381). Jossey-Bass.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"unit": list("aaabbbccc"), "score": [5, 6, 7, 2, 3, 4, 4, 5, 6]})
    >>> icc_2(ratings, score="score", unit="unit").to_apa()
    'ICC(2) = .86, 95% CI [−.04, 1.00], F(2, 6) = 7.00, p = .027, 3 units, n = 9'
    """
    return _intraclass("icc_2", data, score, unit, "weighted", confidence_level)


def _intraclass(
    coefficient: str,
    data: pd.DataFrame,
    score: str,
    unit: str,
    average_size: str,
    confidence_level: float,
) -> IntraclassCorrelation:
    check_confidence_level(confidence_level)
    check_choice(average_size, "average_size", "weighted", "arithmetic")
    rated = UnitRows(data, unit=unit, analysis=coefficient).rated([score])
    mean, variance = rated.moments()
    largest = np.abs(rated.answers).max(axis=0, initial=0)
    check_units(rated, mean, variance, largest, [score], analysis=coefficient)
    n, sizes, units = len(rated.answers), rated.sizes, len(rated.labels)
    found = one_way(sizes, mean, variance)
    size = n / units if average_size == "arithmetic" else found.weighted_size
    single = coefficient == "icc_1"
    limits = found.icc_1(size, confidence_level) if single else found.icc_2(confidence_level)
    value, low, high = (float(limit) for limit in limits[:, 0])
    return IntraclassCorrelation(
        coefficient=coefficient,
        score=score,
        estimate=Estimate(value, low, high, confidence_level),
        statistic=float(found.ratio[0]),
        df_between=found.df[0],
        df_within=found.df[1],
        p_value=float(found.p_value[0]),
        average_size=float(size),
        between=float(found.between[0]),
        within=float(found.within[0]),
        unit_sizes=pd.Series(sizes, index=rated.labels, name="n"),
        n_units=units,
        n_used=n,
        n_dropped=rated.n_dropped,
        note="raters of one unit differ more than raters of several" if value < 0 else "",
    )


def check_units(
    rated: RatedUnits,
    mean: np.ndarray,
    variance: np.ndarray,
    size: np.ndarray,
    names: Sequence[str],
    *,
    analysis: str,
) -> None:
    """Refuse units that leave nothing to compare, and scores that do not vary.

    Of every score (a column each): means and variances per unit, and the size of the largest.
    """
    n, units = len(rated.answers), len(rated.labels)
    if units < 2 or n == units:
        raise UnsuitableData(
            f"{analysis} needs at least 2 units, and 2 raters in one of them; got {units} "
            f"units with {n} complete rows."
        )
    spread = np.ptp(mean, axis=0) + np.sqrt(np.nanmax(variance, axis=0))
    constant = spread <= SAME * size
    if constant.any():
        raise UnsuitableData(
            f"{analysis} needs scores that vary; {names[int(constant.argmax())]!r} does not."
        )
