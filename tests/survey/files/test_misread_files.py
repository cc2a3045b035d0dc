"""Files that other programs have spoilt so that they can still be read, but wrongly."""

import uuid
from zipfile import ZipFile

import duckdb
import numpy as np
import pandas as pd
import pytest

from icx_research import StudyError, study_from_frames
from tests.survey.builders import CODEBOOK, CUSTOMERS, KEYS, STAFF, read_small
from tests.survey.formats import (
    STAFF_FRAME,
    refusal,
    staff_cells,
    study_of,
    write_parquet,
    write_sav,
    write_workbook,
)

LOOSE = CODEBOOK + "thresholds: {max_quarantined: 0.9}\n"
SWALLOWED = (
    "staff.csv, row 3: a quotation mark is opened there and closed rows below, so the rows between "
    "stand inside one cell; close it where the cell ends, or double it."
)


def commented(*comments, at=5):
    """Put a column of comments into the staff file."""
    lines = [line.split(",") for line in STAFF.splitlines()]
    words = ["said", *comments, *[""] * (len(lines) - len(comments) - 1)]
    rows = [[*line[:at], word, *line[at:]] for line, word in zip(lines, words, strict=True)]
    return "\n".join(map(",".join, rows)) + "\n"


def refused(folder, **contents):
    with pytest.raises(StudyError) as caught:
        read_small(folder, **contents)
    return str(caught.value)


# Where the comments stand, and the row below which the mark is closed. One row with nothing but
# the person before the comment cannot be told from a comment of two lines.
@pytest.mark.parametrize(("at", "last"), [(1, 6), (2, 3), (2, 6), (3, 3), (3, 6), (5, 3), (5, 6)])
def test_rows_that_vanish_in_a_quotation_are_refused(tmp_path, at, last):
    words = ["", '"open', *["fine"] * (last - 3), 'shut"']
    said = refused(tmp_path, staff=commented(*words, at=at), codebook=LOOSE)
    assert said == SWALLOWED


@pytest.mark.parametrize(
    "words",
    ['"two\nlines"', '"one, two,\nthree, four, five"', '"a\n,,,,,\nb"', '"x\n1, 2, 3"'],
)
def test_comments_of_several_lines_are_comments(tmp_path, words):
    assert len(read_small(tmp_path, staff=commented("", words)).tables["internal"]) == 8


MISREAD = {"D\u00c3\u00bcsseldorf": True, "D\ufffdsseldorf": True, "K\u00f6ln\x96S\u00fcd": True,
           "D\u00fcsseldorf": False, "\u0141\u00f3d\u017a": False,
           "\u041a\u0438\u0457\u0432": False, "S\u00e3o": False, "\u00c3": False}  # fmt: skip


@pytest.mark.parametrize("unit", MISREAD)
def test_ids_of_misread_letters_are_refused_on_either_side(tmp_path, unit):
    files = {
        "staff": STAFF.replace(",A,", f",{unit},"),
        "customers": CUSTOMERS.replace(",A,", f",{unit},"),
    }
    if not MISREAD[unit]:
        assert unit in read_small(tmp_path, **files).tables["internal"]["client_unit"].tolist()
        return
    assert refused(tmp_path, **files) == (
        "staff.csv, row 2, column branch: letters of the client unit were lost or misread by a "
        "program, as in D\u00c3\u00bcsseldorf; declare the encoding of the file, or export it "
        "again as UTF-8 from where it was made."
    )


def test_ids_as_r_writes_round_numbers_are_refused(tmp_path):
    said = refused(tmp_path, staff=STAFF.replace(",A,", ",1e+05,"))
    assert said.startswith("staff.csv, row 2, column branch: the client unit stands in scientific")


