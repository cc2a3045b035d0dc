"""Crosswalks whose weights change from wave to wave."""

import numpy as np
import pandas as pd
import pytest

from icx_research import StudyError, link_study, link_units, scale_scores, unit_scores
from icx_research.survey.link.shared_respondents import shared_error
from icx_research.survey.study.study import study_from_frames
from tests.survey.builders import CODEBOOK, CUSTOMERS, KEYS, STAFF, changed, read_small

TIMED = changed(
    KEYS, internal__keys__wave="year", external__keys__wave="year",
    crosswalk={"keys": {"client_unit": "team", "serving_unit": "shop", "wave": "year"},
               "weight": "share", "cardinality": "many_to_one"},
)  # fmt: skip
TEAMS = {"a": {"1": [6, 7], "2": [4, 5]}, "b": {"1": [2, 4], "2": [5, 7]},
         "c": {"1": [5, 5], "2": [3, 4]}}  # fmt: skip
SHOPS = {"X": {"1": [6, 7], "2": [3, 4]}, "Y": {"1": [2, 3], "2": [5, 5]}}
WALK = pd.DataFrame(
    [("a", "X", "1", 0.25), ("b", "X", "1", 0.75), ("c", "Y", "1", 1.0),
     ("a", "X", "2", 1.0), ("b", "Y", "2", 0.6), ("c", "Y", "2", 0.4)],
    columns=["team", "shop", "year", "share"],
)  # fmt: skip


def answers(units, item, person):
    rows = [
        (f"{unit}{i}", unit, wave, answer)
        for unit, waves in units.items()
        for wave, given in waves.items()
        for i, answer in enumerate(given)
    ]
    return pd.DataFrame(rows, columns=[person, "branch", "year", item])


def study_of(walk=WALK, keys=TIMED, **tables):
    return study_from_frames(
        keys, internal=answers(TEAMS, "q1", "person"), external=answers(SHOPS, "c1", "customer"),
        crosswalk=walk, **tables,
    )  # fmt: skip


def refusal(walk, keys=TIMED):
    with pytest.raises(StudyError) as caught:
        link_study(study_of(walk, keys))
    return str(caught.value)


def scores(linked, *names):
    rows = linked.table.sort_values(["wave", "unit"])
    return rows[["wave", "unit", *names]].to_numpy().tolist()


def test_each_wave_is_weighted_with_its_own_weights():
    linked = link_study(study_of())
    assert scores(linked, "service", "n_client_units") == [
        ["1", "X", 0.25 * 6.5 + 0.75 * 3, 2],
        ["1", "Y", 5.0, 1],
        ["2", "X", 4.5, 1],
        ["2", "Y", 0.6 * 6 + 0.4 * 3.5, 2],
    ]
    first, second = linked.at_wave("1"), linked.at_wave("2")
    assert first.crosswalk.to_numpy().tolist() == [
        ["a", "X", "1", 0.25], ["b", "X", "1", 0.75], ["c", "Y", "1", 1.0],
    ]  # fmt: skip
    assert second.crosswalk["client_unit"].tolist() == ["a", "b", "c"]
    assert (linked.n_client_units, first.n_client_units) == (3, 3)
    # b stands behind X in one wave and Y in the other: all rows hang together, a wave does not
    assert linked.cluster.tolist() == [0, 0, 0, 0]
    assert first.cluster.tolist() == [0, 1]


def test_with_a_lag_the_weights_are_those_of_the_earlier_wave():
    linked = link_study(study_of(), lag=1)
    assert scores(linked, "service", "csat") == [
        ["2", "X", 0.25 * 6.5 + 0.75 * 3, 3.5],
        ["2", "Y", 5.0, 5.0],
    ]
    assert linked.crosswalk["wave"].tolist() == ["2", "2", "2"]  # named as the rows are


def test_equal_shares_in_each_wave_where_no_weight_is_declared():
    keys = changed(TIMED)
    del keys["crosswalk"]["weight"]
    linked = link_study(study_of(WALK.drop(columns="share"), keys))
    assert [row[2] for row in scores(linked, "service")] == [4.75, 5.0, 4.5, 4.75]


def test_a_crosswalk_handed_over_may_have_waves():
    keys = changed(TIMED)
    del keys["crosswalk"]
    scored = scale_scores(
        study_from_frames(keys, internal=answers(TEAMS, "q1", "person"),
                          external=answers(SHOPS, "c1", "customer"))
    )  # fmt: skip
    walk = WALK.set_axis(["client_unit", "serving_unit", "wave", "weight"], axis=1)
    linked = link_units(
        unit_scores(scored, by="client_unit"), unit_scores(scored, by="serving_unit"),
        crosswalk=walk.assign(wave=walk["wave"].astype(int)), cardinality="many_to_one",
    )  # fmt: skip
    assert scores(linked, "service") == scores(link_study(study_of()), "service")


