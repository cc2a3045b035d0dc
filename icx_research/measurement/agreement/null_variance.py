"""Variance of answers that would show no agreement at all."""

# Error variances by number of response options, as tabled by LeBreton and Senter (2008,
# Organizational Research Methods, 11, 815-852, https://doi.org/10.1177/1094428106296642). The
# columns are not one distribution each. A triangle of A options (weights 1, 2, ..., 2, 1) has the
# variance (A - 1)(A + 3) / 24 for odd A: 1.33, 2.50 and 5.83, of which the table has the first
# only. Normal answers cut at half points would need a standard deviation of 1.01, 1.16 and 1.15
# points for 5, 7 and 11 options; with one that grows with the scale (a quarter of its length)
# they have 1.02, 2.17 and 5.85. So "triangular" and "normal" grow ever stricter beside "uniform"
# as options are added, and are not comparable between scales of different length. The tabled
# values are kept, since published r_WG rest on them.
TABLED = {
    "slight_skew": {5: 1.34, 7: 2.90, 11: 7.31},
    "moderate_skew": {5: 0.90, 7: 2.14, 11: 6.32},
    "heavy_skew": {5: 0.44, 7: 1.39, 11: 4.02},
    "triangular": {5: 1.32, 7: 2.10, 11: 3.32},
    "normal": {5: 1.04, 7: 1.40, 11: 1.40},
}
NULLS = ("uniform", *TABLED)


def response_options(response_range: tuple[float, float]) -> int:
    """Count the options of a scale from its lowest to its highest answer.

    Raises
    ------
    ValueError
        If the range is no two whole numbers in ascending order.

    Examples
    --------
    >>> response_options((1, 7)), response_options((0, 10))
    (7, 11)
    """
    low, high = response_range
    if not (float(low).is_integer() and float(high).is_integer() and low < high):
        raise ValueError(
            "response_range must be the lowest and the highest answer, two whole numbers; got "
            f"{response_range}."
        )
    return int(high - low) + 1


def null_variance(null: str, *, options: int) -> float:
    r"""Variance of one item under a distribution without agreement.

    Parameters
    ----------
    null : str
        "uniform", "slight_skew", "moderate_skew", "heavy_skew", "triangular" or "normal".
    options : int
        Response options.

    Returns
    -------
    float
        In squared scale points: :math:`(A^2 - 1) / 12` for "uniform", from a table of 5,
        7 and 11 options otherwise.

    Raises
    ------
    ValueError
        If the distribution is unknown, or not tabled for this number of options.

    Notes
    -----
    Compare "triangular" and "normal" only between scales with the same number of options: the
    tabled values of more options do not follow from those shapes (for 11, a triangle has 5.83
    where the table has 3.32).

    Examples
    --------
    >>> null_variance("uniform", options=5), null_variance("slight_skew", options=5)
    (2.0, 1.34)
    """
    if null == "uniform":
        return (options**2 - 1) / 12
    if null not in TABLED:
        raise ValueError(f"null must be one of {', '.join(NULLS)}; got {null!r}.")
    if options not in TABLED[null]:
        raise ValueError(
            f"the variance of {null!r} is tabled for 5, 7 and 11 response options, not for "
            f"{options}; use 'uniform'."
        )
    return TABLED[null][options]
