"""Dates and weights of SPSS and Stata files."""

import struct

import numpy as np
import pandas as pd
import pytest

from icx_research.survey.drafting.files import look_at
from icx_research.survey.files.labelled_dates import dated_cells
from tests.survey.formats import STAFF_FRAME, study_of, write_sav

OCTOBER = 13_947_120_000.0  # 2024-10-01 in seconds since 1582-10-14
TOO_LATE = 4.0e11
WEIGHT_AT = 76


@pytest.mark.parametrize(
    ("written", "text"),
    [("MOYR8", "2024m10"), ("QYR8", "2024q4"), ("WKYR10", "2024w40"), ("DATE11", "2024-10-01"),
     ("EDATE10", "2024-10-01"), ("DATETIME20", "2024-10-01 00:00:00"), ("F8.2", str(OCTOBER))],
)  # fmt: skip
def test_formats_of_spss_are_read(written, text):
    assert [str(value) for value in dated_cells([OCTOBER], written, figures=False)[0]] == [text]


@pytest.mark.parametrize(
    ("written", "number", "text"),
    [("%tq", 259, "2024q4"), ("%tm", 777, "2024m10"), ("%tw", 3367, "2024w40"),
     ("%th", 129, "2024h2"), ("%ty", 2024, "2024"), ("%td", 23650, "2024-10-01"), ("%tqCCYY!qq",
     -1, "1959q4"),
     ("%8.0g", 259, "259")],
)  # fmt: skip
def test_formats_of_stata_are_read(written, number, text):
    assert [str(value) for value in dated_cells([number], written, figures=False)[0]] == [text]


@pytest.mark.parametrize(("written", "number"), [("DATE11", 1e13), ("%td", 1e9), ("%tm", 1e7)])
def test_dates_that_no_calendar_has_are_empty_and_counted(written, number):
    assert dated_cells([number, None, np.nan], written, figures=False) == ([None] * 3, 1)


@pytest.mark.parametrize("declared", [False, True])
def test_a_date_beyond_9999_stops_no_study(tmp_path, declared):
    frame = STAFF_FRAME.assign(at=[TOO_LATE, *[OCTOBER] * 7])
    write_sav(tmp_path / "staff.sav", frame, variable_format={"at": "DATETIME20"})
    study = study_of(tmp_path, "staff.sav", *(["attributes: [at]"] if declared else []))
    assert len(study.tables["internal"]) == 8
    assert (
        study.log
        == (
            "staff.sav, column at: 1 date beyond the year 9999, which no calendar has; read as "
            "empty.",
        )[: int(declared)]
    )


@pytest.mark.parametrize(
    ("kind", "waves"), [("tq", {"2024q4", "2025q1"}), ("tm", {"2024m10", "2025m1"})]
)
def test_periods_are_the_waves_of_the_other_file(tmp_path, kind, waves):
    frame = STAFF_FRAME.assign(when=pd.to_datetime(["2024-10-01", "2025-01-01"] * 4))
    frame.to_stata(tmp_path / "staff.dta", convert_dates={"when": kind}, write_index=False)
    assert set(look_at(tmp_path / "staff.dta").columns["when"]) == waves


def test_the_day_of_a_wave_is_its_name(tmp_path):
    frame = STAFF_FRAME.assign(wave=OCTOBER)
    write_sav(tmp_path / "staff.sav", frame, variable_format={"wave": "DATE11"})
    found = look_at(tmp_path / "staff.sav")
    assert set(found.columns["wave"]) == {"2024-10-01"}


@pytest.mark.parametrize("weighted", ["wt", "importance_of_case"])
def test_the_weight_a_file_was_saved_with_is_told(tmp_path, weighted):
    frame = STAFF_FRAME.assign(comment="a text of many letters", **{weighted: 1.5})
    path = tmp_path / "staff.sav"
    write_sav(path, frame, column_labels={"q1": "They keep promises."}, missing_ranges={"q2": [99]})
    content = bytearray(path.read_bytes())
    # person, branch and three items have one record each, the comment three, then the weight.
    content[WEIGHT_AT : WEIGHT_AT + 4] = struct.pack("<i", 9)
    path.write_bytes(content)
    said = f"staff.sav: the file is weighted by {weighted}; answers are used unweighted."
    assert said in study_of(tmp_path, "staff.sav").log
    assert said in look_at(path).notes
