"""The two calls: a structural equation model, and a confirmatory factor analysis."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from icx_research.core.results import check_confidence_level
from icx_research.core.threads import on_one_thread
from icx_research.measurement.sem.constraints import refuse_constraints
from icx_research.measurement.sem.definitions import check_definitions
from icx_research.measurement.sem.estimation import fit_model, problems
from icx_research.measurement.sem.options import known_estimator, known_missing
from icx_research.measurement.sem.ordinal_estimation import fit_ordinal, sandwich
from icx_research.measurement.sem.ordinal_sample import (
    OrdinalMoments,
    check_ordinal_equalities,
    check_ordinal_options,
    ordinal_moments,
)
from icx_research.measurement.sem.parameters import (
    ParameterTable,
    parameter_table,
    variable_roles,
)
from icx_research.measurement.sem.precision import model_covariance
from icx_research.measurement.sem.responses import refuse_responses
from icx_research.measurement.sem.result import SemResult
from icx_research.measurement.sem.robust import robust_covariance
from icx_research.measurement.sem.sample import Sample, check_names, column_names, read_sample
from icx_research.measurement.sem.saturated import Reference, unrestricted
from icx_research.measurement.sem.specifications import read_paths
from icx_research.measurement.sem.syntax import Term, parse

PARAMETERISATIONS = ("delta", "theta")
NO_HEYWOOD = (
    "residual variances of 1 cannot fall below 0; parameterization='delta' shows whether one would"
)


def sem(
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
    r"""Fit a structural equation model, written in lavaan's syntax with lavaan's defaults.

    Parameters
    ----------
    model : str
        See `icx_research.measurement.sem.syntax.parse`.
    data : DataFrame, lazy frame, array or Moments
        Respondents in rows; ordered categories count as numbers, and the columns of an array
        are called x1, x2, ... Moments (a published covariance or correlation matrix with its n
        is enough) suffice for ``estimator="ML"`` with complete data.
    group : str, optional
        Column of the groups, which are taken in sorted order; for Moments with groups
        the name of what the groups are. ``c(...)`` holds one modifier per group.
    estimator : {"ML", "MLR", "WLSMV"}
        Maximum likelihood with normal-theory errors and chi-square, or with sandwich
        errors and the chi-square of Yuan & Bentler; or weighted least squares for
        ordinal variables (all observed ones are taken as such, with 2 to 11 whole
        numbers as categories), with sandwich errors and the chi-square of Asparouhov &
        Muthén, adjusted in mean and variance.
    missing : {"listwise", "fiml"}
        "fiml" uses every observed value (full information, missing at random); not under
        "WLSMV".
    cluster : str, optional
        Column of the units that raters belong to; their rows need not be independent.
        Implies "MLR", with scores added up per unit; under "WLSMV" weights, errors and
        tests rest on a covariance of thresholds and correlations by unit.
    parameterization : {"delta", "theta"}
        Under "WLSMV": scales ``x ~*~ x`` of the ordinal variables are parameters (fixed to
        1), or their residual variances are.
    std_lv : bool, default False
        Fix latent variances to 1 instead of the first loading of each.
    mean_structure : bool, default False
        Model the means; always where the model has ``~ 1``, and with
        groups, clusters or "fiml".
    group_equal : iterable of {"loadings", "intercepts", "residuals"}
        What has one value in all groups; under "WLSMV" loadings only, the rest by labels
        or by `measurement_invariance`.
    group_partial : iterable of str
        Paths exempt from `group_equal`, such as ``"f =~ x2"`` or ``"x2 ~ 1"``.
    confidence_level : float, default 0.95

    Returns
    -------
    SemResult

    Raises
    ------
    ValueError
        If the model cannot be read, names something unknown or has more parameters than
        moments; if a variable is constant, the rows are too few or the sample covariance
        matrix is not positive definite; each with the reason.

    Notes
    -----
    Defaults: the first loading of each latent variable is 1, independent latent variables
    covary, so do the residuals of final outcomes, moments of observed predictors are taken
    from the sample. Chi-square is N times the discrepancy, with n in the denominator of the
    covariances, and standard errors come from the expected information (observed under
    "fiml"). An equality constraint adds a degree of freedom, an inequality none; estimates that
    constraints fix have no standard error. Agrees with lavaan 0.6 (``sem(model, data)``), with
    clusters ``sem(model, data, estimator = "MLR", cluster = )``; there groups stand in order of
    appearance. Under "fiml" rows of which only observed predictors are left count as rows.

    Under "WLSMV" (``sem(model, data, ordered = TRUE)``) thresholds ``x | t1`` are free,
    intercepts 0; chi-square is n - 1 times the discrepancy of a group. It takes equal labels, but
    no other constraints.

    References
    ----------
    Bollen, K. A. (1989). Structural equations with latent variables. Wiley.
    https://doi.org/10.1002/9781118619179

    Muthén, B. (1984). A general structural equation model with dichotomous, ordered
    categorical, and continuous latent variable indicators. Psychometrika, 49, 115-132.
    https://doi.org/10.1007/BF02294210

    Rosseel, Y. (2012). lavaan: An R package for structural equation modeling. Journal of
    Statistical Software, 48(2). https://doi.org/10.18637/jss.v048.i02

    Examples
    --------
    >>> import numpy as np
    >>> from icx_research.core.moments import Moments
    >>> r = np.array([[1.0, 0.5, 0.4, 0.3], [0.5, 1.0, 0.4, 0.3],
    ...               [0.4, 0.4, 1.0, 0.5], [0.3, 0.3, 0.5, 1.0]])
    >>> published = Moments(("q1", "q2", "q3", "q4"), 200, np.zeros(4), r)
    >>> sem("f =~ q1 + q2 + q3 + q4", published)
    SemResult: χ²(2) = 16.07, p < .001, CFI = .913, TLI = .739, RMSEA = .188, 90% CI [.110, .277], SRMR = .056, n = 200
    """  # noqa: E501
    check_confidence_level(confidence_level)
    if parameterization not in PARAMETERISATIONS:
        raise ValueError(
            f"parameterization must be one of 'delta', 'theta', not {parameterization!r}."
        )
    prepared = prepare(
        model, data, group=group, estimator=estimator, missing=missing, cluster=cluster
    )
    if prepared.ordinal:
        equal = check_ordinal_equalities(group_equal)
        table = ordinal_table(
            prepared,
            theta=parameterization == "theta",
            std_lv=std_lv,
            group_equal=equal,
            group_partial=group_partial,
        )
        return estimate_ordinal(prepared, table, confidence_level)
    if parameterization != "delta":
        raise ValueError("parameterization='theta' belongs to estimator='WLSMV'.")
    return estimate(
        prepared,
        std_lv=std_lv,
        mean_structure=mean_structure,
        group_equal=group_equal,
        group_partial=group_partial,
        confidence_level=confidence_level,
    )


@dataclass(frozen=True, eq=False)
class Prepared:
    """A model that was read and checked, and the sample it is fitted to."""

    model: str
    terms: tuple[Term, ...]
    sample: Sample
    saturated: tuple[Reference, ...]
    ordinal: tuple[OrdinalMoments, ...]
    robust: bool
    missing: str
    cluster: str | None


@on_one_thread
def prepare(
    model: str,
    data: Any,
    *,
    group: str | None,
    estimator: str,
    missing: str,
    cluster: str | None,
    keep_rows: bool = False,
) -> Prepared:
    """Read the model and reduce the data, once for all restrictions that will be fitted."""
    estimator, missing = known_estimator(estimator), known_missing(missing)
    is_ordinal = estimator == "WLSMV"
    robust = estimator == "MLR" or cluster is not None
    terms = parse(model)
    roles = variable_roles(terms)
    if is_ordinal:
        check_ordinal_options(roles, data, missing=missing)
        refuse_constraints(terms, "estimator='WLSMV'")
    else:
        refuse_responses(terms, "use estimator='WLSMV'")
    check_names(terms, roles, column_names(data))
    sample = read_sample(
        data,
        roles.observed,
        group=group,
        cluster=cluster,
        missing=missing,
        exogenous=roles.exogenous,
        needs_rows=robust or is_ordinal or keep_rows,
    )
    if is_ordinal:
        ordinal = ordinal_moments(sample)
        return Prepared(model, terms, sample, (), ordinal, False, missing, cluster)
    saturated = tuple(unrestricted(patterns) for patterns in sample.patterns)
    return Prepared(model, terms, sample, saturated, (), robust, missing, cluster)


@on_one_thread
def estimate(
    prepared: Prepared,
    *,
    std_lv: bool = False,
    mean_structure: bool = False,
    group_equal: Iterable[str] = (),
    group_partial: Iterable[str] = (),
    confidence_level: float = 0.95,
) -> SemResult:
    """Fit a prepared model under some restrictions; see `sem`."""
    sample, robust = prepared.sample, prepared.robust
    needs_means = prepared.missing == "fiml" or bool(sample.groups or prepared.cluster)
    table = parameter_table(
        prepared.terms,
        n_groups=len(sample.patterns),
        std_lv=std_lv,
        mean_structure=mean_structure or needs_means,
        group_equal=group_equal,
        group_partial=read_paths(group_partial, "group_partial"),
    )
    check_definitions(table.definitions, [row.label for row in table.rows if row.label])
    fit = fit_model(table, sample, prepared.saturated)
    return SemResult(
        model=prepared.model,
        estimator="MLR" if robust else "ML",
        missing=prepared.missing,
        cluster=prepared.cluster,
        fit=fit,
        covariance=robust_covariance(fit) if robust else model_covariance(fit),
        problems=tuple(problems(fit)),
        confidence_level=confidence_level,
    )


def ordinal_table(
    prepared: Prepared,
    *,
    theta: bool,
    std_lv: bool,
    more_terms: Sequence[Term] = (),
    group_equal: Iterable[str] = (),
    group_partial: Iterable[str] = (),
    equal_paths: Collection[tuple[str, str, str]] = (),
) -> ParameterTable:
    """Lay out the parameters of a prepared ordinal model."""
    return parameter_table(
        (*prepared.terms, *more_terms),
        n_groups=len(prepared.ordinal),
        std_lv=std_lv,
        group_equal=group_equal,
        group_partial=read_paths(group_partial, "group_partial"),
        equal_paths=equal_paths,
        thresholds=dict(zip(prepared.sample.names, prepared.ordinal[0].counts, strict=True)),
        theta=theta,
    )


@on_one_thread
def estimate_ordinal(
    prepared: Prepared, table: ParameterTable, confidence_level: float
) -> SemResult:
    """Fit a prepared ordinal model, its parameters laid out by `ordinal_table`; see `sem`."""
    check_definitions(table.definitions, [row.label for row in table.rows if row.label])
    fit = fit_ordinal(table, prepared.sample, prepared.ordinal)
    found = problems(fit)
    if table.theta and not fit.minimum.converged:
        found.append(NO_HEYWOOD)
    return SemResult(
        model=prepared.model,
        estimator="WLSMV",
        missing=prepared.missing,
        cluster=prepared.cluster,
        fit=fit,
        covariance=sandwich(fit),
        problems=tuple(found),
        confidence_level=confidence_level,
    )
