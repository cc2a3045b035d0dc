"""Oracle: the formulas for all rows at once (numpy) and statsmodels' weighted covariance."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icx_research.core.moments import Moments
from icx_research.core.reduction import moments

MEANS_AT_1E9 = 1e-7  # a stored mean near 1e9 has seven decimals
ROUNDING = 1e-9  # sums of a few numbers below 1e3 in another order

values = st.floats(-1000, 1000, allow_nan=False, width=32)
gaps = st.one_of(values, values, st.just(np.nan))
rows = st.lists(st.tuples(gaps, values, st.sampled_from("abc")), min_size=3, max_size=30)


def table(rows):
    return pd.DataFrame(rows, columns=["x", "y", "unit"])


def assert_same(one, other, *, atol=ROUNDING):
    assert one.names == other.names
    assert type(one) is type(other)
    assert getattr(one, "groups", None) == getattr(other, "groups", None)
    np.testing.assert_array_equal(one.n, other.n)
    np.testing.assert_allclose(one.weight, other.weight, rtol=ROUNDING)
    np.testing.assert_allclose(one.mean, other.mean, rtol=ROUNDING, atol=atol)
    scale = np.nanmax(np.abs(one.cov), initial=1.0)
    np.testing.assert_allclose(one.cov, other.cov, rtol=ROUNDING, atol=atol * scale)
    assert one.n_dropped == other.n_dropped


@settings(max_examples=30, deadline=None)
@given(rows=rows, cut=st.integers(1, 29))
def test_merge_equals_the_union(rows, cut):
    whole, cut = table(rows), min(cut, len(rows) - 1)
    first, second = whole[:cut], whole[cut:]
    for by in (None, "unit"):
        merged = moments(first, ["x", "y"], by=by).merge(moments(second, ["x", "y"], by=by))
        assert_same(merged, moments(whole, ["x", "y"], by=by))


@settings(max_examples=60, deadline=None)
@given(rows=rows)
def test_pooled_equals_ignoring_the_groups(rows):
    pooled = moments(table(rows), ["x", "y"], by="unit").pooled()
    assert_same(pooled, moments(table(rows), ["x", "y"]))


@settings(max_examples=40, deadline=None)
@given(
    rows=rows, weights=st.lists(st.floats(0.1, 10), min_size=30, max_size=30), cut=st.integers(1, 9)
)
def test_weighted_parts_merge_to_the_weighted_whole(rows, weights, cut):
    whole, cut = table(rows).assign(w=weights[: len(rows)]), min(cut, len(rows) - 1)
    parts = [moments(part, ["x", "y"], weights="w") for part in (whole[:cut], whole[cut:])]
    assert_same(parts[0].merge(parts[1]), moments(whole, ["x", "y"], weights="w"))
    grouped = moments(whole, ["x", "y"], by="unit", weights="w").pooled()
    assert_same(grouped, moments(whole, ["x", "y"], weights="w"))


def test_parts_at_1e9_merge_without_loss():
    small = np.array([0.0, 1.0, 2.0, 3.0, 5.0, 8.0])
    data = pd.DataFrame({"x": 1e9 + small, "half": [0, 0, 0, 1, 1, 1]})
    parts = [moments(part, ["x"]) for _, part in data.groupby("half")]
    assert parts[0].merge(parts[1]).cov.item() == pytest.approx(small.var(ddof=1), rel=MEANS_AT_1E9)


def test_sums_of_squares_are_undone_from_the_covariance():
    data = pd.DataFrame({"x": [1.0, 2.0, 6.0], "y": [2.0, 4.0, 3.0]})
    sscp = moments(data, ["x", "y"]).sscp
    np.testing.assert_allclose(sscp, [[14.0, 1.0], [1.0, 2.0]])


def test_one_row_has_no_covariance_but_no_sum_of_squares_either():
    one = Moments(("x",), 1, [3.0], [[np.nan]])
    assert one.sscp.item() == 0
    assert one.weight == 1.0
    assert one.merge(Moments(("x",), 1, [5.0], [[np.nan]])).cov.item() == 2.0


def test_correlation_is_nan_where_a_variable_is_constant():
    data = pd.DataFrame({"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 4.0], "z": [5.0, 5.0, 5.0]})
    found = moments(data, ["x", "y", "z"]).correlation
    np.testing.assert_allclose(found[0, 1], np.corrcoef(data["x"], data["y"])[0, 1], rtol=1e-12)
    assert np.isnan(found[2]).all()
    np.testing.assert_allclose(np.diag(found)[:2], 1.0)


def test_select_keeps_variables_in_the_order_given():
    data = pd.DataFrame({"x": [1.0, 2.0, 6.0], "y": [2.0, 4.0, 3.0], "unit": list("aab")})
    for by in (None, "unit"):
        full = moments(data, ["x", "y"], by=by)
        assert_same(full.select(["y", "x"]), moments(data, ["y", "x"], by=by))
        assert_same(full.select(["y"]), moments(data, ["y"], by=by))


def test_repr_counts_and_shows_no_values():
    data = pd.DataFrame({"x": [1.0, 2.0, 6.0], "unit": list("aab")})
    assert repr(moments(data, ["x"])) == "Moments: x; n = 3"
    assert repr(moments(data, ["x"], by="unit")) == "Moments: x; n = 3, 2 groups"


def test_without_any_group_or_row_pooling_and_merging_still_work():
    none = moments(pd.DataFrame({"x": [np.nan, np.nan], "unit": ["a", "b"]}), ["x"], by="unit")
    assert none.groups == ()
    for empty in (none.pooled(), none.merge(none).pooled()):
        assert empty.n == 0
        assert np.isnan(empty.mean).all()
        assert np.isnan(empty.cov).all()
    some = moments(pd.DataFrame({"x": [1.0, 3.0], "unit": ["a", "a"]}), ["x"], by="unit")
    assert_same(none.merge(some).pooled(), Moments(("x",), 2, [2.0], [[2.0]], n_dropped=2))


def test_refuses_shapes_that_disagree():
    with pytest.raises(
        ValueError,
        match=re.escape(
            "mean of Moments must have shape (2,) for these names and groups; got (3,)."
        ),
    ):
        Moments(("x", "y"), 5, [1.0, 2.0, 3.0], np.eye(2))


def test_refuses_to_merge_other_variables():
    one = Moments(("x",), 2, [1.0], [[1.0]])
    with pytest.raises(
        ValueError,
        match=re.escape(
            "merge needs the same variables in the same order, both with or both without "
            "groups; got ('x',) and ('y',)."
        ),
    ):
        one.merge(Moments(("y",), 2, [1.0], [[1.0]]))


def test_refuses_to_select_the_unknown():
    with pytest.raises(ValueError, match=re.escape("Moments hold ['x'], not ['y'].")):
        Moments(("x",), 2, [1.0], [[1.0]]).select(["y"])


def test_one_group_equals_the_moments_of_its_rows():
    data = pd.DataFrame({"x": [1.0, 2.0, 6.0, np.nan], "unit": list("aabb")})
    grouped = moments(data, ["x"], by="unit")
    assert_same(grouped.group("a"), replace(moments(data[:2], ["x"]), n_dropped=1))
