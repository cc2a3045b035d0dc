"""Net Promoter Score: golden numbers, groups, what is withheld, whole messages."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icx_research.core.proportions import adjusted_wald_difference, score_difference
from icx_research.survey.instruments.promoters import net_promoter_score

ANSWERS = pd.Series([10] * 40 + [8] * 35 + [3] * 25)


def frame():
    return pd.DataFrame(
        {
            "unit": ["A"] * 12 + ["B"] * 10 + ["C"] * 9 + [None],
            "wave": ["1"] * 32,
            "nps": [9, 10, 10, 9, 7, 8, 6, 0, 5, 10, 9, np.nan, *[10] * 10, *[2] * 9, 10],
        }
    )


def test_score_and_plain_error_have_the_golden_values():
    found = net_promoter_score(ANSWERS)
    row = found.table.iloc[0]
    assert found.estimate.value == pytest.approx(15)
    assert row["se"] == pytest.approx(7.9215, abs=5e-5)
    assert (row["term"], row["n"], found.n_used, found.n_dropped, found.note) == (
        "net_promoter_score", 100, 100, 0, "",
    )  # fmt: skip
    assert list(found.table) == ["term", "estimate", "se", "ci_low", "ci_high", "n"]


@pytest.mark.parametrize(("n", "half"), [(20, 35), (100, 16), (400, 8)])
def test_plain_half_widths_are_the_published_ones(n, half):
    up, down = round(0.40 * n), round(0.25 * n)
    answers = pd.Series([10] * up + [8] * (n - up - down) + [3] * down)
    se = net_promoter_score(answers).table["se"].item()
    assert 1.96 * se == pytest.approx(half, abs=0.6)  # printed as whole points


@pytest.mark.parametrize(
    ("method", "interval"),
    [("adjusted_wald", adjusted_wald_difference), ("score", score_difference)],
)
def test_intervals_are_those_of_the_difference_of_shares(method, interval):
    found = net_promoter_score(ANSWERS, method=method, confidence_level=0.90).estimate
    assert found == interval(40, 25, 100, confidence_level=0.90).scaled(100)


def test_every_boundary_answer_falls_on_its_side():
    found = net_promoter_score(pd.Series([0, 6, 7, 8, 9, 10] * 2))
    assert found.estimate.value == 0
    assert net_promoter_score(pd.Series([6, 9, 9])).estimate.value == pytest.approx(100 / 3)


def test_groups_are_counted_and_small_ones_withheld():
    also = frame().query("unit == 'C'").assign(unit="D")
    found = net_promoter_score(pd.concat([frame(), also]), item="nps", by="unit")
    table = found.table.set_index("term")
    assert table["n"].tolist()[:2] == [11, 10]
    assert table.loc["A", "estimate"] == pytest.approx(100 * (6 - 3) / 11)
    assert table.loc["B", "estimate"] == 100
    assert table.loc["B", "ci_high"] == 100
    assert table.loc[["C", "D"]].isna().all(axis=None)
    assert (found.n_used, found.n_dropped) == (39, 2)
    assert found.note == (
        "2 group(s) with fewer than 10 answers, or that would give one away, are withheld"
    )
    assert repr(found) == "NetPromoterScore: net_promoter_score of 4 groups, n = 39"
    with pytest.raises(ValueError, match=r"^There are 4 groups; take them from table\.$"):
        _ = found.estimate


def test_a_single_small_group_takes_the_next_smallest_with_it():
    table = net_promoter_score(frame(), item="nps", by="unit").table.set_index("term")
    assert table["estimate"].notna().to_dict() == {"A": True, "B": False, "C": False}


def test_several_keys_name_the_group():
    found = net_promoter_score(frame(), item="nps", by=["unit", "wave"], min_persons=5)
    assert found.groups == ("A / 1", "B / 1", "C / 1")
    assert found.table["estimate"].iloc[2] == -100


def test_polars_and_lazy_frames_count_alike():
    duckdb = pytest.importorskip("duckdb")
    data = frame()
    lazy = duckdb.sql("select * from data")
    table = net_promoter_score(lazy, item="nps", by="unit").table
    pd.testing.assert_frame_equal(table, net_promoter_score(data, item="nps", by="unit").table)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=60), st.randoms())
def test_order_is_irrelevant_and_the_score_stays_in_range(answers, random):
    shuffled = list(answers)
    random.shuffle(shuffled)
    one, two = (net_promoter_score(pd.Series(a)).estimate for a in (answers, shuffled))
    assert one == two
    assert -100 <= one.ci_low <= one.ci_high <= 100


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: net_promoter_score(pd.Series([9, 11, 7.5, 8])),
         r"^Answers must be whole numbers from 0 to 10; 2 of 4 are not\. Turn codes that mean "
         r"'no answer' into missing values\.$"),
        (lambda: net_promoter_score(pd.Series([np.nan, np.nan])),
         r"^There is no answer to count; all are missing\.$"),
        (lambda: net_promoter_score(frame()),
         r"^item is needed: the name of the column with the answers\.$"),
        (lambda: net_promoter_score(frame(), item="npss"),
         r"^data has no column 'npss'; it has \['unit', 'wave', 'nps'\]\.$"),
        (lambda: net_promoter_score(ANSWERS, by="unit"),
         r"^item and by name columns of a data frame; data is a single column\.$"),
        (lambda: net_promoter_score(ANSWERS, min_persons=4),
         r"^min_persons must be at least 5, not 4\.$"),
        (lambda: net_promoter_score(ANSWERS, method="wald"),
         r"^method must be 'adjusted_wald' or 'score', not 'wald'\.$"),
        (lambda: net_promoter_score(ANSWERS, confidence_level=95),
         r"^confidence_level must lie between 0 and 1, not 95\.$"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()
