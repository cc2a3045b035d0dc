"""Oracle: R multilevel; script and values in tests/reference/measurement/agreement_r.*"""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from icx_research.core.reduction import moments
from icx_research.core.variance import variance_components
from icx_research.measurement.agreement.intraclass import icc_1, icc_2
from icx_research.measurement.agreement.labels import agreement_label, icc_1_label, icc_2_label
from icx_research.measurement.agreement.null_variance import NULLS, null_variance, response_options
from icx_research.measurement.agreement.units import UnitSorter
from icx_research.measurement.agreement.within_group import rwg_j
from tests.measurement.conftest import REFERENCE

CLOSED_RTOL = 1e-11  # closed forms; R's aov works by QR, F quantiles are iterated
PUBLISHED = 5e-6  # five decimals
JSON_RTOL = 1e-9  # the published file holds eleven digits
ITEMS = ["s1", "s2", "s3", "s4"]
SEVEN = {"items": ITEMS, "unit": "unit", "response_range": (1, 7)}


@pytest.fixture(scope="module")
def ratings():
    return pd.read_csv(REFERENCE / "unit_ratings.csv")


@pytest.fixture(scope="module")
def units_by_r():
    return pd.read_csv(REFERENCE / "agreement_units_r.csv", comment="#").set_index("unit")


@pytest.mark.parametrize("score", [*ITEMS, "noise"])
def test_icc_matches_multilevel(ratings, by_r, score):
    r = by_r("agreement_r")
    data = ratings.assign(noise=np.resize([1, 7, 2, 6, 4, 4], len(ratings)))
    first = icc_1(data, score=score, unit="unit")
    second = icc_2(data, score=score, unit="unit")
    weighted = icc_1(data, score=score, unit="unit", average_size="weighted")
    names = ["icc_1", "icc_1_low", "icc_1_high", "icc_2", "icc_2_low", "icc_2_high"]
    found = [
        getattr(result.estimate, field)
        for result in (first, second)
        for field in ("value", "ci_low", "ci_high")
    ]
    expected = [r[f"{score}:{name}"] for name in names]
    np.testing.assert_allclose(found, expected, rtol=CLOSED_RTOL, atol=1e-13)
    assert weighted.estimate.value == pytest.approx(r[f"{score}:icc_1_weighted"], rel=CLOSED_RTOL)
    for result in (first, second, weighted):
        assert result.statistic == pytest.approx(r[f"{score}:f"], rel=CLOSED_RTOL)
        assert result.p_value == pytest.approx(r[f"{score}:p"], rel=1e-9)
        assert (result.n_units, result.n_used) == (r[f"{score}:units"], r[f"{score}:n"])
        assert result.df_between == result.n_units - 1
        assert result.df_within == result.n_used - result.n_units
        assert result.n_dropped == len(data) - result.n_used


def test_negative_icc_is_shown_and_named(ratings, by_r):
    data = ratings.assign(noise=np.resize([1, 7, 2, 6, 4, 4], len(ratings)))
    found = icc_1(data, score="noise", unit="unit", average_size="weighted")
    assert found.estimate.value == pytest.approx(by_r("agreement_r")["noise:icc_1_weighted"])
    assert found.estimate.value < 0
    assert found.note == "raters of one unit differ more than raters of several"
    assert found.unit_reliability.isna().all()
    assert icc_1(data, score="s1", unit="unit").note == ""


def test_icc_is_the_variance_of_the_core(ratings):
    components = variance_components(moments(ratings, ["s2"], by="unit"))
    found = icc_1(ratings, score="s2", unit="unit", average_size="weighted")
    np.testing.assert_allclose(
        [found.estimate.value, found.estimate.ci_low, found.estimate.ci_high, found.between,
         found.within, found.average_size, icc_2(ratings, score="s2", unit="unit").estimate.value],
        [components.icc_1, components.icc_1_low, components.icc_1_high, components.between,
         components.within, components.mean_size, components.icc_2],
        rtol=1e-12,
    )  # fmt: skip
    np.testing.assert_allclose(
        found.unit_reliability, components.reliability(found.unit_sizes.to_numpy()), rtol=1e-12
    )
    sizes = ratings.dropna(subset="s2")["unit"].value_counts().sort_index()
    assert found.unit_sizes.to_dict() == sizes.to_dict()


