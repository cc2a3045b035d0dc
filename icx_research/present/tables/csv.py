"""Tables as files."""

from pathlib import Path

import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")


def write_csv(table: pd.DataFrame, path: Path, *, comment: str = "") -> None:
    """Write a table as CSV that no spreadsheet takes for a formula.

    Parameters
    ----------
    table : DataFrame
    path : Path
    comment : str
        A first line, marked with "#".

    Notes
    -----
    Only texts that begin like a formula get a leading apostrophe; negative numbers
    stay numbers. UTF-8 without a byte order mark: R and others would take the mark for
    part of the first name, and a German Excel splits at semicolons only, mark or not.
    """
    safe = table.copy()
    for name in safe:
        if not pd.api.types.is_numeric_dtype(safe[name]):
            safe[name] = [_harmless(cell) for cell in safe[name]]
    content = safe.to_csv(index=False, lineterminator="\n")
    if comment:
        content = f"# {comment}\n{content}"
    path.write_text(content, encoding="utf-8", newline="\n")


def _harmless(cell: object) -> object:
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return cell
