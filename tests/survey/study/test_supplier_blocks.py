"""One row per respondent, one block of columns per supplier."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from icx_research import (
    StudyError,
    answer_quality,
    link_study,
    read_study,
    scale_scores,
    study_from_frames,
    unit_scores,
)
from tests.survey.builders import CODEBOOK, changed, read_small, write_study
from tests.survey.study.supplier_blocks import (
    FOUND,
    FRAMED,
    LACKS,
    LONG,
    LONG_STAFF,
    STAFF,
    WIDE,
    refusal,
    sorted_table,
    wide,
)


@pytest.mark.parametrize("codebook", [WIDE, FOUND])
def test_blocks_are_the_ratings_that_long_rows_would_be(tmp_path, codebook):
    study = wide(tmp_path, codebook=codebook)
    long = read_small(tmp_path, codebook=LONG, staff=LONG_STAFF)
    pd.testing.assert_frame_equal(sorted_table(study), sorted_table(long))
    pd.testing.assert_frame_equal(link_study(study).table, link_study(long).table)
    assert list(study.codebook.sources["internal"].blocks.suppliers) == ["HR", "IT"]
    assert study.codebook.label("HR") == ("Personnel" if codebook == WIDE else "HR")


def test_what_was_not_asked_is_no_rating_and_is_counted(tmp_path):
    study = wide(tmp_path)
    assert (study.n_read["internal"], study.n_quarantined) == (8, 0)
    assert study.log == (
        "staff.csv: 6 rows hold 8 ratings of 2 suppliers (HR 4, IT 4); 4 without any answer are "
        "left out as not asked, with 1 rows that hold no rating.",
    )
    quality = answer_quality(study).set_index("item")
    assert quality.loc[["q1", "q2", "x"], "n_answers"].tolist() == [8, 6, 7]
    assert quality.loc["q2", "share_missing"] == 2 / 8  # of ratings, not of rows x suppliers


def test_scores_per_unit_and_supplier_come_out_of_the_blocks(tmp_path):
    scored = scale_scores(wide(tmp_path))
    units = unit_scores(scored, by=["client_unit", "supplier_unit"]).table
    service = units[units["scale"] == "service"].set_index(["unit", "supplier_unit"])
    assert service.loc[("A", "HR"), ["n", "mean"]].tolist() == [2, 5]  # (6 + 6) / 2 and 4
    whole = unit_scores(scored, by="client_unit").table.set_index(["scale", "unit"])
    assert whole.loc[("service", "A"), ["n", "mean"]].tolist() == [2, (5.5 + 4) / 2]
    with pytest.raises(ValueError, match="internal: client_unit, supplier_unit; external"):
        unit_scores(scored, by=["client_unit", "touchpoint"])


def test_a_wrong_answer_sets_one_rating_aside_and_names_the_files_own_column(tmp_path):
    study = wide(tmp_path, staff=STAFF.replace("s1,A,boss,6,2,1", "s1,A,boss,8,2,y"))
    advice = "correct it or declare its code in missing_codes"
    assert study.quarantine.to_numpy().tolist() == [
        ["internal", "staff.csv", 2, "HR_q1", f"the answer is outside 1 to 7; {advice}"],
        ["internal", "staff.csv", 2, "HR_x", f"the answer is not a number; {advice}"],
    ]
    table = study.tables["internal"]
    assert table[["respondent", "supplier_unit"]].to_numpy().tolist()[:2] == [
        ["s1", "IT"], ["s2", "HR"],
    ]  # fmt: skip
    assert (study.n_read["internal"], len(table), study.n_quarantined) == (8, 7, 1)
    assert study.summary.iloc[0].tolist() == ["internal", "staff.csv", "respondent", 8, 1, 7]


def test_a_block_that_holds_nothing_but_a_wrong_answer_was_asked(tmp_path):
    study = wide(tmp_path, staff=STAFF.replace("s4,B,clerk,,,,,,", "s4,B,clerk,,,,,9,"))
    assert study.quarantine[["row", "column"]].to_numpy().tolist() == [[5, "IT_q2"]]
    assert (study.n_read["internal"], study.n_quarantined) == (9, 1)


def test_a_wrong_key_sets_every_rating_of_its_row_aside(tmp_path):
    staff = (
        STAFF.replace("s1,A", "s1,").replace("s4,B", "s4, ").replace("s5,C,clerk,2", "s5,C,clerk,9")
    )
    study = wide(tmp_path, staff=staff + "s7,A\n")
    assert study.quarantine[["row", "column"]].to_numpy().tolist() == [
        [2, "branch"], [5, "branch"], [6, "HR_q1"], [8, ""],
    ]  # fmt: skip
    # two ratings of s1, none but one row of s4, one rating of s5, the row with too few cells
    assert (study.n_read["internal"], study.n_quarantined) == (10, 5)
    assert len(study.tables["internal"]) == 5


def test_a_respondent_who_stands_twice_is_set_aside_by_row(tmp_path):
    study = wide(tmp_path, staff=STAFF.replace("s2,A", "s1,A"))
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [
        [2, "person + branch", "the same key stands in row 3; keep one of them"],
        [3, "person + branch", "the same key stands in row 2; keep one of them"],
    ]
    assert (study.n_read["internal"], study.n_quarantined) == (8, 3)


def test_too_many_bad_ratings_make_the_file_unusable(tmp_path):
    codebook = WIDE.replace("0.9", "0.2")
    staff = STAFF.replace("s1,A,boss,6", "s1,A,boss,8").replace(
        "s3,B,clerk,,,,3", "s3,B,clerk,,,,x"
    )
    assert refusal(tmp_path, codebook=codebook, staff=staff) == (
        "staff.csv, row 2, column HR_q1: the answer is outside 1 to 7; correct it or declare its "
        "code in missing_codes (2 of 8 ratings cannot be used; at most 20% may be set aside)."
    )
    twice = STAFF + STAFF.split("\n", 1)[1]
    assert refusal(tmp_path, codebook=codebook, staff=twice) == (
        "staff.csv, row 2, column person + branch: the same key stands in other rows, too; declare "
        "the wave column under keys, or keep one row per key (18 of 18 ratings cannot be used; at "
        "most 20% may be set aside)."
    )


def test_an_item_may_be_empty_for_one_supplier_but_not_for_all(tmp_path):
    one = STAFF.replace("3,0\n", "3,\n").replace("5,1\n", "5,\n").replace("5,0\n", "5,\n")
    study = wide(tmp_path, staff=one.replace("4,,0\n", "4,,\n"))
    assert study.tables["internal"]["x"].notna().sum() == 3
    lines = [line.split(",") for line in STAFF.splitlines()]
    none = "\n".join(",".join([*line[:5], "" if i else line[5], *line[6:8], "" if i else line[8]])
                     for i, line in enumerate(lines))  # fmt: skip
    assert refusal(tmp_path, staff=none) == (
        "staff.csv, item x of every supplier (HR_x and so on): no row holds an answer; leave the "
        "item out of the codebook, or export the data again."
    )


def test_a_supplier_nobody_rates_has_no_ratings(tmp_path):
    lines = STAFF.splitlines()
    staff = "\n".join([f"{lines[0]},F_q1,F_q2,F_x", *(f"{line},,," for line in lines[1:])])
    study = wide(tmp_path, codebook=FOUND, staff=staff)
    assert "(HR 4, IT 4, F 0); 10 without any answer" in study.log[0]
    assert set(study.tables["internal"]["supplier_unit"]) == {"HR", "IT"}


def test_frames_may_hold_blocks():
    staff = pd.DataFrame({"person": [1, 2], "branch": ["A", "B"], "HR_q1": [4, None],
                          "HR_q2": [5.0, None], "IT_q1": [3, 2], "IT_q2": [None, 2]})  # fmt: skip
    customers = pd.DataFrame({"customer": [1, 2], "branch": ["A", "B"], "c1": [4, 6]})
    study = study_from_frames(FRAMED, internal=staff, external=customers)
    table = study.tables["internal"]
    assert table[["respondent", "supplier_unit", "q1"]].to_numpy().tolist() == [
        ["1", "HR", 4.0], ["1", "IT", 3.0], ["2", "IT", 2.0],
    ]  # fmt: skip
    with pytest.raises(StudyError) as caught:
        study_from_frames(FRAMED, internal=staff.drop(columns="IT_q2"), external=customers)
    assert str(caught.value) == (f"The internal table: {LACKS}")
    with pytest.raises(StudyError) as caught:
        study_from_frames(FRAMED, internal=staff.drop(columns="person"), external=customers)
    assert str(caught.value) == (
        "The internal table has no column 'person'; known are branch, HR_q1, HR_q2, IT_q1, IT_q2."
    )


def test_without_a_respondent_column_each_row_is_one_person():
    keys = changed(FRAMED, internal__keys={"client_unit": "branch"})
    staff = pd.DataFrame({"branch": ["A", "B"], "HR_q1": [4, 3], "HR_q2": [5, 3], "IT_q1": [3, 2],
                          "IT_q2": [4, 2]})  # fmt: skip
    customers = pd.DataFrame({"customer": [1, 2], "branch": ["A", "B"], "c1": [4, 6]})
    study = study_from_frames(keys, internal=staff, external=customers)
    assert study.tables["internal"]["respondent"].tolist() == ["1", "1", "2", "2"]


CELLS = st.sampled_from(["", "", "1", "4", "7", "9", "x", "99"])


@given(st.lists(st.tuples(*[CELLS] * 4), min_size=4, max_size=9))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_file_gives_what_its_long_form_gives(tmp_path, cells):
    """Ratings, counts, and what is set aside agree, whatever stands in the cells."""
    cells = [("3",) * 4, *cells]  # so that no column is empty
    base = CODEBOOK.replace("[q1, q2, q3], range: [1, 7], reverse_keyed: [q3]",
                            "[q1, q2], range: [1, 7], missing_codes: [99]")  # fmt: skip
    base += "thresholds: {max_quarantined: 1}\n"
    pattern = "  supplier_blocks: {pattern: '{item}.{supplier}'}\n  scales:\n    service"
    blocks = base.replace("  scales:\n    service", pattern)
    long = base.replace("client_unit: branch}", "client_unit: branch, supplier_unit: s}")
    staff = "person,branch,q1.a,q2.a,q1.b,q2.b\n" + "".join(
        f"p{i},{'AB'[i % 2]},{','.join(row)}\n" for i, row in enumerate(cells)
    )
    none = ("", "99")
    rows = [(f"p{i},{'AB'[i % 2]},{s}", pair) for i, row in enumerate(cells)
            for s, pair in (("a", row[:2]), ("b", row[2:]))
            if not (pair[0] in none and pair[1] in none)]  # fmt: skip
    staff_long = "person,branch,s,q1,q2\n" + "".join(f"{key},{a},{b}\n" for key, (a, b) in rows)
    first = read_study(write_study(tmp_path, codebook=blocks, staff=staff))
    second = read_study(write_study(tmp_path, codebook=long, staff=staff_long))
    names = ["respondent", "client_unit", "supplier_unit", "wave", "q1", "q2"]
    pd.testing.assert_frame_equal(first.tables["internal"][names], second.tables["internal"][names])
    assert first.n_read == second.n_read
    assert first.n_quarantined == second.n_quarantined
    assert len(first.quarantine) == len(second.quarantine)


# Of the processor, so that a busy machine does not fail this: reading takes some 0.5 s, cell by
# cell in a frame it would take minutes.
AT_MOST = 5.0


def test_many_columns_are_read_fast(tmp_path):
    rng = np.random.default_rng(2)
    suppliers, items = [f"S{i}" for i in range(20)], ["q1", "q2", "q3"]
    frame = pd.DataFrame(
        rng.integers(1, 8, (20_000, 60)), columns=[f"{s}_{i}" for s in suppliers for i in items]
    )
    frame.insert(0, "branch", np.resize(list("ABCD"), 20_000))
    frame.insert(0, "person", np.arange(20_000).astype(str))
    keys = changed(FRAMED, internal__scales__service__items=items)
    customers = pd.DataFrame({"customer": [1, 2], "branch": ["A", "B"], "c1": [4, 6]})
    start = time.process_time()
    study = study_from_frames(keys, internal=frame, external=customers)
    assert time.process_time() - start < AT_MOST
    assert len(study.tables["internal"]) == 400_000
