"""Broken files: every message in full, with file, row, column and what to do."""

import codecs
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from icx_research import Blocked, StudyError, link_study, read_study
from icx_research.survey.files.readers import digests_of
from icx_research.survey.files.tables import TextTable
from tests.survey.builders import CODEBOOK, CUSTOMERS, STAFF, read_small, write_study

UMLAUTS = STAFF.replace(",A,", ",Köln,")


def refusal(folder, **contents):
    with pytest.raises(StudyError) as caught:
        read_small(folder, **contents)
    return str(caught.value)


def with_option(line):
    return CODEBOOK.replace("  file: staff.csv", f"  file: staff.csv\n  {line}")


BROKEN = {
    "empty": (b"", "staff.csv is empty; it needs a line of column names and data below."),
    "blank lines only": (
        b"\n  \n\n",
        "staff.csv is empty; it needs a line of column names and data below.",
    ),
    "header only": (
        b"person,branch,q1,q2,q3\n\n",
        "staff.csv holds column names only; export it again with the rows of data below.",
    ),
    "wrong encoding": (
        UMLAUTS.encode("cp1252"),
        "staff.csv, row 2: the text is not valid utf-8; declare the encoding of the file "
        "(for example encoding: cp1252), or save it as UTF-8.",
    ),
    "UTF-16": (
        STAFF.encode("utf-16"),
        "staff.csv is UTF-16 text, not utf-8; declare encoding: utf-16 for it.",
    ),
    "UTF-16 without its mark": (
        STAFF.encode("utf-16-le"),
        "staff.csv is not plain text: it holds zero bytes. Export it as CSV (UTF-8), or "
        "declare encoding: utf-16.",
    ),
    "NUL bytes": (
        STAFF.replace("s4", "s\0").encode(),
        "staff.csv is not plain text: it holds zero bytes. Export it as CSV (UTF-8), or "
        "declare encoding: utf-16.",
    ),
    "Excel workbook": (
        b"PK\x03\x04\x14\x00",
        "staff.csv is an Excel workbook or a ZIP file, not CSV; save the data as CSV (UTF-8).",
    ),
    "SPSS file": (
        b"$FL2@(#) SPSS",
        "staff.csv is an SPSS file, not CSV; save the data as CSV (UTF-8).",
    ),
    "unknown column": (
        STAFF.replace("branch", "branche").encode(),
        "staff.csv, row 1: there is no column 'branch' (declared under internal); "
        "did you mean 'branche'?",
    ),
    "unknown column without a neighbour": (
        STAFF.replace("branch", "team").encode(),
        "staff.csv, row 1: there is no column 'branch' (declared under internal); "
        "known are person, team, q1, q2, q3.",
    ),
    "column in capitals": (
        STAFF.replace("person,branch,q1,q2,q3", "Person,BRANCH,Q1,Q2,Q3").encode(),
        "staff.csv, row 1: there is no column 'person' (declared under internal); "
        "did you mean 'Person'?",
    ),
    "title above the header": (
        b"Staff survey 2025,,,,\n" + STAFF.encode(),
        "staff.csv, row 1: there is no column 'person' (declared under internal), nor any other "
        "declared column; the first line must hold their names.",
    ),
    "no header": (
        STAFF.split("\n", 1)[1].encode(),
        "staff.csv, row 1: there is no column 'person' (declared under internal), nor any other "
        "declared column; the first line must hold their names.",
    ),
    "column twice": (
        STAFF.replace("q2", "q1").encode(),
        "staff.csv, row 1: the column 'q1' stands there 2 times; rename one of them.",
    ),
    "semicolons": (
        STAFF.replace(",", ";").encode(),
        "staff.csv, row 1: there is no column 'person' (declared under internal); the columns "
        "seem separated by ';': declare separator: ';'.",
    ),
    "tabs": (
        STAFF.replace(",", "\t").encode(),
        "staff.csv, row 1: there is no column 'person' (declared under internal); the columns "
        "seem separated by tab: declare separator: tab.",
    ),
    "quote never closed": (
        STAFF.replace("s5,C", 's5,"C').encode(),
        "staff.csv, row 6: a quotation mark is not closed, or stands single inside a cell; "
        "close it or double it.",
    ),
    "quote inside a cell": (
        STAFF.replace("s5,C", 's5,"C"D').encode(),
        "staff.csv, row 6: a quotation mark is not closed, or stands single inside a cell; "
        "close it or double it.",
    ),
    "every row ragged": (
        STAFF.replace("\n", ",\n").replace("q3,", "q3").encode(),
        "staff.csv, row 2: the row has 6 cells, the header 5; correct its separators and "
        "quotation marks (8 of 8 rows cannot be used; at most 20% may be set aside).",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path, case):
    content, message = BROKEN[case]
    assert refusal(tmp_path, staff=content) == message


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("klingon", "staff.csv: 'klingon' is no known encoding; try utf-8, utf-16 or cp1252."),
        ("hex", "staff.csv: 'hex' is no known encoding; try utf-8, utf-16 or cp1252."),
        ("cp1252", "staff.csv is UTF-8 text, not cp1252; declare encoding: utf-8 for it."),
        (
            "ascii",
            "staff.csv, row 2: the text is not valid ascii; declare the encoding of the file "
            "(for example encoding: utf-8), or save it as UTF-8.",
        ),
    ],
)
def test_a_wrongly_declared_encoding_is_refused(tmp_path, encoding, message):
    found = refusal(tmp_path, staff=UMLAUTS, codebook=with_option(f"encoding: {encoding}"))
    assert found == message


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "latin-1"])
def test_a_declared_encoding_is_read(tmp_path, encoding):
    codebook = with_option(f"encoding: {encoding}")
    customers = CUSTOMERS.replace(",A,", ",Köln,")
    study = read_small(
        tmp_path, staff=UMLAUTS.encode(encoding), codebook=codebook, customers=customers
    )
    assert study.tables["internal"]["client_unit"].tolist()[:2] == ["Köln", "Köln"]


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, codecs.BOM_UTF8 + b"\r\n"])
def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path, mark):
    assert len(read_small(tmp_path, staff=mark + STAFF.encode()).tables["internal"]) == 8


