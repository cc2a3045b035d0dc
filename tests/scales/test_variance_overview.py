"""Shares of variance are those of persons in units, and of suppliers where they are asked about."""

import pandas as pd
import pytest

import icx_research as icx
from tests.builders import study as published
from tests.scales.scales import one_wave, scales_study, tables

# The second scale is none that the question asks about.
TWO = {
    "asked": {"items": ["q1", "q2"], "range": [1, 7]},
    "service": {"items": ["q3", "q4"], "range": [1, 7]},
}


def test_asked_scales_of_suppliers_are_split_four_ways():
    staff = tables()[0]
    staff.loc[staff["person"] == "s0-0", "q2"] = float("nan")
    latest = staff[staff["year"] == "2"]
    expected = icx.variance_shares(
        latest.assign(asked=latest[["q1", "q2"]].mean(axis=1)),
        score="asked",
        client="branch",
        rater="person",
        supplier="supplier",
        confidence_level=0.9,
    )
    found = icx.variance_overview(scales_study(staff, internal=TWO), confidence_level=0.9).results
    pd.testing.assert_frame_equal(found["asked"].components, expected.components)
    assert found["asked"].n_used == expected.n_used
    assert found["asked"].mean == expected.mean


def test_the_wave_may_be_chosen_for_suppliers_too():
    first, latest = (
        icx.variance_overview(scales_study(), wave=wave).results["service"] for wave in "12"
    )
    assert first.n_used == latest.n_used == 192
    assert first.mean != latest.mean


def test_a_rater_of_two_client_units_counts_in_each():
    staff = tables()[0]
    staff["person"] = staff["person"].str.replace(r"s\d+", "s", regex=True)
    found = icx.variance_overview(scales_study(staff)).results["service"]
    pd.testing.assert_frame_equal(
        found.components, icx.variance_overview(scales_study()).results["service"].components
    )
    assert found.components.loc["rater", "levels"] == 96


def test_a_single_client_unit_leaves_out_the_scale():
    staff = tables()[0]
    alone = staff.assign(branch="U1")
    assert list(icx.variance_overview(scales_study(alone)).results) == ["csat"]


def test_components_are_those_of_unit_scores():
    study = scales_study(internal=TWO)
    found = icx.variance_overview(study).results
    scored = icx.scale_scores(study)
    for name, role in (("service", "client_unit"), ("csat", "serving_unit")):
        expected = icx.unit_scores(scored, by=role).components[name, "2"]
        parts = found[name]
        assert parts.icc_1 == pytest.approx(expected.icc_1, rel=1e-12)
        assert parts.icc_1_low == pytest.approx(expected.icc_1_low, rel=1e-12)
        assert (parts.n_units, parts.n_used) == (8, 96)


def test_only_complete_answers_count():
    staff = tables()[0]
    staff.loc[staff["person"] == "s0-0", "q3"] = float("nan")
    assert icx.variance_overview(scales_study(staff, internal=TWO)).results["service"].n_used == 95


def test_scales_that_do_not_allow_it_are_left_out():
    staff, customers = (one_wave(table) for table in tables())
    single = staff.drop(columns="supplier").assign(q1=4, q2=4, q3=4, q4=4)
    study = scales_study(single.drop_duplicates("person"), customers, wave=False)
    assert list(icx.variance_overview(study).results) == ["csat"]
    table = icx.variance_overview(study).table.set_index("scale")
    assert (
        table.loc["service", "note"] == "no two units that differ, with two raters in one of them"
    )
    assert table.loc["csat", "term"].tolist() == ["unit", "residual"]
    few = scales_study(single.drop_duplicates("person"), customers.head(9), wave=False)
    refusal = icx.variance_overview(few).refusal
    assert refusal.startswith("not testable: no scale has two units that differ")


def test_published_figures_have_no_components():
    assert "published unit figures" in icx.variance_overview(published([1, 2], [3, 4])).refusal


def test_answer_names_least_and_most_between_units():
    overview = icx.variance_overview(scales_study(internal=TWO))
    shares = {name: overview.results[name].icc_1 for name in ("service", "csat")}
    shares["asked"] = overview.results["asked"].components.loc["client", "share"]
    (least, low), *_, (most, high) = sorted(shares.items(), key=lambda pair: pair[1])
    assert overview.answer() == (
        f"Variance: of single answers on 3 scales, {100 * low:.0f}% ({least}) to {100 * high:.0f}% "
        f"({most}) lies between units."
    )
