"""What would change a verdict, in words."""

from icx_research.core import verdicts
from icx_research.core.cutoffs import LARGEST_CORRELATION, POWER
from icx_research.linkage.correlation.correlation import LinkageCorrelation
from icx_research.linkage.design.sample_size import units_needed


def what_would_change(verdict: verdicts.Verdict, link: LinkageCorrelation, delta: float) -> str:
    """Say what would change the verdict on a link."""
    c = link.n_control_columns
    if verdict.verdict == verdicts.SUPPORTED:
        return (
            "an interval that reaches 0, an estimate below delta, or a confounder that serves "
            "both sides; replicate with separate raters and another wave."
        )
    if verdict.verdict == verdicts.CONTRADICTED:
        return f"new data whose 90% upper limit reaches delta = {delta:g}."
    if verdict.label == "reliability unknown":
        return "standard errors or counts per unit, so that noise can be told from absence."
    if verdict.label == "measurement too weak":
        return "more respondents per unit, so that the unit means become more reliable."
    true = min(2 * delta, LARGEST_CORRELATION)
    needed = units_needed(true, n_controls=c)
    twice = " (twice delta)" if true == 2 * delta else ""
    return (
        f"more units: about {needed} give {POWER:.0%} power for a true correlation of "
        f"{true:.2f}{twice}; here are {link.n_used}."
    )
