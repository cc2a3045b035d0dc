"""The correlation between true unit scores, beside the observed one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.intervals import fisher_interval, normal_quantile
from icx_research.core.results import Estimate, Result, check_confidence_level, estimate_table
from icx_research.linkage.correlation.correlation import LinkageCorrelation
from icx_research.linkage.correlation.mean_reliability import MeanReliability


@dataclass(frozen=True, repr=False)
class Disattenuation(Result):
    """An observed correlation beside the one corrected for unreliable unit means.

    Attributes
    ----------
    observed, disattenuated : Estimate
        At the same confidence level. The corrected one is nan where a reliability is
        not assessable or the observed one is exactly 1 or -1; it may exceed 1, and its
        interval is not cut off.
    reliability_internal, reliability_external : float
    n_used, n_dropped : int
        Units.
    note : str
        Why there is no corrected value, or that it or its interval exceeds 1; else empty.
    withheld : bool
        Whether the corrected value has an interval beyond -1 and 1, which says nothing.
    """

    observed: Estimate
    disattenuated: Estimate
    reliability_internal: float
    reliability_external: float
    n_used: int
    n_dropped: int
    note: str
    withheld: bool = False

    @property
    def estimate(self) -> Estimate:
        """The corrected correlation."""
        return self.disattenuated

    @property
    def table(self) -> pd.DataFrame:
        """Two rows: observed and disattenuated."""
        return estimate_table(
            [
                {
                    "term": term,
                    "estimate": estimate.value,
                    "ci_low": estimate.ci_low,
                    "ci_high": estimate.ci_high,
                    "n": self.n_used,
                }
                for term, estimate in (
                    ("observed", self.observed),
                    ("disattenuated", self.disattenuated),
                )
            ]
        )

    def to_apa(self) -> str:
        """Both correlations, with both reliabilities."""
        shown = self.disattenuated
        limits = apa.interval(shown.ci_low, shown.ci_high, confidence_level=shown.confidence_level)
        return (
            f"r = {apa.bounded(self.observed.value)} observed, "
            f"{apa.bounded(shown.value)} disattenuated, {limits}, reliabilities "
            f"{apa.bounded(self.reliability_internal)} and "
            f"{apa.bounded(self.reliability_external)}, n = {self.n_used} units"
        )


def attenuate(
    correlation: float, *, reliability_internal: float, reliability_external: float
) -> float:
    r"""Correlation to be expected of unreliable scores: :math:`\rho \sqrt{r_{xx} r_{yy}}`.

    Examples
    --------
    >>> round(attenuate(0.40, reliability_internal=0.5, reliability_external=0.7), 4)
    0.2366
    """
    for name, value in (
        ("reliability_internal", reliability_internal),
        ("reliability_external", reliability_external),
    ):
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must lie between 0 and 1, not {value}.")
    return correlation * float(np.sqrt(reliability_internal * reliability_external))


def disattenuate(
    result: LinkageCorrelation, *, confidence_level: float | None = None
) -> Disattenuation:
    r"""Correct a unit-level correlation for the unreliability of unit means.

    Parameters
    ----------
    result : LinkageCorrelation
        Pearson; the partial correlation is corrected where there are controls. Attributes
        such as region or size are free of error; where a control is a score of respondents,
        scores and controls are corrected together.
    confidence_level : float, optional
        That of `result` unless stated.

    Returns
    -------
    Disattenuation
        Observed and corrected side by side. A verdict rests on the observed one.

    Raises
    ------
    ValueError
        For rank correlations, or if `confidence_level` is not a fraction.

    Notes
    -----
    :math:`r_c = r / \sqrt{r_{xx} r_{yy}}` with :math:`r_{xx} = 1 - e_x / S_x^2`, which is
    :math:`S_{xy} / \sqrt{(S_x^2 - e_x)(S_y^2 - e_y)}`. Its standard error follows by the delta
    method from the sampling (co)variances of :math:`S_x^2, S_y^2, S_{xy}` of normal unit
    means and of the error variances :math:`e_x, e_y`. The interval is built on Fisher's
    scale of the observed correlation, with the standard error carried over, and then
    divided by :math:`\sqrt{r_{xx} r_{yy}}`; coverage is reported by
    ``validation/linkage_recovery.py``. With controls that are scores, the partial correlation
    is that of the covariance matrix less that of all sampling errors (`UnitMoments`), with the
    standard error of the jackknife over units: correcting the pair alone would go the wrong way.

    References
    ----------
    Spearman, C. (1904). The proof and measurement of association between two
    things. American Journal of Psychology, 15, 72-101. https://doi.org/10.2307/1412159

    Examples
    --------
    >>> from icx_research import link_study, linkage_correlations, load_example
    >>> linked = link_study(load_example("company"))
    >>> observed = linkage_correlations(linked, internal="internal_satisfaction", external="csat")
    >>> disattenuate(observed).n_used
    60
    """
    if result.method != "pearson":
        raise ValueError("disattenuate needs a Pearson correlation, not ranks.")
    level = result.estimate.confidence_level if confidence_level is None else confidence_level
    check_confidence_level(level)
    inside, outside = result.reliability_internal, result.reliability_external
    c = result.n_control_columns
    m, given = result.n_used - 3 - c, result.estimate
    widening = _widening(given, m)
    observed = given
    if level != given.confidence_level:
        observed = fisher_interval(given.value, widening / np.sqrt(m), level)
    note = _why_not(inside, outside, observed.value)
    corrected = Estimate(float("nan"), float("nan"), float("nan"), level)
    if result.true_partial and not note:
        note = result.true_partial.note
        if not note:
            corrected = result.true_partial.estimate(level)
            note = _beyond_one(corrected)
    elif not note:
        corrected = _corrected(observed.value, inside, outside, m / widening**2, level)
        note = _beyond_one(corrected)
    withheld = corrected.ci_low <= -1 and corrected.ci_high >= 1
    if withheld:
        corrected = Estimate(float("nan"), float("nan"), float("nan"), level)
        note = (
            "the interval of the corrected value would reach beyond both −1 and 1: reliabilities "
            f"of {apa.bounded(inside.value)} and {apa.bounded(outside.value)} are too low to "
            "correct with"
        )
    return Disattenuation(
        observed=observed,
        disattenuated=corrected,
        reliability_internal=inside.value,
        reliability_external=outside.value,
        n_used=result.n_used,
        n_dropped=result.n_dropped,
        note=note,
        withheld=withheld,
    )


def _widening(given: Estimate, m: int) -> float:
    """How much wider than Fisher's an interval is, for clusters or the same respondents."""
    if abs(given.value) == 1:
        return 1.0
    fisher = normal_quantile(given.confidence_level) / np.sqrt(m)
    reach = (np.arctanh(given.ci_high) - np.arctanh(given.ci_low)) / 2
    return round(float(reach / fisher), 12)  # exactly 1 where nothing widens it


