"""One large simulated company per test run, and unit-level correlations free of noise."""

import functools

import numpy as np
import pandas as pd
import pytest

from icx_research.simulation.simulate import simulate_tables

UNITS = 1200
MONTE_CARLO_ERRORS = 4  # about a hundred comparisons on two draws
BOTH = pytest.mark.parametrize("other", [False, True], ids=["default", "other"])
# Units differ much, so that few respondents tell them apart.
CLEAR = {"icc_internal": 0.4, "icc_focus": 0.4, "icc_external": 0.4, "stability": 0.5}
# What is absent by default is there in the other company.
OTHER = {
    "need_external": 0.35,
    "understanding_internal": -0.2,
    "language_connectedness": -0.4,
    "internal_efficiency": 0.4,
    "orientation_internal": 0.3,
    "attention_external": 0.4,
    "turbulence_moderation": 0.4,
    "programme_internal": 0.5,
    "programme_external": -0.4,
    "programme_language": -0.6,
    "programme_expectation": 0.4,
    "exit_internal": 0.5,
    "expectation_excess": -0.2,
    "understanding_gap": 0.5,
    "dependence_use": -0.3,
    "role_modelling": 0.5,
    "partner_external": 0.3,
    "partner_variance": 0.0,
    "partner_recognition": 0.1,
    "e2e_external": -0.5,
}


@functools.cache
def company(other=False):
    """Tables and truth of 1200 branches in three waves; with the other effects if asked for."""
    return simulate_tables(
        effects=CLEAR | (OTHER if other else {}),
        n_units=UNITS,
        waves=3,
        raters=(8, 8),
        customers=(20, 20),
        rng=np.random.default_rng(20240501),
    )


def person_scores(table, items, unit, *, reverse=(), half=None):
    """Mean of the items per respondent; of every second one if a half is asked for."""
    answers = table[list(items)].astype("Float64").to_numpy(float, na_value=np.nan)
    answers[answers == 99] = np.nan
    for at, item in enumerate(items):
        if item in reverse:
            answers[:, at] = 8 - answers[:, at]
    with np.errstate(invalid="ignore"):
        counted = (~np.isnan(answers)).sum(axis=1)
        score = np.where(counted > 0, np.nansum(answers, axis=1) / np.maximum(counted, 1), np.nan)
    person = "rater" if "rater" in table else "customer"
    frame = table[["wave", unit, person]].set_axis(["wave", "unit", "person"], axis=1)
    frame = frame.assign(score=score).dropna()
    one_row_each = "supplier_unit" not in table  # others rate several suppliers, row after row
    persons = (
        frame
        if one_row_each
        else frame.groupby(["wave", "unit", "person"], as_index=False, sort=False)["score"].mean()
    )
    if half is not None:
        place = persons.groupby(["wave", "unit"]).cumcount()
        persons = persons[place % 2 == half]
    return persons


def employees(tables, stem, items, half=None):
    """Scores of a scale of the employees' survey."""
    columns = [f"{stem}{j}" for j in range(1, items + 1)] if items > 1 else [stem]
    return person_scores(tables["employees"], columns, "unit", half=half)


def mean_of(table, items):
    """Mean of all answers to some items."""
    return float(np.nanmean(table[items].astype("Float64").to_numpy(float, na_value=np.nan)))


def csat(tables):
    """Satisfaction of each customer."""
    return person_scores(tables["external"], ["csat1", "csat2", "csat3"], "serving_unit")


def isat(tables, half=None):
    """Satisfaction of each colleague."""
    items = ["isat1", "isat2", "isat3"]
    return person_scores(tables["internal"], items, "client_unit", reverse=["isat3"], half=half)


def means_and_reliability(side):
    """Unit means of each wave, and their reliability by one-way analysis of variance."""
    cell = side.groupby(["wave", "unit"])
    names, n = cell.ngroup().to_numpy(), cell.size()
    means = cell["score"].mean()
    if len(means) == len(side):
        return means, 1.0
    score, k = side["score"].to_numpy(), len(means)
    squares = np.bincount(names, (score - means.to_numpy()[names]) ** 2).sum()
    within = squares / (len(side) - k)
    between = (n * (means - score.mean()) ** 2).sum() / (k - 1)
    size = (len(side) - (n**2).sum() / len(side)) / (k - 1)
    tau = (between - within) / size
    return means, tau / (tau + within * (1 / n).mean())


def true_correlation(one, other):
    """Correlate unit means of one wave each, corrected for noise; and its standard error.

    Either side is respondents' scores, or one figure per unit and wave without noise.
    """
    (x, rel_x), (y, rel_y) = means_and_reliability(one), means_and_reliability(other)
    both = pd.concat([x.rename("x"), y.rename("y")], axis=1).dropna()
    apart = both - both.groupby("wave").transform("mean")  # waves may differ in level
    observed = apart["x"].corr(apart["y"])
    # Waves of a unit are not independent: count units, not units times waves.
    error = (1 - observed**2) / np.sqrt(both.index.get_level_values("unit").nunique())
    root = np.sqrt(rel_x * rel_y)
    return observed / root, error / root


def figure(tables, column, table="units"):
    """One figure per unit and wave, as scores."""
    frame = tables[table][["wave", "unit", column]].set_axis(["wave", "unit", "score"], axis=1)
    return frame.assign(score=frame["score"].astype(float))
