"""Numbers in the style of the American Psychological Association."""

import math

MINUS = "−"  # U+2212, as wide as a plus sign; the hyphen of the keyboard is none


def bounded(value: float, *, digits: int = 2) -> str:
    """Format a number that cannot exceed one in absolute value, without leading zero.

    Examples
    --------
    >>> bounded(-0.527), bounded(1.0), bounded(float("nan"))
    ('−.53', '1.00', 'n/a')
    """
    text = number(value, digits=digits)
    return text.replace("0.", ".", 1) if abs(value) < 1 and text.lstrip(MINUS)[0] == "0" else text


def number(value: float, *, digits: int = 2) -> str:
    """Format any number with a fixed count of digits and a true minus sign.

    Examples
    --------
    >>> number(-0.527), number(-0.001), number(float("nan"))
    ('−0.53', '0.00', 'n/a')
    """
    if math.isnan(value):
        return "n/a"
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)


def p_value(p: float) -> str:
    """Format a p value with its relation sign.

    Examples
    --------
    >>> p_value(0.0312), p_value(1e-9)
    ('p = .031', 'p < .001')
    """
    if math.isnan(p):
        return "p = n/a"
    return "p < .001" if p < 0.001 else f"p = {bounded(p, digits=3)}"


def counted(n: int, noun: str) -> str:
    """Write a number with its noun, in the plural unless there is one.

    Examples
    --------
    >>> counted(1, "scale"), counted(3, "scale")
    ('1 scale', '3 scales')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def interval(low: float, high: float, *, confidence_level: float, digits: int = 2) -> str:
    """Format a confidence interval of a bounded coefficient.

    Examples
    --------
    >>> interval(0.052, 0.529, confidence_level=0.95)
    '95% CI [.05, .53]'
    """
    limits = f"{bounded(low, digits=digits)}, {bounded(high, digits=digits)}"
    return f"{100 * confidence_level:g}% CI [{limits}]"
