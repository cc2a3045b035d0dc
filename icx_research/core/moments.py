"""Sufficient statistics: what every estimator needs instead of rows."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

Parts = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False, repr=False)
class _Reduced:
    """What moments of all rows and moments per group have in common."""

    names: tuple[str, ...]
    n: int | np.ndarray
    mean: np.ndarray
    cov: np.ndarray
    weight: float | np.ndarray = None  # type: ignore[assignment]  # n, if none is given
    n_dropped: int = 0

    def __post_init__(self) -> None:
        """Check that the shapes agree, so that no estimator has to."""
        k, lead = len(self.names), self._lead
        object.__setattr__(self, "names", tuple(self.names))
        object.__setattr__(self, "mean", np.asarray(self.mean, dtype=float))
        object.__setattr__(self, "cov", np.asarray(self.cov, dtype=float))
        if self.weight is None:
            object.__setattr__(self, "weight", np.asarray(self.n, dtype=float)[()])
        expected = {"n": lead, "weight": lead, "mean": (*lead, k), "cov": (*lead, k, k)}
        for name, shape in expected.items():
            if np.shape(getattr(self, name)) != shape:
                raise ValueError(
                    f"{name} of Moments must have shape {shape} for these names and groups; "
                    f"got {np.shape(getattr(self, name))}."
                )

    def __repr__(self) -> str:
        """Name the variables and counts, never the values."""
        groups = "".join(f", {size} groups" for size in self._lead)
        return f"Moments: {', '.join(self.names)}; n = {int(np.sum(self.n))}{groups}"

    @property
    def sscp(self) -> np.ndarray:
        """Sums of squares and products about the mean, shape of `cov`."""
        n = np.asarray(self.n, dtype=float)
        factor = np.divide((n - 1) * self.weight, n, out=np.zeros_like(n), where=n > 0)
        single = (n <= 1)[..., None, None]
        return np.where(single, 0.0, np.where(single, 0.0, self.cov) * factor[..., None, None])

    @property
    def correlation(self) -> np.ndarray:
        """Correlations, shape of `cov`; nan where a variable does not vary."""
        sd = np.sqrt(np.diagonal(self.cov, axis1=-2, axis2=-1))
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.cov / (sd[..., :, None] * sd[..., None, :])

    def select(self, names: Sequence[str]) -> Self:
        """Keep some variables, in the order given."""
        unknown = [name for name in names if name not in self.names]
        if unknown:
            raise ValueError(f"Moments hold {list(self.names)}, not {unknown}.")
        at = [self.names.index(name) for name in names]
        cov = self.cov[..., at, :][..., :, at]
        return replace(self, names=tuple(names), mean=self.mean[..., at], cov=cov)

    @property
    def _lead(self) -> tuple[int, ...]:
        """Shape of `n`."""
        return ()

    def _parts(self) -> Parts:
        """Give counts, weights, means and sums of squares and products, one row per group."""
        k = len(self.names)
        return (
            np.atleast_1d(self.n),
            np.atleast_1d(self.weight),
            np.atleast_2d(self.mean),
            self.sscp.reshape(-1, k, k),
        )

    def _beside(self, other: Self) -> Parts:
        """Put the parts of both one below the other."""
        if self.names != other.names or type(self) is not type(other):
            raise ValueError(
                "merge needs the same variables in the same order, both with or both "
                f"without groups; got {self.names} and {other.names}."
            )
        pairs = zip(self._parts(), other._parts(), strict=True)
        n, weight, mean, sscp = map(np.concatenate, pairs)
        return n, weight, mean, sscp


@dataclass(frozen=True, eq=False, repr=False)
class Moments(_Reduced):
    r"""Number of rows, means and covariances.

    Attributes
    ----------
    names : tuple of str, length k
        The variables, in the order of the arrays.
    n : int
        Complete rows.
    mean : array, shape (k,)
    cov : array, shape (k, k)
        With n - 1 in the denominator; nan for one row.
    weight : float, default n
        Sum of the weights; n where the rows are unweighted.
    n_dropped : int
        Rows left out because a value or a weight is missing.

    Notes
    -----
    Merging (`merge`, `GroupedMoments.pooled`) equals computing on the union of the rows, to
    rounding: with :math:`S` the sums of squares and products about the mean,
    :math:`S = \sum_g S_g + \sum_g W_g (m_g - m)(m_g - m)'` (Chan, Golub &
    LeVeque, 1983, The American Statistician, 37, 242-247,
    https://doi.org/10.1080/00031305.1983.10483115). With weights
    :math:`w`, scaled to sum to n, the covariance is
    :math:`\frac{n}{n-1} S / \sum w`.
    """

    n: int
    weight: float = None  # type: ignore[assignment]  # n, if none is given

    def merge(self, other: "Moments") -> "Moments":
        """Combine with the moments of other rows of the same variables."""
        parts, codes = self._beside(other), np.zeros(2, dtype=int)
        return combine(self.names, *parts, codes, (0,), self.n_dropped + other.n_dropped).group(0)


@dataclass(frozen=True, eq=False, repr=False)
class GroupedMoments(_Reduced):
    """Number of rows, means and covariances per group.

    Attributes
    ----------
    names : tuple of str, length k
    n : array of int, shape (g,)
    mean : array, shape (g, k)
    cov : array, shape (g, k, k)
        As in `Moments`; nan where a group has one row.
    weight : array, shape (g,); default n
    groups : tuple of length g
        Keys of the groups: plain values for one key, tuples for several.
    n_dropped : int
        Rows left out because a value, a weight or a group key is missing.
    """

    n: np.ndarray
    weight: np.ndarray = None  # type: ignore[assignment]  # n, if none is given
    groups: tuple[Hashable, ...] = field(kw_only=True)

    def merge(self, other: "GroupedMoments") -> "GroupedMoments":
        """Combine with the moments of other rows of the same variables, group by group."""
        parts = self._beside(other)
        keys = sorted(set(self.groups) | set(other.groups))  # type: ignore[type-var]
        at = {key: i for i, key in enumerate(keys)}
        codes = np.array([at[key] for key in (*self.groups, *other.groups)], dtype=int)
        dropped = self.n_dropped + other.n_dropped
        return combine(self.names, *parts, codes, tuple(keys), dropped)

    def pooled(self) -> Moments:
        """Put all groups together, as if they were one."""
        codes = np.zeros(len(self.groups), dtype=int)
        return combine(self.names, *self._parts(), codes, (0,), self.n_dropped).group(0)

    def group(self, key: Hashable) -> Moments:
        """Take one group; all rows that were left out stay counted."""
        at = self.groups.index(key)
        n, weight = int(self.n[at]), float(self.weight[at])
        return Moments(self.names, n, self.mean[at], self.cov[at], weight, self.n_dropped)

    @property
    def _lead(self) -> tuple[int, ...]:
        return (len(self.groups),)


def combine(
    names: tuple[str, ...],
    n: np.ndarray,
    weight: np.ndarray,
    mean: np.ndarray,
    sscp: np.ndarray,
    codes: np.ndarray,
    groups: tuple[Hashable, ...],
    n_dropped: int,
) -> GroupedMoments:
    """Merge parts that share a code; `codes` are the places of their groups."""
    size, k = len(groups), len(names)
    total_n, total_w = np.zeros(size, dtype=int), np.zeros(size)
    np.add.at(total_n, codes, n)
    np.add.at(total_w, codes, weight)
    parts = np.where((n > 0)[:, None], mean, 0.0)
    grand = np.zeros((size, k))
    np.add.at(grand, codes, weight[:, None] * parts)
    with np.errstate(invalid="ignore", divide="ignore"):
        grand = grand / total_w[:, None]
    shift = np.where((n > 0)[:, None], parts - grand[codes], 0.0)
    total = np.zeros((size, k, k))
    np.add.at(total, codes, sscp + weight[:, None, None] * shift[:, :, None] * shift[:, None, :])
    with np.errstate(invalid="ignore", divide="ignore"):
        cov = total / total_w[:, None, None] * (total_n / (total_n - 1.0))[:, None, None]
    cov[total_n < 2] = np.nan
    return GroupedMoments(names, total_n, grand, cov, total_w, n_dropped, groups=groups)
