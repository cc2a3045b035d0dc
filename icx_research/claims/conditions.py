"""What a verdict rests on beside its numbers: gates that were bent, units lost, shared mood."""

import math
from dataclasses import replace

from icx_research.core import apa, verdicts
from icx_research.linkage.correlation.correlation import LinkageCorrelation
from icx_research.survey.codebook.types import Codebook, Thresholds
from icx_research.survey.link.shared_respondents import SAME, UNKNOWN

DISCOUNTED = "shared mood not taken out"


def tempered(
    verdict: verdicts.Verdict, result: LinkageCorrelation, codebook: Codebook
) -> verdicts.Verdict:
    """Name in the reason what was bent, and call nothing strong that mood may have made."""
    label = verdict.label
    if result.respondents == SAME and verdict.verdict == verdicts.SUPPORTED:
        label = DISCOUNTED
    parts = [*_bent(codebook.thresholds), _lost(result), _respondents(result)]
    return replace(verdict, label=label, reason=" ".join([verdict.reason, *filter(None, parts)]))


def _bent(own: Thresholds) -> list[str]:
    """Say which gates the codebook opened further than usual."""
    usual, parts = Thresholds(), []
    if own.min_matched < usual.min_matched:
        parts.append(
            f"The codebook lets the link lose more than usual (min_matched {own.min_matched:g} "
            f"instead of {usual.min_matched:g})."
        )
    if own.min_persons < usual.min_persons:
        parts.append(
            f"The codebook shows units of fewer persons than usual (min_persons {own.min_persons} "
            f"instead of {usual.min_persons})."
        )
    if own.max_quarantined > usual.max_quarantined:
        parts.append(
            "The codebook lets more rows be put aside than usual (max_quarantined "
            f"{own.max_quarantined:g} instead of {usual.max_quarantined:g})."
        )
    return parts


def _lost(result: LinkageCorrelation) -> str:
    """Count the linked units that lack what is asked about."""
    if not result.n_dropped:
        return ""
    n = result.n_used + result.n_dropped
    what = "scores or controls" if result.controls else "scores"
    return f"{result.n_dropped} of {n} linked units lack one of the asked {what} and are left out."


def _respondents(result: LinkageCorrelation) -> str:
    """Say what the same respondents may have made of the estimate."""
    if result.respondents == UNKNOWN:
        return "Whether the same respondents stand behind both scores is not known."
    if result.respondents != SAME:
        return ""
    reliabilities = [result.reliability_internal.value, result.reliability_external.value]
    noise = math.prod(1 - value for value in reliabilities)
    share = ", how much cannot be told without standard errors"
    if not math.isnan(noise):
        share = f", at most {apa.bounded(math.sqrt(max(noise, 0.0)))} of it"
    return (
        "The same respondents stand behind both scores: their shared mood may be part of the "
        f"estimate{share}, so support is not called strong."
    )
