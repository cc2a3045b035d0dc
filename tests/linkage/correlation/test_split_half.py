"""Split halves: the dossier's simulation, the formula against random splits, edges."""

import numpy as np
import pandas as pd
import pytest

from icx_research.core.artefacts import same_source_correlation
from icx_research.core.errors import Blocked, NotTestable
from icx_research.linkage.correlation.split_half import split_half_correlation


def people(rng, *, units=60, k=5, icc=0.10, unit_r=0.0, error_r=0.5):
    """Two scores of the same raters: units related by unit_r, persons by error_r."""

    def pairs(n, r):
        return rng.multivariate_normal([0, 0], [[1, r], [r, 1]], n)

    true = np.repeat(pairs(units, unit_r), k, axis=0)
    scores = np.sqrt(icc) * true + np.sqrt(1 - icc) * pairs(units * k, error_r)
    return pd.DataFrame({"unit": np.repeat(np.arange(units), k), "x": scores[:, 0],
                         "y": scores[:, 1]})  # fmt: skip


def split(data, rng, **options):
    return split_half_correlation(data, first="x", second="y", unit="unit", rng=rng, **options)


def test_shared_mood_gives_a_third_and_split_halves_give_nothing(rng):
    found = split(people(rng, units=20_000), rng, n_splits=4)
    assert found.same_source == pytest.approx(0.32, abs=0.02)  # three errors of 1 / sqrt(20000)
    assert found.expected_spurious == pytest.approx(
        same_source_correlation(error_correlation=0.5, icc_1=0.10, n_raters=5), abs=0.02
    )
    assert found.split_half == pytest.approx(0, abs=0.02)
    assert found.full_length == pytest.approx(0, abs=0.02)


def test_a_true_relation_comes_out_attenuated_as_it_must(rng):
    icc, k, r = 0.20, 8, 0.6
    found = split(people(rng, units=20_000, k=k, icc=icc, unit_r=r), rng, n_splits=4)

    def reliability(n):
        return icc / (icc + (1 - icc) / n)

    assert found.full_length == pytest.approx(r * reliability(k), abs=0.02)
    assert found.split_half == pytest.approx(r * reliability(k / 2), abs=0.02)


def test_formula_is_the_limit_of_random_splits(rng):
    data = people(rng, units=40, k=6, icc=0.3, unit_r=0.5)
    means = data.groupby("unit").mean()
    found = split(data, rng, n_splits=3000)
    variance = data.groupby("unit").var(ddof=1).mean()
    # a half of 3 out of 6 has the variance of the mean plus (1 - 3/6) s^2 / 3
    halves = means.var(ddof=1) + variance / 6
    by_formula = found.full_length * means["x"].std() * means["y"].std() / np.sqrt(halves.prod())
    assert found.split_half == pytest.approx(by_formula, abs=0.015)  # a mean of ratios, 3000 splits
    assert found.same_source == pytest.approx(np.corrcoef(means["x"], means["y"])[0, 1])
    within = data.groupby("unit")[["x", "y"]].cov().xs("x", level=1)["y"]
    expected = (within / 6).mean() / (means["x"].std() * means["y"].std())
    assert found.expected_spurious == pytest.approx(expected)
    assert found.full_length == pytest.approx(found.same_source - expected)
    assert 0 < found.split_sd < 0.2
    assert found.n_splits == 3000


def test_incomplete_rows_and_single_respondents_are_left_out(rng):
    data = people(rng, units=6, k=3)
    gaps = pd.concat([data, pd.DataFrame({"unit": [0, 99], "x": [np.nan, 1.0], "y": [9.0, 1.0]})])
    one = split(data, np.random.default_rng(3))
    two = split(gaps, np.random.default_rng(3))
    assert one.full_length == pytest.approx(two.full_length)
    assert (two.n_used, two.n_dropped) == (6, 1)


def test_table_and_sentence_show_all_four(rng):
    found = split(people(rng), rng)
    assert found.table["term"].tolist() == [
        "split_half", "full_length", "same_source", "expected_spurious",
    ]  # fmt: skip
    assert found.table["n"].tolist() == [60] * 4
    assert "between halves" in repr(found)
    assert "full_length is not affected" in found.note
    assert np.isnan(split(people(rng), rng, n_splits=1).split_sd)


def test_the_same_seed_gives_the_same_splits(rng):
    data = people(rng)
    one, two = (split(data, np.random.default_rng(7)) for _ in range(2))
    assert one == two
    assert one.split_half != split(data, np.random.default_rng(8)).split_half


def test_scores_that_cannot_be_split_are_refused(rng):
    data = people(rng, units=5, k=2)
    with pytest.raises(NotTestable) as refusal:
        split(data[data["unit"] < 3], rng)
    assert refusal.value.missing == (
        "split halves need at least 4 units with 2 complete respondents; there are 3."
    )
    with pytest.raises(Blocked, match="a score is the same in all units"):
        split(data.assign(x=4.0), rng)
    with pytest.raises(ValueError, match=r"^n_splits must be at least 1, not 0\.$"):
        split(data, rng, n_splits=0)
