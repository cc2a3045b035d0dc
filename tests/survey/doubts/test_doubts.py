"""What looks wrong without being impossible is told, in sentences, and left as it is."""

import numpy as np
import pandas as pd
import pytest

from icx_research import NotTestable, StudyError, link_study, study_from_frames
from icx_research.linkage.correlation.controls import control_columns
from icx_research.survey.doubts.all_doubts import doubts
from icx_research.survey.doubts.row_doubts import repeated_rows
from icx_research.survey.doubts.scale_doubts import suspected_scales
from icx_research.survey.doubts.unit_doubts import suspected_units
from icx_research.survey.link.matching import fold_id, resembling_words
from tests.survey.builders import CODEBOOK, KEYS, changed, frames_study, read_small

STAFF = {"A": [3, 4], "B": [5, 6], "C": [6, 7], "D": [2, 3]}
CUSTOMERS = {"A": [3, 5], "B": [5, 5], "C": [6, 7], "D": [2, 4]}
UNITS = changed(KEYS, units={"keys": {"unit": "u"}, "attributes": ["size"]})


def test_an_ordinary_study_raises_no_doubt():
    assert doubts(frames_study(STAFF, CUSTOMERS)) == []


@pytest.mark.parametrize("word", ["Total", "GESAMT", "Grand  total", "Summe:", "Og\u00f3\u0142em"])
def test_a_line_of_totals_is_told(word):
    study = frames_study(STAFF | {word: [4.2]}, CUSTOMERS | {word: [4.6]})
    assert suspected_units(study)[["table", "unit"]].to_numpy().tolist() == [
        ["internal", word], ["external", word]
    ]  # fmt: skip
    assert doubts(study)[0] == (
        f"the internal table: the unit {word!r} seems to be a line of totals or means; if it is, "
        "delete it from the file."
    )
    assert link_study(study).table["unit"].tolist() == sorted([*STAFF, word])


def test_spellings_of_a_unit_are_told_and_kept_apart():
    study = frames_study(STAFF | {"A ": [3], "b": [2], "b.": [1]}, CUSTOMERS | {"A ": [4]})
    assert suspected_units(study).to_numpy().tolist() == [
        ["internal", "A", "is another unit than 'A '; if they are one, spell it alike"],
        ["internal", "B", "is another unit than 'b', 'b.'; if they are one, spell it alike"],
        ["external", "A", "is another unit than 'A '; if they are one, spell it alike"],
    ]


@pytest.mark.parametrize(
    ("letters", "last"),
    [
        ("ABCDEF", "is another unit than 'F '; if they are one, spell it alike"),
        ("ABCDEFG", "and 1 more unit are spelt in several ways; spell them alike"),
        ("ABCDEFGH", "and 2 more units are spelt in several ways; spell them alike"),
    ],
)
def test_many_units_spelt_in_several_ways_are_counted(letters, last):
    many = {f"{letter}{end}": [3] for letter in letters for end in ("", " ")}
    found = suspected_units(frames_study(many, STAFF))
    assert len(found) == 6
    assert found.iloc[-1][["unit", "reason"]].tolist() == ["F", last]


def test_letters_that_only_look_alike_are_told_by_their_codes():
    assert fold_id("\u0412\u041e\u041103") == fold_id("BO\u041103")
    assert resembling_words("\u041203", "B03") == " (resembles 'B03', but is written '\\u041203')"
    assert resembling_words("b 03", "B03") == " (resembles 'B03')"
    assert "but is written 'Ko\\u0308ln'" in resembling_words("Ko\u0308ln", "K\u00f6ln")
    assert resembling_words("K\u00d6LN ", "K\u00f6ln") == " (resembles 'K\u00f6ln')"
    assert resembling_words("x", "") == ""


def survey(rng, n=120):
    staff = pd.DataFrame({"branch": [f"B{i % 8}" for i in range(n)], "q1": rng.integers(1, 8, n)})
    customers = pd.DataFrame({"branch": [f"B{i % 8}" for i in range(n)], "c1": 4})
    return staff, customers


def no_persons(staff, customers, **changes):
    keys = {
        "internal__keys": {"client_unit": "branch"},
        "external__keys": {"serving_unit": "branch"},
    }
    return study_from_frames(changed(KEYS, **keys, **changes), internal=staff, external=customers)


def test_rows_pasted_twice_are_told_and_equal_answers_are_not(rng):
    staff, customers = survey(rng)
    assert len(repeated_rows(no_persons(staff, customers))) == 0
    again = pd.concat([staff, staff.iloc[30:70]], ignore_index=True)
    found = repeated_rows(no_persons(again, customers))
    assert found.to_numpy().tolist() == [
        ["internal", 21, "40 rows or more repeat earlier ones in the same order (same units, same "
         "answers): is a part of the file in it twice?"]
    ]  # fmt: skip
    unanswered = staff.assign(q1=[*[np.nan] * 60, *staff["q1"][60:]])
    twice = pd.concat([unanswered, unanswered.iloc[:60]], ignore_index=True)
    assert len(repeated_rows(no_persons(twice, customers))) == 0


