"""Reliability from two halves of a scale, over one split or all of them."""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.errors import UnsuitableData
from icx_research.core.moments import Moments
from icx_research.core.resampling import percentile_interval, resampled_covariances
from icx_research.core.results import Estimate, Result, check_confidence_level, estimate_table
from icx_research.core.rng import Rng, as_generator
from icx_research.measurement.items import ROUNDING, item_moments, item_values

# More splits than these are sampled: all halves of up to 18 items are computed.
MOST_SPLITS = 25_000


@dataclass(frozen=True, repr=False)
class SplitHalfReliability(Result):
    """Split-half reliabilities of one scale.

    Attributes
    ----------
    odd_even : float
        First, third, ... items against second, fourth, ...
    mean, lowest, highest : float
        Over all splits, or the sampled ones.
    coefficient : str
        "spearman_brown" or "guttman".
    best_split : tuple of str
        The items of one half of the split with the highest reliability.
    n_splits : int
    intervals : mapping of str to Estimate
        Bootstrap intervals of "odd_even" and "mean"; empty without resamples.
    n_used, n_dropped : int
        Complete rows, and rows left out.
    note : str
        Whether splits were sampled, or are of unequal length.
    """

    odd_even: float
    mean: float
    lowest: float
    highest: float
    coefficient: str
    best_split: tuple[str, ...]
    n_splits: int
    intervals: Mapping[str, Estimate]
    n_used: int
    n_dropped: int
    note: str

    @property
    def table(self) -> pd.DataFrame:
        """One row each: odd-even split, mean, lowest and highest."""
        rows: list[dict[str, object]] = [
            self.intervals[term].row(term, n=self.n_used)
            if term in self.intervals
            else {"term": term, "estimate": getattr(self, term), "n": self.n_used}
            for term in ("odd_even", "mean", "lowest", "highest")
        ]
        return estimate_table(rows)

    def to_apa(self) -> str:
        """Odd-even reliability, mean and range over the splits."""
        limits = {term: ", " + own.limits for term, own in self.intervals.items()}
        return (
            f"split-half reliability = {apa.bounded(self.odd_even)}{limits.get('odd_even', '')} "
            f"(odd-even), mean {apa.bounded(self.mean)}{limits.get('mean', '')}, range "
            f"{apa.bounded(self.lowest)} to {apa.bounded(self.highest)} over {self.n_splits} "
            f"splits, n = {self.n_used}"
        )


