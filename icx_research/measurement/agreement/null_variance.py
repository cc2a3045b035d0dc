"""Variance of answers that would show no agreement at all."""

# Error variances by number of response options, as tabled by LeBreton and Senter (2008,
# Organizational Research Methods, 11, 815-852, https://doi.org/10.1177/1094428106296642).
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
