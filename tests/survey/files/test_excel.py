"""Workbooks: what Excel does to answers and ids is refused with its place."""

import datetime as dt
import zipfile

import openpyxl
import pytest

from tests.survey.formats import refusal, staff_cells, study_of, write_workbook

DATE = "Give the column the format Text and enter it again."


def test_a_workbook_is_read_like_the_csv_file(tmp_path):
    write_workbook(tmp_path / "staff.xlsx", staff_cells())
    study = study_of(tmp_path, "staff.xlsx")
    assert study.tables["internal"]["q1"].tolist() == [6, 5, 4, 3, 2, 3, 5, 6]
    assert study.tables["internal"]["client_unit"].tolist()[0] == "A"
    assert len(study.digests["staff.xlsx"]) == 64


def test_rows_are_numbered_as_excel_numbers_them(tmp_path):
    rows = staff_cells()
    rows[5][2] = 9
    write_workbook(tmp_path / "staff.xlsx", [rows[0], [], *rows[1:]])
    study = study_of(tmp_path, "staff.xlsx")
    assert study.quarantine["row"].tolist() == [7]


CASES = {
    "date as answer": (
        {"C3": dt.datetime(2025, 5, 1)},
        "staff.xlsx, row 3, column q1: the cell is a date, no answer; programs turn entries such "
        f"as 1-5 into dates. {DATE}",
    ),
    "time as answer": (
        {"C3": dt.time(1, 5)},
        "staff.xlsx, row 3, column q1: the cell is a date, no answer; programs turn entries such "
        f"as 1-5 into dates. {DATE}",
    ),
    "date as unit": (
        {"B4": dt.date(2025, 3, 1)},
        "staff.xlsx, row 4, column branch: the cell is a date, no client unit; programs turn "
        f"entries such as 1-5 into dates. {DATE}",
    ),
    "long number as id": (
        {"A2": 12345678901234567890},
        "staff.xlsx, row 2, column person: the respondent is a number of more than 15 digits, of "
        "which the last ones are lost; export the column as text from where it was made.",
    ),
    "id in scientific notation": (
        {"A2": "1.23457E+11"},
        "staff.xlsx, row 2, column person: the respondent stands in scientific notation (E+), so "
        "digits are lost; export the column as text from where it was made.",
    ),
    "numbers among ids that are text": (
        {"B3": "007", "B5": 7},
        "staff.xlsx, row 5, column branch: the client unit is a number here but text in row 3, so "
        "leading zeros may be lost; export the whole column as text.",
    ),
    "error cell": (
        {"D6": "#N/A"},
        "staff.xlsx, row 6, column q2: the cell holds an error of Excel, such as #N/A; correct its "
        "formula or empty it.",
    ),
    "formula never calculated": (
        {"D6": "=1+2"},
        "staff.xlsx, row 6, column q2: the formula has no stored value; open the workbook in Excel "
        "and save it, or replace formulas by their values.",
    ),
    "duplicate label": (
        {"D1": "q1"},
        "staff.xlsx, row 1: the column 'q1' stands there 2 times; rename one of them.",
    ),
    "blank label": (
        {"D1": None},
        "staff.xlsx, row 1: there is no column 'q2' (declared under internal); known are person, "
        "branch, q1, q3.",
    ),
    "e-mail addresses as ids": (
        {"A3": "someone@example.org"},
        "staff.xlsx, row 3, column person: the column holds e-mail addresses, which are personal "
        "data; take it out of the codebook, or replace the addresses by codes.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_excel_spoils_is_refused_with_its_place(tmp_path, case):
    changes, message = CASES[case]
    book = write_workbook(tmp_path / "staff.xlsx", staff_cells())
    for cell, value in changes.items():
        book.active[cell] = value
    book.save(tmp_path / "staff.xlsx")
    assert refusal(tmp_path, "staff.xlsx") == message


def test_merged_header_cells_are_refused(tmp_path):
    book = write_workbook(tmp_path / "staff.xlsx", staff_cells())
    book.active.merge_cells("D1:E1")
    book.save(tmp_path / "staff.xlsx")
    assert refusal(tmp_path, "staff.xlsx") == (
        "staff.xlsx, row 1: the cells D1:E1 of the header are merged; unmerge them and give each "
        "column one name, in one row."
    )


def test_merged_units_are_refused(tmp_path):
    book = write_workbook(tmp_path / "staff.xlsx", staff_cells())
    book.active.merge_cells("B2:B3")
    book.save(tmp_path / "staff.xlsx")
    assert refusal(tmp_path, "staff.xlsx") == (
        "staff.xlsx, row 2, column branch: the cells B2:B3 are merged, so only the first holds the "
        "entry; unmerge them and fill in each."
    )


def test_title_rows_above_the_header_are_refused(tmp_path):
    title = [["Staff survey 2025"], ["Exported on Monday"]]
    book = write_workbook(tmp_path / "staff.xlsx", [*title, *staff_cells()])
    message = (
        "staff.xlsx, row 3: the column names stand here, below 2 rows of other text; delete the "
        "rows above."
    )
    assert refusal(tmp_path, "staff.xlsx") == message
    book.active.merge_cells("A1:E1")
    book.save(tmp_path / "staff.xlsx")
    assert refusal(tmp_path, "staff.xlsx") == message


def test_ids_shown_with_leading_zeros_are_read_as_shown(tmp_path):
    rows = staff_cells()
    for number, row in enumerate(rows[1:], start=1):
        row[0] = number
    book = write_workbook(tmp_path / "staff.xlsx", rows)
    for number in range(2, 10):
        book.active[f"A{number}"].number_format = "0000"
    book.save(tmp_path / "staff.xlsx")
    study = study_of(tmp_path, "staff.xlsx")
    assert study.tables["internal"]["respondent"].tolist()[:2] == ["0001", "0002"]


def test_the_sheet_is_declared_where_there_are_several(tmp_path):
    book = write_workbook(tmp_path / "staff.xlsx", staff_cells())
    book.create_sheet("Notes")["A1"] = "private"
    book.save(tmp_path / "staff.xlsx")
    assert refusal(tmp_path, "staff.xlsx") == (
        "staff.xlsx has 2 sheets ('Data', 'Notes'); declare sheet: for it."
    )
    assert refusal(tmp_path, "staff.xlsx", "sheet: Dta") == (
        "staff.xlsx has no sheet 'Dta'; it has 'Data', 'Notes'."
    )
    assert len(study_of(tmp_path, "staff.xlsx", "sheet: Data").tables["internal"]) == 8


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "staff.xlsx: the sheet is empty; it needs a row of column names and data below."),
        (
            staff_cells()[:1],
            "staff.xlsx holds column names only; save it again with the rows of data below.",
        ),
    ],
)
def test_a_sheet_without_data_is_refused(tmp_path, rows, message):
    write_workbook(tmp_path / "staff.xlsx", rows)
    assert refusal(tmp_path, "staff.xlsx") == message


