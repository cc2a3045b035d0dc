"""True scores of units: correlations, lags and moderation as asked for, by large draws."""

import numpy as np
import pytest

from icx_research import simulate_study
from icx_research.simulation.effects import Effects, read_effects
from icx_research.simulation.scores import (
    GIVEN,
    draw_profiles,
    draw_scores,
    draw_surveyed,
    paths,
    score_correlations,
)

UNITS = 40_000
ERROR = 4.5 / np.sqrt(UNITS)  # several hundred correlations on one draw
NAMES = [name for name in paths(Effects()) if name != "interplay"]
WITHOUT_PROGRAMME = Effects(
    programme_language=0, programme_entitlement=0, programme_lead=0, stability=0.6
)


def draw(effects, waves=3, seed=7, programme=None):
    rng = np.random.default_rng(seed)
    surveyed, stable = draw_surveyed(effects, UNITS, waves, rng)
    distance = rng.integers(0, 4, size=UNITS)
    none = np.zeros((waves, UNITS), dtype=bool)
    runs = {"prog": none if programme is None else programme, "chargeback": none}
    return draw_scores(effects, surveyed, stable, distance, runs, rng), stable


@pytest.fixture(scope="module")
def drawn():
    return draw(WITHOUT_PROGRAMME)


def correlation(x, y):
    return float(np.corrcoef(x, y)[0, 1])


def test_scores_correlate_as_the_truth_says(drawn):
    scores, _ = drawn
    names, expected, _ = score_correlations(WITHOUT_PROGRAMME)
    table = np.array([scores[name][1] for name in names])
    heavy = np.isin(names, ["interplay", "turbulence"])  # tails of products, errors twice as wide
    allowed = ERROR * np.where(heavy[:, None] | heavy, 2.5, 1)
    assert (np.abs(np.corrcoef(table) - expected) < allowed).all()
    assert table.std(axis=1) == pytest.approx(1, abs=2 * ERROR)
    assert np.linalg.eigvalsh(expected).min() > 0


def test_the_correlations_asked_for_are_those_that_come_out():
    names, found, _ = score_correlations(Effects())
    for name, on in paths(Effects()).items():
        for parent, asked in on.items():
            assert found[names.index(name), names.index(parent)] == pytest.approx(asked)


@pytest.mark.parametrize("name", NAMES)
def test_scores_are_as_stable_as_asked_for(drawn, name):
    scores, _ = drawn
    share = WITHOUT_PROGRAMME.stability
    if name in ("contact", "knowledge"):  # distance does not change at all
        r = score_correlations(WITHOUT_PROGRAMME)[1][
            score_correlations(WITHOUT_PROGRAMME)[0].index(name), GIVEN.index("distance")
        ]
        share = share + (1 - share) * r**2
    if name == "turbulence":  # a product of two scores is less stable than either
        r, b = WITHOUT_PROGRAMME.internal_external, WITHOUT_PROGRAMME.turbulence_moderation
        product = (share**2 + (share * r) ** 2) / (1 + r**2)
        share = share + b**2 * (product - share)
    assert correlation(scores[name][0], scores[name][2]) == pytest.approx(share, abs=ERROR)


def test_strain_follows_entitlement_by_one_wave(drawn):
    scores, _ = drawn
    effect, share = WITHOUT_PROGRAMME.entitlement_strain, WITHOUT_PROGRAMME.stability
    before, after = scores["entitlement"][0], scores["strain"][1]
    assert correlation(before, after) == pytest.approx(effect, abs=ERROR)
    assert correlation(scores["entitlement"][1], after) == pytest.approx(effect * share, abs=ERROR)
    # Given entitlement one wave before, that of the same wave adds nothing.
    x = np.column_stack([before, scores["entitlement"][1]])
    assert np.linalg.lstsq(x, after, rcond=None)[0] == pytest.approx([effect, 0], abs=0.025)


def test_attention_to_colleagues_is_followed_by_customers_within_units(drawn):
    scores, stable = drawn
    effect, share = WITHOUT_PROGRAMME.attention_external, WITHOUT_PROGRAMME.stability
    passing = [
        (scores["external"][t] - np.sqrt(share) * stable[:, 2]) / np.sqrt(1 - share)
        for t in range(3)
    ]
    # Only the part of a wave carries over; it makes up `1 - share` of what is seen.
    seen = effect * np.sqrt(1 - share)
    for t in range(2):
        found = correlation(scores["attention_internal"][t], passing[t + 1])
        assert found == pytest.approx(seen, abs=ERROR)
        assert correlation(scores["attention_internal"][t], passing[t]) == pytest.approx(
            0, abs=ERROR
        )
    assert correlation(scores["attention_internal"][2], passing[2]) == pytest.approx(0, abs=ERROR)


