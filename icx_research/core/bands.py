"""Counts of persons as they may be shown."""

import numpy as np

from icx_research.core.cutoffs import LOWEST_MIN_PERSONS

EQUAL = 1e-9  # standard errors below this are rounding errors of equal answers
PERCENT_STEPS = (1, 2, 5, 10, 20, 25, 50)
PERSONS_PER_STEP = 4  # half a step is two persons: even the lowest figure fits 0, 1 and 2
BANDS = (10, 15, 20, 30, 50, 100, 200, 500, 1000)


def band_start(n: float) -> float:
    """Give the lowest count of the band a count is in; nan where there is none.

    Examples
    --------
    >>> band_start(12), band_start(7), band_start(3)
    (10.0, 5.0, nan)
    """
    low = max((low for low in (LOWEST_MIN_PERSONS, *BANDS) if low <= n), default=np.nan)
    return float(low)


def band(n: float) -> str:
    """Put a count into its band.

    Examples
    --------
    >>> band(12), band(63), band(1200), band(float("nan"))
    ('10-14', '50-99', '1000+', '')
    """
    starts = (LOWEST_MIN_PERSONS, *BANDS)
    at = sum(low <= n for low in starts)
    if not at:
        return ""
    return f"{starts[at - 1]}-{starts[at] - 1}" if at < len(starts) else f"{BANDS[-1]}+"


def banded(n: float) -> str:
    """Say a count of persons: nobody, fewer than five, or the band it is in.

    Examples
    --------
    >>> banded(0), banded(3), banded(12)
    ('0', 'fewer than 5', '10-14')
    """
    return "0" if n == 0 else band(n) or f"fewer than {LOWEST_MIN_PERSONS}"


def coarse_percent(share: float, persons: float, *, down: bool = False) -> float:
    """Turn a share of persons into a percentage that fits at least three counts of them.

    With `down` it is rounded down, and only all of them are 100%.

    Examples
    --------
    >>> coarse_percent(0.013, 2000), coarse_percent(0.07, 120), coarse_percent(1 / 12, 12)
    (1.0, 5.0, 0.0)
    """
    steps = (step for step in PERCENT_STEPS if step * persons / 100 >= PERSONS_PER_STEP)
    step = next(steps, float("nan"))
    steps_of = np.round(100 * share / step, 9)
    if down:
        return float(np.floor(steps_of) * step)
    # halves go outwards, so that nobody and everybody fit more counts than one
    near = np.ceil(steps_of - 0.5) if share < 0.5 else np.floor(steps_of + 0.5)
    return float(near * step) + 0.0
