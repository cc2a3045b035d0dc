"""A company with known truth: two surveys, employees, units and outcomes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from icx_research.survey.codebook_reading import read_codebook
from icx_research.survey.datasets import example_path
from icx_research.survey.effects import Effects, read_effects, unit_correlations
from icx_research.survey.study import Study, study_from_frames
from icx_research.survey.truth import AnswerModel, population

SUPPLIERS = {
    "Facilities": -0.20,
    "Finance": 0.05,
    "HR": 0.15,
    "IT": -0.30,
    "Legal": 0.20,
    "Procurement": 0.10,
}
REGIONS = ("Centre", "East", "North", "South", "West")
# Cut points on the latent scale that make answers pile up at 5 and 6, as satisfaction does.
SEVEN_POINTS = (-2.3, -1.7, -1.1, -0.5, 0.3, 1.3)
HIGH_SEVEN_POINTS = (-3.2, -2.7, -2.2, -1.6, -0.9, 0.2)
ELEVEN_POINTS = (-2.6, -2.3, -2.0, -1.7, -1.4, -1.0, -0.7, -0.3, 0.2, 0.8)
ITEM_SHIFTS = (0.10, 0.0, -0.10)
NOT_APPLICABLE = 99.0


@dataclass(frozen=True, eq=False, repr=False)
class SimulatedStudy(Study):
    """A study whose truth is known.

    Attributes
    ----------
    truth : dict
        `effects` as asked for; `population`: variances of the answer scores within
        and between units and the correlation of true unit scores; `waves`: per wave
        the reliabilities at the realised numbers of respondents and the correlation
        to be expected of the observed unit means.
    """

    truth: Mapping[str, Any] = None  # type: ignore[assignment]


def simulate_study(
    *,
    effects: Effects | Mapping[str, float] | None = None,
    n_units: int = 60,
    waves: int = 3,
    raters: tuple[int, int] = (12, 24),
    customers: tuple[int, int] = (30, 60),
    rng: np.random.Generator,
) -> SimulatedStudy:
    """Simulate a company: colleagues rate suppliers, customers rate branches.

    Parameters
    ----------
    effects : Effects or mapping, optional
        Plain effect sizes; those not named keep their default.
    n_units : int, default 60
        Branches; each is client of six suppliers and serves its own customers.
    waves : int, default 3
    raters, customers : (int, int)
        Fewest and most respondents per branch and wave.
    rng : numpy.random.Generator

    Returns
    -------
    SimulatedStudy
        With its `truth`.

    Raises
    ------
    ValueError
        If an effect is unknown or impossible, or a size is too small.

    Notes
    -----
    Answers are skewed and discrete: a latent score (unit, person, supplier, client
    unit x supplier, residual; all normal) is cut at fixed points. The truth is on
    the scale of the answers, by Gauss-Hermite quadrature over the latent parts.

    Examples
    --------
    >>> study = simulate_study(n_units=12, waves=1, rng=np.random.default_rng(1))
    >>> round(study.truth["population"]["unit_correlation"], 2)
    0.4
    """
    tables, truth = simulate_tables(
        effects=effects, n_units=n_units, waves=waves, raters=raters, customers=customers, rng=rng
    )
    codebook = read_codebook(example_path("company"))
    study = study_from_frames(codebook, **tables)
    return SimulatedStudy(
        study.codebook, study.tables, study.quarantine, study.n_read, study.digests, truth=truth
    )


def simulate_tables(
    *,
    effects: Effects | Mapping[str, float] | None = None,
    n_units: int = 60,
    waves: int = 3,
    raters: tuple[int, int] = (12, 24),
    customers: tuple[int, int] = (30, 60),
    rng: np.random.Generator,
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Simulate the tables of `simulate_study` as they stand in files, and the truth."""
    chosen = read_effects(effects)
    ranges = all(2 <= low <= high for low, high in (raters, customers))
    if n_units < 4 or waves < 1 or not ranges:
        raise ValueError(
            "simulate_study needs at least 4 units, 1 wave and 2 respondents per unit on either "
            "side, fewest before most; "
            f"got n_units={n_units}, waves={waves}, raters={raters}, customers={customers}."
        )
    models = _models(chosen)
    true_scores = _unit_scores(chosen, n_units, waves, rng)
    names = [f"B{i:0{max(2, len(str(n_units)))}d}" for i in range(1, n_units + 1)]
    staff = rng.integers(raters[0], raters[1] + 1, size=(waves, n_units))
    served = rng.integers(customers[0], customers[1] + 1, size=(waves, n_units))
    people = _staff_list(names, staff, rng)
    tables = {
        "internal": _internal(people, true_scores[..., 0], models["internal"], chosen, rng),
        "employees": _employees(people, true_scores[..., 1], models["focus"], chosen, rng),
        "external": _external(names, served, true_scores[..., 2], models["external"], chosen, rng),
        "units": _units(names, staff, rng),
        "outcomes": _outcomes(names, true_scores[..., 2], rng),
    }
    truth = {
        "effects": asdict(chosen),
        **population(
            models["internal"],
            models["external"],
            correlation=chosen.internal_external,
            missing=chosen.missing,
            n_internal=staff,
            n_external=served,
        ),
    }
    return tables, truth


