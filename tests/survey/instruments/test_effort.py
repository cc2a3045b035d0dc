"""Customer effort: three rules that differ, none of them taken for granted."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from icx_research.core.proportions import adjusted_wald_difference, wilson_interval
from icx_research.survey.instruments.effort import customer_effort

ANSWERS = pd.Series([7, 6, 6, 5, 7, 3, 2, 7, 6, 4])


def test_there_is_no_default_rule():
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'rule'"):
        customer_effort(ANSWERS)


def test_mean_has_the_t_interval():
    found = customer_effort(ANSWERS, rule="mean")
    by_scipy = stats.ttest_1samp(ANSWERS, 0).confidence_interval(0.95)
    np.testing.assert_allclose(
        [found.estimate.value, found.estimate.ci_low, found.estimate.ci_high], [5.3, *by_scipy]
    )
    assert found.table["se"].item() == pytest.approx(stats.sem(ANSWERS))


def test_share_who_agree_and_net_easy_by_hand():
    agree = customer_effort(ANSWERS, rule="agree")
    net = customer_effort(ANSWERS, rule="net_easy")
    assert agree.estimate == wilson_interval(7, 10).scaled(100)
    assert agree.table["se"].item() == pytest.approx(100 * np.sqrt(0.7 * 0.3 / 10))
    assert net.estimate == adjusted_wald_difference(6, 2, 10).scaled(100)
    assert net.table["se"].item() == pytest.approx(100 * np.sqrt((0.8 - 0.4**2) / 10))


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ("mean", "customer_effort (mean of 1-7)"),
        ("agree", "customer_effort (% of 5-7)"),
        ("net_easy", "customer_effort (% of 6-7 minus % of 1-3)"),
    ],
)
def test_the_rule_stands_in_the_output(rule, name):
    found = customer_effort(ANSWERS, rule=rule)
    assert found.rule == rule
    assert found.table["term"].tolist() == [name]
    assert found.to_apa().startswith(f"{name} = ")


def test_the_three_rules_can_order_two_services_differently():
    one, two = pd.Series([7] * 5 + [1] * 5), pd.Series([5] * 10)
    assert customer_effort(one, rule="mean").estimate.value == 4
    assert customer_effort(two, rule="agree").estimate.value == 100
    assert customer_effort(two, rule="net_easy").estimate.value == 0


def test_a_single_answer_has_no_interval_of_its_mean():
    found = customer_effort(pd.Series([5]), rule="mean").estimate
    assert found.value == 5
    assert np.isnan([found.ci_low, found.ci_high]).all()


def test_unknown_rule_is_refused():
    message = r"^rule must be 'mean', 'agree' or 'net_easy', not 'top_box'\.$"
    with pytest.raises(ValueError, match=message):
        customer_effort(ANSWERS, rule="top_box")
