"""Oracle: numpy's means and covariances, statsmodels' DescrStatsW for weights."""

import re

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.weightstats import DescrStatsW

from icx_research.core.moments import Moments
from icx_research.core.reduction import moments

EXACT = 1e-12  # the same sums in another order
ENGINE = 1e-9  # the engine adds in its own order and about the grand mean


@pytest.fixture
def answers(rng):
    n = 60
    data = pd.DataFrame(rng.normal(4, 1, (n, 3)).round(2), columns=["q1", "q2", "q3"])
    data.loc[[3, 17], "q1"] = np.nan
    data.loc[20, "q3"] = np.nan
    data["unit"] = [f"u{i % 5}" for i in range(n)]
    data["wave"] = [str(i % 2) for i in range(n)]
    data.loc[41, "unit"] = None
    data["w"] = rng.integers(0, 4, n).astype(float)
    data.loc[50, "w"] = np.nan
    return data


def test_matches_numpy_on_complete_rows(answers):
    found = moments(answers, ["q1", "q2", "q3"])
    complete = answers[["q1", "q2", "q3"]].dropna()
    assert (found.n, found.weight, found.n_dropped) == (57, 57.0, 3)
    np.testing.assert_allclose(found.mean, complete.mean(), rtol=EXACT)
    np.testing.assert_allclose(found.cov, np.cov(complete, rowvar=False), rtol=EXACT, atol=EXACT)
    assert isinstance(found, Moments)


def test_groups_match_numpy_group_by_group(answers):
    found = moments(answers, ["q1", "q2"], by=["unit", "wave"])
    complete = answers.dropna(subset=["q1", "q2", "unit"])
    expected = dict(list(complete.groupby(["unit", "wave"])[["q1", "q2"]]))
    assert found.groups == tuple(sorted(expected))
    assert found.n_dropped == len(answers) - len(complete)
    for g, key in enumerate(found.groups):
        assert found.n[g] == len(expected[key])
        np.testing.assert_allclose(found.mean[g], expected[key].mean(), rtol=EXACT)
        np.testing.assert_allclose(
            found.cov[g], np.cov(expected[key], rowvar=False), rtol=1e-10, atol=EXACT
        )


def test_weights_match_statsmodels(answers):
    found = moments(answers, ["q1", "q2"], weights="w")
    used = answers.dropna(subset=["q1", "q2", "w"]).query("w > 0")
    oracle = DescrStatsW(used[["q1", "q2"]].to_numpy(), weights=used["w"].to_numpy(), ddof=0)
    n = len(used)
    assert found.n == n
    assert found.n_dropped == len(answers) - n
    assert found.weight == pytest.approx(used["w"].sum())
    np.testing.assert_allclose(found.mean, oracle.mean, rtol=EXACT)
    np.testing.assert_allclose(found.cov, oracle.cov * n / (n - 1), rtol=1e-10)


def test_equal_weights_change_nothing_but_the_weight(answers):
    plain = moments(answers, ["q1", "q2"], by="unit")
    heavy = moments(answers.assign(w=2.5), ["q1", "q2"], by="unit", weights="w")
    np.testing.assert_allclose(heavy.cov, plain.cov, rtol=1e-10)
    np.testing.assert_allclose(heavy.mean, plain.mean, rtol=EXACT)
    np.testing.assert_allclose(heavy.weight, 2.5 * plain.weight)


@pytest.mark.parametrize("by", [None, "unit", ["unit", "wave"]])
@pytest.mark.parametrize("weights", [None, "w"])
def test_an_engine_agrees_with_pandas(answers, by, weights):
    relation = duckdb.connect().from_df(answers)
    lazy = moments(relation, ["q1", "q2", "q3"], by=by, weights=weights)
    eager = moments(answers, ["q1", "q2", "q3"], by=by, weights=weights)
    assert getattr(lazy, "groups", None) == getattr(eager, "groups", None)
    assert lazy.n_dropped == eager.n_dropped
    np.testing.assert_array_equal(lazy.n, eager.n)
    np.testing.assert_allclose(lazy.weight, eager.weight, rtol=ENGINE)
    np.testing.assert_allclose(lazy.mean, eager.mean, rtol=ENGINE)
    np.testing.assert_allclose(lazy.cov, eager.cov, rtol=ENGINE, atol=ENGINE)


