"""Scale scores by hand: reverse keying, the half-item rule, published figures."""

import math

import numpy as np
import pandas as pd
import pytest

from icx_research import scale_scores, study_from_frames
from tests.survey.builders import CODEBOOK, KEYS, STAFF, changed, read_small

SCALES = {
    "four": {"items": ["a", "b", "c", "d"], "range": [1, 7], "reverse_keyed": ["b"]},
    "three": {"items": ["e", "f", "g"], "range": [0, 10], "reverse_keyed": ["g"]},
}
NAN = np.nan
ANSWERS = pd.DataFrame(
    [
        ["p1", "A", 7, 1, 6, 2, 10, 0, 0],
        ["p2", "A", 7, NAN, NAN, 2, NAN, 3, 2],
        ["p3", "B", 7, NAN, NAN, NAN, NAN, NAN, 4],
        ["p4", "B", NAN, 3, 4, NAN, NAN, NAN, NAN],
    ],
    columns=["person", "branch", *"abcdefg"],
)
CUSTOMERS = pd.DataFrame({"customer": [1, 2], "branch": ["A", "B"], "c1": [5, 6]})
OUTCOME_KEYS = changed(
    KEYS,
    outcomes={
        "keys": {"unit": "branch"},
        "scores": {
            "kept": {"value": "kept", "n": "n", "metric": "percent"},
            "share": {"value": "share", "n": "n", "metric": "share"},
            "margin": {"value": "margin", "standard_error": "margin_error"},
            "index": {"values": ["i1", "i2", "i3"]},
        },
    },
)


def scored(**options):
    keys = changed(KEYS, internal__scales=SCALES, question__internal="four")
    return scale_scores(study_from_frames(keys, internal=ANSWERS, external=CUSTOMERS), **options)


def test_scores_are_means_of_keyed_items_where_half_are_answered():
    table = scored().tables["internal"]
    four = [(7 + 7 + 6 + 2) / 4, (7 + 2) / 2, NAN, (5 + 4) / 2]
    three = [(10 + 0 + 10) / 3, (3 + 8) / 2, NAN, NAN]
    np.testing.assert_allclose(table["four"], four, rtol=1e-15)
    np.testing.assert_allclose(table["three"], three, rtol=1e-15)
    assert list(table) == ["respondent", "client_unit", "wave", "four", "three"]


def test_rows_with_and_without_a_score_are_counted():
    result = scored()
    assert result.counts.to_numpy().tolist() == [
        ["internal", "four", 3, 1],
        ["internal", "three", 2, 2],
        ["external", "csat", 2, 0],
    ]
    assert repr(result) == "ScoredStudy: Frames (rows with a score: four 3, three 2, csat 2)"


@pytest.mark.parametrize("scales", ["three", ["three"], ("three",)])
def test_only_the_scales_asked_for_are_scored(scales):
    result = scored(scales=scales)
    assert list(result.tables) == ["internal"]
    assert list(result.tables["internal"]) == ["respondent", "client_unit", "wave", "three"]


def test_an_unknown_scale_is_refused():
    with pytest.raises(ValueError) as caught:
        scored(scales=["fore"])
    assert str(caught.value) == "There is no scale 'fore'; the study has four, three, csat."


def test_a_scale_named_like_its_item_is_scored():
    keys = changed(
        KEYS, external__scales={"c1": {"items": ["c1"], "range": [1, 7], "reverse_keyed": ["c1"]}}
    )
    staff = pd.DataFrame({"person": [1, 2], "branch": ["A", "B"], "q1": [3, 4]})
    study = study_from_frames(keys, internal=staff, external=CUSTOMERS)
    assert scale_scores(study).tables["external"]["c1"].tolist() == [3, 2]


def test_published_figures_carry_their_count_and_error():
    outcomes = pd.DataFrame(
        {
            "branch": ["A", "B", "C"],
            "kept": [80.0, 36.0, NAN],
            "share": [0.5, 0.2, 0.3],
            "n": [100, 64, 10],
            "margin": [1.5, 2.5, 3.5],
            "margin_error": [0.1, 0.2, NAN],
            "i1": [1, NAN, NAN],
            "i2": [2, 4, NAN],
            "i3": [6, 8, 9],
        }
    )
    staff = pd.DataFrame({"person": [1, 2], "branch": ["A", "B"], "q1": [3, 4]})
    study = study_from_frames(OUTCOME_KEYS, internal=staff, external=CUSTOMERS, outcomes=outcomes)
    table = scale_scores(study).tables["outcomes"]
    np.testing.assert_allclose(table["kept_se"], [4.0, 6.0, NAN])
    np.testing.assert_allclose(table["share_se"], [0.05, 0.05, math.sqrt(0.021)])
    np.testing.assert_allclose(table["kept_n"], [100, 64, 10])
    np.testing.assert_allclose(table["margin_se"], [0.1, 0.2, NAN])
    assert table["margin_n"].isna().all()
    np.testing.assert_allclose(table["index"], [3, 6, NAN])
    assert table["index_se"].isna().all()


def test_reversing_an_item_in_data_and_codebook_changes_nothing(tmp_path):
    plain = scale_scores(read_small(tmp_path)).tables["internal"]["service"]
    staff = ["person,branch,q1,q2,q3"]
    for line in STAFF.splitlines()[1:]:
        *others, answer = line.split(",")
        staff.append(",".join([*others, str(8 - int(answer))]))
    codebook = CODEBOOK.replace(", reverse_keyed: [q3]", "")
    turned = scale_scores(read_small(tmp_path, staff="\n".join(staff), codebook=codebook))
    np.testing.assert_array_equal(turned.tables["internal"]["service"], plain)
