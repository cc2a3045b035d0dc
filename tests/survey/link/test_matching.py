"""Units without a partner: counted, named, refused when they are too many."""

import time

import numpy as np
import pandas as pd
import pytest

from icx_research import Blocked, link_study, study_from_frames
from icx_research.survey.link.matching import NO_PARTNER
from icx_research.survey.link.unlinked import drop_lines
from tests.survey.builders import (
    CODEBOOK,
    CUSTOMERS,
    KEYS,
    STAFF,
    changed,
    frames_study,
    read_small,
)

MANY = [4, 5, 6, 5]
BIG = {name: MANY * 10 for name in "ABC"}


def blocked(function, *arguments, **options):
    with pytest.raises(Blocked) as caught:
        function(*arguments, **options)
    return caught.value.reason


def test_ids_that_do_not_match_block_the_link_and_are_named(tmp_path):
    customers = CUSTOMERS.replace(",A,", ",a ,").replace(",B,", ",b,")
    reason = blocked(link_study, read_small(tmp_path, customers=customers))
    assert reason == (
        "staff.csv, column branch: only 50% of the respondents belong to a unit that the other "
        "survey has, too (95% needed); without a partner: 'A' (resembles 'a ') and 1 more; correct "
        "the ids, add a crosswalk, or list them under link: unlinked_client_units."
    )


def test_the_suppliers_column_as_client_unit_blocks_the_link():
    keys = changed(KEYS, internal__keys__client_unit="supplier")
    staff = pd.DataFrame(
        {"person": [1, 2], "branch": ["A", "B"], "supplier": ["HR", "IT"], "q1": [3, 4]}
    )
    customers = pd.DataFrame({"customer": [1, 2], "branch": ["A", "B"], "c1": [5, 6]})
    reason = blocked(link_study, study_from_frames(keys, internal=staff, external=customers))
    assert reason == (
        "The internal table, column supplier: only 0% of the respondents belong to a unit that the "
        "other survey has, too (95% needed); without a partner: 'HR' and 1 more; correct "
        "the ids, add "
        "a crosswalk, or list them under link: unlinked_client_units."
    )


def test_a_small_unit_without_partner_is_dropped_and_listed():
    linked = link_study(frames_study({**BIG, "D": [3, 4]}, {**BIG, "d": [5]}))
    assert linked.drops.to_numpy().tolist() == [
        [
            "internal",
            "D",
            "fewer than 5",
            "no partner with a score; the external table has no row of it",
            "d",
        ],
        [
            "external",
            "d",
            "fewer than 5",
            "no partner with a score; the internal table has no row of it",
            "D",
        ],
    ]
    assert linked.coverage.to_numpy().tolist() == [
        ["internal", 4, 3, 122.0, 120.0, 120 / 122],
        ["external", 4, 3, 121.0, 120.0, 120 / 121],
    ]
    assert repr(linked) == (
        "LinkedUnits: 3 rows, 3 serving units x 1 wave(s), 3 client units; 2 units "
        "without a partner"
    )


@pytest.mark.parametrize(("extra", "passes"), [(5, True), (6, False)])
def test_the_limit_is_95_percent_of_respondents(extra, passes):
    big = {"A": [4, 5] * 30, "B": [3, 5, 4, 4, 4] * 7}  # 95 persons; of 100 they are the limit
    study = frames_study({**big, "D": [4] * extra}, big)
    if passes:
        assert repr(link_study(study)).endswith("; 1 unit without a partner")
    else:
        assert "only 94% of the respondents" in blocked(link_study, study)


def test_units_unlinked_by_design_do_not_count():
    keys = changed(KEYS, link={"unlinked_client_units": ["D"], "unlinked_serving_units": ["E"]})
    linked = link_study(frames_study({**BIG, "D": MANY * 30}, {**BIG, "E": MANY * 30}, keys=keys))
    assert linked.coverage["share_matched"].tolist() == [1.0, 1.0]
    assert linked.drops[["unit", "reason", "resembles"]].to_numpy().tolist() == [
        ["D", "unlinked by design", ""],
        ["E", "unlinked by design", ""],
    ]


