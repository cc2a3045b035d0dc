from icx_research.claims.claim import Claim
from icx_research.claims.registry.internal_service import CLAIMS, list_claims


def test_the_main_link_is_told_in_full():
    assert list_claims() == tuple(CLAIMS.values())
    assert CLAIMS["K01"] == Claim(
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
    )


def test_every_claim_is_filed_under_its_name_and_names_what_refutes_it():
    for name, claim in CLAIMS.items():
        assert claim.name == name
        assert claim.falsified_by
        assert claim.confounds
        assert not set(claim.for_essays) & set(claim.against_essays)
