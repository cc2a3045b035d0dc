"""Oracle: lavaan::lavCor, and the two-step likelihood integrated and solved in R to 1e-13.

Script and values in tests/reference/measurement/polychoric_r.*
"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from icx_research.measurement.polychoric.bivariate_normal import (
    bivariate_normal_cdf,
    bivariate_normal_density,
)
from icx_research.measurement.polychoric.correlations import polychoric
from icx_research.measurement.reliability.ordinal import ordinal_alpha, ordinal_omega
from tests.measurement.conftest import REFERENCE

EXACT = 1e-11  # R's integrals and root to 1e-13, on slopes of size n
LAVAAN = 1e-7  # lavCor's optimizer stops up to 2e-8 short of the maximum
THRESHOLD = 1e-13  # quantiles of shares
CDF = 1e-13  # R's integrate at a tolerance of 1e-13, absolute
FACTANAL = 1e-6  # factanal stops at gradients of about 1e-8


@pytest.fixture(scope="module")
def mixed():
    return pd.read_csv(REFERENCE / "mixed_items.csv")


@pytest.mark.parametrize("kind", ["exact", "lavaan"])
def test_correlations_of_2_to_11_categories_match_r(mixed, by_r, kind):
    r = by_r("polychoric_r").filter(like=f"mixed:{kind}:")
    found = polychoric(mixed).correlations
    assert len(r) == 15
    for name, value in r.items():
        first, second = name.split(":")[2].split("~")
        tolerance = EXACT if kind == "exact" else LAVAAN
        assert found.loc[first, second] == pytest.approx(value, abs=tolerance)
        assert found.loc[second, first] == found.loc[first, second]


def test_correlations_and_thresholds_of_twelve_items_match_lavaan(service, by_r):
    r = by_r("polychoric_r").filter(like="service:")
    found = polychoric(service)
    for name, value in r.filter(like="service:lavaan").items():
        first, second = name.split(":")[2].split("~")
        assert found.correlations.loc[first, second] == pytest.approx(value, abs=LAVAAN)
    assert (found.n_used, found.n_dropped, found.note) == (393, 7, "")
    assert (found.pair_counts == 393).all(axis=None)


@pytest.mark.parametrize("label", ["mixed", "service"])
def test_thresholds_match_lavaan(mixed, service, by_r, label):
    r = by_r("polychoric_r").filter(like=f"{label}:threshold:")
    found = polychoric(mixed if label == "mixed" else service).thresholds
    for name, value in r.items():
        item, number = name.split(":")[2].split("|t")
        assert found.loc[item, f"threshold_{number}"] == pytest.approx(value, abs=THRESHOLD)
    assert found.notna().sum().sum() == len(r)


def test_probabilities_match_integrals_by_r(by_r):
    r = by_r("polychoric_r").filter(like="cdf:")
    h, k, rho = np.array([[float(x) for x in name.split(":")[1:]] for name in r.index]).T
    np.testing.assert_allclose(bivariate_normal_cdf(h, k, rho), r.to_numpy(), atol=CDF)
    assert len(r) == 63


def test_probability_at_the_centre_is_an_arc_sine():
    rho = np.linspace(-0.9999, 0.9999, 41)
    zero = np.zeros(41)
    expected = 0.25 + np.arcsin(rho) / (2 * np.pi)
    np.testing.assert_allclose(bivariate_normal_cdf(zero, zero, rho), expected, atol=1e-15)


@settings(max_examples=200, deadline=None)
@given(st.floats(-4, 4), st.floats(-4, 4), st.floats(-0.99, 0.99))
def test_quadrants_fill_the_plane_and_slopes_are_the_density(h, k, rho):
    h, k, rho = map(np.array, (h, k, rho))
    lower = bivariate_normal_cdf(h, k, rho)
    assert lower + bivariate_normal_cdf(h, -k, -rho) == pytest.approx(special.ndtr(h), abs=1e-14)
    assert lower == pytest.approx(float(bivariate_normal_cdf(k, h, rho)), abs=1e-15)
    step = 1e-5
    density, slope = bivariate_normal_density(h, k, rho)
    up, down = (bivariate_normal_cdf(h, k, rho + s) for s in (step, -step))
    scale = 1 / (1 - rho**2) ** 3
    assert density == pytest.approx((up - down) / (2 * step), abs=1e-8 * scale)
    above, below = (bivariate_normal_density(h, k, rho + s)[0] for s in (step, -step))
    assert slope == pytest.approx((above - below) / (2 * step), abs=1e-6 * scale**2)


def test_recovers_the_correlation_behind_categories(rng):
    rho, n = 0.55, 400_000
    latent = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=n)
    cuts = ([-1.0, 0.2, 1.1], [0.8])
    items = pd.DataFrame({f"q{j}": np.searchsorted(cuts[j], latent[:, j]) for j in range(2)})
    found = polychoric(items)
    assert found.correlations.loc["q0", "q1"] == pytest.approx(rho, abs=0.008)  # 3 standard errors
    np.testing.assert_allclose(found.thresholds.loc["q0"], cuts[0], atol=0.01)


def test_pairwise_takes_every_row_of_a_pair(service):
    found = polychoric(service, missing="pairwise")
    assert (found.n_used, found.n_dropped) == (400, 0)
    answered = service.notna().astype(int)
    np.testing.assert_array_equal(found.pair_counts, answered.T @ answered)
    pair = polychoric(service[["rel2", "rel3"]].dropna()).correlations.loc["rel2", "rel3"]
    # margins of single items rest on up to three more rows
    assert found.correlations.loc["rel2", "rel3"] == pytest.approx(pair, abs=0.005)
    assert (
        found.correlations.loc["tan1", "tan2"]
        == polychoric(service[["tan1", "tan2"]]).correlations.loc["tan1", "tan2"]
    )


def test_an_empty_cell_of_two_by_two_is_filled_as_lavaan_does(by_r):
    a = np.repeat([1, 1, 2, 2], [20, 0, 7, 13])
    b = np.repeat([1, 2, 1, 2], [20, 0, 7, 13])
    found = polychoric(pd.DataFrame({"a": a, "b": b}))
    assert found.correlations.loc["a", "b"] == pytest.approx(
        by_r("polychoric_r")["empty:2x2"], abs=LAVAAN
    )
    assert found.note == "half an answer was moved into an empty cell of 1 tables of 2 x 2"
    mirrored = polychoric(pd.DataFrame({"a": a, "b": 3 - b}))
    assert mirrored.correlations.loc["a", "b"] == pytest.approx(
        -found.correlations.loc["a", "b"], abs=1e-9
    )


def test_items_that_never_cross_stop_at_the_bound():
    items = pd.DataFrame({"a": [1, 2, 3, 4] * 5, "b": [1, 2, 3, 4] * 5, "c": [4, 3, 2, 1] * 5})
    found = polychoric(items)
    assert found.correlations.loc["a", "b"] == 0.9999
    assert found.correlations.loc["a", "c"] == -0.9999
    assert found.note == "at the bound of 0.9999: a ~ b, a ~ c, b ~ c"


def test_a_matrix_that_is_not_positive_definite_is_named(rng):
    x = pd.DataFrame(rng.integers(1, 3, size=(12, 8))).add_prefix("q")
    found = polychoric(x)
    assert np.linalg.eigvalsh(found.correlations)[0] < 0
    assert "the matrix is not positive definite" in found.note
    with pytest.raises(ValueError, match="ordinal_omega needs a covariance matrix that is pos"):
        ordinal_omega(found)


def test_shows_itself(mixed):
    found = polychoric(mixed)
    assert found.to_apa() == "polychoric correlations of 6 items −.49 to .89, n = 500"
    assert found.table.shape == (15, 3)
    row = found.table.set_index("term").loc["c4 ~ c5"]
    assert row.tolist() == [found.correlations.loc["c4", "c5"], 500]
    assert "<td>0.895</td>" in found._repr_html_()


ERRORS = {
    "polychoric needs at least 2 items and 2 rows with answers; got 1 items and 6 rows of 6.": (
        lambda d: d[["a"]],
        {},
    ),
    "polychoric needs at least 2 items and 2 rows with answers; got 2 items and 1 rows of 1.": (
        lambda d: d.head(1),
        {},
    ),
    "polychoric needs items of 2 to 11 ordered values; 'b' has 1.": (lambda d: d.assign(b=3), {}),
    "polychoric needs items of 2 to 11 ordered values; 'b' has 12.": (
        lambda d: pd.DataFrame({"a": [1, 2] * 6, "b": range(12)}),
        {},
    ),
    "missing must be 'listwise' or 'pairwise', not 'fiml'.": (lambda d: d, {"missing": "fiml"}),
    "polychoric needs numeric items; 'b' is not numeric.": (lambda d: d.assign(b="x"), {}),
    "polychoric needs rows in which 'a' and 'b' are answered.": (
        lambda d: pd.DataFrame({"a": [1, 2, None, None], "b": [None, None, 1, 2]}),
        {"missing": "pairwise"},
    ),
}


@pytest.mark.parametrize("message", ERRORS)
def test_refuses_in_one_sentence(message):
    spoil, options = ERRORS[message]
    items = pd.DataFrame({"a": [1, 2, 3, 1, 2, 3], "b": [1, 1, 2, 2, 3, 3]})
    with pytest.raises(ValueError) as refusal:
        polychoric(spoil(items), **options)
    assert str(refusal.value) == message


def test_ordinal_reliabilities_match_psych_and_factanal(service, by_r):
    r = by_r("polychoric_r")
    matrix = polychoric(service)
    alpha, omega = ordinal_alpha(matrix), ordinal_omega(service)
    assert alpha.estimate.value == pytest.approx(r["service:alpha"], rel=LAVAAN)
    assert omega.estimate.value == pytest.approx(r["service:omega"], rel=FACTANAL)
    assert (alpha.n_items, alpha.n_used, alpha.n_dropped) == (12, 393, 7)
    assert (omega.n_used, omega.n_dropped) == (393, 7)
    assert np.isnan([alpha.estimate.ci_low, omega.estimate.ci_high, omega.se]).all()
    np.testing.assert_allclose(omega.loadings**2 + omega.uniquenesses, 1, atol=1e-9)
    assert alpha.to_apa() == (
        "ordinal alpha = .81, n = 393 (of the answers behind the categories, not of the score; "
        "without an interval)"
    )
    assert (alpha.coefficient, omega.coefficient) == ("ordinal_alpha", "ordinal_omega")


def test_ordinal_omega_needs_three_items(mixed):
    with pytest.raises(ValueError) as refusal:
        ordinal_omega(mixed[["c2", "c3"]])
    assert str(refusal.value) == "ordinal_omega needs at least 3 items; got 2."


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=20, max_size=60),
    st.randoms(),
)
def test_correlation_depends_on_order_of_categories_only(rows, order):
    items = pd.DataFrame(rows, columns=["a", "b"])
    if (items.nunique() < 2).any():
        return
    value = polychoric(items).correlations.loc["a", "b"]
    shuffled = list(items.index)
    order.shuffle(shuffled)
    changed = pd.DataFrame({"b": 7 - items["b"], "a": items["a"] ** 3 + 0.5}).loc[shuffled]
    assert polychoric(changed).correlations.loc["a", "b"] == pytest.approx(-value, abs=1e-7)
    assert -1 < value < 1
