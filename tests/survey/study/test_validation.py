"""What is set aside, where, and why; and that no answer is ever told."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from icx_research import StudyError, link_study, read_study, scale_scores, study_from_frames
from icx_research.survey.study.quarantine import QUARANTINE_COLUMNS
from tests.survey.builders import CODEBOOK, CUSTOMERS, KEYS, STAFF, changed, read_small, write_study

LOOSE = CODEBOOK + "thresholds: {max_quarantined: 0.9}\n"
NOT_A_NUMBER = "the answer is not a number; correct it or declare its code in missing_codes"
OUTSIDE = "the answer is outside 1 to 7; correct it or declare its code in missing_codes"


def refusal(folder, **contents):
    with pytest.raises(StudyError) as caught:
        read_small(folder, **contents)
    return str(caught.value)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("8", OUTSIDE),
        ("0", OUTSIDE),
        ("-1", OUTSIDE),
        ("99", OUTSIDE),
        ("1e3", OUTSIDE),
        ("six", NOT_A_NUMBER),
        ("5.0.1", NOT_A_NUMBER),
        ("inf", NOT_A_NUMBER),
        ("NaN", NOT_A_NUMBER),
        ("NA", NOT_A_NUMBER),
        ("0x5", NOT_A_NUMBER),
        ("5_0", NOT_A_NUMBER),
        ("1 May", NOT_A_NUMBER),
    ],
)
def test_an_impossible_answer_sets_its_row_aside(tmp_path, cell, reason):
    study = read_small(tmp_path, staff=STAFF.replace("s4,B,3", f"s4,B,{cell}"), codebook=LOOSE)
    assert list(study.quarantine) == list(QUARANTINE_COLUMNS)
    assert study.quarantine.to_numpy().tolist() == [["internal", "staff.csv", 5, "q1", reason]]
    assert "s4" not in study.tables["internal"]["respondent"].tolist()
    assert len(study.tables["internal"]) == 7


@pytest.mark.parametrize(
    ("cell", "value"), [(" 3 ", 3), ("3.0", 3), ("+3", 3), (".3e1", 3), ("2.5", 2.5)]
)
def test_a_number_is_read_however_it_is_written(tmp_path, cell, value):
    study = read_small(tmp_path, staff=STAFF.replace("s4,B,3", f"s4,B,{cell}"))
    assert study.tables["internal"]["q1"].tolist()[3] == value
    assert len(study.quarantine) == 0


@pytest.mark.parametrize("cell", ["", "  ", "99", "99.0", "n/a"])
def test_declared_codes_and_empty_cells_are_no_answers(tmp_path, cell):
    codebook = CODEBOOK.replace("reverse_keyed: [q3]", "missing_codes: [99, n/a]")
    study = read_small(tmp_path, staff=STAFF.replace("s4,B,3", f"s4,B,{cell}"), codebook=codebook)
    assert np.isnan(study.tables["internal"]["q1"].tolist()[3])
    assert len(study.quarantine) == 0


def test_several_faults_of_a_row_are_all_listed_and_the_row_counts_once(tmp_path):
    staff = STAFF.replace("s4,B,3,5", "s4,B,x,9")
    study = read_small(tmp_path, staff=staff, codebook=LOOSE)
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [
        [5, "q1", NOT_A_NUMBER],
        [5, "q2", OUTSIDE],
    ]
    assert study.n_quarantined == 1
    assert study.summary.to_numpy().tolist() == [
        ["internal", "staff.csv", "respondent", 8, 1, 7],
        ["external", "customers.csv", "respondent", 8, 0, 8],
    ]
    assert repr(study) == (
        "Study: Four branches (internal 5-9 rows, external 5-9 rows; fewer than 5 rows quarantined)"
    )


def test_too_many_bad_rows_make_the_file_unusable(tmp_path):
    staff = STAFF.replace("s1,A,6", "s1,A,8").replace("s5,C,2", "s5,C,8")
    assert refusal(tmp_path, staff=staff) == (
        f"staff.csv, row 2, column q1: {OUTSIDE} (2 of 8 rows cannot be used; at most 20% may be "
        "set aside)."
    )


def test_a_file_without_one_usable_row_is_refused_whatever_the_limit(tmp_path):
    codebook = CODEBOOK.replace("[1, 7], reverse_keyed", "[101, 107], reverse_keyed")
    found = refusal(tmp_path, codebook=codebook + "thresholds: {max_quarantined: 1}\n")
    assert found == (
        "staff.csv, row 2, column q1: the answer is outside 101 to 107; correct it or declare its "
        "code in missing_codes (8 of 8 rows cannot be used; at most 100% may be set aside)."
    )


def test_a_column_without_any_answer_is_refused(tmp_path):
    lines = [STAFF.splitlines()[0]]
    lines += [",".join([*line.split(",")[:4], ""]) for line in STAFF.splitlines()[1:]]
    assert refusal(tmp_path, staff="\n".join(lines)) == (
        "staff.csv, column q3: no row holds an answer; leave the column out of the codebook, or "
        "export the data again."
    )


def test_a_missing_key_sets_its_row_aside(tmp_path):
    staff = STAFF.replace("s1,A", "s1,").replace("s4,B", "  ,B")
    study = read_small(tmp_path, staff=staff, codebook=LOOSE)
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [
        [2, "branch", "the client unit is missing; fill it in"],
        [5, "person", "the respondent is missing; fill it in"],
    ]


def test_both_rows_of_a_key_that_stands_twice_are_set_aside(tmp_path):
    staff = STAFF.replace("s2,A", "s1,A")
    study = read_small(tmp_path, staff=staff, codebook=LOOSE)
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [
        [2, "person + branch", "the same key stands in row 3; keep one of them"],
        [3, "person + branch", "the same key stands in row 2; keep one of them"],
    ]


def test_many_keys_that_stand_twice_hint_at_an_undeclared_key(tmp_path):
    staff = STAFF + STAFF.split("\n", 1)[1]
    assert refusal(tmp_path, staff=staff) == (
        "staff.csv, row 2, column person + branch: the same key stands in other rows, too; declare "
        "the supplier_unit or wave column under keys, or keep one row per key (16 of 16 "
        "rows cannot "
        "be used; at most 20% may be set aside)."
    )


def test_a_person_may_answer_in_two_units_and_without_an_id(tmp_path):
    study = read_small(tmp_path, staff=STAFF.replace("s3,B", "s1,B"))
    assert len(study.quarantine) == 0
    codebook = CODEBOOK.replace("respondent: customer, ", "")
    study = read_small(tmp_path, customers=CUSTOMERS.replace("k2", "k1"), codebook=codebook)
    assert study.tables["external"]["respondent"].tolist()[:3] == ["2", "3", "4"]


UNITS = CODEBOOK + "units: {file: units.csv, keys: {unit: branch}, attributes: [region]}\n"


def test_a_unit_that_stands_twice_makes_its_table_unusable(tmp_path):
    units = "branch,region\nA,N\nB,N\nA,S\n"
    assert refusal(tmp_path, codebook=UNITS, units=units) == (
        "units.csv, row 4, column branch: the same key stands in row 2; keep one row per key, or "
        "declare the wave column."
    )


def test_an_undeclared_wave_sets_its_row_aside(tmp_path):
    lines = STAFF.splitlines()
    staff = "\n".join(
        [lines[0] + ",year", *(f"{line},2024" for line in lines[1:8]), lines[8] + ",2O24"]
    )
    codebook = (
        LOOSE.replace("client_unit: branch}", "client_unit: branch, wave: year}")
        + "waves: [2024]\n"
    )
    study = read_small(tmp_path, staff=staff, codebook=codebook)
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [
        [9, "year", "the wave is none of 2024"]
    ]


@pytest.mark.parametrize("cell", ["0", "-0.5", "", "a", "1e-400"])
def test_a_weight_must_be_a_number_above_0(tmp_path, cell):
    codebook = CODEBOOK + (
        "crosswalk: {file: walk.csv, keys: {client_unit: c, serving_unit: s}, weight: w}\n"
    )
    walk = f"c,s,w\nA,A,1\nB,B,{cell}\nC,C,1\nD,D,1\n"
    assert refusal(tmp_path, codebook=codebook, walk=walk) == (
        "walk.csv, row 3, column w: a weight must be a number above 0; correct it or "
        "remove the row."
    )


def test_a_published_figure_outside_its_metric_is_set_aside(tmp_path):
    codebook = CODEBOOK + (
        "outcomes:\n  file: out.csv\n  keys: {unit: u}\n"
        "  scores: {kept: {value: kept, n: n, metric: percent}}\n"
        "thresholds: {max_quarantined: 0.8}\n"
    )
    out = "u,kept,n\nA,80,10\nB,101,10\nC,50,0\nD,?,5\n"
    study = read_small(tmp_path, codebook=codebook, out=out)
    advice = "correct it or declare its code in missing_codes"
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [
        [3, "kept", f"the figure is outside 0 to 100; {advice}"],
        [4, "n", f"the figure is outside 1 or more; {advice}"],
        [5, "kept", f"the figure is not a number; {advice}"],
    ]


def test_frames_are_counted_from_row_1_and_named_as_tables():
    staff = pd.DataFrame(
        {"person": range(8), "branch": list("AABBCCDD"), "q1": [1, 2, 3, 4, 5, 6, 7, 8]}
    )
    customers = staff.rename(columns={"person": "customer", "q1": "c1"}).iloc[:7]
    study = study_from_frames(KEYS, internal=staff, external=customers)
    assert study.quarantine.to_numpy().tolist() == [
        ["internal", "internal table", 8, "q1", OUTSIDE]
    ]


MARKER = "Zq9!secret"
PLACES = st.sampled_from(["cell", "extra cell", "quote", "header row", "range", "many"])


GARBAGE = (MARKER, f'{MARKER} "x', f"<b>{MARKER}</b>", f"4{MARKER}", f"=x|{MARKER}", "-8731.25")


@given(
    place=PLACES,
    row=st.integers(1, 8),
    column=st.integers(2, 4),
    garbage=st.sampled_from(GARBAGE),
)
@settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_message_or_display_ever_tells_an_answer(tmp_path, place, row, column, garbage):
    """A marker typed as an answer must not come back in anything that is shown."""
    lines = [line.split(",") for line in STAFF.splitlines()]
    quoted = '"' + garbage.replace('"', '""') + '"'
    lines[row][column] = garbage if place == "quote" else quoted
    if place == "extra cell":
        lines[row].append(quoted)
    if place == "header row":
        lines = [[quoted if i >= 2 else cell for i, cell in enumerate(lines[row])], *lines[1:]]
    if place == "many":
        for line in lines[1:]:
            line[column] = quoted
    codebook = CODEBOOK if place == "range" else LOOSE
    path = write_study(tmp_path, staff="\n".join(map(",".join, lines)), codebook=codebook)
    shown = []
    try:
        study = read_study(path)
        scored = scale_scores(study)
        for thing in (study, scored, link_study(study)):
            shown += [repr(thing), str(thing), thing._repr_html_()]
        shown += [study.quarantine.to_csv(), study.summary.to_csv()]
    except Exception as error:
        shown.append(f"{type(error).__name__} {error} {error.__cause__} {vars(error)}")
        assert isinstance(error, StudyError), shown
    assert not any(MARKER in text or "8731" in text for text in shown), shown


def test_a_key_that_is_nan_or_no_time_is_missing():
    staff = pd.DataFrame({"person": range(4), "branch": ["A", None, np.nan, pd.NaT], "q1": 3})
    customers = pd.DataFrame({"customer": [1], "branch": ["A"], "c1": [3]})
    keys = changed(KEYS, thresholds={"max_quarantined": 0.9})
    study = study_from_frames(keys, internal=staff, external=customers)
    assert study.quarantine["row"].tolist() == [2, 3, 4]
