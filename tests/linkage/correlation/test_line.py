"""Oracle: R lm, confint and predict(interval = "confidence"); tests/reference/line_r.csv"""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icx_research.core.errors import Blocked, NotTestable
from icx_research.linkage.correlation.correlation import linkage_correlations
from icx_research.linkage.correlation.line import linkage_line
from icx_research.survey.disclosure.protect import protect
from tests.builders import codebook, linked_units

REFERENCE = Path(__file__).parents[2] / "reference"
R_RTOL = 1e-9  # R wrote 15 digits of closed forms


def line(linked, **options):
    return linkage_line(linked, internal="inside", external="outside", **options)


@pytest.fixture
def units():
    table = pd.read_csv(REFERENCE / "linkage_units.csv")
    return linked_units(table["inside"], table["outside"])


@pytest.fixture
def by_r():
    return pd.read_csv(REFERENCE / "line_r.csv", comment="#")


def test_slope_and_interval_match_lm(units, by_r):
    found, r = line(units), by_r.iloc[0]
    np.testing.assert_allclose(
        [found.slope.value, found.slope.ci_low, found.slope.ci_high],
        [r["slope"], r["slope_low"], r["slope_high"]],
        rtol=R_RTOL,
    )
    assert found.slope.confidence_level == 0.95
    assert found.estimate == found.slope


def test_test_of_the_slope_is_that_of_the_correlation(units):
    """In a simple regression both t are the same; the correlation's is checked against R."""
    found = line(units)
    twin = linkage_correlations(units, internal="inside", external="outside").correlation
    np.testing.assert_allclose(
        [found.statistic, found.p_value], [twin.statistic, twin.p_value], rtol=R_RTOL
    )
    assert found.se == pytest.approx(found.slope.value / found.statistic)


def test_band_matches_predict(units, by_r):
    band = line(units).band
    assert list(band) == ["x", "fit", "ci_low", "ci_high"]
    np.testing.assert_allclose(band, by_r[list(band)], rtol=R_RTOL)


def test_centre_spread_and_counts(units):
    found = line(units)
    x, y = units.table["inside"], units.table["outside"]
    assert found.centre == pytest.approx((x.mean(), y.mean()))
    assert found.sd == pytest.approx((x.std(ddof=1), y.std(ddof=1)))
    assert (found.internal, found.external, found.wave) == ("inside", "outside", "1")
    assert (found.n_used, found.n_dropped) == (40, 0)


def test_table_and_sentence(units):
    found = line(units)
    table = found.table
    assert list(table) == [
        "term", "estimate", "se", "ci_low", "ci_high", "statistic", "df", "p_value", "n",
    ]  # fmt: skip
    row = table.iloc[0]
    assert (len(table), row["term"], row["estimate"]) == (1, "slope", found.slope.value)
    assert (row["ci_low"], row["ci_high"]) == (found.slope.ci_low, found.slope.ci_high)
    assert (row["n"], row["df"]) == (40, 38)
    assert (row["se"], row["statistic"], row["p_value"]) == (
        found.se,
        found.statistic,
        found.p_value,
    )
    assert found.to_apa() == "b = 0.70, 95% CI [0.38, 1.01], n = 40 units"


def test_another_level_is_another_band(units):
    narrow = line(units, confidence_level=0.5)
    assert narrow.slope.confidence_level == 0.5
    assert narrow.slope.ci_low > line(units).slope.ci_low
    assert narrow.to_apa().startswith("b = 0.70, 50% CI [")


def test_recovers_a_known_line(rng):
    x = rng.normal(size=50_000)
    found = line(linked_units(x, 2 - 0.7 * x + rng.normal(size=50_000)))
    assert found.slope.value == pytest.approx(-0.7, abs=0.0135)  # three errors
    at_zero = np.interp(0, found.band["x"], found.band["fit"])
    assert at_zero == pytest.approx(2, abs=0.0135)


