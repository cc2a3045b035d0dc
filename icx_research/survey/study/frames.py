"""Tables of any engine as pandas frames."""

from typing import Any

import narwhals as nw
import pandas as pd


def as_pandas(table: Any) -> Any:
    """Small tables of units go on as pandas."""
    if table is None or isinstance(table, pd.DataFrame):
        return table
    return pd.DataFrame(nw.from_native(table, eager_only=True).to_dict(as_series=False))