@pytest.mark.parametrize("moderation", [-0.5, 0.0, 0.4])
def test_turbulence_moderates_the_link_of_internal_and_external(moderation):
    effects = Effects(turbulence_moderation=moderation)
    scores, _ = draw(effects, waves=1)
    inside, outside, turbulence = (
        scores[name][0] for name in ("internal", "external", "turbulence")
    )
    found = correlation(inside * outside, turbulence)
    assert found == pytest.approx(moderation, abs=2 * ERROR)  # products have heavy tails
    assert correlation(inside, turbulence) == pytest.approx(0, abs=2 * ERROR)
    low, high = (np.quantile(turbulence, q) for q in (1 / 3, 2 / 3))
    calm = correlation(inside[turbulence < low], outside[turbulence < low])
    stormy = correlation(inside[turbulence > high], outside[turbulence > high])
    assert np.sign(round(stormy - calm, 1)) == np.sign(moderation)


def test_a_programme_moves_scores_and_strain_follows():
    runs = np.zeros((3, UNITS), dtype=bool)
    runs[1:, : UNITS // 2] = True
    effects = Effects(programme_language=0.7, programme_entitlement=0.5, programme_lead=-0.4)
    scores, _ = draw(effects, programme=runs)
    error = 4 * np.sqrt(4 / UNITS)
    for name, wave, shift in (
        ("language", 1, 0.7), ("language", 0, 0.0), ("entitlement", 2, 0.5), ("lead", 1, -0.4),
        ("strain", 1, 0.0), ("strain", 2, 0.5 * effects.entitlement_strain), ("vision", 2, 0.0),
        ("hierarchy", 1, 0.7 * effects.language_hierarchy),
    ):  # fmt: skip
        halves = scores[name][wave, : UNITS // 2], scores[name][wave, UNITS // 2 :]
        assert halves[0].mean() - halves[1].mean() == pytest.approx(shift, abs=error), (name, wave)


def test_end_to_end_teams_stand_for_a_correlation_on_the_latent_scale():
    scores, stable = draw(Effects(e2e_external=0.6), waves=1)
    teams = scores.end_to_end
    share = teams.mean()
    density = np.exp(-(0.5**2) / 2) / np.sqrt(2 * np.pi)
    expected = 0.6 * density / (share * (1 - share))
    apart = stable[teams, 2].mean() - stable[~teams, 2].mean()
    assert apart == pytest.approx(expected, abs=4 * np.sqrt(5 / UNITS))


def test_profiles_are_centred_and_of_variance_one(rng):
    profile = draw_profiles(20_000, rng)
    assert profile.sum(axis=1) == pytest.approx(0, abs=1e-9)
    assert profile.var(axis=0) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    ("effects", "message"),
    [
        (
            {"connectedness_smoothness": 0.9, "smoothness_external": -0.9},
            "No score can have the correlations asked for smoothness: connectedness 0.9, "
            "external -0.9.",
        ),
        (
            {"understanding_internal": 0.9, "understanding_external": -0.5},
            "No score can have the correlations asked for understanding: internal 0.9, "
            "external -0.5.",
        ),
    ],
)
def test_correlations_that_cannot_be_are_refused(effects, message, rng):
    with pytest.raises(ValueError) as caught:
        simulate_study(effects=effects, n_units=5, waves=1, rng=rng)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("effect", "message"),
    [
        ({"programme_lead": 3}, "programme_lead must lie from -3 to below 3, not 3."),
        ({"partner_variance": 0.5}, "partner_variance must lie from 0 to below 0.5, not 0.5."),
        ({"role_modelling": -0.1}, "role_modelling must lie from 0 to below 1, not -0.1."),
        ({"need_external": float("nan")}, "need_external must lie from -1 to below 1, not nan."),
    ],
)
def test_effects_out_of_bounds_are_refused(effect, message):
    with pytest.raises(ValueError) as caught:
        read_effects(effect)
    assert str(caught.value) == message
