"""What must be withheld beside a small unit, so that no total gives it away."""

from collections.abc import Sequence

import numpy as np

from icx_research.core.cutoffs import MIN_OPEN_WIDTH

TOLERANCE = 1e-9  # ten steps of a tenth are one scale point


def withhold_beside(
    hidden: np.ndarray,
    n: np.ndarray,
    totals: Sequence[np.ndarray],
    *,
    min_persons: int,
    step: float,
    min_width: float = MIN_OPEN_WIDTH,
) -> np.ndarray:
    """Withhold further figures until no total leaves too few persons behind the hidden ones.

    Where a total holds a single hidden figure, or hidden ones of fewer than `min_persons`
    persons, the shown figure of the fewest persons goes with them, and so on; unless so many
    rounded figures are shown that they leave it unknown within `min_width`.

    Parameters
    ----------
    hidden : array of bool, shape (n_figures,)
        Withheld for their own sake.
    n : array of float, shape (n_figures,)
        Persons behind each figure; nan where there is no figure, or nobody counted.
    totals : sequence of array of int, shape (n_figures,)
        Partitions into figures whose sum or mean is published, too: the number of the
        total each figure is part of, from 0.
    min_persons : int
    step : float
        Rounding step of the shown figures, in scale points: k of them leave the hidden part
        of a total of means open within k steps.
    min_width : float, default 1
        Scale points within which a withheld mean must stay unknown.

    Returns
    -------
    array of bool, shape (n_figures,)

    Notes
    -----
    Secondary suppression: the total less its shown parts is the hidden part.

    References
    ----------
    Hundepool, A., et al. (2012). Statistical disclosure control. Wiley.
    https://doi.org/10.1002/9781118348239

    Examples
    --------
    >>> n = np.array([25.0, 20.0, 11.0, 4.0])
    >>> withhold_beside(n < 10, n, [np.zeros(4, dtype=int)], min_persons=10, step=0.1)
    array([False, False,  True,  True])
    """
    found = hidden.copy()
    present = ~np.isnan(n)
    persons = np.where(present, n, np.inf)
    fewest_first = np.argsort(persons, kind="stable")
    while True:
        before = np.count_nonzero(found)
        for total in sorted(totals, key=lambda total: -len(np.unique(total))):
            count = np.bincount(total[found], minlength=total.max() + 1)
            behind = np.bincount(total[found], persons[found], minlength=total.max() + 1)
            known = np.bincount(total[~found & present], minlength=total.max() + 1)
            short = (count == 1) | ((count > 1) & (behind < min_persons))
            short &= known * step < min_width * (1 - TOLERANCE)
            shown = fewest_first[(~found & present & short[total])[fewest_first]]
            found[shown[np.unique(total[shown], return_index=True)[1]]] = True
        if np.count_nonzero(found) == before:
            return found


def groups_withheld(n: np.ndarray, *, min_persons: int) -> np.ndarray:
    """Tell which groups of one total are withheld, where the others are shown unrounded.

    Examples
    --------
    >>> groups_withheld(np.array([25, 20, 11, 4]), min_persons=10)
    array([False, False,  True,  True])
    """
    counts = np.where(np.asarray(n) > 0, n, np.nan)
    one = np.zeros(len(counts), dtype=int)
    return withhold_beside(counts < min_persons, counts, [one], min_persons=min_persons, step=0)


def withheld_words(count: int, noun: str, *, min_persons: int) -> str:
    """Say how many groups are withheld, and why; nothing where none is.

    Examples
    --------
    >>> withheld_words(2, "answers", min_persons=10)
    '2 group(s) with fewer than 10 answers, or that would give one away, are withheld'
    """
    if not count:
        return ""
    reason = f"with fewer than {min_persons} {noun}, or that would give one away,"
    return f"{count} group(s) {reason} are withheld"
