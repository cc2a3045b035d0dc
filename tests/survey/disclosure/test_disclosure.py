"""What may be shown: enough distinct persons, rounded, counts in bands."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from icx_research import link_study, protect, scale_scores, study_from_frames, unit_scores
from icx_research.core.bands import band
from tests.survey.builders import KEYS, changed, frames_study

TEN = [1, 2, 3, 4, 5, 6, 7, 5, 6, 6]
ELEVEN = [*TEN, 7]
STAFF = {"A": TEN, "B": TEN[:9], "C": TEN * 2, "D": [5] * 12}
CUSTOMERS = {"A": ELEVEN * 5, "B": ELEVEN * 9, "C": ELEVEN[:4], "D": ELEVEN * 2}


def shown(study, **options):
    return protect(link_study(study), **options)


def test_figures_rest_on_ten_persons_are_rounded_and_their_counts_banded():
    result = shown(frames_study(STAFF, CUSTOMERS))
    assert list(result.table) == [
        "unit", "wave", "service", "service_se", "service_n", "csat", "csat_se", "csat_n",
    ]  # fmt: skip
    table = result.table.set_index("unit")
    np.testing.assert_array_equal(table["service"], [4.4, np.nan, 4.4, np.nan])
    assert table["service_n"].tolist() == ["10-14", "", "20-29", ""]
    np.testing.assert_array_equal(table["csat"], [4.8, 4.8, np.nan, np.nan])
    assert table["csat_n"].tolist() == ["50-99", "50-99", "", ""]
    se = np.std(ELEVEN * 5, ddof=1) / np.sqrt(55)
    assert table["csat_se"].tolist()[0] == round(se, 2)
    assert result.n_suppressed == {"service": 2, "csat": 2}
    assert result.min_persons == 10
    assert repr(result) == (
        "ProtectedUnits: 4 rows, at least 10 persons per figure (withheld: service 2, csat 2)"
    )
    assert result._repr_html_().count("withheld") == 8


SIGNED = {"min_persons": 5, "signed_by": "A", "signed_on": "2026-03-01", "reason": "asked for"}


def test_only_a_signed_codebook_lowers_the_threshold_and_a_caller_raises_it():
    staff = {"A": TEN[:5], "B": TEN[:4], "C": TEN[:4], "D": TEN}
    keys = changed(KEYS, thresholds=SIGNED)
    lowered = shown(frames_study(staff, CUSTOMERS, keys=keys))
    assert lowered.table["service"].notna().tolist() == [True, False, False, True]
    assert lowered.table["service_n"].tolist() == ["5-9", "", "", "10-14"]
    study = frames_study(staff, CUSTOMERS, keys=keys)
    raised = shown(study, min_persons=6)
    assert raised.table["service"].notna().tolist() == [False, False, False, True]
    assert study.codebook.thresholds.signed_on == dt.date(2026, 3, 1)
    with pytest.raises(ValueError, match=r"^min_persons must be at least 5, not 4\.$"):
        shown(study, min_persons=4)
    with pytest.raises(ValueError, match=r"^min_persons must be at least 10, as in the codebook, "):
        shown(frames_study(staff, CUSTOMERS), min_persons=5)


def test_a_score_is_protected_alone_as_among_the_others():
    study = frames_study(STAFF, CUSTOMERS)
    every, alone = shown(study), shown(study, scores=["csat"])
    assert alone.scores == ("csat",)
    pd.testing.assert_frame_equal(
        alone.table, every.table.drop(columns=every.table.filter(like="service"))
    )
    assert alone.n_suppressed == {"csat": 2}
    with pytest.raises(ValueError, match=r"^There is no score 'help'; there are service, csat\.$"):
        shown(study, scores=["help"])


def test_decimals_may_not_give_answers_away():
    study = frames_study({**STAFF, "A": [*TEN, 6]}, CUSTOMERS)
    assert shown(study, decimals=2).table["service"].tolist()[0] == 4.6
    assert shown(study, decimals=0).table["service"].tolist()[0] == 5
    for decimals in (-1, 3):
        with pytest.raises(ValueError, match=rf"^decimals must be 0, 1 or 2, not {decimals}\.$"):
            shown(study, decimals=decimals)


def test_a_person_with_many_ratings_is_one_person():
    keys = changed(KEYS, internal__keys__supplier_unit="supplier")
    staff = pd.DataFrame(
        [
            (f"{unit}{i}", unit, supplier, 1 + i % 7)
            for unit, n in (("A", 9), ("B", 10), ("C", 9))
            for i in range(n)
            for supplier in ("HR", "IT", "Legal")
        ],
        columns=["person", "branch", "supplier", "q1"],
    )
    customers = pd.DataFrame(
        {"customer": range(24), "branch": ["A", "B", "C"] * 8, "c1": [1 + i % 7 for i in range(24)]}
    )
    study = study_from_frames(keys, internal=staff, external=customers)
    assert shown(study).table["service"].notna().tolist() == [False, True, False]
    cells = unit_scores(scale_scores(study), by=["client_unit", "supplier_unit"])
    table = protect(cells).table
    assert list(table)[:3] == ["unit", "supplier_unit", "wave"]
    assert table["service"].notna().tolist() == [False] * 3 + [True] * 3 + [False] * 3


@pytest.mark.parametrize(("answer", "rounding"), [(7, 0), (3.1, 0), (16 / 3, 1e-16)])
def test_a_unanimous_unit_is_withheld_even_where_rounding_hides_it(answer, rounding):
    staff = {"A": [answer] * 13, "B": TEN, "C": [answer] * 13}
    linked = link_study(frames_study(staff, dict.fromkeys("ABC", TEN)))
    table = linked.table.assign(service_se=linked.table["service_se"] + rounding)
    result = protect(replace(linked, table=table))
    assert result.table["service"].notna().tolist() == [False, True, False]
    assert result.n_suppressed["service"] == 2


def published_study(**options):
    keys = {
        "study": "Published",
        "internal": {
            "grain": "unit",
            "published": True,
            "keys": {"client_unit": "u"},
            "scores": {"rate": {"value": "rate", "n": "n", "metric": "percent"}},
            **options,
        },
        "external": KEYS["external"],
    }
    internal = pd.DataFrame({"u": ["A", "B"], "rate": [12.3456, 0.0], "n": [7, 1234]})
    external = pd.DataFrame(
        {"customer": range(20), "branch": ["A", "B"] * 10, "c1": [1 + i % 7 for i in range(20)]}
    )
    return study_from_frames(keys, internal=internal, external=external)


def test_published_tables_are_shown_as_they_are():
    table = shown(published_study()).table
    assert table["rate"].tolist() == [12.3456, 0.0]
    assert table["rate_n"].tolist() == ["7", "1234"]
    assert table["csat_n"].tolist() == ["10-14", "10-14"]
    assert shown(published_study()).n_suppressed == {"rate": 0, "csat": 0}


def test_unpublished_unit_tables_are_withheld_below_the_threshold_and_without_a_count():
    assert shown(published_study(published=False)).table["rate"].isna().tolist() == [True, True]
    without = {"rate": {"value": "rate"}}
    result = shown(published_study(published=False, scores=without))
    assert result.table["rate"].isna().all()
    assert result.n_suppressed["rate"] == 2


OUTCOMES = pd.DataFrame({"u": list("ABCD"), "kept": [81.25, 70, 60, 50], "n": [9, 10, 11, None]})


def outcomes_study(**score):
    section = {"keys": {"unit": "u"}, "scores": {"kept": {"value": "kept", **score}}}
    keys = changed(KEYS, outcomes=section)
    return frames_study(STAFF, CUSTOMERS, keys=keys, outcomes=OUTCOMES)


def test_outcomes_are_figures_of_units_unless_they_count_persons():
    assert shown(outcomes_study()).table["kept"].tolist() == [81.2, 70, 60, 50]
    counted = shown(outcomes_study(n="n", metric="percent")).table
    assert counted["kept"].notna().tolist() == [False, True, True, False]


@pytest.mark.parametrize(
    ("n", "text"),
    [(0, ""), (4, ""), (5, "5-9"), (9, "5-9"), (10, "10-14"), (14, "10-14"), (15, "15-19"),
     (29, "20-29"), (30, "30-49"), (199, "100-199"), (999, "500-999"), (1000, "1000+"),
     (float("nan"), "")],
)  # fmt: skip
def test_bands(n, text):
    assert band(n) == text


def test_protecting_leaves_estimation_alone():
    linked = link_study(frames_study(STAFF, CUSTOMERS))
    before = linked.table.copy()
    protect(linked)
    pd.testing.assert_frame_equal(linked.table, before)


def test_a_unit_in_which_nine_tenths_answered_alike_is_withheld():
    alike = [6] * 18 + [2, 5]
    staff = {"A": alike, "B": [*alike, 3], "C": TEN, "D": TEN}  # 18 of 20, 18 of 21
    result = shown(frames_study(staff, dict.fromkeys("ABCD", TEN)))
    assert result.table["service"].notna().tolist() == [False, True, False, True]
    scores = unit_scores(scale_scores(frames_study(staff, CUSTOMERS)), by="client_unit")
    assert protect(scores).table["service"].notna().tolist() == [False, True, False, True]
