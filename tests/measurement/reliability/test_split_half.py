"""Oracle: R psych::splitHalf; values in tests/reference/measurement/reliability_r.*"""

import itertools

import numpy as np
import pandas as pd
import pytest

from icx_research.measurement.reliability.alpha import cronbach_alpha
from icx_research.measurement.reliability.split_half import split_half

CLOSED_RTOL = 1e-12  # closed forms over all halves
SAMPLED = 0.003  # mean of 5,000 random halves, whose standard deviation is .01 to .04


@pytest.mark.parametrize("scale", ["tan", "rel", "emp", "all"])
def test_guttman_over_all_halves_matches_psych(service, by_r, scale):
    r = by_r("reliability_r")
    items = service.dropna()
    items = items if scale == "all" else items.filter(regex=f"^{scale}")
    found = split_half(items, coefficient="guttman")
    np.testing.assert_allclose(
        [found.odd_even, found.mean, found.lowest, found.highest],
        [r[f"{scale}:guttman_{name}"] for name in ("odd_even", "mean", "low", "high")],
        rtol=CLOSED_RTOL,
    )
    assert found.mean == pytest.approx(cronbach_alpha(items).estimate.value, rel=CLOSED_RTOL)
    assert found.n_splits == {4: 3, 12: 462}[items.shape[1]]


@pytest.mark.parametrize("scale", ["tan", "all"])
def test_standardised_items_match_psych_too(service, by_r, scale):
    r = by_r("reliability_r")
    items = service.dropna()
    items = items if scale == "all" else items.filter(regex=f"^{scale}")
    found = split_half((items - items.mean()) / items.std(), coefficient="guttman")
    np.testing.assert_allclose(
        [found.mean, found.lowest, found.highest],
        [r[f"{scale}:guttman_{name}_standardized"] for name in ("mean", "low", "high")],
        rtol=1e-10,
    )


@pytest.mark.parametrize("scale", ["tan", "rel", "emp", "all"])
def test_odd_even_spearman_brown_matches_two_sums(service, by_r, scale):
    items = service.dropna()
    items = items if scale == "all" else items.filter(regex=f"^{scale}")
    found = split_half(items)
    assert found.odd_even == pytest.approx(
        by_r("reliability_r")[f"{scale}:spearman_brown"], rel=CLOSED_RTOL
    )
    assert found.coefficient == "spearman_brown"


def test_an_odd_number_of_items_visits_every_split(service):
    items = service.dropna()[["tan1", "tan2", "tan3", "rel1", "rel2"]]
    values = {}
    for half in itertools.combinations(items, 2):
        one, other = items[list(half)].sum(axis=1), items.drop(columns=list(half)).sum(axis=1)
        r = np.corrcoef(one, other)[0, 1]
        values[half] = 2 * r / (1 + r)
    found = split_half(items)
    assert found.n_splits == len(values) == 10
    assert found.mean == pytest.approx(np.mean(list(values.values())), rel=1e-10)
    assert found.lowest == pytest.approx(min(values.values()), rel=1e-10)
    assert found.highest == pytest.approx(max(values.values()), rel=1e-10)
    assert found.best_split == max(values, key=values.get)
    assert found.note == "one half has an item more than the other"


def test_many_items_are_split_at_random(rng):
    x = pd.DataFrame(rng.normal(size=(300, 1)) + rng.normal(size=(300, 20))).add_prefix("q")
    found = split_half(x, coefficient="guttman", n_splits=5_000, rng=rng)
    assert found.mean == pytest.approx(cronbach_alpha(x).estimate.value, abs=SAMPLED)
    assert found.n_splits == 5_000
    assert found.note == "5000 of the possible splits, drawn at random"
    assert len(found.best_split) == 10


def test_shows_itself_and_counts(service):
    found = split_half(service.filter(regex="emp"))
    assert (found.n_used, found.n_dropped) == (397, 3)
    assert found.table["term"].tolist() == ["odd_even", "mean", "lowest", "highest"]
    assert found.table["estimate"].tolist() == [
        found.odd_even, found.mean, found.lowest, found.highest,
    ]  # fmt: skip
    assert found.to_apa() == (
        "split-half reliability = .73 (odd-even), mean .74, range .73 to .74 over 3 splits, n = 397"
    )


def test_unknown_coefficient_is_refused(small):
    with pytest.raises(ValueError) as refusal:
        split_half(small, coefficient="rulon")
    assert str(refusal.value) == "coefficient must be 'spearman_brown' or 'guttman', not 'rulon'."


def test_two_items_have_one_split(small):
    found = split_half(small[["q1", "q2"]])
    r = np.corrcoef(small["q1"], small["q2"])[0, 1]
    assert (found.n_splits, found.best_split) == (1, ("q1",))
    assert found.mean == pytest.approx(2 * r / (1 + r), rel=1e-12)
