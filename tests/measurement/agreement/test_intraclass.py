"""Oracle: R multilevel; script and values in tests/reference/measurement/agreement_r.*"""

import json

import numpy as np
import pandas as pd
import pytest

from icx_research.core.reduction import moments
from icx_research.core.variance import variance_components
from icx_research.measurement.agreement.intraclass import icc_1, icc_2
from icx_research.measurement.agreement.labels import agreement_label, icc_1_label, icc_2_label
from icx_research.measurement.agreement.units import UnitRows
from icx_research.measurement.agreement.within_group import rwg_j

CLOSED_RTOL = 1e-11  # closed forms; R's aov works by QR, F quantiles are iterated
PUBLISHED = 5e-6  # five decimals
JSON_RTOL = 1e-9  # the published file holds eleven digits
ITEMS = ["s1", "s2", "s3", "s4"]


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
    found = UnitRows(data, unit="unit", analysis="test").rated(["x", "y"])
    expected = data.dropna().groupby("unit")[["x", "y"]].agg(["mean", "var"])
    assert found.labels.tolist() == ["a", "c"]
    assert found.labels.name == "unit"
    assert (found.sizes.tolist(), found.n_dropped) == ([3, 2], 2)
    mean, variance = found.moments()
    for j, name in enumerate(("x", "y")):
        about_first = expected[name, "mean"] - data.loc[0, name]
        np.testing.assert_allclose(mean[:, j], about_first)
        np.testing.assert_allclose(variance[:, j], expected[name, "var"])
    none = UnitRows(data.assign(x=np.nan), unit="unit", analysis="test").rated(["x"])
    assert [part.shape for part in none.moments()] == [(0, 1), (0, 1)]
