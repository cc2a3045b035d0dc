"""From rows to `Moments`, by whatever engine holds the rows."""

from collections.abc import Hashable, Sequence
from itertools import combinations_with_replacement
from typing import Any, overload

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.errors import UnsuitableData
from icx_research.core.frames import check_columns
from icx_research.core.moments import GroupedMoments, Moments, combine


@overload
def moments(
    data: Any, columns: Sequence[str], *, by: None = None, weights: str | None = None
) -> Moments: ...
@overload
def moments(
    data: Any, columns: Sequence[str], *, by: str | Sequence[str], weights: str | None = None
) -> GroupedMoments: ...
def moments(
    data: Any,
    columns: Sequence[str],
    *,
    by: str | Sequence[str] | None = None,
    weights: str | None = None,
) -> Moments | GroupedMoments:
    """Reduce rows to counts, means and covariances.

    Parameters
    ----------
    data : DataFrame or lazy frame
        Anything narwhals reads: pandas, Polars, DuckDB, PySpark, Dask. Lazy
        frames are reduced by their own engine; the rows never reach Python.
    columns : sequence of str, length k
        Numeric columns. Rows with a missing value are left out and counted.
    by : str or sequence of str, optional
        Columns that form groups.
    weights : str, optional
        Column of non-negative weights; rows of weight 0 count as left out.

    Returns
    -------
    Moments, or GroupedMoments where `by` is given

    Raises
    ------
    ValueError
        If no column is named, one is unknown or named twice, a value is infinite, or a weight is
        negative.
    TypeError
        If `data` is no table, or a column holds no numbers.

    Notes
    -----
    Products are taken about the grand mean, which keeps 1e9 + small numbers exact
    to rounding. See `Moments` for the formula with weights.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"q1": [1, 2, 6], "q2": [2, 4, 3], "unit": ["a", "a", "b"]})
    >>> moments(answers, ["q1", "q2"]).mean
    array([3., 3.])
    >>> moments(answers, ["q1", "q2"], by="unit").n
    array([2, 1])
    """
    keys = [by] if isinstance(by, str) else list(by or [])
    columns = [columns] if isinstance(columns, str) else list(columns)
    if not columns:
        raise ValueError("moments needs at least one column.")
    needed = [*columns, *keys, *([weights] if weights else [])]
    frame = _frame(data)
    schema = frame.collect_schema()
    check_columns(needed, schema.names())
    if len(set(needed)) < len(needed):
        raise ValueError(f"Columns, by and weights must be named once each; got {needed}.")
    times = [name for name in columns if schema[name].is_temporal()]
    if times:
        raise TypeError(f"moments needs numbers; column {times[0]!r} holds times.")
    values = [*columns, *([weights] if weights else [])]
    frame = frame.select(*needed).with_columns(nw.col(*values).cast(nw.Float64()))
    reduce = _from_engine if isinstance(frame, nw.LazyFrame) else _from_arrays
    reduced = reduce(frame, columns, keys, weights, single=isinstance(by, str))
    return reduced if keys else reduced.group(0)


def _frame(data: Any) -> Any:
    twice = data.columns[data.columns.duplicated()] if isinstance(data, pd.DataFrame) else []
    if len(twice):
        raise ValueError(f"Columns must have different names; {twice[0]!r} appears more than once.")
    try:
        return nw.from_native(data)
    except TypeError:
        raise TypeError(
            f"moments needs a data frame or lazy frame, not {type(data).__name__}."
        ) from None


def _from_arrays(
    frame: "nw.DataFrame[Any]",
    columns: list[str],
    keys: list[str],
    weights: str | None,
    *,
    single: bool,
) -> GroupedMoments:
    """Reduce an eager frame with matrix products."""
    x = np.column_stack([frame[name].to_numpy() for name in columns]).astype(float)
    if np.isinf(x).any():
        name = columns[int(np.isinf(x).any(axis=0).argmax())]
        raise UnsuitableData(
            f"moments needs finite numbers; column {name!r} holds an infinite one."
        )
    w = frame[weights].to_numpy() if weights else np.ones(len(frame))
    use = ~np.isnan(x).any(axis=1) & ~np.isnan(w) & (w > 0)
    if (w < 0).any():
        raise UnsuitableData(f"weights must not be negative; column {weights!r} is.")
    codes, groups = _group_codes(frame, keys, use, single=single)
    x, w = x[use], w[use]
    order = np.argsort(codes, kind="stable")
    size = len(groups)
    bounds = np.searchsorted(codes[order], np.arange(size + 1))
    k = len(columns)
    n, weight = np.diff(bounds), np.zeros(size)
    mean, sscp = np.full((size, k), np.nan), np.zeros((size, k, k))
    for g in range(size):
        rows = order[bounds[g] : bounds[g + 1]]
        weight[g] = w[rows].sum()
        if len(rows):
            first = x[rows[0]]
            mean[g] = first + w[rows] @ (x[rows] - first) / weight[g]
            deviations = (x[rows] - mean[g]) * np.sqrt(w[rows])[:, None]
            sscp[g] = deviations.T @ deviations
    dropped = len(frame) - int(use.sum())
    at = np.arange(size)
    return combine(tuple(columns), n, weight, mean, sscp, at, groups, dropped)


