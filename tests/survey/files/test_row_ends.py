"""How rows begin and end: a line that names the separator, early ends, cells too many."""

import pytest

from icx_research.survey.drafting.files import look_at
from tests.survey.builders import CODEBOOK, STAFF, read_small
from tests.survey.formats import staff_cells, study_of, write_workbook

EARLY = "before the last column, as where the last cells are empty; read as empty there."


def remarks(*, every):
    """Add a last column that only every so many rows fill; the others end before it."""
    head, *lines = STAFF.splitlines()
    return "\n".join([f"{head},remark", *(f"{line},fine" if i % every == 0 else line
                                          for i, line in enumerate(lines))])  # fmt: skip


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "\ufeffsep=;"])
@pytest.mark.parametrize("declared", ["", "\n  separator: ';'"])
def test_a_line_that_names_the_separator_is_used_and_skipped(tmp_path, first, declared):
    codebook = CODEBOOK.replace("  file: staff.csv", f"  file: staff.csv{declared}")
    staff = f"{first}\n{STAFF.replace(',', ';').replace('s1;A;6', 's1;A;9')}"
    study = read_small(tmp_path, staff=staff, codebook=codebook)
    assert study.quarantine["row"].tolist() == [3]
    assert look_at(tmp_path / "staff.csv").settings == {"separator": ";"}


@pytest.mark.parametrize(
    ("every", "said"),
    [(2, "4 rows (the first is row 3) end"), (8, "7 rows (the first is row 3) end")],
)
def test_rows_that_end_before_an_undeclared_column_are_read(tmp_path, every, said):
    study = read_small(tmp_path, staff=remarks(every=every))
    assert study.log == (f"staff.csv: {said} {EARLY}",)
    assert len(study.tables["internal"]) == 8
    found = look_at(tmp_path / "staff.csv")
    assert found.notes == study.log
    assert found.columns["remark"].count("") == 8 - 8 // every


def test_empty_last_answers_that_a_program_leaves_out_are_empty(tmp_path):
    staff = STAFF.replace("s2,A,5,6,2", "s2,A,5,6").replace("s4,B,3,5,4", "s4,B,3,5")
    study = read_small(tmp_path, staff=staff.replace("s6,C,3,2,5", "s6,C"))
    assert study.log == (f"staff.csv: 3 rows (the first is row 3) end {EARLY}",)
    assert study.tables["internal"]["q3"].isna().sum() == 3


def test_rows_are_not_filled_up_where_whole_rows_end_with_an_empty_cell(tmp_path):
    staff = STAFF.replace("s1,A,6,7,2", "s1,A,6,7,").replace("s4,B,3,5,4", "s4,B,3,5")
    codebook = CODEBOOK + "thresholds: {max_quarantined: 0.9}\n"
    study = read_small(tmp_path, staff=staff.replace("s6,C,3,2,5", "s6,C,3,2"), codebook=codebook)
    assert study.quarantine["row"].tolist() == [5, 7]


def test_empty_cells_beyond_the_names_are_cut_and_others_set_aside(tmp_path):
    study = read_small(tmp_path, staff=STAFF.replace("s3,B,4,4,4", "s3,B,4,4,4,,"))
    assert study.log == ("staff.csv: row 4 has empty cells beyond the last column name.",)
    study = read_small(tmp_path, staff=STAFF.replace("s3,B,4,4,4", "s3,B,4,4,4,x"))
    assert study.quarantine["row"].tolist() == [4]
    assert look_at(tmp_path / "staff.csv").notes == (
        "staff.csv: row 4 has more cells than there are column names, so the draft did not look at "
        "them; correct separators and quotation marks there.",
    )


def test_entries_beside_the_table_of_a_workbook_are_told(tmp_path):
    rows = staff_cells()
    rows[3].append("a remark")
    write_workbook(tmp_path / "staff.xlsx", rows)
    assert study_of(tmp_path, "staff.xlsx").log == (
        "staff.xlsx: 1 row (the first is row 4) with entries beyond the last column name; these "
        "are not read.",
    )
