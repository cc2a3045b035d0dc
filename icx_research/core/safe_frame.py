"""A data frame of answers that shows its size and columns, never a row."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from icx_research.core.display import table_html

MOST_NAMES = 30  # columns named in a display


class SafeSeries(pd.Series):
    """One column or row of a `SafeFrame`: a series whose display holds no value."""

    @property
    def _constructor(self) -> Callable[..., Any]:
        return SafeSeries

    @property
    def _constructor_expanddim(self) -> Callable[..., Any]:
        return SafeFrame

    def __repr__(self) -> str:
        """Say how many values there are, never which."""
        return f"SafeSeries: {len(self)} values of {self.name!r}, not shown"

    __str__ = __repr__


class SafeFrame(pd.DataFrame):
    """A data frame of respondents' answers whose display holds no row.

    It computes like any other data frame. A notebook stores what it displays, so
    neither the frame nor its columns, rows and sums are ever displayed; who must look
    at answers writes ``pd.DataFrame(items)``, on purpose.

    Examples
    --------
    >>> answers = SafeFrame({"q1": [4.0, 5.0, None], "q2": [3.0, 3.0, 5.0]})
    >>> answers
    SafeFrame: 3 rows (not shown), 2 columns: q1, q2
    >>> answers["q1"]
    SafeSeries: 3 values of 'q1', not shown
    >>> float(answers["q1"].mean())
    4.5
    """

    @property
    def _constructor(self) -> Callable[..., Any]:
        return SafeFrame

    @property
    def _constructor_sliced(self) -> Callable[..., Any]:
        return SafeSeries

    @property
    def summary(self) -> pd.DataFrame:
        """Columns with their kind and their share of missing values."""
        plain = pd.DataFrame(self)
        return pd.DataFrame(
            {
                "column": [str(name) for name in plain],
                "kind": [str(kind) for kind in plain.dtypes],
                "share_missing": plain.isna().mean().to_numpy(),
            }
        )

    def __repr__(self) -> str:
        """Say what is there, never what was answered."""
        names = ", ".join(map(str, self.columns[:MOST_NAMES]))
        names += ", ..." if self.shape[1] > MOST_NAMES else ""
        return f"SafeFrame: {len(self)} rows (not shown), {self.shape[1]} columns: {names}"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        table = table_html(self.summary)
        return f"<p>{len(self)} rows, not shown</p>\n{table}"

    def _repr_latex_(self) -> None:
        """Nothing: pandas would write rows."""

    def _repr_data_resource_(self) -> None:
        """Nothing: pandas would hand the rows to the notebook."""
