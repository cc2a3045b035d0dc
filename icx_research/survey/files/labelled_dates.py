"""Dates of SPSS and Stata: numbers in the file, days or periods by the format of their column."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

SPSS_DAYS = re.compile(r"(A|E|J|S)?DATE\d|MOYR|QYR|WKYR")
SPSS_TIMES = re.compile(r"DATETIME|YMDHMS")
SPSS_CLOCK = re.compile(r"D?TIME\d|MTIME")
SPSS_ORIGIN = dt.datetime(1582, 10, 14)
STATA_ORIGIN = dt.datetime(1960, 1, 1)
# How many periods of Stata make a year, and the letter that stands between year and number.
PERIODS = {"q": (4, "q"), "m": (12, "m"), "w": (52, "w"), "h": (2, "h"), "y": (1, "")}


def dated_cells(values: Sequence[Any], written: str, *, figures: bool) -> tuple[list[Any], int]:
    """Turn the numbers of a column with a date format into days, or into periods as text.

    Parameters
    ----------
    values : sequence
        Cells of the column as the file stores them.
    written : str
        Format of the column, as DATE11, QYR8 or %tm.
    figures : bool
        True where the column should hold numbers: a period is then a day as well, which no
        answer can be.

    Returns
    -------
    (list, int)
        The cells; and how many lie outside the calendar (years 1 to 9999) and are left empty.
    """
    read = _reader(written)
    if read is None:
        return list(values), 0
    cells, lost = [], 0
    for value in values:
        day = None
        if isinstance(value, (int, float)) and value == value:
            try:
                day = read(value)
            except (OverflowError, ValueError):
                lost += 1
        elif value is not None and value == value:
            day = value
        cells.append(STATA_ORIGIN.date() if figures and isinstance(day, str) else day)
    return cells, lost


def _reader(written: str) -> Callable[[float], Any] | None:
    """Choose how the numbers of a format are read; None where it is none of dates."""
    if written.startswith(("%t", "%-t")):
        return _stata(written.removeprefix("%-t").removeprefix("%t")[:1])
    if written.startswith(("%d", "%-d")):
        return _stata("d")
    if SPSS_TIMES.match(written):
        return lambda value: SPSS_ORIGIN + dt.timedelta(seconds=value)
    if SPSS_CLOCK.match(written):
        return lambda value: dt.timedelta(seconds=value)
    if SPSS_DAYS.match(written):
        return lambda value: _spss(SPSS_ORIGIN + dt.timedelta(seconds=value), written)
    return None


def _spss(day: dt.datetime, written: str) -> Any:
    if written.startswith("MOYR"):
        return f"{day.year}m{day.month}"
    if written.startswith("QYR"):
        return f"{day.year}q{(day.month + 2) // 3}"
    if written.startswith("WKYR"):
        return f"{day.year}w{(day.timetuple().tm_yday + 6) // 7}"
    return day.date()


def _stata(kind: str) -> Callable[[float], Any] | None:
    if kind in ("c", "C"):
        return lambda value: STATA_ORIGIN + dt.timedelta(milliseconds=value)
    if kind == "d":
        return lambda value: (STATA_ORIGIN + dt.timedelta(days=value)).date()
    if kind not in PERIODS:
        return None
    per_year, letter = PERIODS[kind]
    first = 0 if kind == "y" else STATA_ORIGIN.year

    def period(value: float) -> str:
        year, number = divmod(int(value), per_year)
        if not 1 <= first + year <= dt.MAXYEAR:
            raise OverflowError
        return f"{first + year}{letter}{number + 1}" if letter else f"{year}"

    return period
