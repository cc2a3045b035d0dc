"""Support for unit means: the rows of `aggregation_support`, and what follows from them."""

import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.scales.aggregation import AggregationOverview
from tests.scales.scales import one_wave, scales_study, tables

Q, C = ["q1", "q2", "q3", "q4"], ["c1", "c2", "c3", "c4"]


@pytest.fixture(scope="module")
def study():
    return scales_study()


def test_rows_are_those_of_aggregation_support(study):
    """ICCs on raters' means; agreement on single ratings, the median over suppliers."""
    table = icx.aggregation_overview(study).table.set_index("scale")
    staff = tables()[0]
    ratings = staff[staff["year"] == "2"]
    raters = ratings.groupby(["branch", "person"])[Q].mean().reset_index()
    direct = icx.aggregation_support(
        raters, scales={"service": Q}, unit="branch", response_range=(1, 7)
    ).scales.loc["service"]
    of_raters = ["icc_1", "icc_1_low", "icc_1_high", "icc_2", "icc_2_low", "p_value", "n_units"]
    assert table.loc["service", of_raters].astype(float).tolist() == pytest.approx(
        direct[of_raters].astype(float).tolist(), rel=1e-10
    )
    agreement = icx.scale_agreement(study, "service")
    assert " on single ratings (median over 2 suppliers) by " in agreement.answer()
    for null in ("uniform", "slight_skew"):
        each = pd.DataFrame(
            {
                supplier: icx.rwg_j(
                    own, items=Q, unit="branch", response_range=(1, 7), null=null
                ).units["rwg_j"]
                for supplier, own in ratings.groupby("supplier")
            }
        )
        of_unit = each.median(axis=1)
        assert table.loc["service", f"rwg_j_{null}"] == pytest.approx(of_unit.median(), rel=1e-12)
        assert table.loc["service", f"strong_{null}"] == (of_unit >= 0.7).mean()
        assert of_unit.median() < direct[f"rwg_j_{null}"]
        agreed = agreement.results[null]
        assert agreed.units["rwg_j"].tolist() == pytest.approx(of_unit.tolist(), rel=1e-12)
        assert agreed.n_suppliers == ratings["supplier"].nunique()


def test_nothing_is_said_of_means_any_more(study):
    notes = icx.aggregation_overview(study).table.set_index("scale")["note"]
    assert notes[["service", "csat"]].tolist() == ["", ""]
    caption = icx.AgreementFigure(icx.scale_agreement(study, "service")).caption
    assert "(rWG(J), 4 items, single ratings, median over 2 suppliers)" in caption
    assert "(rWG(J), 4 items)" in icx.AgreementFigure(icx.scale_agreement(study, "csat")).caption


def test_raters_needed_follow_spearman_and_brown(study):
    row = icx.aggregation_overview(study).table.set_index("scale").loc["csat"]
    k, icc = int(row["raters_for_70"]), row["icc_1"]
    assert k * icc / (1 + (k - 1) * icc) >= 0.7 > (k - 1) * icc / (1 + (k - 2) * icc)
    table = icx.aggregation_overview(study).reliability_by_raters.set_index("scale")
    assert table.loc["csat", "20"] == pytest.approx(20 * icc / (1 + 19 * icc), rel=1e-12)
    assert list(table) == ["10", "15", "20", "30", "50", "100", "200"]


def test_units_that_differ_less_than_chance_are_shown_as_they_are():
    staff, customers = tables(seed=1)
    staff = one_wave(staff.drop(columns="supplier")).drop_duplicates("person")
    staff[Q] = np.tile([[2.0], [4.0], [6.0]], (len(staff) // 3, 4))
    study = scales_study(staff, one_wave(customers), wave=False)
    row = icx.aggregation_overview(study).table.set_index("scale").loc["service"]
    assert row["icc_1"] < 0
    assert pd.isna(row["raters_for_70"])
    assert row["note"] == "units differ less than by chance"
    assert "service" not in set(icx.aggregation_overview(study).reliability_by_raters["scale"])


def test_other_numbers_of_options_have_no_slight_skew():
    internal = {"service": {"items": Q, "range": [1, 8]}}
    table = icx.aggregation_overview(scales_study(internal=internal)).table.set_index("scale")
    assert "no slight skew for these options" in table.loc["service", "note"]
    assert pd.isna(table.loc["service", "rwg_j_slight_skew"])
    assert table.loc["service", "rwg_j_uniform"] > 0
    assert table.loc["csat", "rwg_j_slight_skew"] > 0


def test_what_the_answers_do_not_allow_is_a_note():
    staff, customers = tables()
    alone = staff.assign(branch="U0", person=staff["branch"] + staff["person"])
    study = scales_study(alone, customers[customers["branch"] == "U0"])
    table = icx.aggregation_overview(study).table.set_index("scale")
    assert table.loc["service", "note"].startswith("aggregation_support needs at least 2 units")
    assert pd.isna(table.loc["service", "icc_1"])


def test_labels_name_each_size():
    overview = pd.DataFrame(
        {"scale": ["a", "b"], "icc_1": [0.3, np.nan], "icc_2": [0.6, np.nan],
         "rwg_j_uniform": [0.95, 0.2], "rwg_j_slight_skew": [0.71, np.nan]}
    )  # fmt: skip
    assert AggregationOverview(overview).sizes.to_numpy().tolist() == [
        ["a", "large", "tolerable", "very strong", "strong"],
        ["b", "not known", "not known", "none", "not known"],
    ]


def test_agreement_of_a_scale_under_each_null(study):
    found = icx.scale_agreement(study, "csat").results
    assert {null: result.null for null, result in found.items()} == {
        "uniform": "uniform", "slight_skew": "slight_skew",
    }  # fmt: skip
    overview = icx.aggregation_overview(study).table.set_index("scale").loc["csat"]
    assert found["uniform"].median == pytest.approx(overview["rwg_j_uniform"])
    assert found["slight_skew"].share_strong == overview["strong_slight_skew"]
    internal = {"service": {"items": Q, "range": [1, 8]}}
    assert list(icx.scale_agreement(scales_study(internal=internal), "service").results) == [
        "uniform"
    ]


def test_units_are_counted_by_band_of_raters():
    staff = one_wave(tables()[0].drop(columns="supplier")).drop_duplicates("person")
    unit, person = staff["branch"], staff["person"].str.split("-").str[1].astype(int)
    kept = staff[(unit != "U0") | (person < 3)]
    kept = kept[(kept["branch"] != "U1") | (kept["person"].str.split("-").str[1].astype(int) < 7)]
    study = scales_study(kept, one_wave(tables()[1]), wave=False)
    assert icx.aggregation_overview(study).raters.to_numpy().tolist() == [
        ["service", "fewer", 1], ["service", "5-9", 1], ["service", "10-14", 6],
        ["csat", "10-14", 8],
    ]  # fmt: skip
