"""The truth by quadrature against a very large simulation and closed forms."""

import numpy as np
import pandas as pd
import pytest

from icx_research import moments, variance_components
from icx_research.simulation.effects import Effects
from icx_research.simulation.simulate import simulate_tables
from icx_research.simulation.truth import AnswerModel, population
from tests.survey.large_company import company, csat, isat, means_and_reliability

UNITS = 6000
COUNTS = 1e-3  # three Monte-Carlo errors of how many respondents have a score
MONTE_CARLO_ERRORS = 4  # eight comparisons on one draw


@pytest.fixture(scope="module")
def large():
    """One wave of 6000 branches: persons' scores on either side, and the truth."""
    rng = np.random.default_rng(20240501)
    tables, truth = simulate_tables(
        effects=Effects(icc_internal=0.2, icc_external=0.15, internal_external=0.6, missing=0.1),
        n_units=UNITS,
        waves=1,
        raters=(8, 14),
        customers=(10, 20),
        rng=rng,
    )
    inside = tables["internal"]
    items = inside[["isat1", "isat2", "isat3"]].astype("Float64").to_numpy(float, na_value=np.nan)
    items[items == 99] = np.nan
    items[:, 2] = 8 - items[:, 2]
    persons = inside[["client_unit", "rater"]].assign(score=scored(items))
    persons = persons.groupby(["client_unit", "rater"], as_index=False)["score"].mean()
    outside = tables["external"]
    items = outside[["csat1", "csat2", "csat3"]].astype("Float64").to_numpy(float, na_value=np.nan)
    customers = outside[["serving_unit"]].assign(score=scored(items))
    return (
        persons.rename(columns={"client_unit": "unit"}),
        customers.rename(columns={"serving_unit": "unit"}),
        truth,
    )


def scored(items):
    answered = (~np.isnan(items)).sum(axis=1)
    return np.where(answered >= 2, np.nansum(items, axis=1) / np.maximum(answered, 1), np.nan)


@pytest.mark.parametrize("side", ["internal", "external"])
def test_variances_between_and_within_units_match_a_large_simulation(large, side):
    persons, truth = large[side == "external"].dropna(), large[2]["population"]
    found = variance_components(moments(persons[["unit", "score"]], ["score"], by="unit"))
    between, within = truth[f"between_{side}"], truth[f"within_{side}"]
    # Standard errors of the analysis-of-variance estimates; the discrete, skewed scores have
    # tails about as heavy as the normal ones these formulae are exact for.
    reliability = between / (between + within / found.mean_size)
    between_error = between / reliability * np.sqrt(2 / UNITS)
    within_error = within * np.sqrt(2 / (found.n_used - UNITS))
    assert found.between == pytest.approx(between, abs=MONTE_CARLO_ERRORS * between_error)
    assert found.within == pytest.approx(within, abs=MONTE_CARLO_ERRORS * within_error)


def test_the_observed_correlation_matches_a_large_simulation(large):
    inside, outside, truth = large
    means = pd.concat(
        [side.groupby("unit")["score"].mean() for side in (inside, outside)], axis=1
    ).to_numpy()
    found = np.corrcoef(means, rowvar=False)[0, 1]
    expected = truth["waves"]["1"]["observed_correlation"]
    error = (1 - expected**2) / np.sqrt(UNITS)
    assert found == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error)
    assert expected < truth["population"]["unit_correlation"] < 0.6


def test_reliabilities_count_respondents_with_a_score(large):
    for side, persons in zip(("internal", "external"), large[:2], strict=True):
        n = persons.groupby("unit")["score"].count().to_numpy()
        truth = large[2]
        between = truth["population"][f"between_{side}"]
        error = truth["population"][f"within_{side}"] * np.mean(1 / n)
        expected = truth["waves"]["1"][f"reliability_{side}"]
        assert between / (between + error) == pytest.approx(expected, abs=COUNTS)


def two_point(unit, residual):
    """Answers 1 or 2, cut at zero: everything about them is known in closed form."""
    return AnswerModel(unit, 0.0, 0.0, residual, np.zeros((1, 1)), (0.0,))


def test_two_point_answers_follow_the_closed_form():
    """Orthant probabilities: the covariance of two halved normals is asin(rho) / (2 pi)."""
    model = two_point(0.5, 0.5)
    found = population(
        model, model, correlation=0.5, missing=0.0,
        n_internal=np.array([[10, 10]]), n_external=np.array([[5, 20]]),
    )  # fmt: skip
    between = np.arcsin(0.5) / (
        2 * np.pi
    )  # two answers of one unit correlate .5 on the latent scale
    unit_correlation = np.arcsin(0.25) / (2 * np.pi) / between
    quadrature = 1e-5
    truth = found["population"]
    assert truth["between_internal"] == pytest.approx(between, abs=quadrature)
    assert truth["within_internal"] == pytest.approx(0.25 - between, abs=quadrature)
    assert truth["unit_correlation"] == pytest.approx(unit_correlation, abs=quadrature)
    within = 0.25 - between
    inside = between / (between + within / 10)
    outside = between / (between + within * (1 / 5 + 1 / 20) / 2)
    wave = found["waves"]["1"]
    assert wave["reliability_internal"] == pytest.approx(inside, abs=1e-4)
    assert wave["reliability_external"] == pytest.approx(outside, abs=1e-4)
    assert wave["observed_correlation"] == pytest.approx(
        unit_correlation * np.sqrt(inside * outside), abs=1e-4
    )


