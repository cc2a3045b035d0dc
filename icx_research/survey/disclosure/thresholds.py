"""How few persons may stand behind a figure that is shown."""

from icx_research.core.cutoffs import LOWEST_MIN_PERSONS
from icx_research.survey.codebook.types import Codebook


def check_min_persons(min_persons: int) -> None:
    """Refuse a threshold below the lowest one allowed."""
    if min_persons < LOWEST_MIN_PERSONS:
        raise ValueError(f"min_persons must be at least {LOWEST_MIN_PERSONS}, not {min_persons}.")


def persons_needed(codebook: Codebook, min_persons: int | None) -> int:
    """Take the threshold that is given, else that of the codebook; never a lower one."""
    least = codebook.thresholds.min_persons
    if min_persons is None:
        return least
    check_min_persons(min_persons)
    if min_persons < least:
        raise ValueError(
            f"min_persons must be at least {least}, as in the codebook, not {min_persons}; a lower "
            "threshold is signed there (thresholds: min_persons, signed_by, signed_on, reason)."
        )
    return min_persons
