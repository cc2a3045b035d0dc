"""Careless answering: each index by hand, flags by simulation, nothing per person shown."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from icx_research import NotTestable, load_example
from icx_research.survey.answers.careless import careless_responding, careless_rows
from icx_research.survey.answers.careless_indices import (
    even_odd_consistency,
    longstring,
    mahalanobis_distance,
)

SCALES = {f"s{j}": [f"s{j}{i}" for i in range(4)] for j in range(4)}
ITEMS = [item for part in SCALES.values() for item in part]
REVERSE = ["s03", "s13"]


@pytest.fixture
def answers(rng):
    """400 careful persons; of 40 more, 20 tick one answer, 20 tick at random."""
    trait = rng.standard_normal((400, 4, 1)) + 0.9 * rng.standard_normal((1, 4, 1))
    careful = np.clip(np.round(4 + 1.2 * trait + 0.6 * rng.standard_normal((400, 4, 4))), 1, 7)
    frame = pd.DataFrame(careful.reshape(400, 16), columns=ITEMS)
    frame[REVERSE] = 8 - frame[REVERSE]
    straight = pd.DataFrame(np.tile(rng.integers(3, 6, (20, 1)), 16), columns=ITEMS)
    random = pd.DataFrame(rng.integers(1, 8, (20, 16)), columns=ITEMS)
    return pd.concat([frame, straight, random], ignore_index=True).astype(float)


def test_longest_run_by_hand():
    rows = np.array([[1, 1, 1, 1], [1, 2, 1, 2], [2, np.nan, 2, 1], [np.nan] * 4])
    np.testing.assert_array_equal(longstring(rows), [4, 1, 2, 0])


def test_even_odd_by_hand():
    row = np.array([[1.0, 2, 5, 5, 3, 2, 7, 7]])
    r = np.corrcoef([1, 5, 3, 7], [2, 5, 2, 7])[0, 1]
    np.testing.assert_allclose(even_odd_consistency(row, [2, 2, 2, 2]), [2 * r / (1 + r)])
    against = np.array([[1.0, 7, 4, 4.5, 7, 1]])
    assert even_odd_consistency(against, [2, 2, 2]) == -1
    assert np.isnan(even_odd_consistency(row, [4, 4])).all()  # two scales are too few


def test_distance_is_that_of_the_answered_items(rng):
    rows = rng.standard_normal((50, 3))
    rows[0, 1] = np.nan
    distance, df = mahalanobis_distance(rows)
    mean, cov = rows[1:].mean(axis=0), np.cov(rows[1:].T)
    for i, at in ((0, [0, 2]), (7, [0, 1, 2])):
        d = rows[i, at] - mean[at]
        assert distance[i] == pytest.approx(d @ np.linalg.inv(cov[np.ix_(at, at)]) @ d)
        assert df[i] == len(at)


def test_careless_rows_are_found_and_careful_ones_left(answers):
    found = careless_responding(answers, scales=SCALES, reverse_keyed=REVERSE)
    careful, straight, random = found.flagged[:400], found.flagged[400:420], found.flagged[420:]
    assert straight.all()
    assert careful.mean() < 0.02
    assert random.mean() > careful.mean() + 0.3
    row = answers.iloc[5]
    assert found.indices.loc[5, "variability"] == pytest.approx(row.std(ddof=1))
    expected = stats.chi2.sf(found.indices["mahalanobis"], 16) < 0.001
    np.testing.assert_array_equal(found.flags["mahalanobis"], expected)
    np.testing.assert_array_equal(found.flags["longstring"], found.indices["longstring"] >= 8)


def test_table_shows_shares_and_nobody(answers):
    found = careless_responding(answers, scales=SCALES, reverse_keyed=REVERSE)
    table = found.table
    assert table["term"].tolist() == [
        "longstring", "variability", "even_odd", "mahalanobis", "flagged",
    ]  # fmt: skip
    assert table["estimate"].iloc[-1] == pytest.approx(found.flagged.mean())
    assert table["estimate"].iloc[1] == pytest.approx(20 / 440)
    assert repr(found) == (
        f"CarelessResponding: {100 * found.flagged.mean():.1f}% of 440 rows show at least 2 signs "
        "of careless answering"
    )
    assert "even_odd" in found._repr_html_()
    assert str(len(answers)) in found._repr_html_()


def test_cut_offs_can_be_changed(answers):
    strict = careless_responding(
        answers, scales=SCALES, reverse_keyed=REVERSE, min_flags=1, max_longstring=3,
        min_variability=0.5, min_consistency=-2, distance_p=0,
    )  # fmt: skip
    np.testing.assert_array_equal(strict.flags["longstring"], strict.indices["longstring"] > 3)
    np.testing.assert_array_equal(strict.flags["variability"], strict.indices["variability"] <= 0.5)
    assert not strict.flags[["even_odd", "mahalanobis"]].any().any()


def test_empty_rows_are_counted_and_never_flagged(answers):
    gaps = pd.concat([answers, pd.DataFrame(np.nan, index=[0], columns=ITEMS)])
    found = careless_responding(gaps, scales=SCALES, reverse_keyed=REVERSE)
    assert (found.n_used, found.n_dropped) == (440, 1)
    assert not found.flagged[-1]


def test_signs_that_cannot_be_had_are_named(answers):
    found = careless_responding(answers, scales={"s0": SCALES["s0"]}, reverse_keyed=["s03"])
    assert found.note == "not to be had of these items: longstring, variability, even_odd"
    assert np.isnan(found.table["estimate"].iloc[2])


def test_equal_answers_to_a_short_questionnaire_are_no_sign(answers):
    few = answers.assign(s00=5.0, s01=5.0, s02=5.0)[["s00", "s01", "s02"]]
    assert not careless_responding(few, scales={"s": list(few)}).flagged.any()


def test_a_study_knows_its_own_scales():
    study = load_example("company")
    found = careless_rows(study, "internal")
    assert len(found.flagged) == len(study.table("internal"))
    small = load_example("company")
    with pytest.raises(NotTestable, match="the outcomes table has fewer than two items"):
        careless_rows(small, "outcomes")


@pytest.mark.parametrize(
    ("scales", "reverse", "message"),
    [
        ({"a": ["s00"]}, [], r"^careless_responding needs at least 2 items; got 1\.$"),
        ({"a": ["s00", "zz"]}, [], r"^data has no column 'zz'; it has \["),
        ({"a": ["s00"], "b": ["s00"]}, [], r"^An item is named in two scales; list it once\.$"),
    ],
)
def test_items_that_do_not_fit_are_refused(answers, scales, reverse, message):
    with pytest.raises(ValueError, match=message):
        careless_responding(answers, scales=scales, reverse_keyed=reverse)
