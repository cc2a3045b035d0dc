"""Weights of respondents describe; the link does not use them."""

import pandas as pd
import pytest

from icx_research import StudyError, link_study, scale_scores, study_from_frames
from icx_research.survey.answers.weighted_means import weighted_means
from tests.survey.builders import KEYS, changed

STAFF = pd.DataFrame({"person": list("abcdef"), "branch": list("AABBCC"), "q1": [1, 3, 5, 7, 2, 4],
                      "wt": [3, 1, 1, 1, 0, 2]})  # fmt: skip
CUSTOMERS = pd.DataFrame({"customer": list("abc"), "branch": list("ABC"), "c1": [1, 4, 7]})
WEIGHTED = changed(KEYS, internal__keys__weight="wt")


def test_the_description_is_weighted_and_the_link_is_not():
    study = study_from_frames(WEIGHTED, internal=STAFF, external=CUSTOMERS)
    plain = study_from_frames(KEYS, internal=STAFF, external=CUSTOMERS)
    (line,) = weighted_means(scale_scores(study)).to_dict("records")
    assert line == {
        "table": "internal", "scale": "service", "wave": "1", "n": 5, "mean": 4.0,
        "weighted_mean": (3 + 3 + 5 + 7 + 8) / 8, "effective_n": 8**2 / (9 + 1 + 1 + 1 + 4),
    }  # fmt: skip
    pd.testing.assert_frame_equal(link_study(study).table, link_study(plain).table)
    assert weighted_means(scale_scores(plain)).empty


def test_rows_without_a_weight_are_set_aside():
    staff = STAFF.astype({"wt": object})
    staff.loc[2, "wt"] = -1
    study = study_from_frames(WEIGHTED, internal=staff, external=CUSTOMERS)
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [
        [3, "wt", "the weight is no number of 0 or more; correct it"]
    ]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (changed(KEYS, internal__keys__weight="q1"),
         "codebook: internal.keys.weight: column 'q1' is an item or attribute already; name "
         "another."),
        (changed(KEYS, internal={"grain": "unit", "scores": {"s": {"value": "q1"}},
                                 "keys": {"client_unit": "branch", "weight": "wt"}}),
         "codebook: internal.keys.weight: a table of grain 'unit' has no weights of respondents; "
         "leave this key out."),
    ],
)  # fmt: skip
def test_a_weight_that_means_nothing_is_refused(keys, message):
    with pytest.raises(StudyError) as caught:
        study_from_frames(keys, internal=STAFF, external=CUSTOMERS)
    assert str(caught.value) == message


def test_the_organisation_of_units_goes_along_with_them():
    units = pd.DataFrame({"b": list("ABC"), "trust": ["x", "x", "y"]})
    keys = changed(KEYS, units={"keys": {"unit": "b", "organisation": "trust"}})
    linked = link_study(study_from_frames(keys, internal=STAFF, external=CUSTOMERS, units=units))
    assert linked.table["organisation"].tolist() == ["x", "x", "y"]
    assert linked.where(organisation="x").table["unit"].tolist() == ["A", "B"]