def test_the_line_of_protected_units_runs_through_what_is_shown(units):
    t = units.table
    few = np.where(np.arange(len(t)) == 3, 4.0, 12.0)
    book = codebook(published=False, internal_range=(-10, 10))
    linked = linked_units(
        t["inside"], t["outside"], inside_n=few, outside_n=12.0, inside_se=0.2, outside_se=0.2,
        book=book,
    )  # fmt: skip
    shown = protect(linked)
    rounded = shown.table.dropna(subset=["inside", "outside"])
    found, again = line(shown), line(linked_units(rounded["inside"], rounded["outside"]))
    assert (found.protected, line(linked).protected) == (True, False)
    assert (found.n_used, found.n_dropped, found.wave) == (39, 1, "1")
    assert (found.slope, found.centre, found.sd) == (again.slope, again.centre, again.sd)
    pd.testing.assert_frame_equal(found.band, again.band)
    moved = linked.table.assign(inside=linked.table["inside"].where(few > 10, 9.0))
    pd.testing.assert_frame_equal(line(protect(replace(linked, table=moved))).band, found.band)


def test_a_perfect_line_has_no_width():
    found = line(linked_units([1.0, 2, 3, 4], [3.0, 5, 7, 9]))
    assert (found.slope.value, found.slope.ci_low, found.slope.ci_high) == pytest.approx((2, 2, 2))
    np.testing.assert_allclose(found.band["ci_low"], found.band["ci_high"])


def test_a_constant_external_score_has_a_flat_line():
    found = line(linked_units([1.0, 2, 3, 4], 5.0))
    assert (found.slope.value, found.slope.ci_low, found.slope.ci_high) == (0, 0, 0)


def test_incomplete_units_are_left_out_and_counted():
    found = line(linked_units([1.0, 2, 3, 4, np.nan, 6], [2.0, 1, 4, 3, 5, np.nan]))
    again = line(linked_units([1.0, 2, 3, 4], [2.0, 1, 4, 3]))
    assert (found.n_used, found.n_dropped) == (4, 2)
    assert found.slope == again.slope


def test_the_latest_wave_is_shown():
    linked = linked_units(
        [1.0, 2, 3, 4, 1, 2, 3, 4], [1.0, 2, 3, 5, 5, 3, 2, 1], wave=["1"] * 4 + ["2"] * 4
    )
    assert line(linked).wave == "2"
    assert line(linked).slope.value < 0 < line(linked, wave="1").slope.value


def test_scores_near_1e9_keep_their_slope(units):
    t = units.table
    far = line(linked_units(t["inside"] + 1e9, t["outside"] - 1e9))
    # 1e9 plus one decimal keeps about seven digits of the difference
    assert far.slope.value == pytest.approx(line(units).slope.value, rel=1e-6)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 9999), stretch=st.floats(0.1, 10), pull=st.floats(0.1, 10),
    shift=st.floats(-50, 50),
)  # fmt: skip
def test_scale_carries_through_and_order_does_not_matter(seed, stretch, pull, shift):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, 10))
    order = rng.permutation(10)
    one = line(linked_units(x, y))
    two = line(linked_units(shift + stretch * x[order], pull * y[order] - shift))
    factor = pull / stretch
    np.testing.assert_allclose(
        [two.slope.value, two.slope.ci_low, two.slope.ci_high],
        [one.slope.scaled(factor).value, one.slope.ci_low * factor, one.slope.ci_high * factor],
        rtol=1e-6,
        atol=1e-9,
    )
    np.testing.assert_allclose(
        two.band["ci_high"], pull * one.band["ci_high"] - shift, rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("constant", [4.0, 0.1, [0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2]])
def test_a_constant_internal_score_is_refused_even_if_rounding_differs(constant):
    with pytest.raises(Blocked, match=r"^all units have the same inside; there is no line\.$"):
        line(linked_units(np.zeros(4) + constant, [1.0, 2, 3, 5]))


def test_three_units_are_too_few():
    with pytest.raises(
        NotTestable,
        match=r"^a line needs at least 4 linked units with both scores; there are 3\.$",
    ):
        line(linked_units([1.0, 2, 3, np.nan], [1.0, 2, 4, 5]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"internal": "csat"}, "Linked units have no score 'csat'."),
        ({"external": "csat"}, "Linked units have no score 'csat'."),
        ({"confidence_level": 95}, "confidence_level must lie between 0 and 1, not 95."),
    ],
)
def test_refuses_bad_arguments_with_a_sentence(units, options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        linkage_line(units, **{"internal": "inside", "external": "outside", **options})