def test_a_byte_order_mark_of_declared_utf_16_le_is_no_part_of_the_first_column(tmp_path):
    staff = codecs.BOM_UTF16_LE + STAFF.encode("utf-16-le")
    study = read_small(tmp_path, staff=staff, codebook=with_option("encoding: utf-16-le"))
    assert len(study.tables["internal"]) == 8


@pytest.mark.parametrize(("word", "mark"), [("';'", ";"), ("tab", "\t"), ("'|'", "|")])
def test_a_declared_separator_and_decimal_comma_are_read(tmp_path, word, mark):
    staff = STAFF.replace(",", mark).replace(f"A{mark}6", f"A{mark}6,5")
    codebook = with_option(f"separator: {word}\n  decimal: ','")
    study = read_small(tmp_path, staff=staff, codebook=codebook)
    assert study.tables["internal"]["q1"].tolist()[:2] == [6.5, 5.0]


def test_a_decimal_point_where_a_comma_is_declared_is_set_aside(tmp_path):
    staff = STAFF.replace(",", ";").replace("A;6", "A;6.5")
    codebook = with_option("separator: ';'\n  decimal: ','")
    study = read_small(tmp_path, staff=staff, codebook=codebook)
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [
        [2, "q1", "the answer has a decimal point, but the file declares decimal: ','; leave that "
         "key out, or write the point as a comma"]
    ]  # fmt: skip


NUMBER_MARKS = {
    "decimal comma undeclared": (
        "",
        "6,5",
        "the answer is not a number; it has a decimal comma: declare decimal: ',' for the file",
    ),
    "thousands comma": (
        "",
        "1,234.5",
        "the answer has marks between its thousands; write it without them",
    ),
    "thousands point beside a decimal comma": (
        "decimal: ','",
        "1.234,5",
        "the answer has marks between its thousands; write it without them",
    ),
    "thousands space": (
        "decimal: ','",
        "1 234",
        "the answer has marks between its thousands; write it without them",
    ),
    "point and comma astray": (
        "decimal: ','",
        "1.2,3",
        "the answer is not a number; correct it or declare its code in missing_codes",
    ),
}


