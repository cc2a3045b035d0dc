"""Columns of answers as numbers, however a table keeps them."""

from decimal import Decimal
from numbers import Real

import numpy as np
import pandas as pd


def numeric_columns(data: pd.DataFrame) -> pd.DataFrame:
    """Turn ordered categories, and numbers kept as objects, into numbers.

    Categories that are numbers stand for themselves, other ordered ones for their rank, from 1.
    What is no number stays as it is, and so does the whole table where there is nothing to turn.
    """
    turned = {}
    for place, kind in enumerate(data.dtypes):
        column = data.iloc[:, place]
        numbers = None
        if isinstance(kind, pd.CategoricalDtype):
            numbers = _categories(column, kind)
        elif pd.api.types.is_object_dtype(kind):
            numbers = _objects(column)
        if numbers is not None:
            turned[place] = pd.Series(numbers, index=data.index)
    if not turned:
        return data
    columns = [turned.get(place, data.iloc[:, place]) for place in range(data.shape[1])]
    return pd.concat(columns, axis=1).set_axis(data.columns, axis=1)


def _categories(column: pd.Series, kind: pd.CategoricalDtype) -> np.ndarray | None:
    values = pd.Series(kind.categories, dtype=object)
    numbers = _objects(values)
    if numbers is None and not kind.ordered:
        return None
    ranks = np.arange(1.0, len(values) + 1) if numbers is None else numbers
    codes = column.cat.codes.to_numpy()
    return np.where(codes >= 0, np.append(ranks, np.nan)[codes], np.nan)


def _objects(column: pd.Series) -> np.ndarray | None:
    missing = column.isna().to_numpy()
    real = (isinstance(value, Real | Decimal) for value in column[~missing])
    # truth values, and columns without any answer, are for the caller to judge
    if missing.all() or not all(real) or column[~missing].map(type).eq(bool).any():
        return None
    numbers = np.full(len(column), np.nan)
    numbers[~missing] = column[~missing].astype(float)
    return numbers
