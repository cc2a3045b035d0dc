"""What cannot be done, and why: the errors a study can raise."""

from collections.abc import Iterator
from contextlib import contextmanager


class StudyError(Exception):
    """A file or codebook is broken; the message says where and what to do.

    The message is one sentence that names file, row and column as far as they
    are known. It never holds an answer of a respondent.
    """


class NotTestable(Exception):
    """The data lack what an analysis needs: a variable, a wave or a grain.

    Parameters
    ----------
    missing : str
        What is missing, in words that complete "not testable: ...".

    Attributes
    ----------
    missing : str
        As given.
    """

    def __init__(self, missing: str) -> None:
        super().__init__(missing)
        self.missing = missing


class Blocked(Exception):
    """A gate (validation, linkage, reliability, disclosure) refuses, with its reason.

    Parameters
    ----------
    reason : str
        Why the gate refuses and what would open it.

    Attributes
    ----------
    reason : str
        As given.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnsuitableData(ValueError):
    """Data that do not suit an estimator: too few rows, a constant item, a model without solution.

    Wrong arguments are a plain `ValueError` or `TypeError`: they are faults of the call.
    """


# What a study may not allow. Everything else is a fault and must not look like a finding.
REFUSALS = (NotTestable, Blocked, UnsuitableData)
Refusal = NotTestable | Blocked | UnsuitableData


def refusal_words(refusal: Refusal) -> str:
    """Say which kind of refusal it is, and why.

    Examples
    --------
    >>> refusal_words(Blocked("no unit may be shown."))
    'blocked: no unit may be shown.'
    """
    kind = "blocked" if isinstance(refusal, Blocked) else "not testable"
    return f"{kind}: {refusal}"


@contextmanager
def testable() -> Iterator[None]:
    """Run a block of analysis; where the data do not allow it, print why and go on.

    Examples
    --------
    >>> with testable():
    ...     raise NotTestable("respondent rows are needed; the study has published unit tables.")
    not testable: respondent rows are needed; the study has published unit tables.
    """
    try:
        yield
    except REFUSALS as refusal:
        print(refusal_words(refusal))


# The name is the vocabulary's; it must not be collected as a test by pytest.
testable.__test__ = False  # type: ignore[attr-defined]
