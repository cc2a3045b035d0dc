"""The dimensions of service quality that a codebook declares, and their gaps in one step."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import narwhals as nw

from icx_research.core.errors import Blocked, NotTestable
from icx_research.survey.codebook.types import Codebook, Scale, Source
from icx_research.survey.codebook.wave_order import choose_wave
from icx_research.survey.instruments.servqual import ServqualGap, servqual_gap
from icx_research.survey.study.study import Study

NEED = "need"  # word in the name of a scale that asks how much of a service is needed


@dataclass(frozen=True)
class ServiceDimensions:
    """Which items of a study make which dimension of service quality.

    Attributes
    ----------
    table : str
        Name of the survey.
    perception, expectation : dict of str to tuple of str
        Items of each dimension, paired in order.
    need : dict of str to tuple of str
        Empty where it was not asked of every dimension.
    labels : dict of str to str
    reverse_keyed : tuple of str
    response_range : (float, float)
    """

    table: str
    perception: Mapping[str, tuple[str, ...]]
    expectation: Mapping[str, tuple[str, ...]]
    need: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]
    reverse_keyed: tuple[str, ...]
    response_range: tuple[float, float]


def service_dimensions(codebook: Codebook) -> ServiceDimensions:
    """Find the pairs of perception and expectation scales a codebook declares.

    Parameters
    ----------
    codebook : Codebook

    Returns
    -------
    ServiceDimensions

    Raises
    ------
    NotTestable
        If no survey has a scale of kind `perception` and one of kind `expectation` that
        belong together.

    Notes
    -----
    Scales belong together if their names differ in that word only
    (`empathy_perception`, `empathy_expectation`), have as many items and the same range. A
    third scale may ask for the need (`empathy_need`, or `need` beside a single pair).
    Several pairs are one dimension each, as in the block `servqual`. Of a single pair every
    question is a dimension of its own, called by the wording of its perception item.

    Examples
    --------
    >>> from icx_research import load_example
    >>> result = service_dimensions(load_example("company").codebook)
    >>> result.perception["p1"], result.expectation["p1"], result.labels["p3"]
    (('p1',), ('e1',), 'They react quickly.')
    """
    for source in codebook.sources.values():
        found = list(_asked_together(source))
        if found:
            return _dimensions(source, found)
    raise NotTestable(
        "scales of kind perception and expectation are needed, named alike (service_perception, "
        "service_expectation), with as many items and the same range."
    )


def servqual_study(study: Study, *, wave: str | None = None) -> ServqualGap:
    """Go from a study to expectation, perception and their gap in one step.

    Parameters
    ----------
    study : Study
    wave : str, optional
        The one the study asks about unless stated, which is the latest by default.

    Returns
    -------
    ServqualGap
        Of the dimensions that `service_dimensions` finds, over the respondents of the wave.

    Raises
    ------
    NotTestable
        If the codebook declares no such scales.
    Blocked
        If fewer respondents than the study's threshold answered.
    ValueError
        If there is no such wave.

    Examples
    --------
    >>> from icx_research import load_example
    >>> servqual_study(load_example("company")).profile["part"].tolist()[:3]
    ['need', 'expectation', 'perception']
    """
    found = service_dimensions(study.codebook)
    frame = nw.from_native(study.tables[found.table], eager_only=True)
    chosen = choose_wave(set(frame["wave"].to_list()), study.codebook, wave)
    needed = study.codebook.thresholds.min_persons
    gap = servqual_gap(
        frame.filter(nw.col("wave") == chosen).to_native(),
        perception=found.perception,
        expectation=found.expectation,
        need=found.need or None,
        reverse_keyed=found.reverse_keyed,
        response_range=found.response_range,
        respondent="respondent",
        min_persons=needed,
        labels=found.labels,
    )
    if gap.n_used < needed:
        raise Blocked(f"fewer than {needed} persons answered on expectation and perception.")
    return gap


@dataclass(frozen=True)
class _Together:
    """Scales with the same questions: as perceived, as expected, as needed."""

    name: str
    perception: Scale
    expectation: Scale
    need: Scale | None

    @property
    def label(self) -> str:
        """What was rated: the label without a remark in brackets at its end."""
        return re.sub(r"\s*\([^)]*\)$", "", self.perception.label)


def _asked_together(source: Source) -> Iterator[_Together]:
    sides: dict[str, dict[str, Scale]] = {"perception": {}, "expectation": {}, NEED: {}}
    for scale in source.measures.values():
        if not isinstance(scale, Scale):
            continue
        words = scale.name.split("_")
        side = NEED if NEED in (*words, scale.kind) else scale.kind
        if side in sides:
            sides[side]["_".join(word for word in words if word != side)] = scale
    alone = sides[NEED].get("") if len(sides["perception"]) == 1 else None
    for name, perception in sides["perception"].items():
        expectation, need = sides["expectation"].get(name), sides[NEED].get(name, alone)
        if expectation and _alike(perception, expectation):
            alike = need if need and _alike(perception, need) else None
            yield _Together(name, perception, expectation, alike)


def _alike(one: Scale, two: Scale) -> bool:
    return len(one.items) == len(two.items) and one.response_range == two.response_range


def _dimensions(source: Source, together: list[_Together]) -> ServiceDimensions:
    limits = together[0].perception.response_range
    together = [part for part in together if part.perception.response_range == limits]
    needs = [part.need for part in together if part.need]
    scales = [scale for part in together for scale in (part.perception, part.expectation)]
    scales += needs if len(needs) == len(together) else []
    by_item = len(together) == 1
    labels = (dict(together[0].perception.items) if by_item else
              {part.name: part.label for part in together})  # fmt: skip

    def items(scales: list[Scale]) -> dict[str, tuple[str, ...]]:
        groups = [[item] for item in scales[0].items] if by_item else [s.items for s in scales]
        return dict(zip(labels, map(tuple, groups), strict=True))

    return ServiceDimensions(
        table=source.name,
        perception=items([part.perception for part in together]),
        expectation=items([part.expectation for part in together]),
        need=items(needs) if len(needs) == len(together) else {},
        labels=labels,
        reverse_keyed=tuple(item for scale in scales for item in scale.reverse_keyed),
        response_range=limits,
    )
