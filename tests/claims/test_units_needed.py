"""Oracle: Fisher's z by hand, and the power that simulated correlations have."""

import re

import numpy as np
import pytest

from icx_research.linkage.design.sample_size import units_needed


# Fisher z by hand: ((1.959964 + z_power) / atanh r)^2 + 3, rounded up
@pytest.mark.parametrize(
    ("options", "units"),
    [
        ({"correlation": 0.30}, 85),
        ({"correlation": -0.30}, 85),
        ({"correlation": 0.20}, 194),
        ({"correlation": 0.30, "n_controls": 4}, 89),
        ({"correlation": 0.30, "power": 0.90}, 113),
    ],
)
def test_units_needed_follow_fishers_z(options, units):
    assert units_needed(**options) == units


def test_units_needed_reach_their_power(rng):
    n, runs = units_needed(0.30), 20_000
    x, noise = rng.standard_normal((2, runs, n))
    y = 0.3 * x + np.sqrt(1 - 0.09) * noise
    x, y = (v - v.mean(axis=1, keepdims=True) for v in (x, y))
    r = (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    found = np.mean(np.arctanh(r) * np.sqrt(n - 3) > 1.959964)
    # Fisher's z is biased by r / (2 (n - 1)), which is worth half a percentage point of power
    assert found == pytest.approx(0.80, abs=0.015)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"correlation": 0}, "correlation must lie between -1 and 1 and not be 0, not 0."),
        ({"correlation": 1.0}, "correlation must lie between -1 and 1 and not be 0, not 1.0."),
        ({"correlation": 0.3, "power": 1}, "power must lie between 0.025 and 1, not 1."),
    ],
)
def test_units_needed_refuse_what_has_no_answer(options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        units_needed(**options)
