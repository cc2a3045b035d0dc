"""Top boxes by hand, with Wilson's interval."""

import numpy as np
import pandas as pd
import pytest

from icx_research.core.proportions import wilson_interval
from icx_research.survey.instruments.boxes import top_box

ANSWERS = pd.Series([7, 6, 6, 5, 7, 6, 2, 7, 6, 6, np.nan])


@pytest.mark.parametrize(
    ("options", "name", "count"),
    [
        ({}, "top_two_box", 8),
        ({"boxes": 1}, "top_box", 3),
        ({"reverse_keyed": True}, "top_two_box", 1),
        ({"response_range": (1, 8)}, "top_two_box", 3),
    ],
)
def test_shares_by_hand(options, name, count):
    found = top_box(ANSWERS, **options)
    assert found.estimate == wilson_interval(count, 10)
    row = found.table.iloc[0]
    assert (row["term"], row["n"], found.n_used, found.n_dropped) == (name, 10, 10, 1)
    assert row["se"] == pytest.approx(np.sqrt(count / 10 * (1 - count / 10) / 10))


def test_five_point_answers_have_their_own_boxes():
    found = top_box(pd.Series([1, 2, 3, 4, 5]), response_range=(1, 5))
    assert found.to_apa() == "top_two_box = 0.40, 95% CI [0.12, 0.77], n = 5"


def test_groups_of_a_study(rng):
    data = pd.DataFrame({"unit": ["A"] * 30 + ["B"] * 6 + ["C"] * 6, "c": rng.integers(1, 8, 42)})
    found = top_box(data, item="c", by="unit", boxes=1)
    table = found.table.set_index("term")
    assert table.loc["A", "estimate"] == pytest.approx((data["c"][:30] == 7).mean())
    assert table.loc[["B", "C"], "estimate"].isna().all()
    assert found.note == (
        "2 group(s) with fewer than 10 answers, or that would give one away, are withheld"
    )


def test_other_numbers_of_boxes_are_refused():
    with pytest.raises(ValueError, match=r"^boxes must be 1 or 2, not 3\.$"):
        top_box(ANSWERS, boxes=3)


def test_means_follow_true_unit_scores_better_than_boxes(rng):
    units, raters = 4000, 25
    true = rng.standard_normal(units)
    latent = np.sqrt(0.1) * true[:, None] + np.sqrt(0.9) * rng.standard_normal((units, raters))
    answers = np.searchsorted([-2.3, -1.7, -1.1, -0.5, 0.3, 1.3], latent) + 1
    scores = [answers.mean(1), (answers >= 6).mean(1), (answers == 7).mean(1)]
    mean, two, one = (np.corrcoef(true, score)[0, 1] for score in scores)
    assert mean > two + 0.02 > one + 0.04
