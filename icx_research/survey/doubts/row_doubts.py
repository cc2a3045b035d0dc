"""Runs of rows that stand in a table a second time, as after pasting a file twice."""

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.survey.study.study import Study

RUN = 20  # rows that repeat earlier ones in the same order: chance does not do that
CHANGES = 5  # from row to row within a run, else it is a run of equal answers
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # odd: mixes the places of a run (Knuth's choice)


def repeated_rows(study: Study) -> pd.DataFrame:
    """List the surveys in which a run of rows repeats an earlier one, respondents apart.

    Parameters
    ----------
    study : Study

    Returns
    -------
    DataFrame
        One row per table: `table`, `rows` (how many begin such a run), `reason`. Nothing is
        changed, and no answer is shown.

    Examples
    --------
    >>> from icx_research import load_example
    >>> len(repeated_rows(load_example("company")))
    0
    """
    found: list[tuple[str, int, str]] = []
    for name, source in study.codebook.sources.items():
        if not source.scales:
            continue
        items = [item for scale in source.scales for item in scale.items]
        frame = nw.from_native(study.tables[name], eager_only=True)
        answers = frame.select(items).to_numpy().astype(float)
        answered = ~np.isnan(answers).all(axis=1)
        units = np.asarray(frame[source.unit_key].to_list(), dtype=object)[answered]
        n = _repeating(units, answers[answered])
        if n:
            found.append(
                (name, n, f"{n + RUN - 1} rows or more repeat earlier ones in the same order (same "
                 "units, same answers): is a part of the file in it twice?")
            )  # fmt: skip
    return pd.DataFrame(found, columns=["table", "rows", "reason"])


def _repeating(units: np.ndarray, answers: np.ndarray) -> int:
    """Count the rows at which a run begins that has been there before."""
    if len(answers) < 2 * RUN:
        return 0
    given = pd.util.hash_pandas_object(pd.DataFrame(answers), index=False).to_numpy()
    row = given + pd.util.hash_array(units)
    n = len(row) - RUN + 1
    differs = np.concatenate([[True], given[1:] != given[:-1]])
    changes = np.convolve(differs, np.ones(RUN, dtype=int))[RUN - 1 : len(row)]
    runs, weight = np.zeros(n, dtype=np.uint64), np.uint64(1)
    with np.errstate(over="ignore"):
        for step in range(RUN):
            runs += row[step : step + n] * weight
            weight *= MULTIPLIER
    again = pd.Series(runs).duplicated().to_numpy()
    return int((again & (changes >= CHANGES)).sum())