def test_all_units_unlinked_by_design_leave_nothing_to_link():
    keys = changed(KEYS, link={"unlinked_serving_units": list("ABC")})
    assert blocked(link_study, frames_study(BIG, BIG, keys=keys)) == (
        "The external table, column branch: every unit stands under link: unlinked_serving_units; "
        "list only those that have no partner."
    )


def test_a_scale_that_few_units_answer_does_not_hide_the_units():
    scales = {
        "rare": {"items": ["r"], "range": [1, 7]},
        "service": {"items": ["q1"], "range": [1, 7]},
    }
    keys = changed(KEYS, internal__scales=scales, question__internal="service")
    staff = pd.DataFrame(
        {"person": range(6), "branch": list("AABBCC"), "q1": [1, 2, 3, 4, 5, 6],
         "r": [4, np.nan, np.nan, np.nan, np.nan, np.nan]}
    )  # fmt: skip
    customers = pd.DataFrame(
        {"customer": range(6), "branch": list("AABBCC"), "c1": [1, 2, 3, 4, 5, 6]}
    )
    linked = link_study(study_from_frames(keys, internal=staff, external=customers))
    assert linked.coverage["respondents"].tolist() == [6, 6]
    assert linked.table["rare_n"].fillna(0).tolist() == [1, 0, 0]


def test_an_unlinked_unit_changes_nothing_that_is_linked(rng):
    staff = {name: rng.integers(1, 8, 12).tolist() for name in "ABCDEF"}
    customers = {name: rng.integers(1, 8, 40).tolist() for name in "ABCDEF"}
    alone = link_study(frames_study(staff, customers))
    more = link_study(frames_study({**staff, "X": [7, 1]}, {"Y": [1, 1], **customers}))
    pd.testing.assert_frame_equal(alone.table, more.table)
    assert alone.n_client_units == more.n_client_units == 6


def test_two_thousand_units_without_partner_are_listed_in_seconds():
    staff = {f"unit {i:05d}": [4, 5] for i in range(2000)}
    customers = {f"branch-{i:05d}": [4, 5] for i in range(2000)}
    start = time.process_time()
    assert "only 0% of the respondents" in blocked(link_study, frames_study(staff, customers))
    assert time.process_time() - start < 10  # of the processor; without a limit it takes minutes


def test_only_ids_as_written_are_joined(tmp_path):
    staff = STAFF.replace(",A,", ",a,")
    reason = blocked(link_study, read_small(tmp_path, staff=staff))
    assert "without a partner: 'a' (resembles 'A'); correct" in reason
    codebook = CODEBOOK + "thresholds: {min_matched: 0.5}\n"
    linked = link_study(read_small(tmp_path, staff=staff, codebook=codebook))
    assert linked.table["unit"].tolist() == ["B", "C", "D"]


def test_a_unit_whose_partner_answered_too_little_is_told_apart():
    staff = {unit: [3, 4] * 20 for unit in "ABC"} | {"D": [3, 4]}
    customers = {**staff, "D": [None, None]}
    linked = link_study(frames_study(staff, customers))
    assert linked.drops["unit"].tolist() == ["D"]
    assert linked.drops["reason"].tolist() == [
        "no partner with a score; the external table has it, but without a score "
        "(csat: no value in its item)"
    ]


def test_units_that_stand_in_the_other_file_without_a_score_are_said_to(tmp_path):
    customers = "customer,branch,c1\nk1,A,5\nk2,B,\nk3,C,4\nk4,D,3\n"
    study = read_small(tmp_path, customers=customers)
    reason = blocked(link_study, study)
    assert "without a partner: 'B' (stands in customers.csv without a score); correct" in reason


@pytest.mark.parametrize(("n", "rest"), [(6, " and 1 more"), (261, " and 256 more")])
def test_like_units_without_a_partner_stand_in_one_line(n, rest):
    units = [f"u{i}" for i in range(n)]
    drops = pd.DataFrame({"side": "external", "unit": [*units, "v"], "reason": NO_PARTNER,
                          "resembles": [""] * n + ["V"]})  # fmt: skip
    assert drop_lines(drops) == [
        f"external units 'u0', 'u1', 'u2', 'u3', 'u4'{rest}: no partner with a score.",
        "external unit 'v': no partner with a score (resembles 'V').",
    ]
