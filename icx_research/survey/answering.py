"""How the items were answered: gaps, ceilings and skew, item by item."""

import narwhals as nw
import numpy as np
import pandas as pd
from scipy import stats

from icx_research.core.errors import NotTestable
from icx_research.survey.codebook import Scale
from icx_research.survey.study import Study


def answer_quality(study: Study) -> pd.DataFrame:
    """Summarise the answers to each item over all respondents.

    Parameters
    ----------
    study : Study

    Returns
    -------
    DataFrame
        One row per item: `table`, `scale`, `item`, `n_answers`, `share_missing`,
        `mean`, `sd`, `skewness` (of the answers as given, before reverse keying) and
        `share_top` (answers in the category that is best for the scale).
        Figures of items with fewer answers than the study's threshold are nan.

    Raises
    ------
    NotTestable
        If no table of the study holds respondents' answers.

    Examples
    --------
    >>> from icx_research import load_example
    >>> table = answer_quality(load_example("company"))
    >>> table.loc[table["item"] == "csat1", "share_missing"].round(2).tolist()
    [0.03]
    """
    lines = []
    for name, source in study.codebook.sources.items():
        scales = [m for m in source.measures.values() if isinstance(m, Scale)]
        for scale in scales:
            frame = nw.from_native(study.tables[name], eager_only=True)
            for item in scale.items:
                line = {"table": name, "scale": scale.name, "item": item}
                answers = frame[item].to_numpy().astype(float)
                lines.append({**line, **_summary(answers, item, scale, study)})
    if not lines:
        raise NotTestable("item answers are needed; this study holds published unit figures.")
    return pd.DataFrame(lines)


def _summary(answers: np.ndarray, item: str, scale: Scale, study: Study) -> dict[str, float]:
    given = answers[~np.isnan(answers)]
    top = scale.response_range[0 if item in scale.reverse_keyed else 1]
    counts = {"n_answers": len(given), "share_missing": 1 - len(given) / len(answers)}
    if len(given) < study.codebook.thresholds.min_persons:
        return counts
    varies = given.min() < given.max()
    return {
        **counts,
        "mean": float(given.mean()),
        "sd": float(given.std(ddof=1)),
        "skewness": float(stats.skew(given)) if varies else float("nan"),
        "share_top": float(np.mean(given == top)),
    }
