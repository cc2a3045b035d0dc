"""What relates the scores of linked units, and what of it is sampling error of their means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
import pandas as pd

from icx_research.core.resampling import left_out_sums
from icx_research.linkage.correlation.controls import control_columns
from icx_research.linkage.rows import Rows
from icx_research.survey.link.shared_respondents import TAKEN_OUT, shared_error


@dataclass(frozen=True, eq=False, repr=False)
class UnitMoments:
    r"""Scores of linked units with the sampling errors of their means.

    Attributes
    ----------
    names : tuple of str, length k
        The columns; those of a control made of text are `control[value]`.
    scores : array, shape (n, k)
    error : array, shape (n, k, k)
        Estimated covariance of the sampling errors of each unit's means: squared standard
        errors on the diagonal (nan where not known, 0 of what nobody was asked), beside it what
        the same respondents bring into two scores.
    cluster : array, shape (n,)
        Which units hang together.
    taken_out : tuple of (str, str)
        Pairs of scores of the same respondents whose covariance of errors is known.
    notes : dict of (str, str) to str
        What is known of the respondents of other pairs.

    Notes
    -----
    With :math:`S` the covariance of the unit means and :math:`E` the mean of `error` over the
    units, :math:`S - E` estimates the covariance of the true scores, and :math:`S` less the
    off-diagonal part of :math:`E` what independent respondents of each score would show.
    """

    names: tuple[str, ...]
    scores: np.ndarray
    error: np.ndarray
    cluster: np.ndarray
    taken_out: tuple[tuple[str, str], ...] = ()
    notes: dict[tuple[str, str], str] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Name the columns and count the units."""
        return f"UnitMoments: {', '.join(self.names)}; n = {len(self.scores)} units"

    @property
    def n_clusters(self) -> int:
        """Units, or clusters of those that hang together."""
        return len(np.unique(self.cluster))

    @property
    def observed(self) -> np.ndarray:
        """Covariance of the unit means without what the same respondents bring: (k, k)."""
        return _covariances(self._rows(0.0).sum(axis=0)[None], len(self.names))[0]

    @property
    def true(self) -> np.ndarray:
        """Covariance of the true scores: shape (k, k); nan where standard errors are missing."""
        return _covariances(self._rows(1.0).sum(axis=0)[None], len(self.names))[0]

    def at(self, names: Sequence[str]) -> "UnitMoments":
        """Keep some columns, in the order given."""
        at = [self.names.index(name) for name in names]
        error = self.error[:, at][:, :, at]
        return replace(self, names=tuple(names), scores=self.scores[:, at], error=error)

    def jackknife(
        self, statistic: Callable[[np.ndarray], np.ndarray], *, true: bool
    ) -> tuple[np.ndarray, np.ndarray]:
        """Estimate a function of the covariances, with standard errors over clusters.

        Parameters
        ----------
        statistic : callable
            Takes covariances (m, k, k) and gives (m, ...).
        true : bool
            Whether all sampling error is taken out, or only what the same respondents bring.

        Returns
        -------
        value, se : arrays of the shape of the statistic
        """
        rows, k = self._rows(float(true)), len(self.names)
        value = statistic(_covariances(rows.sum(axis=0)[None], k))[0]
        left = statistic(_covariances(left_out_sums(rows, self.cluster), k))
        g = len(left)
        se = np.sqrt((g - 1) / g * ((left - left.mean(axis=0)) ** 2).sum(axis=0))
        return np.asarray(value), np.asarray(se)

    def _rows(self, diagonal: float) -> np.ndarray:
        """Give per unit 1, its values, and their products less the errors: what is summed."""
        k = len(self.names)
        upper = np.triu_indices(k)
        x = self.scores - self.scores.mean(axis=0)
        share = np.where(upper[0] == upper[1], diagonal, 1.0)
        error = np.where(share > 0, self.error[:, upper[0], upper[1]], 0.0)
        return np.column_stack([np.ones(len(x)), x, x[:, upper[0]] * x[:, upper[1]], error])


