"""Oracle: R psych::alpha and describe; values in tests/reference/measurement/reliability_r.*"""

import numpy as np
import pandas as pd
import pytest

from icx_research.core.reduction import moments
from icx_research.measurement.item_analysis import item_analysis

CLOSED_RTOL = 1e-11  # closed forms; psych correlates, ours subtracts covariances
COLUMNS = {
    "mean": "mean", "sd": "sd", "skewness": "skew", "kurtosis": "kurtosis",
    "share_lowest": "lowest", "share_highest": "highest", "corrected_item_total": "r_drop",
    "alpha_if_deleted": "alpha_drop",
}  # fmt: skip


@pytest.mark.parametrize("scale", ["tan", "rel", "emp", "all"])
def test_every_column_matches_psych(service, by_r, scale):
    r = by_r("reliability_r")
    items = service.dropna()
    items = items if scale == "all" else items.filter(regex=f"^{scale}")
    found = item_analysis(items)
    for column, name in COLUMNS.items():
        expected = [r[f"{scale}:{item}:{name}"] for item in items]
        np.testing.assert_allclose(
            found.items[column], expected, rtol=CLOSED_RTOL, atol=1e-13, err_msg=column
        )
    assert found.alpha == pytest.approx(r[f"{scale}:alpha"], rel=CLOSED_RTOL)
    assert found.mean_inter_item == pytest.approx(r[f"{scale}:mean_inter_item"], rel=CLOSED_RTOL)


def test_missing_answers_are_counted_per_item(service):
    found = item_analysis(service)
    assert found.items["missing"].tolist() == service.isna().sum().tolist()
    assert (found.n_used, found.n_dropped, found.note) == (393, 7, "")
    without = item_analysis(service.dropna()).items
    pd.testing.assert_frame_equal(
        found.items.drop(columns="missing"), without.drop(columns="missing")
    )


def test_table_holds_fishers_interval(service):
    found = item_analysis(service, confidence_level=0.9)
    row = found.table.set_index("term").loc["rel4"]
    r = found.items.loc["rel4", "corrected_item_total"]
    reach = 1.6448536269514722 / np.sqrt(390)
    assert row["estimate"] == r
    assert row["ci_low"] == pytest.approx(np.tanh(np.arctanh(r) - reach), rel=1e-12)
    assert row["ci_high"] == pytest.approx(np.tanh(np.arctanh(r) + reach), rel=1e-12)
    assert row["n"] == 393


def test_moments_say_what_they_cannot_hold(service):
    found = item_analysis(moments(service, list(service.columns)))
    rows = item_analysis(service)
    same = ["mean", "sd", "corrected_item_total", "alpha_if_deleted"]
    np.testing.assert_allclose(found.items[same], rows.items[same], rtol=1e-10)
    unknown = ["skewness", "kurtosis", "share_lowest", "share_highest", "missing"]
    assert found.items[unknown].isna().all(axis=None)
    assert found.note == "moments hold no distribution of answers"


def test_two_items_leave_no_alpha_to_delete(small):
    found = item_analysis(small[["q1", "q2"]])
    assert found.items["alpha_if_deleted"].isna().all()
    r = np.corrcoef(small["q1"], small["q2"])[0, 1]
    np.testing.assert_allclose(found.items["corrected_item_total"], [r, r], rtol=1e-12)
    assert found.mean_inter_item == pytest.approx(r, rel=1e-12)


def test_three_rows_have_no_interval(small):
    assert item_analysis(small.head(3)).table[["ci_low", "ci_high"]].isna().all(axis=None)


def test_shows_itself(small):
    found = item_analysis(small)
    assert found.to_apa() == (
        "3 items, alpha = .92, corrected item-total correlations .81 to .87, n = 8"
    )
    assert ">q1</td>" in found._repr_html_()


def test_refuses_others_that_cancel():
    items = pd.DataFrame({"a": [1, 2, 3, 5], "b": [5, 4, 3, 1], "c": [1, 5, 2, 3]})
    with pytest.raises(ValueError) as refusal:
        item_analysis(items)
    assert str(refusal.value) == "The sum of the items without 'c' does not vary."