UNREADABLE = (
    "staff.xlsx is not a readable Excel workbook; open it in Excel and save it again as .xlsx."
)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "staff.xlsx is empty; it needs a line of column names and data below."),
        (b"person,branch\n", UNREADABLE),
        (
            b"\xd0\xcf\x11\xe0" + bytes(600),
            "staff.xlsx is an old or password-protected Excel workbook; save it as .xlsx without a "
            "password.",
        ),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path, content, message):
    (tmp_path / "staff.xlsx").write_bytes(content)
    assert refusal(tmp_path, "staff.xlsx") == message


def test_a_workbook_cut_short_is_refused(tmp_path):
    write_workbook(tmp_path / "staff.xlsx", staff_cells())
    content = (tmp_path / "staff.xlsx").read_bytes()
    (tmp_path / "staff.xlsx").write_bytes(content[: len(content) // 2])
    assert refusal(tmp_path, "staff.xlsx") == UNREADABLE


def add_part(path, name, content):
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr(name, content)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    write_workbook(tmp_path / "staff.xlsx", staff_cells())
    add_part(tmp_path / "staff.xlsx", "xl/media/big.bin", bytes(60_000_000))
    assert refusal(tmp_path, "staff.xlsx") == (
        "staff.xlsx unpacks to 60 MB, too much for a table of answers; save the sheet as CSV "
        "(UTF-8)."
    )


def test_xml_with_entities_of_its_own_is_refused(tmp_path):
    write_workbook(tmp_path / "staff.xlsx", staff_cells())
    add_part(tmp_path / "staff.xlsx", "xl/a.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    assert refusal(tmp_path, "staff.xlsx") == (
        "staff.xlsx is no workbook Excel has made; save the sheet as CSV."
    )


def test_stored_values_of_formulas_are_answers(tmp_path):
    path = tmp_path / "staff.xlsx"
    book = write_workbook(path, staff_cells())
    book.active["C2"] = "=3+3"
    book.save(path)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    stored = parts[sheet].replace(b"<f>3+3</f><v></v>", b"<f>3+3</f><v>6</v>")
    stored = stored.replace(b"<f>3+3</f><v />", b"<f>3+3</f><v>6</v>")
    assert stored != parts[sheet]
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, stored if name == sheet else content)
    assert study_of(tmp_path, "staff.xlsx").tables["internal"]["q1"].tolist()[0] == 6


def test_personal_columns_are_listed_and_never_loaded(tmp_path):
    rows = staff_cells()
    extra = ["E-Mail", "reply_to", "Comment"]
    people = [["a@b.org", "c@d.org", "fine"]] * 8
    rows = [rows[0] + extra, *(row + more for row, more in zip(rows[1:], people, strict=True))]
    write_workbook(tmp_path / "staff.xlsx", rows)
    study = study_of(tmp_path, "staff.xlsx")
    assert study.dropped_columns == {"internal": ("E-Mail", "reply_to")}
    assert not {*extra} & set(study.tables["internal"].columns)


def test_a_decimal_comma_typed_as_text_is_read_beside_numbers(tmp_path):
    rows = staff_cells()
    rows[1][2], rows[2][2] = "6,5", 5.5
    write_workbook(tmp_path / "staff.xlsx", rows)
    study = study_of(tmp_path, "staff.xlsx", "decimal: ','")
    assert study.tables["internal"]["q1"].tolist()[:3] == [6.5, 5.5, 4.0]


def test_macros_are_not_kept(tmp_path):
    write_workbook(tmp_path / "staff.xlsm", staff_cells())
    add_part(tmp_path / "staff.xlsm", "xl/vbaProject.bin", b"not a macro")
    assert len(study_of(tmp_path, "staff.xlsm").tables["internal"]) == 8
    assert openpyxl.load_workbook(tmp_path / "staff.xlsm", keep_vba=False).vba_archive is None
