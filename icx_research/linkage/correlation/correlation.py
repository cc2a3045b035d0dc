"""Whether units that are better served inside have more satisfied customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.cutoffs import MIN_CLUSTERS
from icx_research.core.errors import Blocked, NotTestable
from icx_research.core.results import Estimate, Result, check_confidence_level, estimate_table
from icx_research.linkage.correlation.clusters import (
    CorrelationTest,
    correlate,
    shared_mood,
)
from icx_research.linkage.correlation.controls import (
    ROUNDING,
    control_basis,
    control_columns,
    varies,
)
from icx_research.linkage.correlation.mean_reliability import MeanReliability, mean_reliability
from icx_research.linkage.correlation.noisy_controls import (
    TruePartial,
    moments_with_controls,
    partial_test,
    shared_controls,
    true_partial,
)
from icx_research.linkage.rows import LinkedRows, complete_rows
from icx_research.survey.link.linking import LinkedUnits
from icx_research.survey.link.shared_respondents import TAKEN_OUT, SharedError, shared_error

SYMBOLS = {"pearson": "r", "spearman": "rs"}


@dataclass(frozen=True, repr=False)
class LinkageCorrelation(Result):
    """Unit-level correlation of an internal with an external score.

    Attributes
    ----------
    internal, external : str
        The scores.
    method : str
        "pearson" or "spearman".
    controls : tuple of str
        What is held constant in the partial correlation.
    correlation : CorrelationTest
    partial_correlation : CorrelationTest or None
        None without controls.
    reliability_internal, reliability_external : MeanReliability
        Of the unit means, given the controls.
    wave : str
    n_used, n_dropped : int
        Units with both scores and all controls, and linked units without.
    n_control_columns : int
        Independent columns the controls fill (a category fills one less than it has
        values; what is constant or follows from the others fills none).
    note : str
        The wave where there are several; respondents who gave both scores; client units
        that stand behind several rows; control columns that add nothing.
    same_source : float
        Where the same respondents gave both scores, the correlation without split
        halves; nan elsewhere.
    expected_spurious : float
        What of it their shared mood is expected to produce alone; nan elsewhere.
    respondents : str
        Whether the respondents of both scores are "different", the "same" or "unknown", or the
        same ones' mood is "taken out".
    true_partial : TruePartial or None
        The partial correlation freed of all sampling error, where a control is a score of
        respondents; None elsewhere.
    """

    internal: str
    external: str
    method: str
    controls: tuple[str, ...]
    correlation: CorrelationTest
    partial_correlation: CorrelationTest | None
    reliability_internal: MeanReliability
    reliability_external: MeanReliability
    wave: str
    n_used: int
    n_dropped: int
    n_control_columns: int
    note: str
    same_source: float = float("nan")
    expected_spurious: float = float("nan")
    respondents: str = "different"
    true_partial: TruePartial | None = None

    @property
    def primary(self) -> CorrelationTest:
        """The partial correlation where there are controls, else the correlation."""
        return self.partial_correlation or self.correlation

    @property
    def estimate(self) -> Estimate:
        """Estimate and interval of `primary`."""
        return self.primary.estimate

    @property
    def table(self) -> pd.DataFrame:
        """One row per correlation: term, estimate, interval, t, df, p, n (units)."""
        tests = {"correlation": self.correlation}
        if self.partial_correlation:
            tests["partial_correlation"] = self.partial_correlation
        return estimate_table(
            [
                {
                    "term": term,
                    "estimate": test.estimate.value,
                    "ci_low": test.estimate.ci_low,
                    "ci_high": test.estimate.ci_high,
                    "statistic": test.statistic,
                    "df": test.df,
                    "p_value": test.p_value,
                    "n": self.n_used,
                }
                for term, test in tests.items()
            ]
        )

    def to_apa(self) -> str:
        """Correlation, interval, p value and number of units."""
        shown = self.primary
        given = f" given {', '.join(self.controls)}" if self.controls else ""
        limits = apa.interval(
            shown.estimate.ci_low,
            shown.estimate.ci_high,
            confidence_level=shown.estimate.confidence_level,
        )
        return (
            f"{SYMBOLS[self.method]}({shown.df}) = {apa.bounded(shown.estimate.value)}{given}, "
            f"{limits}, {apa.p_value(shown.p_value)}, n = {self.n_used} units"
        )


def linkage_correlations(
    linked: LinkedUnits,
    *,
    internal: str,
    external: str,
    controls: Sequence[str] = (),
    method: Literal["pearson", "spearman"] = "pearson",
    wave: str | None = None,
    confidence_level: float = 0.95,
) -> LinkageCorrelation:
    r"""Correlate an internal with an external score over linked units of one wave.

    Parameters
    ----------
    linked : LinkedUnits
    internal, external : str
        Names of the scores.
    controls : sequence of str
        Attributes or scores held constant in a partial correlation; a column of
        text becomes indicator columns.
    method : {"pearson", "spearman"}
        "spearman" correlates ranks.
    wave : str, optional
        The latest wave unless stated: rows of one unit in several waves are not
        independent and are never put together.
    confidence_level : float, default 0.95

    Returns
    -------
    LinkageCorrelation
        n counts units, never respondents. Where the same respondents gave both scores
        (`external` may then be another score of theirs, such as employees' customer
        focus), the correlation is that of split halves at full length, automatically.

    Raises
    ------
    ValueError
        If a name is unknown, or `confidence_level` is not a fraction.
    NotTestable
        If fewer than four units (plus control columns) have all values, or the linked
        units lack a control that the codebook knows; for ranks of scores that the same
        respondents gave.
    Blocked
        If a score, or a score given the controls, does not vary over the units.

    Notes
    -----
    With c independent control columns: :math:`z = \operatorname{atanh} r` with standard error
    :math:`1 / \sqrt{n - 3 - c}` (for ranks :math:`\sqrt{(1 + r^2 / 2) / (n - 3 - c)}`, after
    Bonett and Wright); :math:`t = r \sqrt{d / (1 - r^2)}` with :math:`d = n - 2 - c`. Agrees
    with R's ``cor.test`` and ``psych::partial.r``.

    For the same respondents :math:`S_{xy}` is lessened by the mean covariance of the
    sampling errors, which is what opposite random halves do on average over all splits
    (`split_half_correlation`); the standard error is that of the delta method with the
    sampling error of that mean. Where a control is a score that these respondents gave, too,
    every such covariance is lessened and the standard error is that of the jackknife.

    Where client units stand behind several rows, Pearson intervals rest on clusters, the
    connected parts of the crosswalk: the standard error of z is that of the jackknife over the
    G clusters, with the t quantile of G - 1 degrees of freedom (at least 10 clusters; in
    simulations it held its level from 10 on).

    References
    ----------
    Fisher, R. A. (1921). On the "probable error" of a coefficient of correlation
    deduced from a small sample. Metron, 1, 3-32.

    Bonett, D. G., & Wright, T. A. (2000). Sample size requirements for estimating
    Pearson, Kendall and Spearman correlations. Psychometrika, 65, 23-28.
    https://doi.org/10.1007/BF02294183

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> linked = link_study(load_example("company"))
    >>> linkage_correlations(linked, internal="internal_satisfaction", external="csat")
    LinkageCorrelation: r(58) = .33, 95% CI [.08, .54], p = .011, n = 60 units
    """
    check_confidence_level(confidence_level)
    if method not in SYMBOLS:
        raise ValueError(f"method must be 'pearson' or 'spearman', not {method!r}.")
    _check_names(linked, internal, external, controls)
    complete = complete_rows(linked, [internal, external, *controls], wave=wave)
    rows, units = complete.table, complete.units
    scores, design = rows[[internal, external]].to_numpy(float), control_columns(rows, controls)
    if method == "spearman" and len(rows):
        scores, design = (pd.DataFrame(part).rank().to_numpy() for part in (scores, design))
    basis = control_basis(design)
    c = basis.shape[1]
    if len(rows) < 4 + c:
        raise NotTestable(
            f"a correlation{' with these controls' if c else ''} needs at least {4 + c} linked "
            f"units with all values; there are {len(rows)} in wave {complete.wave}."
        )
    plain = scores - scores.mean(axis=0)
    given = plain - basis @ (basis.T @ plain)
    for i, name in enumerate((internal, external)):
        if not varies(scores)[i]:
            raise Blocked(f"all units have the same {name}; there is nothing to correlate.")
        if (given[:, i] ** 2).sum() <= ROUNDING * len(rows) * (plain[:, i] ** 2).sum():
            raise Blocked(f"the controls explain {name} completely; leave some of them out.")
    variance = (given**2).sum(axis=0) / (len(rows) - 1 - c)
    shared = shared_error(units, internal, external)
    known = shared if shared and shared.relation == TAKEN_OUT else None
    if known and method == "spearman":
        raise NotTestable(
            "ranks cannot be freed of the mood of respondents who gave both scores; use "
            "method='pearson'."
        )
    cluster = units.cluster if method == "pearson" else np.arange(len(rows))
    noise = (known.covariance, known.variance) if known else None
    correlation = correlate(plain, basis[:, :0], method, confidence_level, noise, cluster)
    same_source, spurious = shared_mood(plain, noise) if noise else (np.nan, np.nan)
    moments, partial = None, None
    if controls:
        partial = correlate(given, basis, method, confidence_level, noise, cluster)
    if controls and method == "pearson":
        moments = moments_with_controls(complete, (internal, external), controls)
    freed = partial_test(moments, confidence_level) if moments else None
    note = _note(complete, design.shape[1] - c, method, shared, same_source, spurious)
    if freed and moments:
        note = f"{note}; {shared_controls(moments)}".removeprefix("; ")
    return LinkageCorrelation(
        internal=internal,
        external=external,
        method=method,
        controls=tuple(controls),
        correlation=correlation,
        partial_correlation=freed or partial,
        reliability_internal=mean_reliability(rows, internal, variance=variance[0]),
        reliability_external=mean_reliability(rows, external, variance=variance[1]),
        wave=complete.wave,
        n_used=complete.n_used,
        n_dropped=complete.n_dropped,
        n_control_columns=c,
        note=note,
        same_source=float(same_source),
        expected_spurious=float(spurious),
        respondents=shared.relation if shared else "different",
        true_partial=true_partial(moments) if moments else None,
    )


def _check_names(
    linked: LinkedUnits, internal: str, external: str, controls: Sequence[str]
) -> None:
    for side, name, known in (
        ("internal", internal, linked.internal),
        ("external", external, linked.external),
    ):
        further = linked.internal if name != internal else ()
        if name not in known and not (side == "external" and name in further):
            raise ValueError(f"{side} must be one of {', '.join(known)}; got {name!r}.")
    for name in controls:
        if name in (internal, external, "unit", "wave"):
            raise ValueError(f"{name!r} cannot be a control: it is what the units are or have.")
        if name not in linked.table and _is_declared(linked, name):
            raise NotTestable(
                f"the control {name!r} is not known of the linked units; attributes of client "
                "units carry over only where the crosswalk is one to one."
            )
        if name not in linked.table:
            raise ValueError(f"{name!r} cannot be a control: linked units have no such attribute.")


def _is_declared(linked: LinkedUnits, name: str) -> bool:
    sources = linked.codebook.sources.values()
    return any(name in source.facts or name in source.measures for source in sources)


def _note(
    rows: LinkedRows,
    redundant: int,
    method: str,
    shared: SharedError | None,
    same_source: float,
    spurious: float,
) -> str:
    units, parts = rows.units, [rows.note] if rows.note else []
    if shared:
        parts.append(
            f"{shared.note}: the correlation is that of split halves at full length; undivided it "
            f"is {apa.bounded(same_source)}, of which {apa.bounded(spurious)} is expected of "
            "shared mood alone"
            if shared.relation == TAKEN_OUT
            else f"{shared.note}: shared mood may be part of the correlation"
        )
    if units.crosswalk["client_unit"].duplicated().any():
        n, clusters = rows.n_used, len(np.unique(rows.cluster))
        usable = method == "pearson" and clusters >= MIN_CLUSTERS
        parts.append(
            f"some of the {units.n_client_units} client units stand behind several of the {n} "
            "units, so these are not independent and the interval "
            + (f"rests on {clusters} clusters of units" if usable else "is too narrow")
        )
    if redundant:
        parts.append(f"{redundant} control column(s) are constant or follow from the others")
    return "; ".join(parts)
