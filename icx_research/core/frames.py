"""Tables of any engine: whether they have the columns asked for, and their rows in memory."""

from collections.abc import Iterable
from typing import Any

import narwhals as nw


def check_columns(needed: Iterable[str], known: Iterable[str], *, table: str = "data") -> None:
    """Refuse the first column that a table does not have, and name those it has."""
    known = list(known)
    unknown = next((name for name in needed if name not in known), None)
    if unknown is not None:
        raise ValueError(f"{table} has no column {unknown!r}; it has {known}.")


def collected(frame: Any) -> Any:
    """Take a lazy frame of narwhals into memory; others are there already."""
    return frame.collect(backend="pandas") if isinstance(frame, nw.LazyFrame) else frame
