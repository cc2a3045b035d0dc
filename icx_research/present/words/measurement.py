"""What the overviews of measurement say together, and what follows for going on."""

from icx_research.scales.dimensions import DimensionalityOverview
from icx_research.scales.invariance import InvarianceOverview
from icx_research.scales.reliability import ReliabilityOverview


def measurement_answer(
    reliability: ReliabilityOverview,
    dimensions: DimensionalityOverview,
    invariance: InvarianceOverview,
) -> str:
    """Say how reliable the scales are, whether each is one thing, and what may be compared.

    Returns
    -------
    str
        One line per question; a reason common to all stands once.

    Examples
    --------
    >>> import numpy as np
    >>> import icx_research as icx
    >>> study = icx.load_example("company")
    >>> dimensions = icx.dimensionality_overview(study, rng=np.random.default_rng(1))
    >>> reliability, invariance = icx.reliability_overview(study), icx.invariance_overview(study)
    >>> print(icx.measurement_answer(reliability, dimensions, invariance).splitlines()[1])
    Dimensions: parallel analysis finds one in 13 of 13 scales that can be judged.
    """
    overviews = (reliability, dimensions, invariance)
    if reliability.refusal and len({overview.refusal for overview in overviews}) == 1:
        return reliability.refused
    lines = [overview.answer() for overview in overviews]
    return "\n".join(lines if reliability.refusal else [*lines, reliability.going_on()])
