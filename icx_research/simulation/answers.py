"""From latent levels to the answers of a simulated questionnaire."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from icx_research.simulation.effects import Effects
from icx_research.simulation.truth import AnswerModel

SUPPLIERS = {
    "Facilities": -0.20,
    "Finance": 0.05,
    "HR": 0.15,
    "IT": -0.30,
    "Legal": 0.20,
    "Procurement": 0.10,
}
LEVELS = np.array(list(SUPPLIERS.values()))
# Cut points on the latent scale that make answers pile up at 5 and 6, as satisfaction does.
SEVEN_POINTS = (-2.3, -1.7, -1.1, -0.5, 0.3, 1.3)
HIGH_SEVEN_POINTS = (-3.2, -2.7, -2.2, -1.6, -0.9, 0.2)
ELEVEN_POINTS = (-2.6, -2.3, -2.0, -1.7, -1.4, -1.0, -0.7, -0.3, 0.2, 0.8)
ITEM_SHIFTS = (0.10, 0.0, -0.10)
PAIR_VARIANCE = 0.05  # of client unit x supplier, in ratings of suppliers
FREE_SUPPLIERS = 2  # suppliers that a branch may replace by one from outside


def answer_models(effects: Effects) -> dict[str, AnswerModel]:
    """Give each questionnaire its latent variances, scaled to the ICC asked for."""
    free = FREE_SUPPLIERS / len(LEVELS)
    # Being free to choose shifts some suppliers of a branch up and the others down by less: a
    # second effect of client unit x supplier that sums to zero over suppliers.
    bought = effects.exit_internal**2 * free * (1 - free) * len(LEVELS) / (len(LEVELS) - 1)
    return {
        "internal": AnswerModel.with_icc(
            effects.icc_internal, person=0.35, pair=PAIR_VARIANCE + bought, residual=0.60,
            shifts=np.add.outer(LEVELS + effects.exit_internal * free, ITEM_SHIFTS),
            cuts=SEVEN_POINTS,
        ),
        "focus": AnswerModel.with_icc(
            effects.icc_focus, person=0.45, pair=0.0, residual=0.55,
            shifts=np.array([[0.1, 0.0, 0.0, -0.1]]), cuts=SEVEN_POINTS,
        ),
        "external": AnswerModel.with_icc(
            effects.icc_external, person=0.55, pair=0.0, residual=0.45,
            shifts=np.array([ITEM_SHIFTS]), cuts=SEVEN_POINTS,
        ),
    }  # fmt: skip


def cut(latent: np.ndarray, cuts: tuple[float, ...], *, lowest: int = 1) -> np.ndarray:
    """Turn latent levels into answers."""
    return np.searchsorted(cuts, latent).astype(float) + lowest


def noise(model: AnswerModel, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Draw what is particular to a single answer."""
    return np.sqrt(model.residual) * rng.standard_normal(shape)


def with_gaps(
    answers: np.ndarray, share: float, rng: np.random.Generator, *, code: float | None = None
) -> np.ndarray:
    """Take out answers at random; a quarter of the gaps carry the code for it."""
    gaps = rng.random(answers.shape)
    answers = np.where(gaps < share, np.nan, answers)
    return answers if code is None else np.where(gaps < share / 4, code, answers)


def add_items(frame: pd.DataFrame, answers: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Add blocks of answers as columns: stem and number, or the stem alone for one question."""
    columns = {}
    for stem, block in answers.items():
        single = block.size == len(frame)
        items = block.reshape(len(frame), -1)
        for j in range(items.shape[1]):
            columns[stem if single else f"{stem}{j + 1}"] = pd.array(items[:, j], dtype="Int64")
    return pd.concat([frame, pd.DataFrame(columns, index=frame.index)], axis=1)


def some_missing(words: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Take out words at random."""
    found = words.astype(object)
    found[rng.random(words.shape) < share] = None
    return found


def persons_at(people: pd.DataFrame) -> tuple[int, np.ndarray]:
    """Count the persons behind the rows, and number each row's person."""
    names, at = np.unique(people["rater"], return_inverse=True)
    return len(names), at


def leaning(mood: Sequence[float] | np.ndarray, own: np.ndarray, share: float) -> np.ndarray:
    """Mix a mood that colours every answer of a person with what is particular to a topic."""
    return share * np.asarray(mood) + np.sqrt(1 - share**2) * own
