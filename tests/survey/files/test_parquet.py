"""Parquet files, read by DuckDB."""

import hashlib
import sys
from pathlib import Path

import pytest

from icx_research import StudyError
from icx_research.survey.files.parquet import plain_path
from tests.survey.formats import refusal, study_of, write_parquet


def test_a_parquet_file_is_read_like_the_csv_file(tmp_path):
    write_parquet(tmp_path / "staff.parquet", "SELECT * FROM staff")
    study = study_of(tmp_path, "staff.parquet")
    assert study.tables["internal"]["q1"].tolist() == [6, 5, 4, 3, 2, 3, 5, 6]
    assert study.tables["internal"]["respondent"].tolist()[0] == "s1"


def test_rows_count_from_the_first_record(tmp_path):
    query = "SELECT * REPLACE (CASE WHEN person = 's3' THEN 9 ELSE q1 END AS q1) FROM staff"
    write_parquet(tmp_path / "staff.parquet", query)
    assert study_of(tmp_path, "staff.parquet").quarantine["row"].tolist() == [3]


def test_large_whole_numbers_stay_exact_ids(tmp_path):
    query = (
        "SELECT * REPLACE (9007199254740993::BIGINT + row_number() OVER () AS person) FROM staff"
    )
    write_parquet(tmp_path / "staff.parquet", query)
    study = study_of(tmp_path, "staff.parquet")
    assert study.tables["internal"]["respondent"].tolist()[0] == "9007199254740994"


CASES = {
    "no parquet": (
        None,
        "staff.parquet is not a readable Parquet file; write it again.",
    ),
    "no rows": (
        "SELECT * FROM staff LIMIT 0",
        "staff.parquet holds column names only; export it again with the rows of data.",
    ),
    "unknown column": (
        "SELECT * RENAME (branch AS branche) FROM staff",
        "staff.parquet: there is no column 'branch' (declared under internal); did you mean "
        "'branche'?",
    ),
    "date": (
        "SELECT * REPLACE (DATE '2025-05-01' AS q1) FROM staff",
        "staff.parquet, row 1, column q1: the cell is a date, no answer; programs turn entries "
        "such as 1-5 into dates. Give the column the format Text and enter it again.",
    ),
    "list": (
        "SELECT * REPLACE ([q1, q2] AS q1) FROM staff",
        "staff.parquet, row 1, column q1: the cell holds neither text nor a number; leave the "
        "column out.",
    ),
    "IP addresses": (
        "SELECT * REPLACE ('192.168.0.' || q1 AS person) FROM staff",
        "staff.parquet, row 1, column person: the column holds IP addresses, which are personal "
        "data; take it out of the codebook, or replace the addresses by codes.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path, case):
    query, message = CASES[case]
    if query:
        write_parquet(tmp_path / "staff.parquet", query)
    else:
        (tmp_path / "staff.parquet").write_text("person,branch\n")
    assert refusal(tmp_path, "staff.parquet") == message


@pytest.mark.skipif(sys.platform == "win32", reason="names that Windows does not allow")
@pytest.mark.parametrize(
    "name",
    ["[ab]/s[12].parquet", "*/s*.parquet", "x?/s?.parquet", "q1=9/s.parquet", "z[/s{a;b}.parquet"],
)
def test_a_path_is_never_a_pattern_of_other_files(tmp_path, name):
    others = "SELECT 'foreign' AS person, branch, 1 AS q1, 1 AS q2, 1 AS q3 FROM staff"
    for other in ("a/s1.parquet", "[ab]/s1.parquet", "*/s1.parquet", "xy/s1.parquet"):
        (tmp_path / other).parent.mkdir(exist_ok=True)
        write_parquet(tmp_path / other, others)
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    write_parquet(tmp_path / "plain", "SELECT * FROM staff")
    (tmp_path / "plain").rename(path)
    study = study_of(path.parent, path.name)
    assert study.tables["internal"]["respondent"].tolist()[:2] == ["s1", "s2"]
    assert study.tables["internal"]["q1"].tolist() == [6, 5, 4, 3, 2, 3, 5, 6]
    assert study.digests[path.name] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_where_no_link_can_be_made_such_a_name_is_refused(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError

    monkeypatch.setattr(Path, "symlink_to", refuse)
    (tmp_path / "staff[1].parquet").write_text("x")
    message = r"\.parquet: a Parquet file must have a name and folders without \*, \? and \[\.$"
    with pytest.raises(StudyError, match=message), plain_path(tmp_path / "staff[1].parquet"):
        pytest.fail("no link could be made")


def test_personal_columns_are_listed_and_never_loaded(tmp_path):
    query = "SELECT *, 'Ann' AS FirstName, person || '@x.org' AS reply FROM staff"
    write_parquet(tmp_path / "staff.parquet", query)
    study = study_of(tmp_path, "staff.parquet")
    assert study.dropped_columns == {"internal": ("FirstName", "reply")}
    assert not {"FirstName", "reply"} & set(study.tables["internal"].columns)
