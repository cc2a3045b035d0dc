"""The figures on the data themselves: units, answers, gaps, service quality, coverage."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from icx_research.core.errors import Blocked, NotTestable, refusal_words
from icx_research.present.drawing.saving import SavedFigure
from icx_research.present.drawing.sheets import Sheet, save_sheet
from icx_research.present.drawing.style import figure_style
from icx_research.present.figures.answers import answers_alt, answers_caption, plot_answers
from icx_research.present.figures.coverage import coverage_alt, coverage_caption, plot_coverage
from icx_research.present.figures.missing import (
    missingness_alt,
    missingness_caption,
    plot_missingness,
)
from icx_research.present.figures.servqual import plot_servqual, servqual_alt, servqual_caption
from icx_research.present.figures.units import plot_units, units_alt, units_caption
from icx_research.survey.answers.answer_distributions import answer_distributions
from icx_research.survey.answers.missing_answers import missing_answers
from icx_research.survey.disclosure.link_coverage import link_coverage
from icx_research.survey.disclosure.protect import ProtectedUnits, protect
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
    study: Study, linked: LinkedUnits, *, folder: str | Path, journal: str = "print", dpi: int = 300
) -> dict[str, Drawn]:
    """Write the figures on units, answers, missing answers, service quality and coverage.

    Parameters
    ----------
    study : Study
    linked : LinkedUnits
        Of the same study.
    folder : path
    journal : str, default "print"
    dpi : int, default 300
        Of the PNG.

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
    makers: dict[str, list[Callable[[], Iterator[Sheet]]]] = {
        "units": [lambda score=score: _units(units, score) for score in scores],  # type: ignore[misc]
        "answers": [lambda: _answers(study)],
        "missingness": [lambda: _missingness(study)],
        "servqual": [lambda: _servqual(study)],
        "coverage": [lambda: _coverage(study)],
    }
    with figure_style(journal):
        return {kind: _drawn(made, Path(folder), dpi) for kind, made in makers.items()}


def _drawn(makers: list[Callable[[], Iterator[Sheet]]], folder: Path, dpi: int) -> Drawn:
    figures: list[SavedFigure] = []
    refusals: list[str] = []
    for make in makers:
        try:
            for sheet in make():
                taken = [figure.name for figure in figures]
                figures.append(save_sheet(sheet, folder=folder, dpi=dpi, taken=taken))
        except (NotTestable, Blocked) as refusal:
            refusals.append(refusal_words(refusal))
    return Drawn(tuple(figures), tuple(refusals))


def _units(units: ProtectedUnits, score: str) -> Iterator[Sheet]:
    found = unit_intervals(units, score=score)
    yield Sheet(
        f"units_{score}",
        lambda: plot_units(found),
        units_caption(found),
        units_alt(found),
        found.table,
    )


def _answers(study: Study) -> Iterator[Sheet]:
    found = answer_distributions(study)
    parts = found.parts
    tables = [str(part.items["table"].iloc[0]) for part in parts]
    for at, part in enumerate(parts):
        before = tables[:at].count(tables[at])
        data = part.items.merge(part.table, on=["table", "scale", "item"], how="left")
        yield Sheet(
            f"answers_{tables[at]}" + (f"_{before + 1}" if before else ""),
            lambda part=part: plot_answers(part),  # type: ignore[misc]
            answers_caption(part),
            answers_alt(part),
            data,
        )
    if found.note:
        raise NotTestable(found.note)


def _missingness(study: Study) -> Iterator[Sheet]:
    for at, part in enumerate(missing_answers(study).parts):
        overall = part.items[["table", "scale", "item", "missing"]].assign(column="all rows")
        yield Sheet(
            "missingness" + (f"_{at + 1}" if at else ""),
            lambda part=part: plot_missingness(part),  # type: ignore[misc]
            missingness_caption(part),
            missingness_alt(part),
            pd.concat([part.table, overall[list(part.table)]], ignore_index=True),
        )


def _servqual(study: Study) -> Iterator[Sheet]:
    found = servqual_study(study)
    yield Sheet(
        "servqual",
        lambda: plot_servqual(found),
        servqual_caption(found),
        servqual_alt(found),
        found.profile,
    )


def _coverage(study: Study) -> Iterator[Sheet]:
    found = link_coverage(study)
    yield Sheet(
        "coverage",
        lambda: plot_coverage(found),
        coverage_caption(found),
        coverage_alt(found),
        found.table,
    )
