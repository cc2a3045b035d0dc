"""Counts of persons as they may be shown."""

import numpy as np

from icx_research.core.cutoffs import LOWEST_MIN_PERSONS

EQUAL = 1e-9  # standard errors below this are rounding errors of equal answers
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
