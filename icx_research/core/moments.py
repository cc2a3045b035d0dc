"""Sufficient statistics: what every estimator needs instead of rows."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False, repr=False)
class Moments:
    r"""Number of rows, means and covariances, for all rows or per group.

    Attributes
    ----------
    names : tuple of str, length k
        The variables, in the order of the arrays.
    n : int, or array of int, shape (g,)
        Complete rows.
    mean : array, shape (k,) or (g, k)
    cov : array, shape (k, k) or (g, k, k)
        With n - 1 in the denominator; nan where a group has one row.
    weight : float, or array, shape (g,); default n
        Sum of the weights; n where the rows are unweighted.
    groups : tuple of length g, or None
        Keys of the groups: plain values for one key, tuples for several.
    n_dropped : int
        Rows left out because a value, a weight or a group key is missing.

    Notes
    -----
    Merging (`merge`, `pooled`) equals computing on the union of the rows, to
    rounding: with :math:`S` the sums of squares and products about the mean,
    :math:`S = \sum_g S_g + \sum_g W_g (m_g - m)(m_g - m)'` (Chan, Golub &
    LeVeque, 1983, The American Statistician, 37, 242-247,
    https://doi.org/10.1080/00031305.1983.10483115). With weights
    :math:`w`, scaled to sum to n, the covariance is
    :math:`\frac{n}{n-1} S / \sum w`.
    """

    names: tuple[str, ...]
    n: Any
    mean: np.ndarray
    cov: np.ndarray
    weight: Any = None
    groups: tuple[Hashable, ...] | None = None
    n_dropped: int = 0

    def __post_init__(self) -> None:
        """Check that the shapes agree, so that no estimator has to."""
        k, lead = len(self.names), () if self.groups is None else (len(self.groups),)
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
        groups = "" if self.groups is None else f", {len(self.groups)} groups"
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

    def select(self, names: Sequence[str]) -> "Moments":
        """Keep some variables, in the order given."""
        unknown = [name for name in names if name not in self.names]
        if unknown:
            raise ValueError(f"Moments hold {list(self.names)}, not {unknown}.")
        at = [self.names.index(name) for name in names]
        cov = self.cov[..., at, :][..., :, at]
        return replace(self, names=tuple(names), mean=self.mean[..., at], cov=cov)

    def merge(self, other: "Moments") -> "Moments":
        """Combine with the moments of other rows of the same variables."""
        if self.names != other.names or (self.groups is None) != (other.groups is None):
            raise ValueError(
                "merge needs the same variables in the same order, both with or both "
                f"without groups; got {self.names} and {other.names}."
            )
        keys = sorted(set(self._keys) | set(other._keys))  # type: ignore[type-var]
        at = {key: i for i, key in enumerate(keys)}
        codes = np.array([at[key] for key in (*self._keys, *other._keys)], dtype=int)
        parts = [(m._stack(m.n), m._stack(m.weight), m._rows, m._blocks) for m in (self, other)]
        n, weight, mean, sscp = (np.concatenate(pair) for pair in zip(*parts, strict=True))
        dropped = self.n_dropped + other.n_dropped
        groups = None if self.groups is None else tuple(keys)
        return combine(self.names, n, weight, mean, sscp, codes, groups, dropped)

    def pooled(self) -> "Moments":
        """Put all groups together, as if they had not been told apart."""
        codes = np.zeros(len(self._keys), dtype=int)
        n, weight = self._stack(self.n), self._stack(self.weight)
        return combine(self.names, n, weight, self._rows, self._blocks, codes, None, self.n_dropped)

    @property
    def _keys(self) -> tuple[Hashable, ...]:
        return (0,) if self.groups is None else self.groups

    def _stack(self, value: Any) -> np.ndarray:
        return np.atleast_1d(np.asarray(value))

    @property
    def _rows(self) -> np.ndarray:
        return np.atleast_2d(self.mean)

    @property
    def _blocks(self) -> np.ndarray:
        return self.sscp.reshape(-1, len(self.names), len(self.names))


def combine(
    names: tuple[str, ...],
    n: np.ndarray,
    weight: np.ndarray,
    mean: np.ndarray,
    sscp: np.ndarray,
    codes: np.ndarray,
    groups: tuple[Hashable, ...] | None,
    n_dropped: int,
) -> Moments:
    """Merge parts that share a code into `Moments`; `codes` count from 0 without a gap."""
    size = int(codes.max()) + 1 if len(codes) else int(groups is None)
    k = len(names)
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
    if groups is None:
        return Moments(names, int(total_n[0]), grand[0], cov[0], float(total_w[0]), None, n_dropped)
    return Moments(names, total_n, grand, cov, total_w, groups, n_dropped)
