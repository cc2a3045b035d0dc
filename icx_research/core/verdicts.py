"""Rules that turn intervals into verdicts; they know nothing of surveys or claims."""

from dataclasses import dataclass

from icx_research.core.apa import number
from icx_research.core.cutoffs import SIGNIFICANCE
from icx_research.core.results import Estimate, with_interval

SUPPORTED, CONTRADICTED, INCONCLUSIVE = "supported", "contradicted", "inconclusive"
NOT_TESTABLE, BLOCKED = "not testable", "blocked"


@dataclass(frozen=True)
class Verdict:
    """What the data say of a claim.

    Attributes
    ----------
    verdict : str
        supported, contradicted, inconclusive, not testable or blocked.
    label : str
        "strong", "reversed", "present but smaller than delta", "measurement too
        weak", "reliability unknown", or empty.
    reason : str
        The rule applied to the numbers, in one sentence.
    """

    verdict: str
    label: str
    reason: str


def directional(
    theta: Estimate,
    theta_90: Estimate,
    *,
    delta: float,
    p_value: float,
    corrected_90: Estimate | None,
) -> Verdict:
    r"""Judge a claim that an effect is positive and not negligible (rule R-DIR).

    Parameters
    ----------
    theta, theta_90 : Estimate
        The effect, oriented so that positive is what the claim predicts, with its
        95 % and its 90 % interval.
    delta : float
        Smallest effect of interest, above 0.
    p_value : float
        Two-sided, adjusted where several claims are tested.
    corrected_90 : Estimate or None
        The effect corrected for unreliability with its 90 % interval; None where
        the reliability is not assessable.

    Returns
    -------
    Verdict
        Supported: 95 % lower limit above 0, estimate at least delta and p at most
        .05. Contradicted: 90 % upper limit below delta, observed and corrected, or
        95 % upper limit below 0 (noise shrinks an effect but does not turn its sign).
        Inconclusive otherwise.

    Examples
    --------
    >>> effect = Estimate(0.40, 0.16, 0.59, 0.95)
    >>> directional(effect, Estimate(0.40, 0.2, 0.56, 0.90), delta=0.15, p_value=0.002,
    ...             corrected_90=None).label
    'strong'
    """
    if not delta > 0:
        raise ValueError(f"delta must be above 0, not {delta}.")
    found = f"estimate {with_interval(theta)}"
    if theta.ci_low > 0 and theta.value >= delta and p_value <= SIGNIFICANCE:
        strong = theta.ci_low >= delta
        label = "strong" if strong else ""
        limit = f"at least delta = {delta:g}" if strong else "above 0"
        return Verdict(
            SUPPORTED, label, f"{found}: the lower limit is {limit} and the estimate reaches delta."
        )
    if theta_90.ci_high < delta:
        upper = f"the 90% upper limit {number(theta_90.ci_high)} is below delta = {delta:g}"
        rejected = f"{found}: {upper}, so an effect that large is rejected."
        if theta.ci_high < 0:
            return Verdict(CONTRADICTED, "reversed", rejected)
        if corrected_90 is None:
            return Verdict(
                INCONCLUSIVE,
                "reliability unknown",
                f"{found}: {upper}, but without reliabilities noise alone may be the cause.",
            )
        if not corrected_90.ci_high < delta:
            return Verdict(
                INCONCLUSIVE,
                "measurement too weak",
                f"{found}: {upper}, but corrected for unreliability it is "
                f"{number(corrected_90.ci_high)}.",
            )
        label = "present but smaller than delta" if theta.ci_low > 0 else ""
        return Verdict(CONTRADICTED, label, rejected)
    if theta.ci_low > 0 and theta.value >= delta:
        why = f"the adjusted p value {p_value:.4f} of the t test is above {SIGNIFICANCE:g}"
    elif theta.ci_low > 0:
        why = f"the effect is above 0 but whether it reaches delta = {delta:g} is open"
    else:
        why = f"neither 0 nor an effect of delta = {delta:g} can be ruled out"
    return Verdict(INCONCLUSIVE, "", f"{found}: {why}.")
