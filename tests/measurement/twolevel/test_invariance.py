"""Known truth, the gate and messages; the oracle of the tests is in test_reference."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from icx_research.measurement.twolevel.invariance import cross_level_invariance
from icx_research.measurement.twolevel.model import two_level_cfa
from tests.measurement.twolevel.reference import answers, level, one

MODEL = "f =~ a + b + c + d"
LOADINGS = np.array([1, 0.8, 0.9, 0.7])


def draw(seed, *, units=200, size=8, between=LOADINGS, noise=0.0):
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), size)
    y = rng.normal(size=(len(unit), 1)) * LOADINGS + 0.7 * rng.normal(size=(len(unit), 4))
    of_unit = 0.5 * rng.normal(size=(units, 1)) * between + noise * rng.normal(size=(units, 4))
    return pd.DataFrame(y + of_unit[unit], columns=list("abcd")).assign(unit=unit)


def found(data, model=MODEL, **options):
    return cross_level_invariance(model, data, unit="unit", **options)


def test_equal_measurement_holds_and_the_icc_is_the_factors():
    result = found(draw(1))
    assert result.highest_level == "scalar"
    assert result.allows("factor_icc") and result.allows("unit_means")
    icc = result.factor_icc.iloc[0]
    assert icc["term"] == "f"
    assert icc["ci_low"] < 0.25 / 1.25 < icc["ci_high"]
    assert icc["estimate"] == pytest.approx(0.2, abs=0.05)
    table = result.models["metric"].table
    own = table[(table["lhs"] == "f") & (table["op"] == "~~")]["estimate"].to_numpy()
    assert icc["estimate"] == pytest.approx(own[1] / own.sum())


def test_error_of_the_icc_is_that_of_a_definition():
    data = draw(1)
    equal = "f =~ a + l*b + m*c + n*d"
    text = level(f"{equal}\nf ~~ w*f", f"{equal}\nf ~~ v*f\nicc := v / (v + w)")
    defined = two_level_cfa(text, data, unit="unit").table.iloc[-1]
    icc = found(data).factor_icc.iloc[0]
    assert icc["estimate"] == pytest.approx(defined["estimate"], rel=1e-9)
    assert icc["se"] == pytest.approx(defined["se"], rel=1e-9)


def test_errors_of_the_icc_and_the_tests_are_as_large_as_they_say():
    rows, rejected = [], []
    for seed in range(40):
        result = found(draw(seed, units=100, size=6))
        rejected.append([test.p_value < 0.05 for test in result.differences.values()])
        if result.allows("factor_icc"):
            rows.append(result.factor_icc.iloc[0])
    icc = pd.DataFrame(rows)
    # 40 draws: .05 with a standard error of .034; a standard deviation known to 11 %
    assert (np.mean(rejected, axis=0) < 0.155).all()
    assert ((icc["ci_low"] < 0.2) & (icc["ci_high"] > 0.2)).mean() > 0.86
    assert icc["se"].mean() == pytest.approx(icc["estimate"].std(), rel=0.3)


def test_other_loadings_between_units_close_the_gate():
    result = found(draw(2, between=np.array([1, 0.1, 0.9, 1.6]), noise=0.2))
    assert result.highest_level == "configural"
    assert not result.allows("factor_icc")
    assert result.factor_icc.empty
    assert list(result.factor_icc.columns) == ["term", "estimate", "se", "ci_low", "ci_high"]


def test_freed_loadings_open_it_again_but_two_must_stay_equal():
    data = draw(3, between=np.array([1, 0.8, 0.9, 2.0]), noise=0.2)
    assert found(data).highest_level == "configural"
    partial = found(data, free=["f =~ d"])
    assert partial.allows("factor_icc") and partial.freed == ("f =~ d",)
    assert partial.differences["metric"].df == 2
    everything = found(data, free=["f =~ b", "f =~ c", "f =~ d"], levels=["configural"])
    assert not everything.allows("factor_icc")


def test_all_but_one_loading_freed_is_not_enough():
    data = draw(4)
    result = found(data, free=["f =~ b", "f =~ c"])
    assert result.allows("factor_icc")
    result = found(data, free=["f =~ a", "f =~ b", "f =~ c"])
    assert not result.allows("factor_icc")


def test_items_that_differ_between_units_beyond_the_factor_forbid_means():
    result = found(draw(5, noise=0.4))
    assert result.highest_level == "metric"
    assert result.allows("factor_icc") and not result.allows("unit_means")


def test_a_negative_residual_variance_between_units_is_no_reason_against():
    """Without residual variance between units about half of the estimates are negative."""
    result = found(draw(6))
    assert "Heywood" in result.models["configural"].to_apa()
    assert result.holds("configural")


def test_table_and_counts():
    result = found(answers(), one("f"))
    table = result.table.set_index("level")
    assert list(table.index) == ["configural", "metric", "scalar"]
    assert list(table.columns) == [
        "chi_square", "df", "p_value", "cfi", "tli", "rmsea", "srmr_within", "srmr_between",
        "delta_cfi", "delta_rmsea", "difference", "difference_df", "difference_p_value", "holds",
    ]  # fmt: skip
    assert table["df"].tolist() == [18, 23, 29]
    assert table["difference_df"].tolist()[1:] == [5, 6]
    drop = table["chi_square"].diff()
    np.testing.assert_allclose(table["difference"][1:], drop[1:], rtol=1e-9)
    np.testing.assert_allclose(table["delta_cfi"][1:], table["cfi"].diff()[1:], rtol=1e-9)
    np.testing.assert_allclose(table["delta_rmsea"][1:], table["rmsea"].diff()[1:], rtol=1e-9)
    for rung, model in result.models.items():
        for name in table.columns[:8]:
            assert table.loc[rung, name] == model.fit_indices[name]
    assert table["holds"].tolist() == [True, False, False]
    assert (result.n_units, result.n_used, result.n_dropped) == (90, 666, 0)
    single = "3 units have one row, which informs between units only"
    assert result.note.startswith(f"configural: {single}")
    assert result.to_apa() == (
        "highest level = configural; metric: Δχ²(5) = 33.97, p < .001; "
        "scalar: Δχ²(6) = 226.57, p < .001; 90 units, n = 666"
    )


def test_levels_may_be_written_apart():
    apart, plain = found(answers(), level(one("f"), one("f"))), found(answers(), one("f"))
    pd.testing.assert_frame_equal(apart.table, plain.table)


ERRORS = {
    "levels must be a beginning of configural, metric, scalar; got metric.": {
        "levels": ["metric"]},
    "cross_level_invariance needs the same latent variables with the same items at both levels; "
    "'f =~ a' is at one level only.": {"model": level("g =~ a + b + c + d", MODEL)},
    "free names 'f =~ z', which is no loading of the model.": {"free": ["f =~ z"]},
    "free takes single paths such as 'f =~ x2', not 'f =~ a + b'.": {"free": ["f =~ a + b"]},
    "confidence_level must lie between 0 and 1, not 2.": {"confidence_level": 2},
}  # fmt: skip


@pytest.mark.parametrize("message", ERRORS)
def test_refuses_in_one_sentence(message):
    with pytest.raises(ValueError) as refusal:
        found(draw(1, units=20), **ERRORS[message])
    assert str(refusal.value) == message


def test_unknown_uses_and_levels_are_refused():
    result = found(draw(1, units=30), levels=["configural"])
    with pytest.raises(ValueError, match=r"^use must be one of 'factor_icc', 'unit_means', not "):
        result.allows("means")
    with pytest.raises(ValueError, match=r"^level must be one of 'configural', not 'metric'\.$"):
        result.holds("metric")


@pytest.mark.parametrize("rung", ["configural", "metric"])
def test_nothing_holds_after_a_model_that_failed(rung):
    result = found(draw(1))
    broken = replace(result.models[rung], covariance=result.models[rung].covariance * np.nan)
    table = replace(result, models={**result.models, rung: broken}).table.set_index("level")
    after = list(result.models)[list(result.models).index(rung) :]
    assert not table.loc[after, "holds"].any()
    assert table["holds"].sum() == 3 - len(after)
