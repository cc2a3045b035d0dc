"""A simulated company as files: codebook, tables and truth."""

import os
from pathlib import Path

import numpy as np
import yaml

from icx_research.core.errors import StudyError
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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        codebook = folder / "study.yaml"
        described = company_text(waves=waves)
        if not codebook.exists() or not os.path.samefile(codebook, template):
            codebook.write_text(described, encoding="utf-8", newline="\n")
        written = [codebook]
        for name, table in tables.items():
            path = folder / str(sources[name].file)
            table.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")
            written.append(path)
        (folder / "truth.yaml").write_text(TRUTH_HEADING + content, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StudyError(f"{folder} cannot be written to: {error.strerror}.") from None
    return [*written, folder / "truth.yaml"]


def _refuse_other_study(folder: Path) -> None:
    """Protect somebody's own study: only a simulated one, with its truth, is replaced."""
    if (folder / "study.yaml").exists() and not (folder / "truth.yaml").exists():
        raise StudyError(
            f"{folder} holds a study.yaml that was not simulated; choose an empty folder."
        )