def _why_not(inside: MeanReliability, outside: MeanReliability, r: float) -> str:
    for side, reliability in (("internal", inside), ("external", outside)):
        if not reliability.assessable:
            return f"reliability of the {side} score not assessable: {reliability.note}"
        if reliability.value <= 0:
            return f"the {side} unit means differ by no more than sampling error"
    if abs(r) == 1:
        return "all units lie on one line, so a corrected value has no interval"
    return ""


def _beyond_one(corrected: Estimate) -> str:
    """Say that a corrected correlation, or its interval, reaches what no correlation can be."""
    if abs(corrected.value) > 1:
        return "the corrected value exceeds 1: the reliabilities are too low to correct with"
    if max(-corrected.ci_low, corrected.ci_high) > 1:
        return "the interval of the corrected value exceeds 1, which no correlation can"
    return ""


def _corrected(
    r: float, inside: MeanReliability, outside: MeanReliability, m: float, level: float
) -> Estimate:
    """Correct one correlation; `m` are the degrees of freedom of its Fisher interval."""
    a, b = inside.variance, outside.variance
    true_a, true_b = a - inside.error_variance, b - outside.error_variance
    c = r * np.sqrt(a * b)
    root = np.sqrt(true_a * true_b)
    gradient = np.array([-c / (2 * true_a * root), -c / (2 * true_b * root), 1 / root])
    covariance = (
        np.array(
            [
                [2 * a * a, 2 * c * c, 2 * a * c],
                [2 * c * c, 2 * b * b, 2 * b * c],
                [2 * a * c, 2 * b * c, a * b + c * c],
            ]
        )
        / m
    )
    covariance[0, 0] += inside.error_variance_se**2
    covariance[1, 1] += outside.error_variance_se**2
    se = np.sqrt(gradient @ covariance @ gradient)
    shrink = np.sqrt(inside.value * outside.value)
    reach = normal_quantile(level) * se * shrink / (1 - r**2)
    z = np.arctanh(r)
    return Estimate(
        float(r / shrink),
        float(np.tanh(z - reach) / shrink),
        float(np.tanh(z + reach) / shrink),
        level,
    )