def test_the_same_weights_in_every_wave_are_weights_once_for_all():
    """Nothing moves, neither scores nor what the same respondents share."""
    keys = changed(
        TIMED, employees={"keys": {"respondent": "person", "unit": "branch", "wave": "year"},
                          "scales": {"focus": {"items": ["q1"], "range": [1, 7]}}},
    )  # fmt: skip
    once = WALK[WALK["year"] == "1"]
    both = pd.concat([once, once.assign(year="2")])
    plain = changed(keys, crosswalk__keys={"client_unit": "team", "serving_unit": "shop"})
    people = {"employees": answers(TEAMS, "q1", "person")}
    first = link_study(study_of(both, keys, **people))
    second = link_study(study_of(once, plain, **people))
    pd.testing.assert_frame_equal(first.table, second.table)
    assert first.cluster.tolist() == second.cluster.tolist()
    found, expected = (shared_error(linked, "service", "focus") for linked in (first, second))
    np.testing.assert_allclose(found.covariance, expected.covariance)
    np.testing.assert_allclose(found.variance, expected.variance)
    assert (found.covariance > 0).tolist() == [True, True, False, True]  # c agreed in wave 1


def test_weights_must_sum_to_1_in_each_wave():
    walk = WALK.assign(share=[0.25, 0.75, 1.0, 1.0, 0.6, 0.5])
    assert refusal(walk) == (
        "The crosswalk: the weights of serving unit 'Y' sum to 1.1 in wave '2'; they must sum to "
        "1 per serving unit and wave."
    )


@pytest.mark.parametrize("share", [0, -0.5, "x"])
def test_a_weight_of_zero_is_refused(share):
    walk = WALK.assign(share=[0.25, 0.75, 1.0, 1.0, share, 0.4])
    assert refusal(walk) == (
        "crosswalk table, row 5, column share: a weight must be a number above 0; correct it or "
        "remove the row."
    )


def test_the_cardinality_is_that_of_each_wave():
    walk = pd.DataFrame(
        [("a", "X", "1"), ("c", "Y", "1"), ("b", "X", "2"), ("c", "Y", "2")],
        columns=["team", "shop", "year"],
    )
    keys = changed(TIMED, crosswalk={"keys": TIMED["crosswalk"]["keys"]},
                   link={"unlinked_client_units": ["a", "b"]})  # fmt: skip
    assert [row[2] for row in scores(link_study(study_of(walk, keys)), "service")] == [
        6.5, 5.0, 6.0, 3.5,
    ]  # fmt: skip
    walk.loc[4] = ["a", "X", "2"]
    assert refusal(walk, keys) == (
        "The crosswalk links client units to serving units many_to_one, but declares one_to_one; "
        "declare cardinality many_to_one with the crosswalk if that is meant, or correct the ids."
    )


def test_a_wave_without_pairs_is_refused():
    assert refusal(WALK[WALK["year"] == "1"]) == (
        "The crosswalk has no pairs of units for wave '2' of the internal survey; add them, or "
        "leave the wave column out of its keys."
    )


def test_waves_of_pairs_need_waves_of_the_internal_survey():
    keys = changed(TIMED, internal__keys={"respondent": "person", "client_unit": "branch"})
    inside = answers({unit: {"1": given["1"]} for unit, given in TEAMS.items()}, "q1", "person")
    outside = answers({unit: {"1": given["1"]} for unit, given in SHOPS.items()}, "c1", "customer")
    study = study_from_frames(keys, internal=inside, external=outside, crosswalk=WALK)
    with pytest.raises(StudyError) as caught:
        link_study(study)
    assert str(caught.value) == (
        "The crosswalk has several waves but the internal survey has no wave column; declare the "
        "wave column under internal: keys."
    )
    only = WALK[WALK["year"] == "1"]
    found = link_study(study_from_frames(keys, internal=inside, external=outside, crosswalk=only))
    assert found.table["service"].tolist() == [0.25 * 6.5 + 0.75 * 3, 5.0]


def test_a_pair_that_stands_twice_in_a_wave_makes_the_crosswalk_unusable(tmp_path):
    staff, customers = (
        "\n".join(f"{line},{'year' if i == 0 else 1}" for i, line in enumerate(text.splitlines()))
        for text in (STAFF, CUSTOMERS)
    )
    codebook = CODEBOOK.replace("branch}", "branch, wave: year}") + (
        "crosswalk: {file: walk.csv, keys: {client_unit: c, serving_unit: s, wave: w}, weight: p}\n"
    )
    walk = "c,s,w,p\nA,A,1,0.5\nA,A,1,0.5\nB,B,1,1\nC,C,1,1\nD,D,1,1\n"
    with pytest.raises(StudyError) as caught:
        read_small(tmp_path, codebook=codebook, staff=staff, customers=customers, walk=walk)
    assert str(caught.value) == (
        "walk.csv, row 3, column c + s + w: the same key stands in row 2; keep one row per key."
    )
