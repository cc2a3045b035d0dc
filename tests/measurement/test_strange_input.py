"""Answers and moments that no textbook holds: computed where they can be, else refused."""

import numpy as np
import pandas as pd
import pytest

from icx_research.core.moments import Moments
from icx_research.core.reduction import moments
from icx_research.measurement.agreement.intraclass import icc_1
from icx_research.measurement.crossed.shares import variance_shares
from icx_research.measurement.exploratory.adequacy import bartlett_sphericity, kmo
from icx_research.measurement.item_analysis import item_analysis
from icx_research.measurement.reliability.alpha import cronbach_alpha
from icx_research.measurement.reliability.hierarchical import omega_hierarchical
from icx_research.measurement.reliability.omega import omega_total
from icx_research.measurement.reliability.split_half import split_half
from icx_research.measurement.twolevel.reliability import multilevel_omega
from icx_research.measurement.validity.discriminant import htmt

# Eighths of a point are exact beside 1e12 (its last digit is 2^-13), so that only the rounding
# of means and of searches is left.
MOVED = 1e-6
FAR = 1e12


def far(data, columns):
    """Move answers in eighths of a point to a place where a spread of .1 is 1e-13 of them."""
    eighths = data[columns].astype(float) / 8
    return data.assign(**{name: FAR + eighths[name] for name in columns})


def test_a_small_spread_far_from_zero_is_a_spread(service):
    moved = far(service, list(service))
    found, near = item_analysis(moved), item_analysis(service)
    for name in ("skewness", "kurtosis", "corrected_item_total", "alpha_if_deleted"):
        np.testing.assert_allclose(found.items[name], near.items[name], rtol=MOVED)
    assert cronbach_alpha(moved).estimate.ci_low == pytest.approx(
        cronbach_alpha(service).estimate.ci_low, rel=MOVED
    )
    assert omega_total(moved).se == pytest.approx(omega_total(service).se, rel=MOVED)


def test_units_far_from_zero_differ_as_they_do_near_it(ratings):
    moved = far(ratings, ["s1"])
    found, near = (icc_1(data, score="s1", unit="unit") for data in (moved, ratings))
    assert found.statistic == pytest.approx(near.statistic, rel=MOVED)
    assert found.estimate.ci_high == pytest.approx(near.estimate.ci_high, rel=MOVED)
    shares, plain = (variance_shares(d, score="s1", client="unit") for d in (moved, ratings))
    np.testing.assert_allclose(
        shares.components["share"], plain.components["share"], rtol=MOVED * 10
    )


def test_a_heywood_case_does_not_stop_the_bootstrap():
    """Minres uniquenesses below zero start the searches of the resamples."""
    rng = np.random.default_rng(8)  # a sample whose first item has a communality above 1
    values = rng.normal(size=(30, 1)) + rng.normal(size=(30, 6))
    items = pd.DataFrame(values, columns=list("abcdef"))
    plain = omega_hierarchical(items, n_factors=2)
    assert (plain.uniquenesses < 0).any()
    found = omega_hierarchical(items, n_factors=2, n_resamples=20, rng=rng)
    own = found.intervals["omega_total"]
    assert own.ci_low < own.value < own.ci_high


def given(cov, *, n=50, names="abc"):
    return Moments(tuple(names), n, np.zeros(len(names)), cov)


PLAIN = np.array([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]])


def changed(*cells):
    cov = PLAIN.copy()
    for i, j, value in cells:
        cov[i, j] = value
    return cov


MOMENTS = {
    "kmo needs finite covariances; the moments hold others.": given(changed((0, 1, np.nan))),
    "kmo needs a symmetric covariance matrix; the moments hold none.": given(changed((0, 1, 0.2))),
    "kmo needs variances above 0; that of 'b' is negative.": given(changed((1, 1, -1.0))),
    "kmo needs covariances that the variances allow; the correlation of 'a' and 'c' is beyond 1.":
        given(changed((0, 2, 1.2), (2, 0, 1.2))),
    "kmo needs each item once; got ['a', 'a', 'b'].": given(PLAIN, names="aab"),
    "kmo needs more rows than items; got 3 rows for 3 items.": given(PLAIN, n=3),
    "kmo needs the number of rows of the moments; it is missing.": given(PLAIN, n=np.nan),
}  # fmt: skip