def _models(effects: Effects) -> dict[str, AnswerModel]:
    """Give each questionnaire its latent variances, scaled to the ICC asked for."""
    shifts = np.add.outer(list(SUPPLIERS.values()), ITEM_SHIFTS)
    return {
        "internal": AnswerModel.with_icc(
            effects.icc_internal, person=0.35, pair=0.05, residual=0.60,
            shifts=shifts, cuts=SEVEN_POINTS,
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


def _unit_scores(
    effects: Effects, n_units: int, waves: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw true scores, waves x units x 3: a stable part and a part of the wave."""
    root = np.linalg.cholesky(unit_correlations(effects) + 1e-12 * np.eye(3))
    stable = rng.standard_normal((1, n_units, 3)) @ root.T
    passing = rng.standard_normal((waves, n_units, 3)) @ root.T
    share = effects.stability
    return np.sqrt(share) * stable + np.sqrt(1 - share) * passing


def _staff_list(names: list[str], staff: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Choose who answers in each wave; many answer again."""
    rows = []
    for u, name in enumerate(names):
        roster = int(staff[:, u].max() * 1.3) + 1
        for wave in range(len(staff)):
            for person in np.sort(rng.choice(roster, size=staff[wave, u], replace=False)):
                rows.append((wave, u, name, f"{name}-{person + 1:02d}"))
    people = pd.DataFrame(rows, columns=["wave_at", "unit_at", "unit", "rater"])
    persons, at = np.unique(people["rater"], return_inverse=True)
    mood = rng.standard_normal((len(persons), 3))
    # One person's moods: service (0), focus (1, correlated .3), expectation (2).
    mood[:, 1] = 0.3 * mood[:, 0] + np.sqrt(1 - 0.3**2) * mood[:, 1]
    people[["mood", "focus_mood", "expectation_mood"]] = mood[at]
    return people


def _cut(latent: np.ndarray, cuts: tuple[float, ...], *, lowest: int = 1) -> np.ndarray:
    return np.searchsorted(cuts, latent).astype(float) + lowest


def _with_gaps(
    answers: np.ndarray, share: float, rng: np.random.Generator, *, code: float | None = None
) -> np.ndarray:
    """Take out answers at random; a quarter of the gaps carry the code for it."""
    gaps = rng.random(answers.shape)
    answers = np.where(gaps < share, np.nan, answers)
    return answers if code is None else np.where(gaps < share / 4, code, answers)


def _internal(
    people: pd.DataFrame,
    true: np.ndarray,
    model: AnswerModel,
    effects: Effects,
    rng: np.random.Generator,
) -> pd.DataFrame:
    n, s = len(people), len(SUPPLIERS)
    waves, units = true.shape
    pairs = rng.standard_normal((waves, units, s)) * np.sqrt(model.pair)
    pairs -= pairs.mean(axis=2, keepdims=True)
    at = (people["wave_at"].to_numpy(), people["unit_at"].to_numpy())
    common = (
        np.sqrt(model.unit) * true[at][:, None]
        + np.sqrt(model.person) * people["mood"].to_numpy()[:, None]
        + np.array(list(SUPPLIERS.values()))
        + pairs[at]
    )
    satisfaction = common[..., None] + np.array(ITEM_SHIFTS) + _noise(model, (n, s, 3), rng)
    perception = common[..., None] + _noise(model, (n, s, 5), rng)
    hopes = 0.5 * people["expectation_mood"].to_numpy()[:, None, None] + 0.2 * common[..., None]
    expectation = hopes + 0.8 * rng.standard_normal((n, s, 5))
    isat = _cut(satisfaction, SEVEN_POINTS)
    isat[..., 2] = 8 - isat[..., 2]  # the third item is worded the other way round
    answers = {
        "p": _with_gaps(_cut(perception, SEVEN_POINTS), effects.missing, rng),
        "e": _with_gaps(_cut(expectation, HIGH_SEVEN_POINTS), effects.missing, rng),
        "isat": _with_gaps(isat, effects.missing, rng, code=NOT_APPLICABLE),
    }
    frame = pd.DataFrame(
        {
            "wave": np.repeat(people["wave_at"].to_numpy() + 1, s),
            "rater": np.repeat(people["rater"].to_numpy(), s),
            "client_unit": np.repeat(people["unit"].to_numpy(), s),
            "supplier_unit": np.tile(list(SUPPLIERS), n),
        }
    )
    return _add_items(frame, answers)


def _noise(model: AnswerModel, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    return np.sqrt(model.residual) * rng.standard_normal(shape)


def _add_items(frame: pd.DataFrame, answers: Mapping[str, np.ndarray]) -> pd.DataFrame:
    for stem, block in answers.items():
        columns = block.reshape(len(frame), -1)
        for j in range(columns.shape[1]):
            frame[f"{stem}{j + 1}"] = pd.array(columns[:, j], dtype="Int64")
    return frame


def _employees(
    people: pd.DataFrame,
    true: np.ndarray,
    model: AnswerModel,
    effects: Effects,
    rng: np.random.Generator,
) -> pd.DataFrame:
    at = (people["wave_at"].to_numpy(), people["unit_at"].to_numpy())
    person = np.sqrt(model.person) * people["focus_mood"].to_numpy()
    latent = (np.sqrt(model.unit) * true[at] + person)[:, None] + model.shifts[0]
    latent = latent + _noise(model, latent.shape, rng)
    frame = pd.DataFrame(
        {"wave": people["wave_at"] + 1, "rater": people["rater"], "unit": people["unit"]}
    )
    return _add_items(frame, {"ecf": _with_gaps(_cut(latent, model.cuts), effects.missing, rng)})


def _external(
    names: list[str],
    served: np.ndarray,
    true: np.ndarray,
    model: AnswerModel,
    effects: Effects,
    rng: np.random.Generator,
) -> pd.DataFrame:
    wave_at, unit_at = (
        np.repeat(index.ravel(), served.ravel()) for index in np.indices(served.shape)
    )
    person = np.sqrt(model.person) * rng.standard_normal(len(wave_at))
    common = np.sqrt(model.unit) * true[wave_at, unit_at] + person
    csat = common[:, None] + model.shifts[0] + _noise(model, (len(common), 3), rng)
    advice = common + _noise(model, common.shape, rng)
    frame = pd.DataFrame(
        {
            "wave": wave_at + 1,
            "customer": [f"C{i:05d}" for i in range(1, len(wave_at) + 1)],
            "serving_unit": np.array(names)[unit_at],
        }
    )
    frame = _add_items(frame, {"csat": _with_gaps(_cut(csat, model.cuts), effects.missing, rng)})
    nps = _with_gaps(_cut(advice, ELEVEN_POINTS, lowest=0), effects.missing, rng)
    return frame.assign(nps=pd.array(nps, dtype="Int64"))


def _units(names: list[str], staff: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit": names,
            "region": rng.choice(REGIONS, size=len(names)),
            "size": (staff.max(axis=0) * rng.uniform(1.3, 1.9, size=len(names))).astype(int),
            "dist": rng.integers(0, 4, size=len(names)),
            "contact_rate": np.round(rng.uniform(0.2, 0.9, size=len(names)), 2),
        }
    )


def _outcomes(names: list[str], true: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    waves, units = true.shape
    retention = 82 + 2 * true + 3 * rng.standard_normal(true.shape)
    complaints = np.exp(2.2 - 0.25 * true + 0.3 * rng.standard_normal(true.shape))
    return pd.DataFrame(
        {
            "wave": np.repeat(np.arange(1, waves + 1), units),
            "unit": np.tile(names, waves),
            "retention": np.round(np.clip(retention, 0, 100), 1).ravel(),
            "complaints": np.round(complaints, 1).ravel(),
        }
    )
