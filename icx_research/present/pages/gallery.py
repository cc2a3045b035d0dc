"""Every figure at every journal's size on one page, to be looked at."""

import base64
import html
from collections.abc import Callable
from pathlib import Path

from icx_research.linkage.asked import asked_pairs
from icx_research.measurement.exploratory.factor_analysis import factor_analysis
from icx_research.measurement.exploratory.parallel import parallel_analysis
from icx_research.present.drawing.figure import Figure
from icx_research.present.drawing.journals import JOURNALS
from icx_research.present.figures.agreement import AgreementFigure
from icx_research.present.figures.answers import AnswersFigure
from icx_research.present.figures.coverage import CoverageFigure
from icx_research.present.figures.invariance import InvarianceFigure
from icx_research.present.figures.loadings import LoadingsFigure
from icx_research.present.figures.missing import MissingnessFigure
from icx_research.present.figures.reliability import ReliabilityFigure
from icx_research.present.figures.scree import ScreeFigure
from icx_research.present.figures.servqual import ServqualFigure
from icx_research.present.figures.units import UnitsFigure
from icx_research.present.figures.variance import VarianceFigure
from icx_research.present.pages.linkage import linkage_figure
from icx_research.scales.agreement import scale_agreement
from icx_research.scales.models import scale_invariance
from icx_research.scales.reliability import reliability_overview
from icx_research.scales.variance import variance_overview
from icx_research.survey.answers.answer_distributions import answer_distributions
from icx_research.survey.answers.missing_answers import missing_answers
from icx_research.survey.disclosure.link_coverage import link_coverage
from icx_research.survey.disclosure.protect import protect
from icx_research.survey.disclosure.unit_intervals import unit_intervals
from icx_research.survey.instruments.service_dimensions import servqual_study
from icx_research.survey.link.linking import LinkedUnits, link_study
from icx_research.survey.scores.items import scale_items
from icx_research.survey.study.datasets import load_example
from icx_research.survey.study.study import Study

SCREEN_DPI = 150
DRAWS = 100  # of unrelated items: a picture to look at, not a result to report
HEAD = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>Figures</title>
<style>
body { font-family: sans-serif; margin: 8mm }
figure { display: inline-block; margin: 0 6mm 6mm 0; vertical-align: top }
img { border: 1px solid #ccc }
figcaption { font-size: 9pt }
</style>
<h1>Every figure at the size of every journal</h1>"""

Maker = Callable[[Study, LinkedUnits], Figure]

# A new kind of figure gets a line here; the tests take it at every size from then on.
EXAMPLES: dict[str, Maker] = {
    "linkage": lambda _, linked: _linkage(linked),
    "units": lambda _, linked: UnitsFigure(unit_intervals(protect(linked), score="csat")),
    "answers": lambda study, _: AnswersFigure(answer_distributions(study).parts[0]),
    "missingness": lambda study, _: MissingnessFigure(missing_answers(study).parts[0]),
    "servqual": lambda study, _: ServqualFigure(servqual_study(study)),
    "coverage": lambda study, _: CoverageFigure(link_coverage(study)),
    "reliability": lambda study, _: ReliabilityFigure(reliability_overview(study)),
    "variance": lambda study, _: VarianceFigure(variance_overview(study)),
    "agreement": lambda study, _: AgreementFigure(scale_agreement(study, "csat")),
    "invariance": lambda study, _: InvarianceFigure(scale_invariance(study, "csat", across="wave")),
    "scree": lambda study, _: ScreeFigure(
        parallel_analysis(scale_items(study, "internal_perception"), n_resamples=DRAWS, rng=1)
    ),
    "loadings": lambda study, _: LoadingsFigure(
        factor_analysis(scale_items(study, "internal_perception"), n_factors=2)
    ),
}


def _linkage(linked: LinkedUnits) -> Figure:
    pair = next(iter(asked_pairs(linked)))
    return linkage_figure(linked, internal=pair.internal, external=pair.external)


def example_figures() -> dict[str, Figure]:
    """Make a figure of each kind of the bundled company."""
    study = load_example("company")
    linked = link_study(study)
    return {name: make(study, linked) for name, make in EXAMPLES.items()}


def write_gallery(folder: str | Path) -> Path:
    """Draw every figure at the size of every journal, on one page that needs no other file.

    Parameters
    ----------
    folder : path
        Made if it is not there.

    Returns
    -------
    Path
        Of the page.
    """
    folder = Path(folder)
    parts = [HEAD]
    for name, figure in example_figures().items():
        caption, said = html.escape(figure.caption), html.escape(figure.sentence)
        parts.append(
            f"<h2>{name}</h2><p>{caption}</p>{f'<p>Said instead: {said}</p>' * bool(said)}"
        )
        for journal, asked in JOURNALS.items():
            saved = figure.save(folder, name=f"{name}_{journal}", journal=journal,
                                formats=["png"], dpi=SCREEN_DPI)  # fmt: skip
            content = base64.b64encode(saved.paths["png"].read_bytes()).decode("ascii")
            alt = html.escape(figure.alt)
            parts.append(
                f'<figure><img style="width:{asked.width:g}mm" alt="{alt}" '
                f'src="data:image/png;base64,{content}"><figcaption>{journal}, '
                f"{asked.width:g} mm</figcaption></figure>"
            )
    page = folder / "gallery.html"
    page.write_text("\n".join([*parts, "</html>"]), encoding="utf-8", newline="\n")
    return page
