"""How items were answered, against plain pandas and SciPy on a table spelled out."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import icx_research as icx
from tests.builders import study as published
from tests.scales.scales import scales_study, tables

EXACT = 1e-12  # both sides are sums over the same answers

TWO = {
    "asked": {"items": ["q1", "q2"], "range": [1, 7], "reverse_keyed": ["q2"]},
    "other": {"items": ["q3"], "range": [1, 7]},
}


@pytest.fixture(scope="module")
def staff():
    table = tables()[0]
    table.loc[table.index[:30], "q1"] = np.nan
    return table


@pytest.fixture(scope="module")
def quality(staff):
    return icx.answer_quality(scales_study(staff, internal=TWO)).set_index("item")


def test_each_item_is_summed_up_as_it_was_answered(staff, quality):
    given = staff["q1"].dropna()
    found = quality.loc["q1"]
    assert (found["table"], found["scale"]) == ("internal", "asked")
    assert (found["n_answers"], found["share_missing"]) == (len(given), 30 / len(staff))
    np.testing.assert_allclose(
        found[["mean", "sd", "skewness"]].astype(float),
        [given.mean(), given.std(), stats.skew(given)],
        rtol=EXACT,
    )


def test_the_best_answer_of_a_reverse_keyed_item_is_the_lowest(staff, quality):
    assert quality.loc["q2", "share_top"] == pytest.approx((staff["q2"] == 1).mean(), rel=EXACT)


def test_item_rest_is_of_keyed_items_and_needs_a_second_one(staff, quality):
    pair = staff[["q1", "q2"]].dropna()
    expected = np.corrcoef(pair["q1"], 8 - pair["q2"])[0, 1]
    np.testing.assert_allclose(quality.loc[["q1", "q2"], "item_rest"], expected, rtol=EXACT)
    assert expected < 0
    assert np.isnan(quality.loc["q3", "item_rest"])


def test_scales_may_be_chosen(staff, quality):
    study = scales_study(staff, internal=TWO)
    chosen = icx.answer_quality(study, scales=["other", "csat"])
    assert chosen["item"].tolist() == ["q3", "c1", "c2", "c3", "c4"]
    pd.testing.assert_frame_equal(
        chosen.set_index("item"), quality.loc[chosen["item"]], check_dtype=False
    )
    with pytest.raises(ValueError, match=r"^There is no scale 'mood'; the study has asked, other"):
        icx.answer_quality(study, scales=["mood"])


def test_items_few_persons_answered_are_counted_only():
    staff, customers = tables()
    staff.loc[staff.index[9:], "q4"] = np.nan
    found = icx.answer_quality(scales_study(staff, customers)).set_index("item").loc["q4"]
    assert found["n_answers"] == 9
    assert found[["mean", "sd", "skewness", "share_top"]].isna().all()


def test_every_column_is_there_when_no_item_has_enough_answers():
    few = tables()
    for table in few:
        table.iloc[4:, -4:] = np.nan
    found = icx.answer_quality(scales_study(*few))
    assert list(found) == [
        "table", "scale", "item", "n_answers", "share_missing", "mean", "sd", "skewness",
        "share_top", "item_rest",
    ]  # fmt: skip
    assert found["n_answers"].eq(4).all()


def test_published_figures_have_no_answers():
    with pytest.raises(icx.NotTestable, match="published unit figures"):
        icx.answer_quality(published([1, 2], [3, 4]))
