"""Oracle: R psych and Guttman's formula in R; tests/reference/measurement/reliability_r.*"""

import re

import numpy as np
import pandas as pd
import pytest

from icx_research.core.errors import UnsuitableData
from icx_research.core.moments import Moments
from icx_research.core.reduction import moments
from icx_research.measurement.reliability.alpha import cronbach_alpha
from icx_research.measurement.reliability.lambda_6 import NO_INTERVAL, guttman_lambda_6

CLOSED_RTOL = 1e-12  # R wrote 15 digits; both sides invert matrices of 12 items at most
SCALES = ["tan", "rel", "emp", "all"]


def complete(service, scale):
    return service.dropna() if scale == "all" else service.dropna().filter(regex=f"^{scale}")


def correlated(items):
    """Give the moments of standardised items."""
    reduced = moments(items, list(items))
    k = len(reduced.names)
    return Moments(reduced.names, reduced.n, np.zeros(k), reduced.correlation)


@pytest.mark.parametrize("scale", SCALES)
def test_of_covariances_matches_the_formula_in_r(service, by_r, scale):
    expected = by_r("reliability_r")[f"{scale}:lambda_6"]
    found = guttman_lambda_6(complete(service, scale)).estimate.value
    assert found == pytest.approx(expected, rel=CLOSED_RTOL)


@pytest.mark.parametrize("scale", SCALES)
def test_of_correlations_matches_psych(service, by_r, scale):
    expected = by_r("reliability_r")[f"{scale}:lambda_6_standardized"]
    found = guttman_lambda_6(correlated(complete(service, scale))).estimate.value
    assert found == pytest.approx(expected, rel=CLOSED_RTOL)


def test_unexplained_variance_is_that_of_regressions(small):
    residual = 0.0
    for name in small:
        others = np.column_stack([np.ones(len(small)), small.drop(columns=name)])
        residual += np.linalg.lstsq(others, small[name], rcond=None)[1][0] / (len(small) - 1)
    expected = 1 - residual / small.sum(axis=1).var()
    assert guttman_lambda_6(small).estimate.value == pytest.approx(expected, rel=CLOSED_RTOL)


@pytest.mark.parametrize(("k", "r"), [(2, 0.3), (4, 0.5), (9, 0.2)])
def test_of_parallel_items_is_the_alpha_of_one_item_less(k, r):
    def parallel(k):
        cov = np.full((k, k), r) + np.diag(np.full(k, 1 - r))
        return Moments(tuple("abcdefghi"[:k]), 100, np.zeros(k), 4 * cov)

    expected = (k - 1) * r / (1 + (k - 2) * r)
    found = guttman_lambda_6(parallel(k)).estimate.value
    assert found == pytest.approx(expected, rel=CLOSED_RTOL)
    if k > 2:
        shorter = cronbach_alpha(parallel(k - 1)).estimate.value
        assert found == pytest.approx(shorter, rel=CLOSED_RTOL)


def test_items_of_two_kinds_are_bounded_better_than_by_alpha():
    kinds = np.kron(np.eye(2), np.full((3, 3), 0.7))
    np.fill_diagonal(kinds, 1)
    items = Moments(tuple("abcdef"), 100, np.zeros(6), kinds)
    reliability = 1 - 6 * 0.3 / kinds.sum()  # each kind measures without anything else in common
    found = guttman_lambda_6(items).estimate.value
    assert cronbach_alpha(items).estimate.value < found < reliability


def test_order_shift_and_common_scale_of_items_do_not_matter(small):
    moved = (small * 3 - 7)[["q3", "q1", "q2"]].sample(frac=1, random_state=1)
    expected = guttman_lambda_6(small).estimate.value
    assert guttman_lambda_6(moved).estimate.value == pytest.approx(expected, rel=CLOSED_RTOL)


def test_rows_with_a_missing_answer_are_left_out_and_moments_give_the_same(service):
    found = guttman_lambda_6(service)
    assert (found.n_used, found.n_dropped, found.n_items) == (393, 7, 12)
    assert found.estimate.value == guttman_lambda_6(service.dropna()).estimate.value
    reduced = guttman_lambda_6(moments(service, list(service)))
    assert reduced.estimate.value == pytest.approx(found.estimate.value, rel=CLOSED_RTOL)
    assert (reduced.n_used, reduced.n_dropped) == (393, 7)


def test_result_says_that_it_has_no_interval(small):
    found = guttman_lambda_6(small)
    assert np.isnan([found.estimate.ci_low, found.estimate.ci_high]).all()
    assert found.table["term"].tolist() == ["lambda_6"]
    assert repr(found) == f"ReliabilityResult: lambda 6 = .89, n = 8 ({NO_INTERVAL})"


ERRORS = {
    "guttman_lambda_6 needs at least 2 items and 2 complete rows; got 1 items and 8 complete rows "
    "of 8.": lambda d: d[["q1"]],
    "guttman_lambda_6 needs items that vary; 'q2' has one answer in all 8 complete rows.":
        lambda d: d.assign(q2=2),
    "guttman_lambda_6 needs a covariance matrix that is positive definite; ":
        lambda d: d.assign(q3=d["q1"] + d["q2"]),
}  # fmt: skip


@pytest.mark.parametrize("message", ERRORS)
def test_unsuitable_items_are_refused(small, message):
    with pytest.raises(UnsuitableData, match=f"^{re.escape(message)}"):
        guttman_lambda_6(ERRORS[message](small))


def test_a_text_is_refused():
    with pytest.raises(ValueError, match=r"^guttman_lambda_6 needs numeric items; 'a' is not num"):
        guttman_lambda_6(pd.DataFrame({"a": ["x", "y"], "b": [1, 2]}))
