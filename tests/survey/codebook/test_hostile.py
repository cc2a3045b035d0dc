"""Codebooks and models nobody would write: one sentence of ours."""

import numpy as np
import pandas as pd
import pytest

from icx_research import StudyError, sem, study_from_frames

ROWS = pd.DataFrame({"branch": list("aabb"), "q1": [1, 2, 3, 4], "day": "2025-03-01"})
ITEMS = {"items": ["q1"], "range": [1, 5]}


def codebook(scale="service", **keys):
    return {
        "study": "x",
        "internal": {"keys": {"client_unit": "branch"}, "scales": {scale: ITEMS}, **keys},
        "external": {"keys": {"serving_unit": "branch"}, "scales": {"csat": ITEMS}},
    }


def test_no_scale_is_called_as_the_weights_of_rows_where_there_are_any():
    study_from_frames(codebook(scale="weight"), internal=ROWS, external=ROWS)
    keys = {"client_unit": "branch", "weight": "wt"}
    rows = ROWS.assign(wt=1.0)
    with pytest.raises(StudyError) as told:
        study_from_frames(codebook(scale="weight", keys=keys), internal=rows, external=ROWS)
    assert str(told.value) == (
        "codebook: internal.scales.weight: the name 'weight' is that of the weights of rows; "
        "choose another."
    )


@pytest.mark.parametrize("written", ["%Y%Y", "%c%c", "%Y-%m-%d" * 500])
def test_a_format_of_dates_with_a_part_twice_is_refused(written):
    keys = {"client_unit": "branch", "date": "day"}
    with pytest.raises(StudyError) as told:
        study_from_frames(codebook(keys=keys, date_format=written), internal=ROWS, external=ROWS)
    assert "does not tell day, month and year; write it such as" in str(told.value)
    assert len(str(told.value)) < 200


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("f =~ g\ng =~ f", "no variable of the model is a column of the data."),
        ("f =~ " + "(" * 5000 + "a", "model: parentheses stand in each other too deep to be read."),
        ("f =~ a + b + c\nx := " + "(" * 3000 + "1",
         "model, line 2, column 6: the definition is too long to be read; split it."),
        ("f =~ a + b + c\nx := " + "+".join("1" * 5000),
         "model, line 2, column 6: the definition is too long to be read; split it."),
    ],
)  # fmt: skip
def test_models_without_end_are_refused(model, message):
    data = pd.DataFrame(np.eye(9)[:, :3], columns=list("abc"))
    with pytest.raises(ValueError) as told:
        sem(model, data)
    assert str(told.value) == message