def test_lazy_pandas_through_narwhals_takes_the_engine_path(answers):
    lazy = nw.from_native(duckdb.connect().from_df(answers)).lazy()
    np.testing.assert_allclose(moments(lazy, ["q2"]).cov, moments(answers, ["q2"]).cov, rtol=ENGINE)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(0.01, 100), shift=st.floats(-100, 100))
def test_order_of_rows_and_columns_does_not_matter_and_scale_carries_through(seed, factor, shift):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(rng.normal(size=(12, 2)), columns=["x", "y"]).assign(unit=list("abc") * 4)
    base = moments(data, ["x", "y"], by="unit")
    mixed = moments(data.sample(frac=1, random_state=seed), ["y", "x"], by="unit")
    np.testing.assert_allclose(mixed.select(["x", "y"]).cov, base.cov, rtol=1e-9, atol=1e-12)
    moved = moments(data.assign(x=shift + factor * data["x"]), ["x", "y"], by="unit")
    np.testing.assert_allclose(moved.mean[:, 0], shift + factor * base.mean[:, 0], atol=1e-9)
    np.testing.assert_allclose(
        moved.cov, base.cov * np.outer([factor, 1], [factor, 1]), rtol=1e-6, atol=1e-9
    )
    renamed = moments(data.assign(unit=data["unit"] + "!"), ["x", "y"], by="unit")
    assert renamed.groups == ("a!", "b!", "c!")
    np.testing.assert_array_equal(renamed.cov, base.cov)


@pytest.mark.parametrize("lazy", [False, True])
def test_small_differences_at_1e9_survive(lazy):
    small = np.array([0.0, 1.0, 2.0, 4.0])
    data = pd.DataFrame({"x": 1e9 + small, "y": small})
    found = moments(duckdb.connect().from_df(data) if lazy else data, ["x", "y"])
    np.testing.assert_allclose(found.cov, np.full((2, 2), small.var(ddof=1)), rtol=1e-9)


def test_a_group_without_a_complete_row_is_counted_but_has_no_moments():
    data = pd.DataFrame({"x": [1.0, 2.0, np.nan, np.nan, 7.0], "unit": list("aabbc")})
    found = moments(data, ["x"], by="unit")
    assert found.groups == ("a", "c")
    assert found.n.tolist() == [2, 1]
    assert found.n_dropped == 2
    assert np.isnan(found.cov[1]).all()


@pytest.mark.parametrize("lazy", [False, True])
def test_no_complete_row_gives_zero_rows_and_nan(lazy):
    data = pd.DataFrame({"x": [np.nan, np.nan]})
    found = moments(duckdb.connect().from_df(data) if lazy else data, ["x"])
    assert (found.n, found.n_dropped, found.weight) == (0, 2, 0.0)
    assert np.isnan(found.mean).all()
    assert np.isnan(found.cov).all()


def test_weights_of_zero_leave_rows_out():
    data = pd.DataFrame({"x": [1.0, 3.0, 99.0], "w": [1.0, 1.0, 0.0]})
    found = moments(data, ["x"], weights="w")
    assert (found.n, found.n_dropped, found.mean[0]) == (2, 1, 2.0)
    assert moments(data.assign(w=0.0), ["x"], weights="w").n == 0


def test_integer_answers_are_read_as_numbers():
    assert moments(pd.DataFrame({"x": [1, 2, 6]}), "x").mean.item() == 3.0


@pytest.mark.parametrize("lazy", [False, True])
def test_refuses_a_negative_weight(lazy):
    data = pd.DataFrame({"x": [1.0, 2.0], "w": [1.0, -1.0]})
    with pytest.raises(ValueError, match=r"^weights must not be negative; column 'w' is\.$"):
        moments(duckdb.connect().from_df(data) if lazy else data, ["x"], weights="w")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"columns": ["z"]}, "data has no column 'z'; it has ['x', 'unit']."),
        (
            {"columns": ["x"], "by": "x"},
            "Columns, by and weights must be named once each; got ['x', 'x'].",
        ),
        ({"columns": []}, "moments needs at least one column."),
    ],
)
def test_refuses_columns_it_cannot_use(arguments, message):
    data = pd.DataFrame({"x": [1.0, 2.0], "unit": ["a", "b"]})
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        moments(data, **arguments)
