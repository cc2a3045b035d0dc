"""Alignment: latent means of many groups without exact invariance."""

from collections.abc import Hashable
from typing import Any, Literal

import numpy as np

from icx_research.core.errors import UnsuitableData
from icx_research.core.results import check_confidence_level
from icx_research.core.rng import Rng, as_generator
from icx_research.measurement.alignment.result import AlignedFactor, AlignmentResult
from icx_research.measurement.alignment.simplicity import align, simplicity
from icx_research.measurement.invariance.result import InvarianceResult, known_option
from icx_research.measurement.sem.model import Prepared, estimate, prepare
from icx_research.measurement.sem.options import known_estimator
from icx_research.measurement.sem.result import SemResult
from icx_research.measurement.sem.syntax import parse

METHODS = ("fixed", "free")
# Spread of random starts around no difference, in latent standard deviations.
SPREAD = 0.5


def alignment(
    model: str | SemResult | InvarianceResult,
    data: Any = None,
    *,
    group: str | None = None,
    estimator: Literal["ML", "MLR"] = "ML",
    missing: Literal["listwise", "fiml"] = "listwise",
    cluster: str | None = None,
    method: Literal["fixed", "free"] = "fixed",
    reference: Hashable | None = None,
    tolerance: float = 0.01,
    n_starts: int = 0,
    rng: Rng | None = None,
    confidence_level: float = 0.95,
) -> AlignmentResult:
    r"""Compare latent means and variances of groups whose items differ a little.

    Parameters
    ----------
    model : str, SemResult or InvarianceResult
        A measurement model in which every item belongs to one latent variable; or a result
        of several groups, whose model and sample are taken.
    data, group, estimator, missing, cluster
        See `sem`; for a model string only.
    method : {"fixed", "free"}
        Whether the mean of the reference group is fixed at 0. "free" estimates it too, which
        needs parameters that are not the same in all groups.
    reference : group key, optional
        The group in whose standard deviations everything is given; the first unless given.
    tolerance : float, default 0.01
        Epsilon: differences far below its root count as none. In squared scale points.
    n_starts : int, default 0
        Random starts, beside one per item and two more. Needs `rng`.
    rng : numpy.random.Generator or int, optional
    confidence_level : float, default 0.95

    Returns
    -------
    AlignmentResult
        With latent means, latent variances, aligned parameters, the share that is not
        invariant, and R squared.

    Raises
    ------
    ValueError
        If there are fewer than two groups, an item has no or several loadings or fixed
        parameters, the configural model did not converge, or for the reasons of `sem`.

    Notes
    -----
    The configural model (all loadings and intercepts free, latent means 0 and variances 1)
    is turned, without a change of fit, to latent means and variances under which most
    parameters are nearly equal and few differ much (see `alignment_simplicity`). Standard
    errors follow from those of the configural model by the delta method. A parameter is
    called invariant in a group by the tests of `invariant_set`. R squared is the share of a
    parameter's configural variance between groups that latent means and variances explain;
    1 is full invariance. With more than a quarter of the parameters not invariant, check the
    means by simulation (Muthén & Asparouhov, 2014).

    References
    ----------
    Asparouhov, T., & Muthén, B. (2014). Multiple-group factor analysis alignment. Structural
    Equation Modeling, 21, 495-508. https://doi.org/10.1080/10705511.2014.919210

    Muthén, B., & Asparouhov, T. (2014). IRT studies of many groups: The alignment method.
    Frontiers in Psychology, 5, 978. https://doi.org/10.3389/fpsyg.2014.00978

    Examples
    --------
    >>> import numpy as np
    >>> from icx_research.core.moments import GroupedMoments
    >>> loading, sd = np.array([0.8, 0.7, 0.9, 0.6]), np.array([1.0, 1.2, 0.9])
    >>> cov = [np.outer(loading, loading) * s**2 + np.diag(np.full(4, 0.5)) for s in sd]
    >>> mean = np.outer([0.0, 0.5, -0.3], loading) + 3
    >>> mean[2, 1] += 0.6
    >>> groups = GroupedMoments(tuple("abcd"), np.full(3, 400), mean, np.array(cov),
    ...                         groups=("north", "south", "west"))
    >>> alignment("f =~ a + b + c + d", groups, group="site").latent_means["estimate"].round(2)
    0    0.00
    1    0.50
    2   -0.28
    Name: estimate, dtype: float64
    """
    check_confidence_level(confidence_level)
    known_option(method, "method", METHODS)
    if tolerance <= 0:
        raise ValueError(f"tolerance must be above 0, not {tolerance}.")
    draw = as_generator(rng, analysis="alignment with n_starts") if n_starts else None
    prepared = _prepared(
        model, data, group=group, estimator=estimator, missing=missing, cluster=cluster
    )
    groups = prepared.sample.groups or ()
    if len(groups) < 2:
        raise UnsuitableData(f"alignment needs at least 2 groups; there are {len(groups)}.")
    at = _position(reference, groups)
    configural = estimate(prepared, std_lv=True, mean_structure=True)
    if not configural.converged:
        raise UnsuitableData("alignment needs a configural model that converges; this one did not.")
    return AlignmentResult(
        configural=configural,
        factors=tuple(
            _factor(configural, latent, method, at, tolerance, n_starts, draw)
            for latent in configural.fit.table.latent
        ),
        method=method,
        reference=groups[at],
        confidence_level=confidence_level,
    )


