"""Colleagues rate suppliers: the internal survey of a simulated company."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icx_research.simulation.answers import (
    FREE_SUPPLIERS,
    HIGH_SEVEN_POINTS,
    ITEM_SHIFTS,
    LEVELS,
    PAIR_VARIANCE,
    SEVEN_POINTS,
    SUPPLIERS,
    add_items,
    cut,
    leaning,
    noise,
    with_gaps,
)
from icx_research.simulation.effects import Effects
from icx_research.simulation.scores import DIMENSIONS, TrueScores
from icx_research.simulation.truth import AnswerModel

NOT_APPLICABLE = 99.0
HOPE, SPILL, SCATTER = 0.5, 0.2, 0.8  # of expectations: person, service received, single answer
DEPENDENCE = np.array([0.1, 0.3, -0.1, 0.6, -0.7, -0.2])  # of the six suppliers in turn
CONTACT_POINTS = (-1.6, -0.8, 0.0, 0.7, 1.5)  # from 1 (never) to 6 (daily)
CHARGING = np.isin(list(SUPPLIERS), ["Facilities", "IT", "Legal"])  # where services are charged
POINTS = np.array([0.15, 0.30, 0.20, 0.15, 0.20])  # mean share of 100 points per dimension
CHIPS, CHIP = 20, 5  # points are given in fives
CONCENTRATION = 30.0  # how alike persons weigh the dimensions
HALO = 0.5  # of a person's mood in what she says of suppliers' understanding


@dataclass(frozen=True, eq=False)
class Setting:
    """What is drawn beside the surveys and shapes the internal one.

    Attributes
    ----------
    profile : array, shape (units, 5)
        What internal and external service of a unit share, dimension by dimension.
    shift : array, shape (waves, units)
        Where a programme moves internal service, in true scores.
    hopes : array, shape (waves, units)
        Where it moves expectations, in latent points.
    free : array, shape (units, suppliers)
        1 where a supplier could be replaced by one from outside.
    charged : array of bool, shape (waves, units)
        Where services are charged.
    team_shift : array, shape (respondents,)
        How the respondent's team differs from its unit, in true scores.
    """

    profile: np.ndarray
    shift: np.ndarray
    hopes: np.ndarray
    free: np.ndarray
    charged: np.ndarray
    team_shift: np.ndarray


def draw_free(n_units: int, rng: np.random.Generator) -> np.ndarray:
    """Choose by lot, for each unit, the suppliers that could be replaced."""
    order = rng.random((n_units, len(SUPPLIERS))).argsort(axis=1)
    return np.asarray((order < FREE_SUPPLIERS).astype(float))


def internal_ratings(
    people: pd.DataFrame,
    true: np.ndarray,
    model: AnswerModel,
    effects: Effects,
    setting: Setting,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw perceptions, expectations and satisfaction, one row per respondent and supplier."""
    n, s = len(people), len(SUPPLIERS)
    waves, units = true.shape
    pairs = rng.standard_normal((waves, units, s)) * np.sqrt(PAIR_VARIANCE)
    pairs -= pairs.mean(axis=2, keepdims=True)
    at = (people["wave_at"].to_numpy(), people["unit_at"].to_numpy())
    level = true[at] + setting.shift[at] + setting.team_shift
    common = (
        np.sqrt(model.unit) * level[:, None]
        + np.sqrt(model.person) * people["mood"].to_numpy()[:, None]
        + LEVELS
        + pairs[at]
        + effects.exit_internal * setting.free[at[1]]
    )
    satisfaction = common[..., None] + np.array(ITEM_SHIFTS) + noise(model, (n, s, 3), rng)
    perception = common[..., None] + noise(model, (n, s, DIMENSIONS), rng)
    perception += effects.role_modelling * setting.profile[at[1]][:, None, :]
    hopes = HOPE * people["expectation_mood"].to_numpy()[:, None, None] + SPILL * common[..., None]
    expectation = hopes + SCATTER * rng.standard_normal((n, s, DIMENSIONS))
    expectation += setting.hopes[at][:, None, None]
    isat = cut(satisfaction, SEVEN_POINTS)
    isat[..., 2] = 8 - isat[..., 2]  # the third item is worded the other way round
    answers = {
        "p": with_gaps(cut(perception, SEVEN_POINTS), effects.missing, rng),
        "e": with_gaps(cut(expectation, HIGH_SEVEN_POINTS), effects.missing, rng),
        "isat": with_gaps(isat, effects.missing, rng, code=NOT_APPLICABLE),
    }
    frame = pd.DataFrame(
        {
            "wave": np.repeat(people["wave_at"].to_numpy() + 1, s),
            "rater": np.repeat(people["rater"].to_numpy(), s),
            "client_unit": np.repeat(people["team"].to_numpy(), s),
            "supplier_unit": np.tile(list(SUPPLIERS), n),
        }
    )
    return add_items(frame, answers)