def test_effects_of_unit_and_supplier_sum_to_zero_over_suppliers():
    """With two suppliers, half of the pair variance is left once the effects are centred."""
    model = AnswerModel(0.5, 0.0, 0.6, 0.2, np.zeros((2, 1)), (0.0,))
    ten = np.array([[10]])
    found = population(
        model, model, correlation=0.0, missing=0.0, n_internal=ten, n_external=ten
    )["population"]  # fmt: skip
    expected = np.arcsin(0.5 / (0.5 + 0.6 / 2 + 0.2)) / (2 * np.pi)
    assert found["between_internal"] == pytest.approx(expected, abs=1e-5)


def test_the_unit_variance_gives_the_icc_asked_for():
    model = AnswerModel.with_icc(
        0.2, person=0.5, pair=0.0, residual=0.6, shifts=np.zeros((2, 3)), cuts=(0.0,)
    )
    within = 0.5 + 0.6 / 6
    assert model.unit / (model.unit + within) == pytest.approx(0.2)


@pytest.mark.parametrize("other", [False, True], ids=["default", "other"])
def test_truth_holds_with_programmes_and_free_choice(other):
    """The other company moves some units and shifts some suppliers; the truth knows."""
    tables, truth = company(other)
    sides = {"internal": isat(tables), "external": csat(tables)}
    for wave, known in truth["waves"].items():
        found = {}
        for side, persons in sides.items():
            means, reliability = means_and_reliability(persons[persons["wave"] == int(wave)])
            found[side] = means
            assert reliability == pytest.approx(known[f"reliability_{side}"], abs=0.02)
        x, y = (found[side].droplevel("wave") for side in ("internal", "external"))
        expected = known["observed_correlation"]
        error = (1 - expected**2) / np.sqrt(len(x))
        assert x.corr(y) == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error)
    moved = (
        truth["waves"]["3"]["observed_correlation"] - truth["waves"]["1"]["observed_correlation"]
    )
    assert (moved < -0.02) == other  # up inside and down outside in the same units
    for side, persons in sides.items():
        first = persons[persons["wave"] == 1].drop(columns=["wave", "person"])
        parts = variance_components(moments(first, ["score"], by="unit"))
        between, within = (truth["population"][f"{part}_{side}"] for part in ("between", "within"))
        assert parts.between == pytest.approx(between, rel=4 * np.sqrt(2 / len(found[side])) * 1.2)
        assert parts.within == pytest.approx(within, rel=0.04)


def test_a_moved_share_of_units_is_a_mixture():
    """Half of the units one standard deviation up: variances and correlation by hand."""
    fine = tuple(np.linspace(-12, 12, 1201))  # steps so fine that answers are as good as latent
    model = AnswerModel(1.0, 0.0, 0.0, 1.0, np.zeros((1, 1)), fine)
    running = np.array([[True, False], [False, False]])
    n = np.array([[1, 1], [1, 1]])
    found = population(
        model, model, correlation=0.5, missing=0.0, n_internal=n, n_external=n,
        running=running, moved=(1.0, -1.0),
    )["waves"]  # fmt: skip
    variance = 1 + 0.25  # of latent unit scores: a half up by one
    assert found["1"]["reliability_internal"] == pytest.approx(variance / (variance + 1), abs=1e-3)
    assert found["1"]["observed_correlation"] == pytest.approx((0.5 - 0.25) / 2.25, abs=1e-3)
    assert found["2"]["reliability_internal"] == pytest.approx(0.5, abs=1e-3)
    assert found["2"]["observed_correlation"] == pytest.approx(0.25, abs=1e-3)


def test_truth_knows_how_free_choice_spreads_ratings():
    tables, truth = simulate_tables(
        effects={"icc_internal": 0.4, "exit_internal": 1.2}, n_units=3000, waves=1,
        raters=(6, 6), customers=(2, 2), rng=np.random.default_rng(14),
    )  # fmt: skip
    persons = isat(tables).drop(columns=["wave", "person"])
    parts = variance_components(moments(persons, ["score"], by="unit"))
    known = truth["population"]
    reliability = known["between_internal"] / (
        known["between_internal"] + known["within_internal"] / 6
    )
    error = np.sqrt(2 / 3000) / reliability
    assert parts.between == pytest.approx(known["between_internal"], rel=4 * error)
    assert parts.within == pytest.approx(known["within_internal"], rel=4 * np.sqrt(2 / 15000))
