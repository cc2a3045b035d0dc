"""From rows, or moments per unit, to what the two-level likelihood needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icx_research.core.errors import UnsuitableData
from icx_research.core.moments import GroupedMoments, Moments
from icx_research.core.reduction import moments
from icx_research.measurement.columns import numeric_columns
from icx_research.measurement.items import POSITIVE, SAME, item_values
from icx_research.measurement.sem.sample import column_names


@dataclass(frozen=True, eq=False)
class TwoLevelSample:
    """Moments within units, and of unit means by the size of the unit.

    Attributes
    ----------
    names : tuple of str, length p
    within : array, shape (p, p)
        Pooled covariance within units, with `within_n` in the denominator.
    within_n : float
        Rows less units.
    size, units : array, shape (k,)
        Rows per unit, and units with so many.
    mean : array, shape (k, p)
        Of the unit means of that size.
    cov : array, shape (k, p, p)
        Of the unit means of that size, `units` in the denominator.
    n_used, n_dropped, n_units, n_single : int
        Rows used and left out, units, and units of one row.
    """

    names: tuple[str, ...]
    within: np.ndarray
    within_n: float
    size: np.ndarray
    units: np.ndarray
    mean: np.ndarray
    cov: np.ndarray
    n_used: int
    n_dropped: int
    n_units: int
    n_single: int

    @property
    def between(self) -> np.ndarray:
        """Variance between units by the analysis of variance; need not be positive definite."""
        n = self.size * self.units
        grand = n @ self.mean / n.sum()
        apart = self.mean - grand
        spread = np.tensordot(n, self.cov + apart[:, :, None] * apart[:, None, :], axes=1)
        size = (n.sum() - self.size @ n / n.sum()) / (self.n_units - 1)
        return np.asarray((spread / (self.n_units - 1) - self.within) / size)

    @property
    def harmonic_size(self) -> float:
        """Harmonic mean of the rows per unit."""
        return float(self.n_units / (self.units / self.size).sum())


def read_units(data: Any, names: Sequence[str], *, unit: str, analysis: str) -> TwoLevelSample:
    """Reduce rows to moments per unit, and these by the size of the unit.

    Parameters
    ----------
    data : DataFrame, lazy frame or Moments per unit
    names : sequence of str
    unit : str
        Column of the units; for Moments the name of what their groups are.
    analysis : str
        For messages.

    Raises
    ------
    ValueError
        If a column is unknown, Moments have no groups or weights, there are too few units
        or rows, or an item does not vary within units.
    """
    if isinstance(data, Moments | GroupedMoments):
        found = data.select(names)
        if isinstance(found, Moments) or not np.array_equal(found.weight, found.n):
            raise ValueError(f"{analysis} needs Moments per unit, without weights.")
    else:
        if unit not in column_names(data):
            raise ValueError(f"unit {unit!r} is not a column of the data.")
        if isinstance(data, pd.DataFrame):
            answers = numeric_columns(data[list(names)])
            item_values(answers, analysis=analysis)  # refuses what is no number
            data = answers.assign(**{unit: data[unit]})
        found = moments(data, list(names), by=unit)
    n = found.n.astype(float)
    sscp, mean = found.sscp[n > 0], found.mean[n > 0]
    n, p = n[n > 0], len(names)
    if not np.isfinite(mean).all():
        raise UnsuitableData(f"{analysis} needs finite answers; an item holds an infinite one.")
    within_n = float(n.sum() - len(n))
    if len(n) <= p or within_n <= p:
        raise UnsuitableData(
            f"{analysis} needs more than {p} units, and more than {p} rows beyond one per unit, "
            f"for {p} items; got {len(n)} units with {int(n.sum())} complete rows."
        )
    within = sscp.sum(axis=0) / within_n
    _check_within(within, mean, tuple(names), analysis)
    size, at, units = np.unique(n, return_inverse=True, return_counts=True)
    total = np.zeros((len(size), p))
    np.add.at(total, at, mean)
    average = total / units[:, None]
    apart = mean - average[at]
    cov = np.zeros((len(size), p, p))
    np.add.at(cov, at, apart[:, :, None] * apart[:, None, :])
    return TwoLevelSample(
        names=tuple(names),
        within=within,
        within_n=within_n,
        size=size,
        units=units.astype(float),
        mean=average,
        cov=cov / units[:, None, None],
        n_used=int(n.sum()),
        n_dropped=found.n_dropped,
        n_units=len(n),
        n_single=int((n == 1).sum()),
    )


def _check_within(
    within: np.ndarray, mean: np.ndarray, names: tuple[str, ...], analysis: str
) -> None:
    """Refuse items that do not vary within units, or follow from each other there."""
    sd = np.sqrt(np.maximum(np.diag(within), 0.0))
    constant = sd <= SAME * np.maximum(np.abs(mean).max(axis=0), np.finfo(float).tiny)
    if constant.any():
        raise UnsuitableData(
            f"{analysis} needs items that vary within units; {names[int(constant.argmax())]!r} "
            "has one answer in every unit."
        )
    if np.linalg.eigvalsh(within / np.outer(sd, sd))[0] < POSITIVE:
        raise UnsuitableData(
            f"{analysis} needs a covariance matrix within units that is positive definite; one "
            "item follows from others there."
        )
