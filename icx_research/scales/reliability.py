"""Every scale of a study: reliability, number of factors, and what may be compared."""

from typing import Any

import pandas as pd

from icx_research.measurement.reliability.alpha import cronbach_alpha
from icx_research.measurement.reliability.omega import omega_total
from icx_research.scales.refusals import NEEDED, Rows, tried
from icx_research.survey.scores.item_lists import scales_of
from icx_research.survey.scores.items import scale_items
from icx_research.survey.study.study import Study

RELIABILITY = ("scale", "n_items", "term", "estimate", "ci_low", "ci_high", "n", "note")


def reliability_overview(
    study: Study,
    *,
    min_items: int = 1,
    rows: Rows = "rater",
    wave: str | None = None,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
    """Cronbach's alpha and McDonald's omega of every scale, with intervals.

    Parameters
    ----------
    study : Study
    min_items : int, default 1
        Scales with fewer items are left out.
    rows, wave
        As for `scale_items`.
    confidence_level : float, default 0.95

    Returns
    -------
    DataFrame
        Two rows per scale: `scale`, `n_items`, `term` ("alpha", "omega_total"), `estimate`,
        `ci_low`, `ci_high`, `n` (complete rows), `note`. Where the answers do not allow a
        coefficient, its note says why.

    Raises
    ------
    NotTestable
        If no table of the study holds respondents' answers, or no scale is that long.

    Examples
    --------
    >>> from icx_research import load_example
    >>> table = reliability_overview(load_example("company"))
    >>> table.loc[table["scale"] == "csat", "term"].tolist()
    ['alpha', 'omega_total']
    """
    lines: list[dict[str, Any]] = []
    for _, scale in scales_of(study.codebook, min_items=min_items):
        place = {"scale": scale.name, "n_items": len(scale.items)}
        items, note = tried(scale_items, study, scale.name, rows=rows, wave=wave)
        for term, coefficient in (("alpha", cronbach_alpha), ("omega_total", omega_total)):
            line: dict[str, Any] = {**place, "term": term, "note": note}
            if len(scale.items) < NEEDED[term]:
                line["note"] = f"needs {NEEDED[term]} items"
            elif items is not None:
                result, line["note"] = tried(coefficient, items, confidence_level=confidence_level)
                if result is not None:
                    line |= result.table.iloc[0].to_dict() | {"term": term, "note": result.note}
            lines.append(line)
    return pd.DataFrame(lines, columns=list(RELIABILITY)).astype({"n": "Int64"})
