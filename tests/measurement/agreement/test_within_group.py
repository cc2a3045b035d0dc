"""Oracle: R multilevel; script and values in tests/reference/measurement/agreement_r.*"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from icx_research.measurement.agreement.null_variance import NULLS, null_variance, response_options
from icx_research.measurement.agreement.within_group import rwg_j
from tests.measurement.conftest import REFERENCE

CLOSED_RTOL = 1e-11  # closed forms
PUBLISHED = 5e-6  # five decimals
ITEMS = ["s1", "s2", "s3", "s4"]
SEVEN = {"items": ITEMS, "unit": "unit", "response_range": (1, 7)}


@pytest.fixture(scope="module")
def units_by_r():
    return pd.read_csv(REFERENCE / "agreement_units_r.csv", comment="#").set_index("unit")


@pytest.mark.parametrize("null", NULLS)
def test_rwg_matches_multilevel(ratings, units_by_r, null):
    found = rwg_j(ratings, null=null, **SEVEN)
    assert found.units.index.tolist() == units_by_r.index.tolist()
    np.testing.assert_allclose(found.units["rwg_j"], units_by_r[null], rtol=CLOSED_RTOL, atol=1e-14)
    np.testing.assert_allclose(
        found.units["rwg_j_star"], units_by_r[f"star_{null}"], rtol=CLOSED_RTOL, atol=1e-14
    )
    assert found.units["n"].tolist() == units_by_r["n"].tolist()
    assert found.null_variance == null_variance(null, options=7)
    assert (found.null, found.n_items, found.n_resamples) == (null, 4, 0)


def test_one_item_gives_rwg(ratings, units_by_r):
    complete = ratings.dropna()
    found = rwg_j(complete, items=["s1"], unit="unit", response_range=(1, 7))
    np.testing.assert_allclose(
        found.units["rwg_j"], units_by_r["single"], rtol=CLOSED_RTOL, atol=1e-14
    )


def test_rwg_counts_units_rows_and_truncation(ratings, units_by_r):
    found = rwg_j(ratings, null="heavy_skew", **SEVEN)
    several = units_by_r["n"] > 1
    assert found.n_units == several.sum()
    assert found.n_used == units_by_r.loc[several, "n"].sum()
    assert found.n_dropped == len(ratings) - found.n_used
    zero = int((units_by_r["star_heavy_skew"] < 0).sum())
    assert zero > 0
    assert found.note == f"{zero} units vary more than the null distribution and are set to 0"
    lonely = pd.concat([ratings, ratings.head(1).assign(unit="alone")])
    found = rwg_j(lonely, **SEVEN)
    assert "1 units of one rater have no agreement" in found.note
    assert found.units.loc["alone"].drop("n").isna().all()


def test_rwg_summary_is_of_its_units(ratings):
    found = rwg_j(ratings, rng=np.random.default_rng(1), n_resamples=200, **SEVEN)
    values = found.units["rwg_j"]
    table = found.table.set_index("term")
    assert table["estimate"].to_dict() == {
        "median": values.median(),
        "mean": values.mean(),
        "first_quartile": values.quantile(0.25),
        "third_quartile": values.quantile(0.75),
        "share_at_least_.70": (values >= 0.70).mean(),
        "median_star": found.units["rwg_j_star"].median(),
        "share_p_below_.05": (found.units["p_value"] < 0.05).mean(),
    }
    assert (table["n"] == found.n_units).all()
    assert found.to_apa() == (
        f"median rWG(J) = .{round(100 * found.median)} (uniform null), "
        f"{100 * found.share_strong:.0f}% of 30 units at least .70, n = {found.n_used}"
    )
    assert found.n_resamples == 200


def test_p_value_of_two_raters_and_one_item_is_exact():
    """Two random raters of 5 options agree fully in 1/5, within one point in 13/25 of cases."""
    data = pd.DataFrame({"unit": list("aabb"), "s": [3, 3, 2, 3]})
    found = rwg_j(data, items=["s"], unit="unit", response_range=(1, 5), n_resamples=200_000,
                  rng=np.random.default_rng(2))  # fmt: skip
    three_errors = 3 * np.sqrt(0.25 / 200_000)
    np.testing.assert_allclose(found.units["p_value"], [1 / 5, 13 / 25], atol=three_errors)


@pytest.mark.parametrize("related", [False, True])
def test_p_values_match_simulations_by_multilevel(ratings, by_r, related):
    r = by_r("agreement_r")
    correlations = np.full((4, 4), 0.6) + np.diag([0.4] * 4) if related else None
    found = rwg_j(
        ratings, n_resamples=20_000, rng=np.random.default_rng(3), item_correlations=correlations,
        **SEVEN,
    ).units["p_value"]  # fmt: skip
    for unit in ("u00", "u02", "u09", "u20"):
        p = r[f"p_{'related_' if related else ''}{unit}"]
        # the difference of two shares of 20,000 draws each: three standard errors
        assert found[unit] == pytest.approx(p, abs=3 * np.sqrt(2 * p * (1 - p) / 20_000) + 1e-4)


def test_null_variances_follow_from_their_distributions():
    """Of five options (LeBreton & Senter, 2008): the shares behind three tabled variances."""
    options = np.arange(1, 6)
    shares = {"slight_skew": [0.05, 0.15, 0.20, 0.35, 0.25], "heavy_skew": [0, 0, 0.1, 0.4, 0.5],
              "moderate_skew": [0, 0.10, 0.15, 0.40, 0.35], "uniform": [0.2] * 5,
              "triangular": [1 / 9, 2 / 9, 3 / 9, 2 / 9, 1 / 9],
              "normal": [0.07, 0.24, 0.38, 0.24, 0.07]}  # fmt: skip
    for null, share in shares.items():
        variance = np.dot(share, options**2) - np.dot(share, options) ** 2
        assert null_variance(null, options=5) == pytest.approx(variance, abs=0.015), null
    assert [null_variance("uniform", options=a) for a in (5, 7, 11)] == [2, 4, 10]


def test_null_variances_are_those_of_the_table():
    """As LeBreton's package gives them, by row: 5, 7 and 11 options."""
    names = ["uniform", "slight_skew", "moderate_skew", "heavy_skew", "triangular", "normal"]
    table = {5: [2, 1.34, 0.90, 0.44, 1.32, 1.04], 7: [4, 2.90, 2.14, 1.39, 2.10, 1.40],
             11: [10, 7.31, 6.32, 4.02, 3.32, 1.40]}  # fmt: skip
    assert tuple(names) == NULLS
    for options, row in table.items():
        assert [null_variance(name, options=options) for name in names] == row


