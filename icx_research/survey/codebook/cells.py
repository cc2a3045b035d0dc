"""One cell of a table: absent, a key, a number, a yes or no, a day."""

import datetime as dt
import math
import re
from collections.abc import Collection
from typing import Any

import pandas as pd

from icx_research.survey.codebook.types import Measure, Scale, fold_answer

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,'’ \u00a0\u202f]\d{3})+([.,]\d+)?")
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+")  # 1,250, which may be 1.25 as well
MIN_GROUPED = 3  # figures with a mark from which on its meaning can be told
YES_OR_NO = {"1": 1.0, "true": 1.0, "yes": 1.0, "0": 0.0, "false": 0.0, "no": 0.0}
POINT = re.compile(r"[+-]?\d+\.\d+")
SPREADSHEET_ERROR = re.compile(r"#([A-ZÉ]+[/0-9A-Z]*[!?]|N/A|NV|N/D)")  # #N/A, #REF!, #BEZUG!
OTHER_DECIMAL = re.compile(r"[+-]?\d+,\d+")


def absent(cell: Any) -> bool:
    """Tell whether a typed cell holds nothing."""
    return cell is None or cell is pd.NA or cell is pd.NaT or cell != cell


def key_text(cell: Any) -> str | None:
    """Read a key as text; a number keeps no decimals it does not need."""
    if absent(cell):
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    word = str(cell)
    return word if word.strip() else None


def number(cell: Any, measure: Measure, decimal: str) -> float | None:
    """Read one cell: None where there is no answer, nan where it is no number."""
    if absent(cell):
        return None
    word = str(cell).strip()
    if not word or word in measure.missing_codes:
        return None
    if isinstance(measure, Scale) and (value := measure.answers.get(fold_answer(word))) is not None:
        return value
    if isinstance(cell, str) and decimal != ".":
        if "." in word:
            return math.nan
        word = word.replace(decimal, ".")
    if not NUMBER.fullmatch(word):
        return math.nan
    value = float(word)
    codes = (float(code) for code in measure.missing_codes if NUMBER.fullmatch(code))
    return None if value in codes else value


def grouped_figures(cells: Collection[Any], decimal: str, *, counts: bool = False) -> set[Any]:
    """Find figures whose decimal mark can only stand between thousands: 1.250 beside 987.

    Decimals would be three in every figure with a mark, and none in the others, although a last
    zero is kept or the whole numbers are of another size. Of `counts` in a file with a decimal
    comma, three digits behind every comma will do, unless all of them are zeros.

    Examples
    --------
    >>> sorted(grouped_figures(["987", "1.250", "12.345", "4.118"], "."))
    ['1.250', '12.345', '4.118']
    >>> grouped_figures(["4", "3.667", "4.333", "5.333"], ".")
    set()
    """
    words = {cell: cell.strip() for cell in cells if isinstance(cell, str)}
    whole = [int(word) for word in words.values() if word.isdecimal() and int(word)]
    marked = {cell: word.lstrip("+-").split(decimal) for cell, word in words.items()
              if decimal in word}  # fmt: skip
    shaped = all(
        len(parts) == 2 and re.fullmatch(r"[1-9]\d{0,2}", parts[0])
        and re.fullmatch(r"\d{3}", parts[1]) for parts in marked.values()
    )  # fmt: skip
    if marked and shaped and counts and decimal == ",":
        return set(marked) if any(last != "000" for _, last in marked.values()) else set()
    if not shaped or len(marked) < MIN_GROUPED or not whole:
        return set()
    kept = any(last.endswith("0") for _, last in marked.values())
    smallest = min(int(first) for first, _ in marked.values())
    return set(marked) if kept or max(whole) >= max(100, 10 * smallest) else set()


def yes_or_no(cell: Any) -> float | None:
    """Read 1 or 0, true or false, yes or no; None for anything else."""
    word = "" if absent(cell) else str(cell).strip().casefold()
    return YES_OR_NO.get(re.sub(r"(?<=^[01])\.0+$", "", word))


def day(cell: Any, date_format: str) -> dt.date | None:
    """Read a date, or the date of a time stamp; None where it is none."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    word = str(cell).strip()
    try:
        if date_format:
            return dt.datetime.strptime(word, date_format).date()
        return dt.datetime.fromisoformat(word).date()
    except ValueError:
        return None
