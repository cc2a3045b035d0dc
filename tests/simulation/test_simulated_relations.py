"""Lags, bends and moderations that are absent by default: recovered where they are asked for."""

import numpy as np
import pytest

from icx_research.simulation.effects import Effects, read_effects
from icx_research.simulation.scores import (
    arrange_distance,
    draw_scores,
    draw_surveyed,
    given_correlations,
    score_correlations,
)
from icx_research.simulation.simulate import simulate_tables
from tests.survey.large_company import CLEAR, csat, isat, means_and_reliability

UNITS = 40_000
ERROR = 4 / np.sqrt(UNITS)


def surveyed(waves=3, seed=5, **effects):
    rng = np.random.default_rng(seed)
    return (*draw_surveyed(Effects(**effects), UNITS, waves, rng), rng)


def slopes(y, *columns):
    x = np.column_stack([np.ones(len(y)), *columns])
    return np.linalg.lstsq(x, y, rcond=None)[0][1:]


@pytest.mark.parametrize(("forward", "backward"), [(0.4, 0.0), (0.0, 0.3), (0.35, -0.2)])
def test_one_side_follows_the_other_within_units(forward, backward):
    effects = {"internal_then_external": forward, "external_then_internal": backward}
    scores, stable, _ = surveyed(waves=4, stability=0.6, **effects)
    passing = (scores - np.sqrt(0.6) * stable) / np.sqrt(0.4)
    for wave in (1, 3):
        before, now = passing[wave - 1], passing[wave]
        known = [before[:, i] for i in range(3)]
        assert slopes(now[:, 2], *known) == pytest.approx([forward, 0, 0], abs=1.5 * ERROR)
        assert slopes(now[:, 0], *known) == pytest.approx([0, 0, backward], abs=1.5 * ERROR)
    # Every wave is like the first: the truth of one wave stays what it is.
    expected = given_correlations(Effects())[:3, :3]
    for wave in range(4):
        assert np.corrcoef(scores[wave], rowvar=False) == pytest.approx(expected, abs=ERROR)
        assert scores[wave].std(axis=0) == pytest.approx(1, abs=ERROR)


def test_without_lags_and_bends_the_draws_are_the_old_ones():
    plain, stable, _ = surveyed()
    rng = np.random.default_rng(5)
    root = np.linalg.cholesky(given_correlations(Effects())[:3, :3] + 1e-12 * np.eye(3))
    expected = rng.standard_normal((1, UNITS, 3)) @ root.T
    assert np.array_equal(stable, expected[0])
    passing = rng.standard_normal((3, UNITS, 3)) @ root.T
    assert np.array_equal(plain, np.sqrt(0.8) * expected + np.sqrt(1 - 0.8) * passing)


def test_the_floor_is_steeper_below_than_above_and_keeps_the_correlation():
    bend = 0.5
    scores, _, _ = surveyed(waves=1, internal_floor=bend)
    inside, focus, outside = scores[0].T
    r = 0.4
    assert np.corrcoef(inside, outside)[0, 1] == pytest.approx(r, abs=ERROR)
    assert outside.std() == pytest.approx(1, abs=ERROR)
    kink = bend * np.sqrt(1 - r**2) / np.sqrt(1 - 2 / np.pi)
    below, above = slopes(outside, np.minimum(inside, 0), np.maximum(inside, 0))
    assert (below, above) == pytest.approx((r + kink, r - kink), abs=0.03)
    expected = given_correlations(Effects(internal_floor=bend))[1, 2]
    assert np.corrcoef(focus, outside)[0, 1] == pytest.approx(expected, abs=ERROR)


def test_the_truth_knows_of_the_floor():
    tables, truth = simulate_tables(
        effects=CLEAR | {"internal_floor": 0.6}, n_units=4000, waves=1, raters=(4, 4),
        customers=(8, 8), rng=np.random.default_rng(9),
    )  # fmt: skip
    found = []
    for side, persons in (("internal", isat(tables)), ("external", csat(tables))):
        means, reliability = means_and_reliability(persons)
        found.append(means.droplevel("wave"))
        known = truth["waves"]["1"][f"reliability_{side}"]
        assert reliability == pytest.approx(known, abs=0.03)  # four errors at 4000 units
    expected = truth["waves"]["1"]["observed_correlation"]
    assert found[0].corr(found[1]) == pytest.approx(expected, abs=3 / np.sqrt(4000))


