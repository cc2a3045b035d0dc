"""Which answers are understood, and what is said of them."""

import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.core.results import Estimate
from icx_research.teaching.answers import Key, Mistake, judge

THIRD = Key(2 / 3, (Mistake(0.9, "Think again."), Mistake(float("nan"), "Not missing.")))
SHARE = Key(0.25, coefficient=True)
COUNT = Key(60, (Mistake(180, "Count once."),))
WORD = Key("inconclusive", (Mistake("supported", "Look at the interval."),))


def company_correlation():
    linked = icx.link_study(icx.load_example("company"))
    return icx.linkage_correlations(linked, internal="internal_satisfaction", external="csat")


@pytest.mark.parametrize(
    "answer",
    [
        2 / 3,
        np.float64(2 / 3),
        np.array(2 / 3),
        np.array([[2 / 3]]),
        [2 / 3],
        (2 / 3,),
        pd.Series([2 / 3], index=["B09"]),
        pd.DataFrame({"mean": [2 / 3]}),
        Estimate(2 / 3, 0.1, 0.9, 0.95),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_one_value_is_understood_in_every_form(answer):
    assert judge(answer, THIRD) == "right."


def test_a_result_stands_for_its_estimate():
    found = company_correlation()
    assert judge(found, Key(found.estimate.value)) == "right."
    assert judge(found, Key(found.estimate.ci_low)).startswith("not yet.")


@pytest.mark.parametrize("answer", [0.67, 0.6667, 0.6651])
def test_two_decimals_are_enough_and_said_so(answer):
    assert judge(answer, THIRD) == "right, to two decimals. Keep all digits until the last step."


@pytest.mark.parametrize("answer", [0.66, 0.673])
def test_wrong_in_the_second_decimal_is_wrong(answer):
    side = "large" if answer > 2 / 3 else "small"
    assert judge(answer, THIRD) == f"not yet. Your number is too {side}."


@pytest.mark.parametrize("answer", [0.9, 0.903, 0.8951])
def test_a_known_mistake_gets_its_nudge_rounded_or_not(answer):
    assert judge(answer, THIRD) == "not yet. Think again."


def test_an_exact_mistake_is_no_rounded_right_answer():
    close = Key(0.500, (Mistake(0.503, "Order matters."),))
    assert judge(0.503, close) == "not yet. Order matters."
    assert judge(0.502, close) == "right, to two decimals. Keep all digits until the last step."


@pytest.mark.parametrize("missing", [float("nan"), np.nan, pd.NA, pd.Series([np.nan])], ids=repr)
def test_a_missing_value_is_named(missing):
    assert judge(missing, THIRD) == "not yet. Not missing."
    assert judge(missing, COUNT) == (
        "not yet. Your answer is a missing value (nan); look where it comes from."
    )


def test_counts_are_met_exactly():
    assert judge(60, COUNT) == judge(60.0, COUNT) == judge(np.int64(60), COUNT) == "right."
    assert judge(60.004, COUNT) == "not yet. Your number is too large."
    assert judge(180, COUNT) == "not yet. Count once."


def test_coefficients_are_no_percentages():
    percentage = "not yet. That is a percentage; give the share, a number below 1."
    assert judge(25, SHARE) == judge(25.3, SHARE) == percentage
    assert judge(-0.25, SHARE) == "not yet. The size is right, the sign is not."
    assert judge(3, SHARE) == (
        "not yet. Such a coefficient is never larger than 1; check the formula."
    )
    assert judge(25, Key(0.25)) == "not yet. Your number is too large."


@pytest.mark.parametrize(
    "answer", ["inconclusive", "Inconclusive", " INCONCLUSIVE. ", ["inconclusive"]]
)
def test_words_may_be_written_large_or_small(answer):
    assert judge(answer, WORD) == "right."


def test_wrong_words_get_their_nudge():
    assert judge("Supported", WORD) == "not yet. Look at the interval."
    assert judge("maybe", WORD) == "not yet. Choose one of the words of the text above."
    assert judge(1, WORD) == 'not yet. A word is needed, in quotation marks, such as "word".'


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (..., "replace ... by your answer and run the cell again."),
        ("0.67", "not yet. A number is needed, not text; take away the quotation marks."),
        (None, "not yet. A number is needed, but your answer is None: nothing was computed."),
        (True, "not yet. A number is needed, not a value of the kind bool."),
        (np.True_, "not yet. A number is needed, not a value of the kind bool."),
        (judge, "not yet. A number is needed, not a value of the kind function."),
        ([1, 2], "not yet. One value is needed; your answer holds 2. Pick one."),
        ((4, 5), "not yet. One value is needed, not two; decimals are written with a point."),
        (pd.Series(dtype=float), "not yet. Your answer is empty; look where its rows got lost."),
        (
            pd.DataFrame({"a": [1, 2], "b": [3, 4]}),
            "not yet. One value is needed; your answer holds 4. Pick one.",
        ),
    ],
)
def test_what_is_no_number_is_said_to_be_none(answer, said):
    assert judge(answer, THIRD) == said


def test_a_result_of_several_groups_is_no_single_answer():
    study = icx.load_example("company")
    scores = icx.net_promoter_score(study.table("external"), item="nps", by="serving_unit")
    assert judge(scores, THIRD) == "not yet. There are 60 groups; take them from table."
