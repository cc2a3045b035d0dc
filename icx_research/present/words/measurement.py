"""What the overviews of measurement say together, and what follows for going on."""

from icx_research.scales.dimensions import DimensionalityOverview
from icx_research.scales.invariance import InvarianceOverview
from icx_research.scales.reliability import ReliabilityOverview
from icx_research.scales.structure import StructureOverview


def measurement_answer(
    reliability: ReliabilityOverview,
    dimensions: DimensionalityOverview,
    structure: StructureOverview,
    invariance: InvarianceOverview,
) -> str:
    """Say how reliable the scales are, whether each is one thing of its own, what may be compared.

    Returns
    -------
    str
        One line per question; a reason common to all stands once.

    Examples
    --------
    >>> import icx_research as icx
    >>> study = icx.load_example("company")
    >>> answer = icx.measurement_answer(
    ...     icx.reliability_overview(study), icx.dimensionality_overview(study, rng=1),
    ...     icx.structure_overview(study, rng=1), icx.invariance_overview(study))
    >>> print(answer.splitlines()[1])
    Dimensions: parallel analysis finds one in 13 of 13 scales that can be judged.
    """
    overviews = (reliability, dimensions, structure, invariance)
    if reliability.refusal and len({overview.refusal for overview in overviews}) == 1:
        return reliability.refused
    lines = [overview.answer() for overview in overviews]
    if reliability.refusal:
        return "\n".join(lines)
    return "\n".join([*lines, f"{reliability.going_on()} {structure.reservation()}".rstrip()])
