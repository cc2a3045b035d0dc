"""Missing answers: shares by hand, withheld cells, patterns."""

import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.survey.answers.missing_answers import missing_answers
from tests import builders
from tests.survey.builders import KEYS, changed

WAVES = {"internal__keys__wave": "wave", "external__keys__wave": "wave"}


def study_of(staff, *, items=("q1", "q2"), waves=True, **changes):
    book = changed(KEYS, internal__scales__service__items=list(items), **changes)
    customers = pd.DataFrame(
        {"customer": [f"k{i}" for i in range(40)], "branch": [f"B{i % 2}" for i in range(40)],
         "wave": ["1", "2"] * 20, "c1": [1, 7, 4, 2] * 10}
    )  # fmt: skip
    if waves:
        book = changed(book, **WAVES)
    return icx.study_from_frames(book, internal=pd.DataFrame(staff), external=customers)


def rows(wave, n, *, gaps, first=0, branch=None):
    """n persons of a wave, of whom the first `gaps` left q1 out."""
    return [
        {"person": f"w{wave}-{first + i}", "branch": branch or f"B{i % 2}", "wave": wave,
         "q1": None if i < gaps else 3, "q2": 5}
        for i in range(n)
    ]  # fmt: skip


def cells(found, item):
    table = found.table[found.table["item"] == item].set_index("column")["missing"]
    return {name: (None if np.isnan(value) else value) for name, value in table.items()}


def test_shares_by_wave_and_over_all_rows():
    found = missing_answers(study_of(rows("1", 20, gaps=5) + rows("2", 40, gaps=2)))
    assert (found.by, found.columns) == ("wave", ("1", "2"))
    assert cells(found, "q1") == {"1": 20, "2": 0}  # steps of 20 and 10 percent fit three counts
    assert cells(found, "q2") == {"1": 0, "2": 0}
    items = found.items.set_index("item")
    assert items.loc["q1", "missing"] == 10  # 7 of 60
    assert items.loc["q1", "respondents"] == "50-99"
    assert repr(found) == (
        "MissingAnswers: 3 items by 2 columns (wave); at least 10 persons per figure"
    )


def test_codes_for_no_answer_are_missing():
    staff = rows("1", 20, gaps=0) + rows("2", 20, gaps=0)
    for row in staff[:5]:
        row["q1"] = 99
    study = study_of(staff, internal__scales__service__missing_codes=["99"])
    assert cells(missing_answers(study), "q1")["1"] == 20


def test_a_cell_of_nine_persons_is_withheld_and_never_alone():
    staff = rows("1", 9, gaps=3) + rows("2", 20, gaps=5) + rows("3", 40, gaps=4)
    found = missing_answers(study_of(staff))
    assert cells(found, "q1") == {"1": None, "2": None, "3": 10}
    enough = missing_answers(study_of(rows("1", 10, gaps=3) + staff[9:]))
    assert cells(enough, "q1") == {"1": 50, "2": 20, "3": 10}


def test_two_small_waves_hide_no_third():
    staff = rows("1", 9, gaps=3) + rows("2", 8, gaps=5) + rows("3", 40, gaps=4)
    assert cells(missing_answers(study_of(staff)), "q1") == {"1": None, "2": None, "3": 10}


def test_what_is_withheld_together_rests_on_enough_persons():
    staff = rows("1", 30, gaps=0) + rows("2", 20, gaps=9)
    staff += rows("3", 4, gaps=2) + rows("4", 5, gaps=1)
    found = missing_answers(study_of(staff))
    assert cells(found, "q1") == {"1": 0, "2": None, "3": None, "4": None}
    found = missing_answers(study_of([*staff, *rows("4", 1, gaps=0, first=5)]))
    assert cells(found, "q1") == {"1": 0, "2": 40, "3": None, "4": None}


def test_one_person_asked_often_does_not_make_a_cell():
    staff = rows("1", 12, gaps=0)
    for at, row in enumerate(staff):
        row |= {"person": "one", "supplier": f"x{at}"}
    staff += [row | {"supplier": "x"} for row in rows("2", 20, gaps=0)]
    keys = {"respondent": "person", "client_unit": "branch", "supplier_unit": "supplier"}
    found = missing_answers(study_of(staff, internal__keys=keys))
    assert set(cells(found, "q1").values()) == {None}


