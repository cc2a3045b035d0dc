"""Oracle: R's aov with k*, multilevel::ICC2, lme4; script and values in tests/reference/icc_r.*"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icx_research.core.moments import GroupedMoments, Moments
from icx_research.core.reduction import moments
from icx_research.core.variance import variance_components

REFERENCE = Path(__file__).parents[1] / "reference"
R_RTOL = 1e-9  # R wrote 15 digits of closed forms; the F quantiles are iterated
REML_RTOL = 1e-6  # balanced and positive: REML is the analysis of variance, found by iteration
PUBLISHED = 5e-6  # five decimals


@pytest.fixture
def ratings():
    return pd.read_csv(REFERENCE / "ratings.csv")


def components(data, **options):
    return variance_components(moments(data, ["score"], by="unit"), **options)


@pytest.fixture
def by_r():
    return pd.read_csv(REFERENCE / "icc_r.csv", comment="#").set_index("case")


def balanced(ratings):
    first = ratings.groupby("unit").head(6)
    return first[first.groupby("unit")["score"].transform("size") == 6]


@pytest.mark.parametrize("case", ["unequal", "balanced"])
def test_every_field_matches_r(ratings, by_r, case):
    found = components(ratings if case == "unequal" else balanced(ratings))
    r = by_r.loc[case]
    np.testing.assert_allclose(
        [found.between, found.within, found.icc_1, found.icc_1_low, found.icc_1_high,
         found.icc_2, found.mean_size],
        r[["between", "within", "icc_1", "icc_1_low", "icc_1_high", "icc_2", "k"]].to_numpy(float),
        rtol=R_RTOL,
    )  # fmt: skip
    assert (found.n_units, found.n_used) == (r["units"], r["n"])


def test_balanced_units_match_multilevel_and_lme4(ratings, by_r):
    found, r = components(balanced(ratings)), by_r.loc["balanced"]
    assert found.icc_1 == pytest.approx(r["icc_1_multilevel"], rel=R_RTOL)
    np.testing.assert_allclose(
        [found.between, found.within], [r["lme4_between"], r["lme4_within"]], rtol=REML_RTOL
    )


def test_unequal_units_stay_near_restricted_maximum_likelihood(ratings, by_r):
    found, r = components(ratings), by_r.loc["unequal"]
    assert found.within == pytest.approx(r["lme4_within"], rel=0.01)
    assert found.between == pytest.approx(r["lme4_between"], rel=0.20)  # 12 units: loose by nature


@pytest.mark.parametrize(
    ("score", "icc_1", "icc_2"),
    [
        ("HRS", 0.13311, 0.91967),
        ("LEAD", 0.12703, 0.91561),
        ("COHES", 0.04427, 0.77546),
        ("WBEING", 0.04337, 0.77171),
    ],
)
def test_army_survey_matches_multilevel(shared_data, score, icc_1, icc_2):
    data = pd.read_csv(shared_data / "multilevel_organisational" / "bh1996.csv")
    found = variance_components(moments(data, [score], by="GRP"))
    assert (found.n_units, found.n_used) == (99, 7382)
    assert found.icc_2 == pytest.approx(icc_2, abs=PUBLISHED)
    # multilevel::ICC1 puts the mean size N / G where the analysis of variance has k*
    ratio = 1 / (1 - found.icc_2)
    assert (ratio - 1) / (ratio - 1 + 7382 / 99) == pytest.approx(icc_1, abs=PUBLISHED)
    assert found.icc_1 == pytest.approx((ratio - 1) / (ratio - 1 + found.mean_size), rel=R_RTOL)


@pytest.mark.parametrize(("k", "icc_2"), [(10, 0.526), (20, 0.690)])
def test_reliability_of_means_follows_spearman_brown(k, icc_2):
    found = components(pd.DataFrame({"unit": list("aabb"), "score": [1.0, 2.0, 4.0, 5.0]}))
    known = type(found)(0.1, 0.9, 0.1, 0, 0, 0, 0, 0, 0)
    assert known.reliability(np.array([k]))[0] == pytest.approx(icc_2, abs=5e-4)


def test_recovers_known_components(rng):
    units, size, tau2, sigma2 = 4000, 5, 0.25, 0.75
    score = rng.normal(0, tau2**0.5, (units, 1)) + rng.normal(0, sigma2**0.5, (units, size))
    data = pd.DataFrame({"unit": np.repeat(np.arange(units), size), "score": score.ravel()})
    found = components(data)
    assert found.between == pytest.approx(tau2, abs=0.03)  # three standard errors
    assert found.within == pytest.approx(sigma2, abs=0.03)
    assert found.icc_1_low < 0.25 < found.icc_1_high
    assert found.mean_size == pytest.approx(size)


def test_interval_covers_as_often_as_it_says(rng):
    units, size, icc, runs = 12, 6, 0.2, 600
    covered = 0
    for _ in range(runs):
        score = rng.normal(0, icc**0.5, (units, 1)) + rng.normal(0, (1 - icc) ** 0.5, (units, size))
        found = variance_components(
            GroupedMoments(
                ("score",),
                np.full(units, size),
                score.mean(axis=1)[:, None],
                score.var(axis=1, ddof=1)[:, None, None],
                groups=tuple(range(units)),
            ),
            confidence_level=0.90,
        )
        covered += found.icc_1_low < icc < found.icc_1_high
    assert covered / runs == pytest.approx(0.90, abs=3 * (0.9 * 0.1 / runs) ** 0.5)


def test_negative_between_variance_is_shown_and_has_no_reliability():
    data = pd.DataFrame({"unit": list("aabb"), "score": [1.0, 7.0, 2.0, 6.5]})
    found = components(data)
    assert found.between < 0
    assert -1 <= found.icc_1 < 0
    assert found.icc_2 < 0
    assert np.isnan(found.reliability(np.array([2, 50]))).all()


def test_units_without_spread_inside_are_fully_reliable():
    found = components(pd.DataFrame({"unit": list("aabb"), "score": [1.0, 1.0, 5.0, 5.0]}))
    assert (found.within, found.icc_1, found.icc_1_low, found.icc_1_high) == (0, 1, 1, 1)
    assert found.icc_2 == 1
    np.testing.assert_array_equal(found.reliability(np.array([1, 9])), [1, 1])


def test_constant_answers_have_no_shares():
    found = components(pd.DataFrame({"unit": list("aabb"), "score": 4.0}))
    assert (found.between, found.within) == (0, 0)
    assert np.isnan([found.icc_1, found.icc_1_low, found.icc_1_high, found.icc_2]).all()


@pytest.mark.parametrize("units", [list("aaaa"), list("abcd")])
def test_one_unit_or_one_answer_each_gives_counts_only(units):
    found = components(pd.DataFrame({"unit": units, "score": [1.0, 2.0, 4.0, 5.0]}))
    assert (found.n_units, found.n_used) == (len(set(units)), 4)
    assert np.isnan([found.between, found.within, found.icc_1, found.icc_1_low, found.icc_1_high,
                     found.icc_2, found.mean_size]).all()  # fmt: skip


def test_a_unit_without_answers_counts_for_nothing(ratings):
    found = moments(ratings, ["score"], by="unit")
    with_empty = GroupedMoments(
        ("score",),
        np.append(found.n, 0),
        np.append(found.mean, [[np.nan]], axis=0),
        np.append(found.cov, [[[np.nan]]], axis=0),
        groups=(*found.groups, "empty"),
    )
    assert variance_components(with_empty) == variance_components(found)


def test_answers_at_1e9_lose_nothing(ratings):
    # the scores have two decimals; 1e9 + score keeps about seven
    moved = components(ratings.assign(score=ratings["score"] + 1e9))
    np.testing.assert_allclose(moved.icc_1, components(ratings).icc_1, rtol=1e-6)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 9999), factor=st.floats(0.1, 10), shift=st.floats(-50, 50))
def test_shares_ignore_shift_scale_order_and_names(seed, factor, shift):
    rng = np.random.default_rng(seed)
    unit = rng.integers(0, 5, 25)
    data = pd.DataFrame({"unit": unit, "score": rng.normal(size=25) + unit})
    changed = data.sample(frac=1, random_state=seed).assign(
        unit=lambda d: 100 - d["unit"], score=lambda d: shift + factor * d["score"]
    )
    one, two = components(data), components(changed)
    np.testing.assert_allclose(
        [two.icc_1, two.icc_1_low, two.icc_1_high, two.icc_2],
        [one.icc_1, one.icc_1_low, one.icc_1_high, one.icc_2],
        rtol=1e-8,
    )
    assert two.between == pytest.approx(one.between * factor**2, rel=1e-8)


def test_refuses_several_variables_and_missing_groups():
    two = Moments(("x", "y"), 3, [0.0, 0.0], np.eye(2))
    with pytest.raises(
        ValueError,
        match=r"^variance_components needs the moments of one variable per unit; "
        r"got \['x', 'y'\] without groups\.$",
    ):
        variance_components(two)


def test_refuses_weights():
    data = pd.DataFrame({"unit": list("aabb"), "score": [1.0, 2, 3, 4], "w": [1.0, 2, 1, 1]})
    with pytest.raises(ValueError, match=r"^variance_components needs moments without weights\.$"):
        variance_components(moments(data, ["score"], by="unit", weights="w"))
