"""What a scale does not allow, as a reason beside it."""

from collections.abc import Callable
from typing import Any, Literal

from icx_research.core.errors import REFUSALS

Rows = Literal["rater", "rating"]
NEEDED = {"alpha": 2, "omega_total": 3, "dimensions": 3}  # items


def tried(step: Callable[..., Any], *given: Any, **options: Any) -> tuple[Any, str]:
    """Take a step for one scale; where its answers do not allow it, say why."""
    try:
        return step(*given, **options), ""
    except REFUSALS as refusal:
        return None, str(refusal)
