"""A row of an overview is what the function says of that scale, or why it says nothing."""

import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from tests.builders import study as published
from tests.scales.scales import scales_study, tables

Q = ["q1", "q2", "q3", "q4"]


@pytest.fixture(scope="module")
def study():
    staff = tables()[0].assign(same=5.0)
    internal = {
        "service": {"items": Q[:4], "range": [1, 7]},
        "flat": {"items": ["same"], "range": [1, 7]},
    }
    external = {
        "two": {"items": ["c1", "c2"], "range": [1, 7]},
        "three": {"items": ["c3", "c4"], "range": [1, 7]},
    }
    return scales_study(staff, internal=internal, external=external)


def test_reliability_rows_are_alpha_and_omega(study):
    table = icx.reliability_overview(study, confidence_level=0.9).table.set_index(["scale", "term"])
    items = icx.scale_items(study, "service")
    for term, function in (("alpha", icx.cronbach_alpha), ("omega_total", icx.omega_total)):
        result, row = function(items, confidence_level=0.9), table.loc[("service", term)]
        assert [row["estimate"], row["ci_low"], row["ci_high"]] == [
            result.estimate.value, result.estimate.ci_low, result.estimate.ci_high,
        ]  # fmt: skip
        assert (row["n"], row["n_items"], row["note"]) == (96, 4, "")
    assert len(table) == 8


def test_reliability_says_why_there_is_none(study):
    table = icx.reliability_overview(study).table.set_index(["scale", "term"])
    assert table.loc[("two", "alpha"), "n"] == 96
    assert table.loc[("two", "omega_total"), "note"] == "needs 3 items"
    assert table.loc[("flat", "alpha"), "note"] == "needs 2 items"
    assert table.loc["flat", ["estimate", "n"]].isna().all(axis=None)
    same = scales_study(internal={"service": {"items": Q[:2], "range": [1, 7]}},
                        staff=tables()[0].assign(q2=5.0))  # fmt: skip
    notes = icx.reliability_overview(same).table.set_index(["scale", "term"])["note"]
    assert notes["service", "alpha"].startswith("cronbach_alpha needs items that vary; 'q2' has")


def test_too_few_persons_are_withheld_scale_by_scale():
    staff = tables()[0].assign(rare=np.nan)
    staff.loc[staff["person"].isin(["s0-1", "s0-2"]), "rare"] = 3.0
    staff["seldom"] = staff["rare"]
    internal = {
        "service": {"items": Q[:3], "range": [1, 7]},
        "seldom": {"items": ["q4", "rare", "seldom"], "range": [1, 7]},
    }
    table = icx.reliability_overview(scales_study(staff, internal=internal)).table.set_index(
        "scale"
    )
    assert table.loc["service", "estimate"].notna().all()
    assert set(table.loc["seldom", "note"]) == {
        "fewer than 10 persons answered all items of seldom; nothing of so few may be shown."
    }


def test_dimensions_are_those_of_the_functions(study):
    table = icx.dimensionality_overview(study, rng=np.random.default_rng(1)).table.set_index(
        "scale"
    )
    items, row = icx.scale_items(study, "service"), table.loc["service"]
    assert row["kmo"] == icx.kmo(items).overall
    parallel = icx.parallel_analysis(items, rng=np.random.default_rng(1))
    assert row["parallel_analysis"] == parallel.n_factors == 1
    assert row["average_partial"] == icx.minimum_average_partial(items).n_factors
    fit = icx.cfa("f =~ q1 + q2 + q3 + q4", items).fit_indices
    assert row[["cfi", "rmsea", "srmr"]].tolist() == pytest.approx(
        fit[["cfi", "rmsea", "srmr"]].tolist(), rel=1e-6
    )
    assert (row["n"], row["n_items"], row["note"]) == (96, 4, "")
    gaps = tables()[0]
    gaps.loc[gaps["person"] == "s0-0", "q2"] = np.nan
    table_with_gaps = icx.dimensionality_overview(
        scales_study(gaps), rng=np.random.default_rng(1)
    ).table
    assert table_with_gaps.set_index("scale").loc["service", "n"] == 95
    assert pd.isna(table.loc["two", "parallel_analysis"])
    assert pd.isna(table.loc["two", "cfi"])
    assert table.loc["flat", "note"] == "needs 3 items"
    assert table.loc["two", "note"] == "needs 3 items"


