"""What the agreement of raters forbids, and what it only warns of."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.cutoffs import (
    ADEQUATE_RELIABILITY,
    MIN_AGREEMENT,
    MIN_SHOWN_UNITS,
    SIGNIFICANCE,
)
from icx_research.measurement.agreement.labels import (
    agreement_label,
    icc_2_label,
)

USES = ("linkage", "display")
ALLOWED, WARNED, BLOCKED = "allowed", "warned", "blocked"


@dataclass(frozen=True)
class Gate:
    """Whether unit means of one scale may be used in one way.

    Attributes
    ----------
    verdict : str
        "allowed", "warned" or "blocked".
    reason : str
        Why, in one line; empty where nothing is to be said.
    """

    verdict: str
    reason: str


def linkage_gate(row: pd.Series, sizes: np.ndarray) -> Gate:
    """Judge unit means as material of an estimate, which nobody sees.

    Parameters
    ----------
    row : Series
        Of `AggregationSupport.scales`.
    sizes : array, shape (g,)
        Raters per unit.

    Returns
    -------
    Gate
        Blocked where the variance between units is estimated at zero or below: then unit
        means differ by chance alone, and no correction can bring back what is not there.
        Everything else warns.
    """
    if not row["icc_1"] > 0:
        found = f"ICC(1) = {apa.bounded(row['icc_1'])}"
        return Gate(BLOCKED, f"no variance between units ({found}): their means differ by chance")
    reasons = []
    if row["p_value"] > SIGNIFICANCE:
        reasons.append(f"units are not told apart with certainty ({apa.p_value(row['p_value'])})")
    if row["icc_2"] < ADEQUATE_RELIABILITY:
        shown, kept = apa.bounded(row["icc_2"]), apa.bounded(float(np.sqrt(row["icc_2"])))
        reasons.append(
            f"ICC(2) = {shown} ({icc_2_label(row['icc_2'])}): correlations of unit means shrink to "
            f"{kept} of their size; show them corrected as well"
        )
    for name in row.index:
        if name.startswith("rwg_j_") and name != "rwg_j_star" and row[name] < MIN_AGREEMENT:
            null = name.removeprefix("rwg_j_").replace("_", " ")
            reasons.append(
                f"median rWG(J) = {apa.bounded(row[name])} ({agreement_label(row[name])}, {null} "
                "null): raters of a unit see it differently"
            )
    single = int((sizes == 1).sum())
    if single:
        reasons.append(f"{single} units have one rater")
    return Gate(WARNED if reasons else ALLOWED, "; ".join(reasons))


def display_gate(sizes: np.ndarray, *, min_persons: int, linkage: Gate) -> Gate:
    """Judge unit means as something shown.

    Blocked where fewer than two units have `min_persons` raters: what could be shown would
    point at persons.
    """
    enough = int((sizes >= min_persons).sum())
    if enough < MIN_SHOWN_UNITS:
        return Gate(
            BLOCKED,
            f"{enough} of {len(sizes)} units have {min_persons} raters or more; means of the "
            "others must not be shown",
        )
    reasons = []
    if enough < len(sizes):
        reasons.append(
            f"{len(sizes) - enough} of {len(sizes)} units have fewer than {min_persons} raters "
            "and must be suppressed"
        )
    if linkage.verdict == BLOCKED:
        reasons.append(linkage.reason)
    return Gate(WARNED if reasons else ALLOWED, "; ".join(reasons))