def split_half(
    items: pd.DataFrame | Moments,
    *,
    coefficient: Literal["spearman_brown", "guttman"] = "spearman_brown",
    n_splits: int = 10_000,
    confidence_level: float = 0.95,
    n_resamples: int = 0,
    rng: Rng | None = None,
) -> SplitHalfReliability:
    r"""Split-half reliability: odd against even items, and over all halves.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or Moments
        As for `cronbach_alpha`.
    coefficient : {"spearman_brown", "guttman"}
        "guttman" does not presume halves of equal variance.
    n_splits : int, default 10_000
        Splits to draw where there are too many to compute all.
    confidence_level : float, default 0.95
    n_resamples : int, default 0
        With some (2,000, say), percentile intervals of the odd-even coefficient and of the
        mean are drawn by the bootstrap over rows.
    rng : numpy.random.Generator or int, optional
        Needed for scales of more than 18 items, and for intervals.

    Returns
    -------
    SplitHalfReliability

    Raises
    ------
    ValueError
        If an option is unknown, `rng` is needed, an interval is asked of moments, the sum of a
        half does not vary, or as for `cronbach_alpha`.

    Notes
    -----
    With :math:`c` the covariance of the two half scores, :math:`r` their correlation and
    :math:`s^2` the variance of the total: Spearman-Brown :math:`2r / (1 + r)`, Guttman
    (also Flanagan, Rulon) :math:`4c / s^2`. The mean of Guttman's coefficient over all
    halves of an even number of items is alpha. For an odd number one half has an item more.
    "guttman" agrees with R's ``psych::splitHalf(covar = TRUE)`` for even numbers; for odd
    numbers that function visits half of the splits only.

    References
    ----------
    Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests.
    Psychometrika, 16, 297-334. https://doi.org/10.1007/BF02310555

    Examples
    --------
    >>> import pandas as pd
    >>> split_half(pd.DataFrame({
    ...     "q1": [4, 5, 3, 4, 2, 5, 1, 3], "q2": [3, 5, 3, 4, 1, 4, 2, 2],
    ...     "q3": [4, 4, 2, 5, 2, 5, 1, 4], "q4": [3, 4, 3, 5, 1, 5, 2, 3],
    ... })).n_splits
    3
    """
    if coefficient not in ("spearman_brown", "guttman"):
        raise ValueError(f"coefficient must be 'spearman_brown' or 'guttman', not {coefficient!r}.")
    check_confidence_level(confidence_level)
    if n_resamples and isinstance(items, Moments):
        raise ValueError("split_half needs the rows, not moments, for an interval.")
    found = item_moments(items, analysis="split_half")
    k = len(found.names)
    exact = math.comb(k, k // 2) // (2 - k % 2) <= MOST_SPLITS
    draw = None
    if n_resamples or not exact:
        draw = as_generator(rng, analysis=f"split_half of {k} items")
    halves = _all_halves(k) if exact or draw is None else _drawn_halves(k, n_splits, draw)
    values = _reliability(found.cov, halves, coefficient)
    odd = (np.arange(k) % 2 == 0)[None].astype(float)
    odd_even = float(_reliability(found.cov, odd, coefficient)[0])
    if not np.isfinite([*values, odd_even]).all():
        raise UnsuitableData(
            "split_half needs halves whose sums vary and are no exact opposites; "
            f"{found.n} complete rows have others."
        )
    intervals: dict[str, Estimate] = {}
    if n_resamples and draw is not None and not isinstance(items, Moments):
        rows = item_values(items, analysis="split_half")
        drawn = resampled_covariances(rows, n_resamples=n_resamples, rng=draw)
        draws = _means(drawn, (odd, halves), coefficient)
        intervals = {
            "odd_even": percentile_interval(odd_even, draws[:, 0], confidence_level),
            "mean": percentile_interval(float(values.mean()), draws[:, 1], confidence_level),
        }
    notes = [] if exact else [f"{n_splits} of the possible splits, drawn at random"]
    if k % 2:
        notes.append("one half has an item more than the other")
    best = halves[int(values.argmax())]
    return SplitHalfReliability(
        odd_even=odd_even,
        mean=float(values.mean()),
        lowest=float(values.min()),
        highest=float(values.max()),
        coefficient=coefficient,
        best_split=tuple(name for name, here in zip(found.names, best, strict=True) if here),
        n_splits=len(values),
        intervals=intervals,
        n_used=found.n,
        n_dropped=found.n_dropped,
        note="; ".join(notes),
    )


def _means(
    drawn: Iterable[np.ndarray], splits: Sequence[np.ndarray], coefficient: str
) -> np.ndarray:
    """Compute the mean reliability of each set of splits in every resample: (draws, sets)."""
    return np.array(
        [
            [_reliability(cov, halves, coefficient).mean() for halves in splits]
            for block in drawn
            for cov in block
        ]
    )


def _all_halves(k: int) -> np.ndarray:
    """Mark the members of one half of each split; of equal halves, the one with item 0."""
    if k % 2:
        chosen = np.array(list(itertools.combinations(range(k), k // 2)))
    else:
        rest = np.array(list(itertools.combinations(range(1, k), k // 2 - 1)), dtype=int)
        chosen = np.column_stack([np.zeros(len(rest), dtype=int), rest])
    halves = np.zeros((len(chosen), k))
    np.put_along_axis(halves, chosen, 1.0, axis=1)
    return halves


def _drawn_halves(k: int, n_splits: int, rng: np.random.Generator) -> np.ndarray:
    order = rng.permuted(np.tile(np.arange(k), (n_splits, 1)), axis=1)
    return (order < k // 2).astype(float)


def _reliability(covariance: np.ndarray, halves: np.ndarray, coefficient: str) -> np.ndarray:
    """Reliability of each split, given by the members of one half."""
    others = 1 - halves
    of_half, of_others = halves @ covariance, others @ covariance
    between = (of_half * others).sum(axis=1)
    first, second = (of_half * halves).sum(axis=1), (of_others * others).sum(axis=1)
    if coefficient == "guttman":
        total = first + second + 2 * between
        varies = total > ROUNDING * np.trace(covariance)
        return np.divide(4 * between, total, out=np.full_like(total, np.nan), where=varies)
    # a half that does not vary has no correlation, and opposite halves no reliability
    spread = np.sqrt(np.maximum(first * second, 0))
    varies = spread > ROUNDING * np.trace(covariance)
    r = np.divide(between, spread, out=np.full_like(between, np.nan), where=varies)
    whole = np.where(1 + r > ROUNDING, 1 + r, np.nan)
    return np.asarray(2 * r / whole)
