"""Indices that follow from published chi-squares."""

import re

import numpy as np
import pytest
from scipy import stats

from icx_research.measurement.sem.cfa import cfa
from icx_research.measurement.sem.fit_indices import fit_indices, noncentrality
from tests.measurement.sem.reference import THREE, answers

PUBLISHED = {"chi_square": 85.306, "df": 24, "n": 301, "baseline_chi_square": 918.852,
             "baseline_df": 36}  # fmt: skip


def test_published_indices_follow_from_published_chi_squares():
    fit = fit_indices(**PUBLISHED)
    expected = {
        "chi_square": 85.306, "df": 24, "p_value": stats.chi2.sf(85.306, 24),
        "baseline_chi_square": 918.852, "baseline_df": 36, "cfi": 0.931, "tli": 0.896,
        "rmsea": 0.092, "rmsea_ci_low": 0.071, "rmsea_ci_high": 0.114,
    }  # fmt: skip
    assert list(fit.index) == list(expected)
    for name, value in expected.items():
        assert fit[name] == pytest.approx(value, abs=5e-4)


def test_groups_widen_the_rmsea():
    one, two = fit_indices(**PUBLISHED), fit_indices(**PUBLISHED, n_groups=2)
    names = ["rmsea", "rmsea_ci_low", "rmsea_ci_high"]
    np.testing.assert_allclose(two[names], one[names] * np.sqrt(2), rtol=1e-12)


def test_a_fit_better_than_expected_is_not_better_than_perfect():
    fit = fit_indices(**{**PUBLISHED, "chi_square": 10.0})
    assert (fit["cfi"], fit["rmsea"], fit["rmsea_ci_low"]) == (1, 0, 0)
    assert fit["tli"] > 1


def test_limits_put_the_chi_square_at_its_quantiles():
    for tail in (0.95, 0.05):
        value = noncentrality(85.306, 24, tail)
        assert stats.ncx2.cdf(85.306, 24, value) == pytest.approx(tail, abs=1e-9)
    assert noncentrality(3.0, 24, 0.95) == 0


def test_tiny_p_values_keep_their_digits():
    assert 0 < fit_indices(**{**PUBLISHED, "chi_square": 900.0})["p_value"] < 1e-150


def test_refuses_impossible_numbers():
    message = re.escape(
        "fit_indices needs n above 0 and chi_square, df and baseline_df of at least 0; got "
        "n=0, chi_square=85.306, df=24, baseline_df=36."
    )
    with pytest.raises(ValueError, match=message):
        fit_indices(**{**PUBLISHED, "n": 0})


def test_a_fitted_model_gives_its_own():
    model = cfa(THREE, answers())
    assert fit_indices(model) is model.fit_indices


def test_refuses_numbers_without_a_baseline():
    with pytest.raises(ValueError) as refusal:
        fit_indices(chi_square=85.306, df=24, n=301)
    assert str(refusal.value) == (
        "fit_indices needs a fitted model, or chi_square, df, n, baseline_chi_square and "
        "baseline_df."
    )
