"""Quantiles against printed tables; intervals where their parts are missing."""

import numpy as np
import pytest

from icx_research.core.intervals import (
    f_quantiles,
    fisher_interval,
    normal_quantile,
    t_quantile,
    wald_interval,
)

PRINTED = 5e-4  # tables have three decimals


@pytest.mark.parametrize(("level", "value"), [(0.90, 1.645), (0.95, 1.960), (0.99, 2.576)])
def test_normal_quantile_is_the_tabled_one(level, value):
    assert normal_quantile(level) == pytest.approx(value, abs=PRINTED)


@pytest.mark.parametrize(("df", "value"), [(1, 12.706), (10, 2.228), (30, 2.042)])
def test_t_quantile_is_the_tabled_one(df, value):
    assert t_quantile(0.95, df) == pytest.approx(value, abs=PRINTED)


def test_f_quantiles_enclose_the_share():
    # R 4: print(qf(c(0.975, 0.025), 5, 20), digits = 12)
    np.testing.assert_allclose(f_quantiles(0.95, 5, 20), [3.289055845680, 0.158013948341])


def test_wald_interval_is_normal_without_df_and_wider_with():
    plain, by_t = wald_interval(2.0, 0.5, 0.95), wald_interval(2.0, 0.5, 0.95, df=10)
    assert (plain.ci_low, plain.ci_high) == pytest.approx((1.020, 2.980), abs=PRINTED)
    assert (by_t.ci_low, by_t.ci_high) == pytest.approx((0.886, 3.114), abs=PRINTED)
    assert (by_t.value, by_t.confidence_level) == (2.0, 0.95)


@pytest.mark.parametrize(("se", "df"), [(np.nan, 10), (0.5, 0), (np.nan, 0)])
def test_wald_interval_has_no_limits_without_error_or_df(se, df):
    interval = wald_interval(2.0, se, 0.95, df=df)
    assert interval.value == 2.0
    assert np.isnan([interval.ci_low, interval.ci_high]).all()


def test_fisher_interval_of_a_perfect_correlation_is_a_point():
    interval = fisher_interval(1.0, 0.1, 0.95)
    assert (interval.ci_low, interval.ci_high) == (1.0, 1.0)
