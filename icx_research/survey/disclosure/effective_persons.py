"""How many persons carry a weighted mean of several client units."""

from typing import Any

import numpy as np
import pandas as pd

from icx_research.survey.link.linking import LinkedUnits

DIGITS = 9  # rounding errors of the shares must not turn ten persons into fewer


def effective_persons(linked: LinkedUnits, name: str) -> np.ndarray:
    r"""Count the persons a score rests on, as if each had the same weight.

    Parameters
    ----------
    linked : LinkedUnits
    name : str
        A score of it.

    Returns
    -------
    array of float, shape (n_rows,)
        Per row of the linked units; inf where the score does not pass the crosswalk or
        its persons are not known.

    Notes
    -----
    :math:`1 / \sum_c w_c^2 / n_c` over the client units c with a score: a person of client
    unit c has the share :math:`w_c / n_c` of the mean. Two persons who carry nine tenths of
    it are not hidden by twenty others.

    References
    ----------
    Kish, L. (1965). Survey sampling. Wiley.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> linked = link_study(load_example("company"))
    >>> same = effective_persons(linked, "internal_satisfaction") == linked.table[
    ...     "internal_satisfaction_n"]
    >>> bool(same.all())
    True
    """
    unknown = np.full(len(linked.table), np.inf)
    holding = [scores for scores in linked.scores if name in scores.scales]
    if name not in linked.internal or not holding:
        return unknown
    cells = holding[0].table[holding[0].table["scale"] == name]
    cells = cells.rename(columns={"unit": "client_unit"})[["client_unit", "wave", "n"]]
    on = ["client_unit", "wave"] if "wave" in linked.crosswalk else ["client_unit"]
    pairs = linked.crosswalk.merge(cells, on=on)
    rows: Any = [pairs["serving_unit"], pairs["wave"]]
    share = pairs["weight"] / pairs["weight"].groupby(rows).transform("sum")
    found = 1 / (share**2 / pairs["n"]).groupby(rows).sum(min_count=1)
    here = pd.MultiIndex.from_frame(linked.table[["unit", "wave"]])
    return found.reindex(here).round(DIGITS).fillna(np.inf).to_numpy(float)