def further_ratings(
    people: pd.DataFrame,
    scores: TrueScores,
    effects: Effects,
    setting: Setting,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Draw what else colleagues say of each supplier, and the supplier's guess."""
    n, s = len(people), len(SUPPLIERS)
    at = (people["wave_at"].to_numpy(), people["unit_at"].to_numpy())
    units = setting.free.shape[0]
    bond = 0.5 * rng.standard_normal((units, s))[at[1]]
    reliance = bond + 0.5 * rng.standard_normal((n, 1)) + np.sqrt(0.5) * rng.standard_normal((n, s))
    contact = leaning(reliance, rng.standard_normal((n, s)), effects.dependence_use)
    charged = setting.charged[at][:, None] & CHARGING
    answers = {
        "dep": cut(DEPENDENCE + reliance, SEVEN_POINTS),
        "need": _needs(people, scores["need"][at], effects, rng),
        "use": cut(contact, CONTACT_POINTS),
        "exit": setting.free[at[1]],
        "charged": charged.astype(float),
        "scust": _about_suppliers(people, scores["understanding"], effects, rng),
        "coop": _about_suppliers(people, scores["cooperation"], effects, rng),
    }
    answers = {name: with_gaps(block, effects.missing, rng) for name, block in answers.items()}
    answers["w"] = _points(people, effects.missing, rng)
    return {**answers, "g": with_gaps(_guesses(people, effects, rng), effects.missing, rng)}


def supplier_model(effects: Effects) -> AnswerModel:
    """Describe single questions on how a supplier works for the end customer."""
    return AnswerModel.with_icc(
        effects.icc_internal, person=0.35, pair=PAIR_VARIANCE, residual=0.60,
        shifts=LEVELS[:, None], cuts=SEVEN_POINTS,
    )  # fmt: skip


def need_model(effects: Effects) -> AnswerModel:
    """Describe what customer work needs: as expectations, but lower."""
    shifts = np.full((len(SUPPLIERS), DIMENSIONS), -effects.expectation_excess)
    return AnswerModel.with_icc(
        effects.icc_internal, person=HOPE**2, pair=0.0, residual=SCATTER**2,
        shifts=shifts, cuts=HIGH_SEVEN_POINTS,
    )  # fmt: skip


def hope_variance(model: AnswerModel) -> float:
    """Latent variance of one expectation of one supplier, given the model of perceptions."""
    pair = model.pair * (len(SUPPLIERS) - 1) / len(SUPPLIERS)
    return HOPE**2 + SPILL**2 * (model.unit + model.person + pair) + SCATTER**2


def _needs(
    people: pd.DataFrame, true: np.ndarray, effects: Effects, rng: np.random.Generator
) -> np.ndarray:
    model = need_model(effects)
    person = np.sqrt(model.person) * people["expectation_mood"].to_numpy()
    level = (np.sqrt(model.unit) * true + person)[:, None, None] + model.shifts
    return cut(level + noise(model, level.shape, rng), model.cuts)


def _about_suppliers(
    people: pd.DataFrame, true: np.ndarray, effects: Effects, rng: np.random.Generator
) -> np.ndarray:
    model = supplier_model(effects)
    n, s = len(people), len(SUPPLIERS)
    at = (people["wave_at"].to_numpy(), people["unit_at"].to_numpy())
    pairs = np.sqrt(model.pair) * rng.standard_normal((*true.shape, s))
    pairs -= pairs.mean(axis=2, keepdims=True)
    person = np.sqrt(model.person) * leaning(people["mood"], rng.standard_normal(n), HALO)
    level = (np.sqrt(model.unit) * true[at] + person)[:, None] + LEVELS + pairs[at]
    return cut(level + noise(model, (n, s), rng), model.cuts)


def _points(people: pd.DataFrame, missing: float, rng: np.random.Generator) -> np.ndarray:
    """Spread 100 points over the dimensions, supplier by supplier; all of them or none."""
    n, s = len(people), len(SUPPLIERS)
    taste = rng.dirichlet(CONCENTRATION * POINTS, size=n)
    points = CHIP * rng.multinomial(CHIPS, taste[:, None, :], size=(n, s)).astype(float)
    return np.where(rng.random((n, s, 1)) < missing, np.nan, points)


def _guesses(people: pd.DataFrame, effects: Effects, rng: np.random.Generator) -> np.ndarray:
    """Let those who serve a colleague guess what the colleague expects of their kind."""
    n, s = len(people), len(SUPPLIERS)
    level = SPILL * LEVELS + effects.understanding_gap
    guess = level[:, None] + HOPE * rng.standard_normal((n, s, 1))
    return cut(guess + SCATTER * rng.standard_normal((n, s, DIMENSIONS)), HIGH_SEVEN_POINTS)
