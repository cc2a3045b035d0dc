"""Too large a file, and one of a kind that is not read: one clear sentence."""

import pytest

from icx_research.survey.files import limits
from tests.survey.builders import STAFF
from tests.survey.formats import refusal

MESSAGES = {
    "MAX_BYTES": "staff.csv is larger than 0 MB; keep only the columns the study needs, or load it "
    "yourself and call study_from_frames.",
    "MAX_ROWS": "staff.csv has more than the 3 rows that are read; split it by wave, or load it "
    "yourself and call study_from_frames.",
    "MAX_COLUMNS": "staff.csv has 5 columns, more than the 3 that are read; keep only the columns "
    "the study needs.",
}


@pytest.mark.parametrize("limit", MESSAGES)
def test_too_large_a_file_is_refused(tmp_path, monkeypatch, limit):
    monkeypatch.setattr(limits, limit, 3)
    (tmp_path / "staff.csv").write_text(STAFF)
    assert refusal(tmp_path, "staff.csv") == MESSAGES[limit]


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("staff.xls", "staff.xls is an old Excel workbook; save it as .xlsx or CSV (UTF-8)."),
        (
            "staff.pkl",
            "staff.pkl is a pickle, which could run any program; write the table as CSV (UTF-8) or "
            "Parquet.",
        ),
        ("staff.por", "staff.por is an SPSS portable file; save it as .sav."),
    ],
)
def test_formats_that_are_not_read_say_what_to_do(tmp_path, file, message):
    (tmp_path / file).write_bytes(b"x")
    assert refusal(tmp_path, file) == message


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        ("staff.csv", "sheet: Data", "staff.csv has no sheets; leave the key sheet out."),
        (
            "staff.sav",
            "format: qualtrics",
            "staff.sav is no text file; leave the key format out.",
        ),
        (
            "staff.xlsx",
            "separator: ';'",
            "staff.xlsx is no text file; leave the key separator out.",
        ),
    ],
)
def test_keys_of_another_format_are_refused(tmp_path, file, line, message):
    (tmp_path / file).write_bytes(b"x")
    assert refusal(tmp_path, file, line) == message
