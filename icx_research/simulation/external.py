"""Customers rate branches: the external survey of a simulated company."""

import numpy as np
import pandas as pd
from scipy.special import ndtri

from icx_research.simulation.answers import (
    ELEVEN_POINTS,
    HIGH_SEVEN_POINTS,
    SEVEN_POINTS,
    add_items,
    cut,
    leaning,
    noise,
    with_gaps,
)
from icx_research.simulation.effects import Effects
from icx_research.simulation.internal import HOPE, SCATTER, SPILL
from icx_research.simulation.scores import DIMENSIONS
from icx_research.simulation.truth import AnswerModel

TOUCHPOINTS = ("branch", "telephone", "app", "delivery")
VISITED = (0.45, 0.25, 0.15, 0.15)  # shares of customers
BY_PARTNER = (0.05, 0.50, 0.20, 0.80)  # shares of each touchpoint that partners run
PARTNERS = 8
KNOWN = 0.85  # share of the company's own customers who know the brand


def customer_ratings(
    names: list[str],
    served: np.ndarray,
    true: np.ndarray,
    model: AnswerModel,
    effects: Effects,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, np.ndarray]:
    """Draw satisfaction and recommendation, one row per customer.

    Returns
    -------
    (DataFrame, array of shape (customers,))
        Rows, and each customer's own part of the latent level, standardised.
    """
    wave_at, unit_at = (
        np.repeat(index.ravel(), served.ravel()) for index in np.indices(served.shape)
    )
    own = rng.standard_normal(len(wave_at))
    common = np.sqrt(model.unit) * true[wave_at, unit_at] + np.sqrt(model.person) * own
    csat = common[:, None] + model.shifts[0] + noise(model, (len(common), 3), rng)
    advice = common + noise(model, common.shape, rng)
    frame = pd.DataFrame(
        {
            "wave": wave_at + 1,
            "customer": [f"C{i:05d}" for i in range(1, len(wave_at) + 1)],
            "serving_unit": np.array(names)[unit_at],
        }
    )
    frame = add_items(frame, {"csat": with_gaps(cut(csat, model.cuts), effects.missing, rng)})
    nps = with_gaps(cut(advice, ELEVEN_POINTS, lowest=0), effects.missing, rng)
    return frame.assign(nps=pd.array(nps, dtype="Int64")), own


def customers_answers(
    unit_at: np.ndarray,
    level: np.ndarray,
    model: AnswerModel,
    profile: np.ndarray,
    effects: Effects,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Draw ease, perceived and expected service quality; `level` is the customer's latent one."""
    n = len(level)
    ease = cut(level + noise(model, (n,), rng), SEVEN_POINTS)
    perception = level[:, None] + noise(model, (n, DIMENSIONS), rng)
    perception += effects.role_modelling * profile[unit_at]
    hopes = HOPE * rng.standard_normal((n, 1)) + SPILL * level[:, None]
    expectation = hopes + SCATTER * rng.standard_normal((n, DIMENSIONS))
    answers = {
        "ces": ease,
        "Pext": cut(perception, SEVEN_POINTS),
        "Eext": cut(expectation, HIGH_SEVEN_POINTS),
    }
    return {name: with_gaps(block, effects.missing, rng) for name, block in answers.items()}


def touchpoints(
    own: np.ndarray, model: AnswerModel, effects: Effects, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Draw where each customer was served, by whom, and whether she knows the brand.

    Satisfaction is there already; who serves whom is drawn so that satisfaction goes with it.
    """
    n = len(own)
    at = rng.choice(len(TOUCHPOINTS), size=n, p=VISITED)
    lot = leaning(own, rng.standard_normal(n), effects.partner_external)
    partner = lot > -ndtri(np.array(BY_PARTNER))[at]
    liking = leaning(own, rng.standard_normal(n), partner_weight(model, effects))
    best = np.searchsorted(ndtri(np.arange(1, PARTNERS) / PARTNERS), liking)
    number = rng.permutation(PARTNERS)[best] + 1
    known = rng.random(n) < KNOWN + effects.partner_recognition * partner
    return {
        "touchpoint": np.array(TOUCHPOINTS)[at],
        "owner": np.where(partner, "partner", "company"),
        "partner_id": _names(number, partner),
        "recog": known.astype(int),
    }


def _names(number: np.ndarray, partner: np.ndarray) -> np.ndarray:
    """Name partners P1, P2, ...; nobody where the company itself serves."""
    names = np.char.add("P", number.astype(str)).astype(object)
    names[~partner] = None
    return names


def partner_weight(model: AnswerModel, effects: Effects) -> float:
    """Correlation of satisfaction and partner that puts the share asked for between partners."""
    edges = np.concatenate([[-np.inf], ndtri(np.arange(1, PARTNERS) / PARTNERS), [np.inf]])
    density = np.exp(-(edges**2) / 2) / np.sqrt(2 * np.pi)
    between = float(np.mean((PARTNERS * np.diff(density)) ** 2))  # of eight equal parts of a normal
    within = model.person + model.residual
    return float(np.sqrt(min(effects.partner_variance * within / (model.person * between), 1.0)))
