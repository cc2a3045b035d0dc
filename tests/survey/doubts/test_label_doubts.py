"""What labels of codes say against the codebook is told by check."""

import pandas as pd
import pytest

from icx_research import read_study
from icx_research.survey.doubts.all_doubts import doubts
from icx_research.survey.doubts.label_doubts import label_doubts
from tests.survey.builders import CUSTOMERS
from tests.survey.formats import STAFF_FRAME, codebook, study_of, write_sav

GOOD_LOW = {1: "voll einverstanden", 7: "gar nicht einverstanden"}
BAD_LOW = {1: "muy malo", 7: "muy bueno"}
ITEMS = ("q1", "q2", "q3")


BOOK = codebook("staff.sav")


def told(folder, labels, *, frame=STAFF_FRAME, book=BOOK):
    write_sav(folder / "staff.sav", frame, variable_value_labels=labels)
    (folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (folder / "study.yaml").write_text(book, encoding="utf-8")
    study = read_study(folder / "study.yaml")
    lines = label_doubts(study)
    assert set(lines) <= set(doubts(study))
    return lines


def test_a_good_low_end_is_doubted_unless_it_is_declared(tmp_path):
    labels = dict.fromkeys(ITEMS, GOOD_LOW)
    assert told(tmp_path, labels) == [
        "staff.sav: service: by the labels a low answer is the better one (1 voll einverstanden, 7 "
        "gar nicht einverstanden); declare higher_is: worse, or list the items under reverse_keyed."
    ]
    worse = codebook("staff.sav").replace("reverse_keyed: [q3]", "higher_is: worse")
    assert told(tmp_path, labels, book=worse) == []
    assert told(tmp_path, dict.fromkeys(ITEMS, BAD_LOW)) == []


def test_a_single_item_that_runs_against_the_others_is_named(tmp_path):
    book = codebook("staff.sav").replace(", reverse_keyed: [q3]", "")
    lines = told(tmp_path, {"q1": BAD_LOW, "q2": BAD_LOW, "q3": GOOD_LOW}, book=book)
    assert [line.split(":")[1] for line in lines] == [" q3"]
    assert told(tmp_path, {"q1": BAD_LOW, "q3": GOOD_LOW}) == []


def test_words_of_the_codebook_are_labels_too(tmp_path):
    words = "answers: {sempre: 1, a volte: 4, mai: 7}"
    book = codebook("staff.sav").replace("reverse_keyed: [q3]", words)
    assert told(tmp_path, {}, book=book)[0].startswith(
        "staff.sav: service: by the labels a low answer is the better one (1 sempre, 7 mai);"
    )


@pytest.mark.parametrize(
    ("code", "label"), [(7, "ne sait pas"), (6, "Refused (vol.)"), (7, "kann ich nicht beurteilen")]
)
def test_answers_whose_label_means_no_answer_are_named(tmp_path, code, label):
    labels = {"q2": {1: "bad", code - 1: "good", code: label}}
    frame = STAFF_FRAME.assign(q2=[code, 2, 3, 4, 5, 1, 2, code])
    said = f"staff.sav: q2: by its label {code} ({label}) means no answer; correct the range and "
    assert f'{said}declare missing_codes: ["{code}"].' in told(tmp_path, labels, frame=frame)
    book = codebook("staff.sav").replace(
        "[1, 7], reverse_keyed: [q3]", f'[1, {code - 1}], missing_codes: ["{code}"]'
    )
    lines = told(tmp_path, labels, frame=frame.assign(q1=5, q3=2), book=book)
    assert not any("means no answer" in line for line in lines)


def test_codes_beyond_the_range_are_named_where_rows_were_set_aside(tmp_path):
    frame = STAFF_FRAME.assign(q2=[9, 2, 3, 4, 5, 1, 2, 6])
    lines = told(tmp_path, {"q2": {1: "bad", 7: "good", 9: "weet niet", 8: "nvt"}}, frame=frame)
    assert lines[0].startswith("staff.sav: q2: by its label 9 (weet niet), 8 (nvt) means no answer")


def test_another_range_of_the_labels_is_doubted(tmp_path):
    steps = {i: text for i, text in enumerate(["bad", "poor", "fair", "good", "great"], start=1)}
    frame = STAFF_FRAME.assign(q1=[1, 2, 3, 4, 5, 3, 2, 1])
    assert told(tmp_path, {"q1": steps}, frame=frame) == [
        "staff.sav: q1: the labels go from 1 to 5, the range of service is 1 to 7; which was asked?"
    ]
    assert told(tmp_path, {"q1": {1: "bad", 7: "good"}}) == []


@pytest.mark.parametrize("names", [["A", "B", "C", "D"], ["A", "B", "C", "Elsewhere"]])
def test_labels_of_unit_codes_that_are_the_units_of_the_other_file_are_told(tmp_path, names):
    frame = STAFF_FRAME.assign(branch=[1.0, 1, 2, 2, 3, 3, 4, 4])
    lines = told(tmp_path, {"branch": dict(enumerate(names, start=1))}, frame=frame)
    assert lines == [
        "staff.sav, column branch: the labels of its codes (1 A, 2 B, 3 C, ...) are the units of "
        "the external survey; pair codes and names in a crosswalk, or export the column as names."
    ]


def test_units_without_such_labels_are_not_told(tmp_path):
    write_sav(tmp_path / "staff.sav", pd.DataFrame(STAFF_FRAME))
    assert label_doubts(study_of(tmp_path, "staff.sav")) == []