def test_published_soldiers(shared_data):
    """Bliese and Halverson (1996): published with five, computed with eleven digits."""
    folder = shared_data / "multilevel_organisational"
    soldiers = pd.read_csv(folder / "bh1996.csv")
    published = {"HRS": (0.13311, 0.91967), "LEAD": (0.12703, 0.91561),
                 "COHES": (0.04427, 0.77546), "WBEING": (0.04337, 0.77171)}  # fmt: skip
    computed = json.loads((folder / "reference_values_R.json").read_text())["bh1996"]
    for score, values in published.items():
        first = icc_1(soldiers, score=score, unit="GRP")
        found = [first.estimate.value, icc_2(soldiers, score=score, unit="GRP").estimate.value]
        np.testing.assert_allclose(found, values, atol=PUBLISHED)
        np.testing.assert_allclose(found, computed[score], rtol=JSON_RTOL)
        assert (first.n_units, first.n_used) == (99, 7382)
    cohesion = rwg_j(soldiers, items=["COHES"], unit="GRP", response_range=(1, 5))
    assert cohesion.table.set_index("term").loc["mean", "estimate"] == pytest.approx(
        computed["rwg_COHES"][0], rel=JSON_RTOL
    )


def test_published_leadership_items(shared_data):
    folder = shared_data / "multilevel_organisational"
    items = pd.read_csv(folder / "bhr2000.csv")
    computed = json.loads((folder / "reference_values_R.json").read_text())["bhr2000"]
    names = computed["names"][1:12]
    found = rwg_j(items, items=names, unit="GRP", response_range=(1, 5))
    mean = found.table.set_index("term").loc["mean", "estimate"]
    assert mean == pytest.approx(computed["rwgj_AF06_11items"], rel=JSON_RTOL)
    assert icc_2(items, score="HRS", unit="GRP").estimate.value == pytest.approx(
        computed["HRS"][1], rel=JSON_RTOL
    )


@pytest.mark.parametrize("k", [10, 20])
def test_icc_2_is_spearman_brown_of_icc_1(rng, k):
    """.10 with 10 raters gives .526, with 20 .690, on units made to have ICC(1) = .10."""
    units = 40
    within = np.resize([1.0, -1.0], k) * np.sqrt((k - 1) / k)
    target = 0.1 / 0.9 + 1 / k  # variance of observed unit means when MSW is 1
    level = rng.normal(size=units)
    level = (level - level.mean()) / level.std(ddof=1) * np.sqrt(target)
    data = pd.DataFrame(
        {"unit": np.repeat(np.arange(units), k), "score": (level[:, None] + within).ravel()}
    )
    assert icc_1(data, score="score", unit="unit").estimate.value == pytest.approx(0.1, rel=1e-9)
    expected = {10: 0.526, 20: 0.690}[k]
    assert icc_2(data, score="score", unit="unit").estimate.value == pytest.approx(
        expected, abs=5e-4
    )


def test_icc_interval_covers_as_often_as_it_says(rng):
    units, k, truth, draws = 15, 6, 0.2, 600
    unit, hits = np.repeat(np.arange(units), k), 0
    for _ in range(draws):
        level = rng.normal(size=units) * np.sqrt(truth)
        score = level[unit] + rng.normal(size=units * k) * np.sqrt(1 - truth)
        found = icc_1(pd.DataFrame({"unit": unit, "score": score}), score="score", unit="unit")
        hits += found.estimate.ci_low < truth < found.estimate.ci_high
    assert hits / draws == pytest.approx(0.95, abs=0.027)  # three binomial standard errors


def test_raters_who_all_agree_give_one():
    data = pd.DataFrame({"unit": list("aabb"), "score": [1, 1, 2, 2]})
    for coefficient in (icc_1, icc_2):
        found = coefficient(data, score="score", unit="unit")
        assert (found.estimate.value, found.estimate.ci_low) == (1, 1)
        assert found.p_value == 0


