"""Means of all respondents, by the weight of each: a description, never part of the link."""

import pandas as pd

from icx_research.core.artefacts import effective_n
from icx_research.survey.scores.scoring import ScoredStudy
from icx_research.survey.study.frames import as_pandas


def weighted_means(scored: ScoredStudy) -> pd.DataFrame:
    r"""Describe every scale of a survey whose rows have weights.

    Parameters
    ----------
    scored : ScoredStudy

    Returns
    -------
    DataFrame
        One row per scale and wave: `table`, `scale`, `wave`, `n`, `mean`, `weighted_mean`,
        `effective_n`; without rows where no survey names a weight under keys.

    Notes
    -----
    The weighted mean is :math:`\sum w x / \sum w`; `effective_n` is that many equally weighted
    answers by Kish's formula, :math:`(\sum w)^2 / \sum w^2`.
    """
    lines = []
    for name, native in scored.tables.items():
        source = scored.codebook.sources[name]
        if not source.weight:
            continue
        table = as_pandas(native)
        for scale in source.measures:
            known = table[table[scale].notna() & (table["weight"] > 0)]
            for wave, rows in known.groupby("wave", sort=True):
                weight, score = rows["weight"].astype(float), rows[scale].astype(float)
                lines.append(
                    {
                        "table": name,
                        "scale": scale,
                        "wave": wave,
                        "n": len(rows),
                        "mean": score.mean(),
                        "weighted_mean": (weight * score).sum() / weight.sum(),
                        "effective_n": effective_n(weight.to_numpy()),
                    }
                )
    return pd.DataFrame(lines)
