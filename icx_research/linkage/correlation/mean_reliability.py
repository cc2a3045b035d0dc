"""How much of the variance of linked unit means is more than sampling error."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

NOTHING_KNOWN = "no standard errors or counts per unit are known"
ONLY_COUNTS = (
    "counts per unit are known but not how much persons differ; name a column of standard errors "
    "or standard deviations"
)


@dataclass(frozen=True)
class MeanReliability:
    """Reliability of one score over the linked units.

    Attributes
    ----------
    value : float
        1 - error variance / variance; nan where not assessable, at most 0 where the
        units do not differ beyond sampling error.
    variance : float
        Variance of the unit means (given the controls, where there are any).
    error_variance, error_variance_se : float
        Mean squared standard error of the unit means, and its own standard error.
    note : str
        Why the reliability is not assessable; empty where it is.
    """

    value: float
    variance: float
    error_variance: float
    error_variance_se: float
    note: str = ""

    @property
    def assessable(self) -> bool:
        """Whether standard errors were there to judge by."""
        return not np.isnan(self.value)


def mean_reliability(table: pd.DataFrame, name: str, *, variance: float) -> MeanReliability:
    r"""Compare the variance of unit means with their squared standard errors.

    Parameters
    ----------
    table : DataFrame
        Linked units with `<name>_se` and `<name>_n`.
    name : str
        The score.
    variance : float
        Variance of the unit means, given the controls where there are any.

    Returns
    -------
    MeanReliability

    Notes
    -----
    :math:`1 - \bar{s^2_u} / S^2`, with :math:`s_u` the standard error of the mean of unit
    u. The sampling variance of each :math:`s^2_u` is taken as
    :math:`2 s^4_u / (n_u - 1)`.
    """
    se, n = table[f"{name}_se"].to_numpy(float), table[f"{name}_n"].to_numpy(float)
    missing = ""
    if np.isnan(se).any():
        missing = ONLY_COUNTS if np.isnan(se).all() and not np.isnan(n).any() else NOTHING_KNOWN
    elif not variance > 0:
        missing = "the unit means do not vary"
    if missing:
        nan = float("nan")
        return MeanReliability(nan, variance, nan, nan, missing)
    error = float(np.mean(se**2))
    degrees = np.where(np.isnan(n), np.inf, np.maximum(n - 1, 1))
    error_se = float(np.sqrt(np.sum(2 * se**4 / degrees)) / len(se))
    return MeanReliability(1 - error / variance, variance, error, error_se)
