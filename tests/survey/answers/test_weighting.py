"""Post-stratification by hand and by simulation."""

import numpy as np
import pandas as pd
import pytest

from icx_research import NotTestable
from icx_research.survey.answers.weighting import post_stratified_mean

ANSWERS = pd.DataFrame({"site": ["A"] * 4 + ["B"] * 2 + [None], "score": [6, 5, 6, 7, 3, 4, 1]})


def mean(data, headcounts, **options):
    return post_stratified_mean(
        data, score="score", stratum="site", headcounts=headcounts, **options
    )


def test_mean_error_weights_and_effective_n_by_hand():
    found = mean(ANSWERS, {"A": 10, "B": 30})
    assert found.estimate.value == pytest.approx(0.25 * 6 + 0.75 * 3.5)
    se = np.sqrt(0.25**2 * (2 / 3) / 4 + 0.75**2 * 0.5 / 2)
    assert found.weighted_se == pytest.approx(se)
    assert found.estimate.ci_high - found.estimate.value == pytest.approx(1.959964 * se)
    assert found.weights == pytest.approx({"A": 0.25 * 6 / 4, "B": 0.75 * 6 / 2})
    assert found.effective_n == pytest.approx(36 / (4 * 0.375**2 + 2 * 2.25**2))
    assert found.unweighted.value == pytest.approx(31 / 6)
    assert found.unweighted_se == pytest.approx(ANSWERS["score"][:6].std() / np.sqrt(6))
    assert (found.n_used, found.n_dropped) == (6, 1)
    assert found.note == "for description; linkage models stay unweighted"
    assert found.table["term"].tolist() == ["weighted", "unweighted"]
    assert found.table["n"].tolist() == [found.effective_n, 6]


def test_proportional_answers_need_no_weights():
    found = mean(ANSWERS, {"A": 20, "B": 10})
    assert found.weighted.value == pytest.approx(found.unweighted.value)
    assert found.effective_n == pytest.approx(6)
    assert set(found.weights.values()) == {1.0}


def test_unequal_response_is_put_right_and_the_interval_covers(rng):
    held, runs = 0, 800
    for _ in range(runs):
        score = np.concatenate([rng.normal(6, 1, 80), rng.normal(3, 1, 20)])
        data = pd.DataFrame({"site": ["A"] * 80 + ["B"] * 20, "score": score})
        found = mean(data, {"A": 100, "B": 100}).estimate
        held += found.ci_low < 4.5 < found.ci_high
    assert held / runs == pytest.approx(0.95, abs=0.03)  # three errors and normal quantiles


@pytest.mark.parametrize(
    ("headcounts", "message"),
    [
        ({"A": 10}, "the headcount of site 'B' is needed."),
        ({"A": 10, "B": 30, "C": 5},
         "site 'C' has fewer than 2 respondents; put it together with another."),
    ],
)  # fmt: skip
def test_strata_that_are_not_covered_are_refused(headcounts, message):
    with pytest.raises(NotTestable) as refusal:
        mean(ANSWERS, headcounts)
    assert refusal.value.missing == message


def test_headcounts_must_be_positive():
    with pytest.raises(ValueError, match=r"^headcounts must be numbers above 0\.$"):
        mean(ANSWERS, {"A": 0, "B": 1})
