"""From a result to the table of a manuscript."""

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd

from icx_research.core.moments import Moments
from icx_research.core.results import Overview, Result
from icx_research.linkage.correlation.overview import LinkageOverview
from icx_research.measurement.exploratory.factor_analysis import FactorAnalysis
from icx_research.measurement.invariance.result import InvarianceResult
from icx_research.measurement.sem.result import SemResult
from icx_research.present.tables.kinds.correlations import Part, correlations_table
from icx_research.present.tables.kinds.frame import frame_table
from icx_research.present.tables.kinds.linkage import linkage_table
from icx_research.present.tables.kinds.models import fit_table, invariance_table, loadings_table
from icx_research.present.tables.kinds.parts import Style, Uncertainty
from icx_research.present.tables.kinds.scales import aggregation_table, reliability_table
from icx_research.present.tables.table import Table
from icx_research.scales.aggregation import AggregationOverview
from icx_research.scales.reliability import ReliabilityOverview

KINDS: dict[type, Any] = {
    ReliabilityOverview: reliability_table,
    AggregationOverview: aggregation_table,
    FactorAnalysis: loadings_table,
    SemResult: fit_table,
    InvarianceResult: invariance_table,
    LinkageOverview: linkage_table,
    Moments: correlations_table,
    pd.DataFrame: frame_table,
}


def to_table(
    result: Result | Overview | Moments | pd.DataFrame | Mapping[str, SemResult],
    *,
    title: str | None = None,
    number: int | None = None,
    digits: int | Mapping[str, int] | None = None,
    uncertainty: Uncertainty = "interval",
) -> Table:
    """Turn a result into a table for a manuscript.

    Parameters
    ----------
    result : result, overview, Moments, DataFrame, or mapping of names to models
        Models under their names stand side by side.
    title : str, optional
        In place of the usual one.
    number : int, optional
        Of the table in the manuscript.
    digits : int or mapping of str to int, optional
        Decimals of all columns, or of some by their heads.
    uncertainty : {"interval", "stars", "none"}
        Limits of confidence, stars for p values, or neither.

    Returns
    -------
    Table
        With `to_word`, `to_excel`, `to_latex`, `to_markdown`, `to_html`. Numbers are those of
        the result, rounded as they are printed. An overview that refuses gives a table without
        rows, whose note says why.

    Raises
    ------
    TypeError
        If it is nothing that has a table.
    ValueError
        If an option is unknown.
    Blocked
        If correlations rest on fewer than 10 rows.

    Examples
    --------
    >>> import pandas as pd
    >>> fit = pd.DataFrame({"estimate": [-0.12345], "rows": [60.0]})
    >>> print(to_table(fit, title="Link").to_markdown())
    *Link*
    <BLANKLINE>
    | estimate | rows |
    |---:|---:|
    | −0.123 | 60 |
    <BLANKLINE>
    """
    style = Style(title, number, digits, uncertainty)
    if isinstance(result, Mapping) and result:
        if all(isinstance(model, SemResult) for model in result.values()):
            return fit_table(result, style)
    if isinstance(result, Overview) and result.refusal:
        return Table(title or "", (), (), (result.refusal,), number)
    for kind, make in KINDS.items():
        if isinstance(result, kind):
            return make(result, style)
    if isinstance(result, Overview | Result):
        return frame_table(result.table, style)
    raise TypeError("to_table takes models by their names, and at least one.")


def correlation_table(
    data: Moments | pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    reliabilities: Mapping[str, float] | None = None,
    descriptives: Literal["columns", "rows"] = "columns",
    part: Part = "lower",
    title: str | None = None,
    number: int | None = None,
    digits: int | Mapping[str, int] | None = None,
    uncertainty: Uncertainty = "stars",
) -> Table:
    """Means, standard deviations and correlations, with reliabilities on the diagonal.

    Parameters
    ----------
    data : Moments or DataFrame
        Rows with a missing value are left out.
    labels : mapping of str to str, optional
        Words for the names.
    reliabilities : mapping of str to float, optional
        By name.
    descriptives : {"columns", "rows"}
        Where M and SD stand.
    part : {"lower", "upper", "full"}
        Which correlations stand.
    title, number, digits, uncertainty
        As in `to_table`; columns of correlations are called "1", "2", ...

    Returns
    -------
    Table

    Raises
    ------
    ValueError
        If an option is unknown or a reliability belongs to no variable.
    UnsuitableData
        As `moments`.
    Blocked
        If there are fewer than 10 complete rows.

    Examples
    --------
    >>> import numpy as np
    >>> from icx_research import Moments
    >>> moments = Moments(("a", "b"), 100, np.array([4.0, 5.0]), np.array([[1.0, 0.3], [0.3, 1.0]]))
    >>> correlation_table(moments, reliabilities={"a": 0.9}).rows[1].cells[3].text
    '.30'
    """
    for name, value, known in (
        ("descriptives", descriptives, ("columns", "rows")),
        ("part", part, ("lower", "upper", "full")),
    ):
        if value not in known:
            raise ValueError(f"{name} must be {' or '.join(map(repr, known))}, not {value!r}.")
    if not isinstance(data, Moments):
        data = moments_of(data)
    for given in (labels or {}, reliabilities or {}):
        if unknown := [name for name in given if name not in data.names]:
            raise ValueError(f"there is no {unknown[0]!r}; there are {', '.join(data.names)}.")
    return correlations_table(
        data,
        Style(title, number, digits, uncertainty),
        labels=labels,
        reliabilities=reliabilities,
        descriptives=descriptives,
        part=part,
    )


def moments_of(data: pd.DataFrame) -> Moments:
    """Reduce all columns of a table."""
    from icx_research.core.reduction import moments

    return moments(data, [str(name) for name in data.columns])