@pytest.mark.parametrize("error", ["#N/A", "#NV", "#REF!", "#BEZUG!", "#DIV/0!", "#NAME?"])
def test_an_error_of_a_spreadsheet_is_no_unit(tmp_path, error):
    study = read_small(tmp_path, staff=STAFF.replace("s2,A", f"s2,{error}"), codebook=LOOSE)
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [
        [3, "branch", "the cell holds an error of a spreadsheet; correct it"]
    ]


def test_hidden_rows_are_read_and_told(tmp_path):
    book = write_workbook(tmp_path / "staff.xlsx", staff_cells())
    for row in (3, 4, 900):
        book.active.row_dimensions[row].hidden = True
    book.save(tmp_path / "staff.xlsx")
    study = study_of(tmp_path, "staff.xlsx")
    assert len(study.tables["internal"]) == 8
    assert study.log == (
        "staff.xlsx: 2 of 8 rows are hidden in the workbook but read like the others; delete them "
        "there if they are not meant.",
    )


@pytest.mark.parametrize(
    ("span", "told"),
    [({"lo": 8, "hi": np.inf}, "8 or more"), ({"lo": -np.inf, "hi": -1}, "-1 or less")],
)
def test_open_ranges_of_missing_values_are_told_in_words(tmp_path, span, told):
    frame = STAFF_FRAME.assign(q1=[6.0, 5, 9e9 if span["lo"] == 8 else -9, 3, 2, 4, 5, 6])
    write_sav(tmp_path / "staff.sav", frame, missing_ranges={"q1": [span]})
    study = study_of(tmp_path, "staff.sav")
    assert study.log == (f"staff.sav: {told} means no answer in q1, as the file says.",)
    assert study.tables["internal"]["q1"].isna().tolist() == [i == 2 for i in range(8)]


def test_uuids_are_ids_and_infinity_is_no_answer(tmp_path):
    one = str(uuid.UUID(int=1))
    query = (
        f"CASE person WHEN 's1' THEN UUID '{one}' ELSE uuid() END AS person, "
        "CASE person WHEN 's2' THEN 'inf'::DOUBLE ELSE q1 END AS q1"
    )
    write_parquet(tmp_path / "staff.parquet", f"SELECT * REPLACE ({query}) FROM staff")
    study = study_of(tmp_path, "staff.parquet")
    assert study.tables["internal"]["respondent"][0] == one
    assert study.quarantine[["row", "column"]].to_numpy().tolist() == [[2, "q1"]]


OUTCOMES = CODEBOOK + "outcomes: {file: out.csv, keys: {unit: u}, scores: {sales: {value: v}}}\n"
FIGURES = {
    "a last zero is kept": (["987", "1.250", "12.345", "4.118"], 3),
    "whole numbers of another size": (["987", "1.251", "12.345", "4.118"], 3),
    "means of three persons": (["4", "3.667", "4.333", "5.333"], 0),
    "decimals of other lengths": (["987", "1.25", "12.345", "4.118"], 0),
    "below one": (["987", "0.250", "12.345", "4.118"], 0),
    "decimals in all": (["1.250", "12.345", "4.118", "3.100"], 0),
}


@pytest.mark.parametrize("case", FIGURES)
@pytest.mark.parametrize("mark", [".", ","])
def test_a_decimal_mark_that_can_only_stand_between_thousands_is_no_decimal_mark(
    tmp_path, case, mark
):
    figures, bad = FIGURES[case]
    lines = [
        f"{unit};{cell.replace('.', mark)}" for unit, cell in zip("ABCD", figures, strict=True)
    ]
    codebook = OUTCOMES.replace("out.csv", f"out.csv, separator: ';', decimal: '{mark}'")
    codebook += "thresholds: {max_quarantined: 0.9}\n"
    study = read_small(tmp_path, codebook=codebook, out="\n".join(["u;v", *lines]))
    assert study.n_quarantined == bad
    assert set(study.quarantine["reason"]) <= {
        "the figure has marks between its thousands; write it without them"
    }


