"""The claims of the debate as data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """One claim: what it says, how it is tested, what would refute it.

    Attributes
    ----------
    name : str
        K01 and on.
    title, statement : str
    level : str
        Level of the test.
    rule : str
        Name of the verdict rule.
    family : int
        Claims tested together; p values are adjusted within.
    for_essays, against_essays : tuple of int
        Essays that argue the claim, and that argue its mirror.
    falsified_by : str
    confounds : tuple of str
        What else could produce the result; printed with it.
    """

    name: str
    title: str
    statement: str
    level: str
    rule: str
    family: int
    for_essays: tuple[int, ...]
    against_essays: tuple[int, ...]
    falsified_by: str
    confounds: tuple[str, ...]


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


def claims() -> tuple[Claim, ...]:
    """List the claims that can be evaluated.

    Examples
    --------
    >>> [claim.name for claim in claims()]
    ['K01']
    """
    return tuple(CLAIMS.values())
