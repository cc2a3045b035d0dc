"""Unit means in order: protected figures only, intervals and mean by hand."""

import dataclasses

import numpy as np
import pytest

import icx_research as icx
from icx_research.survey.codebook.types import Question
from icx_research.survey.disclosure.unit_intervals import unit_intervals
from tests import builders

Z_975 = 1.959963984540054  # standard normal quantile of .975


def protected(means, *, se=0.2, n=20, wave="1", **book):
    book = builders.codebook(published=False, internal_range=(1, 7), **book)
    return icx.protect(
        builders.linked_units(means, 4.0, inside_se=se, inside_n=n, wave=wave, book=book)
    )


def test_order_intervals_and_mean_are_of_the_rounded_figures():
    found = unit_intervals(protected([5.04, 3.96, 4.49], n=[12, 25, 60]), score="inside")
    assert found.table["unit"].tolist() == ["u1", "u2", "u0"]
    assert found.table["estimate"].tolist() == [4.0, 4.5, 5.0]
    spread = np.sqrt((11 * 12 + 24 * 25 + 59 * 60) * 0.04 / 94)  # pooled: for 12 persons
    se = np.array([0.2, 0.2, round(spread / 10**0.5, 2)])
    np.testing.assert_allclose(found.table["ci_low"], found.table["estimate"] - Z_975 * se)
    np.testing.assert_allclose(found.table["ci_high"], found.table["estimate"] + Z_975 * se)
    assert found.table["respondents"].tolist() == ["20-29", "50-99", "10-14"]
    assert found.mean == 4.5
    assert (found.n_shown, found.n_units, found.n_below, found.n_above) == (3, 3, 1, 0)
    assert (found.score, found.wave, found.min_persons) == ("inside", "1", 10)
    assert repr(found) == (
        "UnitIntervals: inside, 3 of 3 units shown, mean 4.50; 1 below it and 0 above it"
    )


def test_withheld_units_count_but_neither_appear_nor_enter_the_mean():
    found = unit_intervals(protected([4.0, 5.0, 7.0, 6.0], n=[20, 20, 9, 9]), score="inside")
    assert found.table["unit"].tolist() == ["u0", "u1"]
    assert found.mean == 4.5
    assert (found.n_shown, found.n_units) == (2, 4)


def test_equal_figures_stand_by_name_not_by_their_hidden_decimals():
    found = unit_intervals(protected([4.04, 4.01, 3.97]), score="inside")
    assert found.table["unit"].tolist() == ["u0", "u1", "u2"]


def test_narrower_intervals_at_a_lower_level():
    found = unit_intervals(protected([4.0, 5.0]), score="inside", confidence_level=0.6826894921)
    np.testing.assert_allclose(found.table["ci_high"] - found.table["estimate"], 0.2, rtol=1e-8)


def test_without_standard_errors_there_are_no_intervals():
    found = unit_intervals(protected([4.0, 5.0], se=np.nan), score="inside")
    assert found.table["ci_low"].isna().all()
    assert (found.n_below, found.n_above) == (0, 0)


def test_one_wave_is_shown_the_asked_or_the_latest():
    waves = ["2", "10"] * 2
    units = protected([4.0, 5.0, 4.2, 5.2], wave=waves, with_wave=True)
    assert unit_intervals(units, score="inside").wave == "10"
    assert unit_intervals(units, score="inside", wave="2").table["estimate"].tolist() == [4.0, 4.2]
    asked = dataclasses.replace(
        units.codebook, question=Question(("inside",), ("outside",), wave="2")
    )
    units_asked = dataclasses.replace(units, codebook=asked)
    assert unit_intervals(units_asked, score="inside").wave == "2"
    with pytest.raises(ValueError, match=r"There is no wave '3'; there are 2, 10\."):
        unit_intervals(units, score="inside", wave="3")


def test_suppliers_are_part_of_the_name():
    company = icx.load_example("company")
    scored = icx.scale_scores(company, scales=["internal_satisfaction"])
    scores = icx.unit_scores(scored, by=["client_unit", "supplier_unit"])
    found = unit_intervals(icx.protect(scores), score="internal_satisfaction")
    assert found.table["unit"].str.contains(" / ").all()
    assert found.table["unit"].is_unique


def test_refusals():
    units = protected([4.0, 5.0])
    with pytest.raises(TypeError, match=r"protected units only; call protect\(\.\.\.\), not Link"):
        unit_intervals(builders.linked_units([1.0], [2.0]), score="inside")
    with pytest.raises(ValueError, match=r"score must be one of inside, outside; got 'csat'\."):
        unit_intervals(units, score="csat")
    with pytest.raises(ValueError, match="confidence_level must lie between 0 and 1, not 95"):
        unit_intervals(units, score="inside", confidence_level=95)
    message = r"no unit has 10 persons behind inside; none may be shown\."
    with pytest.raises(icx.Blocked, match=message):
        unit_intervals(protected([4.0, 5.0], n=9), score="inside")
