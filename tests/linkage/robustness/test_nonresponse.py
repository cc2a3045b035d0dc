"""Nonresponse bounds: each scenario by hand, equal rates, refusals."""

import numpy as np
import pytest

from icx_research import NotTestable, StudyError
from icx_research.core.intervals import correlation_interval
from icx_research.linkage.robustness.nonresponse import nonresponse_bounds
from tests.builders import codebook, linked_units

ATTRIBUTES = codebook(attributes=("heads",))


def units(rng, heads, n=10.0):
    x = rng.normal(size=24)
    y = 0.5 * x + rng.normal(size=24)
    return linked_units(
        x, y, inside_se=0.3, inside_n=n, outside_se=0.3, outside_n=20.0, heads=heads,
        book=ATTRIBUTES,
    )  # fmt: skip


def bounds(linked, **options):
    return nonresponse_bounds(
        linked, internal="inside", external="outside", headcount="heads", **options
    )


def test_scenarios_by_hand(rng):
    heads = rng.integers(11, 40, 24).astype(float)
    linked = units(rng, heads)
    found = bounds(linked, shift=1.0)
    x, y = linked.table["inside"].to_numpy(), linked.table["outside"].to_numpy()
    rate, sd = 10 / heads, 0.3 * np.sqrt(10)
    moved = [x, x - (1 - rate) * sd, x + (1 - rate) * sd, rate * x + (1 - rate) * x.mean()]
    r = [np.corrcoef(scores, y)[0, 1] for scores in moved]
    np.testing.assert_allclose(found.table["estimate"], r)
    assert list(found.scenarios) == [
        "observed", "nonrespondents_lower", "nonrespondents_higher", "nonrespondents_alike",
    ]  # fmt: skip
    low = correlation_interval(r[1], 24)
    row = found.table.iloc[1]
    np.testing.assert_allclose([row["ci_low"], row["ci_high"]], [low.ci_low, low.ci_high])
    assert (found.lowest, found.highest) == (pytest.approx(min(r)), pytest.approx(max(r)))
    assert found.response_rate == pytest.approx(rate.mean())
    assert (found.shift, found.n_used, found.n_dropped) == (1.0, 24, 0)
    assert "if nonrespondents differ by 1 SD" in repr(found)


def test_equal_rates_leave_the_correlation_as_it_is(rng):
    found = bounds(units(rng, 20.0))
    assert found.highest - found.lowest == pytest.approx(0, abs=1e-12)


def test_units_without_headcount_are_left_out(rng):
    found = bounds(units(rng, np.array([np.nan, *[20.0] * 23])))
    assert (found.n_used, found.n_dropped) == (23, 1)


def test_another_wave_than_the_asked_one_may_be_named(rng):
    x = rng.normal(size=48)
    linked = linked_units(
        x, x + rng.normal(size=48), wave=["1", "2"] * 24, inside_se=0.3, inside_n=10.0,
        outside_se=0.3, outside_n=20.0, heads=20.0, book=codebook(attributes=("heads",), wave="2"),
    )  # fmt: skip
    first = linked.table[linked.table["wave"] == "1"]
    r = np.corrcoef(first["inside"], first["outside"])[0, 1]
    assert bounds(linked, wave="1").estimate.value == pytest.approx(r)


def test_what_is_missing_or_wrong_is_said(rng):
    linked = units(rng, 20.0)
    with pytest.raises(NotTestable) as refusal:
        nonresponse_bounds(linked, internal="inside", external="outside", headcount="size")
    assert refusal.value.missing == (
        "headcounts of the linked units are needed (attribute 'size')."
    )
    with pytest.raises(NotTestable, match="respondents per unit and standard errors of inside"):
        bounds(units(rng, 20.0, n=np.nan))
    with pytest.raises(StudyError, match=r"^Unit 'u0' has more respondents than 'heads' says"):
        bounds(units(rng, 9.0))
    with pytest.raises(ValueError, match=r"^shift must not be negative, not -1\.$"):
        bounds(linked, shift=-1)
