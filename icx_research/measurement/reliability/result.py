"""Coefficients of reliability as results."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.results import Estimate, Result, estimate_table


@dataclass(frozen=True, repr=False)
class ReliabilityResult(Result):
    """One reliability coefficient of one scale.

    Attributes
    ----------
    coefficient : str
        "alpha", for example.
    estimate : Estimate
        Dimensionless, at most 1.
    n_items : int
    n_used, n_dropped : int
        Complete rows, and rows left out.
    note : str
    """

    coefficient: str
    estimate: Estimate
    n_items: int
    n_used: int
    n_dropped: int
    note: str = ""

    @property
    def table(self) -> pd.DataFrame:
        """One row: the coefficient, its interval and n."""
        return estimate_table([self.estimate.row(self.coefficient, n=self.n_used)])

    def to_apa(self) -> str:
        """Coefficient, interval where there is one, and n."""
        return coefficient_sentence(self.coefficient, self.estimate, self.n_used, self.note)


@dataclass(frozen=True, repr=False)
class FactorReliability(Result):
    """A coefficient that rests on the loadings of one factor.

    Attributes
    ----------
    coefficient : str
        "omega_total", "composite_reliability" or "average_variance_extracted".
    estimate : Estimate
        Dimensionless, between 0 and 1.
    se : float
        Standard error; nan where `note` says why.
    loadings, uniquenesses : Series, length k
        On the covariance metric (scale points, squared scale points), or as given.
    n_used, n_dropped : int
        Complete rows, and rows left out; 0 where loadings were given.
    note : str
        Why there is no interval, or which item has an improper uniqueness; else empty.
    """

    coefficient: str
    estimate: Estimate
    se: float
    loadings: pd.Series
    uniquenesses: pd.Series
    n_used: int
    n_dropped: int
    note: str

    @property
    def table(self) -> pd.DataFrame:
        """One row: the coefficient, its standard error, interval and n."""
        return estimate_table([self.estimate.row(self.coefficient, se=self.se, n=self.n_used)])

    def to_apa(self) -> str:
        """Coefficient, interval where there is one, and n."""
        return coefficient_sentence(self.coefficient, self.estimate, self.n_used, self.note)


def coefficient_sentence(coefficient: str, estimate: Estimate, n: int, note: str) -> str:
    """Write a coefficient with what is known about it."""
    limits = ""
    if not np.isnan(estimate.ci_low):
        limits = ", " + estimate.limits
    rows = f", n = {n}" if n else ""
    words, remark = coefficient.replace("_", " "), f" ({note})" if note else ""
    return f"{words} = {apa.bounded(estimate.value)}{limits}{rows}{remark}"
