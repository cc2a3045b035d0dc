"""Tables as people read them: few digits, nothing where there is nothing, no text cut."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from icx_research.core import apa

COUNTS = ("n", "rows", "units", "respondents")  # columns of whole numbers begin so
SMALLEST_P = 0.001
TEXT_CELL = ' style="text-align: left;{}"'
LONG = 40  # characters of a sentence


@dataclass(frozen=True, repr=False, eq=False)
class ShownTable:
    """A table that displays as it is read; `table` holds all digits.

    Attributes
    ----------
    table : DataFrame
    digits : int
    """

    table: pd.DataFrame
    digits: int = 3

    def __repr__(self) -> str:
        """Give the table as text."""
        shown = shown_cells(self.table, digits=self.digits)
        return shown.to_string(index=_has_names(self.table)) if len(shown) else "nothing"

    def _repr_html_(self) -> str:
        return table_html(self.table, digits=self.digits)


def to_table(table: pd.DataFrame, *, digits: int = 3) -> ShownTable:
    """Show a table in a notebook as it would stand in a paper.

    Parameters
    ----------
    table : DataFrame
    digits : int, default 3
        Decimals of what is not a count.

    Returns
    -------
    ShownTable
        Numbers are rounded, counts whole, missing values empty, p values below .001 named so,
        and no text is cut. Nothing of the table itself is changed.

    Examples
    --------
    >>> to_table(pd.DataFrame({"estimate": [-0.12345], "p_value": [1e-9], "n": [60.0]}))
    estimate p_value  n
      −0.123  < .001 60
    """
    return ShownTable(table, digits)


def table_html(
    table: pd.DataFrame, *, digits: int = 3, na: str = "", heads: Mapping[str, str] | None = None
) -> str:
    """Write a table as HTML with escaped texts, as `to_table` shows it; `heads` name columns."""
    shown = shown_cells(table, digits=digits, na=na).rename(columns=heads or {})
    named = _has_names(table)
    with pd.option_context("display.max_colwidth", None):
        page = shown.to_html(index=named)
    styles = [_style(shown.iloc[:, at], table.dtypes.iloc[at]) for at in range(table.shape[1])]
    head = [TEXT_CELL.format("")] * (table.index.nlevels if named else 0) + styles

    def aligned(row: re.Match[str]) -> str:
        # texts are escaped, so that these are tags
        names, cells = iter(head), iter(styles)
        line = re.sub("<th>", lambda _: f"<th{next(names, '')}>", row[0])
        return re.sub("<td>", lambda _: f"<td{next(cells)}>", line)

    rows = "<tr[^>]*>.*?</tr>" if table.columns.nlevels == 1 else "<tr>.*?</tr>"
    return re.sub(rows, aligned, page, flags=re.DOTALL)


def _style(shown: pd.Series, kind: object) -> str:
    """Set words to the left, and keep room for sentences."""
    if pd.api.types.is_numeric_dtype(kind):
        return ""
    wide = shown.map(len).max() > LONG if len(shown) else False
    return TEXT_CELL.format(" min-width: 16em;" if wide else "")


def shown_cells(table: pd.DataFrame, *, digits: int = 3, na: str = "") -> pd.DataFrame:
    """Turn every cell into the text that is shown."""
    cells = {
        at: [cell_text(value, name, digits=digits, na=na) for value in table.iloc[:, at]]
        for at, name in enumerate(table.columns)
    }
    shown = pd.DataFrame(cells, index=table.index, columns=range(len(cells)), dtype=object)
    return shown.set_axis(table.columns, axis="columns")


def cell_text(value: object, column: object, *, digits: int = 3, na: str = "") -> str:
    """Write one value as it is shown in a column of this name."""
    if value is None or value is pd.NA or value != value:
        return na
    if not isinstance(value, float):
        return str(value)
    if str(column).startswith("p_") and value < SMALLEST_P:
        return "< .001"
    whole = value.is_integer() and (abs(value) > 1 or str(column).startswith(COUNTS))
    return apa.number(value, digits=0 if whole else digits)


def as_printed(table: pd.DataFrame) -> pd.DataFrame:
    """Round estimates as they are printed: to three digits, small p values to one.

    Estimates may rest on units that are withheld; with all their digits they would give these
    units away.

    Examples
    --------
    >>> as_printed(pd.DataFrame({"estimate": [0.32768, -12.3456], "p_value": [0.0114, 4.4e-9]}))
       estimate       p_value
    0     0.328  1.100000e-02
    1   -12.300  4.000000e-09
    """
    numbers = table.select_dtypes("floating")
    rounded = {name: [_printed(value, name) for value in numbers[name]] for name in numbers}
    return table.assign(**rounded)


def _printed(value: float, column: object) -> float:
    if not math.isfinite(value) or value == 0 or value.is_integer():
        return value
    size = math.floor(math.log10(abs(value)))
    small = str(column).startswith("p_") and value < SMALLEST_P
    return round(value, -size if small else min(3, 2 - size)) + 0.0


def _has_names(table: pd.DataFrame) -> bool:
    """Tell an index of names from mere row numbers."""
    return table.index.nlevels > 1 or not pd.api.types.is_integer_dtype(table.index)
