"""From a study to its ledger of verdicts."""

from collections.abc import Callable, Sequence

from icx_research.claims.claim import Claim
from icx_research.claims.estimands.link import main_link
from icx_research.claims.evidence import untested
from icx_research.claims.ledger import ClaimLedger, LedgerEntry
from icx_research.claims.registry.internal_service import CLAIMS
from icx_research.core import verdicts
from icx_research.core.errors import Blocked
from icx_research.linkage.asked import AskedPairs, asked_pairs
from icx_research.survey.link.linking import LinkedUnits, link_study
from icx_research.survey.study.study import Study


def evaluate_claims(
    study: Study,
    *,
    claims: Sequence[str] | None = None,
    linked: LinkedUnits | AskedPairs | None = None,
) -> ClaimLedger:
    """Say for each claim whether the data support it, contradict it or cannot tell.

    Parameters
    ----------
    study : Study
        Its codebook's question names the scores, controls and wave.
    claims : sequence of str, optional
        Names such as "K01"; all that can be evaluated unless stated.
    linked : LinkedUnits or AskedPairs, optional
        Of the same study, where it is linked already; what AskedPairs have estimated is not
        estimated again.

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
        asked = asked_pairs(link_study(study) if linked is None else linked)
    except Blocked as refusal:
        blocked = verdicts.Verdict(verdicts.BLOCKED, "", refusal.reason)
        return ClaimLedger(tuple(untested(CLAIMS[name], study, blocked) for name in names))
    return ClaimLedger(tuple(_EVALUATE[name](CLAIMS[name], study, asked) for name in names))


_EVALUATE: dict[str, Callable[[Claim, Study, AskedPairs], LedgerEntry]] = {"K01": main_link}
