"""Claims on the link between internal and external scores."""

import math

from icx_research.claims.claim import Claim
from icx_research.claims.conditions import tempered
from icx_research.claims.evidence import untested
from icx_research.claims.ledger import LedgerEntry
from icx_research.claims.words import what_would_change
from icx_research.core import apa, verdicts
from icx_research.core.errors import REFUSALS, Blocked
from icx_research.core.results import Estimate
from icx_research.linkage.asked import AskedPairs
from icx_research.linkage.correlation.correlation import LinkageCorrelation
from icx_research.linkage.correlation.disattenuation import Disattenuation, disattenuate
from icx_research.linkage.rows import complete_rows, without_wave
from icx_research.survey.study.study import Study


def main_link(claim: Claim, study: Study, asked: AskedPairs) -> LedgerEntry:
    """Evaluate K01."""
    pair, delta = asked.first, study.codebook.thresholds.smallest_correlation
    internal, external = pair.internal, pair.external
    try:
        result = pair.correlation
    except REFUSALS as refusal:
        word = verdicts.BLOCKED if isinstance(refusal, Blocked) else verdicts.NOT_TESTABLE
        rows = complete_rows(pair.linked, (internal, external, *pair.controls), wave=pair.wave)
        return untested(claim, study, verdicts.Verdict(word, "", str(refusal)), rows.n_used)
    sign = _orientation(study, internal, external)
    corrected = disattenuate(result, confidence_level=0.90)
    theta = result.estimate.scaled(sign)
    p = result.primary.p_value
    verdict = verdicts.directional(
        theta,
        corrected.observed.scaled(sign),
        delta=delta,
        p_value=p,
        corrected_90=_corrected_90(corrected, sign),
    )
    verdict = tempered(verdict, result, study.codebook)
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
        n_units=result.n_used,
        p_value=p,
        p_adjusted=p,
        reliability_internal=result.reliability_internal.value,
        reliability_external=result.reliability_external.value,
        corrected=sign * corrected.disattenuated.value,
        changes=what_would_change(verdict, result, delta),
        detail=_detail(study, result, sign, asked.linked.waves) + _subsets(asked),
    )


def _corrected_90(corrected: Disattenuation, sign: int) -> Estimate | None:
    """Limits of the corrected estimate: any at all where they say nothing."""
    if corrected.withheld:
        return Estimate(math.nan, -1.0, 1.0, 0.90)
    known = not math.isnan(corrected.disattenuated.value)
    return corrected.disattenuated.scaled(sign) if known else None


def _orientation(study: Study, internal: str, external: str) -> int:
    measures = study.codebook.measures
    worse = [measures[name].higher_is == "worse" for name in (internal, external)]
    return -1 if worse[0] != worse[1] else 1


def _detail(study: Study, link: LinkageCorrelation, sign: int, waves: list[str]) -> str:
    """Give the estimate in words, the wave it rests on first where there are several."""
    label = study.codebook.label
    given = f", given {', '.join(label(name) for name in link.controls)}" if link.controls else ""
    wave = f"wave {link.wave}, one of {len(waves)}: " if len(waves) > 1 else ""
    note = without_wave(link.note, waves, link.wave)
    note = f"; {note}" if note else ""
    turned = ""
    if sign < 0:
        value = apa.bounded(-link.estimate.value)
        turned = (
            "; a high value of one score is worse, so in the direction of the claim the estimate "
            f"is {value}"
        )
    pair = f"{label(link.internal)} with {label(link.external)}{given}"
    return f"{wave}{pair}: {link.to_apa()}{turned}{note}"


def _subsets(asked: AskedPairs) -> str:
    """Give the same correlation in each group of units the codebook names."""
    parts = []
    for name in asked.linked.codebook.question.subsets:
        pair = asked.pair(asked.first.internal, asked.first.external, group=name)
        try:
            parts.append(f"; subset {name}: {pair.correlation.to_apa()}")
        except REFUSALS as refusal:
            parts.append(f"; subset {name}: {str(refusal).rstrip('.')}")
    return "".join(parts)
