"""Oracle: lavaan's gamma (tests/reference/sem/ordinal.R); tables by hand and simulation."""

import re

import numpy as np
import pandas as pd
import pytest

from icx_research.measurement.polychoric import influence
from icx_research.measurement.polychoric.correlations import polychoric
from icx_research.measurement.polychoric.covariance import polychoric_covariance
from tests.measurement.sem.ordinal_reference import ordinal_answers, ordinal_values

# lavaan's correlations stop up to 4e-8 short of the maximum, which moves gamma by 1e-6 at most.
R_RTOL = 1e-6
# Elements near zero: absolute, beside diagonals of 1 to 5.
R_ATOL = 1e-7
ITEMS = ["m1", "m2", "m3", "m4", "m5", "m6"]


@pytest.fixture(scope="module")
def found():
    return polychoric_covariance(ordinal_answers()[ITEMS])


def test_gamma_matches_lavaan(found):
    gamma = found.covariance.to_numpy() * found.n_used
    theirs = ordinal_values("gamma")
    assert len(theirs) == 33 * 34 // 2 == len(gamma) * (len(gamma) + 1) // 2
    ours = gamma[theirs["row"] - 1, theirs["column"] - 1]
    np.testing.assert_allclose(ours, theirs["value"], rtol=R_RTOL, atol=R_ATOL)
    np.testing.assert_allclose(gamma, gamma.T, rtol=1e-12)


def test_estimates_are_those_of_polychoric(found):
    single = polychoric(ordinal_answers()[ITEMS])
    table = found.table.set_index("term")
    assert list(table.columns) == ["estimate", "se", "n"]
    assert table.loc["m4 | t3", "estimate"] == single.thresholds.loc["m4", "threshold_3"]
    assert table.loc["m2 ~~ m5", "estimate"] == single.correlations.loc["m2", "m5"]
    np.testing.assert_array_equal(table["se"], np.sqrt(np.diag(found.covariance)))
    assert (found.n_used, found.n_dropped, set(table["n"])) == (700, 0, {700})
    assert found.to_apa() == (
        "18 thresholds and 15 polychoric correlations, standard errors of correlations .03 to .05, "
        "n = 700"
    )


def test_four_equal_cells_give_half_pi_over_root_n():
    items = pd.DataFrame({"a": np.repeat([1, 1, 2, 2], 25), "b": np.repeat([1, 2, 1, 2], 25)})
    covariance = polychoric_covariance(items).covariance.to_numpy()
    # a threshold at the median: share .5 over the density at 0, twice; no correlation between
    np.testing.assert_allclose(np.diag(covariance) * 100, [np.pi / 2, np.pi / 2, np.pi**2 / 4])
    np.testing.assert_allclose(covariance[np.triu_indices(3, 1)], 0, atol=1e-15)


def test_standard_errors_are_the_spread_over_samples(rng):
    n, rho, draws = 250, 0.5, 300
    found = []
    for _ in range(draws):
        x = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=n)
        codes = np.column_stack([np.searchsorted([-0.3, 0.9], x[:, 0]), x[:, 1] > 0.4])
        result = polychoric_covariance(pd.DataFrame(codes.astype(int), columns=["a", "b"]))
        found.append([*result.estimates, *result.table["se"]])
    found = np.array(found)
    # the standard deviation of 300 draws has a relative error of 4 %; three of them
    np.testing.assert_allclose(found[:, 4:].mean(axis=0), found[:, :4].std(axis=0), rtol=0.125)


def test_patterns_chunks_and_rows_give_the_same(monkeypatch, found):
    monkeypatch.setattr(influence, "CHUNK", 53)
    chunks = polychoric_covariance(ordinal_answers()[ITEMS]).covariance
    monkeypatch.setattr(influence, "LARGEST_CODE", 1)
    rows = polychoric_covariance(ordinal_answers()[ITEMS]).covariance
    pd.testing.assert_frame_equal(chunks, found.covariance, rtol=1e-12)
    pd.testing.assert_frame_equal(rows, found.covariance, rtol=1e-12)


def test_order_of_items_and_rows_and_names_of_answers_do_not_matter(found, rng):
    data = ordinal_answers()[ITEMS].iloc[rng.permutation(700)][ITEMS[::-1]] * 2 - 1
    other = polychoric_covariance(data).covariance
    other.index = other.columns = [
        " ~~ ".join(reversed(term.split(" ~~ "))) for term in other.columns
    ]
    order = list(found.covariance)
    pd.testing.assert_frame_equal(other.loc[order, order], found.covariance, rtol=1e-8, atol=1e-12)


def test_rows_with_a_gap_are_left_out():
    data = ordinal_answers()[ITEMS].astype(float)
    data.iloc[3, 1] = np.nan
    gap = polychoric_covariance(data)
    assert (gap.n_used, gap.n_dropped) == (699, 1)
    without = polychoric_covariance(data.drop(index=data.index[3])).covariance
    pd.testing.assert_frame_equal(gap.covariance, without)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ({"a": [1, 2, 1]}, "polychoric_covariance needs at least 2 items and 2 complete rows; got "
         "1 items and 3 complete rows of 3."),
        ({"a": [1, 2, 1], "b": [2, 2, 2]}, "polychoric_covariance needs items of 2 to 11 ordered "
         "values; 'b' has 1."),
        ({"a": range(12), "b": [1, 2] * 6}, "polychoric_covariance needs items of 2 to 11 ordered "
         "values; 'a' has 12."),
    ],
)  # fmt: skip
def test_refuses_with_the_reason(items, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        polychoric_covariance(pd.DataFrame(items))