def test_triangular_and_normal_are_one_shape_for_five_options_only():
    """Why the docstring warns: by definition they grow with the options, the table does not."""
    for options, tabled in ((5, True), (7, False), (11, False)):
        values = np.arange(1, options + 1)
        triangle = np.minimum(values, values[::-1]) / np.minimum(values, values[::-1]).sum()
        centred = values - (options + 1) / 2
        variance = triangle @ centred**2
        assert variance == pytest.approx((options - 1) * (options + 3) / 24)
        assert (abs(null_variance("triangular", options=options) - variance) < 0.02) == tabled
        cuts = (centred[:-1] + 0.5) / ((options - 1) / 4)
        shares = np.diff(np.concatenate([[0], stats.norm.cdf(cuts), [1]]))
        gap = null_variance("normal", options=options) - shares @ centred**2
        assert (abs(gap) < 0.03) == tabled


RWG_ERRORS = {
    "null must be one of uniform, slight_skew, moderate_skew, heavy_skew, triangular, normal; got "
    "'flat'.": (lambda d: d, {"null": "flat"}),
    "the variance of 'normal' is tabled for 5, 7 and 11 response options, not for 6; use "
    "'uniform'.": (lambda d: d, {"null": "normal", "response_range": (1, 6)}),
    "response_range must be the lowest and the highest answer, two whole numbers; got (7, 1).": (
        lambda d: d,
        {"response_range": (7, 1)},
    ),
    "rwg_j needs answers from 1 to 4; item 's2' has others.": (
        lambda d: d,
        {"response_range": (1, 4)},
    ),
    "rwg_j needs at least 1 item.": (lambda d: d, {"items": []}),
    "rwg_j needs a unit with at least 2 raters; got 2 units with 2 complete rows.": (
        lambda d: d.iloc[[0, 2]],
        {},
    ),
    "item_correlations must have shape (2, 2) for these items; got (3, 3).": (
        lambda d: d,
        {"item_correlations": np.eye(3), "rng": np.random.default_rng(4)},
    ),
    "rwg_j needs each column once; got ['s1', 's1'].": (lambda d: d, {"items": ["s1", "s1"]}),
    "data has no column 'branch'; it has ['unit', 's1', 's2'].": (lambda d: d, {"unit": "branch"}),
}


