"""Rows of a file that are used, and rows of single answers that are put side by side."""

import pandas as pd
import pytest

from icx_research import StudyError, link_study, read_study, scale_scores, study_from_frames
from tests.survey.builders import CUSTOMERS, KEYS, STAFF, changed, write_study

CHOSEN = """\
study: Four branches
internal:
  file: staff.csv
  where: {wave: ["2024", "2025"], status: done}
  keys: {respondent: person, client_unit: branch}
  scales:
    service: {items: [q1, q2, q3], range: [1, 7], reverse_keyed: [q3]}
external:
  file: customers.csv
  keys: {respondent: customer, serving_unit: branch}
  scales:
    csat: {items: [c1], range: [1, 7]}
"""


def staff_with(*columns):
    """Add to each row of the staff file further columns."""
    head, *rows = STAFF.splitlines()
    lines = [f"{row},{','.join(cells)}" for row, cells in zip(rows, zip(*(c[1:] for c in columns),
             strict=True), strict=True)]  # fmt: skip
    return "\n".join([f"{head},{','.join(c[0] for c in columns)}", *lines]) + "\n"


WAVES = ["wave", "2023", "2024", "2025", "2024", "2024", "2025", "2024", "2024"]
DONE = ["status", "done", "done", "done", "done", "done", "test", "done", "done"]


def long_form(staff, names=("question", "value")):
    """Give every answer of the staff table a row of its own."""
    frame = pd.DataFrame([line.split(",") for line in staff.splitlines()[1:]],
                         columns=staff.splitlines()[0].split(","))  # fmt: skip
    long = frame.melt(id_vars=["person", "branch"], var_name=names[0], value_name=names[1])
    return long.sort_values(["person", names[0]]).reset_index(drop=True)


def read(folder, codebook, staff):
    return read_study(write_study(folder, codebook=codebook, staff=staff, customers=CUSTOMERS))


def test_only_the_rows_that_where_names_are_used(tmp_path):
    study = read(tmp_path, CHOSEN, staff_with(WAVES, DONE))
    assert study.tables["internal"]["respondent"].tolist() == ["s2", "s3", "s4", "s5", "s7", "s8"]
    assert study.log[0] == (
        "staff.csv: 6 of 8 rows are used (wave = 2024 or 2025 and status = done)."
    )
    assert study.n_quarantined == 0


@pytest.mark.parametrize("kind", [int, float, str])
def test_numbers_are_compared_as_they_are_read(kind):
    cells = [kind(cell) for cell in (1, 2, 1, 1, 1, 2, 1, 1)]
    staff = pd.DataFrame([r.split(",") for r in STAFF.splitlines()[1:]],
                         columns=STAFF.splitlines()[0].split(",")).assign(part=cells)  # fmt: skip
    customers = pd.DataFrame([r.split(",") for r in CUSTOMERS.splitlines()[1:]],
                             columns=["customer", "branch", "c1"])  # fmt: skip
    keys = changed(KEYS, internal__where={"part": "1"})
    study = study_from_frames(keys, internal=staff, external=customers)
    assert len(study.tables["internal"]) == 6


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("{wave: '2026'}", "staff.csv, column wave: no row has '2026'; did you mean '2025'?"),
        ("{status: zzz}", "staff.csv, column status: no row has 'zzz'; check column and spelling."),
        ("{wave: '2023', status: test}",
         "staff.csv: no row has all of wave = 2023 and status = test; correct where."),
        ("{status: []}", "study.yaml, line 4: internal.where.status: nothing is listed here; name "
         "at least one entry."),
    ],
)  # fmt: skip
def test_a_choice_that_leaves_nothing_is_refused(tmp_path, where, message):
    codebook = CHOSEN.replace('{wave: ["2024", "2025"], status: done}', where)
    with pytest.raises(StudyError) as caught:
        read(tmp_path, codebook, staff_with(WAVES, DONE))
    assert str(caught.value) == message


LONG = CHOSEN.replace(
    '  where: {wave: ["2024", "2025"], status: done}\n', "  long: {item: question, answer: value}\n"
)


