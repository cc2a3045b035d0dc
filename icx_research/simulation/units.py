"""What is known of each simulated unit: attributes, teams behind it, outcomes."""

import numpy as np
import pandas as pd

from icx_research.simulation.scores import STEPS, TrueScores

REGIONS = ("Centre", "East", "North", "South", "West")
# Functions by process steps to the end customer, the more likely one first.
FUNCTIONS = (
    ("Sales", "Service"),
    ("Service", "Operations"),
    ("Operations", "Administration"),
    ("Administration", "Operations"),
)
FIRST_FUNCTION = 0.7
RESPONSE = (0.18, 0.35)  # lowest and highest share of invited customers who answer
# Level and slope on the true score of each figure of a unit; the rest is error of measurement.
FIGURES = {
    "turb": ("turbulence", 50.0, 15.0, 5.0),
    "digital": ("digital", 45.0, 12.0, 4.0),
    "smooth": ("smoothness", 80.0, 6.0, 2.0),
    "cost": ("cost", 60.0, 8.0, 3.0),
    "lead": ("lead", 6.0, 1.2, 0.4),
    "variety": ("variety", 14.0, 3.0, 0.0),
    "fin": ("finance", 12.0, 3.0, 1.5),
}
DECIMALS = {"lead": 1, "fin": 1}
LIMITS = {
    "turb": (0, 100), "digital": (0, 100), "smooth": (0, 100), "cost": (20, 200),
    "lead": (0.5, 30), "variety": (1, 40), "fin": (-20, 50),
}  # fmt: skip
TEAM_SPREAD = 0.6  # of teams about their unit, in true scores


def unit_traits(names: list[str], staff: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Draw what stays the same: region, size, distance, contact rate."""
    return pd.DataFrame(
        {
            "unit": names,
            "region": rng.choice(REGIONS, size=len(names)),
            "size": (staff.max(axis=0) * rng.uniform(1.3, 1.9, size=len(names))).astype(int),
            "dist": rng.integers(0, STEPS, size=len(names)),
            "contact_rate": np.round(rng.uniform(0.2, 0.9, size=len(names)), 2),
        }
    )


def unit_table(
    traits: pd.DataFrame, scores: TrueScores, served: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Give each unit a row per wave, and add what changes from wave to wave."""
    waves, units = served.shape
    second = np.asarray(rng.random(units) > FIRST_FUNCTION, dtype=int)
    traits = traits.assign(
        function=[FUNCTIONS[d][k] for d, k in zip(traits["dist"], second, strict=True)],
        e2e=scores.end_to_end.astype(int),
    )
    table = pd.concat([traits] * waves, ignore_index=True)
    table.insert(0, "wave", np.repeat(np.arange(1, waves + 1), units))
    for column, (name, level, slope, error) in FIGURES.items():
        value = level + slope * scores[name] + error * rng.standard_normal(served.shape)
        figure = np.round(np.clip(value, *LIMITS[column]), DECIMALS.get(column, 0)).ravel()
        table[column] = figure if column in DECIMALS else figure.astype(int)
    invited = served / rng.uniform(*RESPONSE, size=served.shape)
    return table.assign(invited=np.ceil(invited).astype(int).ravel())


def draw_team_weights(waves: int, n_units: int, teams: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the share of a unit's customers each of its teams reaches, in hundredths.

    Returns
    -------
    array, shape (waves, units, teams)
        At least a tenth of an equal share each; they sum to 1 per unit and wave.
    """
    floor = 10 // teams
    free = 100 - floor * teams
    parts = rng.dirichlet(np.full(teams, 2.0), size=(waves, n_units))
    hundredths = floor + np.floor(free * parts)
    hundredths[..., -1] += 100 - hundredths.sum(axis=-1)
    return np.asarray(hundredths / 100)


def draw_team_shifts(weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw how teams differ from their unit, so that their weighted mean is the unit's score."""
    if weights.shape[-1] == 1:
        return np.zeros(weights.shape)
    raw = TEAM_SPREAD * rng.standard_normal((1, *weights.shape[1:]))
    return np.asarray(raw - (weights * raw).sum(axis=-1, keepdims=True))


def team_names(names: list[str], teams: int) -> np.ndarray:
    """Name the client units behind each unit, shape (units, teams)."""
    if teams == 1:
        return np.array(names)[:, None]
    return np.array([[f"{name}-T{k}" for k in range(1, teams + 1)] for name in names])


def crosswalk_table(names: list[str], weights: np.ndarray) -> pd.DataFrame:
    """One row per wave, client unit and unit, with the share of its customers."""
    waves, units, teams = weights.shape
    size = units * teams
    weight = weights.ravel()
    return pd.DataFrame(
        {
            "wave": np.repeat(np.arange(1, waves + 1), size),
            "client_unit": np.tile(team_names(names, teams).ravel(), waves),
            "serving_unit": np.tile(np.repeat(names, teams), waves),
            "weight": weight.astype(int) if teams == 1 else np.round(weight, 2),
        }
    )


def outcome_table(names: list[str], true: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Draw retention and complaints of each unit and wave."""
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


def team_sizes(people: pd.DataFrame, shape: tuple[int, int, int]) -> np.ndarray:
    """Count respondents, shape (waves, units, teams)."""
    sizes = np.zeros(shape, dtype=int)
    np.add.at(sizes, tuple(people[["wave_at", "unit_at", "team_at"]].to_numpy().T), 1)
    return sizes
