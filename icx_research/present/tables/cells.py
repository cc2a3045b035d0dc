"""What a table holds: cells, columns, rows, notes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from icx_research.core import apa
from icx_research.core.cutoffs import SIGNIFICANCE

SMALLEST_P = 0.001
STARS = ((0.001, "***"), (0.01, "**"), (SIGNIFICANCE, "*"))


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a table.

    Attributes
    ----------
    text : str
        As it is printed.
    value : float or None
        The number behind it, at the precision that is printed; None for words.
    digits : int
        Decimals of the number.
    leading_zero : bool
        Whether a zero stands before the point; not in numbers that cannot exceed one.
    mark : str
        Stars behind the number.
    bold : bool
    """

    text: str = ""
    value: float | None = None
    digits: int = 0
    leading_zero: bool = True
    mark: str = ""
    bold: bool = False


@dataclass(frozen=True)
class Column:
    """A column: its head, the head it shares with its neighbours, and how it is set.

    Attributes
    ----------
    head, group : str
    italic : bool
        For statistical symbols.
    words : bool
        Set to the left.
    """

    head: str
    group: str = ""
    italic: bool = False
    words: bool = False


@dataclass(frozen=True)
class Row:
    """Cells side by side, and the group of rows they belong to."""

    cells: tuple[Cell, ...]
    group: str = ""


@dataclass(frozen=True, repr=False)
class Content:
    """What a table holds, whatever format it is written in.

    Attributes
    ----------
    title : str
    columns : tuple of Column
    rows : tuple of Row
    notes : tuple of str
        Sentences below the table.
    number : int or None
        Of the table in the manuscript.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    number: int | None = None

    @property
    def stars(self) -> tuple[str, ...]:
        """What the stars that are used mean, each as "** p < .01"."""
        used = {cell.mark for row in self.rows for cell in row.cells}
        return tuple(
            f"{mark} p < {apa.bounded(limit, digits=3).rstrip('0')}"
            for limit, mark in reversed(STARS)
            if mark in used
        )

    def column_groups(self) -> list[tuple[str, int]]:
        """Heads above several columns with the number of columns they span; none if unused."""
        spans = [(head, len(list(span))) for head, span in groupby(c.group for c in self.columns)]
        return spans if any(head for head, _ in spans) else []

    def row_groups(self) -> Iterator[tuple[str, list[Row]]]:
        """Rows under the head they share."""
        for head, rows in groupby(self.rows, key=lambda row: row.group):
            yield head, list(rows)


def words(text: Any, *, bold: bool = False) -> Cell:
    """Make a cell of text, without signs that Office files cannot hold."""
    plain = "" if pd.isna(text) else str(text)
    return Cell("".join(sign for sign in plain if sign >= " " or sign in "\t\n"), bold=bold)


def figure(
    value: float, *, digits: int = 2, bounded: bool = False, mark: str = "", bold: bool = False
) -> Cell:
    """Make a cell of a number, rounded as it is printed; empty where there is none.

    Examples
    --------
    >>> figure(-0.527, bounded=True).text
    '−.53'
    """
    if pd.isna(value):
        return Cell()
    text = apa.bounded(value, digits=digits) if bounded else apa.number(value, digits=digits)
    return Cell(text, round(float(value), digits) + 0.0, digits, not bounded, mark, bold)


def count(value: float) -> Cell:
    """Make a cell of a whole number."""
    return figure(value, digits=0)


def p_value(p: float) -> Cell:
    """Make a cell of a p value; below .001 it is words.

    Examples
    --------
    >>> p_value(0.0312).text, p_value(1e-9).text
    ('.031', '< .001')
    """
    if not pd.isna(p) and p < SMALLEST_P:
        return words("< .001")
    return figure(p, digits=3, bounded=True)


def stars(p: float) -> str:
    """Mark a p value below .05, .01 or .001.

    Examples
    --------
    >>> stars(0.03), stars(0.2)
    ('*', '')
    """
    return next((mark for limit, mark in STARS if p < limit), "")