def test_a_few_broken_numbers_and_an_end_that_nobody_uses_are_told(rng):
    staff, customers = survey(rng, n=240)
    assert suspected_scales(no_persons(staff, customers))["item"].tolist() == ["c1"]
    odd = staff.assign(q1=staff["q1"].clip(upper=5).astype(float))
    odd.loc[3, "q1"] = 4.4
    found = suspected_scales(no_persons(odd, customers)).query("table == 'internal'")
    assert [reason.split(":")[0] for reason in found["reason"]] == [
        "a few answers are no whole numbers, the others are",
        "nobody uses the upper end of the range on any item",
    ]
    sliders = staff.assign(q1=rng.uniform(1, 7, 240))
    assert "q1" not in suspected_scales(no_persons(sliders, customers))["item"].tolist()


@pytest.mark.parametrize(("scale", "told"), [(1, True), (100, False)])
def test_shares_declared_as_percent_are_told(scale, told):
    kept = {"kept": {"value": "v", "metric": "percent"}}
    keys = changed(KEYS, outcomes={"keys": {"unit": "u"}, "scores": kept})
    outcomes = pd.DataFrame({"u": [*"ABCDE"], "v": np.array([0.2, 0.5, 0.9, 0.4, 0]) * scale})
    study = frames_study(STAFF, CUSTOMERS, keys=keys, outcomes=outcomes)
    assert any("are they shares (metric: share)?" in line for line in doubts(study)) == told


@pytest.mark.parametrize(("n", "told"), [(1.234, True), (12, False)])
def test_broken_counts_of_persons_are_told(n, told):
    scores = {"kept": {"value": "v", "n": "n"}}
    keys = changed(KEYS, outcomes={"keys": {"unit": "u"}, "scores": scores})
    outcomes = pd.DataFrame({"u": [*"ABCD"], "v": [1.0, 2, 3, 5], "n": [20, 30, n, 40]})
    study = frames_study(STAFF, CUSTOMERS, keys=keys, outcomes=outcomes)
    assert [line.split(":")[0] for line in doubts(study)] == ["n"] * told


def test_a_score_is_not_compared_with_itself(tmp_path):
    same = CODEBOOK.replace("customers.csv", "staff.csv").replace("customer,", "person,")
    with pytest.raises(StudyError) as caught:
        read_small(tmp_path, codebook=same.replace("items: [c1]", "items: [q3, q1]"))
    assert str(caught.value) == (
        "study.yaml, line 11: external.scales.csat: column 'q3' of staff.csv belongs to 'service' "
        "already; a score cannot be compared with itself."
    )


def test_a_table_without_a_unit_of_the_surveys_is_refused():
    with pytest.raises(StudyError) as caught:
        frames_study(STAFF, CUSTOMERS, keys=UNITS,
                     units=pd.DataFrame({"u": ["a1", "a2"], "size": [1, 2]}))  # fmt: skip
    assert str(caught.value) == (
        "The units table, column u: none of its units ('a1', 'a2') is a unit of the surveys ('A', "
        "'B', 'C', ...); write the ids alike, or leave the table out."
    )


def test_units_without_counterpart_are_told():
    units = pd.DataFrame({"u": [*"ABCE"], "size": [1, 2, 3, 4]})
    assert doubts(frames_study(STAFF, CUSTOMERS, keys=UNITS, units=units)) == [
        "The units table, column u: 1 unit of it in no survey ('E'); 1 unit of the survey not in "
        "it ('D')."
    ]


def test_client_units_of_a_crosswalk_without_answers_are_told():
    keys = changed(KEYS, crosswalk={"keys": {"client_unit": "c", "serving_unit": "s"},
                                    "cardinality": "many_to_one"})  # fmt: skip
    walk = pd.DataFrame({"c": [*"ABCD", "a", "b"], "s": [*"ABCDAB"]})
    assert doubts(frames_study(STAFF, CUSTOMERS, keys=keys, crosswalk=walk)) == [
        "The crosswalk table, column c: 2 units of it without answers in the internal survey ('a', "
        "'b'); others behind the same serving unit stand for them."
    ]


def test_a_wave_that_only_one_survey_has_is_told():
    staff = pd.DataFrame({"person": range(8), "branch": [*"ABCD"] * 2, "q1": [1, 2, 3, 4] * 2,
                          "w": ["2023"] * 4 + ["2024"] * 4})  # fmt: skip
    customers = staff.rename(columns={"person": "customer", "q1": "c1"}).replace("2024", "2024 ")
    keys = changed(KEYS, internal__keys__wave="w", external__keys__wave="w")
    study = study_from_frames(keys, internal=staff, external=customers)
    assert doubts(study)[0] == (
        "The internal survey has '2024' as a wave, the external survey has not (it has '2023', "
        "'2024 '); these rows stay out of the link. If it is the same wave, name it alike."
    )
    assert len(doubts(study)) == 2
    assert set(link_study(study).table["wave"]) == {"2023"}


@pytest.mark.parametrize("cells", [["1", "2", "3", "n/a"], ["1,5", "2,5", "3,5", "4"]])
def test_a_control_that_is_a_number_for_some_units_only_is_refused(cells):
    with pytest.raises(NotTestable, match=r"^the control 'size' is a number for most units and"):
        control_columns(pd.DataFrame({"size": cells}), ["size"])


def test_groups_of_units_are_no_numbers_with_faults():
    rows = pd.DataFrame({"kind": ["1a", "1b", "2", "1a"]})
    assert control_columns(rows, ["kind"]).shape == (4, 2)
