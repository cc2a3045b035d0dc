"""Whether the items of one scale differ from those of another."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.errors import UnsuitableData
from icx_research.core.frames import check_columns
from icx_research.core.moments import Moments
from icx_research.core.resampling import correlations, percentile_interval, resampled_covariances
from icx_research.core.results import Estimate, Result, check_confidence_level, estimate_table
from icx_research.core.rng import Rng, as_generator
from icx_research.measurement.items import item_moments, item_values


@dataclass(frozen=True, repr=False)
class HeterotraitMonotrait(Result):
    """Heterotrait-monotrait ratios of all pairs of scales.

    Attributes
    ----------
    ratios : dict of (str, str) to Estimate
        Per pair of scales; limits are nan without `rng`.
    n_resamples : int
        Bootstrap samples behind the limits, 0 without `rng`.
    n_used, n_dropped : int
        Complete rows, and rows left out.
    note : str
    """

    ratios: dict[tuple[str, str], Estimate]
    n_resamples: int
    n_used: int
    n_dropped: int
    note: str

    @property
    def table(self) -> pd.DataFrame:
        """One row per pair of scales."""
        return estimate_table(
            [
                ratio.row(f"{first} ~ {second}", n=self.n_used)
                for (first, second), ratio in self.ratios.items()
            ]
        )

    @property
    def estimate(self) -> Estimate:
        """The largest ratio: the pair of scales that is hardest to tell apart."""
        return max(self.ratios.values(), key=lambda ratio: ratio.value)

    def to_apa(self) -> str:
        """Largest ratio with its pair of scales."""
        (first, second), ratio = max(self.ratios.items(), key=lambda pair: pair[1].value)
        limits = ""
        if self.n_resamples:
            limits = ", " + ratio.limits
        return (
            f"largest HTMT = {apa.bounded(ratio.value)} ({first} ~ {second}){limits}, "
            f"n = {self.n_used}"
        )


def htmt(
    items: pd.DataFrame | Moments,
    *,
    scales: Mapping[str, Sequence[str]],
    method: Literal["arithmetic", "geometric"] = "arithmetic",
    confidence_level: float = 0.95,
    n_resamples: int = 2000,
    rng: Rng | None = None,
) -> HeterotraitMonotrait:
    r"""Heterotrait-monotrait ratio of correlations between scales.

    Parameters
    ----------
    items : DataFrame or Moments
        Holds the items of all scales. Rows with a missing answer in any of them are
        left out and counted.
    scales : mapping of str to sequence of str
        At least two scales of at least two items each.
    method : {"arithmetic", "geometric"}
        "geometric" (HTMT2) does not presume equal loadings.
    confidence_level : float, default 0.95
    n_resamples : int, default 2000
    rng : numpy.random.Generator or int, optional
        With it, a percentile interval is drawn by the bootstrap over rows.

    Returns
    -------
    HeterotraitMonotrait

    Raises
    ------
    ValueError
        If a scale has fewer than two items, or items without any correlation, an item is
        unknown, in two scales or does not vary, or an interval is asked of moments.

    Notes
    -----
    Mean absolute correlation between items of different scales, divided by the geometric
    mean of the mean absolute correlations within the two scales. Agrees with R's
    ``semTools::htmt(absolute = TRUE)``, "geometric" with ``htmt2 = TRUE``.

    References
    ----------
    Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). A new criterion for assessing
    discriminant validity in variance-based structural equation modeling. Journal of the
    Academy of Marketing Science, 43, 115-135. https://doi.org/10.1007/s11747-014-0403-8

    Roemer, E., Schuberth, F., & Henseler, J. (2021). HTMT2: An improved criterion for
    assessing discriminant validity in structural equation modeling. Industrial Management
    & Data Systems, 121, 2637-2650. https://doi.org/10.1108/IMDS-02-2021-0082

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"a1": [1, 2, 4, 5, 3], "a2": [2, 1, 5, 4, 3],
    ...                         "b1": [3, 1, 4, 2, 5], "b2": [4, 1, 5, 3, 2]})
    >>> htmt(answers, scales={"a": ["a1", "a2"], "b": ["b1", "b2"]}).to_apa()
    'largest HTMT = .66 (a ~ b), n = 5'
    """
    check_confidence_level(confidence_level)
    if method not in ("arithmetic", "geometric"):
        raise ValueError(f"method must be 'arithmetic' or 'geometric', not {method!r}.")
    names = _check_scales(items, scales)
    if rng is not None and isinstance(items, Moments):
        raise ValueError("htmt needs the rows for an interval; leave out rng for moments.")
    chosen = items.select(names) if isinstance(items, Moments) else items[names]
    found = item_moments(chosen, analysis="htmt", min_items=4)
    blocks, start = {}, 0
    for scale, members in scales.items():
        blocks[scale] = np.arange(start, start + len(members))
        start += len(members)
    ratios = _ratios(found.correlation[None], blocks, method)[0]
    if np.isnan(ratios).any():
        raise UnsuitableData("htmt needs scales whose items are correlated; those of one are not.")
    draws = np.empty((0, len(ratios)))
    if rng is not None:
        generator = as_generator(rng, analysis="htmt")
        values = item_values(chosen, analysis="htmt")
        draws = _resampled(values, blocks, method, n_resamples, generator)
    pairs = itertools.combinations(scales, 2)
    return HeterotraitMonotrait(
        ratios={
            pair: percentile_interval(value, drawn, confidence_level)
            for pair, value, drawn in zip(pairs, ratios, draws.T, strict=True)
        },
        n_resamples=n_resamples if rng is not None else 0,
        n_used=found.n,
        n_dropped=found.n_dropped,
        note="" if rng is not None else "no interval without rng",
    )


def _check_scales(items: pd.DataFrame | Moments, scales: Mapping[str, Sequence[str]]) -> list[str]:
    if not isinstance(items, pd.DataFrame | Moments):
        raise TypeError(f"htmt needs a DataFrame of items or Moments, not {type(items).__name__}.")
    lone = [scale for scale, members in scales.items() if isinstance(members, str)]
    if lone:
        raise ValueError(f"htmt needs a list of items per scale; {lone[0]!r} has a text.")
    names = [name for members in scales.values() for name in members]
    if len(scales) < 2 or min(len(members) for members in scales.values()) < 2:
        raise UnsuitableData("htmt needs at least 2 scales of at least 2 items each.")
    if len(set(names)) < len(names):
        raise ValueError("htmt needs each item in one scale only.")
    known = items.names if isinstance(items, Moments) else items.columns
    check_columns(names, known, table="items")
    return names


def _ratios(correlations: np.ndarray, blocks: dict[str, np.ndarray], method: str) -> np.ndarray:
    """Ratios of each of several correlation matrices: shape (draws, pairs)."""
    size = np.abs(correlations)
    with np.errstate(divide="ignore"):
        size = np.log(size) if method == "geometric" else size

    def mean(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        block = size[:, rows[:, None], columns[None, :]]
        if rows is columns:
            block = block[:, ~np.eye(len(rows), dtype=bool)]
        average = block.reshape(len(size), -1).mean(axis=1)
        return np.asarray(np.exp(average) if method == "geometric" else average)

    within = {name: mean(at, at) for name, at in blocks.items()}
    return np.column_stack(
        [
            _divided(mean(blocks[a], blocks[b]), np.sqrt(within[a] * within[b]))
            for a, b in itertools.combinations(blocks, 2)
        ]
    )


def _divided(across: np.ndarray, within: np.ndarray) -> np.ndarray:
    """Ratio; nan where the items of a scale are unrelated in a resample."""
    return np.divide(across, within, out=np.full_like(across, np.nan), where=within > 0)


def _resampled(
    values: np.ndarray,
    blocks: dict[str, np.ndarray],
    method: str,
    n_resamples: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Ratios of every resample."""
    blocks_of = resampled_covariances(values, n_resamples=n_resamples, rng=rng)
    return np.concatenate([_ratios(correlations(cov), blocks, method) for cov in blocks_of])
