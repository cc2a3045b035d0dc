"""The simulated company: reproducible, within bounds, and true to its truth."""

import numpy as np
import pandas as pd
import pytest

from icx_research import (
    disattenuate,
    link_study,
    link_units,
    linkage_correlations,
    scale_scores,
    simulate_study,
    unit_scores,
)
from icx_research.simulation.effects import Effects
from icx_research.simulation.simulate import simulate_tables

MONTE_CARLO_ERRORS = 3  # a true value lies farther off in fewer than 3 of 1000 runs


def test_the_same_seed_gives_the_same_company_and_another_gives_another():
    first, second, other = (
        simulate_study(n_units=6, waves=2, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    for name, table in first.tables.items():
        pd.testing.assert_frame_equal(table, second.tables[name])
        assert (name == "crosswalk") == table.equals(other.tables[name])  # each unit is itself
    assert first.truth == second.truth


def test_a_company_has_every_table_and_nothing_to_set_aside(rng):
    study = simulate_study(n_units=8, waves=2, raters=(12, 14), customers=(30, 35), rng=rng)
    assert set(study.tables) == {
        "internal", "employees", "external", "units", "programme", "outcomes", "crosswalk",
    }  # fmt: skip
    assert len(study.quarantine) == 0
    inside = study.tables["internal"]
    raters = inside.groupby(["wave", "client_unit"])["respondent"].nunique()
    customers = study.tables["external"].groupby(["wave", "serving_unit"])["respondent"].nunique()
    assert raters.between(12, 14).all() and customers.between(30, 35).all()
    assert inside.groupby(["wave", "respondent"]).size().eq(6).all()
    answers = inside[["p1", "e1", "isat1"]]
    assert set(np.unique(answers.dropna())) <= set(range(1, 8))
    # Satisfaction is skewed to the left: the median lies above the middle, answers pile up there.
    assert (answers["p1"] >= 5).mean() > 0.5
    assert 0.01 < answers["isat1"].isna().mean() < 0.06


@pytest.mark.parametrize("waves", [1, 2, 3, 4, 7])
def test_any_number_of_waves_links(waves, rng):
    linked = link_study(simulate_study(n_units=5, waves=waves, rng=rng))
    assert linked.waves == [str(wave) for wave in range(1, waves + 1)]
    assert len(linked.table) == 5 * waves
    assert len(linked.drops) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"effects": {"icc": 0.1}}, "There is no effect 'icc'; known are internal_external,"),
        ({"effects": {"icc_internal": 0}}, "icc_internal must be above 0: units would not differ"),
        ({"effects": {"icc_external": -0.1}}, "icc_external must lie from 0 to below 1, not -0.1."),
        ({"effects": {"missing": 1.0}}, "missing must lie from 0 to below 1, not 1.0."),
        ({"effects": {"internal_external": 1.2}}, "internal_external must lie from -1 to below 1,"),
        (
            {"effects": Effects(internal_external=0.9, focus_external=0.9, internal_focus=-0.9)},
            "No three scores can have these correlations with each other.",
        ),
        (
            {"n_units": 3},
            "simulate_study needs at least 4 units, 1 wave and 2 respondents per unit on "
            "either side, "
            "fewest before most; got n_units=3, waves=1, raters=(12, 24), customers=(30, 60).",
        ),
        ({"raters": (24, 12)}, "simulate_study needs at least 4 units"),
        ({"customers": (1, 12)}, "simulate_study needs at least 4 units"),
    ],
)
def test_impossible_companies_are_refused(options, message, rng):
    with pytest.raises(ValueError) as caught:
        simulate_study(**{"n_units": 5, "waves": 1, **options, "rng": rng})
    assert str(caught.value).startswith(message)


def test_without_effect_the_truth_is_no_correlation(rng):
    study = simulate_study(effects={"internal_external": 0.0}, n_units=5, waves=1, rng=rng)
    assert study.truth["population"]["unit_correlation"] == 0
    assert study.truth["waves"]["1"]["observed_correlation"] == 0


def test_stability_is_the_correlation_of_true_scores_between_waves(rng):
    n = 4000
    tables, _ = simulate_tables(
        effects={"stability": 0.6}, n_units=n, waves=2, raters=(2, 2), customers=(2, 2), rng=rng
    )
    # Outcomes hold twice the true external score plus noise of standard deviation 3.
    wide = tables["outcomes"].pivot_table(index="unit", columns="wave", values="retention")
    expected = 4 * 0.6 / (4 + 9)
    assert wide.corr().iloc[0, 1] == pytest.approx(
        expected, abs=MONTE_CARLO_ERRORS * (1 - expected**2) / np.sqrt(n)
    )


def test_observed_and_corrected_correlations_recover_the_truth_on_average():
    """A small version of the validation study: 40 companies of 60 units and one wave."""
    observed, corrected, expected, covered = [], [], [], 0
    for seed in range(40):
        study = simulate_study(waves=1, rng=np.random.default_rng([40, seed]))
        scored = scale_scores(study, scales=["internal_satisfaction", "csat"])
        linked = link_units(
            unit_scores(scored, by="client_unit"), unit_scores(scored, by="serving_unit")
        )
        found = linkage_correlations(linked, internal="internal_satisfaction", external="csat")
        observed.append(found.estimate.value)
        corrected.append(disattenuate(found).estimate.value)
        expected.append(study.truth["waves"]["1"]["observed_correlation"])
        covered += found.estimate.ci_low <= expected[-1] <= found.estimate.ci_high
    latent = study.truth["population"]["unit_correlation"]
    for values, truth in ((observed, np.mean(expected)), (corrected, latent)):
        error = np.std(values, ddof=1) / np.sqrt(len(values))
        assert np.mean(values) == pytest.approx(truth, abs=MONTE_CARLO_ERRORS * error)
    share_error = np.sqrt(0.95 * 0.05 / 40)
    assert covered / 40 >= 0.95 - MONTE_CARLO_ERRORS * share_error
