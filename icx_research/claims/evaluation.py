"""From a study to its ledger of verdicts."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy import stats

from icx_research.claims.ledger import ClaimLedger, LedgerEntry
from icx_research.claims.registry.internal_service import CLAIMS, Claim
from icx_research.core import apa, verdicts
from icx_research.core.errors import Blocked, NotTestable
from icx_research.linkage.correlation.correlation import LinkageCorrelation
from icx_research.linkage.correlation.disattenuation import disattenuate
from icx_research.linkage.gates import count_units, gated_correlation
from icx_research.survey.link.linking import LinkedUnits, link_study
from icx_research.survey.study.study import Study

POWER = 0.80
LARGEST_CORRELATION = 0.95  # that a design aims at, where twice delta is beyond reach
NAN = float("nan")


def evaluate_claims(study: Study, *, claims: Sequence[str] | None = None) -> ClaimLedger:
    """Say for each claim whether the data support it, contradict it or cannot tell.

    Parameters
    ----------
    study : Study
        Its codebook's question names the scores, controls and wave.
    claims : sequence of str, optional
        Names such as "K01"; all that can be evaluated unless stated.

    Returns
    -------
    ClaimLedger
        Verdicts are supported, contradicted, inconclusive, not testable, blocked.

    Raises
    ------
    ValueError
        If a claim is unknown.

    Notes
    -----
    K01 rests on the (partial) unit-level Pearson correlation of the first internal
    with the first external score, oriented so that positive means "better served,
    more satisfied", by rule R-DIR (`core.verdicts.directional`).

    Examples
    --------
    >>> from icx_research import load_example
    >>> evaluate_claims(load_example("company"))
    ClaimLedger: K01 supported
    """
    names = list(CLAIMS) if claims is None else list(claims)
    unknown = [name for name in names if name not in CLAIMS]
    if unknown:
        raise ValueError(f"There is no claim {unknown[0]!r}; known are {', '.join(CLAIMS)}.")
    try:
        linked = link_study(study)
    except Blocked as refusal:
        blocked = verdicts.Verdict(verdicts.BLOCKED, "", refusal.reason)
        return ClaimLedger(tuple(_untested(CLAIMS[name], study, blocked) for name in names))
    return ClaimLedger(tuple(_EVALUATE[name](CLAIMS[name], study, linked) for name in names))


def _main_link(claim: Claim, study: Study, linked: LinkedUnits) -> LedgerEntry:
    """Evaluate K01."""
    question, delta = study.codebook.question, study.codebook.thresholds.smallest_correlation
    internal, external = question.internal[0], question.external[0]
    n_units = count_units(linked.at_wave(), (internal, external, *question.controls))
    try:
        found = gated_correlation(
            linked, internal=internal, external=external, controls=question.controls
        )
    except NotTestable as refusal:
        verdict = verdicts.Verdict(verdicts.NOT_TESTABLE, "", refusal.missing)
        return _untested(claim, study, verdict, n_units)
    except Blocked as refusal:
        verdict = verdicts.Verdict(verdicts.BLOCKED, "", refusal.reason)
        return _untested(claim, study, verdict, n_units)
    sign = _orientation(study, internal, external)
    corrected = disattenuate(found, confidence_level=0.90)
    assessable = not math.isnan(corrected.disattenuated.value)
    theta = found.estimate.scaled(sign)
    p = found.primary.p_value
    verdict = verdicts.directional(
        theta,
        corrected.observed.scaled(sign),
        delta=delta,
        p_value=p,
        corrected_90=corrected.disattenuated.scaled(sign) if assessable else None,
    )
    return LedgerEntry(
        claim=claim.name,
        title=claim.title,
        statement=claim.statement,
        verdict=verdict,
        by_proxy=any(study.codebook.source_of(name).proxy for name in (internal, external)),
        estimate=theta.value,
        ci_low=theta.ci_low,
        ci_high=theta.ci_high,
        delta=delta,
        n_units=found.n_used,
        p_value=p,
        p_adjusted=p,
        reliability_internal=found.reliability_internal.value,
        reliability_external=found.reliability_external.value,
        corrected=sign * corrected.disattenuated.value,
        changes=_what_would_change(verdict, found, delta),
        detail=_detail(study, found, sign) + _subsets(linked, found),
    )


def _orientation(study: Study, internal: str, external: str) -> int:
    measures = study.codebook.measures
    worse = [measures[name].higher_is == "worse" for name in (internal, external)]
    return -1 if worse[0] != worse[1] else 1


def _what_would_change(verdict: verdicts.Verdict, found: LinkageCorrelation, delta: float) -> str:
    c = found.n_control_columns
    if verdict.verdict == verdicts.SUPPORTED:
        return (
            "an interval that reaches 0, an estimate below delta, or a confounder that serves "
            "both sides; replicate with separate raters and another wave."
        )
    if verdict.verdict == verdicts.CONTRADICTED:
        return f"new data whose 90% upper limit reaches delta = {delta:g}."
    if verdict.label == "reliability unknown":
        return "standard errors or counts per unit, so that noise can be told from absence."
    if verdict.label == "measurement too weak":
        return "more respondents per unit, so that the unit means become more reliable."
    true = min(2 * delta, LARGEST_CORRELATION)
    needed = units_needed(true, n_controls=c)
    twice = " (twice delta)" if true == 2 * delta else ""
    return (
        f"more units: about {needed} give {POWER:.0%} power for a true correlation of "
        f"{true:.2f}{twice}; here are {found.n_used}."
    )


def units_needed(correlation: float, *, n_controls: int = 0, power: float = POWER) -> int:
    """Units for which a correlation differs from 0 with given power (Fisher z, two-sided 5 %).

    Raises
    ------
    ValueError
        If the correlation is 0 or not within (-1, 1), or the power not within (0.025, 1).

    Examples
    --------
    >>> units_needed(0.30), units_needed(0.20)
    (85, 194)
    """
    if not 0 < abs(correlation) < 1:
        raise ValueError(f"correlation must lie between -1 and 1 and not be 0, not {correlation}.")
    if not 0.025 < power < 1:
        raise ValueError(f"power must lie between 0.025 and 1, not {power}.")
    z = stats.norm.ppf(0.975) + stats.norm.ppf(power)
    return math.ceil((z / np.arctanh(correlation)) ** 2 + 3 + n_controls)


def _detail(study: Study, found: LinkageCorrelation, sign: int) -> str:
    label = study.codebook.label
    given = f", given {', '.join(label(name) for name in found.controls)}" if found.controls else ""
    note = f"; {found.note}" if found.note else ""
    turned = ""
    if sign < 0:
        value = apa.bounded(-found.estimate.value)
        turned = (
            "; a high value of one score is worse, so in the direction of the claim the estimate "
            f"is {value}"
        )
    return (
        f"{label(found.internal)} with {label(found.external)}{given}: "
        f"{found.to_apa()}{turned}{note}"
    )


def _subsets(linked: LinkedUnits, found: LinkageCorrelation) -> str:
    """Give the same correlation in each group of units the codebook names."""
    parts = []
    for name in linked.codebook.question.subsets:
        try:
            again = gated_correlation(
                linked.subset(name),
                internal=found.internal,
                external=found.external,
                controls=found.controls,
            )
            parts.append(f"; subset {name}: {again.to_apa()}")
        except (NotTestable, Blocked) as refusal:
            parts.append(f"; subset {name}: {str(refusal).rstrip('.')}")
    return "".join(parts)


def _untested(
    claim: Claim, study: Study, verdict: verdicts.Verdict, n_units: int = 0
) -> LedgerEntry:
    delta = study.codebook.thresholds.smallest_correlation
    return LedgerEntry(
        claim=claim.name,
        title=claim.title,
        statement=claim.statement,
        verdict=verdict,
        by_proxy=False,
        estimate=NAN,
        ci_low=NAN,
        ci_high=NAN,
        delta=delta,
        n_units=n_units,
        p_value=NAN,
        p_adjusted=NAN,
        reliability_internal=NAN,
        reliability_external=NAN,
        corrected=NAN,
        changes="data for which this reason no longer holds.",
        detail="",
    )


_EVALUATE: dict[str, Callable[[Claim, Study, LinkedUnits], LedgerEntry]] = {"K01": _main_link}
