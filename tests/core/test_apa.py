import math

import pytest

from icx_research.core import apa


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, ".50"),
        (-0.527, "−.53"),
        (0.0, ".00"),
        (-0.0, ".00"),
        (-0.001, ".00"),
        (0.999, "1.00"),
        (-0.999, "−1.00"),
        (1.0, "1.00"),
        (1.3249, "1.32"),
        (10.05, "10.05"),
        (math.inf, "inf"),
        (math.nan, "n/a"),
    ],
)
def test_bounded_drops_the_leading_zero_only(value, text):
    assert apa.bounded(value) == text


def test_bounded_takes_other_digits():
    assert apa.bounded(0.03125, digits=3) == ".031"


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.0, "p < .001"),
        (0.00099, "p < .001"),
        (0.001, "p = .001"),
        (0.05, "p = .050"),
        (1.0, "p = 1.000"),
        (math.nan, "p = n/a"),
    ],
)
def test_p_value_names_its_relation(p, text):
    assert apa.p_value(p) == text


def test_interval_states_its_level():
    assert apa.interval(-0.164, 0.655, confidence_level=0.95) == "95% CI [−.16, .66]"
    assert apa.interval(0.1, 1.2, confidence_level=0.999, digits=1) == "99.9% CI [.1, 1.2]"
