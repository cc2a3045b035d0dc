"""Previews, tests and unfinished answers, whatever program wrote the file."""

import pytest

from icx_research.survey.drafting.files import look_at
from tests.survey.formats import (
    STAFF_FRAME,
    refusal,
    study_of,
    write_parquet,
    write_sav,
    write_workbook,
)

LEFT = "row {} left out: previews or tests of the questionnaire."
KEPT = "row {} unfinished, but kept; unfinished: drop leaves them out."


def written(folder, column, cells, ending="csv"):
    """Put a column beside the staff survey; two of its cells, then the same one."""
    frame = STAFF_FRAME.assign(**{column: [*cells[:2], *[cells[2]] * 6]})
    path = folder / f"staff.{ending}"
    if ending == "csv":
        frame.to_csv(path, index=False)
    else:
        write_workbook(path, [list(frame.columns), *frame.astype(object).to_numpy().tolist()])
    return path


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("Status", ["IP Address", "Survey Preview", "IP Address"]),
        ("Antworttyp", ["IP-Adresse", "Umfragevorschau", "IP-Adresse"]),
        ("DistributionChannel", ["anonymous", "preview", "anonymous"]),
        ("Response Type", ["Normal", "Test response", "Normal"]),
        ("is_test", ["no", "yes", "no"]),
        ("preview", [0, 1, 0]),
    ],
)
def test_previews_and_tests_are_left_out_and_told(tmp_path, column, cells, ending):
    path = written(tmp_path, column, cells, ending)
    study = study_of(tmp_path, path.name)
    assert study.log == (f"{path.name}: {LEFT.format(3)}",)
    assert study.tables["internal"]["respondent"].tolist() == [
        "s1",
        *(f"s{i}" for i in range(3, 9)),
    ]
    assert look_at(path).notes == study.log


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("Finished", ["True", "False", "True"]),
        ("Completed?", ["Yes", "No", "Yes"]),
        ("Response Status", ["Complete", "Partial", "Complete"]),
        ("Status", ["abgeschlossen", "nicht abgeschlossen", "abgeschlossen"]),
        ("Vollständig", ["ja", "nein", "ja"]),
        ("Progress", [100, 45, 100]),
        ("submitdate. Date submitted", ["2025-01-02", "", "2025-01-02"]),
    ],
)
def test_unfinished_answers_are_kept_or_dropped_as_declared(tmp_path, column, cells):
    path = written(tmp_path, column, cells)
    assert study_of(tmp_path, path.name).log == (f"staff.csv: {KEPT.format(3)}",)
    study = study_of(tmp_path, path.name, "unfinished: drop")
    assert len(study.tables["internal"]) == 7
    assert study.log == ("staff.csv: row 3 left out: unfinished, as the codebook asks.",)


@pytest.mark.parametrize(
    ("column", "cells"),
    [("product", ["test", "preview", "new"]), ("Status", ["new", "old", "old"]),
     ("Progress", [4, 5, 3]), ("completed_training", ["no", "yes", "yes"])],
)  # fmt: skip
def test_other_columns_say_nothing_of_the_row(tmp_path, column, cells):
    path = written(tmp_path, column, cells)
    assert study_of(tmp_path, path.name).log == ()


def test_a_declared_column_is_an_attribute_and_no_status(tmp_path):
    written(tmp_path, "channel", ["test", "web", "web"])
    study = study_of(tmp_path, "staff.csv", "attributes: [channel]")
    assert len(study.tables["internal"]) == 8


def test_labels_of_spss_and_cells_of_parquet_tell_it_too(tmp_path):
    frame = STAFF_FRAME.assign(Status=[0.0, 1, *[0] * 6])
    write_sav(tmp_path / "staff.sav", frame,
              variable_value_labels={"Status": {0: "IP Address", 1: "Survey Preview"}})  # fmt: skip
    assert study_of(tmp_path, "staff.sav").log == (f"staff.sav: {LEFT.format(2)}",)
    write_parquet(tmp_path / "staff.parquet",
                  "SELECT *, person <> 's2' AS finished FROM staff")  # fmt: skip
    assert study_of(tmp_path, "staff.parquet").log == (f"staff.parquet: {KEPT.format(2)}",)


def test_a_file_of_previews_only_is_refused(tmp_path):
    written(tmp_path, "Status", ["Survey Preview"] * 3)
    assert refusal(tmp_path, "staff.csv") == (
        "staff.csv holds previews, tests or unfinished answers only; export it again with the "
        "answers of respondents."
    )


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_question_texts_below_the_names_are_wording(tmp_path, ending):
    texts = [
        "Response ID",
        "Which branch?",
        "They keep promises.",
        "They are quick.",
        "They fail us.",
    ]
    rows = [list(STAFF_FRAME.columns), texts, *STAFF_FRAME.astype(object).to_numpy().tolist()]
    path = tmp_path / f"staff.{ending}"
    if ending == "csv":
        path.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
    else:
        write_workbook(path, rows)
    study = study_of(tmp_path, path.name)
    assert study.n_quarantined == 0
    assert list(study.codebook.sources["internal"].measures["service"].items.values()) == texts[2:]
