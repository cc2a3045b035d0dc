"""Oracle: R cor.test, psych::partial.r and r.con, lm; tests/reference/linkage_r.*"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icx_research.linkage.correlation.controls import control_columns
from tests.builders import linked_units
from tests.linkage.correlation.correlating import correlate, small

REFERENCE = Path(__file__).parents[2] / "reference"
R_RTOL = 1e-9  # R wrote 15 digits of closed forms
SAME = 1e-9  # the same sums in another order


@pytest.fixture
def by_r():
    table = pd.read_csv(REFERENCE / "linkage_r.csv", comment="#", skipinitialspace=True)
    return table.set_index(["case", "level"])


@pytest.fixture
def units():
    table = pd.read_csv(REFERENCE / "linkage_units.csv")
    return linked_units(**{name: table[name] for name in table if name != "unit"})


def assert_matches(test, row):
    np.testing.assert_allclose(
        [test.estimate.value, test.estimate.ci_low, test.estimate.ci_high, test.statistic,
         test.p_value],
        row[["r", "ci_low", "ci_high", "t", "p"]].to_numpy(float),
        rtol=R_RTOL,
    )  # fmt: skip
    assert test.df == row["df"]


@pytest.mark.parametrize("level", [0.95, 0.90])
def test_pearson_matches_cor_test(units, by_r, level):
    found = correlate(units, confidence_level=level)
    assert_matches(found.correlation, by_r.loc["pearson", level])
    assert found.estimate.confidence_level == level
    assert found.partial_correlation is None
    assert found.primary == found.correlation
    assert (found.n_used, found.n_dropped, found.n_control_columns) == (40, 0, 0)


def test_spearman_with_ties_matches_cor_test_and_bonett_wright(units, by_r):
    found = correlate(units, method="spearman")
    assert found.method == "spearman"
    assert_matches(found.correlation, by_r.loc["spearman", 0.95])


@pytest.mark.parametrize(
    ("case", "controls", "method", "columns"),
    [
        ("partial_size", ["size"], "pearson", 1),
        ("partial_size_load_region", ["size", "load", "region"], "pearson", 4),
        ("partial_spearman_size_region", ["size", "region"], "spearman", 3),
    ],
)
def test_partial_correlations_match_psych(units, by_r, case, controls, method, columns):
    found = correlate(units, controls=controls, method=method)
    assert_matches(found.partial_correlation, by_r.loc[case, 0.95])
    assert found.primary == found.partial_correlation
    assert found.controls == tuple(controls)
    assert found.n_control_columns == columns
    assert found.correlation == correlate(units, method=method).correlation


def test_partial_correlation_has_the_t_of_the_regression(units, by_r):
    found = correlate(units, controls=["size", "load", "region"]).primary
    row = by_r.loc["regression_t"].iloc[0]
    assert found.statistic == pytest.approx(row["t"], rel=R_RTOL)
    assert found.p_value == pytest.approx(row["p"], rel=1e-8)  # R printed it small
    assert found.df == row["df"]


def test_table_names_sentence_and_reliability(units):
    found = correlate(units, controls=["size"])
    table = found.table
    assert list(table) == [
        "term", "estimate", "ci_low", "ci_high", "statistic", "df", "p_value", "n",
    ]  # fmt: skip
    assert table["term"].tolist() == ["correlation", "partial_correlation"]
    for (_, row), test in zip(
        table.iterrows(), (found.correlation, found.partial_correlation), strict=True
    ):
        e = test.estimate
        assert row.tolist()[1:] == [
            e.value, e.ci_low, e.ci_high, test.statistic, test.df, test.p_value, 40,
        ]  # fmt: skip
    assert repr(found) == (
        "LinkageCorrelation: r(37) = .62 given size, 95% CI [.37, .78], p < .001, n = 40 units"
    )
    assert (found.internal, found.external, found.wave, found.note) == (
        "inside",
        "outside",
        "1",
        "",
    )
    assert not found.reliability_internal.assessable
    assert not found.reliability_external.assessable


def test_spearman_names_itself(units):
    found = correlate(units, method="spearman")
    assert found.to_apa() == "rs(38) = .55, 95% CI [.26, .74], p < .001, n = 40 units"
    assert found.table["term"].tolist() == ["correlation"]


def test_reliability_rests_on_the_variance_given_the_controls(units):
    table = units.table.assign(inside_se=0.3, inside_n=10.0, outside_se=0.4, outside_n=20.0)
    assessed = linked_units(**{n: table[n] for n in table if n not in ("unit", "wave")})
    plain, partial = correlate(assessed), correlate(assessed, controls=["size", "region"])
    x = np.column_stack([np.ones(40), table["size"], control_columns(table, ["region"])])
    for side, se in (("inside", 0.3), ("outside", 0.4)):
        y = table[side].to_numpy()
        residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        name = {"inside": "reliability_internal", "outside": "reliability_external"}[side]
        assert getattr(plain, name).value == pytest.approx(1 - se**2 / y.var(ddof=1))
        assert getattr(partial, name).variance == pytest.approx(residual @ residual / (40 - 4))


def test_recovers_the_true_correlation(rng):
    truth = rng.multivariate_normal([0, 0], [[1, 0.4], [0.4, 1]], 100_000)
    assert small(*truth.T).estimate.value == pytest.approx(0.4, abs=0.009)  # three errors


def test_a_common_cause_vanishes_in_the_partial_correlation(rng):
    cause = rng.normal(size=50_000)
    linked = linked_units(
        cause + rng.normal(size=50_000), cause + rng.normal(size=50_000), cause=cause
    )
    found = correlate(linked, controls=["cause"])
    assert found.correlation.estimate.value == pytest.approx(0.5, abs=0.012)
    assert found.partial_correlation.estimate.value == pytest.approx(0, abs=0.0135)


@pytest.mark.parametrize(("n", "rho", "c"), [(8, 0.0, 0), (15, 0.5, 0), (15, 0.3, 3)])
def test_interval_covers_as_often_as_it_says(rng, n, rho, c):
    runs, covered = 150, 0
    for _ in range(runs):
        controls = {f"c{i}": rng.normal(size=n) for i in range(c)}
        shift = sum(controls.values(), np.zeros(n))
        x = rng.normal(size=n)
        y = rho * x + np.sqrt(1 - rho**2) * rng.normal(size=n)
        linked = linked_units(x + shift, y + shift, **controls)
        found = correlate(linked, controls=list(controls)).estimate
        covered += found.ci_low < rho < found.ci_high
    assert covered / runs == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / runs))


@pytest.mark.parametrize("method", ["pearson", "spearman"])
@pytest.mark.parametrize("sign", [1, -1])
def test_perfect_lines_have_limits_at_one(method, sign):
    found = small([1.0, 2, 3, 4, 5], sign * np.array([2.0, 4, 6, 8, 10]), method=method)
    assert found.estimate.value == pytest.approx(sign, abs=1e-15)
    assert found.estimate.ci_low == pytest.approx(sign)
    assert found.estimate.ci_high == pytest.approx(sign)
    assert found.correlation.p_value < 1e-20
    assert found.correlation.statistic * sign > 1e6


def test_four_units_are_enough_and_have_one_fisher_degree():
    r = np.corrcoef([1.0, 2, 3, 4], [2.0, 1, 4, 3])[0, 1]
    found = small([1.0, 2, 3, 4], [2.0, 1, 4, 3])
    assert found.correlation.df == 2
    assert found.estimate.ci_high == pytest.approx(np.tanh(np.arctanh(r) + 1.959963984540054))


def test_units_without_all_values_are_left_out_and_counted():
    size = [1.0, 2, 2, 7, np.nan, 3, 4]
    inside, outside = [1.0, 2, 3, 5, 4, np.nan, 7], [2.0, 1, 4, 3, 9, 2, 8]
    found = correlate(linked_units(inside, outside, size=size), controls=["size"])
    kept = [0, 1, 2, 3, 6]
    again = correlate(
        linked_units(*(np.take(v, kept) for v in (inside, outside)), size=np.take(size, kept)),
        controls=["size"],
    )
    assert (found.n_used, found.n_dropped) == (5, 2)
    assert (again.n_used, again.n_dropped) == (5, 0)
    assert found.primary == again.primary


def test_scores_near_1e9_keep_their_correlation(units):
    table = units.table
    far = linked_units(table["inside"] + 1e9, table["outside"] - 1e9, size=table["size"] + 1e9)
    near = correlate(units, controls=["size"])
    found = correlate(far, controls=["size"])
    # 1e9 plus one decimal keeps about seven digits of the difference
    assert found.estimate.value == pytest.approx(near.estimate.value, rel=1e-6)


def test_collinear_constant_and_repeated_controls_cost_no_degrees(units):
    table = units.table
    more = linked_units(
        table["inside"], table["outside"], size=table["size"], tenfold=10.0 * table["size"] + 3,
        north=(table["region"] == "north") * 1.0, region=table["region"], same=0.1, one="x",
    )  # fmt: skip
    plain = correlate(units, controls=["size", "region"])
    found = correlate(more, controls=["size", "region", "tenfold", "north", "same", "one", "size"])
    assert found.n_control_columns == plain.n_control_columns == 3
    assert found.primary.df == 35
    assert found.estimate.ci_low == pytest.approx(plain.estimate.ci_low, rel=SAME)
    assert found.estimate.ci_high == pytest.approx(plain.estimate.ci_high, rel=SAME)
    assert found.primary.p_value == pytest.approx(plain.primary.p_value, rel=1e-7)
    assert found.reliability_internal.variance == pytest.approx(
        plain.reliability_internal.variance, rel=SAME
    )
    assert found.note == "4 control column(s) are constant or follow from the others"


def test_controls_that_do_not_vary_leave_the_plain_correlation(units):
    table = units.table
    found = correlate(linked_units(table["inside"], table["outside"], same="x"), controls=["same"])
    assert found.n_control_columns == 0
    assert found.partial_correlation == correlate(units).correlation


def test_controls_of_very_different_size_all_count(units, by_r):
    table = units.table
    scaled = linked_units(
        table["inside"], table["outside"], size=table["size"] * 1e12, load=table["load"] * 1e-9,
        region=table["region"],
    )  # fmt: skip
    found = correlate(scaled, controls=["size", "load", "region"])
    assert_matches(found.primary, by_r.loc["partial_size_load_region", 0.95])


def test_numbers_written_as_text_stay_numbers(units):
    table = units.table
    text = linked_units(table["inside"], table["outside"], size=table["size"].astype(str))
    found = correlate(text, controls=["size"])
    assert found.n_control_columns == 1
    assert found.primary == correlate(units, controls=["size"]).primary


def test_waves_are_never_put_together():
    inside, outside = [1.0, 2, 3, 4, 5, 9, 8, 7, 6, 5], [1.0, 2, 4, 3, 5, 1, 2, 3, 5, 4]
    two = linked_units(inside, outside, wave=["1"] * 5 + ["2"] * 5)
    first, last = correlate(two, wave="1"), correlate(two)
    assert (first.wave, first.n_used, first.estimate.value) == ("1", 5, pytest.approx(0.9))
    assert (last.wave, last.n_used, last.estimate.value) == ("2", 5, pytest.approx(-0.9))
    assert last.note == "wave 2 only, of waves 1, 2"


def test_shared_client_units_are_named(units):
    table = units.table
    shared = linked_units(table["inside"], table["outside"], n_client_units=13)
    assert correlate(shared).note == (
        "some of the 13 client units stand behind several of the 40 units, so these are not "
        "independent and the interval rests on 13 clusters of units"
    )
    ranks = correlate(shared, method="spearman")
    assert ranks.note.endswith("so these are not independent and the interval is too narrow")
    few = linked_units(table["inside"], table["outside"], n_client_units=9)
    assert correlate(few).note.endswith("and the interval is too narrow")
    assert correlate(few).estimate == correlate(units).estimate


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 9999),
    factor=st.floats(0.01, 100),
    shift=st.floats(-100, 100),
    method=st.sampled_from(["pearson", "spearman"]),
)
def test_order_scale_and_names_of_units_do_not_matter(seed, factor, shift, method):
    rng = np.random.default_rng(seed)
    x, y, size = rng.normal(size=(3, 12))
    base = correlate(linked_units(x, y, size=size), controls=["size"], method=method).primary
    order = rng.permutation(12)
    moved = linked_units(shift + factor * x[order], -y[order], size=shift - size[order])
    found = correlate(moved, controls=["size"], method=method).primary
    e, b = found.estimate, base.estimate
    np.testing.assert_allclose(
        [e.value, e.ci_low, e.ci_high, found.statistic, found.p_value],
        [-b.value, -b.ci_high, -b.ci_low, -base.statistic, base.p_value],
        rtol=1e-7,
        atol=1e-9,
    )


def test_a_monotone_change_leaves_spearman(units):
    table = units.table
    curved = linked_units(np.exp(table["inside"]), table["outside"] ** 3)
    rank = correlate(units, method="spearman").correlation
    assert correlate(curved, method="spearman").correlation == rank
