"""Crosswalks: cardinality, weights, and weighted means by hand."""

import numpy as np
import pandas as pd
import pytest

from icx_research import StudyError, link_units, scale_scores, unit_scores
from tests.survey.builders import CODEBOOK, KEYS, changed, frames_study, read_small

STAFF = {"a": [6, 7], "b": [2, 4, 3], "c": [5, 5, 4, 6], "d": [3, 1]}
CUSTOMERS = {"X": [6, 7], "Y": [3, 4]}
SE = {"a": np.sqrt(0.5 / 2), "b": np.sqrt(1 / 3), "c": np.sqrt(2 / 3 / 4), "d": np.sqrt(2 / 2)}


def link(walk, *, staff=STAFF, customers=CUSTOMERS, cardinality=None):
    keys, tables = KEYS, {}
    if cardinality:
        section = {"keys": {"client_unit": "client_unit", "serving_unit": "serving_unit"}}
        if "weight" in walk:
            section["weight"] = "weight"
        keys = changed(KEYS, crosswalk=section, crosswalk__cardinality=cardinality)
        tables["crosswalk"] = walk
    study = frames_study(staff, customers, keys=keys, **tables)
    scored = scale_scores(study)
    return link_units(
        unit_scores(scored, by="client_unit"),
        unit_scores(scored, by="serving_unit"),
        crosswalk=None if cardinality else walk,
    )


def walk(*rows):
    names = ["client_unit", "serving_unit", "weight"][: len(rows[0])]
    return pd.DataFrame(rows, columns=names)


def test_weighted_means_and_errors_by_hand():
    rows = walk(("a", "X", 0.25), ("b", "X", 0.75), ("c", "Y", 0.4), ("d", "Y", 0.6))
    linked = link(rows, cardinality="many_to_one")
    table = linked.table.set_index("unit")
    np.testing.assert_allclose(table["service"], [0.25 * 6.5 + 0.75 * 3, 0.4 * 5 + 0.6 * 2])
    np.testing.assert_allclose(
        table["service_se"],
        [np.hypot(0.25 * SE["a"], 0.75 * SE["b"]), np.hypot(0.4 * SE["c"], 0.6 * SE["d"])],
    )
    assert table["service_n"].tolist() == [5, 6]
    assert table["n_client_units"].tolist() == [2, 2]
    assert linked.n_client_units == 4


def test_equal_weights_where_none_are_given():
    rows = walk(("a", "X"), ("b", "X"), ("c", "Y"), ("d", "Y"))
    linked = link(rows, cardinality="many_to_one")
    np.testing.assert_allclose(linked.table["service"], [(6.5 + 3) / 2, (5 + 2) / 2])


def test_one_client_unit_may_stand_behind_several_serving_units():
    rows = walk(("a", "X"), ("a", "Y"))
    linked = link(rows, staff={"a": [6, 7]}, cardinality="one_to_many")
    assert linked.table["service"].tolist() == [6.5, 6.5]
    assert linked.n_client_units == 1


def test_declared_many_to_many_keeps_one_row_per_serving_unit():
    rows = walk(("a", "X", 0.5), ("b", "X", 0.5), ("b", "Y", 0.1), ("c", "Y", 0.6), ("d", "Y", 0.3))
    linked = link(rows, cardinality="many_to_many")
    assert linked.table["unit"].tolist() == ["X", "Y"]
    np.testing.assert_allclose(linked.table["service"], [(6.5 + 3) / 2, 0.3 + 3.0 + 0.6])


CARDINALITIES = {
    "one_to_one": walk(("a", "X"), ("b", "Y")),
    "many_to_one": walk(("a", "X"), ("b", "X")),
    "one_to_many": walk(("a", "X"), ("a", "Y")),
    "many_to_many": walk(("a", "X"), ("b", "X"), ("b", "Y")),
}
ALLOWED = {
    "one_to_one": {"one_to_one"},
    "many_to_one": {"one_to_one", "many_to_one"},
    "one_to_many": {"one_to_one", "one_to_many"},
    "many_to_many": set(CARDINALITIES),
}