def _prepared(model: str | SemResult | InvarianceResult, data: Any, **options: Any) -> Prepared:
    if isinstance(model, str):
        if data is None or options["group"] is None:
            raise ValueError("alignment of a model string needs data and group.")
        _check_estimator(known_estimator(options["estimator"]))
        return prepare(model, data, **options)
    if data is not None or options["group"] is not None:
        raise ValueError("alignment of a result takes its data; give no data and no group.")
    result = next(iter(model.models.values())) if isinstance(model, InvarianceResult) else model
    _check_estimator(result.estimator)
    return Prepared(
        model=result.model,
        terms=parse(result.model),
        sample=result.fit.sample,
        saturated=result.fit.saturated,
        ordinal=(),
        robust=result.estimator == "MLR",
        missing=result.missing,
        cluster=result.cluster,
    )


def _check_estimator(estimator: str) -> None:
    if estimator == "WLSMV":
        raise ValueError(
            "alignment needs loadings and intercepts of continuous items, which "
            "estimator='WLSMV' does not estimate; use estimator='MLR'."
        )


def _position(reference: Hashable | None, groups: tuple[Hashable, ...]) -> int:
    if reference is None:
        return 0
    if reference not in groups:
        raise ValueError(
            f"reference must be one of the groups {', '.join(map(repr, groups))}, not "
            f"{reference!r}."
        )
    return groups.index(reference)


def _factor(
    configural: SemResult,
    latent: str,
    method: str,
    reference: int,
    tolerance: float,
    n_starts: int,
    rng: np.random.Generator | None,
) -> AlignedFactor:
    """Align one latent variable."""
    items, numbers = _numbers(configural, latent)
    p, g = len(items), len(configural.groups)
    given = configural.fit.theta[numbers].reshape(2, p, g)
    covariance = configural.covariance[np.ix_(numbers, numbers)]
    sign = np.where(given[0].sum(axis=0) < 0, -1.0, 1.0)
    turn = np.concatenate([np.tile(sign, p), np.ones(p * g)])
    function = simplicity(
        given[0] * sign,
        given[1],
        np.array([patterns.n for patterns in configural.fit.sample.patterns]),
        reference=reference if method == "fixed" else None,
        tolerance=tolerance,
    )
    q = function.basis.shape[1]
    extra = [] if rng is None else list(SPREAD * rng.normal(size=(n_starts, q)))
    search = align(function, extra=extra)
    return AlignedFactor.scaled(
        latent, items, search, covariance * np.outer(turn, turn), reference=reference
    )


def _numbers(configural: SemResult, latent: str) -> tuple[tuple[str, ...], np.ndarray]:
    """Items of a latent variable, and the numbers of their loadings and intercepts."""
    table = configural.fit.table
    items = tuple(
        dict.fromkeys(row.rhs for row in table.rows if row.op == "=~" and row.lhs == latent)
    )
    loads = [row.rhs for row in table.rows if row.op == "=~" and row.group == 0]
    place = {(row.lhs, row.op, row.rhs, row.group): row.free for row in table.rows}
    groups = range(table.n_groups)
    scale = [row for row in table.rows if latent in (row.lhs, row.rhs) and row.op != "=~"]
    own = {(row.op, row.rhs): row for row in scale if row.lhs == latent}
    standard = own["~~", latent].value == 1 and own["~1", ""].value == 0
    numbers = [place[latent, "=~", item, g] for item in items for g in groups]
    numbers += [place.get((item, "~1", "", g), -1) for item in items for g in groups]
    simple = all(loads.count(item) == 1 and item in table.observed for item in items)
    paths = any(row.op == "~" for row in table.rows)
    if not (simple and standard) or paths or min(numbers) < 0 or len(set(numbers)) < len(numbers):
        raise ValueError(
            "alignment needs a model in which every item belongs to one latent variable and all "
            f"loadings and intercepts are free in every group; {latent!r} is not such a variable."
        )
    return items, np.array(numbers)
