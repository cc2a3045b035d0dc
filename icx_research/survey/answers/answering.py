"""How the items were answered: gaps, ceilings and skew, item by item."""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.cutoffs import GROUP_DISCLOSURE_SHARE, SIGNIFICANCE
from icx_research.core.errors import NotTestable
from icx_research.core.intervals import normal_quantile
from icx_research.core.reduction import moments
from icx_research.survey.codebook.types import Scale
from icx_research.survey.scores.item_lists import scales_of
from icx_research.survey.study.study import Study

COLUMNS = (
    "table", "scale", "item", "n_answers", "share_missing", "mean", "sd", "skewness", "share_top",
    "item_rest",
)  # fmt: skip


def answer_quality(study: Study, *, scales: Sequence[str] | None = None) -> pd.DataFrame:
    """Summarise the answers to each item over all respondents.

    Parameters
    ----------
    study : Study
    scales : sequence of str, optional
        Names of scales; all unless stated.

    Returns
    -------
    DataFrame
        One row per item: `table`, `scale`, `item`, `n_answers`, `share_missing`,
        `mean`, `sd`, `skewness` (of the answers as given, before reverse keying),
        `share_top` (answers in the category that is best for the scale) and `item_rest`
        (correlation of the keyed item with the mean of the scale's other items;
        negative where an item runs against its scale). Except for the first two, figures
        are nan where fewer persons answered than the study's threshold, or 90% or more of
        the answers are the same; `share_top` also where it would single out fewer persons.

    Raises
    ------
    NotTestable
        If no table of the study holds respondents' answers.
    ValueError
        If a scale is unknown.

    Examples
    --------
    >>> from icx_research import load_example
    >>> table = answer_quality(load_example("company"), scales=["csat"])
    >>> table.set_index("item")["share_missing"].round(2).to_dict()
    {'csat1': 0.03, 'csat2': 0.03, 'csat3': 0.03}
    """
    table = _lines(study, scales)
    few = table.pop("few")
    table.loc[few, ["mean", "sd", "skewness", "share_top", "item_rest"]] = float("nan")
    return table


def suspected_reversed(study: Study) -> pd.DataFrame:
    """List the items that run against their scale as the codebook keys it.

    Parameters
    ----------
    study : Study

    Returns
    -------
    DataFrame
        `table`, `scale`, `item`, `item_rest`: the rows of `answer_quality` whose
        `item_rest` is negative beyond chance (below -1.96 / sqrt(n)), however few
        answered. Nothing is
        reversed: the codebook decides. Empty where no table holds answers.

    Examples
    --------
    >>> from icx_research import load_example
    >>> len(suspected_reversed(load_example("company")))
    0
    """
    columns = ["table", "scale", "item", "item_rest"]
    try:
        table = _lines(study, None)
    except NotTestable:
        return pd.DataFrame(columns=columns)
    chance = -normal_quantile(1 - SIGNIFICANCE) / np.sqrt(table["n_answers"])
    return table.loc[table["item_rest"] < chance, columns].reset_index(drop=True)


def _lines(study: Study, scales: Sequence[str] | None) -> pd.DataFrame:
    """Summarise every item; `few` marks figures that would tell single answers."""
    lines: list[dict[str, object]] = []
    for source, scale in scales_of(study.codebook, scales):
        frame = nw.from_native(study.tables[source.name], eager_only=True)
        respondents = np.array(frame["respondent"].to_list(), dtype=object)
        needed = 0 if source.published else study.codebook.thresholds.min_persons
        rest = _item_rest(frame, scale)
        for item in scale.items:
            answers = frame[item].to_numpy().astype(float)
            found = _summary(answers, respondents, item, scale, needed=needed)
            place = {"table": source.name, "scale": scale.name, "item": item}
            lines.append({**place, **found, "item_rest": rest[item]})
    return pd.DataFrame(lines, columns=[*COLUMNS, "few"])


def _item_rest(frame: Any, scale: Scale) -> dict[str, float]:
    """Correlate each keyed item with the sum of the others, over complete answers."""
    items = list(scale.items)
    if len(items) < 2:
        return dict.fromkeys(items, float("nan"))
    sign = np.array([-1.0 if item in scale.reverse_keyed else 1.0 for item in items])
    cov = moments(frame.to_native(), items).cov * np.outer(sign, sign)
    variance = np.diag(cov)
    with_rest = cov.sum(axis=0) - variance
    rest_variance = cov.sum() - 2 * with_rest - variance
    with np.errstate(invalid="ignore", divide="ignore"):
        found = with_rest / np.sqrt(variance * rest_variance)
    return dict(zip(items, map(float, found), strict=True))


def _summary(
    answers: np.ndarray, respondents: np.ndarray, item: str, scale: Scale, *, needed: int
) -> dict[str, object]:
    known = ~np.isnan(answers)
    given, who = answers[known], respondents[known]
    top = given == scale.response_range[0 if item in scale.reverse_keyed else 1]
    counts = np.unique(given, return_counts=True)[1]
    telling = needed > 0 and len(given) and counts.max() >= GROUP_DISCLOSURE_SHARE * len(given)
    single = min(len(set(who[top])), len(set(who[~top]))) < needed
    apart = given - given.mean() if len(counts) > 1 else np.array([np.nan])
    return {
        "n_answers": len(given),
        "share_missing": 1 - len(given) / len(answers),
        "mean": float(given.mean()) if len(given) else np.nan,
        "sd": float(given.std(ddof=1)) if len(given) > 1 else np.nan,
        "skewness": float(np.mean(apart**3) / np.mean(apart**2) ** 1.5),
        "share_top": np.nan if single or not len(given) else float(np.mean(top)),
        "few": bool(len(set(who)) < needed or telling),
    }
