"""Waves with first and last day: told by the day of the answer, or checked against it."""

import datetime as dt

import pandas as pd
import pytest

from icx_research import StudyError, early_late_comparison, link_study, read_study
from icx_research.survey.study.study import study_from_frames
from tests.survey.builders import CODEBOOK, CUSTOMERS, KEYS, STAFF, changed, read_small
from tests.survey.formats import write_parquet, write_sav, write_workbook

SPANS = (
    'waves: {"2024": [2024-03-01, 2024-04-15], "2025": [2025-03-01, 2025-04-15]}\n'
    "thresholds: {max_quarantined: 0.9}\n"
)
TOLD = CODEBOOK.replace("branch}", "branch, date: day}") + SPANS
NAMED = CODEBOOK.replace("branch}", "branch, wave: wave, date: day}") + SPANS
DAYS = ["2024-03-01", "2024-04-15", "2024-03-20T23:59:59", " 2024-04-01 ", "2025-03-01",
        "2025-04-15", "2025-03-31 08:00", "20250401"]  # fmt: skip


def dated(text, days=DAYS, **more):
    """Append a column of days, and further columns, to a small file."""
    lines = text.splitlines()
    for name, cells in {"day": days, **more}.items():
        lines = [f"{lines[0]},{name}", *map(",".join, zip(lines[1:], cells, strict=True))]
    return "\n".join(lines) + "\n"


def study_of(folder, *, codebook=TOLD, days=DAYS, outside=DAYS, **more):
    return read_small(
        folder, codebook=codebook, staff=dated(STAFF, days, **more),
        customers=dated(CUSTOMERS, outside, **more),
    )  # fmt: skip


def refusal(folder, **contents):
    with pytest.raises(StudyError) as caught:
        study_of(folder, **contents)
    return str(caught.value)


def test_the_day_of_the_answer_tells_the_wave(tmp_path):
    study = study_of(tmp_path)
    assert study.n_quarantined == 0
    table = study.tables["internal"]
    assert table["wave"].tolist() == ["2024"] * 4 + ["2025"] * 4  # first and last day belong to it
    assert table["date"].tolist() == [
        "2024-03-01", "2024-04-15", "2024-03-20", "2024-04-01", "2025-03-01", "2025-04-15",
        "2025-03-31", "2025-04-01",
    ]  # fmt: skip
    spans = "wave 2024 (2024-03-01 to 2024-04-15): 4 rows, wave 2025 (2025-03-01 to 2025-04-15): 4"
    assert study.log == (
        f"staff.csv: waves taken from day; {spans} rows.",
        f"customers.csv: waves taken from day; {spans} rows.",
    )
    linked = link_study(study)
    assert linked.waves == ["2024", "2025"]
    assert linked.at_wave("2024").table["unit"].tolist() == ["A", "B"]


def test_one_survey_may_name_its_waves_and_the_other_tell_them_by_day(tmp_path):
    codebook = TOLD.replace("client_unit: branch, date: day", "client_unit: branch, wave: w")
    waves = ["2024"] * 4 + ["2025"] * 4
    study = study_of(tmp_path, codebook=codebook, w=waves)
    assert [line.split(":")[0] for line in study.log] == ["customers.csv"]
    assert link_study(study).waves == ["2024", "2025"]


def test_a_day_between_the_waves_sets_its_row_aside(tmp_path):
    study = study_of(tmp_path, days=["2024-02-29", "2024-04-16", *DAYS[2:]])
    spans = "2024: 2024-03-01 to 2024-04-15, 2025: 2025-03-01 to 2025-04-15"
    assert study.quarantine.to_numpy().tolist() == [
        ["internal", "staff.csv", row, "day", f"the date lies in none of the waves ({spans})"]
        for row in (2, 3)
    ]
    assert study.tables["internal"]["respondent"].tolist() == ["s3", "s4", "s5", "s6", "s7", "s8"]


def test_a_wave_that_contradicts_its_day_sets_its_row_aside(tmp_path):
    waves = ["2024", "2025", "2024", "2024", "2024", "2025", "2025", "2O25"]
    study = study_of(tmp_path, codebook=NAMED, wave=waves)
    found = study.quarantine[study.quarantine["table"] == "internal"]
    assert found[["row", "column", "reason"]].to_numpy().tolist() == [
        [3, "day", "the date lies outside wave '2025' (2025-03-01 to 2025-04-15); correct one of "
         "them"],
        [6, "day", "the date lies outside wave '2024' (2024-03-01 to 2024-04-15); correct one of "
         "them"],
        [9, "wave", "the wave is none of 2024, 2025"],
    ]  # fmt: skip
    assert study.log[0] == (
        "staff.csv: waves checked by day; wave 2024 (2024-03-01 to 2024-04-15): 3 rows, wave 2025 "
        "(2025-03-01 to 2025-04-15): 2 rows."
    )


NO_DATE = (
    "the cell holds no date that is written as {}; correct it, or declare date_format for the file"
)


@pytest.mark.parametrize(
    "cell", ["Zq9secret", "01.03.2024", "2024-13-01", "2024-02-30", "45352", "2024-03", "1-5"]
)
def test_what_is_no_date_is_set_aside_and_never_shown(tmp_path, cell):
    study = study_of(tmp_path, days=[cell, *DAYS[1:]])
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [
        [2, "day", NO_DATE.format("2025-03-01")]
    ]


