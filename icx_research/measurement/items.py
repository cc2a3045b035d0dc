"""Items as every analysis of this room takes them: checked rows, or `Moments`."""

import numpy as np
import pandas as pd

from icx_research.core.errors import UnsuitableData
from icx_research.core.moments import GroupedMoments, Moments
from icx_research.measurement.columns import numeric_columns

# Share of a variance below which it is one of rounding: sums over many rows carry errors up to
# about 1e-13.
ROUNDING = 1e-12
# Spread, relative to the size of the answers, below which answers are equal: scores that differ
# by rounding do so in the last digit (2e-16). Small, so that 1e12 + .1 still varies.
SAME = 1e-14
# Answers beyond this have no squares that can be added up in double precision.
LARGEST_ANSWER = 1e100
# Difference between the two halves of a correlation matrix that may come of typing it.
TYPED = 1e-8
# Smallest eigenvalue of a correlation matrix that counts as positive: sums over many
# rows carry rounding errors up to about 1e-13.
POSITIVE = 1e-10


def item_values(items: pd.DataFrame, *, analysis: str) -> np.ndarray:
    """Take the numbers out of a table of items, a missing answer as nan.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items)
    analysis : str
        Name of the analysis, for messages.

    Returns
    -------
    array, shape (n_respondents, n_items)

    Raises
    ------
    TypeError
        If `items` is no DataFrame.
    ValueError
        If a column is not numeric, holds an infinite or immense value, two share a name, or the
        table is a matrix of correlations.
    """
    if not isinstance(items, pd.DataFrame):
        raise TypeError(f"{analysis} needs a DataFrame of items, not {type(items).__name__}.")
    check_rows(items, analysis=analysis)
    items = numeric_columns(items)
    text = [name for name, kind in items.dtypes.items() if not _real(kind)]
    if text:
        raise UnsuitableData(f"{analysis} needs numeric items; {text[0]!r} is not numeric.")
    if not items.columns.is_unique:
        twice = items.columns[items.columns.duplicated()][0]
        raise ValueError(f"{analysis} needs each item once; {twice!r} appears more than once.")
    plain = all(isinstance(kind, np.dtype) for kind in items.dtypes)
    # na_value is for nullable columns; for the others it costs ten times the copy
    values = items.to_numpy(float) if plain else items.to_numpy(float, na_value=np.nan)
    beyond = np.abs(values) > LARGEST_ANSWER
    if beyond.any():
        name = items.columns[beyond.any(axis=0)][0]
        if np.isinf(values).any():
            name = items.columns[np.isinf(values).any(axis=0)][0]
            raise UnsuitableData(
                f"{analysis} needs finite answers; item {name!r} holds an infinite one."
            )
        raise UnsuitableData(
            f"{analysis} needs answers below {LARGEST_ANSWER:g} in size; item {name!r} holds a "
            "larger one."
        )
    return values


def check_rows(data: pd.DataFrame, *, analysis: str) -> None:
    """Refuse a matrix of correlations or covariances where rows of answers are needed."""
    if data.shape[0] == data.shape[1] and data.index.tolist() == data.columns.tolist():
        raise ValueError(
            f"{analysis} needs rows of answers; rows and columns of this table have the same "
            "names, as in a matrix of correlations or covariances. Put such a matrix into "
            "Moments(names, n, mean, cov)."
        )


def item_moments(
    items: pd.DataFrame | Moments, *, analysis: str, min_items: int = 2, min_rows: int = 2
) -> Moments:
    """Reduce items to `Moments` of the complete rows, or check the moments given.

    Parameters
    ----------
    items : DataFrame or Moments
        One column per item; rows with a missing answer are left out and counted.
    analysis : str
        Name of the analysis, for messages.
    min_items, min_rows : int

    Returns
    -------
    Moments
        Without groups; every item varies.

    Raises
    ------
    ValueError
        If there are too few items or rows, an item does not vary, a column is not
        numeric, or the moments have groups or weights or are none of any rows.
    """
    if isinstance(items, GroupedMoments):
        raise ValueError(f"{analysis} needs moments without groups; use pooled() or one group.")
    if isinstance(items, Moments):
        found, total = _plain(items, analysis), int(items.n) + items.n_dropped
    else:
        values = item_values(items, analysis=analysis)
        found, total = _reduce(values, tuple(map(str, items.columns))), len(items)
    if len(found.names) < min_items or found.n < min_rows:
        empty = "" if isinstance(items, Moments) else _without_answers(items)
        raise UnsuitableData(
            f"{analysis} needs at least {min_items} items and {min_rows} complete rows; "
            f"got {len(found.names)} items and {found.n} complete rows of {total}{empty}."
        )
    if isinstance(items, Moments):
        _check_covariances(found, analysis)
    spread = np.sqrt(np.maximum(np.diag(found.cov), 0))
    constant = spread <= SAME * np.maximum(np.abs(found.mean), np.finfo(float).tiny)
    if constant.any():
        raise UnsuitableData(
            f"{analysis} needs items that vary; {found.names[int(constant.argmax())]!r} has one "
            f"answer in all {found.n} complete rows."
        )
    return found


