"""Answers as they may be shown: counts by hand, thresholds, nothing of few persons."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import icx_research as icx
from icx_research.survey.answers.answer_distributions import answer_distributions
from tests.survey.builders import KEYS, changed

LOW, HIGH = 1, 5


def study_of(answers, *, respondents=None, low=LOW, high=HIGH, **changes):
    """A study with one internal item q1, answered as given; a unit for every two rows."""
    n = len(answers)
    staff = pd.DataFrame(
        {
            "person": respondents or [f"s{i}" for i in range(n)],
            "branch": [f"B{i % 4}" for i in range(n)],
            "supplier": [f"x{i}" for i in range(n)],
            "q1": answers,
        }
    )
    customers = pd.DataFrame(
        {"customer": [f"k{i}" for i in range(8)], "branch": [f"B{i % 4}" for i in range(8)],
         "c1": [1, 7, 2, 6, 3, 5, 4, 4]}
    )  # fmt: skip
    keys = {"respondent": "person", "client_unit": "branch", "supplier_unit": "supplier"}
    book = changed(
        KEYS, internal__keys=keys, internal__scales__service__range=[low, high], **changes
    )
    return icx.study_from_frames(book, internal=staff, external=customers)


def shown(study, **options):
    found = answer_distributions(study, scales=["service"], **options)
    return found, [tuple(row) for row in found.table[["lowest", "highest", "percent"]].to_numpy()]


def test_shares_and_missing_answers_by_hand():
    found, rows = shown(
        study_of([1] * 10 + [2] * 20 + [3] * 30 + [4] * 25 + [5] * 15 + [None] * 25)
    )
    assert rows == [(1, 1, 10), (2, 2, 20), (3, 3, 30), (4, 4, 25), (5, 5, 15)]
    item = found.items.iloc[0]
    assert item["missing"] == 20
    assert item["respondents"] == "100-199"
    assert item["status"] == ""
    assert (item["low"], item["high"], item["wording"]) == (1, 5, "q1")
    assert not found.put_together
    assert found.note == ""
    assert repr(found) == (
        "AnswerDistributions: 1 items, 0 withheld; at least 10 persons per answer"
    )


def test_answers_of_few_persons_stand_with_their_neighbours():
    found, rows = shown(study_of([1] * 2 + [2] * 9 + [3] * 30 + [4] * 30 + [5] * 29))
    assert rows == [(1, 2, 11), (3, 3, 30), (4, 4, 30), (5, 5, 29)]
    assert found.put_together


def test_persons_count_not_rows():
    answers = [1] * 42 + [3] * 30 + [5] * 30
    same = ["one"] * 42 + [f"s{i}" for i in range(60)]
    many, apart = shown(study_of(answers))
    one, together = shown(study_of(answers, respondents=same))
    assert apart[0][:2] == (1, 1)
    assert together[0][:2] == (1, 3)
    assert many.items["respondents"].item() == "100-199"
    assert one.items["respondents"].item() == "50-99"


@pytest.mark.parametrize(("most", "status"), [(89, ""), (90, "withheld")])
def test_distribution_is_withheld_from_ninety_percent_on(most, status):
    answers = [5] * (2 * most) + [3] * (2 * (100 - most))
    found, rows = shown(study_of(answers))
    assert found.items["status"].item() == status
    assert bool(rows) == (status == "")
    assert found.items["missing"].item() == 0


def test_distribution_of_nine_persons_is_withheld_and_of_their_count_nothing_seen():
    found, rows = shown(study_of([1, 1, 2, 3, 4, 5, 5, 3, 2]))
    assert (rows, found.items["status"].item()) == ([], "withheld")
    assert found.items["respondents"].item() == ""
    assert np.isnan(found.items["missing"].item())


def test_twelve_persons_who_differ_stand_in_one_group_and_are_withheld():
    _, rows = shown(study_of([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 3, 2]))
    assert rows == []


@settings(max_examples=40)  # each makes a study
@given(st.lists(st.integers(LOW, HIGH), min_size=1, max_size=80))
def test_no_answer_of_fewer_than_ten_persons_ever_appears(answers):
    _, rows = shown(study_of(answers))
    for low, high, _ in rows:
        assert sum(low <= answer <= high for answer in answers) >= 10
    top = max(answers.count(value) for value in set(answers))
    assert not rows or top < 0.9 * len(answers)
    assert not rows or sum(percent for *_, percent in rows) == 100


def test_a_signed_codebook_may_lower_the_threshold_to_five():
    signed = {"min_persons": 5, "signed_by": "A", "signed_on": "2026-03-01", "reason": "asked"}
    study = study_of([1] * 6 + [3] * 7 + [5] * 8, thresholds=signed)
    _, rows = shown(study)
    assert [row[:2] for row in rows] == [(1, 2), (3, 4), (5, 5)]
    with pytest.raises(ValueError, match=r"min_persons must be at least 5, not 4\."):
        answer_distributions(study, min_persons=4)


def test_published_answers_are_shown_as_they_are():
    study = study_of([1, 1, 2, 5, 5, 5], internal__published=True)
    _, rows = shown(study)
    assert rows == [(1, 1, 33), (2, 2, 17), (3, 3, 0), (4, 4, 0), (5, 5, 50)]


@pytest.mark.parametrize(("low", "high"), [(0, 1), (1, 7), (0, 10), (1, 4), (-3, 3)])
def test_every_usual_range_works(low, high):
    answers = [value for value in range(low, high + 1) for _ in range(20)]
    _, rows = shown(study_of(answers, low=low, high=high))
    assert [row[0] for row in rows] == list(range(low, high + 1))


@pytest.mark.parametrize(
    ("answers", "low", "high"),
    [
        ([5 * i for i in range(21)] * 3, 0, 100),
        ([1.5, 2.5, 3] * 20, 1, 5),
        ([1.5, 2.5] * 20, 1.5, 5),
    ],
)
def test_answers_that_are_not_few_whole_numbers_are_left_out_and_named(answers, low, high):
    found = answer_distributions(study_of(answers, low=low, high=high))
    assert found.items["status"].tolist() == ["no categories", "withheld"]
    assert [part.items["item"].tolist() for part in found.parts] == [["c1"]]
    words = "bars need answers in few whole numbers, such as 1 to 7; these have others: q1."
    assert found.note == words
    with pytest.raises(icx.NotTestable, match=words):
        shown(study_of(answers, low=low, high=high))


def test_parts_hold_whole_scales_of_one_table_and_range():
    scales = ["internal_perception", "need", "supplier_guess", "cooperation", "csat",
              "recommendation", "customer_focus"]  # fmt: skip
    found = answer_distributions(icx.load_example("company"), scales=scales)
    parts = found.parts
    assert [part.items["scale"].unique().tolist() for part in parts] == [
        ["internal_perception", "need", "supplier_guess"], ["cooperation"], ["csat"],
        ["recommendation"], ["customer_focus"],
    ]  # fmt: skip
    assert (
        pd.concat([part.items for part in parts])["item"].tolist() == found.items["item"].tolist()
    )
    for part in parts:
        assert set(part.table["item"]) == set(part.items["item"])
        assert len(part.items) <= 15


def test_refusals_name_what_is_missing_and_what_is_unknown():
    study = icx.load_example("company")
    with pytest.raises(ValueError, match=r"There is no scale 'cast'; the study has internal_sat"):
        answer_distributions(study, scales=["cast"])
    with pytest.raises(icx.NotTestable, match=r"this study holds published unit figures\."):
        answer_distributions(study, scales=["retention"])
