"""The call: a confirmatory factor analysis within and between units."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from icx_research.core.results import check_confidence_level
from icx_research.core.threads import on_one_thread
from icx_research.measurement.sem.constraints import refuse_constraints
from icx_research.measurement.sem.definitions import check_definitions
from icx_research.measurement.sem.parameters import ParameterTable
from icx_research.measurement.sem.precision import inverse
from icx_research.measurement.sem.responses import refuse_responses
from icx_research.measurement.sem.sample import column_names
from icx_research.measurement.twolevel.fitting import fit_two_levels, two_level_problems
from icx_research.measurement.twolevel.levels import (
    LEVELS,
    Terms,
    check_levels,
    joint_table,
    opens_levels,
    parse_levels,
    saturated_terms,
)
from icx_research.measurement.twolevel.result import TwoLevelResult
from icx_research.measurement.twolevel.sample import TwoLevelSample, read_units
from icx_research.measurement.twolevel.unrestricted import Unrestricted, unrestricted


def two_level_cfa(
    model: str,
    data: Any,
    *,
    unit: str,
    saturated: Literal["within", "between"] | None = None,
    std_lv: bool = False,
    confidence_level: float = 0.95,
) -> TwoLevelResult:
    r"""Fit a measurement model of raters within units and of the units themselves.

    Parameters
    ----------
    model : str
        Two blocks, ``level: within`` and ``level: between``, each in the syntax of `sem` with
        the same items; without blocks the same model at both levels. A label in both makes
        parameters equal.
    data : DataFrame, lazy frame or Moments per unit
        Raters in rows. Rows with a missing answer or unit are left out and counted.
    unit : str
        Column of the units.
    saturated : {"within", "between"}, optional
        Level whose variances and covariances are all free; `model`, without blocks, is then
        that of the other level, whose fit the chi-square tests.
    std_lv : bool, default False
        Fix latent variances to 1 instead of the first loading of each.
    confidence_level : float, default 0.95

    Returns
    -------
    TwoLevelResult
        With `icc`, the share of each item's variance between units.

    Raises
    ------
    ValueError
        If the model cannot be read, has items at one level only, observed predictors or more
        parameters than moments; if units or rows are too few, or an item does not vary within
        units.

    Notes
    -----
    :math:`y_{iu} = \mu + b_u + w_{iu}` with covariances :math:`\Sigma_B` and
    :math:`\Sigma_W`, by full-information maximum likelihood for units of any size; means
    belong between units. Variances of the model may become negative, which `problems` names.
    Standard errors come from the observed information; chi-square is the likelihood ratio
    against free covariances at both levels, positive semidefinite between units. What is
    between units is known well with many units only (McNeish & Stapleton, 2016,
    https://doi.org/10.1007/s10648-014-9287-x). Agrees with lavaan 0.6
    (``sem(model, data, cluster=)``), whose chi-square may be a little smaller, since its search
    for the unrestricted covariances ends early.

    References
    ----------
    Muthén, B. O. (1994). Multilevel covariance structure analysis. Sociological Methods &
    Research, 22, 376-398. https://doi.org/10.1177/0049124194022003006

    Ryu, E., & West, S. G. (2009). Level-specific evaluation of model fit in multilevel
    structural equation modeling. Structural Equation Modeling, 16, 583-601.
    https://doi.org/10.1080/10705510903203466

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> rng = np.random.default_rng(3)
    >>> unit = np.repeat(np.arange(80), 8)
    >>> common = 0.6 * rng.normal(size=80)[unit] + rng.normal(size=640)
    >>> y = common[:, None] + 0.4 * rng.normal(size=(80, 4))[unit] + rng.normal(size=(640, 4))
    >>> answers = pd.DataFrame(y, columns=["q1", "q2", "q3", "q4"]).assign(unit=unit)
    >>> result = two_level_cfa("f =~ q1 + q2 + q3 + q4", answers, unit="unit")
    >>> result.fit.df, result.icc.round(2).to_dict()
    (4, {'q1': 0.22, 'q2': 0.21, 'q3': 0.28, 'q4': 0.2})
    """
    check_confidence_level(confidence_level)
    prepared = prepare_levels(model, data, unit=unit, saturated=saturated, analysis="two_level_cfa")
    table = joint_table(prepared.within, prepared.between, prepared.items, std_lv=std_lv)
    return estimate_levels(prepared, table, confidence_level)


@dataclass(frozen=True, eq=False)
class PreparedLevels:
    """A two-level model that was read and checked, and the sample it is fitted to."""

    model: str
    unit: str
    within: Terms
    between: Terms
    items: tuple[str, ...]
    sample: TwoLevelSample
    free: Unrestricted


def prepare_levels(
    model: str, data: Any, *, unit: str, saturated: str | None, analysis: str
) -> PreparedLevels:
    """Read the model and reduce the data, once for all restrictions that will be fitted."""
    if saturated is not None and saturated not in LEVELS:
        raise ValueError(f"saturated must be 'within', 'between' or None, not {saturated!r}.")
    within, between = parse_levels(model)
    if saturated is not None:
        if opens_levels(model):
            raise ValueError(
                f"saturated={saturated!r} needs the model of the other level alone, without "
                "'level:' lines."
            )
        free = saturated_terms(check_levels(within, between, column_names(data)))
        within, between = (free, between) if saturated == "within" else (within, free)
    return prepare_terms(within, between, data, unit=unit, model=model, analysis=analysis)


def prepare_terms(
    within: Terms, between: Terms, data: Any, *, unit: str, model: str, analysis: str
) -> PreparedLevels:
    """Check the terms of both levels and reduce the data."""
    refuse_constraints((*within, *between), "a model of two levels")
    refuse_responses((*within, *between), "two levels take continuous ones only")
    items = check_levels(within, between, column_names(data))
    sample = read_units(data, items, unit=unit, analysis=analysis)
    return PreparedLevels(model, unit, within, between, items, sample, unrestricted(sample))


@on_one_thread
def estimate_levels(
    prepared: PreparedLevels, table: ParameterTable, confidence_level: float
) -> TwoLevelResult:
    """Fit one parameter table to a prepared sample."""
    check_definitions(table.definitions, [row.label for row in table.rows if row.label])
    fit = fit_two_levels(table, prepared.sample, prepared.free)
    information = fit.observed_information
    if fit.minimum.converged:
        covariance = inverse(information)
    else:
        covariance = np.full_like(information, np.nan)
    return TwoLevelResult(
        model=prepared.model,
        unit=prepared.unit,
        fit=fit,
        covariance=covariance,
        problems=tuple(two_level_problems(fit)),
        confidence_level=confidence_level,
    )
