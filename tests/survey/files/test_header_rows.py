"""Names that go on in a second row are refused; data that only look like it are not."""

import pytest

from icx_research import StudyError
from icx_research.survey.drafting.files import look_at
from tests.survey.builders import STAFF
from tests.survey.formats import refusal, staff_cells, study_of, write_workbook

REMEDY = (
    "the column names go on in this row, as in exports from SurveyMonkey; give each column one "
    "name in the row above and delete this one."
)
BLOCK = "id,Which branch?,How is IT?,,\n,Response,Quick,Kind,Competent\n"
LABELS = "id,branch,How is IT?,,\n,,Quick,Kind,Competent\n"
DATA = "1,A,4,5,4\n2,B,3,2,4\n"


@pytest.mark.parametrize("names", [BLOCK, LABELS], ids=["SurveyMonkey", "by hand"])
def test_a_second_row_of_names_is_refused_in_a_draft(tmp_path, names):
    path = tmp_path / "staff.csv"
    path.write_text(names + DATA, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        look_at(path)
    assert str(caught.value) == f"staff.csv, row 2: {REMEDY}"


def test_a_second_row_of_names_is_refused_in_a_study(tmp_path):
    header, data = STAFF.split("\n", 1)
    commas = header.count(",")
    (tmp_path / "staff.csv").write_text(f"{header}\n,Response{',' * (commas - 1)}\n{data}")
    assert refusal(tmp_path, "staff.csv") == f"staff.csv, row 2: {REMEDY}"
    rows = staff_cells()
    rows.insert(1, [None, "Response"])
    write_workbook(tmp_path / "staff.xlsx", rows)
    assert refusal(tmp_path, "staff.xlsx") == f"staff.xlsx, row 2: {REMEDY}"


@pytest.mark.parametrize(
    "data",
    [
        ",A,4,5,late again\n2,B,3,2,late again\n",  # comes again below
        "x,C,agree,fully agree,friendly\ny,B,partly,neutral,\n",  # the first cell is filled
        ",A,4,5,friendly\n2,B,3,2,\n",  # numbers are answers
        ",,,,\n1,B,3,2,kind\n",  # nothing stands there
    ],
)
def test_rows_of_data_are_no_names(tmp_path, data):
    path = tmp_path / "staff.csv"
    path.write_text("id,branch,q1,q2,\n" + data + DATA, encoding="utf-8")
    assert "q1" in look_at(path).columns


def test_a_study_whose_first_respondent_has_no_id_is_read(tmp_path):
    rows = staff_cells()
    rows[1][0] = None
    write_workbook(tmp_path / "staff.xlsx", rows)
    assert study_of(tmp_path, "staff.xlsx").quarantine["row"].tolist() == [2]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_title_above_the_names_is_refused_in_a_draft(tmp_path, kind):
    path = tmp_path / f"staff.{kind}"
    if kind == "xlsx":
        write_workbook(path, [["Survey of 2025"], [], *staff_cells()])
    else:
        path.write_text("Survey of 2025,,\n,,\nid,branch,q1\n1,A,4\n", encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        look_at(path)
    assert str(caught.value) == (
        f"staff.{kind}, row 1: a single text stands there; the column names seem to stand in row "
        "3: delete the rows above."
    )
