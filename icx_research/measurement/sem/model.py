"""The two calls: a structural equation model, and a confirmatory factor analysis."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from icx_research.core.results import check_confidence_level
from icx_research.measurement.sem.definitions import check_definitions
from icx_research.measurement.sem.estimation import fit_model, problems
from icx_research.measurement.sem.parameters import parameter_table, variable_roles
from icx_research.measurement.sem.precision import model_covariance
from icx_research.measurement.sem.result import SemResult
from icx_research.measurement.sem.robust import robust_covariance
from icx_research.measurement.sem.sample import Sample, check_names, column_names, read_sample
from icx_research.measurement.sem.saturated import Reference, unrestricted
from icx_research.measurement.sem.syntax import NOT_PATHS, Term, parse

ESTIMATORS = ("ML", "MLR")
MISSING = ("listwise", "fiml")


def sem(
    model: str,
    data: Any,
    *,
    group: str | None = None,
    estimator: Literal["ML", "MLR"] = "ML",
    missing: Literal["listwise", "fiml"] = "listwise",
    cluster: str | None = None,
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
    data : DataFrame, lazy frame or Moments
        Respondents in rows. Moments (a published covariance or correlation matrix with
        its n is enough) suffice for ``estimator="ML"`` with complete data.
    group : str, optional
        Column of the groups, which are taken in sorted order; for Moments with groups
        the name of what the groups are. ``c(...)`` holds one modifier per group.
    estimator : {"ML", "MLR"}
        Maximum likelihood with normal-theory errors and chi-square, or with sandwich
        errors and the chi-square of Yuan & Bentler.
    missing : {"listwise", "fiml"}
        "fiml" uses every observed value (full information, missing at random).
    cluster : str, optional
        Column of the units that raters belong to; their rows need not be independent.
        Implies "MLR", with scores added up per unit.
    std_lv : bool, default False
        Fix latent variances to 1 instead of the first loading of each.
    mean_structure : bool, default False
        Model the means; always where the model has ``~ 1``, and with
        groups, clusters or "fiml".
    group_equal : iterable of {"loadings", "intercepts", "residuals"}
        What has one value in all groups.
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
    constraints fix have no standard error. Agrees with lavaan 0.6 (``sem(model, data)``).

    References
    ----------
    Bollen, K. A. (1989). Structural equations with latent variables. Wiley.
    https://doi.org/10.1002/9781118619179

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
    SemResult: chi2(2) = 16.07, p < .001, CFI = .913, TLI = .739, RMSEA = .188, 90% CI [.110, .277], SRMR = .056, n = 200
    """  # noqa: E501
    check_confidence_level(confidence_level)
    prepared = prepare(
        model, data, group=group, estimator=estimator, missing=missing, cluster=cluster
    )
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
    robust: bool
    missing: str
    cluster: str | None


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
    if estimator not in ESTIMATORS:
        raise ValueError(
            f"estimator must be one of 'ML', 'MLR', not {estimator!r}; ordinal estimation is not "
            "available."
        )
    if missing not in MISSING:
        raise ValueError(f"missing must be one of 'listwise', 'fiml', not {missing!r}.")
    robust = estimator == "MLR" or cluster is not None
    terms = parse(model)
    roles = variable_roles(terms)
    check_names(terms, roles, column_names(data))
    sample = read_sample(
        data,
        roles.observed,
        group=group,
        cluster=cluster,
        missing=missing,
        exogenous=roles.exogenous,
        needs_rows=robust or keep_rows,
    )
    saturated = tuple(unrestricted(patterns) for patterns in sample.patterns)
    return Prepared(model, terms, sample, saturated, robust, missing, cluster)


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
        group_partial=[read_path(text, "group_partial") for text in group_partial],
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


def cfa(model: str, data: Any, **options: Any) -> SemResult:
    """Fit a confirmatory factor analysis; the same as `sem`, whose options it takes.

    Examples
    --------
    >>> import numpy as np
    >>> from icx_research.core.moments import Moments
    >>> r = np.full((4, 4), 0.5) + np.diag(np.full(4, 0.5))
    >>> published = Moments(("q1", "q2", "q3", "q4"), 200, np.zeros(4), r)
    >>> cfa("f =~ q1 + q2 + q3 + q4", published, std_lv=True).table["std_all"].round(3)[0]
    np.float64(0.707)
    """
    return sem(model, data, **options)


def read_path(text: str, argument: str) -> tuple[str, str, str]:
    """Read one path of a list of exceptions."""
    terms: tuple[Term, ...] = parse(text)
    if len(terms) != 1 or terms[0].op in NOT_PATHS:
        raise ValueError(f"{argument} takes single paths such as 'f =~ x2', not {text!r}.")
    return terms[0].lhs, terms[0].op, terms[0].rhs
