"""What agreement of a given size is called in the literature: labels, never a pass mark."""

import math

from icx_research.core.cutoffs import ICC_1_BANDS, ICC_2_BANDS, RWG_BANDS


def agreement_label(value: float) -> str:
    """Name the size of r_WG(J) after LeBreton and Senter (2008).

    Examples
    --------
    >>> agreement_label(0.72), agreement_label(0.1)
    ('strong', 'none')
    """
    above = tuple((math.nextafter(limit, 1), name) for limit, name in RWG_BANDS)
    return _label(value, above, "none")


def icc_1_label(value: float) -> str:
    """Name the size of ICC(1) after LeBreton and Senter (2008).

    Examples
    --------
    >>> icc_1_label(0.12), icc_1_label(-0.01)
    ('medium', 'none')
    """
    return _label(value, ICC_1_BANDS, "none")


def icc_2_label(value: float) -> str:
    """Name the size of ICC(2).

    Examples
    --------
    >>> icc_2_label(0.65), icc_2_label(0.2)
    ('tolerable', 'low')
    """
    return _label(value, ICC_2_BANDS, "low")


def _label(value: float, bands: tuple[tuple[float, str], ...], lowest: str) -> str:
    if math.isnan(value):
        return "not known"
    return next((name for limit, name in bands if value >= limit), lowest)
