"""Files that are broken on purpose end in one sentence: never a traceback, never an answer."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icx_research import Blocked, NotTestable, StudyError, link_study, read_study
from tests.survey.builders import CODEBOOK, STAFF, read_small, write_study

SECRET = "7777"


def refused(folder, **contents):
    with pytest.raises(StudyError) as caught:
        read_small(folder, **contents)
    return str(caught.value)


@pytest.mark.parametrize(
    "codebook",
    ["study: " + "[" * 5000 + "]" * 5000, "study: " + "{a: " * 3000 + "1" + "}" * 3000],
    ids=["lists", "keys"],
)
def test_a_codebook_that_is_too_deep_is_refused(tmp_path, codebook):
    assert refused(tmp_path, codebook=codebook) == (
        "study.yaml: lists or keys stand in each other too deep to be read; a study needs five "
        "levels at most."
    )


def test_aliases_that_multiply_are_never_unfolded(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 15)]
    said = refused(tmp_path, codebook="\n".join([*lines, CODEBOOK]))
    assert said.startswith("study.yaml, line 1: a0: unknown key; ")


@pytest.mark.parametrize("name", ["a" * 5000 + ".csv", "a\\0b.csv", ".", "staff.csv/x"])
def test_a_file_name_that_no_system_can_hold_is_not_found(tmp_path, name):
    said = refused(tmp_path, codebook=CODEBOOK.replace("staff.csv", f'"{name}"'))
    assert f" was not found in {tmp_path}; put it there, or name its folder" in said


@pytest.mark.parametrize("name", ["study.yaml", "../outside.csv"])
def test_a_file_that_is_not_the_data_is_refused_without_repeating_it(tmp_path, name):
    inside = tmp_path / "study"
    inside.mkdir()
    (tmp_path / "outside.csv").write_text(f"{SECRET},Sales,5\n{SECRET},Sales,6\n")
    said = refused(inside, codebook=CODEBOOK.replace("staff.csv", name))
    assert said.endswith(
        ", row 1: there is no column 'person' (declared under internal), nor any other declared "
        "column; the first line must hold their names."
    )
    assert SECRET not in said


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_or_a_link_to_itself_is_no_file(tmp_path):
    path = write_study(tmp_path)
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    for name in ("pipe.csv", "loop.csv"):
        path.write_text(CODEBOOK.replace("staff.csv", name))
        with pytest.raises(StudyError, match=f"^{name} was not found in "):
            read_study(path)


def test_a_header_of_many_columns_is_refused(tmp_path):
    header = "person,branch,q1,q2,q3," + ",".join(f"x{i}" for i in range(99_995))
    assert refused(tmp_path, staff=f"{header}\n{'1,' * 99_999}1\n") == (
        "staff.csv has 100,000 columns, more than the 10,000 that are read; keep only the columns "
        "the study needs."
    )


def test_a_cell_of_many_characters_is_refused(tmp_path):
    staff = STAFF.replace("s2,A,5", "s2,A," + "7" * 200_000)
    assert refused(tmp_path, staff=staff) == (
        "staff.csv, row 3: a cell is longer than 131,072 characters; shorten it, or look for a "
        "quotation mark that is not closed."
    )


def test_an_encoding_with_a_zero_byte_is_unknown(tmp_path):
    said = refused(
        tmp_path, codebook=CODEBOOK.replace("staff.csv", 'staff.csv\n  encoding: "utf\\0"')
    )
    assert said.endswith(" is no known encoding; try utf-8, utf-16 or cp1252.")


CELL = st.one_of(
    st.sampled_from(["", " ", SECRET, "99", "7", "3.5", "4,5", "1e3", "-1", "nan", "=1+1",
                     "2024-05-01", "1.234,5", "\u200b5", "٣", '"', "NA", "inf", "5\u00a0"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4),
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=6), max_size=6),
       words=st.booleans(), limit=st.sampled_from([0.2, 0.9]))  # fmt: skip
def test_whatever_stands_in_the_rows_nothing_breaks_and_nothing_is_lost(
    tmp_path_factory, rows, words, limit
):
    folder = tmp_path_factory.mktemp("rows")
    lines = [",".join(row) for row in rows]
    codebook = CODEBOOK + f"thresholds: {{max_quarantined: {limit}}}\n"
    if words:
        codebook = codebook.replace(
            ", reverse_keyed", ", answers: {low: 1, high: 7}, reverse_keyed"
        )
    try:
        study = read_small(folder, codebook=codebook, staff=STAFF + "\n".join(lines) + "\n")
    except (StudyError, Blocked, NotTestable) as error:
        said = str(error)
    else:
        assert study.n_read["internal"] == len(study.tables["internal"]) + study.n_quarantined
        assert study.n_read["internal"] >= 8
        said = study.quarantine.to_string() + repr(study) + " ".join(study.log)
        try:
            link_study(study)
        except (StudyError, Blocked, NotTestable) as error:
            said += str(error) if SECRET not in {row[1] for row in rows} else ""
    assert SECRET not in said