@pytest.mark.parametrize("message", MOMENTS)
def test_moments_of_no_rows_are_refused(message):
    with pytest.raises(ValueError) as refusal:
        kmo(MOMENTS[message])
    assert str(refusal.value) == message


def test_a_correlation_matrix_with_n_alone_is_enough():
    assert bartlett_sphericity(given(PLAIN, n=4)).chi_square > 0
    assert bartlett_sphericity(given(PLAIN + 1e-10 * np.tri(3))).df == 3  # typed to ten digits


FOUR = pd.DataFrame({"a": [1, 2, 3, 2.0], "b": [5, 4, 3, 4.0], "c": [1, 3, 2, 2.0]})
ANSWERS = {
    "cronbach_alpha needs numeric items; 'a' is not numeric.": (
        cronbach_alpha, FOUR.astype({"a": complex})),
    "cronbach_alpha needs answers below 1e+100 in size; item 'c' holds a larger one.": (
        cronbach_alpha, FOUR.assign(c=FOUR["c"] * 1e200)),
    "cronbach_alpha needs at least 2 items and 2 complete rows; got 3 items and 0 complete rows of "
    "4; item 'b' has no answer at all.": (cronbach_alpha, FOUR.assign(b=np.nan)),
    "split_half needs halves whose sums vary and are no exact opposites; 4 complete rows have "
    "others.": (split_half, FOUR[["a", "b"]]),
    "multilevel_omega needs at least 3 items, once each; got ['a', 'b'].": (
        lambda d: multilevel_omega(d, items=["a", "b"], unit="c"), FOUR),
    "data has no column 'd'; it has ['a', 'b', 'c'].": (
        lambda d: multilevel_omega(d, items=["a", "b", "d"], unit="c"), FOUR),
    "icc_1 needs each column once; data has 'c' twice or more.": (
        lambda d: icc_1(d, score="a", unit="c"), pd.concat([FOUR, FOUR[["c"]]], axis=1)),
    "Columns must have different names; 'a' appears more than once.": (
        lambda d: moments(d, ["b"]), pd.concat([FOUR, FOUR[["a"]]], axis=1)),
    "moments needs finite numbers; column 'b' holds an infinite one.": (
        lambda d: moments(d, ["a", "b"]), FOUR.assign(b=[1, np.inf, 2, 3])),
    "htmt needs a list of items per scale; 'x' has a text.": (
        lambda d: htmt(d, scales={"x": "ab", "y": ["c"]}), FOUR),
    "htmt needs scales whose items are correlated; those of one are not.": (
        lambda d: htmt(d, scales={"x": ["a", "b"], "y": ["c", "d"]}),
        pd.DataFrame({"a": [1, 2, 1, 2], "b": [1, 1, 2, 2], "c": [1, 2, 3, 3],
                      "d": [2, 3, 1, 2]})),
}  # fmt: skip


@pytest.mark.parametrize("message", ANSWERS)
def test_answers_that_cannot_be_used_are_refused_in_one_sentence(message):
    analysis, data = ANSWERS[message]
    with pytest.raises(ValueError) as refusal:
        analysis(data)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("analysis", "message"),
    [
        (lambda d: htmt(d, scales={}), "htmt needs a DataFrame of items or Moments, not list."),
        (lambda d: moments(d, ["a"]), "moments needs a data frame or lazy frame, not list."),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(analysis, message):
    with pytest.raises(TypeError) as refusal:
        analysis([[1, 2], [2, 1]])
    assert str(refusal.value) == message


def test_resamples_without_a_spread_do_not_count(rng):
    few = pd.DataFrame({"a": [1, 2, 3, 3, 1], "b": [1, 2, 3, 2, 2], "c": [2, 2, 3, 1, 1],
                        "d": [3, 3, 3, 1, 3]})  # fmt: skip
    found = split_half(few, n_resamples=40, rng=rng)
    assert np.isfinite([found.intervals["odd_even"].ci_low, found.intervals["mean"].ci_high]).all()
    scales = {"x": ["a", "b"], "y": ["c", "d"]}
    ratio = htmt(few, scales=scales, n_resamples=40, rng=rng).estimate
    assert np.isfinite([ratio.ci_low, ratio.ci_high]).all()