@pytest.mark.parametrize("case", NUMBER_MARKS)
def test_marks_in_numbers_are_never_guessed(tmp_path, case):
    line, cell, reason = NUMBER_MARKS[case]
    staff = STAFF.replace(",", ";").replace("s2;A;5", f"s2;A;{cell}")
    study = read_small(tmp_path, staff=staff, codebook=with_option(f"separator: ';'\n  {line}"))
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [[3, "q1", reason]]


@pytest.mark.parametrize("unit", ["1.23457E+11", "1,2E+05", "5E+12"])
def test_ids_in_scientific_notation_are_refused(tmp_path, unit):
    staff = STAFF.replace("s1,A", f'"{unit}",A')
    assert refusal(tmp_path, staff=staff) == (
        "staff.csv, row 2, column person: the respondent stands in scientific notation (E+), so "
        "digits are lost; export the column as text from where it was made."
    )


def test_ids_that_lost_their_leading_zeros_are_suggested(tmp_path):
    customers = CUSTOMERS.replace(",A,", ",007,")
    study = read_small(tmp_path, staff=STAFF.replace(",A,", ",7,"), customers=customers)
    with pytest.raises(Blocked, match=r"without a partner: '7' \(resembles '007'\); correct the"):
        link_study(study)


def test_windows_and_old_mac_line_ends_read_alike(tmp_path):
    for end in ("\r\n", "\r"):
        study = read_small(tmp_path, staff=STAFF.replace("\n", end))
        assert study.tables["internal"]["q1"].tolist() == [6, 5, 4, 3, 2, 3, 5, 6]


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_only_line_ends_of_spreadsheets_end_a_row(tmp_path, character):
    staff = STAFF.replace(",A,", f",A{character}x,")
    customers = CUSTOMERS.replace(",A,", f",A{character}x,")
    study = read_small(tmp_path, staff=staff, customers=customers)
    assert len(study.quarantine) == 0
    assert study.tables["internal"]["client_unit"].tolist()[0] == f"A{character}x"


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path):
    lines = STAFF.splitlines()
    lines[0] += ",comment"
    rows = [line + ',"two\nlines, and ""marks"""' for line in lines[1:]]
    rows[4] = rows[4].replace("C,2", "C,9")
    study = read_small(tmp_path, staff="\n".join([lines[0], rows[0], "", ",,,,,", *rows[1:]]))
    assert study.quarantine["row"].tolist() == [8]  # four rows and two blank ones before it
    assert len(study.tables["internal"]) == 7


def test_a_ragged_row_is_set_aside_with_its_place(tmp_path):
    staff = STAFF.replace("s3,B,4,4,4", "s3,B,4,4").replace("s8,D,6", "s8,D,9")
    codebook = CODEBOOK + "thresholds: {max_quarantined: 0.3}\n"
    study = read_small(tmp_path, staff=staff, codebook=codebook)
    assert study.quarantine.to_numpy().tolist() == [
        [
            "internal", "staff.csv", 4, "",
            "the row has 4 cells, the header 5; correct its separators and quotation marks",
        ],
        [
            "internal", "staff.csv", 9, "q1",
            "the answer is outside 1 to 7; correct it or declare its code in missing_codes",
        ],
    ]  # fmt: skip
    assert (study.n_read["internal"], study.n_quarantined) == (8, 2)
    assert len(study.tables["internal"]) == 6


def test_ragged_and_bad_rows_count_together(tmp_path):
    staff = STAFF.replace("s3,B,4,4,4", "s3,B,4,4").replace("s8,D,6", "s8,D,9")
    assert refusal(tmp_path, staff=staff) == (
        "staff.csv, row 4: the row has 4 cells, the header 5; correct its separators and "
        "quotation marks (2 of 8 rows cannot be used; at most 20% may be set aside)."
    )


@pytest.mark.parametrize(
    "unit", ["NA", "None", "null", "nan", "", "007", "3e5", "1.0", "True", "-", "<b>x</b>"]
)
def test_units_stay_as_they_are_written(tmp_path, unit):
    unit = unit or " NA"
    staff, customers = (text.replace(",A,", f",{unit},") for text in (STAFF, CUSTOMERS))
    study = read_small(tmp_path, staff=staff, customers=customers)
    assert study.tables["internal"]["client_unit"].tolist()[:2] == [unit, unit]
    assert len(study.quarantine) == 0