@pytest.mark.parametrize("order", ["as it is", "mixed"])
@pytest.mark.parametrize("names", [("question", "value"), ("Frage", "Antwort")])
def test_a_long_table_gives_what_the_wide_one_gives(tmp_path, rng, order, names):
    for folder in ("wide", "long"):
        (tmp_path / folder).mkdir()
    plain = LONG.replace("  long: {item: question, answer: value}\n", "")
    wide = read(tmp_path / "wide", plain, STAFF)
    frame = long_form(STAFF, names)
    if order == "mixed":
        frame = frame.sample(frac=1, random_state=3)
    codebook = LONG.replace("question", names[0], 1).replace("value", names[1], 1)
    study = read(tmp_path / "long", codebook, frame.to_csv(index=False))
    one, other = (
        scale_scores(s).tables["internal"].sort_values("respondent", ignore_index=True)
        for s in (wide, study)
    )
    pd.testing.assert_frame_equal(one, other)
    assert study.log[0] == "staff.csv: 24 rows of single answers are 8 rows of respondents."
    assert len(link_study(study).table) == 4


def test_a_bad_answer_of_a_long_table_is_named_where_it_stands(tmp_path):
    frame = long_form(STAFF)
    frame.loc[4, "value"] = "83"
    study = read(tmp_path, LONG, frame.to_csv(index=False))
    assert study.quarantine[["row", "column"]].to_numpy().tolist() == [[6, "value"]]
    assert study.quarantine["reason"].iloc[0] == (
        "the answer is outside 1 to 7; correct it or declare its code in missing_codes (item q2)"
    )


def test_two_answers_to_one_item_make_a_person_unusable_but_not_the_same_one_twice(tmp_path):
    frame = long_form(STAFF)
    again = frame.iloc[[0, 3]].copy()
    again.loc[again.index[1], "value"] = "1"
    study = read(tmp_path, LONG, pd.concat([frame, again]).to_csv(index=False))
    assert study.quarantine["reason"].tolist() == [
        "row 27 answers the item 'q1' otherwise than row 5 of the same key; keep one of them"
    ]
    assert "s2" not in study.tables["internal"]["respondent"].tolist()
    assert "s1" in study.tables["internal"]["respondent"].tolist()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("q1, q2, q3]", "q1, q2, q3, q_1]",
         "staff.csv, column question: no row names the item 'q_1'; did you mean 'q1'?"),
        ("respondent: person, ", "",
         "study.yaml, line 4: internal.long: one person has a row per item; name the respondent "
         "under keys, too."),
        ("item: question", "item: branch",
         "study.yaml, line 4: internal.long.item: column 'branch' is a key or attribute already; "
         "name another."),
        ("item: question", "items: question",
         "study.yaml, line 4: internal.long.items: unknown key; did you mean 'item'?"),
        ("answer: value", "answer: question",
         "study.yaml, line 4: internal.long: item and answer must be two columns."),
    ],
)  # fmt: skip
def test_a_long_table_that_cannot_be_read_is_refused(tmp_path, old, new, message):
    codebook = LONG.replace(old, new, 1).replace("range: [1, 7], reverse_keyed: [q3]",
                                                 "range: [1, 7]")  # fmt: skip
    with pytest.raises(StudyError) as caught:
        read(tmp_path, codebook, long_form(STAFF).to_csv(index=False))
    assert str(caught.value) == message


def test_long_published_figures_become_scores():
    figures = pd.DataFrame({"branch": list("ABCABC"), "m": ["care"] * 3 + ["calm"] * 3,
                            "v": [5, 6, 7, 1, 2, 3]})  # fmt: skip
    customers = pd.DataFrame({"customer": list("abc"), "branch": list("ABC"), "c1": [1, 2, 3]})
    keys = changed(KEYS, internal={
        "grain": "unit", "keys": {"client_unit": "branch"}, "long": {"item": "m", "answer": "v"},
        "scores": {"care": {"value": "care"}, "calmness": {"value": "calm"}}})  # fmt: skip
    keys["question"] = {"internal": "care", "external": "csat"}
    study = study_from_frames(keys, internal=figures, external=customers)
    scored = scale_scores(study).tables["internal"]
    assert scored[["care", "calmness"]].to_numpy().tolist() == [[5, 1], [6, 2], [7, 3]]
