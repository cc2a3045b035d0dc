"""When a simulated company asks, and when the answers come in."""

import datetime as dt

import numpy as np
import pandas as pd

LAST_YEAR = 2025  # of the last wave; there is one wave a year
FIRST_DAY = (3, 1)  # month and day
FIELD_DAYS = 28
MEAN_DELAY = 8.0  # days


def wave_dates(waves: int) -> dict[str, tuple[dt.date, dt.date]]:
    """Give first and last day of each wave."""
    first = [dt.date(LAST_YEAR - waves + k, *FIRST_DAY) for k in range(1, waves + 1)]
    length = dt.timedelta(days=FIELD_DAYS - 1)
    return {str(k): (day, day + length) for k, day in enumerate(first, start=1)}


def draw_dates(wave_at: np.ndarray, waves: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the day of each answer, in ISO 8601: most come early."""
    start = np.array([first for first, _ in wave_dates(waves).values()], dtype="datetime64[D]")
    delay = rng.exponential(MEAN_DELAY, size=len(wave_at)).astype(int) % FIELD_DAYS
    return np.datetime_as_string(start[wave_at] + delay)


def with_dates(frame: pd.DataFrame, dates: np.ndarray) -> pd.DataFrame:
    """Put the day behind the wave."""
    return pd.concat(
        [frame.iloc[:, :1], pd.DataFrame({"answered_on": dates}), frame.iloc[:, 1:]], axis=1
    )