def _group_codes(
    frame: "nw.DataFrame[Any]", keys: list[str], use: np.ndarray, *, single: bool
) -> tuple[np.ndarray, tuple[Hashable, ...]]:
    """Give each used row the number of its group, sorted; rows without a key leave `use`."""
    if not keys:
        return np.zeros(int(use.sum()), dtype=int), (0,)
    codes, values = np.zeros(len(frame), dtype=int), []
    for key in keys:
        at, unique = pd.factorize(frame[key].to_numpy(), sort=True)
        use &= at >= 0
        codes = codes * (len(unique) + 1) + at
        values.append(unique)
    codes, kept = pd.factorize(codes[use], sort=True)
    columns: list[Any] = []
    for unique in reversed(values):
        kept, own = np.divmod(kept, len(unique) + 1)
        columns.append(unique[own].tolist())
    return codes, _group_keys(list(zip(*reversed(columns), strict=True)), single=single)


def _from_engine(
    frame: "nw.LazyFrame[Any]",
    columns: list[str],
    keys: list[str],
    weights: str | None,
    *,
    single: bool,
) -> GroupedMoments:
    """Reduce a lazy frame with sums and products that its engine computes."""
    total = int(frame.select(n=nw.len()).collect(backend="pandas").item())
    if weights:
        lowest = frame.select(lowest=nw.col(weights).min()).collect(backend="pandas").item()
        if lowest is not None and lowest < 0:
            raise UnsuitableData(f"weights must not be negative; column {weights!r} is.")
    values = [*columns, *([weights] if weights else [])]
    complete = ~nw.any_horizontal(
        *(nw.col(name).is_null() for name in (*values, *keys)),
        *(nw.col(name).is_nan() for name in values),
        ignore_nulls=True,
    )
    frame = frame.filter(complete)
    w: nw.Expr = nw.col(weights) if weights else nw.lit(1.0)
    if weights:
        frame = frame.filter(nw.col(weights) > 0)
    centre = frame.select(nw.col(*columns).mean()).collect(backend="pandas").row(0)
    centred = [
        (nw.col(name) - (c or 0.0)).alias(f"_x{i}")
        for i, (name, c) in enumerate(zip(columns, centre, strict=True))
    ]
    frame = frame.select(*keys, w.alias("_w"), *centred)
    pairs = list(combinations_with_replacement(range(len(columns)), 2))
    frame = frame.with_columns(
        *((nw.col("_w") * nw.col(f"_x{i}")).alias(f"_s{i}") for i in range(len(columns))),
        *(
            (nw.col("_w") * nw.col(f"_x{i}") * nw.col(f"_x{j}")).alias(f"_p{i}_{j}")
            for i, j in pairs
        ),
    )
    sums = [
        nw.len().alias("_n"),
        nw.col("_w").sum(),
        *(nw.col(f"_s{i}").sum() for i in range(len(columns))),
        *(nw.col(f"_p{i}_{j}").sum() for i, j in pairs),
    ]
    reduced = (frame.group_by(keys).agg(*sums).sort(keys) if keys else frame.select(*sums)).collect(
        backend="pandas"
    )
    n = reduced["_n"].to_numpy().astype(int)
    weight = np.nan_to_num(reduced["_w"].to_numpy().astype(float))
    k = len(columns)
    shift = np.column_stack([reduced[f"_s{i}"].to_numpy() for i in range(k)]).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        shift = shift / weight[:, None]
    sscp = np.zeros((len(n), k, k))
    for i, j in pairs:
        about_centre = reduced[f"_p{i}_{j}"].to_numpy().astype(float)
        sscp[:, i, j] = sscp[:, j, i] = about_centre - weight * shift[:, i] * shift[:, j]
    groups: tuple[Hashable, ...] = (0,)
    if keys:
        rows = list(zip(*(reduced[key].to_list() for key in keys), strict=True))
        groups = _group_keys(rows, single=single)
    mean = shift + np.array([c or 0.0 for c in centre])
    dropped = total - int(n.sum())
    return combine(tuple(columns), n, weight, mean, sscp, np.arange(len(n)), groups, dropped)


def _group_keys(rows: Sequence[Any], *, single: bool) -> tuple[Hashable, ...]:
    return tuple(row[0] for row in rows) if single else tuple(tuple(row) for row in rows)
