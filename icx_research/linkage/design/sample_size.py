"""How many linked units a correlation needs to be detected."""

import math

import numpy as np
from scipy import special

from icx_research.core.cutoffs import POWER, SIGNIFICANCE
from icx_research.core.intervals import normal_quantile


def units_needed(correlation: float, *, n_controls: int = 0, power: float = POWER) -> int:
    """Units for which a correlation differs from 0 with given power (Fisher z, two-sided 5 %).

    Raises
    ------
    ValueError
        If the correlation is 0 or not within (-1, 1), or the power not within (0.025, 1).

    Examples
    --------
    >>> units_needed(0.30), units_needed(0.20)
    (85, 194)
    """
    if not 0 < abs(correlation) < 1:
        raise ValueError(f"correlation must lie between -1 and 1 and not be 0, not {correlation}.")
    if not 0.025 < power < 1:
        raise ValueError(f"power must lie between 0.025 and 1, not {power}.")
    z = normal_quantile(1 - SIGNIFICANCE) + special.ndtri(power)
    return math.ceil((z / np.arctanh(correlation)) ** 2 + 3 + n_controls)
