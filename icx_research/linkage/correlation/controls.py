"""What is held constant, as independent columns of numbers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from icx_research.core.errors import NotTestable
from icx_research.survey.codebook.cells import OTHER_DECIMAL

# Relative spread below which unit means are equal: averaging equal answers in another
# order moves the last digits only (about 1e-16).
ROUNDING = 1e-12
# Share of numbers among the values of a control from which on the others are faults.
MOSTLY = 0.5
# Share of a standardised control column that must be new (the tolerance of R's lm).
INDEPENDENCE = 1e-7


def control_columns(rows: pd.DataFrame, controls: Sequence[str]) -> np.ndarray:
    """Turn controls into numbers: text becomes indicators of all values but the first.

    Raises
    ------
    NotTestable
        If a control is a number for at least half of the units and text for others.
    """
    blocks = []
    for name in controls:
        as_numbers = pd.to_numeric(rows[name], errors="coerce")
        marked = rows[name].astype(str).str.strip().str.fullmatch(OTHER_DECIMAL)
        if MOSTLY <= (as_numbers.notna() | marked).mean() and not as_numbers.notna().all():
            raise NotTestable(
                f"the control {name!r} is a number for most units and text for others; correct "
                "these cells, empty those without a figure, or declare the decimal mark of the "
                "file; groups of units need names that are no numbers."
            )
        if as_numbers.notna().all():
            blocks.append(as_numbers.to_numpy(float)[:, None])
        else:
            indicators = pd.get_dummies(rows[name], drop_first=True)
            blocks.append(indicators.to_numpy(float))
    return np.hstack(blocks) if blocks else np.empty((len(rows), 0))


def varies(values: np.ndarray) -> np.ndarray:
    """Tell for each column whether the units differ by more than rounding.

    Examples
    --------
    >>> varies(np.array([[0.1 + 0.2, 1e9], [0.3, 1e9 + 1]]))
    array([False,  True])
    """
    if len(values) == 0:
        return np.zeros(np.shape(values)[1:], dtype=bool)
    return np.asarray(np.ptp(values, axis=0) > ROUNDING * np.abs(values).max(axis=0))


def control_basis(design: np.ndarray) -> np.ndarray:
    """Build orthonormal columns that span the controls about their means."""
    x = design[:, varies(design)]
    if x.shape[1] == 0:
        return np.empty((len(design), 0))
    x = x - x.mean(axis=0)
    left, size, _ = np.linalg.svd(x / np.linalg.norm(x, axis=0), full_matrices=False)
    return left[:, size > INDEPENDENCE * size[0]]
