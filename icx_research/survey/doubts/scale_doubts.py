"""What looks wrong in the answers and is only said, never corrected."""

from collections.abc import Iterator, Sequence
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.apa import counted
from icx_research.survey.codebook.types import Scale, Score, Source
from icx_research.survey.doubts.two_ranges import named, shorter_scale
from icx_research.survey.study.study import Study

MIN_ANSWERS = 50  # below this, silence says nothing about the scale that was used
MANY_ANSWERS = 200  # of all items of a scale, without one at the upper end
STEPS = (3, 10)  # of a range: with fewer an end may well stay empty, more are amounts
FEW = 0.05  # share of answers that are no whole numbers up to which they are strangers
MIN_FIGURES = 5
MIN_COMPLETE = 20
FRACTIONS = ("a few answers are no whole numbers, the others are: do lines of means stand among "
             "the rows?")  # fmt: skip
UPPER_END = "nobody uses the upper end of the range on any item: was another range asked?"
SHARES = ("all figures lie between 0 and 1, but are declared as percent: are they shares (metric: "
          "share)?")  # fmt: skip
BROKEN = ("counts of persons are whole numbers: are these points between thousands, or weighted "
          "counts?")  # fmt: skip
CLEARLY_AGAINST = -0.1  # smallest loading, on the common direction, that is worth a question


def suspected_scales(study: Study) -> pd.DataFrame:
    """List items and figures that seem to be on another scale than declared.

    Parameters
    ----------
    study : Study

    Returns
    -------
    DataFrame
        One row per suspicion: `table`, `scale`, `item`, `reason`. Nothing is changed,
        and no answer is shown.

    Examples
    --------
    >>> from icx_research import load_example
    >>> len(suspected_scales(load_example("company")))
    0
    """
    found: list[tuple[str, str, str, str]] = []
    for name, source in study.codebook.sources.items():
        frame = nw.from_native(study.tables[name], eager_only=True)
        for scale in source.scales:
            waves = pd.Series(frame["wave"].to_list())
            for item in scale.items:
                answers = pd.Series(frame[item].to_numpy())
                found += [
                    (name, scale.name, item, f"in wave {wave!r} nobody uses the upper end of the "
                     "range, in other waves people do: was it asked on another scale?")
                    for wave in _short_waves(answers, waves, scale.response_range[1])
                ]  # fmt: skip
                found += [
                    (name, scale.name, item, reason)
                    for reason in _two_ranges(frame, source, item, scale.response_range[1])
                ]
                if _few_fractions(answers):
                    found.append((name, scale.name, item, FRACTIONS))
            if _short_of_the_end(frame, scale):
                found.append((name, scale.name, ", ".join(scale.items), UPPER_END))
        found += [(name, score.name, column, SHARES)
                  for score, column in _shares_as_percent(frame, source)]  # fmt: skip
        found += [(name, score.name, column, BROKEN)
                  for score, column in _broken_counts(frame, source)]  # fmt: skip
    return pd.DataFrame(found, columns=["table", "scale", "item", "reason"])


def _two_ranges(frame: "nw.DataFrame[Any]", source: Source, item: str, top: float) -> Iterator[str]:
    """Say which units or suppliers seem to have been asked on a shorter scale than the others."""
    answers = pd.Series(frame[item].to_numpy()).astype(float)
    for role, noun in ((source.unit_key, "unit"), ("supplier_unit", "supplier")):
        if role in frame.columns:
            groups, end = shorter_scale(answers, pd.Series(frame[role].to_list()), top)
            if groups:
                yield (
                    f"in {counted(len(groups), noun)} ({named(groups)}) nobody answers above "
                    f"{end:g}, elsewhere up to {answers.max():g}: were they asked on another scale?"
                )


def _few_fractions(answers: pd.Series) -> bool:
    given = answers.dropna()
    broken = (given % 1 != 0).mean() if len(given) >= MIN_ANSWERS else 0.0
    return bool(0 < broken < FEW)


def _short_of_the_end(frame: "nw.DataFrame[Any]", scale: Scale) -> bool:
    """Tell whether nobody ever uses the upper end of a range of several steps."""
    answers = frame.select(list(scale.items)).to_numpy().astype(float)
    low, high = scale.response_range
    given = answers[~np.isnan(answers)]
    many = len(given) >= MANY_ANSWERS and STEPS[0] <= high - low <= STEPS[1]
    return bool(many and given.max() <= high - 1)


def _shares_as_percent(frame: "nw.DataFrame[Any]", source: Source) -> Iterator[tuple[Score, str]]:
    for score in source.measures.values():
        if isinstance(score, Score) and score.metric == "percent":
            for column in score.values:  # noqa: PD011
                figures = frame[column].to_numpy().astype(float)
                figures = figures[~np.isnan(figures)]
                if len(figures) >= MIN_FIGURES and 0 < figures.max() <= 1:
                    yield score, column


def _broken_counts(frame: "nw.DataFrame[Any]", source: Source) -> Iterator[tuple[Score, str]]:
    for score in source.measures.values():
        if isinstance(score, Score) and score.n:
            counts = frame[score.n].to_numpy().astype(float)
            if (counts[~np.isnan(counts)] % 1 != 0).any():
                yield score, score.n


def opposed_items(answers: pd.DataFrame) -> list[str]:
    """Find the items that run against the direction most items share."""
    complete = answers.astype(float).dropna()
    varied = complete.loc[:, complete.max() > complete.min()]
    if len(complete) < MIN_COMPLETE or varied.shape[1] < 2:
        return []
    loadings = np.linalg.eigh(np.corrcoef(varied.to_numpy(), rowvar=False))[1][:, -1]
    if (loadings > 0).sum() * 2 == len(loadings):  # as many on either side: name the later ones
        loadings = loadings * np.sign(loadings[0])
    else:
        loadings = loadings * np.sign(np.median(np.sign(loadings)))
    return [
        str(item)
        for item, loading in zip(varied.columns, loadings, strict=True)
        if loading < CLEARLY_AGAINST
    ]


def _short_waves(answers: pd.Series, waves: pd.Series, top: float) -> Sequence[str]:
    """Find the waves with many answers, none at the upper end, where others have some."""
    given = answers.notna()
    counts = pd.DataFrame(
        {"n": given.groupby(waves).sum(), "top": (answers == top).groupby(waves).sum()}
    )
    counts = counts[counts["n"] >= MIN_ANSWERS]
    if len(counts) < 2 or not counts["top"].sum():
        return []
    return [str(wave) for wave in counts.index[counts["top"] == 0]]
