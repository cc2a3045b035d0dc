"""Two scores of the same respondents, taken from different halves of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.errors import Blocked, NotTestable
from icx_research.core.frames import collected
from icx_research.core.moments import GroupedMoments
from icx_research.core.reduction import moments
from icx_research.core.results import Result, estimate_table
from icx_research.core.rng import Rng, as_generator


@dataclass(frozen=True, repr=False)
class SplitHalfCorrelation(Result):
    """Unit-level correlation of two scores, free of what respondents share.

    Attributes
    ----------
    first, second : str
    split_half : float
        Mean correlation of the units' means over random splits and both directions:
        one half of a unit's respondents gives the first score, the other the second.
    full_length : float
        The same at the full number of respondents, comparable to other correlations of
        unit means: all splits at once, by formula.
    same_source : float
        Correlation where the same respondents give both scores.
    expected_spurious : float
        What their shared mood alone would produce if true unit scores were unrelated.
    split_sd : float
        Standard deviation over the splits: how much a single split would mislead.
    n_splits : int
    n_used, n_dropped : int
        Units with at least two complete respondents, and others.
    note : str
    """

    first: str
    second: str
    split_half: float
    full_length: float
    same_source: float
    expected_spurious: float
    split_sd: float
    n_splits: int
    n_used: int
    n_dropped: int
    note: str

    @property
    def table(self) -> pd.DataFrame:
        """Four rows: split half, full length, same source, expected spurious."""
        terms = ("split_half", "full_length", "same_source", "expected_spurious")
        return estimate_table(
            [{"term": term, "estimate": getattr(self, term), "n": self.n_used} for term in terms]
        )

    def to_apa(self) -> str:
        """Split-half beside same-source correlation and what is expected of the latter."""
        return (
            f"r = {apa.bounded(self.split_half)} between halves, "
            f"{apa.bounded(self.full_length)} at full length; {apa.bounded(self.same_source)} from "
            f"the same respondents, of whose shared mood {apa.bounded(self.expected_spurious)} is "
            f"expected, n = {self.n_used} units"
        )


def split_half_correlation(
    data: Any,
    *,
    first: str,
    second: str,
    unit: str,
    n_splits: int = 200,
    rng: Rng,
) -> SplitHalfCorrelation:
    r"""Correlate two scores of the same respondents over units, by split halves.

    Parameters
    ----------
    data : DataFrame
        One row per respondent, with both scores; incomplete rows are left out.
    first, second : str
        Columns of the scores.
    unit : str
        Column of the unit.
    n_splits : int, default 200
        Random splits of each unit's respondents, averaged in both directions.
    rng : numpy.random.Generator or int

    Returns
    -------
    SplitHalfCorrelation

    Raises
    ------
    NotTestable
        If fewer than four units have two complete respondents.
    Blocked
        If a score does not vary over the units.
    ValueError
        If a column is unknown or there is no split.

    Notes
    -----
    Over all splits the product of the two halves' means is on average
    :math:`\bar x \bar y - s_{xy} / n`, :math:`s_{xy}` being the covariance within the
    unit. `full_length` puts that in place of :math:`\bar x \bar y`:
    :math:`(S_{xy} - \overline{s_{xy} / n}) / (S_x S_y)`, with S over units. Expected of
    the shared mood alone is :math:`\overline{s_{xy} / n} / (S_x S_y)`, which for equal
    units is `same_source_correlation`.

    References
    ----------
    Ostroff, C., Kinicki, A. J., & Clark, M. A. (2002). Substantive and operational issues
    of response bias across levels of analysis. Journal of Applied Psychology, 87, 355-368.
    https://doi.org/10.1037/0021-9010.87.2.355

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> mood = rng.standard_normal(2400)
    >>> people = pd.DataFrame({"unit": np.repeat(np.arange(400), 6),
    ...                        "service": mood + rng.standard_normal(2400),
    ...                        "focus": mood + rng.standard_normal(2400)})
    >>> result = split_half_correlation(
    ...     people, first="service", second="focus", unit="unit", rng=rng)
    >>> round(result.same_source, 1), round(result.full_length, 1)
    (0.5, -0.0)

    Of a study, `linkage_correlations` does this by itself, with all splits at once, where
    the same respondents gave both scores.
    """
    if n_splits < 1:
        raise ValueError(f"n_splits must be at least 1, not {n_splits}.")
    cells = moments(data, [first, second], by=unit)
    enough = cells.n >= 2
    if enough.sum() < 4:
        raise NotTestable(
            f"split halves need at least 4 units with 2 complete respondents; there are "
            f"{int(enough.sum())}."
        )
    means = cells.mean[enough]
    if (np.ptp(means, axis=0) == 0).any():
        raise Blocked("a score is the same in all units; there is nothing to correlate.")
    noise = sampling_covariance(cells)[enough]
    spread = np.cov(means.T)
    scale = float(np.sqrt(spread[0, 0] * spread[1, 1]))
    spurious = float(noise.mean()) / scale
    x, y, codes = _rows(data, [first, second], unit, np.array(cells.groups, dtype=object)[enough])
    draw = as_generator(rng, analysis="split_half_correlation")
    found = _random_splits(np.column_stack([x, y]), codes, n_splits, draw)
    return SplitHalfCorrelation(
        first=first,
        second=second,
        split_half=float(np.mean(found)),
        full_length=float(np.clip(spread[0, 1] / scale - spurious, -1, 1)),
        same_source=float(spread[0, 1] / scale),
        expected_spurious=spurious,
        split_sd=float(np.std(found.mean(axis=1), ddof=1)) if n_splits > 1 else float("nan"),
        n_splits=n_splits,
        n_used=int(enough.sum()),
        n_dropped=int((~enough).sum()),
        note="halves are less reliable than all respondents together; full_length is not affected",
    )


def sampling_covariance(cells: GroupedMoments) -> np.ndarray:
    """Covariance of the sampling errors of two means, per unit; pooled where n is 1."""
    n = cells.n.astype(float)
    pooled = cells.sscp[:, 0, 1].sum() / max(float((n - 1).clip(0).sum()), 1.0)
    within = np.where(n >= 2, np.nan_to_num(cells.cov[:, 0, 1]), pooled)
    return np.asarray(within / np.maximum(n, 1))


def _rows(
    data: Any, columns: Sequence[str], unit: str, units: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Take the complete rows of the units; splits need rows."""
    frame: Any = nw.from_native(data)
    frame = collected(frame.select(unit, *(nw.col(name).cast(nw.Float64()) for name in columns)))
    codes = pd.Index(units).get_indexer(pd.Index(frame[unit].to_list(), dtype=object))
    x, y = (frame[name].to_numpy().astype(float) for name in columns)
    use = (codes >= 0) & ~np.isnan(x) & ~np.isnan(y)
    return x[use], y[use], codes[use]


def _random_splits(
    scores: np.ndarray, codes: np.ndarray, n_splits: int, rng: np.random.Generator
) -> np.ndarray:
    """Correlate opposite halves: n_splits x 2 correlations, one per direction."""
    size = np.bincount(codes)
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    found = np.empty((n_splits, 2))
    for split in range(n_splits):
        order = np.lexsort((rng.random(len(codes)), codes))
        rank = np.arange(len(codes)) - start[codes[order]]
        extra = rng.integers(0, 2, len(size)) * (size % 2)  # the odd one goes to either half
        in_first = rank < (size // 2 + extra)[codes[order]]
        halves = []
        for half in (in_first, ~in_first):
            at = codes[order][half]
            count = np.bincount(at, minlength=len(size))
            halves.append(
                [np.bincount(at, scores[order][half, j], len(size)) / count for j in (0, 1)]
            )
        (x_one, y_one), (x_two, y_two) = halves
        found[split] = np.corrcoef(x_one, y_two)[0, 1], np.corrcoef(x_two, y_one)[0, 1]
    return found
