"""Tests of words: what overviews of scales say of their own numbers, and together."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.scales.aggregation import AggregationOverview
from icx_research.scales.dimensions import DimensionalityOverview
from icx_research.scales.invariance import InvarianceOverview
from icx_research.scales.reliability import ReliabilityOverview
from icx_research.scales.structure import StructureOverview
from tests.builders import study as published

NAN = float("nan")
NAMES = {"a": "Service", "b": "Focus", "c": "Csat"}


@pytest.fixture
def reliability():
    rows = [
        ("a", "alpha", 0.9, 0.85, 0.93, ""), ("b", "alpha", 0.72, 0.68, 0.76, ""),
        ("c", "alpha", NAN, NAN, NAN, "needs 2 items"), ("a", "omega_total", 0.4, 0.3, 0.5, ""),
    ]  # fmt: skip
    columns = ["scale", "term", "estimate", "ci_low", "ci_high", "note"]
    return ReliabilityOverview(pd.DataFrame(rows, columns=columns), NAMES, asked=("a", "c"))


@pytest.fixture
def dimensions():
    table = pd.DataFrame(
        {"scale": list("abc"), "parallel_analysis": [1, 2, None], "note": ["needs 3 items."] * 3}
    )
    return DimensionalityOverview(table.astype({"parallel_analysis": "Int64"}), NAMES)


@pytest.fixture
def structure():
    row = {"survey": "internal", "scales": 2, "components": 2, "cfi": 0.97, "rmsea": 0.051,
           "srmr": 0.03, "problems": "", "note": "", "n": 90}  # fmt: skip
    return StructureOverview(pd.DataFrame([row]), NAMES)


@pytest.fixture
def invariance():
    rows = [("a", "supplier_unit", "yes", ""), ("a", "wave", "no", ""), ("c", "a", None, "few.")]
    table = pd.DataFrame(rows, columns=["scale", "across", "means", "note"])
    return InvarianceOverview(table, NAMES)


@pytest.fixture
def aggregation():
    table = pd.DataFrame(
        {
            "scale": ["a", "b", "c"],
            "icc_1": [0.157, 0.02, NAN],
            "icc_2": [0.77, 0.27, NAN],
            "p_value": [0.001, 0.2, NAN],
            "rwg_j_uniform": [0.93, 0.69, NAN],
            "rwg_j_slight_skew": [0.72, NAN, NAN],
            "note": ["", "", "one unit."],
        }
    )
    return AggregationOverview(table, NAMES)


def test_each_overview_answers_with_its_numbers(reliability, dimensions, structure, invariance):
    answer = icx.measurement_answer(reliability, dimensions, structure, invariance)
    assert answer.splitlines() == [
        "Reliability: on 1 of 2 scales that have an alpha its interval lies above .70; lowest is "
        "Focus with .72 [.68, .76].",
        "Dimensions: parallel analysis finds one in 1 of 2 scales that can be judged; not in: "
        "Focus.",
        "Structure of the internal survey: parallel analysis finds 2 components behind its 2 "
        "scales of several items; the planned model fits with CFI = .970, RMSEA = .051, "
        "SRMR = .030.",
        "Comparison: means may be compared: Service across suppliers; they may not be compared: "
        "Service across waves (scalar invariance by the fall of CFI).",
        "Going on: alpha of Service is .90; no alpha of Csat, so how noisy the answers are is not "
        "known. Nothing here stops the linkage.",
    ]


def test_a_single_scale_is_told_in_the_singular(reliability):
    table = reliability.table
    single = replace(reliability, table=table[table["scale"] == "a"])
    assert single.answer().startswith(
        "Reliability: on 1 of 1 scale that has an alpha its interval lies"
    )


def test_a_scale_across_two_tables_is_named(invariance):
    only = replace(invariance, table=invariance.table.assign(means=[None, None, "yes"]))
    assert only.answer() == (
        "Comparison: means may be compared: Csat across its twin Service (scalar invariance by the "
        "fall of CFI)."
    )


def test_a_low_alpha_stops_nothing(reliability):
    weak = replace(reliability, table=reliability.table.assign(estimate=0.5), asked=("b",))
    assert weak.going_on() == (
        "Going on: alpha of Focus is .50. Nothing here stops the linkage, but what Focus measures "
        "is blurred: look at the items before a null result is believed."
    )


def test_what_no_scale_allows_is_said_with_a_reason(reliability, dimensions, invariance):
    table = reliability.table
    nothing = replace(reliability, table=table[table["estimate"].isna()])
    assert nothing.answer() == "Reliability: not assessable (needs 2 items)."
    table = dimensions.table.assign(parallel_analysis=pd.array([None] * 3, dtype="Int64"))
    assert replace(dimensions, table=table).answer() == (
        "Dimensions: not assessable (needs 3 items)."
    )
    table = invariance.table.assign(means=None, note="too few rows.")
    assert replace(invariance, table=table).answer() == (
        "Comparison: not assessable (too few rows)."
    )


def test_what_the_study_does_not_allow_stands_in_its_line(
    reliability, dimensions, structure, invariance
):
    alone = replace(invariance, refusal="not testable: groups are needed.")
    assert icx.measurement_answer(reliability, dimensions, structure, alone).splitlines()[3] == (
        "Comparison: not testable: groups are needed."
    )


def test_published_figures_are_refused_once_and_may_go_on(rng):
    study = published([1, 2], [3, 4])
    overviews = (
        icx.reliability_overview(study),
        icx.dimensionality_overview(study, rng=rng),
        icx.structure_overview(study, rng=rng),
        icx.invariance_overview(study),
    )
    reason = "not testable: item answers are needed; this study holds published unit figures. "
    going_on = "Going on: published figures may be linked as they are; "
    assert icx.measurement_answer(*overviews).startswith(reason + going_on)
    assert icx.measurement_answer(*overviews).count(reason) == 1
    assert icx.aggregation_overview(study).answer().startswith(f"Unit means: {reason}{going_on}")


def test_aggregation_is_answered_by_differences_reliability_and_agreement(aggregation):
    assert aggregation.answer().splitlines() == [
        "Units differ beyond chance (F test, 5%) on 1 of 2 scales; ICC(1), the share of a single "
        "answer's variance that lies between units, is .02 to .16.",
        "The mean of a unit of average size has a reliability of at least .70 on 1 of 2 scales; "
        "below it: Focus (.27).",
        "The median unit agrees by at least .70 on 1 of 2 under a uniform null and 1 of 1 under a "
        "slight skew null.",
    ]


def test_what_follows_for_the_asked_scales_is_said(aggregation):
    lines = replace(aggregation, asked=("b", "a")).answer().splitlines()
    assert lines[-2:] == [
        "Going on with Focus: ICC(1) = .02, ICC(2) = .27: its unit means may be linked, but "
        "correlations with them shrink to about .52 of their size; 04_linkage shows them corrected "
        "beside the observed ones, where its gates are open.",
        "Going on with Service: ICC(1) = .16, ICC(2) = .77: its unit means may be linked.",
    ]
    flat = replace(aggregation, table=aggregation.table.assign(icc_1=-0.02), asked=("a",))
    assert flat.answer().splitlines()[-1] == (
        "Going on with Service: ICC(1) = −.02: its unit means differ by no more than chance, and a "
        "verdict on chance alone is blocked; more respondents per unit are needed."
    )


def test_aggregation_without_any_known_scale(aggregation):
    unknown = replace(aggregation, table=aggregation.table[2:])
    assert unknown.answer() == "Unit means: not assessable (one unit)."


def test_company_is_answered():
    overview = icx.aggregation_overview(icx.load_example("company"))
    known = overview.table.dropna(subset="icc_1")
    assert f"on {int((known['p_value'] < 0.05).sum())} of {len(known)} scales" in overview.answer()
    assert np.isfinite(known["icc_2"]).all()
