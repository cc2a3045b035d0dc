"""What stands in the ledger for a claim that has no estimate."""

from icx_research.claims.claim import Claim
from icx_research.claims.ledger import LedgerEntry
from icx_research.core import verdicts
from icx_research.survey.study.study import Study

NAN = float("nan")


def untested(
    claim: Claim, study: Study, verdict: verdicts.Verdict, n_units: int = 0
) -> LedgerEntry:
    """Enter a claim for which a verdict without numbers is all there is."""
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
