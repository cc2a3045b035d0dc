from dataclasses import FrozenInstanceError, dataclass

import pytest

from icx_research.core.results import (
    TABLE_COLUMNS,
    Estimate,
    Result,
    check_confidence_level,
    estimate_table,
)


@dataclass(frozen=True, repr=False)
class Slope(Result):
    value: float

    @property
    def table(self):
        return estimate_table([{"n": 7, "term": "slope", "estimate": self.value}])

    def to_apa(self):
        return f"b = {self.value:.2f}, n = 7"


def test_estimate_scales_value_and_limits():
    assert Estimate(0.3, 0.1, 0.5, 0.95).scaled(2) == Estimate(0.6, 0.2, 1.0, 0.95)


def test_negative_factor_swaps_the_limits():
    assert Estimate(0.3, 0.1, 0.5, 0.90).scaled(-1) == Estimate(-0.3, -0.5, -0.1, 0.90)


def test_estimate_is_frozen():
    with pytest.raises(FrozenInstanceError):
        Estimate(0.3, 0.1, 0.5, 0.95).value = 0.4


def test_table_columns_stand_in_the_common_order():
    row = {name: i for i, name in enumerate(reversed(TABLE_COLUMNS))}
    assert list(estimate_table([row])) == list(TABLE_COLUMNS)
    assert list(Slope(0.4).table) == ["term", "estimate", "n"]


def test_display_has_a_sentence_a_rounded_table_and_no_address():
    result = Slope(0.123456)
    assert repr(result) == "Slope: b = 0.12, n = 7"
    html = result._repr_html_()
    assert "<td>0.123</td>" in html
    assert "0.1234" not in html
    assert html == Slope(0.123456)._repr_html_()


@pytest.mark.parametrize("level", [0, 1, 95, -0.1, float("nan")])
def test_refuses_a_confidence_level_that_is_no_fraction(level):
    with pytest.raises(
        ValueError, match=rf"^confidence_level must lie between 0 and 1, not {level}\.$"
    ):
        check_confidence_level(level)
