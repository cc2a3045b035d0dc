"""What is computed of a study: once, for figures, tables, page and notebooks."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from icx_research.claims.evaluation import evaluate_claims
from icx_research.claims.ledger import ClaimLedger
from icx_research.linkage.asked import AskedPairs, asked_pairs
from icx_research.linkage.correlation.overview import (
    LinkageOverview,
    linkage_overview,
    outcome_overview,
    wave_overview,
)
from icx_research.pipeline.analysis_file import read_state, write_state
from icx_research.survey.codebook.reading import read_codebook
from icx_research.survey.disclosure.link_coverage import LinkCoverage, link_coverage
from icx_research.survey.doubts.all_doubts import doubts
from icx_research.survey.files.readers import digest_of, find_file
from icx_research.survey.link.linking import LinkedUnits, link_study
from icx_research.survey.study.datasets import example_path, load_example
from icx_research.survey.study.study import Study, read_study

HANDED_ON = "ICX_ANALYSIS"  # set by `icx study` for its own notebooks: the folder of its analysis


@dataclass(frozen=True, eq=False, repr=False)
class Analysis:
    """A study and what has been computed of it; each part when it is first asked for.

    Attributes
    ----------
    study : Study
    """

    study: Study

    def __repr__(self) -> str:
        """Name the study."""
        return f"Analysis of {self.study!r}"

    @cached_property
    def linked(self) -> LinkedUnits:
        """Both surveys, unit by unit."""
        return link_study(self.study)

    @cached_property
    def coverage(self) -> LinkCoverage:
        """How much of both surveys has a partner on the other side."""
        return link_coverage(self.study)

    @cached_property
    def asked(self) -> AskedPairs:
        """Every pair of scores the codebook asks about."""
        return asked_pairs(self.linked)

    @cached_property
    def linkages(self) -> LinkageOverview:
        """Their correlations, over all units and subsets."""
        return linkage_overview(self.asked)

    @cached_property
    def outcomes(self) -> LinkageOverview:
        """Correlations of the asked internal scores with every outcome."""
        return outcome_overview(self.asked)

    @cached_property
    def waves(self) -> LinkageOverview:
        """The first pair, wave by wave."""
        return wave_overview(self.asked)

    @cached_property
    def ledger(self) -> ClaimLedger:
        """The verdict on each claim."""
        return evaluate_claims(self.study, linked=self.asked)

    @cached_property
    def doubts(self) -> list[str]:
        """What looks wrong in files, answers and units, and was left as it is."""
        return doubts(self.study)


def open_analysis(path: str | Path | None = None, *, data: str | Path | None = None) -> Analysis:
    """Read a study, to compute of it what is asked for, and each of it once.

    Parameters
    ----------
    path : path of a `study.yaml`, optional
        The bundled company unless given.
    data : path, optional
        Folder of the files, as in `read_study`.

    Returns
    -------
    Analysis
        In notebooks that `icx study` runs: with all that it has computed of these very files.

    Raises
    ------
    StudyError
        As `read_study`.

    Examples
    --------
    >>> analysis = open_analysis()
    >>> analysis.linked.waves
    ['1', '2', '3']
    """
    folder = os.environ.get(HANDED_ON, "")
    if folder and Path(folder).is_dir():
        handed_on = Analysis.__new__(Analysis)
        vars(handed_on).update(read_state(Path(folder)))
        if not changed_file(handed_on.study, Path(path or example_path("company")), data):
            return handed_on
    return Analysis(read_study(path, data=data) if path else load_example("company"))


def hand_on(analysis: Analysis, folder: Path) -> None:
    """Write what an analysis has computed, for `open_analysis` in other processes."""
    write_state(vars(analysis), folder)


def changed_file(study: Study, path: Path, data: str | Path | None) -> str:
    """Name a file of a study that is not, byte for byte, what was read; empty where all are."""
    codebook = read_codebook(path)
    if codebook.digest != study.codebook.digest:
        return path.name
    files = {str(source.file) for source in codebook.sources.values()}
    now = {file: digest_of(find_file(file, study_folder=path.parent, data=data)) for file in files}
    return next((file for file in sorted(files) if now[file] != study.digests.get(file)), "")
