"""Oracle: R prop.test(8, 10, correct = FALSE); definitions and coverage for the rest."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from icx_research.core.proportions import (
    adjusted_wald_difference,
    difference_standard_error,
    score_difference,
    wilson_interval,
)

Z95 = norm.ppf(0.975)


def test_wilson_matches_prop_test():
    # R 4: print(prop.test(8, 10, correct = FALSE)$conf.int, digits = 12)
    found = wilson_interval(8, 10)
    np.testing.assert_allclose([found.ci_low, found.ci_high], [0.490162471537, 0.943317848546])
    assert (found.value, found.confidence_level) == (0.8, 0.95)


def test_wilson_at_the_ends_stays_inside():
    none, every = wilson_interval(0, 5), wilson_interval(5, 5)
    assert (none.value, none.ci_low) == (0, 0)
    assert (every.value, every.ci_high) == (1, 1)
    assert none.ci_high == pytest.approx(1 - every.ci_low)


def test_standard_error_of_a_net_score():
    assert 100 * difference_standard_error(0.40, 0.25, 100) == pytest.approx(7.9215, abs=5e-5)


def test_adjusted_wald_by_hand():
    found = adjusted_wald_difference(10, 3, 20, confidence_level=0.90)
    high, low = 10.75 / 23, 3.75 / 23
    reach = norm.ppf(0.95) * np.sqrt((high + low - (high - low) ** 2) / 23)
    np.testing.assert_allclose(
        [found.value, found.ci_low, found.ci_high],
        [0.35, high - low - reach, high - low + reach],
    )


@pytest.mark.parametrize(("high", "low", "n"), [(12, 5, 30), (0, 4, 9), (7, 0, 7), (3, 3, 40)])
def test_score_limits_are_where_the_score_test_turns(high, low, n):
    found = score_difference(high, low, n)

    def z_at(theta):
        def loss(d):
            rest = 1 - 2 * d - theta
            parts = [(high, d + theta), (low, d), (n - high - low, rest)]
            return -sum(k * np.log(max(share, 1e-300)) for k, share in parts if k)

        bounds = (max(0, -theta), (1 - theta) / 2)
        d = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-13}).x
        return abs(high - low - n * theta) / np.sqrt(n * (2 * d + theta - theta**2))

    for limit in (found.ci_low, found.ci_high):
        if abs(limit) < 1:
            assert z_at(limit) == pytest.approx(Z95, rel=1e-4)  # the fit is found by search


@pytest.mark.parametrize("interval", [adjusted_wald_difference, score_difference])
@pytest.mark.parametrize(("n", "high", "low"), [(10, 0.4, 0.25), (25, 0.7, 0.05), (60, 0.5, 0.2)])
def test_intervals_cover_as_often_as_they_say(rng, interval, n, high, low):
    runs = 1500
    counts = rng.multinomial(n, [high, low, 1 - high - low], size=runs)
    held = 0
    for up, down, _ in counts:
        found = interval(up, down, n)
        held += found.ci_low <= high - low <= found.ci_high
    assert held / runs == pytest.approx(0.95, abs=0.03)  # discrete answers, and three errors


@pytest.mark.parametrize("interval", [adjusted_wald_difference, score_difference])
def test_swapping_the_shares_turns_the_interval_round(interval):
    one, two = interval(9, 2, 21), interval(2, 9, 21)
    np.testing.assert_allclose(
        [one.value, one.ci_low, one.ci_high], [-two.value, -two.ci_high, -two.ci_low]
    )


@pytest.mark.parametrize("interval", [adjusted_wald_difference, score_difference])
def test_impossible_counts_are_refused(interval):
    message = r"^Counts must not be negative nor sum to more than n; got 5 and 6 of 10\.$"
    with pytest.raises(ValueError, match=message):
        interval(5, 6, 10)
    with pytest.raises(
        ValueError, match=r"^count must lie between 0 and n, and n above 0; got 1 of 0\.$"
    ):
        wilson_interval(1, 0)