def item_correlations(moments: Moments, *, analysis: str) -> np.ndarray:
    """Correlate items, and refuse a matrix that is not positive definite.

    Raises
    ------
    ValueError
        If an item follows from others, or the matrix belongs to no set of rows.
    """
    correlation = moments.correlation
    smallest = float(np.linalg.eigvalsh(correlation)[0])
    if not smallest > POSITIVE:
        raise UnsuitableData(
            f"{analysis} needs a covariance matrix that is positive definite; the smallest "
            f"eigenvalue of the correlations is {smallest:.2g} (an item follows from others, "
            f"or {moments.n} rows are too few for {len(moments.names)} items)."
        )
    if moments.n <= len(moments.names):  # of given correlations: rows so few leave them singular
        raise UnsuitableData(
            f"{analysis} needs more rows than items; got {moments.n} rows for "
            f"{len(moments.names)} items."
        )
    return correlation


def _reduce(values: np.ndarray, names: tuple[str, ...]) -> Moments:
    complete = values[~np.isnan(values).any(axis=1)]
    n, k = complete.shape
    dropped = len(values) - n
    if n < 2 or k == 0:
        nan = np.full((k, k), np.nan)
        return Moments(names, n, np.full(k, np.nan), nan, n_dropped=dropped)
    centred = complete - complete[0]  # large numbers of small spread keep their digits
    shift = centred.mean(axis=0)
    centred -= shift
    mean = complete[0] + shift
    return Moments(names, n, mean, centred.T @ centred / (n - 1), n_dropped=dropped)


def _real(kind: object) -> bool:
    numeric = pd.api.types.is_numeric_dtype(kind)
    return numeric and not pd.api.types.is_complex_dtype(kind)


def _without_answers(items: pd.DataFrame) -> str:
    empty = items.columns[items.isna().all(axis=0)] if len(items) else []
    return f"; item {empty[0]!r} has no answer at all" if len(empty) else ""


def _check_covariances(moments: Moments, analysis: str) -> None:
    """Refuse given covariances that no rows can have."""
    cov, own = moments.cov, np.diag(moments.cov)
    if not np.isfinite(cov).all():
        raise UnsuitableData(f"{analysis} needs finite covariances; the moments hold others.")
    if len(set(moments.names)) < len(moments.names):
        raise ValueError(f"{analysis} needs each item once; got {list(moments.names)}.")
    if (own < 0).any():
        name = moments.names[int(own.argmin())]
        raise UnsuitableData(f"{analysis} needs variances above 0; that of {name!r} is negative.")
    limit = np.sqrt(np.outer(own, own))
    if (np.abs(cov - cov.T) > TYPED * limit).any():
        raise UnsuitableData(
            f"{analysis} needs a symmetric covariance matrix; the moments hold none."
        )
    beyond = np.abs(cov) > (1 + TYPED) * limit
    if beyond.any():
        i, j = np.argwhere(beyond)[0]
        raise UnsuitableData(
            f"{analysis} needs covariances that the variances allow; the correlation of "
            f"{moments.names[i]!r} and {moments.names[j]!r} is beyond 1."
        )


def _plain(items: Moments, analysis: str) -> Moments:
    if np.isnan(items.n):
        raise ValueError(f"{analysis} needs the number of rows of the moments; it is missing.")
    if items.weight != items.n:
        raise ValueError(f"{analysis} needs moments without weights.")
    return items
