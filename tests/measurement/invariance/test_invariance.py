"""Oracle: lavaan (tests/reference/sem); rules and gates by hand."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from icx_research.core.reduction import moments
from icx_research.measurement.invariance.ladder import measurement_invariance
from tests.measurement.sem.reference import THREE, answers, values

# Both sides are polished by Newton steps.
R_RTOL = 1e-8
ITEMS = [f"x{i}" for i in range(1, 10)]
LEVELS = ["configural", "metric", "scalar", "strict"]
LOOSE = ("x2 ~ 1", "x7 ~ 1")


@pytest.fixture(scope="module")
def ladder():
    return measurement_invariance(THREE, answers(), group="region")


@pytest.fixture(scope="module")
def partial():
    return measurement_invariance(THREE, answers(), group="region", free=LOOSE)


def index_of(case, name):
    frame = values("indices")
    return float(frame[(frame["case"] == case) & (frame["name"] == name)]["value"].iloc[0])


def test_table_matches_lavaan(ladder):
    table = ladder.table
    assert list(table.columns) == [
        "level", "chi_square", "df", "p_value", "cfi", "tli", "rmsea", "srmr", "delta_cfi",
        "delta_rmsea", "delta_srmr", "difference", "difference_df", "difference_p_value",
        "holds_cheung_rensvold", "holds_chen", "holds_chi_square",
    ]  # fmt: skip
    assert list(table["level"]) == LEVELS
    names = {"chi_square": "chisq", "df": "df", "p_value": "pvalue", "cfi": "cfi", "tli": "tli",
             "rmsea": "rmsea", "srmr": "srmr"}  # fmt: skip
    for level, row in table.set_index("level").iterrows():
        for ours, theirs in names.items():
            np.testing.assert_allclose(
                row[ours], index_of(level, theirs), rtol=R_RTOL * 100, atol=1e-12
            )
    for name in ("cfi", "rmsea", "srmr"):
        np.testing.assert_allclose(table[f"delta_{name}"], table[name].diff(), equal_nan=True)
    np.testing.assert_allclose(table["difference"], table["chi_square"].diff(), rtol=R_RTOL)
    reference = values("differences").query("case == 'plain'")
    np.testing.assert_allclose(table["difference"][1:3], reference["chi_square"], rtol=R_RTOL)
    np.testing.assert_allclose(table["difference_p_value"][1:3], reference["p_value"], rtol=1e-6)
    assert list(table["difference_df"][1:]) == [6, 6, 9]


def test_two_shifted_intercepts_stop_the_ladder_at_metric(ladder):
    assert ladder.highest_level == "metric"
    assert not ladder.allows("means")
    assert ladder.allows("regressions")
    assert ladder.latent_means.empty
    assert set(ladder.releases["lhs"][:2]) == {"x2", "x7"}
    assert ladder.releases["statistic"].iloc[0] == pytest.approx(32.1944034474949, rel=1e-8)
    assert (ladder.n_used, ladder.n_dropped, ladder.groups) == (420, 0, ("east", "west"))
    assert ladder.note == ""
    message = re.escape(
        "latent means may not be compared: scalar invariance does not hold (highest level: metric)."
    )
    with pytest.raises(ValueError, match=message):
        ladder.mean_difference("seen", "west")


def test_partial_invariance_opens_the_means(partial):
    assert partial.highest_level == "strict"
    assert partial.allows("means")
    reference = values("estimates").query("case == 'partial' and op == '~1' and group == 2")
    reference = reference.set_index("lhs")
    ours = partial.latent_means.set_index("term")
    assert list(ours.index) == ["seen", "read", "fast"]
    for name in ours.index:
        assert ours.loc[name, "estimate"] == pytest.approx(reference.loc[name, "est"], rel=R_RTOL)
        assert ours.loc[name, "se"] == pytest.approx(reference.loc[name, "se"], rel=R_RTOL)
    difference = partial.mean_difference("seen", "west")
    assert difference.value == ours.loc["seen", "estimate"]
    reach = 1.959963984540054 * ours.loc["seen", "se"]
    np.testing.assert_allclose(
        [difference.ci_low, difference.ci_high],
        [difference.value - reach, difference.value + reach],
    )
    # the population difference of the simulation is 0.4 of a latent sd of 0.9
    assert difference.ci_low < 0.36 < difference.ci_high
    variances = values("estimates").query(
        "case == 'partial' and lhs == 'seen' and rhs == 'seen' and op == '~~'"
    )["est"]
    n = answers()["region"].value_counts().sort_index()
    pooled = np.sqrt(np.average(variances, weights=n))
    assert ours.loc["seen", "standardised"] == pytest.approx(difference.value / pooled, rel=1e-8)
    with pytest.raises(
        ValueError, match=re.escape("there is no difference of 'seen' in 'north'; known: ")
    ):
        partial.mean_difference("seen", "north")


def test_rules_are_labels_and_the_reader_chooses(ladder):
    labels = ladder.table.set_index("level")
    assert labels["holds_cheung_rensvold"].tolist() == [True, True, False, True]
    assert labels["holds_chen"].tolist() == [True, True, False, True]
    assert labels["holds_chi_square"].tolist() == [True, True, False, False]
    strict = measurement_invariance(THREE, answers(), group="region", free=LOOSE, rule="chi_square")
    p = strict.table["difference_p_value"]
    expected = "strict" if (p[1:] >= 0.05).all() else LEVELS[int((p[1:] < 0.05).idxmax()) - 1]
    assert strict.highest_level == expected


def test_too_many_freed_items_close_the_gate():
    result = measurement_invariance(
        THREE, answers(), group="region", free=("x2 ~ 1", "x3 ~ 1", "x7 ~ 1")
    )
    assert result.highest_level in ("scalar", "strict")
    assert not result.allows("means")
    assert result.allows("regressions")


def test_moments_per_group_and_robust_statistics():
    by = moments(answers(), ITEMS, by="region")
    from_moments = measurement_invariance(THREE, by, group="region")
    from_rows = measurement_invariance(THREE, answers(), group="region")
    pd.testing.assert_frame_equal(from_moments.table, from_rows.table)
    robust = measurement_invariance(THREE, answers(), group="region", estimator="MLR")
    reference = values("differences").query("case == '2001' or case == 2001")
    np.testing.assert_allclose(robust.table["difference"][1:3], reference["chi_square"], rtol=1e-6)


def test_names_of_groups_and_order_of_rows_do_not_matter(ladder, rng):
    renamed = answers().iloc[rng.permutation(420)]
    renamed = renamed.assign(region=renamed["region"].map({"east": "z", "west": "a"}))
    other = measurement_invariance(THREE, renamed, group="region")
    assert other.groups == ("a", "z")
    numbers = ["chi_square", "df", "cfi", "rmsea", "srmr", "difference"]
    np.testing.assert_allclose(other.table[numbers], ladder.table[numbers], rtol=1e-7)
    assert (
        other.to_apa()
        == ladder.to_apa()
        == (
            "highest level = metric (rule: cheung_rensvold); metric: ΔCFI = .002; scalar: "
            "ΔCFI = −.049; strict: ΔCFI = −.006; 2 groups, n = 420"
        )
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"levels": ("metric",)}, "levels must be a beginning of configural, metric, scalar, "
         "strict; got metric."),
        ({"rule": "chen2007"}, "rule must be one of 'cheung_rensvold', 'chen', 'chi_square', not "
         "'chen2007'."),
        ({"group": "one"}, "measurement_invariance needs at least 2 groups; 'one' has 1."),
    ],
)  # fmt: skip
def test_refuses_with_the_reason(options, message):
    data = answers().assign(one="all")
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        measurement_invariance(THREE, data, **{"group": "region", **options})


def failed(ladder, level):
    """A ladder whose model of one level did not converge."""
    broken = replace(ladder.models[level], problems=("not converged",))
    return replace(ladder, models={**ladder.models, level: broken})


@pytest.mark.parametrize("level", ["configural", "metric", "scalar"])
def test_nothing_holds_after_a_model_that_failed(partial, level):
    table = failed(partial, level).table.set_index("level")
    rules = ["holds_cheung_rensvold", "holds_chen", "holds_chi_square"]
    after = LEVELS[LEVELS.index(level) :]
    assert not table.loc[after, rules].any(axis=None)
    before = LEVELS[: LEVELS.index(level)]
    assert table.loc[before, "holds_cheung_rensvold"].all()


def test_scaled_tests_stand_first_under_mlr():
    ladder = measurement_invariance(
        "seen =~ x1 + x2 + x3\nread =~ x4 + x5 + x6", answers(), group="region", estimator="mlr"
    )
    table = ladder.table
    scaled = ["chi_square_scaled", "p_value_scaled", "cfi_scaled", "tli_scaled", "rmsea_scaled"]
    assert list(table.columns[:7]) == ["level", *scaled, "chi_square"]
    for level, row in table.set_index("level").iterrows():
        fit = ladder.models[level].fit_indices
        assert row[scaled].tolist() == fit[scaled].tolist()
        assert f"{level}: Δχ²" in ladder.to_apa() or level == "configural"