@pytest.mark.parametrize("message", RWG_ERRORS)
def test_rwg_refuses_in_one_sentence(message):
    spoil, options = RWG_ERRORS[message]
    data = pd.DataFrame({"unit": list("aabb"), "s1": [1, 2, 3, 4], "s2": [2, 3, 4, 5]})
    arguments = {"items": ["s1", "s2"], "unit": "unit", "response_range": (1, 5)} | options
    with pytest.raises(ValueError) as refusal:
        rwg_j(spoil(data), **arguments)
    assert str(refusal.value) == message


def test_options_are_counted_from_the_range():
    assert [response_options(r) for r in ((1, 5), (0, 10), (1.0, 7.0))] == [5, 11, 7]
    for impossible in ((1.5, 7), (1, 6.5), (4, 4)):
        with pytest.raises(ValueError, match="two whole numbers; got"):
            response_options(impossible)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(1, 5), st.integers(1, 5)), min_size=8, max_size=40
    ),
    st.randoms(),
)
def test_agreement_knows_no_order_and_no_direction(rows, order):
    data = pd.DataFrame(rows, columns=["unit", "s1", "s2"])
    if data["unit"].value_counts().max() < 2:
        return
    options = {"items": ["s1", "s2"], "unit": "unit", "response_range": (1, 5)}
    first = rwg_j(data, **options).units
    shuffled = list(data.index)
    order.shuffle(shuffled)
    mirrored = data.loc[shuffled].assign(s1=lambda d: 6 - d["s1"])
    second = rwg_j(mirrored, **options).units
    np.testing.assert_allclose(second, first, rtol=1e-9, atol=1e-12)
    assert first["rwg_j"].dropna().between(0, 1).all()


def rated_twice(ratings, *, seed=4):
    """Two suppliers per rater: the second with other answers; one unit rates the first alone."""
    rng = np.random.default_rng(seed)
    complete = ratings.dropna()
    second = complete.copy()
    second[ITEMS] = rng.integers(1, 8, size=second[ITEMS].shape)
    second = second[second["unit"] != complete["unit"].iloc[0]]
    return pd.concat([complete.assign(supplier="HR"), second.assign(supplier="IT")])


def test_targets_are_judged_apart_and_their_median_is_the_units(ratings):
    data = rated_twice(ratings)
    found = rwg_j(data, supplier="supplier", **SEVEN)
    each = {name: rwg_j(own, **SEVEN) for name, own in data.groupby("supplier")}
    values = pd.DataFrame({name: own.units["rwg_j"] for name, own in each.items()})
    pd.testing.assert_series_equal(
        found.units["rwg_j"], values.median(axis=1), check_names=False, rtol=1e-12
    )
    assert found.n_used == sum(own.n_used for own in each.values())
    assert (found.n_suppliers, found.n_units) == (2, values.median(axis=1).notna().sum())
    assert "uniform null, median over 2 suppliers" in found.to_apa()
    assert found.n_dropped == len(data) - found.n_used


def test_one_target_changes_nothing(ratings):
    plain, named = rwg_j(ratings, **SEVEN), rwg_j(ratings.assign(of="HR"), supplier="of", **SEVEN)
    pd.testing.assert_frame_equal(plain.units.drop(columns="n"), named.units.drop(columns="n"))
    assert named.units["n"].tolist() == plain.units["n"].tolist()
    assert named.to_apa() == plain.to_apa()
    assert named.note == plain.note.replace("units", "units on a supplier")


def test_rows_without_a_target_are_left_out(ratings):
    data = rated_twice(ratings).reset_index(drop=True)
    gaps = data.assign(supplier=data["supplier"].where(data.index % 9 > 0))
    found, expected = (
        rwg_j(rows, supplier="supplier", **SEVEN) for rows in (gaps, gaps.dropna(subset="supplier"))
    )
    pd.testing.assert_frame_equal(found.units, expected.units)
    assert found.n_dropped == expected.n_dropped + gaps["supplier"].isna().sum()


def test_medians_over_targets_have_no_p_value(ratings):
    with pytest.raises(ValueError) as refusal:
        rwg_j(rated_twice(ratings), supplier="supplier", rng=np.random.default_rng(1), **SEVEN)
    assert str(refusal.value) == (
        "rwg_j has no p value of medians over suppliers; leave out rng or supplier."
    )