def test_three_items_are_said_to_fit_always():
    internal = {"service": {"items": Q[:3], "range": [1, 7]}}
    table = icx.dimensionality_overview(
        scales_study(internal=internal), rng=np.random.default_rng(1)
    ).table.set_index("scale")
    assert table.loc["service", "note"] == "three items always fit"
    assert pd.isna(table.loc["service", "cfi"])
    assert table.loc["csat", "cfi"] <= 1


def test_invariance_of_the_asked_scales_over_all_groups():
    study = scales_study()
    table = icx.invariance_overview(study).table
    assert list(zip(table["scale"], table["across"], strict=True)) == [
        ("service", "csat"), ("service", "supplier_unit"), ("service", "wave"),
        ("csat", "service"), ("csat", "wave"),
    ]  # fmt: skip
    ladder = icx.scale_invariance(
        study, "service", across="wave", levels=("configural", "metric", "scalar")
    )
    row, levels = table.iloc[2], ladder.table.set_index("level")
    assert row["delta_cfi_metric"] == levels.loc["metric", "delta_cfi"]
    assert row["p_scalar"] == levels.loc["scalar", "difference_p_value"]
    assert (row["highest_level"], row["groups"], row["n"]) == (ladder.highest_level, 2, 192)
    assert row["means"] == ("yes" if ladder.allows("means") else "no")
    assert list(icx.invariance_overview(study, scales=["csat"]).table["across"]) == [
        "service",
        "wave",
    ]


def test_invariance_says_why_there_is_none(study):
    table = icx.invariance_overview(study, scales=["two"]).table
    assert table["across"].tolist() == ["wave"]
    assert table["highest_level"].isna().all()
    assert table["note"].str.len().gt(0).all()


@pytest.mark.parametrize(
    "overview",
    [
        icx.reliability_overview,
        lambda s: icx.dimensionality_overview(s, rng=np.random.default_rng(1)),
        lambda s: icx.structure_overview(s, rng=1),
        icx.invariance_overview,
        icx.aggregation_overview,
    ],
)
def test_published_figures_are_refused_in_the_overview_itself(overview):
    refused = overview(published([1, 2], [3, 4]))
    reason = "not testable: item answers are needed; this study holds published unit figures."
    assert refused.refusal == repr(refused) == reason
    assert refused.table.empty
    assert refused._repr_html_() == f"<p>{reason}</p>"
    assert reason in refused.answer()


@pytest.mark.parametrize("fault", [TypeError, ValueError, KeyError])
@pytest.mark.parametrize(
    ("overview", "inside"),
    [
        (icx.reliability_overview, "reliability.cronbach_alpha"),
        (lambda s: icx.dimensionality_overview(s, rng=np.random.default_rng(1)), "dimensions.kmo"),
        (lambda s: icx.structure_overview(s, rng=1), "structure.scale_cfa"),
        (icx.invariance_overview, "invariance.scale_invariance"),
        (icx.aggregation_overview, "aggregation.aggregation_support"),
        (icx.variance_overview, "variance.variance_shares"),
        (icx.variance_overview, "variance.variance_components"),
        (lambda s: icx.scale_agreement(s, "csat"), "agreement.rwg_j"),
    ],
)
def test_a_fault_is_never_a_finding(monkeypatch, overview, inside, fault):
    def broken(*_, **__):
        raise fault("planted")

    monkeypatch.setattr(f"icx_research.scales.{inside}", broken)
    with pytest.raises(fault, match="planted"):
        overview(scales_study())


def test_short_scales_are_left_out_on_request(study):
    rng = np.random.default_rng(1)
    long = icx.reliability_overview(study, min_items=2).table
    assert set(long["scale"]) == {"service", "two", "three"}
    long = icx.dimensionality_overview(study, min_items=3, rng=rng).table
    assert long["scale"].tolist() == ["service"]
    reason = "not testable: a scale of at least 5 items is needed; the study has none."
    assert icx.reliability_overview(study, min_items=5).refusal == reason
    assert icx.dimensionality_overview(study, min_items=5, rng=rng).refusal == reason


def test_labels_that_are_alike_are_told_apart():
    staff, internal = tables()[0], {}
    for name, item in (("a", "q1"), ("b", "q2"), ("c", "q3")):
        internal[name] = {"items": [item], "range": [1, 7], "label": "Same" if name < "c" else "C"}
    labels = icx.reliability_overview(scales_study(staff, internal=internal)).labels
    assert labels == {"a": "Same (a)", "b": "Same (b)", "c": "C", "csat": "csat"}
