"""Drafts that are refused: nothing is overwritten, and the reason says what to do."""

import pytest

from icx_research import StudyError
from icx_research.survey.drafting.draft import draft_study
from tests.survey.drafting.strangers import draft, surveys, write


def test_nothing_is_overwritten(tmp_path, rng):
    files = write(tmp_path, *surveys(rng))
    path, text = draft(tmp_path, *files)
    for arguments in ({}, {"internal": files[0], "external": files[1]}):
        with pytest.raises(StudyError) as caught:
            draft_study(path.parent, **arguments)
        assert str(caught.value) == (
            f"{path} is there already and stays as it is; choose another folder."
        )
    assert path.read_text(encoding="utf-8") == text
    assert sorted(p.name for p in path.parent.iterdir()) == ["study.yaml"]


BROKEN = {
    "empty": ("", "staff.csv is empty; it needs a line of column names and data below."),
    "words": (
        "unit,q1\nA,blue\nA,green\nB,blue\nB,green\n",
        "staff.csv has no column that looks like answers on a scale (whole numbers such as 1 to "
        "7, or words such as agree); export the answers as numbers.",
    ),
    "no units": (
        "q1,q2\n1,2\n3,4\n5,5\n",
        "staff.csv has no column that could name units; add a column with the unit (branch, "
        "department) of each row, called unit, or say with --unit which column it is.",
    ),
    "title": (
        "Our survey of 2025\nunit,q1\nA,4\n",
        "staff.csv: the rows below the first do not have as many cells as it has; the first row "
        "must hold the column names.",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_files_nothing_can_be_drafted_from_are_refused(tmp_path, rng, case):
    content, message = BROKEN[case]
    staff, customers = write(tmp_path, *surveys(rng))
    staff.write_text(content, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        draft_study(tmp_path / "study", internal=staff, external=customers)
    assert str(caught.value) == message
    assert not (tmp_path / "study").exists()


def test_one_file_is_not_enough(tmp_path):
    with pytest.raises(StudyError, match=r"^Give both files, --internal and --external, or neith"):
        draft_study(tmp_path, internal="staff.csv")
    with pytest.raises(StudyError, match=r"^There is no file none\.csv; check the path\.$"):
        draft_study(tmp_path, internal="none.csv", external="none.csv")
