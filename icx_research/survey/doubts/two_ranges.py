"""Two answering scales in one column: a part of the units or suppliers never goes above 5 of 7."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special

TOPS = (2, 3, 4, 5, 6, 7, 9, 10, 20, 50)  # usual upper ends, and those of sliders
LEAST_GROUPS, LEAST_ANSWERS = 2, 30  # on either side, where groups are small
SHOWN = 5  # groups that are named
MIN_EACH = 3  # answers of a group that count
AT_THE_END = 0.02  # share of the shorter scale's answers at its end
CLEARLY_ABOVE = 0.25  # share of answers above that end, in the typical other group
CLEAR = 4.0  # standard deviations by which the groups without an answer above are too many
# One of a few large groups, as suppliers are, may be told alone: groups, answers, probability.
FEW_GROUPS, LARGE, IMPOSSIBLE = 12, 50, 1e-6


def shorter_scale(answers: pd.Series, groups: pd.Series, top: float) -> tuple[list[str], float]:
    """Find the groups of answers that stand on a shorter scale than the others.

    Parameters
    ----------
    answers : Series of float
    groups : Series
        Unit or supplier of each answer.
    top : float
        Upper end of the declared range.

    Returns
    -------
    (list of str, float)
        The groups and the end they never go beyond; no groups where nothing speaks for it.

    Notes
    -----
    A group with mean m and n answers has none above t with probability (1 - p)^n, where p is the
    share above t of a normal distribution with that mean and the spread within the other groups.
    Groups without such an answer must be far more than these probabilities add up to, their
    answers must reach t, and the others must lie clearly above it.
    """
    given = pd.DataFrame({"x": answers, "g": groups}).dropna()
    by_group = given.groupby("g", observed=True)["x"]
    table = by_group.agg(["size", "mean", "max", "var"])
    table = table[table["size"] >= MIN_EACH]
    for end in sorted((t for t in TOPS if t < top), reverse=True):
        if len(table) >= LEAST_GROUPS and _stands_apart(given, table, end):
            return list(map(str, table.index[table["max"] <= end])), float(end)
    return [], top


def _stands_apart(given: pd.DataFrame, table: pd.DataFrame, end: float) -> bool:
    low, high = table[table["max"] <= end], table[table["max"] > end]
    if min(low["size"].sum(), high["size"].sum()) < LEAST_ANSWERS:
        return False
    in_low = given["g"].isin(low.index)
    above = (given["x"] > end)[~in_low].groupby(given["g"][~in_low], observed=True).mean()
    if (given["x"][in_low] == end).mean() < AT_THE_END or above.median() < CLEARLY_ABOVE:
        return False
    spread = np.sqrt((high["var"] * (high["size"] - 1)).sum() / (high["size"] - 1).sum())
    if not spread > 0:
        return False
    share = special.ndtr((table["mean"] - (end + 0.5)) / spread)
    none = (1 - share) ** table["size"]
    if len(table) <= FEW_GROUPS and low["size"].min() >= LARGE:
        return bool(none[low.index].max() < IMPOSSIBLE)
    excess = len(low) - none.sum()
    return bool(
        min(len(low), len(high)) >= LEAST_GROUPS
        and excess > CLEAR * max(np.sqrt((none * (1 - none)).sum()), 0.5)
    )


def named(groups: Sequence[str]) -> str:
    """Write the first groups of a list."""
    more = ", ..." if len(groups) > SHOWN else ""
    return ", ".join(map(repr, groups[:SHOWN])) + more
