"""Entries a spreadsheet has spoilt, and answers that bring their number along."""

import pytest

from icx_research.survey.codebook.own_number import number_before, own_number
from icx_research.survey.codebook.spoilt_cells import spreadsheet_date, two_answers

DATES = ["5-Jan", "02. Feb", "Mar-05", "04-May-25", "1. Juni", "7-ago", "3-août", "2/mei", "10-okt",
         "5-paź", "2025-01-05", "2025-01-05 00:00:00", "5.1.2025", "1/5/25", "5月1日"]  # fmt: skip
NO_DATES = [
    "1-5",
    "5 - good",
    "3-maybe",
    "5-Janus",
    "HAM-02",
    "B-12",
    "1.5",
    "4/5",
    "10.0.0.1",
    "Q1",
]


@pytest.mark.parametrize("word", DATES)
def test_what_spreadsheets_make_of_two_numbers_is_known(word):
    assert spreadsheet_date(word)


@pytest.mark.parametrize("word", NO_DATES)
def test_other_entries_are_no_dates(word):
    assert not spreadsheet_date(word)


@pytest.mark.parametrize(
    ("word", "several"),
    [("3,4", True), ("2;5", True), ("1 & 2", False), ("1&2", True), ("5,3", True), ("1,2,3", True),
     ("2,5", False), ("3,9", False), ("4,4", False), ("4.5", False)],
)  # fmt: skip
def test_two_boxes_that_were_marked_are_told_from_decimals(word, several):
    assert two_answers(word, (1, 7)) is several


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("3 (average)", (3, 3)),
        ("(2) rather bad", (2, 2)),
        ("2 - rather bad", (2, 2)),
        ("very bad = 1", (1, 1)),
        ("very bad (1)", (1, 1)),
        ("⭐⭐⭐", (3, 3)),
        ("★☆☆☆☆", (1, 5)),
        ("***", (3, 3)),
        ("2 von 6", (2, 6)),
        ("2 sur 10", (2, 10)),
        ("3/7", (3, 7)),
        ("1 Stern", (1, 1)),
        ("4 estrellas", (4, 4)),
        ("7", None),
        ("7/5", None),
        ("fine", None),
        ("3 people came", None),
    ],
)
def test_answers_bring_their_number_along(word, number):
    assert own_number(word) == number


def test_a_number_before_words_may_belong_to_a_name():
    assert number_before("4 rather good") == (4, "rather good")
    assert number_before("4") is None
