"""Units in which nearly everybody has the same score: their mean would tell each of them."""

from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.cutoffs import GROUP_DISCLOSURE_SHARE
from icx_research.survey.link.linking import LinkedUnits
from icx_research.survey.study.frames import as_pandas
from icx_research.survey.units.aggregation import UnitScores

DIGITS = 9  # of a score: rounding errors make no difference between persons


def nearly_unanimous(units: LinkedUnits | UnitScores, name: str, rows: pd.DataFrame) -> np.ndarray:
    """Tell the rows in which one score is that of nine tenths of the persons.

    Parameters
    ----------
    units : LinkedUnits or UnitScores
    name : str
        A score of it.
    rows : DataFrame
        With the units, and suppliers and waves where there are any.

    Returns
    -------
    array of bool, shape (n_rows,)
        False where the persons are not known. Of client units behind one serving unit, all
        persons count together.
    """
    keys = [key for key in ("unit", "supplier_unit", "touchpoint", "wave") if key in rows]
    scores = units.scores if isinstance(units, LinkedUnits) else (units,)
    holding = [one for one in scores if name in one.scales and one.persons is not None]
    if not holding:
        return np.zeros(len(rows), dtype=bool)
    persons = nw.from_native(holding[0].persons, eager_only=True).select([*keys, name])
    table = as_pandas(persons.to_native()).rename(columns={name: "score"}).dropna(subset="score")
    table = table.assign(score=table["score"].round(DIGITS))
    counts: Any = table.groupby([*keys, "score"]).size().rename("n").reset_index()
    if isinstance(units, LinkedUnits) and name in units.internal:
        on = ["client_unit", "wave"] if "wave" in units.crosswalk else ["client_unit"]
        counts = counts.rename(columns={"unit": "client_unit"}).merge(units.crosswalk, on=on)
        counts = counts.rename(columns={"serving_unit": "unit"})
        counts = counts.groupby([*keys, "score"])["n"].sum().reset_index()
    cells = counts.groupby(keys)["n"]
    share = cells.max() / cells.sum()
    here = pd.MultiIndex.from_frame(rows[keys])
    return share.reindex(here).to_numpy(float) >= GROUP_DISCLOSURE_SHARE
