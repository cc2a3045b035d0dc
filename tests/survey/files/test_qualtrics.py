"""Exports from Qualtrics: three rows of names, previews, unfinished answers."""

import csv

import pytest

from tests.survey.formats import refusal, study_of

NAMES = ["Status", "IPAddress", "Finished", "person", "branch", "q1", "q2", "q3"]
QUESTIONS = ["Response Type", "IP Address", "Finished", "Id", "Branch", "They keep\npromises."]
QUESTIONS += ["They react quickly.", "I am often let down."]
MARKS = [f'{{"ImportId":"QID{i}"}}' for i in range(8)]


def respondents(status="IP Address", finished="True"):
    rows = [[status, "10.0.0.1", finished, f"s{i}", "AABBCCDD"[i], 5, 4, 3] for i in range(8)]
    rows[1][0], rows[2][2] = "Survey Preview", "False"
    return rows


def write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)


def test_previews_are_left_out_and_listed(tmp_path):
    write(tmp_path / "staff.csv", [NAMES, QUESTIONS, MARKS, *respondents()])
    study = study_of(tmp_path, "staff.csv", "format: qualtrics")
    assert study.tables["internal"]["respondent"].tolist() == [
        "s0",
        *(f"s{i}" for i in range(2, 8)),
    ]
    assert study.log == (
        "staff.csv: row 5 left out: previews or tests of the questionnaire.",
        "staff.csv: row 6 unfinished, but kept; unfinished: drop leaves them out.",
    )
    assert study.codebook.sources["internal"].measures["service"].items["q1"] == (
        "They keep promises."
    )
    assert study.dropped_columns == {"internal": ("IPAddress",)}


def test_unfinished_answers_are_left_out_where_declared(tmp_path):
    write(tmp_path / "staff.csv", [NAMES, QUESTIONS, MARKS, *respondents()])
    study = study_of(tmp_path, "staff.csv", "format: qualtrics", "unfinished: drop")
    assert len(study.tables["internal"]) == 6
    assert study.log[1] == "staff.csv: row 6 left out: unfinished, as the codebook asks."


def test_numbers_for_status_are_understood(tmp_path):
    rows = respondents(status="0", finished="1")
    rows[1][0], rows[2][2], rows[3][0], rows[4][0] = "1", "0", "8", "2"
    write(tmp_path / "staff.csv", [NAMES, QUESTIONS, MARKS, *rows])
    assert study_of(tmp_path, "staff.csv", "format: qualtrics").log == (
        "staff.csv: 2 rows (5, 8) left out: previews or tests of the questionnaire.",
        "staff.csv: row 7 marked as spam by Qualtrics, but kept.",
        "staff.csv: row 6 unfinished, but kept; unfinished: drop leaves them out.",
    )


@pytest.mark.parametrize(
    ("rows", "lines", "message"),
    [
        (
            [NAMES, QUESTIONS, MARKS, *respondents()],
            [],
            "staff.csv, row 3: this looks like an export from Qualtrics, with three rows of names; "
            "declare format: qualtrics for it.",
        ),
        (
            [NAMES, *respondents()],
            ["format: qualtrics"],
            'staff.csv, row 3: the marks of Qualtrics ({"ImportId": ...}) are not there; leave '
            '"format: qualtrics" out, or export the file again with all three rows of names.',
        ),
        (
            [NAMES, QUESTIONS, MARKS],
            ["format: qualtrics"],
            "staff.csv holds column names only; export it again with the rows of data below.",
        ),
    ],
)
def test_the_declared_layout_must_be_that_of_the_file(tmp_path, rows, lines, message):
    write(tmp_path / "staff.csv", rows)
    assert refusal(tmp_path, "staff.csv", *lines) == message
