"""Answers of raters, and the units they belong to."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icx_research.core.frames import check_columns
from icx_research.measurement.items import item_values


@dataclass(frozen=True)
class RatedUnits:
    """Complete rows of some columns.

    Attributes
    ----------
    answers : array, shape (n, k)
    codes : array of int, shape (n,)
        Unit of each row: its place in `labels`, each of which has a row.
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

    def moments(self, scores: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Means about the first row, and variances (n - 1 in the denominator), per unit.

        Shapes (g, k). Of the answers, or of scores of the same rows. About the first row, so
        that large numbers of small spread keep their digits.
        """
        values = self.answers if scores is None else scores
        sizes = self.sizes
        mean, squares = np.full((2, values.shape[1], len(sizes)), np.nan)
        if len(values):
            for j, column in enumerate(values.T):  # one column at a time stays in the cache
                shifted = column - column[0]
                own = np.bincount(self.codes, shifted) / sizes
                shifted -= own[self.codes]
                mean[j] = own
                squares[j] = np.bincount(self.codes, np.square(shifted, out=shifted))
        several = np.where(sizes > 1, sizes - 1.0, np.nan)
        return mean.T, (squares / several).T


class UnitRows:
    """Units of the rows of a table, looked up once for several sets of columns.

    With a supplier, each pair of unit and supplier is a unit of its own; its label is the unit.
    """

    def __init__(
        self, data: pd.DataFrame, *, unit: str, analysis: str, supplier: str | None = None
    ) -> None:
        check_table(data, [unit] if supplier is None else [unit, supplier], analysis=analysis)
        codes, labels = pd.factorize(data[unit], sort=True)
        self._codes, self._labels = codes, pd.Index(labels, name=unit)
        self._data, self._analysis = data, analysis
        self.n_suppliers = 1
        if supplier is not None:
            suppliers, names = pd.factorize(data[supplier])
            self.n_suppliers = max(len(names), 1)
            known = (codes >= 0) & (suppliers >= 0)
            pairs, own = np.unique(
                (codes * self.n_suppliers + suppliers)[known], return_inverse=True
            )
            self._codes = np.full(len(data), -1)
            self._codes[known] = own
            self._labels = self._labels[pairs // self.n_suppliers]

    def rated(self, columns: list[str]) -> RatedUnits:
        """Take the complete rows of some columns."""
        check_table(self._data, columns, analysis=self._analysis)
        values = item_values(self._data[columns], analysis=self._analysis)
        use = (self._codes >= 0) & ~np.isnan(values).any(axis=1)
        if use.all():
            return RatedUnits(values, self._codes, self._labels, 0)
        kept, codes = np.unique(self._codes[use], return_inverse=True)
        return RatedUnits(values[use], codes, self._labels[kept], int((~use).sum()))


def check_table(data: Any, columns: list[str], *, analysis: str) -> None:
    """Refuse what is no table, and columns it does not have.

    Raises
    ------
    TypeError
        If `data` is no DataFrame.
    ValueError
        If a column is unknown, asked for twice or twice in the data.
    """
    if not isinstance(data, pd.DataFrame):
        raise TypeError(f"{analysis} needs a DataFrame, not {type(data).__name__}.")
    check_columns(columns, data.columns)
    if len(set(columns)) < len(columns):
        raise ValueError(f"{analysis} needs each column once; got {columns}.")
    twice = [name for name in columns if isinstance(data[name], pd.DataFrame)]
    if twice:
        raise ValueError(f"{analysis} needs each column once; data has {twice[0]!r} twice or more.")
