"""The claims of the debate as data."""

from icx_research.claims.claim import Claim

CLAIMS = {
    claim.name: claim
    for claim in (
        Claim(
            name="K01",
            title="Main link",
            statement="Units that are better served internally have more satisfied end customers.",
            level="unit",
            rule="R-DIR",
            family=1,
            for_essays=(5,),
            against_essays=(1,),
            falsified_by="the 90% upper limit of the unit-level correlation lies below delta",
            confounds=(
                "good management or staffing that serves both sides",
                "customer mix and region",
                "a common halo if the same persons supply both scores",
                "differences in response rates",
            ),
        ),
    )
}


def list_claims() -> tuple[Claim, ...]:
    """List the claims that can be evaluated.

    Examples
    --------
    >>> [claim.name for claim in list_claims()]
    ['K01']
    """
    return tuple(CLAIMS.values())