def test_persons_with_leading_zeros_stay_apart(tmp_path):
    study = read_small(tmp_path, staff=STAFF.replace("s1,A", "01,A").replace("s2,A", "1,A"))
    assert study.tables["internal"]["respondent"].tolist()[:2] == ["01", "1"]


def test_files_are_looked_for_beside_the_codebook_then_in_icx_data(tmp_path, monkeypatch):
    (tmp_path / "study").mkdir()
    (tmp_path / "data").mkdir()
    path = write_study(tmp_path / "study")
    (tmp_path / "study" / "staff.csv").rename(tmp_path / "data" / "staff.csv")
    folder = tmp_path / "study"
    advice = "put it there, or name its folder with --data or the environment variable ICX_DATA."
    monkeypatch.delenv("ICX_DATA", raising=False)
    with pytest.raises(StudyError) as caught:
        read_study(path)
    assert str(caught.value) == f"staff.csv was not found in {folder}; {advice}"
    monkeypatch.setenv("ICX_DATA", str(tmp_path / "data"))
    assert read_study(path).n_read == {"internal": 8, "external": 8}
    monkeypatch.setenv("ICX_DATA", str(tmp_path))
    with pytest.raises(StudyError) as caught:
        read_study(path)
    assert str(caught.value) == f"staff.csv was not found in {folder} and {tmp_path}; {advice}"
    with pytest.raises(StudyError) as caught:
        read_study(path, data=tmp_path / "nowhere")
    assert str(caught.value) == (
        f"There is no data folder {tmp_path / 'nowhere'}; check the path given with --data."
    )


def test_a_named_data_folder_is_the_only_one(tmp_path):
    (tmp_path / "data").mkdir()
    path = write_study(tmp_path)
    with pytest.raises(StudyError, match=r"^staff\.csv was not found in .*data; put it there"):
        read_study(path, data=tmp_path / "data")


def test_the_current_folder_is_called_that(tmp_path, monkeypatch):
    write_study(tmp_path)
    (tmp_path / "staff.csv").unlink()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ICX_DATA", raising=False)
    with pytest.raises(StudyError, match=r"^staff\.csv was not found in the current folder; put"):
        read_study("study.yaml")


def test_a_file_that_changes_while_it_is_read_is_named(tmp_path, monkeypatch):
    from icx_research.survey.files import delimited

    read = delimited.read_delimited

    def read_and_change(path, source):
        table = read(path, source)
        if path.name == "staff.csv":
            path.write_bytes(path.read_bytes().replace(b"6", b"5", 1))
        return table

    write_study(tmp_path)
    monkeypatch.setattr(delimited, "read_delimited", read_and_change)
    with pytest.raises(StudyError) as told:
        read_study(tmp_path / "study.yaml")
    assert str(told.value) == (
        "staff.csv changed while it was read; wait until no program writes to it, and try again."
    )


def test_a_file_that_changes_between_two_of_its_tables_is_named():
    empty = TextTable(frame=pd.DataFrame(), rows=[], ragged=[], n_columns=0)
    tables = [("a.csv", replace(empty, digest="1")), ("a.csv", replace(empty, digest="2"))]
    assert digests_of(tables[:1]) == {"a.csv": "1"}
    with pytest.raises(StudyError, match=r"^a\.csv changed while it was read; "):
        digests_of(tables)


@pytest.mark.skipif(not Path("/proc/kmsg").exists(), reason="a system without /proc")
@pytest.mark.parametrize("device", ["/proc/kmsg", "/proc/self/environ", "/dev/zero"])
def test_what_the_system_shows_as_a_file_is_no_survey(tmp_path, device):
    write_study(tmp_path)
    (tmp_path / "staff.csv").unlink()
    (tmp_path / "staff.csv").symlink_to(device)
    with pytest.raises(StudyError) as told:
        read_study(tmp_path / "study.yaml")
    assert str(told.value).startswith(("staff.csv is empty; ", "staff.csv was not found in "))
