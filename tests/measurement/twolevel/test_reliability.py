"""Known truth, intervals and messages; the oracle of the values is in test_reference."""

import numpy as np
import pandas as pd
import pytest

from icx_research.measurement.twolevel.reliability import multilevel_omega
from tests.measurement.twolevel.reference import ITEMS, answers
from tests.measurement.twolevel.test_model import sparse

# Monte Carlo limits of 20,000 draws: standard error about 1 % of the interval's width.
MONTE_CARLO = 0.01
WITHIN, BETWEEN = np.array([1.0, 0.8, 0.9, 0.7]), np.array([0.6, 0.5, 0.7, 0.4])


def draw(rng, units, size):
    unit = np.repeat(np.arange(units), size)
    y = rng.normal(size=(len(unit), 1)) * WITHIN + 0.7 * rng.normal(size=(len(unit), 4))
    y = y + (rng.normal(size=(units, 1)) * BETWEEN + 0.3 * rng.normal(size=(units, 4)))[unit]
    return pd.DataFrame(y, columns=list("abcd")).assign(unit=unit)


def found(data, **options):
    return multilevel_omega(data, items=list("abcd"), unit="unit", **options)


def truth(size):
    lw, lb, tw, tb = WITHIN.sum() ** 2, BETWEEN.sum() ** 2, 4 * 0.49, 4 * 0.09
    mean = lb + tb + (lw + tw) / size
    shares = [lw / (lw + tw), lb / (lb + tb), lb / mean, (lw + lb) / (lw + tw + lb + tb)]
    return np.array([*shares, (lb + tb) / mean])


def test_many_units_give_the_reliabilities_they_were_drawn_with(rng):
    result = found(draw(rng, 600, 8))
    np.testing.assert_allclose(result.coefficients["estimate"], truth(8), atol=0.03)
    assert result.size == 8


def test_unit_means_are_as_reliable_as_omega_says(rng):
    units, size = 4000, 6
    data = draw(rng, units, size)
    score = data[list("abcd")].sum(axis=1).groupby(data["unit"]).mean()
    factor = BETWEEN.sum() ** 2
    # the squared correlation of an observed score with its true part is true over total variance
    assert factor / score.var() == pytest.approx(truth(size)[2], abs=0.02)


def test_errors_are_as_large_as_they_say():
    frames = [found(draw(np.random.default_rng(seed), 120, 6)).coefficients for seed in range(60)]
    estimates, errors = (np.array([f[name] for f in frames]) for name in ("estimate", "se"))
    # 60 draws: a standard deviation known to 9 %
    np.testing.assert_allclose(errors.mean(axis=0), estimates.std(axis=0), rtol=0.3)
    low, high = (np.array([f[name] for f in frames]) for name in ("ci_low", "ci_high"))
    assert (((low < truth(6)) & (truth(6) < high)).mean(axis=0) > 0.86).all()


def test_delta_and_monte_carlo_agree_where_units_are_many(rng):
    data = draw(rng, 1500, 5)
    delta = found(data).coefficients
    drawn = found(data, interval="monte_carlo", rng=np.random.default_rng(1)).coefficients
    pd.testing.assert_frame_equal(delta[["estimate", "se"]], drawn[["estimate", "se"]])
    for end in ("ci_low", "ci_high"):
        np.testing.assert_allclose(delta[end], drawn[end], atol=MONTE_CARLO)


def test_monte_carlo_depends_on_the_generator_only():
    def limits(seed):
        rng = np.random.default_rng(seed)
        return multilevel_omega(
            answers(), items=ITEMS, unit="unit", interval="monte_carlo", rng=rng, n_resamples=200
        ).coefficients

    pd.testing.assert_frame_equal(limits(1), limits(1))
    assert not limits(1).equals(limits(2))


def test_coefficients_do_not_depend_on_unit_or_names_of_the_items():
    data = answers()
    odd = {item: f"item {item} (1-7)" for item in ITEMS}
    first = multilevel_omega(data, items=ITEMS, unit="unit").coefficients
    moved = data.assign(**{item: 9 + 10 * data[item] for item in ITEMS}).rename(columns=odd)
    second = multilevel_omega(moved, items=list(odd.values()), unit="unit").coefficients
    np.testing.assert_allclose(first, second, rtol=1e-6)


def test_result_shows_itself_and_counts():
    gaps = answers().copy()
    gaps.loc[3, "q1"] = np.nan
    result = multilevel_omega(gaps, items=ITEMS, unit="unit", confidence_level=0.9)
    assert (result.n_used, result.n_dropped, result.n_units) == (665, 1, 90)
    assert list(result.table.columns) == ["term", "estimate", "se", "ci_low", "ci_high", "n"]
    assert result.table["term"].tolist() == list(result.coefficients.index)
    sentence = result.to_apa()
    assert sentence.startswith("omega within = .80, 90% CI [.78, .82]; omega between = .90")
    assert sentence.endswith(f"90 units, n = 665 ({result.note})")
    assert result.model.fit_indices["df"] == 18


def test_residual_variances_that_run_away_are_fixed_and_named():
    data = sparse(4)
    result = multilevel_omega(data, items=list("abcde"), unit="unit")
    assert result.note.startswith("residual variance between units fixed at zero: b")
    assert result.model.converged
    between = result.model.table.query("level == 'between' and op == '~~' and lhs == 'b'")
    assert between["estimate"].tolist() == [0.0]
    assert np.isfinite(result.coefficients["estimate"]).all()


def test_a_search_that_ended_early_gives_no_numbers(monkeypatch):
    monkeypatch.setattr("icx_research.measurement.sem.optimiser.MAX_STEPS", 2)
    result = multilevel_omega(answers(), items=ITEMS, unit="unit")
    assert result.coefficients.isna().all(axis=None)
    assert result.note.startswith("not converged after 2 steps")


def test_a_solution_without_factor_between_units_is_named():
    rng = np.random.default_rng(4)
    data = draw(rng, 60, 6)
    flat = data.assign(**{name: rng.normal(size=len(data)) for name in "abcd"})
    assert "negative" in found(flat).note


ERRORS = {
    "multilevel_omega needs at least 3 items, once each; got ['q1', 'q2'].": {
        "items": ["q1", "q2"]},
    "multilevel_omega needs at least 3 items, once each; got ['q1', 'q2', 'q1'].": {
        "items": ["q1", "q2", "q1"]},
    "interval must be 'delta' or 'monte_carlo', not 'bca'.": {"interval": "bca"},
    "n_resamples must be at least 1, not 0.": {"n_resamples": 0},
    "confidence_level must lie between 0 and 1, not 0.": {"confidence_level": 0},
}  # fmt: skip


@pytest.mark.parametrize("message", ERRORS)
def test_refuses_in_one_sentence(message):
    with pytest.raises(ValueError) as refusal:
        multilevel_omega(answers(), **{"items": ITEMS, "unit": "unit", **ERRORS[message]})
    assert str(refusal.value) == message
