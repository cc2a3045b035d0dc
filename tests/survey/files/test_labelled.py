"""SPSS and Stata: codes are answers, labels and missing codes are kept."""

import datetime as dt

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from tests.survey.formats import STAFF_FRAME, refusal, study_of, write_sav

WORDING = {"q1": "They keep their promises.", "branch": "Where do you work?"}
LABELS = {"q1": {1: "not at all", 7: "fully", 99: "do not know"}}


@pytest.mark.parametrize("file", ["staff.sav", "staff.zsav"])
def test_a_round_trip_keeps_labels_and_missing_codes(tmp_path, file):
    frame = STAFF_FRAME.assign(q1=[6.0, 5, 99, 3, 2, np.nan, 5, 6])
    write_sav(
        tmp_path / file,
        frame,
        column_labels=WORDING,
        variable_value_labels=LABELS,
        missing_ranges={"q1": [99], "q2": [{"lo": 90, "hi": 98}]},
        compress=file.endswith("zsav"),
    )
    study = study_of(tmp_path, file)
    answers = study.tables["internal"]["q1"].tolist()
    np.testing.assert_array_equal(answers, [6, 5, np.nan, 3, 2, np.nan, 5, 6])
    assert study.n_quarantined == 0
    assert study.answer_labels == {
        "internal": {"q1": {"1": "not at all", "7": "fully", "99": "do not know"}}
    }
    assert study.file_missing_codes == {"internal": {"q1": ("99",), "q2": ("90 to 98",)}}
    assert study.codebook.sources["internal"].measures["service"].items == {
        "q1": "They keep their promises.", "q2": "q2", "q3": "q3",
    }  # fmt: skip
    assert study.log == (
        f"{file}: 99 means no answer in q1, as the file says.",
        f"{file}: 90 to 98 means no answer in q2, as the file says.",
    )


def test_a_missing_code_that_is_a_possible_answer_is_refused(tmp_path):
    write_sav(tmp_path / "staff.sav", missing_ranges={"q2": [7]})
    assert refusal(tmp_path, "staff.sav") == (
        "staff.sav, column q2: the file calls 7 missing, but that is a possible answer (range 1 to "
        "7); correct the range, or the missing values of the file."
    )


def test_a_missing_unit_is_set_aside(tmp_path):
    frame = STAFF_FRAME.assign(branch=[1.0, 1, 2, 2, 3, 3, 4, 9])
    write_sav(tmp_path / "staff.sav", frame, missing_ranges={"branch": [9]})
    study = study_of(tmp_path, "staff.sav")
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [
        [8, "branch", "the client unit is missing; fill it in"]
    ]


def test_stata_letters_for_missing_are_no_answers(tmp_path):
    frame = STAFF_FRAME.assign(q1=[6, 5, "a", 3, 2, "b", 5, 6])
    pyreadstat.write_dta(
        frame,
        str(tmp_path / "staff.dta"),
        missing_user_values={"q1": ["a", "b"]},
        column_labels=WORDING,
        variable_value_labels={"q2": {1: "not at all"}},
    )
    study = study_of(tmp_path, "staff.dta")
    np.testing.assert_array_equal(
        study.tables["internal"]["q1"].tolist(), [6, 5, np.nan, 3, 2, np.nan, 5, 6]
    )
    assert study.log == ("staff.dta: .a, .b means no answer in q1, as the file says.",)
    assert study.answer_labels["internal"]["q2"] == {"1": "not at all"}


def test_a_date_is_no_answer(tmp_path):
    write_sav(tmp_path / "staff.sav", STAFF_FRAME.assign(q1=[dt.date(2025, 5, 1)] * 8))
    assert refusal(tmp_path, "staff.sav") == (
        "staff.sav, row 1, column q1: the cell is a date, no answer; programs turn entries such as "
        "1-5 into dates. Give the column the format Text and enter it again."
    )


def test_an_id_too_long_for_a_number_is_refused(tmp_path):
    write_sav(tmp_path / "staff.sav", STAFF_FRAME.assign(person=1.0 * 10**16 + np.arange(8)))
    assert refusal(tmp_path, "staff.sav").startswith(
        "staff.sav, row 1, column person: the respondent is a number of more than 15 digits"
    )


def test_an_unknown_column_suggests_the_nearest(tmp_path):
    write_sav(tmp_path / "staff.sav", STAFF_FRAME.rename(columns={"q2": "q_2"}))
    assert refusal(tmp_path, "staff.sav") == (
        "staff.sav: there is no column 'q2' (declared under internal); did you mean 'q_2'?"
    )


@pytest.mark.parametrize(("file", "kind"), [("staff.sav", "SPSS"), ("staff.dta", "Stata")])
def test_what_is_no_such_file_is_refused(tmp_path, file, kind):
    (tmp_path / file).write_text("person,branch\n")
    assert refusal(tmp_path, file) == (
        f"{file} is not a readable {kind} file; open it where it was made and save it again."
    )


def test_a_file_without_cases_is_refused(tmp_path):
    write_sav(tmp_path / "staff.sav", STAFF_FRAME.iloc[:0].astype({"person": str, "branch": str}))
    assert refusal(tmp_path, "staff.sav") == (
        "staff.sav holds no cases; save it again with the data."
    )


def test_personal_columns_are_listed_and_never_loaded(tmp_path):
    frame = STAFF_FRAME.assign(LocationLatitude=52.1, note="+49 170 1234567", other="x")
    write_sav(tmp_path / "staff.sav", frame)
    study = study_of(tmp_path, "staff.sav")
    assert study.dropped_columns == {"internal": ("LocationLatitude", "note")}


def test_a_text_column_with_codes_as_missing_is_emptied(tmp_path):
    frame = pd.DataFrame(STAFF_FRAME).assign(branch=["A", "A", "B", "B", "C", "C", "D", "none"])
    write_sav(tmp_path / "staff.sav", frame, missing_ranges={"branch": ["none"]})
    assert study_of(tmp_path, "staff.sav").quarantine["row"].tolist() == [8]
