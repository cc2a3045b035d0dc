"""Programmes that run in units: when they start, and which are switched off again."""

from collections.abc import Iterator

import pandas as pd

from icx_research.core.errors import NotTestable
from icx_research.survey.codebook.wave_order import order_waves
from icx_research.survey.study.frames import as_pandas
from icx_research.survey.study.study import Study


def programme_starts(study: Study) -> pd.DataFrame:
    """Find the wave in which each programme starts in each unit.

    Parameters
    ----------
    study : Study

    Returns
    -------
    DataFrame
        `unit`, `indicator`, `start`: the first wave in which the programme runs, None
        where it never does. Whether it ran before the first wave is not known.

    Raises
    ------
    NotTestable
        If the study has no programme table, or one without waves.

    Examples
    --------
    >>> from icx_research import study_from_frames
    >>> keys = {"study": "Branches",
    ...         "internal": {"keys": {"client_unit": "b"},
    ...                      "scales": {"service": {"items": ["q"], "range": [1, 7]}}},
    ...         "external": {"keys": {"serving_unit": "b"},
    ...                      "scales": {"csat": {"items": ["c"], "range": [1, 7]}}},
    ...         "programme": {"keys": {"unit": "b", "wave": "w"}, "indicators": ["prog"]}}
    >>> study = study_from_frames(
    ...     keys, internal=pd.DataFrame({"b": ["A"], "q": [5]}),
    ...     external=pd.DataFrame({"b": ["A"], "c": [6]}),
    ...     programme=pd.DataFrame({"b": ["A", "A"], "w": [1, 2], "prog": [0, 1]}))
    >>> programme_starts(study).to_numpy().tolist()
    [['A', 'prog', '2']]
    """
    lines = [
        (unit, indicator, next((wave for wave, runs in course if runs), None))
        for unit, indicator, course in _courses(study)
    ]
    return pd.DataFrame(lines, columns=["unit", "indicator", "start"], dtype=object)


def programme_counts(study: Study) -> pd.DataFrame:
    """Count per programme and wave the units in which it runs and in which it starts.

    Returns
    -------
    DataFrame
        `indicator`, `wave`, `units`, `running`, `starting`.

    Raises
    ------
    NotTestable
        As `programme_starts`.
    """
    starts = programme_starts(study).groupby(["indicator", "start"]).size()
    table = as_pandas(study.table("programme"))
    lines = []
    for indicator in study.codebook.sources["programme"].indicators:
        for wave in order_waves(table["wave"].unique(), study.codebook):
            here = table.loc[table["wave"] == wave, indicator]
            starting = int(starts.get((indicator, wave), 0))
            lines.append((indicator, wave, len(here), int(here.sum()), starting))
    return pd.DataFrame(lines, columns=["indicator", "wave", "units", "running", "starting"])


def switched_off(study: Study) -> pd.DataFrame:
    """List programmes that run in one wave of a unit and no longer in a later one.

    Returns
    -------
    DataFrame
        One row per suspicion: `unit`, `indicator`, `reason`. Nothing is changed. Empty
        where no table tells the waves of programmes.
    """
    found = []
    try:
        for unit, indicator, course in _courses(study):
            started = ""
            for wave, runs in course:
                if started and not runs:
                    found.append(
                        (unit, indicator, f"runs in wave {started!r}, but not in wave {wave!r}: "
                         "was it switched off, or is a cell wrong?")
                    )  # fmt: skip
                    break
                started = wave if runs else ""
    except NotTestable:
        pass
    return pd.DataFrame(found, columns=["unit", "indicator", "reason"])


def _courses(study: Study) -> Iterator[tuple[str, str, list[tuple[str, bool]]]]:
    """Go through the waves of each programme in each unit, in order of time."""
    table = as_pandas(study.table("programme"))
    if "wave" not in table:
        raise NotTestable("the waves in which programmes run are needed (programme: keys: wave).")
    waves = order_waves(table["wave"].unique(), study.codebook)
    for indicator in study.codebook.sources["programme"].indicators:
        wide = table.pivot(index="unit", columns="wave", values=indicator)[waves]  # noqa: PD010
        for unit, row in wide.iterrows():
            course = [(wave, bool(runs)) for wave, runs in row.items() if runs == runs]
            yield str(unit), indicator, course