def test_too_few_persons_in_all_show_nothing():
    found = missing_answers(study_of(rows("1", 4, gaps=1) + rows("2", 5, gaps=1)))
    items = found.items.set_index("item")
    assert np.isnan(items.loc["q1", "missing"])
    assert items.loc["q1", "respondents"] == ""
    assert found.patterns.query("table == 'internal'").empty


def test_a_single_wave_is_mapped_by_the_size_of_units():
    staff = (
        rows("1", 12, gaps=6, branch="B0") + rows("1", 25, gaps=5, branch="B1", first=20)
        + rows("1", 26, gaps=0, branch="B2", first=50)
        + rows("1", 6, gaps=6, branch="B3", first=80) + rows("1", 7, gaps=0, branch="B4", first=90)
    )  # fmt: skip
    found = missing_answers(study_of(staff, waves=False))
    assert found.by == "unit_size"
    assert found.columns == ("below 10", "10-14", "20-29")
    assert cells(found, "q1") == {"below 10": 50, "10-14": 50, "20-29": 10}
    small = missing_answers(study_of(staff[:-7], waves=False))
    assert cells(small, "q1") == {"below 10": None, "10-14": None, "20-29": 10}


def test_patterns_of_few_persons_stand_together():
    staff = rows("1", 60, gaps=20) + rows("2", 40, gaps=0)
    for row in staff[:12]:
        row["q2"] = None  # both are missing
    for row in staff[-3:]:
        row["q2"] = None  # q2 alone: of three persons
    found = missing_answers(study_of(staff)).patterns.query("table == 'internal'")
    assert found.drop(columns="table").to_numpy().tolist() == [
        ["none", 77, "50-99"], ["q1 q2", 12, "10-14"], ["other", 11, "10-14"],
    ]  # fmt: skip


def test_other_patterns_take_the_next_rarer_one_until_they_are_enough():
    staff = rows("1", 60, gaps=20) + rows("2", 40, gaps=0)
    for row in staff[-3:]:
        row["q2"] = None
    found = missing_answers(study_of(staff)).patterns.query("table == 'internal'")
    assert found.drop(columns="table").to_numpy().tolist() == [
        ["none", 77, "50-99"], ["other", 23, "20-29"],
    ]  # fmt: skip


def test_patterns_of_enough_persons_are_named():
    staff = rows("1", 60, gaps=20) + rows("2", 40, gaps=0)
    found = missing_answers(study_of(staff)).patterns.query("table == 'internal'")
    assert found.to_numpy().tolist() == [
        ["internal", "none", 80, "50-99"], ["internal", "q1", 20, "20-29"],
    ]  # fmt: skip


def test_parts_keep_whole_scales_and_only_their_columns():
    scales = ["internal_satisfaction", "internal_perception", "need", "csat", "customer_focus"]
    parts = missing_answers(icx.load_example("company"), scales=scales, by="unit_size").parts
    assert [len(part.items) for part in parts] == [13, 7]
    assert parts[0].columns == ("20-29", "30-49")
    assert parts[1].columns == ("20-29", "30-49", "100-199")
    for part in parts:
        assert set(part.table["item"]) == set(part.items["item"])
        assert set(part.patterns["table"]) == set(part.items["table"])


def test_scales_may_be_chosen():
    found = missing_answers(icx.load_example("company"), scales=["csat"])
    assert found.items["item"].tolist() == ["csat1", "csat2", "csat3"]
    assert set(found.patterns["table"]) == {"external"}


def test_refuses_unknown_columns_and_published_studies():
    study = icx.load_example("company")
    with pytest.raises(ValueError, match=r"by must be 'wave' or 'unit_size'; got 'region'\."):
        missing_answers(study, by="region")
    with pytest.raises(ValueError, match=r"min_persons must be at least 5, not 2\."):
        missing_answers(study, min_persons=2)
    with pytest.raises(icx.NotTestable, match=r"this study holds published unit figures\."):
        missing_answers(builders.study([1, 2, 3], [4, 5, 6]))
