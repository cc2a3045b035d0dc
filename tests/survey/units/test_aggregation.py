"""From persons to units: each person once, and reliability by formula."""

from dataclasses import astuple

import numpy as np
import pandas as pd
import pytest

from icx_research import (
    StudyError,
    moments,
    scale_scores,
    study_from_frames,
    unit_scores,
    variance_components,
)
from tests.survey.builders import KEYS, changed, frames_study, read_small

RTOL = 1e-12  # closed forms on either side
STAFF = {"A": [6, 5, 7], "B": [3, 4], "C": [2, 2, 3, 5], "D": [6]}
CUSTOMERS = {"A": [6, 7], "B": [4, 5], "C": [3, 2], "D": [5, 6]}


def internal_scores(study, **options):
    return unit_scores(scale_scores(study), by=options.pop("by", "client_unit"), **options)


def test_unit_means_errors_and_reliabilities_by_hand():
    units = internal_scores(frames_study(STAFF, CUSTOMERS))
    table = units.table.set_index("unit")
    sizes = np.array([3, 2, 4, 1])
    assert table["n"].tolist() == sizes.tolist()
    np.testing.assert_allclose(table["mean"], [6, 3.5, 3, 6], rtol=RTOL)
    np.testing.assert_allclose(table["sd"], [1, np.sqrt(0.5), np.sqrt(2), np.nan], rtol=RTOL)
    # One-way analysis of variance: SSW = 2 + .5 + 6, SSB about the grand mean 4.3.
    within = 8.5 / 6
    between_ss = 3 * 1.7**2 + 2 * 0.8**2 + 4 * 1.3**2 + 1.7**2
    size = (10 - (9 + 4 + 16 + 1) / 10) / 3
    between = (between_ss / 3 - within) / size
    np.testing.assert_allclose(
        table["se"], [1 / np.sqrt(3), 0.5, np.sqrt(2) / 2, np.sqrt(within)], rtol=RTOL
    )
    np.testing.assert_allclose(
        table["reliability"], between / (between + within / sizes), rtol=RTOL
    )
    summary = units.reliability.iloc[0]
    assert (summary["n_units"], summary["respondents"]) == (4, "10-14")
    np.testing.assert_allclose(summary["icc_1"], between / (between + within), rtol=RTOL)
    np.testing.assert_allclose(summary["icc_2"], 1 - within / (between_ss / 3), rtol=RTOL)


def supplier_study(rows):
    keys = changed(KEYS, internal__keys__supplier_unit="supplier")
    staff = pd.DataFrame(rows, columns=["person", "branch", "supplier", "q1"])
    customers = pd.DataFrame({"customer": [1, 2], "branch": ["A", "B"], "c1": [5, 6]})
    return study_from_frames(keys, internal=staff, external=customers)


RATINGS = [
    ["p1", "A", "HR", 7], ["p1", "A", "IT", 5], ["p1", "A", "Legal", 6],
    ["p2", "A", "HR", 2],
    ["p3", "B", "HR", 4], ["p3", "B", "IT", np.nan],
    ["p4", "B", "IT", 5], ["p4", "B", "HR", 2],
]  # fmt: skip


def test_a_person_who_rates_several_suppliers_counts_once():
    units = internal_scores(supplier_study(RATINGS))
    table = units.table.set_index("unit")
    assert table["n"].tolist() == [2, 2]
    np.testing.assert_allclose(table["mean"], [(6 + 2) / 2, (4 + 3.5) / 2], rtol=RTOL)
    np.testing.assert_allclose(table["sd"], [np.std([6, 2], ddof=1), np.std([4, 3.5], ddof=1)])


def test_icc_rests_on_persons_not_on_rating_rows():
    study = supplier_study(RATINGS)
    found = internal_scores(study).components["service", "1"]
    persons = pd.DataFrame({"unit": list("AABB"), "score": [6, 2, 4, 3.5]})
    expected = variance_components(moments(persons, ["score"], by="unit"))
    np.testing.assert_allclose(astuple(found), astuple(expected), rtol=RTOL)
    assert found.n_used == 4


def test_scores_by_client_and_supplier_have_one_row_each():
    scored = scale_scores(supplier_study(RATINGS))
    units = unit_scores(scored, by=["client_unit", "supplier_unit"])
    turned = unit_scores(scored, by=("supplier_unit", "client_unit", "wave"))
    pd.testing.assert_frame_equal(units.table, turned.table)
    assert units.by == ("client_unit", "supplier_unit")
    assert units.table[["unit", "supplier_unit", "n", "mean"]].to_numpy().tolist() == [
        ["A", "HR", 2, 4.5], ["A", "IT", 1, 5], ["A", "Legal", 1, 6],
        ["B", "HR", 2, 3], ["B", "IT", 1, 5],
    ]  # fmt: skip
    assert repr(units) == "UnitScores by client_unit x supplier_unit: 2 units, 1 wave(s), service"