def test_a_missing_day_and_a_future_one_are_set_aside(tmp_path):
    tomorrow = (dt.date.today() + dt.timedelta(days=1)).isoformat()
    codebook = CODEBOOK.replace("branch}", "branch, date: day}") + (
        "thresholds: {max_quarantined: 0.9}\n"
    )
    days = ["", tomorrow, "2999-01-01", dt.date.today().isoformat(), *DAYS[4:]]
    study = study_of(tmp_path, codebook=codebook, days=days)
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [
        [2, "day", "the date is missing; fill it in"],
        [3, "day", "the date lies in the future; correct it"],
        [4, "day", "the date lies in the future; correct it"],
    ]
    assert set(study.tables["internal"]["wave"]) == {"1"}  # waves have no days here
    assert study.log == ()


def test_many_rows_without_a_date_make_the_file_unusable_without_a_cell_in_the_message(tmp_path):
    codebook = TOLD.replace("0.9", "0.2")
    message = refusal(tmp_path, codebook=codebook, days=["Zq9secret"] * 8)
    assert message == (
        f"staff.csv, row 2, column day: {NO_DATE.format('2025-03-01')} (8 of 8 rows cannot be "
        "used; at most 20% may be set aside)."
    )


def test_dates_are_read_as_the_file_writes_them(tmp_path):
    codebook = TOLD.replace("  file: staff.csv", "  file: staff.csv\n  date_format: '%d.%m.%Y'")
    days = ["01.03.2024", "15.4.2024", "31.12.2024", "2024-03-01", *["01.04.2025"] * 4]
    study = study_of(tmp_path, codebook=codebook, days=days)
    assert study.tables["internal"]["date"].tolist()[:2] == ["2024-03-01", "2024-04-15"]
    assert study.quarantine[["row", "reason"]].to_numpy().tolist() == [
        [4, "the date lies in none of the waves (2024: 2024-03-01 to 2024-04-15, 2025: 2025-03-01 "
         "to 2025-04-15)"],
        [5, NO_DATE.format("%d.%m.%Y")],
    ]  # fmt: skip


def typed_days():
    return [dt.datetime.fromisoformat(day.strip()) for day in DAYS]


@pytest.mark.parametrize("date_format", ["", "%d.%m.%Y"])
@pytest.mark.parametrize("ending", ["xlsx", "parquet", "sav"])
def test_typed_dates_of_other_formats_are_dates(tmp_path, ending, date_format):
    lines = [line.split(",") for line in STAFF.splitlines()]
    rows = [lines[0], *([*line[:2], *map(int, line[2:])] for line in lines[1:])]
    typed = [[*rows[0], "day"], *([*row, day] for row, day in zip(rows[1:], typed_days(),
                                                                  strict=True))]  # fmt: skip
    file = tmp_path / f"staff.{ending}"
    if ending == "xlsx":
        write_workbook(file, typed)
    elif ending == "sav":
        write_sav(file, pd.DataFrame(typed[1:], columns=typed[0]).assign(
            day=[day.date() for day in typed_days()]))  # fmt: skip
    else:
        days = ", ".join(f"('s{i + 1}', TIMESTAMP '{day}')" for i, day in enumerate(typed_days()))
        write_parquet(
            file, f"SELECT staff.*, day FROM staff JOIN (VALUES {days}) AS d(who, day) "
            "ON person = who ORDER BY person",
        )  # fmt: skip
    declared = f"  file: staff.{ending}" + (f"\n  date_format: '{date_format}'" if date_format
                                            else "")  # fmt: skip
    (tmp_path / "customers.csv").write_text(dated(CUSTOMERS), encoding="utf-8")
    path = tmp_path / "study.yaml"
    path.write_text(TOLD.replace("  file: staff.csv", declared), encoding="utf-8")
    study = read_study(path)
    assert study.n_quarantined == 0
    assert study.tables["internal"]["wave"].tolist() == ["2024"] * 4 + ["2025"] * 4


FRAMED = changed(
    KEYS, internal__keys__date="day", external__keys__date="day",
    waves={"2024": [dt.date(2024, 3, 1), dt.date(2024, 4, 15)],
           "2025": [dt.date(2025, 3, 1), dt.date(2025, 4, 15)]},
)  # fmt: skip


def test_frames_may_hold_dates_time_stamps_and_text():
    days = [dt.date(2024, 3, 1), pd.Timestamp("2024-04-15 12:00"), "2025-03-01", "2025-04-15"]
    staff = pd.DataFrame({"person": range(4), "branch": list("ABAB"), "day": days, "q1": 4})
    customers = pd.DataFrame(
        {"customer": range(4), "branch": list("ABAB"), "day": pd.to_datetime(
            ["2024-03-02", "2024-03-03", "2025-03-03", "2025-03-04"]), "c1": 5}
    )  # fmt: skip
    study = study_from_frames(FRAMED, internal=staff, external=customers)
    assert study.tables["internal"]["wave"].tolist() == ["2024", "2024", "2025", "2025"]
    assert study.tables["external"]["date"].tolist()[0] == "2024-03-02"
    assert study.tables["internal"]["q1"].tolist() == [4.0] * 4


def test_the_days_serve_to_compare_early_with_late_respondents():
    days = [f"2024-03-{day:02d}" for day in range(1, 9)]
    staff = pd.DataFrame(
        {"person": range(8), "branch": "A", "day": days, "q1": [6, 6, 7, 5, 5, 5, 6, 4]}
    )
    customers = staff.rename(columns={"person": "customer", "q1": "c1"})
    study = study_from_frames(FRAMED, internal=staff, external=customers)
    found = early_late_comparison(
        study.tables["internal"], score="q1", date="date", unit="client_unit"
    )
    assert found.estimate.value == -1.0
