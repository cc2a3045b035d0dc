"""Ready questionnaires: blocks of scales to paste into a codebook."""

from importlib.resources import files

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.document import suggestion

QUESTIONNAIRES = ("servqual", "servperf", "nps", "csat", "ces")


def questionnaire(name: str) -> str:
    """Give a ready block of scales, as `icx codebook --block` prints it.

    Parameters
    ----------
    name : {"servqual", "servperf", "nps", "csat", "ces"}

    Returns
    -------
    str
        YAML, to paste below `scales:` of a survey.

    Raises
    ------
    StudyError
        If there is no such block.

    Examples
    --------
    >>> print(questionnaire("ces").splitlines()[0])
    # CES: one question, 7 is easy. The old version from 1 to 5 is keyed the other way.
    """
    if name not in QUESTIONNAIRES:
        raise StudyError(f"There is no block {name!r}; {suggestion(name, QUESTIONNAIRES)}")
    block = files("icx_research.survey.instruments") / "blocks" / f"{name}.yaml"
    return block.read_text(encoding="utf-8").rstrip("\n")