def test_icc_shows_itself(ratings):
    found = icc_2(ratings, score="s1", unit="unit", confidence_level=0.9)
    assert found.table.columns.tolist() == [
        "term", "estimate", "ci_low", "ci_high", "statistic", "p_value", "n",
    ]  # fmt: skip
    assert found.table.iloc[0].tolist() == [
        "icc_2", found.estimate.value, found.estimate.ci_low, found.estimate.ci_high,
        found.statistic, found.p_value, found.n_used,
    ]  # fmt: skip
    assert (found.coefficient, found.score) == ("icc_2", "s1")
    assert found.to_apa().startswith("ICC(2) = ")
    assert f"90% CI [.{found.estimate.ci_low:.2f}".replace("[.0", "[") in found.to_apa()
    assert found.to_apa().endswith(f", 30 units, n = {found.n_used}")


FEW = "icc_1 needs at least 2 units, and 2 raters in one of them; got "
ICC_ERRORS = {
    "data has no column 'x'; it has ['unit', 'score'].": (lambda d: d, {"score": "x"}),
    "icc_1 needs numeric items; 'unit' is not numeric.": (
        lambda d: d.assign(y=1),
        {"score": "unit", "unit": "y"},
    ),
    FEW + "1 units with 2 complete rows.": (lambda d: d.head(2), {}),
    FEW + "2 units with 2 complete rows.": (lambda d: d.iloc[[0, 3]], {}),
    FEW + "0 units with 0 complete rows.": (lambda d: d.head(0), {}),
    "icc_1 needs scores that vary; 'score' does not.": (lambda d: d.assign(score=3), {}),
    "average_size must be 'weighted' or 'arithmetic', not 'harmonic'.": (
        lambda d: d,
        {"average_size": "harmonic"},
    ),
    "confidence_level must lie between 0 and 1, not 1.": (lambda d: d, {"confidence_level": 1}),
}


@pytest.mark.parametrize("message", ICC_ERRORS)
def test_icc_refuses_in_one_sentence(message):
    spoil, options = ICC_ERRORS[message]
    data = pd.DataFrame({"unit": list("aabb"), "score": [1, 2, 3, 5]})
    with pytest.raises(ValueError) as refusal:
        icc_1(spoil(data), **{"score": "score", "unit": "unit"} | options)
    assert str(refusal.value) == message


def test_icc_refuses_a_list():
    with pytest.raises(TypeError) as refusal:
        icc_1([1, 2], score="score", unit="unit")
    assert str(refusal.value) == "icc_1 needs a DataFrame, not list."


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


def test_labels_come_from_named_bands():
    assert [agreement_label(v) for v in (0.3, 0.31, 0.5, 0.7, 0.71, 0.9, 0.91)] == [
        "none", "weak", "weak", "moderate", "strong", "strong", "very strong",
    ]  # fmt: skip
    assert [icc_1_label(v) for v in (0.009, 0.01, 0.1, 0.25)] == [
        "none",
        "small",
        "medium",
        "large",
    ]
    assert [icc_2_label(v) for v in (0.49, 0.5, 0.7)] == ["low", "tolerable", "adequate"]
    assert agreement_label(float("nan")) == "not known"


def test_units_keep_their_names_means_and_variances():
    """Where a unit in the middle has no complete row."""
    data = pd.DataFrame({"unit": list("cabcaab"), "x": [3, 1, np.nan, 5, 2, 4, np.nan],
                         "y": [1, 2, 3, 5, 2, 2, 1]})  # fmt: skip
    found = UnitSorter(data, unit="unit", analysis="test").rated(["x", "y"])
    expected = data.dropna().groupby("unit")[["x", "y"]].agg(["mean", "var"])
    assert found.labels.tolist() == ["a", "c"]
    assert found.labels.name == "unit"
    assert (found.sizes.tolist(), found.n_dropped) == ([3, 2], 2)
    mean, variance = found.moments()
    for j, name in enumerate(("x", "y")):
        np.testing.assert_allclose(mean[:, j], expected[name, "mean"])
        np.testing.assert_allclose(variance[:, j], expected[name, "var"])
    none = UnitSorter(data.assign(x=np.nan), unit="unit", analysis="test").rated(["x"])
    assert [part.shape for part in none.moments()] == [(0, 1), (0, 1)]


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
