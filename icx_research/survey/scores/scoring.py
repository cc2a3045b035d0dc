"""From answers to scale scores, respondent by respondent."""

import functools
import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import pandas as pd

from icx_research.core.cutoffs import MIN_ANSWERED_SHARE
from icx_research.core.display import table_html
from icx_research.survey.codebook.types import ROLES, Codebook, Scale, Score, Source
from icx_research.survey.study.study import Study
from icx_research.survey.study.wording import check_scales


@dataclass(frozen=True, eq=False, repr=False)
class ScoredStudy:
    """A study whose answers have become scores.

    Attributes
    ----------
    codebook : Codebook
    tables : dict of str to DataFrame
        Per survey and outcome table: the keys, the attributes, and one column per
        scale. A published score brings `<name>_n` and `<name>_se` along.
    units : DataFrame or None
        Attributes of units, per wave where the table says so.
    crosswalk : DataFrame or None
        Which client unit stands behind which serving unit.
    counts : DataFrame
        Per scale: rows with a score (`n_used`) and without (`n_dropped`).
    programme : DataFrame or None
        Which programmes run in which unit, per wave where the table says so.
    """

    codebook: Codebook
    tables: Mapping[str, Any]
    units: Any
    crosswalk: Any
    counts: pd.DataFrame
    programme: Any = None

    def __repr__(self) -> str:
        """Name the scales and their counts, never a row."""
        used = ", ".join(f"{row.scale} {row.n_used}" for row in self.counts.itertuples())
        return f"ScoredStudy: {self.codebook.study} (rows with a score: {used})"

    def _repr_html_(self) -> str:
        return table_html(self.counts)


def scale_scores(study: Study, *, scales: Sequence[str] | None = None) -> ScoredStudy:
    r"""Score every scale: the mean of its keyed items, in scale points.

    Parameters
    ----------
    study : Study
    scales : sequence of str, optional
        Scales and published scores to make; all unless stated.

    Returns
    -------
    ScoredStudy

    Raises
    ------
    ValueError
        If a name is no scale or score of the codebook.

    Notes
    -----
    A reverse-keyed answer :math:`x` becomes :math:`\min + \max - x`; reversal
    follows the codebook and is never guessed. A respondent has a score if at least
    half of the items are answered; it is the mean of the answered ones. A published
    score is the mean of its columns under the same rule; for a percentage or
    share :math:`p` of n persons the standard error is :math:`\sqrt{p(1-p)/n}`, with a standard
    deviation :math:`s` of persons :math:`s/\sqrt{n}`. From shares :math:`p_k` of n persons who
    chose answer :math:`k` the mean is :math:`m = \sum k p_k` and its standard error
    :math:`\sqrt{\sum p_k (k - m)^2 / (n - 1)}`, as it would be from the persons' answers.

    Examples
    --------
    >>> from icx_research import load_example
    >>> scale_scores(load_example("company"), scales=["csat"])
    ScoredStudy: Company (simulated) (rows with a score: csat 8320)
    """
    known = study.codebook.measures
    scales = (scales,) if isinstance(scales, str) else scales
    check_scales(scales or (), known)
    wanted = set(scales if scales is not None else known)
    tables, lines = {}, []
    for name, source in study.codebook.sources.items():
        chosen = [m for m in source.measures.values() if m.name in wanted]
        if not chosen:
            continue
        scored = _score_table(study.tables[name], source, [m.name for m in chosen])
        tables[name] = scored.to_native()
        for measure in chosen:
            missing = int(scored[measure.name].is_null().sum())
            used = len(scored) - missing
            lines.append((name, measure.name, used, missing))
    counts = pd.DataFrame(lines, columns=["table", "scale", "n_used", "n_dropped"])
    return ScoredStudy(
        study.codebook,
        tables,
        study.tables.get("units"),
        study.tables.get("crosswalk"),
        counts,
        study.tables.get("programme"),
    )


def _score_table(table: Any, source: Source, names: list[str]) -> "nw.DataFrame[Any]":
    frame = nw.from_native(table, eager_only=True)
    keys = [role for role in ROLES if role in frame.columns and role not in source.attributes]
    expressions: list[nw.Expr] = []
    for name in names:
        measure = source.measures[name]
        if isinstance(measure, Scale):
            expressions.append(mean_of_answered(keyed_items(measure)).alias(name))
        else:
            expressions += _published_score(measure)
    weight = [nw.col(source.weight).alias("weight")] if source.weight else []
    return frame.select(*keys, *source.attributes, *weight, *expressions)


def few_answers(measure: Scale | Score) -> str:
    """Say in words what it takes to have no score on a scale or published score."""
    k = len(measure.items if isinstance(measure, Scale) else measure.values)  # noqa: PD011
    what = ("item", "items") if isinstance(measure, Scale) else ("column", "columns")
    if k == 1:
        return f"no value in its {what[0]}"
    return f"values in fewer than {math.ceil(MIN_ANSWERED_SHARE * k)} of its {k} {what[1]}"


def keyed_items(scale: Scale) -> list[nw.Expr]:
    """Answers to each item of a scale, those to reverse-keyed items turned."""
    total = sum(scale.response_range)
    return [
        (total - nw.col(item)).alias(item) if item in scale.reverse_keyed else nw.col(item)
        for item in scale.items
    ]


def mean_of_answered(columns: list[nw.Expr]) -> nw.Expr:
    """Average the columns that are not missing, where at least half of them are not."""
    answered = nw.sum_horizontal(*((~column.is_null()).cast(nw.Int64()) for column in columns))
    enough = answered >= MIN_ANSWERED_SHARE * len(columns)
    return nw.when(enough).then(nw.mean_horizontal(*columns))


def _published_score(score: Score) -> list[nw.Expr]:
    n = nw.col(score.n) if score.n else nw.lit(None, dtype=nw.Float64())
    value, se = _of_shares(score, n) if score.shares else _of_figures(score, n)
    return [value.alias(score.name), n.alias(f"{score.name}_n"), se.alias(f"{score.name}_se")]


def _of_figures(score: Score, n: nw.Expr) -> tuple[nw.Expr, nw.Expr]:
    value = mean_of_answered([nw.col(column) for column in score.values])  # noqa: PD011
    if score.standard_error:
        return value, nw.col(score.standard_error)
    if score.sd:
        return value, nw.col(score.sd) / n.sqrt()
    if score.n and score.metric in ("percent", "share") and len(score.values) == 1:
        whole = 100.0 if score.metric == "percent" else 1.0
        return value, (value * (whole - value) / n).sqrt()
    return value, nw.lit(None, dtype=nw.Float64())


def _of_shares(score: Score, n: nw.Expr) -> tuple[nw.Expr, nw.Expr]:
    """Mean and standard error of answers of which each is chosen by a share of n persons."""
    parts = [(nw.col(column), answer) for column, answer in score.shares.items()]
    total = _sum([share for share, _ in parts])
    mean = _sum([share * answer for share, answer in parts]) / total
    variance = _sum([share * (answer - mean) ** 2 for share, answer in parts]) / total
    several = nw.when(n > 1).then(n)
    return mean, (variance / (several - 1)).sqrt()


def _sum(terms: list[nw.Expr]) -> nw.Expr:
    """Add columns; missing where one of them is."""
    return functools.reduce(operator.add, terms)
