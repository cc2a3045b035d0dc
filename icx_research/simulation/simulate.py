"""A company with known truth: surveys, units, programmes and outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icx_research.core.rng import Rng, as_generator
from icx_research.simulation.answers import SUPPLIERS, add_items, answer_models
from icx_research.simulation.codebook import company_codebook
from icx_research.simulation.company import Company, draw_company, first_answers
from icx_research.simulation.dates import draw_dates, with_dates
from icx_research.simulation.effects import Effects, read_effects
from icx_research.simulation.employees import further_answers, named_choices
from icx_research.simulation.external import customers_answers, touchpoints
from icx_research.simulation.internal import further_ratings
from icx_research.simulation.programme import programme_table
from icx_research.simulation.scores import arrange_distance, draw_scores
from icx_research.simulation.truth_of_scores import truth_of_company
from icx_research.simulation.units import crosswalk_table, unit_table
from icx_research.survey.study.study import Study, study_from_frames

MOST_TEAMS = 6
# Everything beside the answers to the first questions has a stream of its own, so that a new
# question changes none of the old answers.
STREAMS = (
    "profile", "free", "programme", "teams", "scores", "internal", "employees", "choices",
    "external", "touchpoints", "units", "staff_days", "customer_days", "distance",
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class SimulatedStudy(Study):
    """A study whose truth is known.

    Attributes
    ----------
    truth : dict
        `effects` as asked for; `population`: variances of the answer scores within
        and between units and the correlation of true unit scores, before any
        programme; `waves`: per wave
        the reliabilities at the realised numbers of respondents and the correlation
        to be expected of the observed unit means; `scores`, `programme`, `ratings`,
        `employees`, `customers` and `units`: what the further effects mean on the
        scale of the answers.
    """

    truth: Mapping[str, Any] = None  # type: ignore[assignment]


def simulate_study(
    *,
    effects: Effects | Mapping[str, float] | None = None,
    n_units: int = 60,
    waves: int = 3,
    raters: tuple[int, int] = (12, 24),
    customers: tuple[int, int] = (30, 60),
    teams: int = 1,
    rng: Rng,
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
    teams : int, default 1
        Client units behind each branch. With several, colleagues rate as members of a
        team, and a crosswalk says which share of the branch's customers each team reaches.
    rng : numpy.random.Generator or int

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
    Teams differ from their branch so that their weighted mean is the branch's score;
    what the curvature of the scale does to that mean is left out of the truth.

    Examples
    --------
    >>> study = simulate_study(n_units=12, waves=1, rng=1)
    >>> round(study.truth["population"]["unit_correlation"], 2)
    0.4
    """
    tables, truth = simulate_tables(
        effects=effects, n_units=n_units, waves=waves, raters=raters, customers=customers,
        teams=teams, rng=as_generator(rng, analysis="simulate_study"),
    )  # fmt: skip
    study = study_from_frames(company_codebook(waves=waves, teams=teams), **tables)
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
    teams: int = 1,
    rng: np.random.Generator,
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Simulate the tables of `simulate_study` as they stand in files, and the truth."""
    chosen = read_effects(effects)
    _check_sizes(n_units, waves, raters, customers, teams)
    stream = dict(zip(STREAMS, rng.spawn(len(STREAMS)), strict=True))
    company = draw_company(chosen, (n_units, waves, teams), raters, customers, stream, rng)
    first, own = first_answers(company, rng)
    if chosen.distance_focus or chosen.distance_moderation:
        steps = arrange_distance(chosen, company.stable, stream["distance"])
        first["units"] = first["units"].assign(dist=steps)
    scores = draw_scores(
        chosen, company.surveyed, company.stable, first["units"]["dist"].to_numpy(),
        company.running, stream["scores"],
    )  # fmt: skip
    people, days = company.people, company.people["wave_at"].to_numpy()
    answered_on = draw_dates(days, waves, stream["staff_days"])  # one questionnaire, one day
    rated = further_ratings(people, scores, chosen, company.setting, stream["internal"])
    told = further_answers(people, scores, chosen, stream["employees"])
    named = named_choices(people, scores, chosen, stream["choices"])
    tables = {
        "internal": with_dates(
            add_items(first["internal"], rated), np.repeat(answered_on, len(SUPPLIERS))
        ),
        "external": _external(company, first["external"], own, stream),
        "employees": with_dates(add_items(first["employees"], told).assign(**named), answered_on),
        "units": unit_table(first["units"], scores, company.served, stream["units"]),
        "programme": programme_table(company.names, company.running),
        "outcomes": first["outcomes"],
        "crosswalk": crosswalk_table(company.names, company.weights),
    }
    return tables, truth_of_company(company)


def _external(
    company: Company,
    frame: pd.DataFrame,
    own: np.ndarray,
    stream: Mapping[str, np.random.Generator],
) -> pd.DataFrame:
    """Add what else customers were asked, where they were served and when they answered."""
    effects, model = company.effects, answer_models(company.effects)["external"]
    wave_at = frame["wave"].to_numpy() - 1
    unit_at = pd.Index(company.names).get_indexer(frame["serving_unit"])
    level = np.sqrt(model.unit) * company.outside[wave_at, unit_at] + np.sqrt(model.person) * own
    answers = customers_answers(
        unit_at, level, model, company.setting.profile, effects, stream["external"]
    )
    places = touchpoints(own, model, effects, stream["touchpoints"])
    frame = add_items(frame, answers).assign(**places)
    return with_dates(frame, draw_dates(wave_at, len(company.served), stream["customer_days"]))


def _check_sizes(
    n_units: int, waves: int, raters: tuple[int, int], customers: tuple[int, int], teams: int
) -> None:
    ranges = all(2 <= low <= high for low, high in (raters, customers))
    if n_units < 4 or waves < 1 or not ranges:
        raise ValueError(
            "simulate_study needs at least 4 units, 1 wave and 2 respondents per unit on either "
            "side, fewest before most; "
            f"got n_units={n_units}, waves={waves}, raters={raters}, customers={customers}."
        )
    if not 1 <= teams <= min(MOST_TEAMS, raters[0] // 2):
        raise ValueError(
            f"teams must lie from 1 to {MOST_TEAMS}, with at least 2 raters each; got "
            f"teams={teams}, raters={raters}."
        )
