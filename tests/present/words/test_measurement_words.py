import numpy as np
import pandas as pd
import pytest

import icx_research as icx

NAN = float("nan")
NAMES = {"a": "Service", "b": "Focus", "c": "Csat"}


@pytest.fixture
def reliability():
    rows = [
        ("a", "alpha", 0.9, 0.85, 0.93, ""), ("b", "alpha", 0.72, 0.68, 0.76, ""),
        ("c", "alpha", NAN, NAN, NAN, "needs 2 items"), ("a", "omega_total", 0.4, 0.3, 0.5, ""),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["scale", "term", "estimate", "ci_low", "ci_high", "note"])


@pytest.fixture
def dimensions():
    table = pd.DataFrame(
        {"scale": list("abc"), "parallel_analysis": [1, 2, None], "note": ["needs 3 items."] * 3}
    )
    return table.astype({"parallel_analysis": "Int64"})


@pytest.fixture
def invariance():
    rows = [("a", "supplier_unit", "yes", ""), ("a", "wave", "no", ""), ("c", "a", None, "few.")]
    return pd.DataFrame(rows, columns=["scale", "across", "means", "note"])


@pytest.fixture
def overview():
    return pd.DataFrame(
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


def test_each_table_becomes_a_sentence_with_its_numbers(reliability, dimensions, invariance):
    told = icx.measurement_answer(
        reliability=reliability, dimensions=dimensions, invariance=invariance, label=NAMES.get
    )
    assert told.splitlines() == [
        "Reliability: on 1 of 2 scales that have an alpha its interval lies above .70; lowest is "
        "Focus with .72 [.68, .76].",
        "Dimensions: parallel analysis finds one in 1 of 2 scales that can be judged; not in: "
        "Focus.",
        "Comparison: means may be compared: Service across suppliers; they may not be compared: "
        "Service across waves (scalar invariance by the fall of CFI).",
    ]


def test_a_single_scale_is_told_in_the_singular(reliability):
    single = reliability[reliability["scale"] == "a"]
    told = icx.measurement_answer(
        reliability=single, dimensions=None, invariance=None, label=NAMES.get
    )
    assert told.startswith("Reliability: on 1 of 1 scale that has an alpha its interval lies")


def test_a_scale_across_two_tables_is_named(invariance):
    only = invariance.assign(means=[None, None, "yes"])
    told = icx.measurement_answer(
        reliability=None, dimensions=None, invariance=only, label=NAMES.get
    )
    assert told == (
        "Comparison: means may be compared: Csat across its twin Service (scalar invariance by the "
        "fall of CFI)."
    )


def test_what_a_study_does_not_allow_is_said(reliability, dimensions, invariance):
    nothing = reliability[reliability["estimate"].isna()]
    told = icx.measurement_answer(
        reliability=nothing,
        dimensions=dimensions.assign(parallel_analysis=pd.array([None] * 3, dtype="Int64")),
        invariance=invariance.assign(means=None, note="too few rows."),
    )
    assert told.splitlines() == [
        "Reliability: not assessable (needs 2 items).",
        "Dimensions: not assessable (needs 3 items).",
        "Comparison: not assessable (too few rows).",
    ]
    told = icx.measurement_answer(reliability=reliability, dimensions=None, invariance=None)
    assert told.splitlines()[-1] == (
        "Comparison: the study has no groups to compare the asked scales across."
    )
    with pytest.raises(icx.NotTestable, match="this study holds published unit figures"):
        icx.measurement_answer(reliability=None, dimensions=None, invariance=None)


def test_aggregation_is_answered_by_differences_reliability_and_agreement(overview):
    assert icx.aggregation_answer(overview, label=NAMES.get).splitlines() == [
        "Units differ beyond chance (F test, 5%) on 1 of 2 scales; ICC(1), the share of a single "
        "answer's variance that lies between units, is .02 to .16.",
        "The mean of a unit of average size has a reliability of at least .70 on 1 of 2 scales; "
        "below it: Focus (.27).",
        "The median unit agrees by at least .70 on 1 of 2 under a uniform null and 1 of 1 under a "
        "slight skew null.",
    ]


def test_what_follows_for_the_asked_scales_is_said(overview, reliability, dimensions):
    told = icx.aggregation_answer(overview, asked=["b", "a"], label=NAMES.get).splitlines()
    assert told[-2:] == [
        "Going on with Focus: ICC(1) = .02, ICC(2) = .27: its unit means may be linked, but "
        "correlations with them shrink to about .52 of their size; 04_linkage shows them corrected "
        "beside the observed ones, where its gates are open.",
        "Going on with Service: ICC(1) = .16, ICC(2) = .77: its unit means may be linked.",
    ]
    flat = overview.assign(icc_1=-0.02)
    assert icx.aggregation_answer(flat, asked=["a"], label=NAMES.get).splitlines()[-1] == (
        "Going on with Service: ICC(1) = −.02: its unit means differ by no more than chance, and a "
        "verdict on chance alone is blocked; more respondents per unit are needed."
    )
    tables = {"reliability": reliability, "dimensions": dimensions, "invariance": None}
    told = icx.measurement_answer(**tables, asked=["a", "c"], label=NAMES.get).splitlines()
    assert told[-1] == (
        "Going on: alpha of Service is .90; no alpha of Csat, so how noisy the answers are is not "
        "known. Nothing here stops the linkage."
    )
    weak = {**tables, "reliability": reliability.assign(estimate=0.5)}
    told = icx.measurement_answer(**weak, asked=["b"], label=NAMES.get).splitlines()
    assert told[-1] == (
        "Going on: alpha of Focus is .50. Nothing here stops the linkage, but what Focus measures "
        "is blurred: look at the items before a null result is believed."
    )


def test_aggregation_without_any_known_scale(overview):
    unknown = overview[2:]
    assert icx.aggregation_answer(unknown) == "Not assessable on any of 1 scale (one unit)."
    with pytest.raises(icx.NotTestable, match="published unit figures"):
        icx.aggregation_answer(None)


def test_company_is_answered(rng):
    study = icx.load_example("company")
    overview = icx.aggregation_overview(study)
    known = overview.dropna(subset="icc_1")
    told = icx.aggregation_answer(overview, label=study.codebook.label)
    assert f"on {int((known['p_value'] < 0.05).sum())} of {len(known)} scales" in told
    assert np.isfinite(known["icc_2"]).all()