@pytest.mark.parametrize("declared", CARDINALITIES)
@pytest.mark.parametrize("actual", CARDINALITIES)
def test_only_the_declared_cardinality_is_linked(declared, actual):
    rows = CARDINALITIES[actual]
    staff = {name: STAFF[name] for name in rows["client_unit"].unique()}
    customers = {name: CUSTOMERS[name] for name in rows["serving_unit"].unique()}
    customers = {**customers, "Z": [4, 4]} if len(customers) == 1 else customers
    staff = {**staff, "z": [4, 5]} if "Z" in customers else staff
    if "Z" in customers:
        rows = pd.concat([rows, walk(("z", "Z"))], ignore_index=True)
    if actual in ALLOWED[declared]:
        linked = link(rows, staff=staff, customers=customers, cardinality=declared)
        assert not linked.table.duplicated(["unit", "wave"]).any()
        return
    with pytest.raises(StudyError) as caught:
        link(rows, staff=staff, customers=customers, cardinality=declared)
    assert str(caught.value) == (
        f"The crosswalk links client units to serving units {actual}, but declares {declared}; "
        f"declare cardinality {actual} with the crosswalk if that is meant, or correct the ids."
    )


def test_undeclared_many_to_many_of_a_file_is_refused(tmp_path):
    codebook = CODEBOOK + "crosswalk: {file: walk.csv, keys: {client_unit: c, serving_unit: s}}\n"
    study = read_small(tmp_path, codebook=codebook, walk="c,s\nA,A\nB,A\nB,B\nC,C\nD,D\n")
    scored = scale_scores(study)
    with pytest.raises(StudyError) as caught:
        link_units(unit_scores(scored, by="client_unit"), unit_scores(scored, by="serving_unit"))
    assert str(caught.value) == (
        "walk.csv links client units to serving units many_to_many, but declares one_to_one; "
        "declare cardinality many_to_many with the crosswalk if that is meant, or correct the ids."
    )


@pytest.mark.parametrize("second", [0.74, 0.752, 0.76, 1.0])
def test_weights_that_do_not_sum_to_1_are_refused(second):
    rows = walk(("a", "X", 0.25), ("b", "X", second), ("c", "Y", 1.0))
    with pytest.raises(StudyError) as caught:
        link(rows, cardinality="many_to_one")
    assert str(caught.value) == (
        f"The crosswalk: the weights of serving unit 'X' sum to {0.25 + second:g}; they must sum "
        "to 1 per serving unit."
    )


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        (
            walk(("a", "X"), ("b", "Y")).rename(columns={"client_unit": "client"}),
            ValueError,
            "crosswalk has no column 'client_unit'; it has ['client', 'serving_unit'].",
        ),
        (
            walk(("a", "X"), ("a", "X"), ("b", "Y")),
            StudyError,
            "The crosswalk holds a pair of units twice; keep one row per pair.",
        ),
        (
            walk(("a", "X"), (None, "Y")),
            StudyError,
            "The crosswalk has a row without client_unit; fill it in or remove the row.",
        ),
        (
            walk(("a", "X", 2), ("b", "Y", -1)),
            StudyError,
            "Every weight of the crosswalk must be a number above 0; correct it.",
        ),
        (
            walk(("a", "X", 1), ("b", "Y", "all")),
            StudyError,
            "Every weight of the crosswalk must be a number above 0; correct it.",
        ),
    ],
)
def test_a_frame_is_checked_like_a_file(rows, error, message):
    with pytest.raises(error) as caught:
        link(rows)
    assert str(caught.value) == message


def test_ids_that_are_numbers_in_the_crosswalk_meet_ids_that_are_text():
    staff, customers = {"1": [4, 5], "2": [2, 3]}, {"10": [5, 5], "20": [3, 4]}
    linked = link(walk((1, 10.0, 1), (2, 20.0, 1)), staff=staff, customers=customers)
    assert linked.table["unit"].tolist() == ["10", "20"]
    assert linked.table["service"].tolist() == [4.5, 2.5]


def with_missing_client(weights):
    """Serving unit X rests on a, b and on m, who has no score in the wave."""
    rows = walk(("a", "X", weights[0]), ("m", "X", weights[1]), ("c", "Y", 1.0))
    customers = {"X": [6, 7], "Y": [3, 4]}
    staff = {"a": [6, 7], "c": [5, 5, 4, 6]}
    return link(rows, staff=staff, customers=customers, cardinality="many_to_one")


def test_a_client_unit_without_a_score_is_left_out_if_the_others_carry_half():
    linked = with_missing_client((0.5, 0.5))
    assert linked.table["service"].tolist() == [6.5, 5.0]
    np.testing.assert_allclose(linked.table["service_se"], [SE["a"], SE["c"]])
    assert linked.table["n_client_units"].tolist() == [1, 1]
    assert linked.n_client_units == 2
    linked = with_missing_client((0.49, 0.51))
    assert linked.table["service"].isna().tolist() == [True, False]
    assert linked.table[["service_n", "service_se"]].isna().all(axis=1).tolist() == [True, False]
