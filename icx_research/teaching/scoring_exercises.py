"""Exercises 2 to 4: from answers to scores, from persons to units."""

from functools import cache
from typing import Any, cast

import numpy as np
import pandas as pd

from icx_research.survey.codebook.types import Scale
from icx_research.survey.units.aggregation import unit_scores
from icx_research.teaching.answers import Key, Mistake
from icx_research.teaching.company import FEW, RATER, SUPPLIER, UNIT, WAVE, company, scored

SCORE = "internal_satisfaction"


@cache
def score_of_a_rating() -> Key:
    """2.1: the score of one rating in which one of three answers is missing."""
    scale = _scale()
    answers = _rows(company().table("internal"), respondent=RATER, supplier_unit=SUPPLIER)
    right = _rows(scored().tables["internal"], respondent=RATER, supplier_unit=SUPPLIER)
    keyed, given = _keyed(answers), answers[list(scale.items)]
    upside_down = keyed.assign(
        **{item: scale.response_range[1] - given[item] for item in scale.reverse_keyed}
    )
    return Key(
        expected=float(right[SCORE].iloc[0]),
        mistakes=(
            Mistake(
                _mean(given),
                "Did you turn the reverse-keyed item? A high answer to it means a low score.",
            ),
            Mistake(
                _mean(upside_down),
                "The reverse-keyed item is turned with lowest + highest possible answer minus "
                "the answer, not with the highest alone.",
            ),
            Mistake(
                float(keyed.sum(axis=1).iloc[0]),
                "That is the sum; the score is the mean, so that it stays within the range of "
                "the answers.",
            ),
            Mistake(
                float(keyed.fillna(0).mean(axis=1).iloc[0]),
                "A missing answer is no zero: divide by the number of answered items.",
            ),
            Mistake(
                float("nan"),
                "Two of three items are answered, which is at least half: there is a score.",
            ),
        ),
    )


@cache
def mean_of_a_unit() -> Key:
    """3.1: the mean of one unit, in which ratings are missing here and there."""
    ratings = _rows(scored().tables["internal"], client_unit=UNIT)
    answers = _rows(company().table("internal"), client_unit=UNIT)
    every_wave = _rows(scored().tables["internal"], wave=None, client_unit=UNIT)
    unturned = answers[list(_scale().items)].mean(axis=1).where(ratings[SCORE].notna())
    table = unit_scores(scored(), by="client_unit").table
    right = float(_rows(table, unit=UNIT, scale=SCORE)["mean"].iloc[0])
    return Key(
        expected=right,
        mistakes=(
            Mistake(
                float(unturned.groupby(ratings["respondent"]).mean().mean()),
                "Did you forget to turn the reverse-keyed item? Start from the scores, not from "
                "the answers.",
            ),
            Mistake(
                float(ratings[SCORE].mean()),
                "You averaged ratings, so a person with more of them counts more. Average each "
                "person first, then the persons.",
            ),
            Mistake(
                float(_keyed(answers).mean().mean()),
                "You averaged items first. Where answers are missing the order matters: item to "
                "score, rating to person, person to unit.",
            ),
            Mistake(
                float(every_wave.groupby("respondent")[SCORE].mean().mean()),
                f"You took all waves together; the question is about wave {WAVE}.",
            ),
            Mistake(
                float(round(right, 1)),
                "That is the published figure with its one decimal. Compute the mean itself.",
            ),
        ),
    )


@cache
def reliability_with_few() -> Key:
    """4.1: how reliable unit means would be with ten persons each."""
    scores = unit_scores(scored(), by="client_unit")
    parts = scores.components[(SCORE, WAVE)]
    return Key(
        expected=float(parts.reliability(np.array([FEW]))[0]),
        mistakes=(
            Mistake(
                float(parts.icc_1),
                "That is ICC(1), the reliability of a single person's opinion. Put it into the "
                f"formula, with {FEW} persons.",
            ),
            Mistake(
                float(parts.icc_2),
                "That is ICC(2), which holds for the average number of persons who answered. How "
                f"reliable are means of {FEW}?",
            ),
            Mistake(
                float(FEW * parts.icc_1),
                "That is the upper part of the formula only; divide it by the lower part.",
            ),
        ),
        coefficient=True,
    )


def _scale() -> Scale:
    return cast(Scale, company().codebook.measures[SCORE])


def _rows(table: Any, *, wave: str | None = WAVE, **equals: str) -> pd.DataFrame:
    chosen = equals if wave is None else {"wave": wave, **equals}
    return table[np.logical_and.reduce([table[name] == value for name, value in chosen.items()])]


def _keyed(answers: pd.DataFrame) -> pd.DataFrame:
    scale = _scale()
    turned = {item: sum(scale.response_range) - answers[item] for item in scale.reverse_keyed}
    return answers[list(scale.items)].assign(**turned)


def _mean(items: pd.DataFrame) -> float:
    return float(items.mean(axis=1).iloc[0])


EXERCISES = {"2.1": score_of_a_rating, "3.1": mean_of_a_unit, "4.1": reliability_with_few}
