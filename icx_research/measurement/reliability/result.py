"""Coefficients of reliability as results."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.results import Estimate, SampleResult, estimate_table


@dataclass(frozen=True, repr=False)
class _Coefficient(SampleResult):
    """A coefficient of one scale."""

    coefficient: str
    estimate: Estimate

    @property
    def table(self) -> pd.DataFrame:
        """One row: the coefficient, its interval and n."""
        return estimate_table([self.estimate.row(self.coefficient, n=self.n_used)])

    def to_apa(self) -> str:
        """Coefficient, interval where there is one, and n."""
        limits = "" if np.isnan(self.estimate.ci_low) else f", {self.estimate.limits}"
        rows = f", n = {self.n_used}" if self.n_used else ""
        words = self.coefficient.replace("_", " ")
        return f"{words} = {apa.bounded(self.estimate.value)}{limits}{rows}{self._remark}"


@dataclass(frozen=True, repr=False)
class ReliabilityResult(_Coefficient):
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

    n_items: int


@dataclass(frozen=True, repr=False)
class FactorReliability(_Coefficient):
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

    se: float
    loadings: pd.Series
    uniquenesses: pd.Series

    @property
    def table(self) -> pd.DataFrame:
        """One row: the coefficient, its standard error, interval and n."""
        return estimate_table([self.estimate.row(self.coefficient, se=self.se, n=self.n_used)])
