"""Measurement invariance: whether groups may be compared, and on what."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from icx_research.core.errors import UnsuitableData
from icx_research.core.moments import GroupedMoments, Moments
from icx_research.core.results import check_confidence_level
from icx_research.core.rng import Rng, as_generator
from icx_research.measurement.invariance.ordinal import (
    ORDINAL_LEVELS,
    ordinal_levels,
    parameters_of,
)
from icx_research.measurement.invariance.permutation import PermutationTest, permutation_test
from icx_research.measurement.invariance.result import (
    LEVELS,
    RULES,
    InvarianceResult,
    known_option,
)
from icx_research.measurement.sem.comparison import likelihood_ratio
from icx_research.measurement.sem.model import Prepared, estimate, estimate_ordinal, prepare
from icx_research.measurement.sem.options import known_estimator
from icx_research.measurement.sem.parameters import EQUALITIES
from icx_research.measurement.sem.result import SemResult
from icx_research.measurement.sem.specifications import check_free, read_paths

TAKES = (
    "loadings, intercepts and residual variances of the items, such as 'f =~ x2', 'x2 ~ 1' and "
    "'x2 ~~ x2'"
)
NOT_VALIDATED = (
    "the cut-offs for changes of CFI, RMSEA and SRMR are not validated for weighted least squares"
)


def measurement_invariance(
    model: str,
    data: Any,
    *,
    group: str,
    estimator: Literal["ML", "MLR", "WLSMV"] = "ML",
    missing: Literal["listwise", "fiml"] = "listwise",
    cluster: str | None = None,
    levels: Sequence[str] | None = None,
    free: Sequence[str] = (),
    rule: Literal["cheung_rensvold", "chen", "chi_square"] | None = None,
    n_permutations: int = 0,
    rng: Rng | None = None,
    confidence_level: float = 0.95,
) -> InvarianceResult:
    """Fit the ladder of equal measurement: form, loadings, intercepts, residual variances.

    Parameters
    ----------
    model : str
        A measurement model; see `sem`.
    data : DataFrame, lazy frame or Moments per group
    group : str
        Column of the groups.
    estimator, missing, cluster
        See `sem`.
    levels : sequence of str, optional
        A beginning of "configural", "metric", "scalar", "strict" (all of them by default);
        under "WLSMV" with "thresholds" before "metric".
    free : sequence of str
        Paths that may differ between groups (partial invariance), such as ``"x2 ~ 1"``,
        ``"x2 | t1"``; `releases` of the full ladder names candidates.
    rule : {"cheung_rensvold", "chen", "chi_square"}, optional
        Which label decides about `highest_level`; the table has all three. By default
        "cheung_rensvold", under "WLSMV" "chi_square": the cut-offs of the others are not
        validated for weighted least squares.
    n_permutations : int, default 0
        With some (1,000, say), the fit of every level is also compared with what
        permuted group labels give: ``.permutation``. Needs rows and `rng`; not under
        "WLSMV".
    rng : numpy.random.Generator or int, optional
    confidence_level : float, default 0.95

    Returns
    -------
    InvarianceResult
        A gate: ``.allows("means")``, ``.allows("regressions")``.

    Raises
    ------
    ValueError
        If there are fewer than two groups, permutations are asked for without `rng`, with
        `cluster` or under "WLSMV", or for the reasons of `sem`.

    Notes
    -----
    Intercepts equal, latent means of all groups but the first become free. Agrees with
    lavaan's ``cfa(..., group.equal=)`` and ``lavTestLRT``, the releases with ``lavTestScore``
    for two groups.

    Permutations presume that rows are exchangeable between groups: all parameters equal, the
    latent means too. `p_value` is the share of permutations, the observed labels counted as
    one, whose index (or change of index) is as bad; chi-squares are not scaled there. As R's
    ``semTools::permuteMeasEq``, which does not count the observed labels.

    Under "WLSMV" the items are ordinal and every level is identified after Wu & Estabrook (2016)
    with the theta parameterisation and latent variances of 1 in the first group
    (`icx_research.measurement.invariance.ordinal`); differences are tested after Satorra (2000).
    A level that items of two or three categories do not tell alone is tested together with the
    next, which `note` says. Agrees with ``semTools::measEq.syntax(ID.fac = "std.lv", ID.cat =
    "Wu.Estabrook.2016", parameterization = "theta")`` and ``lavTestLRT(method =
    "satorra.2000")``.

    References
    ----------
    Wu, H., & Estabrook, R. (2016). Identification of confirmatory factor analysis models of
    different levels of invariance for ordered categorical outcomes. Psychometrika, 81,
    1014-1045. https://doi.org/10.1007/s11336-016-9506-0

    Meredith, W. (1993). Measurement invariance, factor analysis and factorial invariance.
    Psychometrika, 58, 525-543. https://doi.org/10.1007/BF02294825

    Byrne, B. M., Shavelson, R. J., & Muthén, B. (1989). Testing for the equivalence of factor
    covariance and mean structures: The issue of partial measurement invariance. Psychological
    Bulletin, 105, 456-466. https://doi.org/10.1037/0033-2909.105.3.456

    Jorgensen, T. D., Kite, B. A., Chen, P.-Y., & Short, S. D. (2018). Permutation randomization
    methods for testing measurement equivalence and detecting differential item functioning in
    multiple-group confirmatory factor analysis. Psychological Methods, 23, 708-728.
    https://doi.org/10.1037/met0000152

    Examples
    --------
    >>> import pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> values = rng.normal(size=(400, 1)) + 0.8 * rng.normal(size=(400, 4))
    >>> answers = pd.DataFrame(values, columns=list("abcd"))
    >>> answers["region"] = np.tile(["north", "south"], 200)
    >>> ladder = measurement_invariance("quality =~ a + b + c + d", answers, group="region")
    >>> ladder.highest_level, ladder.allows("means")
    ('strict', True)
    """
    check_confidence_level(confidence_level)
    ordinal = known_estimator(estimator) == "WLSMV"
    known, default = (ORDINAL_LEVELS, "chi_square") if ordinal else (LEVELS, "cheung_rensvold")
    rule_name = default if rule is None else known_option(rule, "rule", RULES)
    chosen = known if levels is None else (levels,) if isinstance(levels, str) else tuple(levels)
    free = (free,) if isinstance(free, str) else tuple(free)
    if not chosen or chosen != known[: len(chosen)]:
        raise ValueError(
            f"levels must be a beginning of {', '.join(known)}; got {', '.join(chosen)}."
        )
    draw = _generator(data, n_permutations, rng, cluster, ordinal=ordinal)
    prepared = prepare(
        model,
        data,
        group=group,
        estimator=estimator,
        missing=missing,
        cluster=cluster,
        keep_rows=n_permutations > 0,
    )
    if len(prepared.sample.patterns) < 2:
        raise UnsuitableData(
            f"measurement_invariance needs at least 2 groups; {group!r} has "
            f"{len(prepared.sample.patterns)}."
        )
    models, notes = (_ordinal if ordinal else _continuous)(prepared, chosen, free, confidence_level)
    differences = {
        after: likelihood_ratio(models[after], models[before]) for before, after in pairwise(models)
    }
    first = models[chosen[0]]
    notes += [f"{level}: {fitted.note}" for level, fitted in models.items() if fitted.note]
    permutation = _permuted(models, n_permutations, draw)
    notes += [permutation.note] if permutation and permutation.note else []
    return InvarianceResult(
        models=models,
        differences=differences,
        freed=tuple(free),
        groups=first.groups,
        rule=rule_name,
        n_used=first.n_used,
        n_dropped=first.n_dropped,
        note="; ".join(notes),
        confidence_level=confidence_level,
        permutation=permutation,
    )


Fitted = tuple[dict[str, SemResult], list[str]]


def _continuous(
    prepared: Prepared, levels: Sequence[str], free: Sequence[str], confidence_level: float
) -> Fitted:
    loadings = {(term.lhs, "=~", term.rhs) for term in prepared.terms if term.op == "=~"}
    items = prepared.sample.names
    own = {path for item in items for path in ((item, "~1", ""), (item, "~~", item))}
    check_free(read_paths(free, "free"), loadings | own, TAKES)
    models = {
        level: estimate(
            prepared,
            group_equal=EQUALITIES[:step],
            group_partial=free if step else (),
            confidence_level=confidence_level,
        )
        for step, level in enumerate(levels)
    }
    return models, []


def _ordinal(
    prepared: Prepared, levels: Sequence[str], free: Sequence[str], confidence_level: float
) -> Fitted:
    found, notes = ordinal_levels(prepared, levels, free)
    models = {
        level.name: estimate_ordinal(prepared, parameters_of(prepared, level), confidence_level)
        for level in found
    }
    return models, [NOT_VALIDATED, *notes]


def _permuted(
    models: dict[str, SemResult], n_permutations: int, rng: np.random.Generator | None
) -> PermutationTest | None:
    if rng is None or not n_permutations or not all(m.converged for m in models.values()):
        return None
    fits = {level: fitted.fit for level, fitted in models.items()}
    return permutation_test(fits, n_permutations=n_permutations, rng=rng)


def _generator(
    data: Any, n_permutations: int, rng: Rng | None, cluster: str | None, *, ordinal: bool
) -> np.random.Generator | None:
    if n_permutations < 0:
        raise ValueError(f"n_permutations must be at least 0, not {n_permutations}.")
    if n_permutations and isinstance(data, Moments | GroupedMoments):
        raise ValueError(
            "n_permutations needs the rows, to permute their groups; give a DataFrame."
        )
    if n_permutations and cluster is not None:
        raise ValueError(
            "n_permutations presumes rows that are independent; it is not available with cluster."
        )
    if n_permutations and ordinal:
        raise ValueError(
            "n_permutations refits by maximum likelihood; it is not available with "
            "estimator='WLSMV'."
        )
    if not n_permutations:
        return None
    return as_generator(rng, analysis="measurement_invariance with n_permutations")
