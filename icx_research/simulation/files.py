"""A simulated company as files: codebook, tables and truth."""

import os
from pathlib import Path

import numpy as np
import yaml

from icx_research.core.errors import StudyError
from icx_research.core.stopping import write_together
from icx_research.simulation.codebook import company_text
from icx_research.simulation.simulate import simulate_tables
from icx_research.survey.codebook.reading import read_codebook
from icx_research.survey.study.datasets import example_path

SEED = 20240501
TRUTH_HEADING = """\
# What is true of this simulated company; `icx_research.simulate_study` explains the terms.
"""


def write_simulation(
    folder: str | Path, *, seed: int = SEED, n_units: int = 60, waves: int = 3
) -> list[Path]:
    """Write a simulated company to a folder: the same seed gives the same bytes.

    Parameters
    ----------
    folder : path
        Made if it is not there; files of the same names are replaced.
    seed : int, default 20240501
        That of the bundled company.
    n_units, waves : int

    Returns
    -------
    list of Path
        The files written: study.yaml, a CSV file per table, truth.yaml.

    Raises
    ------
    StudyError
        If the folder holds a study that was not simulated, or cannot be written to.
    """
    rng = np.random.default_rng(seed)
    tables, truth = simulate_tables(n_units=n_units, waves=waves, rng=rng)
    template = example_path("company")
    sources = read_codebook(template).sources
    folder = Path(folder)
    _refuse_other_study(folder)
    content = yaml.safe_dump({"seed": seed, **truth}, sort_keys=False)
    codebook = folder / "study.yaml"
    bundled = codebook.exists() and os.path.samefile(codebook, template)
    contents = {} if bundled else {"study.yaml": company_text(waves=waves)}
    for name, table in tables.items():
        contents[str(sources[name].file)] = table.to_csv(index=False, lineterminator="\n")
    contents["truth.yaml"] = TRUTH_HEADING + content
    written = write_together(folder, contents)
    return [codebook, *written] if bundled else written


def _refuse_other_study(folder: Path) -> None:
    """Protect somebody's own study: only a simulated one, with its truth, is replaced."""
    if (folder / "study.yaml").exists() and not (folder / "truth.yaml").exists():
        raise StudyError(
            f"{folder} holds a study.yaml that was not simulated; choose an empty folder."
        )
