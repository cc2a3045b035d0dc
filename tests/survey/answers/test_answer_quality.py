"""The table on items: figures by hand, and none that tells what single persons answered."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from icx_research import answer_quality, study_from_frames, suspected_reversed
from tests.survey.builders import KEYS, changed

HIDDEN = ["mean", "sd", "skewness", "share_top", "item_rest"]
SPREAD = [1, 2, 3, 4, 5, 6, 7]


def quality(answers, *, persons=None, second=None, reverse=(), **changes):
    """Rate one item (and a second one); `persons` says who gave each answer."""
    n = len(answers)
    staff = pd.DataFrame(
        {
            "person": range(n) if persons is None else persons,
            "branch": ["A", "B"] * (n // 2) + ["A"] * (n % 2),
            "supplier": range(n),
            "q1": answers,
            "q2": answers if second is None else second,
        }
    )
    customers = pd.DataFrame({"customer": range(4), "branch": list("ABAB"), "c1": [1, 2, 3, 4]})
    scale = {"items": ["q1", "q2"], "range": [1, 7], "reverse_keyed": list(reverse)}
    keys = changed(
        KEYS, internal__keys__supplier_unit="supplier", internal__scales={"service": scale},
        **changes,
    )  # fmt: skip
    return study_from_frames(keys, internal=staff, external=customers)


def line(study, item="q1"):
    return answer_quality(study).set_index("item").loc[item]


def test_figures_by_hand():
    answers = [*SPREAD * 3, 7, 7, 7, 7, 7, 7, 7, None]
    found = line(quality(answers))
    given = np.array(answers[:-1], dtype=float)
    assert found["n_answers"] == 28
    assert found["share_missing"] == pytest.approx(1 / 29)
    assert found["mean"] == pytest.approx(given.mean())
    assert found["sd"] == pytest.approx(given.std(ddof=1))
    assert found["skewness"] == pytest.approx(stats.skew(given))
    assert found["share_top"] == pytest.approx(10 / 28)
    assert found["item_rest"] == pytest.approx(1)


def test_persons_are_counted_not_answers():
    persons = [f"p{i % 9}" for i in range(36)]
    assert line(quality(SPREAD * 5 + [4], persons=persons))[HIDDEN].isna().all()
    persons = [f"p{i % 10}" for i in range(36)]
    assert line(quality(SPREAD * 5 + [4], persons=persons))[["mean", "sd"]].notna().all()


def test_answers_that_are_nearly_all_the_same_are_not_described():
    assert line(quality([6] * 18 + [1, 2]))[HIDDEN].isna().all()
    assert line(quality([6] * 17 + [1, 2, 3]))[["mean", "sd"]].notna().all()
    constant = line(quality([6] * 20))
    assert constant[HIDDEN].isna().all()
    assert constant["n_answers"] == 20


@pytest.mark.parametrize(("best", "shown"), [(9, False), (10, True), (20, True), (21, False)])
def test_the_share_of_the_best_answer_singles_out_nobody(best, shown):
    others = [1 + i % 6 for i in range(30 - best)]
    found = line(quality([7] * best + others))
    assert not np.isnan(found["mean"])
    assert np.isnan(found["share_top"]) != shown


def test_the_best_answer_of_a_reverse_keyed_item_is_the_lowest():
    answers = [1] * 12 + [2 + i % 6 for i in range(18)]
    assert line(quality(answers, reverse=["q1"]))["share_top"] == 0.4
    assert np.isnan(line(quality(answers))["share_top"])


def test_few_persons_are_enough_to_suspect_an_item():
    answers = [*SPREAD, 4]
    study = quality(answers, second=[8 - a for a in answers])
    assert suspected_reversed(study)["item"].tolist() == ["q1", "q2"]
    assert line(study)[HIDDEN].isna().all()
    assert suspected_reversed(study)["item_rest"].tolist() == pytest.approx([-1, -1])


def test_a_published_table_is_shown_as_it_is():
    study = quality([6] * 4, internal__published=True)
    assert line(study)[["mean", "sd", "share_top"]].tolist() == [6, 0, 0]