@pytest.mark.parametrize(
    ("score", "effect"),
    [("smoothness", "smoothness_moderation"), ("digital", "digital_moderation"),
     ("need", "need_moderation"), ("turbulence", "turbulence_moderation")],
)  # fmt: skip
def test_moderators_go_with_the_product(score, effect):
    effects = Effects(**{effect: -0.35})
    rng = np.random.default_rng(2)
    drawn, stable = draw_surveyed(effects, UNITS, 1, rng)
    none = np.zeros((1, UNITS), dtype=bool)
    runs = {"prog": none, "chargeback": none}
    scores = draw_scores(effects, drawn, stable, np.zeros(UNITS, dtype=int), runs, rng)
    inside, outside, moderator = (scores[name][0] for name in ("internal", "external", score))
    product = inside * outside
    assert np.corrcoef(product, moderator)[0, 1] == pytest.approx(-0.35, abs=2.5 * ERROR)
    assert slopes(outside, inside, moderator, inside * moderator)[2] < -0.15
    names, expected, _ = score_correlations(effects)
    assert np.corrcoef(moderator, outside)[0, 1] == pytest.approx(
        expected[names.index(score), names.index("external")], abs=1.5 * ERROR
    )


@pytest.mark.parametrize(
    ("focus", "moderation"), [(-0.4, 0.0), (0.0, -0.35), (-0.3, 0.25)]
)  # fmt: skip
def test_distance_goes_with_focus_and_with_the_link(focus, moderation):
    effects = Effects(distance_focus=focus, distance_moderation=moderation)
    rng = np.random.default_rng(4)
    drawn, stable = draw_surveyed(effects, UNITS, 2, rng)
    steps = arrange_distance(effects, stable, rng)
    assert np.bincount(steps).tolist() == [UNITS // 4] * 4
    inside, focused, outside = drawn[1].T
    expected = given_correlations(effects)[3]
    found = [np.corrcoef(steps, y)[0, 1] for y in (inside, focused, outside, inside * outside)]
    assert found[:3] == pytest.approx(expected[:3], abs=1.5 * ERROR)
    # Groups of a skewed variable carry a little less than those of a normal one.
    assert found[3] == pytest.approx(expected[4], abs=0.05)
    tables, _ = simulate_tables(
        effects=effects, n_units=40, waves=1, raters=(2, 2), customers=(2, 2), rng=rng
    )
    assert tables["units"]["dist"].value_counts().eq(10).all()


def test_expectations_follow_service_one_wave_before():
    tables, _ = simulate_tables(
        effects=CLEAR | {"expectation_ratchet": 0.5, "stability": 0.0}, n_units=400, waves=2,
        raters=(8, 8), customers=(2, 2), rng=np.random.default_rng(6),
    )  # fmt: skip
    ratings = tables["internal"].astype({f"{s}{j}": "Float64" for s in "pe" for j in range(1, 6)})
    cells = ratings.groupby(["wave", "client_unit"])[
        [f"{s}{j}" for s in "pe" for j in range(1, 6)]
    ].mean()
    p, e = (cells[[f"{s}{j}" for j in range(1, 6)]].mean(axis=1).unstack("wave") for s in "pe")
    before, same = slopes(*(x.to_numpy(float) for x in (e[2], p[1], p[2])))
    # Half a latent point per standard deviation of unit scores (0.5 points and more of p).
    assert before > 0.3
    assert abs(same) < before / 2
    plain = np.corrcoef(p[1].to_numpy(float), e[1].to_numpy(float))[0, 1]
    assert np.corrcoef(p[1].to_numpy(float), e[2].to_numpy(float))[0, 1] > plain


def test_conflict_and_orientation_are_moved_by_their_programmes():
    effects = Effects(programme_conflict=-0.6, chargeback_orientation=0.5)
    rng = np.random.default_rng(8)
    drawn, stable = draw_surveyed(effects, UNITS, 1, rng)
    runs = {name: rng.random((1, UNITS)) < 0.5 for name in ("prog", "chargeback")}
    scores = draw_scores(effects, drawn, stable, np.zeros(UNITS, dtype=int), runs, rng)
    for name, indicator, shift in (
        ("conflict", "prog", -0.6), ("conflict", "chargeback", 0.0),
        ("orientation", "chargeback", 0.5), ("orientation", "prog", 0.0),
    ):  # fmt: skip
        on = runs[indicator][0]
        apart = scores[name][0][on].mean() - scores[name][0][~on].mean()
        assert apart == pytest.approx(shift, abs=4 * np.sqrt(4 / UNITS)), (name, indicator)


def test_lags_and_distances_that_cannot_be_are_refused(rng):
    with pytest.raises(ValueError) as caught:
        read_effects({"internal_then_external": 0.95, "external_then_internal": -0.95,
                      "focus_external": 0.8, "internal_focus": 0.8})  # fmt: skip
    assert str(caught.value) == (
        "internal_then_external and external_then_internal would explain more of a score than "
        "there is; got 0.95 and -0.95."
    )
    for stability in (0.0, 0.1):
        effects = Effects(distance_focus=0.4, stability=stability)
        with pytest.raises(ValueError) as caught:
            arrange_distance(effects, np.zeros((8, 3)), rng)
        assert str(caught.value) == (
            "distance_focus and distance_moderation are too large for units of stability "
            f"{stability:g}; got 0.4 and 0."
        )
