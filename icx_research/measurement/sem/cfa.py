"""Confirmatory factor analysis: a structural equation model of factors and their items."""

from collections.abc import Iterable
from typing import Any, Literal

from icx_research.measurement.sem.model import sem
from icx_research.measurement.sem.result import SemResult


def cfa(
    model: str,
    data: Any,
    *,
    group: str | None = None,
    estimator: Literal["ML", "MLR", "WLSMV"] = "ML",
    missing: Literal["listwise", "fiml"] = "listwise",
    cluster: str | None = None,
    parameterization: Literal["delta", "theta"] = "delta",
    std_lv: bool = False,
    mean_structure: bool = False,
    group_equal: Iterable[str] = (),
    group_partial: Iterable[str] = (),
    confidence_level: float = 0.95,
) -> SemResult:
    """Fit a confirmatory factor analysis: `sem` under the name the field gives it.

    Every argument is that of `sem`, where it is described.

    Examples
    --------
    >>> import numpy as np
    >>> from icx_research.core.moments import Moments
    >>> r = np.full((4, 4), 0.5) + np.diag(np.full(4, 0.5))
    >>> published = Moments(("q1", "q2", "q3", "q4"), 200, np.zeros(4), r)
    >>> cfa("f =~ q1 + q2 + q3 + q4", published, std_lv=True).table["std_all"].round(3)[0]
    np.float64(0.707)
    """
    return sem(
        model, data, group=group, estimator=estimator, missing=missing, cluster=cluster,
        parameterization=parameterization, std_lv=std_lv, mean_structure=mean_structure,
        group_equal=group_equal, group_partial=group_partial, confidence_level=confidence_level,
    )  # fmt: skip
