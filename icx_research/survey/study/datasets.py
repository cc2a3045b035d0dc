"""The bundled study and notebooks, in a checkout as in an installed package."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from icx_research.survey.study.study import Study, read_study

EXAMPLES = ("company",)


def bundled(folder: str) -> Path:
    """Find a bundled folder: inside an installed package, or at the top of a checkout."""
    package = Path(__file__).resolve().parents[2]
    for place in (package / "bundled" / folder, package.parent / folder):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"icx_research was installed without its folder {folder!r}.")


def example_path(name: str) -> Path:
    """Path of a bundled study's codebook.

    Examples
    --------
    >>> example_path("company").name
    'study.yaml'
    """
    if name not in EXAMPLES:
        raise ValueError(f"There is no example {name!r}; there is {', '.join(EXAMPLES)}.")
    return bundled("data") / name / "study.yaml"


def load_example(name: str) -> Study:
    """Read a bundled study.

    Parameters
    ----------
    name : {"company"}
        A simulated company: 60 branches, 6 internal suppliers, 3 waves.

    Returns
    -------
    Study

    Examples
    --------
    >>> load_example("company").summary["table"].tolist()
    ['internal', 'external', 'employees', 'units', 'programme', 'outcomes', 'crosswalk']
    """
    study = _read_once(name)
    frames = {table: frame.copy(deep=False) for table, frame in study.tables.items()}
    return replace(study, tables=frames)


@cache
def _read_once(name: str) -> Study:
    """Keep the study in memory: copies of its tables share it until they are changed."""
    return read_study(example_path(name))
