"""Blocks of columns per supplier as files hold them: headers, and files of other programs."""

import datetime as dt

import pandas as pd
import pytest

from icx_research import read_study
from tests.survey.builders import CUSTOMERS
from tests.survey.formats import write_parquet, write_sav, write_workbook
from tests.survey.study.supplier_blocks import (
    FOUND,
    LACKS,
    STAFF,
    WIDE,
    refusal,
    sorted_table,
    wide,
)

AT = "staff.csv, row 1: "
BAD_HEADERS = {
    "supplier without columns": (
        WIDE.replace("IT: Computers", "IT: Computers, FIN: Finance"), STAFF,
        f"{AT}there is no column about supplier 'FIN', such as 'FIN_q1' (declared under "
        "supplier_blocks); known are HR, IT.",
    ),
    "supplier spelled otherwise": (
        WIDE.replace("HR: Personnel", "Hr: Personnel"), STAFF,
        f"{AT}there is no column about supplier 'Hr', such as 'Hr_q1' (declared under "
        "supplier_blocks); did you mean 'HR'?",
    ),
    "item missing in one block": (
        WIDE, STAFF.replace("IT_q2", "IT_q9"),
        f"{AT}{LACKS}",
    ),
    "item missing in one block that was found": (
        FOUND, STAFF.replace("IT_q2", "IT_q9"),
        f"{AT}{LACKS}",
    ),
    "column that fits twice": (
        FOUND.replace("items: [x]", "items: [q1_x, x]"),
        STAFF.replace("HR_x", "HR_q1_x"),
        f"{AT}the column 'HR_q1_x' fits the pattern '{{supplier}}_{{item}}' twice, as item q1_x of "
        "supplier HR and item x of supplier HR_q1; list the suppliers under supplier_blocks.",
    ),
    "no column that fits": (
        FOUND.replace("{supplier}_{item}", "{item}.{supplier}"), STAFF,
        f"{AT}no column fits the pattern '{{item}}.{{supplier}}' with an item of the scales (q1, "
        "q2, x); correct the pattern or the items.",
    ),
    "column that stands twice": (
        FOUND, STAFF.replace("IT_x", "HR_x,IT_x").replace("\n", ",\n").replace("IT_x,", "IT_x", 1),
        f"{AT}the column 'HR_x' stands there 2 times; rename one of them.",
    ),
    "no key": (
        FOUND, STAFF.replace("branch", "Branch"),
        f"{AT}there is no column 'branch' (declared under internal); did you mean 'Branch'?",
    ),
    "other separator": (
        FOUND, STAFF.replace(",", ";"),
        f"{AT}there is no column 'person' (declared under internal); the columns seem separated by "
        "';': declare separator: ';'.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_HEADERS)
def test_blocks_that_are_not_whole_are_refused(tmp_path, case):
    codebook, staff, message = BAD_HEADERS[case]
    assert refusal(tmp_path, codebook=codebook, staff=staff) == message


def test_personal_data_are_refused_in_block_columns_that_were_found(tmp_path):
    staff = STAFF.replace("s3,B,clerk,,,,3", "s3,B,clerk,,,,a@b.org")
    assert refusal(tmp_path, codebook=FOUND, staff=staff) == (
        "staff.csv, row 4, column IT_q1: the column holds e-mail addresses, which are personal "
        "data; take it out of the codebook, or replace the addresses by codes."
    )


def rows_of(text):
    lines = [line.split(",") for line in text.splitlines()]
    return [lines[0], *([int(cell) if cell.isdigit() else cell or None for cell in line]
                        for line in lines[1:])]  # fmt: skip


@pytest.mark.parametrize("ending", ["xlsx", "sav", "parquet"])
def test_blocks_are_found_in_files_of_other_programs(tmp_path, ending):
    rows, file = rows_of(STAFF), tmp_path / f"staff.{ending}"
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    frame[rows[0][3:]] = frame[rows[0][3:]].astype(float)
    labels = {}
    if ending == "xlsx":
        write_workbook(file, rows)
    elif ending == "sav":
        labels = {"HR_q1": "Is content", "IT_q1": "Is content", "HR_q2": "HR is slow",
                  "IT_q2": "IT is slow"}  # fmt: skip
        write_sav(file, frame, column_labels=labels)
    else:
        values = ", ".join(
            "(" + ", ".join("NULL" if c is None else repr(c) for c in row) + ")" for row in rows[1:]
        )
        write_parquet(file, f"SELECT * FROM (VALUES {values}) AS t({', '.join(rows[0])})")
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    path = tmp_path / "study.yaml"
    path.write_text(FOUND.replace("staff.csv", file.name), encoding="utf-8")
    study = read_study(path)
    pd.testing.assert_frame_equal(sorted_table(study), sorted_table(wide(tmp_path)))
    if labels:  # one wording for all suppliers is the wording of the item
        assert study.codebook.measures["service"].items == {"q1": "Is content", "q2": "q2"}


def test_what_excel_made_of_an_answer_is_refused_in_blocks_that_were_found(tmp_path):
    rows = rows_of(STAFF)
    rows[3][6] = dt.datetime(2025, 5, 1)
    write_workbook(tmp_path / "staff.xlsx", rows)
    codebook = FOUND.replace("staff.csv", "staff.xlsx")
    assert refusal(tmp_path, codebook=codebook) == (
        "staff.xlsx, row 4, column IT_q1: the cell is a date, no answer; programs turn entries "
        "such as 1-5 into dates. Give the column the format Text and enter it again."
    )