def _covariances(sums: np.ndarray, k: int) -> np.ndarray:
    """Turn sums (m, 1 + k + 2 p) of rows into covariances less the mean error: (m, k, k)."""
    upper = np.triu_indices(k)
    n, first, second = sums[:, :1], sums[:, 1 : 1 + k], sums[:, 1 + k :]
    products, error = np.split(second, 2, axis=1)
    centred = products - first[:, upper[0]] * first[:, upper[1]] / n
    out = np.empty((len(sums), k, k))
    out[:, upper[0], upper[1]] = out[:, upper[1], upper[0]] = centred / (n - 1) - error / n
    return out


def unit_moments(rows: Rows, names: Sequence[str], *, controls: Sequence[str] = ()) -> UnitMoments:
    """Collect scores of linked units and the sampling errors of their means.

    Parameters
    ----------
    rows : Rows
        As `complete_rows` gives them for `names` and `controls`.
    names : sequence of str
        Scores, or other columns of numbers.
    controls : sequence of str
        Further columns; text becomes indicators of all values but the first.

    Returns
    -------
    UnitMoments
        Columns that no respondent gave (size, region) are free of sampling error; so are
        columns of a DataFrame without a `<name>_se` beside them, unless `reliabilities` say so.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> from icx_research.linkage.rows import complete_rows
    >>> names = ["internal_satisfaction", "customer_focus", "csat"]
    >>> rows = complete_rows(link_study(load_example("company")), names)
    >>> unit_moments(rows, names)
    UnitMoments: internal_satisfaction, customer_focus, csat; n = 60 units
    """
    columns, blocks = [], []
    for name in dict.fromkeys([*names, *controls]):
        block = control_columns(rows.table, [name])
        columns += _named(rows.table, name, block.shape[1])
        blocks.append(block)
    n, k = rows.n_used, len(columns)
    error = np.zeros((n, k, k))
    asked = [name for name in columns if f"{name}_se" in rows.table]
    for name in asked:
        at = columns.index(name)
        error[:, at, at] = rows.table[f"{name}_se"].to_numpy(float) ** 2
    taken_out: list[tuple[str, str]] = []
    notes: dict[tuple[str, str], str] = {}
    for first, second in combinations(asked, 2):
        shared = shared_error(rows.linked, first, second) if rows.linked is not None else None
        if shared is not None and shared.relation == TAKEN_OUT:
            i, j = columns.index(first), columns.index(second)
            error[:, i, j] = error[:, j, i] = shared.covariance
            taken_out.append((first, second))
        elif shared is not None:
            notes[first, second] = shared.note
    return UnitMoments(
        tuple(columns), np.hstack(blocks), error, rows.cluster, tuple(taken_out), notes
    )


def _named(table: pd.DataFrame, name: str, width: int) -> list[str]:
    """Name the columns of a control: itself, or one name per value but the first."""
    if pd.to_numeric(table[name], errors="coerce").notna().all():
        return [name]
    values = pd.get_dummies(table[name], drop_first=True).columns
    return [f"{name}[{value}]" for value in values][:width]


def partial_correlation(cov: np.ndarray) -> np.ndarray:
    """Correlate the first two variables given the others, per matrix of a stack.

    Examples
    --------
    >>> cov = np.array([[1, 0.36, 0.6], [0.36, 1, 0.6], [0.6, 0.6, 1]])
    >>> abs(round(float(partial_correlation(cov[None])[0]), 12))
    0.0
    """
    given = cov[:, :2, :2]
    if cov.shape[1] > 2:
        beside = cov[:, :2, 2:]
        with np.errstate(invalid="ignore"):
            given = given - beside @ np.linalg.pinv(cov[:, 2:, 2:], hermitian=True) @ np.swapaxes(
                beside, 1, 2
            )
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(given[:, 0, 0] * given[:, 1, 1])
        sound = (given[:, 0, 0] > 0) & (given[:, 1, 1] > 0)
        return np.where(sound, given[:, 0, 1] / spread, np.nan)