def test_attributes_of_units_follow_the_decimal_mark_of_their_file(tmp_path):
    codebook = CODEBOOK + (
        "units: {file: units.csv, separator: ';', decimal: ',', keys: {unit: u}, attributes: "
        "[size, kind]}\n"
    )
    study = read_small(tmp_path, codebook=codebook, units="u;size;kind\nA;1,5;x,y\nB;2;z\n")
    assert study.tables["units"]["size"].tolist() == ["1.5", "2"]
    assert study.tables["units"]["kind"].tolist() == ["x,y", "z"]


COMMENTS = "person,branch,q1,q2,q3,w\n" + "".join(
    f"{line},my words {i}\n" for i, line in enumerate(STAFF.splitlines()[1:])
)


def test_comments_are_no_waves_and_are_never_told(tmp_path):
    codebook = CODEBOOK.replace("client_unit: branch}", "client_unit: branch, wave: w}")
    said = refused(tmp_path, staff=COMMENTS, codebook=codebook)
    assert said == (
        "staff.csv, column w: 8 different entries stand in 8 rows, too many for survey waves; does "
        "the column hold something else? Correct it, or leave wave out of the keys."
    )


def test_a_parquet_file_broken_inside_is_refused_without_its_cells(tmp_path):
    path = tmp_path / "staff.parquet"
    with duckdb.connect() as engine:
        words = [[f"person-{i}"] * 5 for i in range(8)]
        engine.register("staff", pd.DataFrame(words, columns=STAFF_FRAME.columns))
        engine.execute(f"COPY staff TO '{path}' (FORMAT parquet, COMPRESSION uncompressed)")
    content = path.read_bytes()
    assert b"person-3" in content
    path.write_bytes(content.replace(b"person-3", b"pers\x96n-3"))
    assert refusal(tmp_path, "staff.parquet") == (
        "staff.parquet is not a readable Parquet file; write it again."
    )


def test_a_workbook_with_a_spoilt_stream_is_refused(tmp_path):
    path = tmp_path / "staff.xlsx"
    write_workbook(path, staff_cells())
    with ZipFile(path) as package:
        start = package.getinfo("xl/styles.xml").header_offset + 60
    content = bytearray(path.read_bytes())
    content[start : start + 20] = b"\xff" * 20
    path.write_bytes(content)
    assert refusal(tmp_path, "staff.xlsx") == (
        "staff.xlsx is not a readable Excel workbook; open it in Excel and save it again as .xlsx."
    )


@pytest.mark.parametrize("cell", [[1, 2], {"a": 1}, (5,), {3}])
def test_cells_of_frames_that_hold_several_values_are_refused(cell):
    staff = pd.DataFrame({"person": [1, 2], "branch": ["A", "B"], "q1": [5, cell]})
    customers = pd.DataFrame({"customer": [1, 2], "branch": ["A", "B"], "c1": [5, 6]})
    with pytest.raises(StudyError) as caught:
        study_from_frames(KEYS, internal=staff, external=customers)
    assert str(caught.value) == (
        "The internal table, column q1: cells hold lists or the like, neither text nor a number; "
        "give each value a column of its own."
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'<row r="9"', b'<row r="999999999999"'), (b'<c r="C5"', b'<c s="77" r="C5"')],
    ids=["a row below the last of any sheet", "a format that is not there"],
)
def test_a_sheet_that_excel_cannot_have_written_is_refused(tmp_path, old, new):
    path = tmp_path / "staff.xlsx"
    write_workbook(path, staff_cells())
    with ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = "xl/worksheets/sheet1.xml"
    assert old in parts[name]
    parts[name] = parts[name].replace(old, new)
    with ZipFile(path, "w") as package:
        for part, content in parts.items():
            package.writestr(part, content)
    assert refusal(tmp_path, "staff.xlsx") == (
        "staff.xlsx is not a readable Excel workbook; open it in Excel and save it again as .xlsx."
    )
