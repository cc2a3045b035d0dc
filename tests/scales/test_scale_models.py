"""Models of a study's scales are those of their items, whatever the columns are called."""

import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.scales.models import invariance_groups
from tests.builders import study as published
from tests.scales.scales import one_wave, scales_study, tables
from tests.survey.study.supplier_blocks import wide

SAME = 1e-10  # the same numbers by another way
Q = ["q1", "q2", "q3", "q4"]
ONE = "service =~ q1 + q2 + q3 + q4"


@pytest.fixture(scope="module")
def study():
    return scales_study()


@pytest.fixture(scope="module")
def staff():
    return tables()[0]


def test_cfa_is_that_of_one_row_per_rater(study, staff):
    last = staff[staff["year"] == "2"]
    raters = last.groupby(["branch", "person"])[Q].mean()
    fitted, direct = icx.scale_cfa(study, "service"), icx.cfa(ONE, raters, estimator="MLR")
    assert fitted.model == ONE
    assert fitted.n_used == len(raters) == 96
    np.testing.assert_allclose(fitted.fit_indices, direct.fit_indices, rtol=1e-6)
    ratings = icx.scale_cfa(study, "service", rows="rating", estimator="ML")
    assert (ratings.n_used, ratings.estimator) == (192, "ML")


def test_columns_that_no_model_can_hold_are_renamed(staff):
    odd = {"q1": "Frage 1", "q2": "2b", "q3": "c", "q4": "item1"}
    renamed = staff.rename(columns=odd)
    scales = {"1st scale": {"items": list(odd.values()), "range": [1, 7]}}
    fitted = icx.scale_cfa(scales_study(renamed, internal=scales), "1st scale")
    assert fitted.model == "scale1 =~ item1_ + item2 + item3 + item1"
    plain = icx.scale_cfa(scales_study(staff), "service")
    assert fitted.fit_indices["chi_square"] == pytest.approx(plain.fit_indices["chi_square"])


def test_a_scale_named_as_an_item_is_renamed_in_the_model(staff):
    scales = {"q1": {"items": Q, "range": [1, 7]}}
    assert icx.scale_cfa(scales_study(staff, internal=scales), "q1").model == (
        "scale1 =~ q1 + q2 + q3 + q4"
    )


def test_scales_of_one_item_are_left_out(staff):
    scales = {
        "service": {"items": Q[:3], "range": [1, 7]},
        "single": {"items": ["q4"], "range": [1, 7]},
    }
    study = scales_study(staff, internal=scales)
    assert icx.scale_cfa(study, ["service", "single"]).model == "service =~ q1 + q2 + q3"
    with pytest.raises(icx.NotTestable, match="a scale of at least 2 items is needed"):
        icx.scale_cfa(study, "single")


def test_suppliers_told_by_column_names_are_groups(tmp_path):
    assert invariance_groups(wide(tmp_path), "service") == ["supplier_unit"]


def test_groups_are_parallel_scales_suppliers_and_waves(study, staff):
    assert invariance_groups(study, "service") == ["csat", "supplier_unit", "wave"]
    assert invariance_groups(study, "csat") == ["service", "wave"]
    internal = {"service": {"items": Q, "range": [1, 7]}}
    alone = scales_study(
        one_wave(staff.drop(columns="supplier")).drop_duplicates("person"),
        one_wave(tables()[1]),
        internal=internal,
        wave=False,
    )
    assert invariance_groups(alone, "service") == []
    message = (
        "groups are needed to compare 'service' across; the study has one wave, no suppliers, "
        "and no scale with the same wording in another table."
    )
    with pytest.raises(icx.NotTestable, match=message):
        icx.scale_invariance(alone, "service")


def test_waves_rest_on_persons_who_answered_in_both(study, staff):
    ladder = icx.scale_invariance(study, "service", across="wave")
    raters = staff.groupby(["branch", "person", "year"])[Q].mean().reset_index()
    direct = icx.measurement_invariance(ONE, raters, group="year", cluster="person")
    pd.testing.assert_frame_equal(ladder.table, direct.table, rtol=1e-6)
    assert ladder.groups == ("1", "2")
    assert "standard errors rest on 96 clusters" in ladder.note


def test_suppliers_are_compared_on_ratings_of_one_wave(study, staff):
    ladder = icx.scale_invariance(study, "service", across="supplier_unit", levels=("configural",))
    assert (ladder.groups, ladder.n_used) == (("HR", "IT"), 192)
    assert list(ladder.table["level"]) == ["configural"]


def test_tables_are_compared_on_parallel_items_first(study):
    ladder = icx.scale_invariance(study, "service")
    assert (ladder.groups, ladder.n_used) == (("csat", "service"), 192)
    direct = icx.measurement_invariance(
        ONE,
        icx.parallel_items(study, first="service", second="csat"),
        group="scale",
        estimator="MLR",
    )
    assert ladder.table["cfi"].to_numpy() == pytest.approx(direct.table["cfi"], rel=SAME)
    assert ladder.note == ""


def test_published_figures_have_no_model():
    with pytest.raises(icx.NotTestable, match="published figure"):
        icx.scale_cfa(published([1, 2], [3, 4]), "inside")
    with pytest.raises(icx.NotTestable, match="published figure"):
        icx.scale_invariance(published([1, 2], [3, 4]), "inside")


def test_a_supplier_rated_by_few_persons_is_left_out_and_named(staff):
    few = staff["supplier"].eq("IT") & ~staff["person"].isin(staff["person"].unique()[:9])
    third = staff[staff["supplier"] == "HR"].assign(supplier="Legal")
    study = scales_study(pd.concat([staff[~few], third], ignore_index=True))
    ladder = icx.scale_invariance(study, "service", across="supplier_unit", levels=("configural",))
    assert ladder.groups == ("HR", "Legal")
    assert ladder.n_used == 192
    assert ladder.note.endswith("left out, fewer than 10 persons: IT")


def test_without_two_groups_of_enough_persons_nothing_is_compared(staff):
    few = staff["supplier"].eq("IT") & ~staff["person"].isin(staff["person"].unique()[:9])
    study = scales_study(staff[~few])
    with pytest.raises(icx.Blocked) as caught:
        icx.scale_invariance(study, "service", across="supplier_unit")
    assert str(caught.value) == (
        "only 1 group(s) hold 10 persons who answered all items; comparing needs 2."
    )
