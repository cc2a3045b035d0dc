"""Employees about themselves and their unit: the employees' survey of a simulated company."""

import numpy as np
import pandas as pd

from icx_research.simulation.answers import (
    SEVEN_POINTS,
    add_items,
    cut,
    leaning,
    noise,
    persons_at,
    some_missing,
    with_gaps,
)
from icx_research.simulation.effects import Effects
from icx_research.simulation.scores import TrueScores
from icx_research.simulation.truth import AnswerModel

# Stem of the columns, true score behind them, number of items, level: fewer agree with complaints.
SCALES = {
    "vis": ("vision", 3, 0.0),
    "lang": ("language", 2, -0.4),
    "ent": ("entitlement", 3, -0.9),
    "res": ("strain", 2, -0.9),
    "hier": ("hierarchy", 2, -0.9),
    "fence": ("fence", 2, -0.9),
    "conn": ("connectedness", 3, 0.0),
    "confl": ("conflict", 2, -0.9),
    "eng": ("engagement", 3, 0.0),
    "tools": ("tools", 2, 0.0),
    "agil": ("agility", 2, 0.0),
}
MOOD = 0.3  # of a person's mood in every answer about her unit: the common source
SHIFTS = (0.1, 0.0, -0.1)
KNOWLEDGE_POINTS = (-1.9, -1.5, -1.15, -0.8, -0.45, -0.1, 0.25, 0.6, 1.0, 1.5)  # 0 to 10 right
HOURS, HOURS_PER_STEP, MOST_HOURS = 18.0, 8.0, 60.0  # of contact with customers per month
AGENDA = {"internal": 1.5, "external": 1.1, "other": 1.7}  # log of meeting hours per month
AGENDA_SPREAD = 0.35
CUSTOMERS = ("customer", "colleague", "manager", "owner")  # whom one can name as the primary one
USUAL_NAME = (0.7, 0.1, 0.1, 0.1)  # shares of units in which each is the usual answer
AGREEING = (0.4, 0.6)  # level and slope of the chance (probit) to name the unit's usual one
ORIENTATIONS = ("self", "consumer", "customer")
ORIENTATION_POINTS = (-0.65, 0.4)


def scale_model(effects: Effects, stem: str) -> AnswerModel:
    """Describe a scale about the own unit."""
    _, items, level = SCALES[stem]
    return AnswerModel.with_icc(
        effects.icc_focus, person=0.45, pair=0.0, residual=0.55,
        shifts=level + np.array([SHIFTS[:items]]), cuts=SEVEN_POINTS,
    )  # fmt: skip


def knowledge_model(effects: Effects) -> AnswerModel:
    """Describe the test of customer knowledge, 0 to 10 right answers."""
    return AnswerModel.with_icc(
        effects.icc_focus, person=0.6, pair=0.0, residual=0.4,
        shifts=np.zeros((1, 1)), cuts=KNOWLEDGE_POINTS,
    )  # fmt: skip


def focus_answers(
    people: pd.DataFrame,
    true: np.ndarray,
    model: AnswerModel,
    effects: Effects,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw end-customer focus, one row per respondent."""
    at = (people["wave_at"].to_numpy(), people["unit_at"].to_numpy())
    person = np.sqrt(model.person) * people["focus_mood"].to_numpy()
    latent = (np.sqrt(model.unit) * true[at] + person)[:, None] + model.shifts[0]
    latent = latent + noise(model, latent.shape, rng)
    frame = pd.DataFrame(
        {"wave": people["wave_at"] + 1, "rater": people["rater"], "unit": people["team"]}
    )
    return add_items(frame, {"ecf": with_gaps(cut(latent, model.cuts), effects.missing, rng)})


def further_answers(
    people: pd.DataFrame, scores: TrueScores, effects: Effects, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Draw what else employees answer: numbers."""
    answers = {}
    for stem, (name, _, _) in SCALES.items():
        model = scale_model(effects, stem)
        answers[stem] = cut(_latent(people, scores[name], model, rng), model.cuts)
    model = knowledge_model(effects)
    right = cut(_latent(people, scores["knowledge"], model, rng), model.cuts, lowest=0)
    hours = HOURS + HOURS_PER_STEP * _latent(people, scores["contact"], model, rng)
    answers |= {"know": right, "contact": np.clip(np.round(hours), 0, MOST_HOURS)}
    answers |= _agenda(people, scores, model, rng)
    return {name: with_gaps(block, effects.missing, rng) for name, block in answers.items()}


def named_choices(
    people: pd.DataFrame, scores: TrueScores, effects: Effects, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Draw what employees name: their primary customer, and for whom they work."""
    at = (people["wave_at"].to_numpy(), people["unit_at"].to_numpy())
    units = scores["agreement"].shape[1]
    usual = np.asarray(rng.choice(len(CUSTOMERS), size=units, p=USUAL_NAME))[at[1]]
    level, slope = AGREEING
    agrees = rng.standard_normal(len(people)) < level + slope * scores["agreement"][at]
    other = (usual + rng.integers(1, len(CUSTOMERS), size=len(people))) % len(CUSTOMERS)
    named = np.array(CUSTOMERS)[np.where(agrees, usual, other)]
    icc = effects.icc_focus
    own = rng.standard_normal(len(people))
    works = np.sqrt(icc) * scores["orientation"][at] + np.sqrt(1 - icc) * own
    worked = np.array(ORIENTATIONS)[np.searchsorted(ORIENTATION_POINTS, works)]
    return {
        "prim": some_missing(named, effects.missing, rng),
        "orient": some_missing(worked, effects.missing, rng),
    }


def _latent(
    people: pd.DataFrame, true: np.ndarray, model: AnswerModel, rng: np.random.Generator
) -> np.ndarray:
    """Add unit, person and single answer, shape (respondents, items); persons stay the same."""
    at = (people["wave_at"].to_numpy(), people["unit_at"].to_numpy())
    n, person_at = persons_at(people)
    own = rng.standard_normal(n)[person_at]
    person = np.sqrt(model.person) * leaning(people["mood"], own, MOOD)
    level = (np.sqrt(model.unit) * true[at] + person)[:, None] + model.shifts[0]
    return np.asarray(level + noise(model, level.shape, rng))


def _agenda(
    people: pd.DataFrame, scores: TrueScores, model: AnswerModel, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Draw hours of meetings per month, and the share of two topics in them."""
    hours = {}
    for topic, level in AGENDA.items():
        if topic == "other":
            spread = rng.standard_normal((len(people), 1))
        else:
            spread = _latent(people, scores[f"attention_{topic}"], model, rng)
        hours[topic] = np.exp(level + AGENDA_SPREAD * spread)
    total = sum(hours.values(), np.zeros((len(people), 1)))
    return {
        "att_int": np.round(100 * hours["internal"] / total),
        "att_ext": np.round(100 * hours["external"] / total),
        "meet": np.round(total),
    }
