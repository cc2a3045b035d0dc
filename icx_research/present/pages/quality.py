"""The figures on the data themselves: units, answers, gaps, service quality, coverage."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from icx_research.core.errors import Blocked, NotTestable, refusal_words
from icx_research.present.drawing.figure import Figure
from icx_research.present.drawing.saving import SavedFigure
from icx_research.present.figures.answers import AnswersFigure
from icx_research.present.figures.coverage import CoverageFigure
from icx_research.present.figures.missing import MissingnessFigure
from icx_research.present.figures.servqual import ServqualFigure
from icx_research.present.figures.units import UnitsFigure
from icx_research.survey.answers.answer_distributions import answer_distributions
from icx_research.survey.answers.missing_answers import missing_answers
from icx_research.survey.disclosure.link_coverage import LinkCoverage, link_coverage
from icx_research.survey.disclosure.protect import protect
from icx_research.survey.disclosure.unit_intervals import unit_intervals
from icx_research.survey.instruments.service_dimensions import servqual_study
from icx_research.survey.link.linking import LinkedUnits
from icx_research.survey.study.study import Study


@dataclass(frozen=True)
class Drawn:
    """Figures of one kind, and why there are not more.

    Attributes
    ----------
    figures : tuple of SavedFigure
    refusals : tuple of str
        What the data do not allow, as `testable` prints it.
    """

    figures: tuple[SavedFigure, ...]
    refusals: tuple[str, ...]


def quality_figures(
    study: Study,
    linked: LinkedUnits,
    *,
    folder: str | Path,
    coverage: LinkCoverage | None = None,
    journal: str = "apa",
    dpi: int | None = None,
) -> dict[str, Drawn]:
    """Write the figures on units, answers, missing answers, service quality and coverage.

    Parameters
    ----------
    study : Study
    linked : LinkedUnits
        Of the same study.
    folder : path
    coverage : LinkCoverage, optional
        Of the same study; counted unless given.
    journal : str, default "apa"
    dpi : int, optional
        Of the PNG; what the journal asks for unless given.

    Returns
    -------
    dict of str to Drawn
        By kind: units (one figure for each asked score), answers and missingness (one for
        as many items as can be read), servqual, coverage. What the data do not allow is a
        reason instead of a figure.
    """
    question = linked.codebook.question
    scores = list(dict.fromkeys((*question.internal, *question.external)))
    units = protect(linked, scores=scores)
    makers: dict[str, list[Callable[[], Iterable[Figure]]]] = {
        "units": [
            lambda score=score: [UnitsFigure(unit_intervals(units, score=score))]  # type: ignore[misc]
            for score in scores
        ],
        "answers": [lambda: answer_figures(study)],
        "missingness": [lambda: map(MissingnessFigure, missing_answers(study).parts)],
        "servqual": [lambda: [ServqualFigure(servqual_study(study))]],
        "coverage": [lambda: [CoverageFigure(coverage or link_coverage(study))]],
    }
    return {kind: _drawn(made, folder, journal, dpi) for kind, made in makers.items()}


def _drawn(
    makers: list[Callable[[], Iterable[Figure]]], folder: str | Path, journal: str, dpi: int | None
) -> Drawn:
    figures: list[SavedFigure] = []
    refusals: list[str] = []
    for make in makers:
        try:
            for figure in make():
                taken = [saved.name for saved in figures]
                figures.append(figure.save(folder, taken=taken, journal=journal, dpi=dpi))
        except (NotTestable, Blocked) as refusal:
            refusals.append(refusal_words(refusal))
    return Drawn(tuple(figures), tuple(refusals))


def answer_figures(study: Study) -> Iterator[Figure]:
    """Give the figures of the answers; items that cannot be counted are named at the end."""
    answers = answer_distributions(study)
    yield from map(AnswersFigure, answers.parts)
    if answers.note:
        raise NotTestable(answers.note)
