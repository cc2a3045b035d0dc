"""What a claim is: its hypothesis, its test and what would speak against it."""

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
