"""Response rates and early against late: scipy, known truth, refusals."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from icx_research import NotTestable, StudyError, load_example, scale_scores, unit_scores
from icx_research.survey.answers.response_rates import early_late_comparison, response_rates

SCALE = "internal_satisfaction"


@pytest.fixture(scope="module")
def scores():
    return unit_scores(scale_scores(load_example("company"), scales=[SCALE]), by="client_unit")


def rates(scores, **options):
    return response_rates(scores, **{"scale": SCALE, "headcount": "size", **options})


def of_wave(scores, wave="3"):
    """Give the attributes of one wave."""
    return scores.attributes[scores.attributes["wave"] == wave]


def test_rates_and_correlation_by_scipy(scores):
    found = rates(scores, wave="2", confidence_level=0.90)
    table = scores.table[scores.table["wave"] == "2"]
    size = table["unit"].map(of_wave(scores, "2").set_index("unit")["size"].astype(float))
    rate = table["n"] / size
    expected = stats.pearsonr(rate, table["mean"])
    low, high = expected.confidence_interval(0.90)
    e = found.estimate
    np.testing.assert_allclose([e.value, e.ci_low, e.ci_high], [expected.statistic, low, high])
    assert found.p_value == pytest.approx(expected.pvalue)
    assert 2 * stats.t.sf(abs(found.statistic), 58) == pytest.approx(expected.pvalue)
    assert found.overall == pytest.approx(table["n"].sum() / size.sum())
    assert found.table["term"].tolist() == [
        "overall_rate", "lower_quartile", "median", "upper_quartile", "correlation_with_score",
    ]  # fmt: skip
    assert found.table["estimate"].iloc[2] == pytest.approx(rate.median())
    assert (found.scale, found.wave, found.n_used, found.n_dropped, found.note) == (
        SCALE, "2", 60, 0, "",
    )  # fmt: skip
    assert "response rate" in repr(found)
    assert rates(scores).wave == "3"


def test_what_is_not_known_is_not_testable(scores):
    with pytest.raises(NotTestable) as refusal:
        rates(scores, headcount="staff")
    assert refusal.value.missing == "headcounts of units are needed (attribute 'staff')."
    few = of_wave(scores).assign(size=[10, 20, 30, *[np.nan] * 57])
    with pytest.raises(NotTestable, match="at least 4 units are needed; 3 are known"):
        rates(dataclasses.replace(scores, attributes=few))
    with pytest.raises(ValueError, match=r"^scale must be one of internal_satisfaction; got 'x'"):
        rates(scores, scale="x")
    with pytest.raises(ValueError, match=r"^There is no wave '9'; there are 1, 2, 3\.$"):
        rates(scores, wave="9")


def test_more_respondents_than_heads_is_an_error(scores):
    small = of_wave(scores).assign(size=["5"] + ["100"] * 59)
    unit = scores.attributes["unit"].iloc[0]
    message = f"^Unit '{unit}' has more respondents than 'size' says it has members"
    with pytest.raises(StudyError, match=message):
        rates(dataclasses.replace(scores, attributes=small))


def test_equal_rates_have_no_correlation(scores):
    n = scores.table[scores.table["wave"] == "3"].set_index("unit")["n"]
    equal = scores.attributes.assign(size=scores.attributes["unit"].map(2 * n))
    found = rates(dataclasses.replace(scores, attributes=equal))
    assert np.isnan([found.estimate.value, found.p_value]).all()
    assert found.note == "rates or scores do not vary, so there is no correlation"


def answers(rng, units=40, k=20, late=-0.5):
    unit = np.repeat(np.arange(units), k)
    day = np.tile(np.arange(k), units)
    score = (
        rng.normal(size=units)[unit] * 3
        + np.where(day >= k / 2, late, 0)
        + rng.normal(size=units * k)
    )
    dates = pd.Timestamp("2025-03-01") + pd.to_timedelta(day, unit="D")
    return pd.DataFrame({"unit": unit, "score": score, "day": dates})


def test_late_respondents_are_compared_within_units(rng):
    found = early_late_comparison(answers(rng), score="score", date="day", unit="unit")
    assert found.estimate.value == pytest.approx(-0.5, abs=3 * 2 / np.sqrt(800))
    assert found.estimate.ci_low < -0.5 < found.estimate.ci_high
    assert found.se == pytest.approx(2 / np.sqrt(800), rel=0.1)
    assert (found.n_used, found.n_dropped) == (800, 0)
    row = found.table.iloc[0]
    assert row["statistic"] == pytest.approx(found.estimate.value / found.se)
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(abs(row["statistic"]), row["df"]))
    assert "late − early = −0." in repr(found)


def test_units_without_early_or_late_and_gaps_are_left_out(rng):
    data = answers(rng, units=6)
    data.loc[data["unit"] == 5, "day"] = pd.Timestamp("2025-03-01")
    data.loc[0, "score"] = np.nan
    found = early_late_comparison(data, score="score", date="day", unit="unit")
    assert (found.n_used, found.n_dropped) == (99, 21)


def test_without_dates_it_is_not_testable(rng):
    data = answers(rng, units=4)
    with pytest.raises(NotTestable) as refusal:
        early_late_comparison(data, score="score", date="date", unit="unit")
    assert refusal.value.missing == "the day of each answer is needed (column 'date')."
    with pytest.raises(NotTestable, match="fewer than two respondents are early, or late"):
        early_late_comparison(data.assign(day="2025-03-01"), score="score", date="day", unit="unit")
    with pytest.raises(ValueError, match=r"^Column 'day' holds something that is no date\.$"):
        early_late_comparison(data.assign(day="soon"), score="score", date="day", unit="unit")
    with pytest.raises(ValueError, match=r"^data has no column 'team'; it has \["):
        early_late_comparison(data, score="score", date="day", unit="team")
