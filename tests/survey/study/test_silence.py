"""Whatever stands in the cells and whatever the format: no message and no log repeats it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icx_research import StudyError
from icx_research.survey.doubts.scale_doubts import suspected_scales
from tests.survey.builders import CODEBOOK, read_small
from tests.survey.formats import (
    STAFF_FRAME,
    staff_cells,
    study_of,
    write_parquet,
    write_sav,
    write_workbook,
)

SECRETS = ["s3cret@example.org", "10.77.66.55", "7.77E+77", "8,88", "6.666,6", "K3yword"]
LOOSE = "thresholds: {max_quarantined: 0.9}\n"


def workbook(path, secret, column):
    rows = staff_cells()
    rows[3][column] = secret
    write_workbook(path, rows)


def sav(path, secret, column):
    name = STAFF_FRAME.columns[column]
    cells = STAFF_FRAME[name].astype(str).tolist()
    cells[2] = secret
    write_sav(path, STAFF_FRAME.assign(**{name: cells}))


def parquet(path, secret, column):
    name = STAFF_FRAME.columns[column]
    query = f"CASE WHEN person = 's3' THEN '{secret}' ELSE {name}::VARCHAR END AS {name}"
    write_parquet(path, f"SELECT * REPLACE ({query}) FROM staff")


def text(path, secret, column):
    rows = [list(map(str, row)) for row in staff_cells()]
    rows[3][column] = f'"{secret}"'
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8")


WRITERS = {"staff.xlsx": workbook, "staff.sav": sav, "staff.parquet": parquet, "staff.csv": text}


@pytest.mark.parametrize("column", [0, 2], ids=["respondent", "answer"])
@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("file", WRITERS)
def test_no_message_repeats_a_cell(tmp_path, file, secret, column):
    WRITERS[file](tmp_path / file, secret, column)
    said = tell(tmp_path, file)
    assert "row" in said or column == 0
    assert secret not in said


def tell(folder, file):
    """Read a study and put together everything that is said about it."""
    try:
        study = study_of(folder, file)
    except StudyError as error:
        return str(error)
    return " ".join([*study.quarantine.astype(str).to_numpy().ravel(), *study.log, repr(study),
                     *suspected_scales(study)["reason"]])  # fmt: skip


@pytest.mark.parametrize("value", [dt.date(1987, 6, 5), 98765432109876543210])
def test_no_message_repeats_a_typed_cell(tmp_path, value):
    workbook(tmp_path / "staff.xlsx", value, 0)
    said = tell(tmp_path, "staff.xlsx")
    assert "staff.xlsx, row 4, column person" in said
    assert not {"1987", "98765"} & set(said.replace(".", " ").split())


@given(st.text(alphabet="abcxyz0123456789.,@:+E-", min_size=6, max_size=12))
def test_no_answer_of_a_text_file_is_ever_told(tmp_path_factory, answer):
    folder = tmp_path_factory.mktemp("silence")
    rows = [list(map(str, row)) for row in staff_cells()]
    rows[3][2] = f'"{answer}"'
    staff = "\n".join(",".join(row) for row in rows)
    try:
        study = read_small(folder, staff=staff, codebook=CODEBOOK + LOOSE)
    except StudyError as error:
        said = str(error)
    else:
        said = " ".join([*study.quarantine.astype(str).to_numpy().ravel(), *study.log])
    assert answer not in said


RICH = """\
study: Silence
waves: {"2024": [2024-03-01, 2024-04-15]}
internal:
  file: staff.csv
  keys: {respondent: person, client_unit: branch, date: day}
  attributes: [role]
  supplier_blocks: {pattern: "{supplier}_{item}"}
  scales: {service: {items: [q1], range: [1, 7]}}
external:
  file: customers.csv
  keys: {respondent: customer, serving_unit: branch}
  scales: {csat: {items: [c1], range: [1, 7]}}
programme: {file: programme.csv, keys: {unit: branch}, indicators: [prog]}
crosswalk: {file: walk.csv, keys: {client_unit: c, serving_unit: s}, weight: share}
thresholds: {max_quarantined: 0.9}
"""
RICH_FILES = {
    "staff": "person,branch,day,role,HR_q1,IT_q1\ns1,A,2024-03-01,boss,4,5\ns2,B,2024-03-02,x,3,\n",
    "programme": "branch,prog\nA,1\nB,0\n",
    "walk": "c,s,share\nA,A,1\nB,B,1.0\n",
}
PLACES = {"day": "2024-03-01", "role": "boss", "block": ",4,", "indicator": "A,1\n",
          "weight": "1.0"}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("secret", [*SECRETS, "1987-06-05", "2999-12-31", "05.06.1987"])
def test_no_message_repeats_a_cell_of_blocks_days_and_programmes(tmp_path, place, secret):
    old = PLACES[place]
    new = {"block": f',"{secret}",', "indicator": f'A,"{secret}"\n'}.get(place, f'"{secret}"')
    files = {name: text.replace(old, new, 1) if name != "walk" or place == "weight" else text
             for name, text in RICH_FILES.items()}  # fmt: skip
    assert files != RICH_FILES
    try:
        study = read_small(tmp_path, codebook=RICH, **files)
    except StudyError as error:
        said = str(error)
    else:
        said = " ".join([*study.quarantine.astype(str).to_numpy().ravel(), *study.log, repr(study)])
        assert place in ("role", "weight") or study.n_quarantined
    assert secret not in said
