"""Self-checks and demonstrations of the tutorial."""

from icx_research.teaching.checking import check
from icx_research.teaching.demonstrations import beside_truth, copied_down

__all__ = ["beside_truth", "check", "copied_down"]
