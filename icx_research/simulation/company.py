"""What stands before anybody answers, and the answers that were simulated first."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from icx_research.simulation.answers import answer_models, leaning, persons_at
from icx_research.simulation.effects import Effects
from icx_research.simulation.employees import MOOD, focus_answers
from icx_research.simulation.external import customer_ratings
from icx_research.simulation.internal import Setting, draw_free, internal_ratings
from icx_research.simulation.programme import draw_programmes, waves_running
from icx_research.simulation.scores import draw_profiles, draw_surveyed
from icx_research.simulation.units import (
    draw_team_shifts,
    draw_team_weights,
    outcome_table,
    team_names,
    unit_traits,
)


@dataclass(frozen=True, eq=False)
class Company:
    """What is drawn before anybody answers.

    Attributes
    ----------
    effects : Effects
    names : list of str
        The branches.
    surveyed, stable : array
        As `draw_surveyed` gives them.
    staff, served : array, shape (waves, units)
        Respondents of either side.
    people : DataFrame
        One row per respondent of the internal survey and wave: place, team, moods.
    running : dict of str to array of bool, shape (waves, units)
        Where each programme runs.
    weights : array, shape (waves, units, teams)
        Share of the branch's customers that each team reaches.
    setting : Setting
    """

    effects: Effects
    names: list[str]
    surveyed: np.ndarray
    stable: np.ndarray
    staff: np.ndarray
    served: np.ndarray
    people: pd.DataFrame
    running: Mapping[str, np.ndarray]
    weights: np.ndarray
    setting: Setting

    @property
    def outside(self) -> np.ndarray:
        """True scores of external satisfaction, with what a programme does to them."""
        return np.asarray(
            self.surveyed[..., 2] + self.effects.programme_external * self.running["prog"]
        )


def draw_company(
    effects: Effects,
    sizes: tuple[int, int, int],
    raters: tuple[int, int],
    customers: tuple[int, int],
    stream: Mapping[str, np.random.Generator],
    rng: np.random.Generator,
) -> Company:
    """Draw units, respondents and programmes; `sizes` are units, waves and teams."""
    n_units, waves, teams = sizes
    surveyed, stable = draw_surveyed(effects, n_units, waves, rng)
    names = [f"B{i:0{max(2, len(str(n_units)))}d}" for i in range(1, n_units + 1)]
    staff = rng.integers(raters[0], raters[1] + 1, size=(waves, n_units))
    served = rng.integers(customers[0], customers[1] + 1, size=(waves, n_units))
    people = _staff_list(names, staff, teams, rng)
    running = draw_programmes(n_units, waves, stream["programme"])
    weights = draw_team_weights(waves, n_units, teams, stream["teams"])
    team_shifts = draw_team_shifts(weights, stream["teams"])
    before = np.concatenate([np.zeros((1, n_units)), surveyed[:-1, :, 0]])
    setting = Setting(
        profile=draw_profiles(n_units, stream["profile"]),
        shift=effects.programme_internal * running["prog"],
        hopes=effects.programme_expectation * waves_running(running["prog"])
        + effects.expectation_ratchet * before,
        free=draw_free(n_units, stream["free"]),
        charged=running["chargeback"],
        team_shift=team_shifts[people["wave_at"], people["unit_at"], people["team_at"]],
    )
    return Company(effects, names, surveyed, stable, staff, served, people, running, weights,
                    setting)  # fmt: skip


def _staff_list(
    names: list[str], staff: np.ndarray, teams: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Choose who answers in each wave; many answer again. Teams are formed anew each wave."""
    rows = []
    for u, name in enumerate(names):
        roster = int(staff[:, u].max() * 1.3) + 1
        for wave in range(len(staff)):
            for person in np.sort(rng.choice(roster, size=staff[wave, u], replace=False)):
                rows.append((wave, u, name, f"{name}-{person + 1:02d}"))
    people = pd.DataFrame(rows, columns=["wave_at", "unit_at", "unit", "rater"])
    n, at = persons_at(people)
    mood = rng.standard_normal((n, 3))
    # One person's moods: service (0), focus (1, correlated .3), expectation (2).
    mood[:, 1] = leaning(mood[:, 0], mood[:, 1], MOOD)
    people[["mood", "focus_mood", "expectation_mood"]] = mood[at]
    people["team_at"] = people.groupby(["wave_at", "unit_at"]).cumcount() % teams
    people["team"] = team_names(names, teams)[people["unit_at"], people["team_at"]]
    return people


def first_answers(
    company: Company, rng: np.random.Generator
) -> tuple[dict[str, pd.DataFrame], np.ndarray]:
    """Draw the questions that came first; the order of the draws is part of the bundled data."""
    models, effects = answer_models(company.effects), company.effects
    internal = internal_ratings(
        company.people, company.surveyed[..., 0], models["internal"], effects, company.setting, rng
    )
    employees = focus_answers(
        company.people, company.surveyed[..., 1], models["focus"], effects, rng
    )
    external, own = customer_ratings(
        company.names, company.served, company.outside, models["external"], effects, rng
    )
    tables = {
        "internal": internal,
        "employees": employees,
        "external": external,
        "units": unit_traits(company.names, company.staff, rng),
        "outcomes": outcome_table(company.names, company.outside, rng),
    }
    return tables, own
