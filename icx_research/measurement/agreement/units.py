"""Answers of raters, sorted into their units."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icx_research.measurement.items import item_values


@dataclass(frozen=True)
class RatedUnits:
    """Complete rows of some columns, in the order of their units.

    Attributes
    ----------
    answers : array, shape (n, k)
    codes : array of int, shape (n,)
        Unit of each row, ascending and without a gap.
    labels : Index, length g
        The units.
    n_dropped : int
        Rows left out because an answer or the unit is missing.
    """

    answers: np.ndarray
    codes: np.ndarray
    labels: pd.Index
    n_dropped: int

    @property
    def sizes(self) -> np.ndarray:
        """Raters per unit, shape (g,)."""
        return np.bincount(self.codes, minlength=len(self.labels))

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Means and variances (n - 1 in the denominator) per unit: shapes (g, k)."""
        if len(self.answers) == 0:
            empty = np.full((len(self.labels), self.answers.shape[1]), np.nan)
            return empty, empty
        n = self.sizes[:, None].astype(float)
        starts = np.flatnonzero(np.diff(self.codes, prepend=-1))
        origin = self.answers[0]
        shifted = self.answers - origin
        mean = np.add.reduceat(shifted, starts, axis=0) / n
        shifted -= np.repeat(mean, self.sizes, axis=0)
        shifted *= shifted
        squares = np.add.reduceat(shifted, starts, axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = np.where(n > 1, squares / (n - 1), np.nan)
        return mean + origin, variance


class UnitSorter:
    """Rows of a table sorted by unit once, for several sets of columns."""

    def __init__(self, data: pd.DataFrame, *, unit: str, analysis: str) -> None:
        check_columns(data, [unit], analysis=analysis)
        codes, labels = pd.factorize(data[unit], sort=True)
        self._order = np.argsort(codes, kind="stable")
        self._codes, self._labels = codes[self._order], pd.Index(labels, name=unit)
        self._data, self._analysis = data, analysis

    def rated(self, columns: list[str]) -> RatedUnits:
        """Take the complete rows of some columns."""
        check_columns(self._data, columns, analysis=self._analysis)
        values = item_values(self._data[columns], analysis=self._analysis)[self._order]
        use = (self._codes >= 0) & ~np.isnan(values).any(axis=1)
        if use.all():
            return RatedUnits(values, self._codes, self._labels, 0)
        kept, codes = np.unique(self._codes[use], return_inverse=True)
        return RatedUnits(values[use], codes, self._labels[kept], int((~use).sum()))


def check_columns(data: Any, columns: list[str], *, analysis: str) -> None:
    """Refuse what is no table, and columns it does not have.

    Raises
    ------
    TypeError
        If `data` is no DataFrame.
    ValueError
        If a column is unknown or named twice.
    """
    if not isinstance(data, pd.DataFrame):
        raise TypeError(f"{analysis} needs a DataFrame, not {type(data).__name__}.")
    unknown = [name for name in columns if name not in data.columns]
    if unknown:
        raise ValueError(f"data has no column {unknown[0]!r}; it has {list(data.columns)}.")
    if len(set(columns)) < len(columns):
        raise ValueError(f"{analysis} needs each column once; got {columns}.")
