"""What agreement of a given size is called in the literature: labels, never a pass mark."""

import math

# Lowest r_WG(J) that is commonly taken to support a unit mean (James, 1982, Journal of
# Applied Psychology, 67, 219-229, https://doi.org/10.1037/0021-9010.67.2.219).
MIN_AGREEMENT = 0.70

# LeBreton, J. M., & Senter, J. L. (2008). Answers to 20 questions about interrater
# reliability and interrater agreement. Organizational Research Methods, 11, 815-852.
# https://doi.org/10.1177/1094428106296642. Of r_WG: above .30 weak, above .50 moderate, ...
# The bands of ICC(2) are the convention of the aggregation literature.
RWG_BANDS = ((0.90, "very strong"), (0.70, "strong"), (0.50, "moderate"), (0.30, "weak"))
ICC_1_BANDS = ((0.25, "large"), (0.10, "medium"), (0.01, "small"))
ICC_2_BANDS = ((0.70, "adequate"), (0.50, "tolerable"))


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