def test_components_are_kept_per_scale_and_wave():
    keys = changed(KEYS, internal__keys__wave="year")
    staff = pd.DataFrame(
        {
            "person": [1, 2, 3, 4] * 2,
            "branch": list("AABB") * 2,
            "year": [2024] * 4 + [2025] * 4,
            "q1": [6, 7, 2, 3, 4, 5, 4, 5],
        }
    )
    customers = pd.DataFrame({"customer": [1, 2], "branch": ["A", "B"], "c1": [5, 6]})
    units = internal_scores(study_from_frames(keys, internal=staff, external=customers))
    assert list(units.components) == [("service", "2024"), ("service", "2025")]
    assert units.components["service", "2024"].between > 0
    # Equal means: the estimate of the variance between units is negative, not cut off.
    assert units.components["service", "2025"].between == pytest.approx(-0.25)
    assert units.table["reliability"].isna().tolist() == [False, False, True, True]


def published(rows, **score):
    keys = {
        "study": "Published",
        "internal": {
            "grain": "unit",
            "keys": {"client_unit": "u", "wave": "w"},
            "scores": {"rate": {"value": "rate", **score}},
        },
        "external": KEYS["external"],
    }
    internal = pd.DataFrame(rows, columns=["u", "w", "rate", "n"])
    customers = pd.DataFrame({"customer": [1, 2], "branch": ["A", "B"], "c1": [5, 6]})
    return study_from_frames(keys, internal=internal, external=customers)


def test_reliability_of_published_figures_follows_their_errors():
    rows = [["A", 1, 20, 100], ["B", 1, 50, 50], ["C", 1, 80, 25], ["A", 2, np.nan, 10]]
    units = internal_scores(published(rows, n="n", metric="percent"))
    se = np.array([4, np.sqrt(50), 8])
    true = 900 - np.mean(se**2)
    np.testing.assert_allclose(units.table["se"], se, rtol=RTOL)
    np.testing.assert_allclose(units.table["reliability"], true / (true + se**2), rtol=RTOL)
    assert units.table["n"].tolist() == [100, 50, 25]
    assert units.table["sd"].isna().all()
    assert units.components == {}


def test_without_errors_reliability_is_not_assessable():
    units = internal_scores(published([["A", 1, 20, 1], ["B", 1, 50, 1]]))
    assert units.table[["n", "se", "reliability"]].isna().all(axis=None)
    assert "not assessable" in units._repr_html_()


def test_a_score_without_a_single_value_is_refused():
    keys = changed(KEYS, internal__scales__service__items=["q1", "q2", "q3"])
    staff = pd.DataFrame(
        {"person": [1, 2, 3], "branch": ["A", "B", "B"], "q1": [3, None, None],
         "q2": [None, 3, None], "q3": [None, None, 3]}
    )  # fmt: skip
    customers = pd.DataFrame({"customer": [1, 2], "branch": ["A", "B"], "c1": [5, 6]})
    scored = scale_scores(study_from_frames(keys, internal=staff, external=customers))
    with pytest.raises(StudyError) as caught:
        unit_scores(scored, by="client_unit")
    assert str(caught.value) == (
        "The internal table: no row has a score on 'service', for which half of its columns must "
        "be answered; correct them or leave it out."
    )


def test_an_attribute_that_changes_between_waves_is_refused():
    keys = {
        "study": "Published",
        "internal": {
            "grain": "unit",
            "keys": {"client_unit": "u", "wave": "w"},
            "scores": {"rate": {"value": "rate"}},
        },
        "external": KEYS["external"],
        "question": {"controls": ["kind"]},
    }
    rows = pd.DataFrame(
        {"u": ["A", "A", "B"], "w": [1, 2, 1], "rate": [1, 2, 3], "kind": list("xyx")}
    )
    customers = pd.DataFrame({"customer": [1, 2], "branch": ["A", "B"], "c1": [5, 6]})
    study = study_from_frames(keys, internal=rows, external=customers)
    with pytest.raises(StudyError) as caught:
        internal_scores(study)
    assert str(caught.value) == (
        "The internal table: the attributes kind of unit 'A' change between waves; give each unit "
        "one value."
    )
    constant = study_from_frames(keys, internal=rows.assign(kind=list("xxy")), external=customers)
    assert internal_scores(constant).attributes.to_numpy().tolist() == [["A", "x"], ["B", "y"]]


def test_the_wrong_role_is_refused(tmp_path):
    scored = scale_scores(read_small(tmp_path))
    with pytest.raises(ValueError) as caught:
        unit_scores(scored, by="supplier_unit")
    assert str(caught.value) == (
        "by=['supplier_unit']: no scored table has these keys (with source=None); keys are "
        "internal: client_unit; external: serving_unit."
    )


def test_order_of_rows_changes_nothing(rng):
    study = frames_study(STAFF, CUSTOMERS)
    shuffled = study_from_frames(
        KEYS,
        internal=study.tables["internal"]
        .sample(frac=1, random_state=rng)
        .rename(columns={"respondent": "person", "client_unit": "branch"}),
        external=study.tables["external"].rename(
            columns={"respondent": "customer", "serving_unit": "branch"}
        ),
    )
    pd.testing.assert_frame_equal(
        internal_scores(study).table, internal_scores(shuffled).table, rtol=RTOL
    )
