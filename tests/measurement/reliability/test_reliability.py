"""Oracle: R psych, lavaan, semTools; values in tests/reference/measurement/reliability_r.*"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icx_research.core.intervals import logit_interval
from icx_research.core.moments import Moments
from icx_research.core.reduction import moments
from icx_research.measurement.reliability.alpha import cronbach_alpha
from icx_research.measurement.reliability.omega import omega_total

CLOSED_RTOL = 1e-12  # R wrote 15 digits of closed forms; F quantiles are iterated
ML_RTOL = 2e-7  # lavaan stops at gradients of 1e-7; ours solves the likelihood equations (below)
PART_RTOL = 2e-6  # the same, for single loadings and uniquenesses
SE_RTOL = 1e-6  # the same, at estimates that differ by 1e-7
EQUATIONS = 1e-9  # our Newton steps end at gradients of 1e-10
SIMULATED = 0.005  # 200,000 rows: about three standard errors
SCALES = ["tan", "rel", "emp", "all"]


def of(service, scale):
    return service if scale == "all" else service.filter(regex=f"^{scale}")


def complete(service, scale):
    return of(service.dropna(), scale)


@pytest.mark.parametrize("scale", SCALES)
def test_alpha_and_feldts_interval_match_psych(service, by_r, scale):
    r = by_r("reliability_r")
    found = cronbach_alpha(complete(service, scale)).estimate
    expected = [r[f"{scale}:{name}"] for name in ("alpha", "alpha_low", "alpha_high")]
    np.testing.assert_allclose(
        [found.value, found.ci_low, found.ci_high], expected, rtol=CLOSED_RTOL
    )
    psych = [r[f"{scale}:alpha_low_psych"], r[f"{scale}:alpha_high_psych"]]
    np.testing.assert_allclose([found.ci_low, found.ci_high], psych, rtol=CLOSED_RTOL)


@pytest.mark.parametrize("scale", SCALES)
def test_omega_and_its_parts_match_lavaan_and_semtools(service, by_r, scale):
    r = by_r("reliability_r")
    found = omega_total(complete(service, scale))
    assert found.estimate.value == pytest.approx(r[f"{scale}:omega"], rel=ML_RTOL)
    assert found.estimate.value == pytest.approx(r[f"{scale}:omega_semtools"], rel=ML_RTOL)
    assert found.se == pytest.approx(r[f"{scale}:omega_se"], rel=SE_RTOL)
    shrink = (found.n_used - 1) / found.n_used  # lavaan divides covariances by n
    for name in found.loadings.index:
        loading, uniqueness = r[f"{scale}:{name}:loading"], r[f"{scale}:{name}:uniqueness"]
        assert found.loadings[name] * shrink**0.5 == pytest.approx(loading, rel=PART_RTOL)
        assert found.uniquenesses[name] * shrink == pytest.approx(uniqueness, rel=PART_RTOL)


@pytest.mark.parametrize("scale", SCALES)
def test_our_loadings_solve_the_likelihood_equations(service, scale):
    items = complete(service, scale)
    found = omega_total(items)
    sigma = np.outer(found.loadings, found.loadings) + np.diag(found.uniquenesses)
    inverse = np.linalg.inv(sigma)
    residual = inverse @ (items.cov().to_numpy() - sigma) @ inverse
    np.testing.assert_allclose(residual @ found.loadings, 0, atol=EQUATIONS)
    np.testing.assert_allclose(np.diag(residual) * found.uniquenesses, 0, atol=EQUATIONS)


def test_omega_interval_is_symmetric_in_the_logit(service):
    found = omega_total(service)
    low, value, high = (
        np.log(w / (1 - w))
        for w in (found.estimate.ci_low, found.estimate.value, found.estimate.ci_high)
    )
    assert high - value == pytest.approx(value - low, rel=1e-9)
    width = found.se / (found.estimate.value * (1 - found.estimate.value))
    assert high - low == pytest.approx(2 * 1.959963984540054 * width, rel=1e-9)


def test_alpha_and_omega_recover_parallel_items(rng):
    k, r, n = 5, 0.4, 200_000
    items = rng.normal(size=(n, 1)) * np.sqrt(r) + rng.normal(size=(n, k)) * np.sqrt(1 - r)
    truth = k * r / (1 + (k - 1) * r)
    assert cronbach_alpha(pd.DataFrame(items)).estimate.value == pytest.approx(truth, abs=SIMULATED)
    assert omega_total(pd.DataFrame(items)).estimate.value == pytest.approx(truth, abs=SIMULATED)


def test_omega_recovers_unequal_loadings_of_an_exact_covariance():
    loadings, errors = np.array([0.5, 1.0, 1.5, 2.0]), np.array([1.0, 0.5, 2.0, 0.7])
    cov = np.outer(loadings, loadings) + np.diag(errors)
    found = omega_total(Moments(tuple("abcd"), 100, np.zeros(4), cov))
    assert found.estimate.value == pytest.approx(25 / (25 + 4.2), rel=1e-9)
    np.testing.assert_allclose(found.loadings, loadings, rtol=1e-7)
    np.testing.assert_allclose(found.uniquenesses, errors, rtol=1e-7)
    assert found.note == ""


def test_intervals_cover_as_often_as_they_say(rng):
    k, r, n, draws = 4, 0.5, 60, 400
    truth = k * r / (1 + (k - 1) * r)
    hits = np.zeros(2)
    for _ in range(draws):
        x = rng.normal(size=(n, 1)) * np.sqrt(r) + rng.normal(size=(n, k)) * np.sqrt(1 - r)
        for i, coefficient in enumerate((cronbach_alpha, omega_total)):
            estimate = coefficient(pd.DataFrame(x)).estimate
            hits[i] += estimate.ci_low < truth < estimate.ci_high
    # three binomial standard errors of .95 over 400 draws are .033
    assert (np.abs(hits / draws - 0.95) < 0.033).all()


def test_rows_with_a_missing_answer_are_left_out_and_counted(service):
    for coefficient in (cronbach_alpha, omega_total):
        found = coefficient(service)
        assert found.estimate == coefficient(service.dropna()).estimate
        assert (found.n_used, found.n_dropped) == (393, 7)


def test_moments_give_the_same_as_rows(service):
    reduced = moments(service, list(service.columns))
    for coefficient in (cronbach_alpha, omega_total):
        from_rows, from_moments = coefficient(service), coefficient(reduced)
        assert from_moments.estimate.value == pytest.approx(from_rows.estimate.value, rel=1e-10)
        assert from_moments.estimate.ci_low == pytest.approx(from_rows.estimate.ci_low, rel=1e-8)
        assert (from_moments.n_used, from_moments.n_dropped) == (393, 7)


def test_results_show_themselves(small):
    alpha = cronbach_alpha(small, confidence_level=0.9)
    assert (alpha.n_items, alpha.coefficient, alpha.note) == (3, "alpha", "")
    assert repr(alpha) == "ReliabilityResult: alpha = .92, 90% CI [.78, .98], n = 8"
    assert alpha.table.columns.tolist() == ["term", "estimate", "ci_low", "ci_high", "n"]
    assert alpha.table.iloc[0].tolist() == [
        "alpha", alpha.estimate.value, alpha.estimate.ci_low, alpha.estimate.ci_high, 8,
    ]  # fmt: skip
    omega = omega_total(small)
    assert omega.table.columns.tolist() == ["term", "estimate", "se", "ci_low", "ci_high", "n"]
    assert omega.table["term"].tolist() == ["omega_total"]
    assert omega.table["se"].tolist() == [omega.se]
    assert omega.to_apa().startswith("omega total = .9")


def test_negative_alpha_is_shown():
    items = pd.DataFrame({"a": [1, 2, 3, 4, 5, 1], "b": [5, 4, 3, 1, 2, 4]})
    assert cronbach_alpha(items).estimate.value < -1


def test_a_heywood_case_is_named():
    r = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1.0]])
    found = omega_total(Moments(("a", "b", "c"), 50, np.zeros(3), r))
    assert found.note == "improper solution: the uniqueness of a is at its bound"
    assert np.isnan([found.se, found.estimate.ci_low, found.estimate.ci_high]).all()
    assert found.to_apa() == f"omega total = .90, n = 50 ({found.note})"


def test_logit_interval_ends_at_one():
    found = logit_interval(0.999, 0.001, 0.95)
    assert 0.99 < found.ci_low < 0.999 < found.ci_high < 1


ERRORS = {
    "one item": (
        lambda d: d[["q1"]],
        "cronbach_alpha needs at least 2 items and 2 complete rows; "
        "got 1 items and 8 complete rows of 8.",
    ),
    "one row": (
        lambda d: d.head(1),
        "cronbach_alpha needs at least 2 items and 2 complete rows; "
        "got 3 items and 1 complete rows of 1.",
    ),
    "no items": (
        lambda d: d[[]],
        "cronbach_alpha needs at least 2 items and 2 complete rows; "
        "got 0 items and 8 complete rows of 8.",
    ),
    "constant": (
        lambda d: d.assign(q2=0.1),
        "cronbach_alpha needs items that vary; 'q2' has one answer in all 8 complete rows.",
    ),
    "text": (
        lambda d: d.assign(q2="often"),
        "cronbach_alpha needs numeric items; 'q2' is not numeric.",
    ),
    "twice": (
        lambda d: d[["q1", "q1"]],
        "cronbach_alpha needs each item once; 'q1' appears more than once.",
    ),
    "infinite": (
        lambda d: d.assign(q3=[np.inf, *range(7)]),
        "cronbach_alpha needs finite answers; item 'q3' holds an infinite one.",
    ),
    "cancelling": (
        lambda d: pd.DataFrame({"a": d["q1"], "b": -d["q1"]}),
        "The total score does not vary; alpha is undefined.",
    ),
    "grouped": (
        lambda d: moments(d.assign(g=1), ["q1", "q2"], by="g"),
        "cronbach_alpha needs moments without groups; use pooled() or one group.",
    ),
    "weighted": (
        lambda d: moments(d.assign(w=2.5), ["q1", "q2"], weights="w"),
        "cronbach_alpha needs moments without weights.",
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_bad_items_are_refused_in_one_sentence(small, case):
    spoil, message = ERRORS[case]
    with pytest.raises(ValueError) as refusal:
        cronbach_alpha(spoil(small))
    assert str(refusal.value) == message


def test_an_array_is_refused(small):
    with pytest.raises(TypeError) as refusal:
        cronbach_alpha(small.to_numpy())
    assert str(refusal.value) == "cronbach_alpha needs a DataFrame of items, not ndarray."


def test_a_level_that_is_no_fraction_is_refused(small):
    for coefficient in (cronbach_alpha, omega_total):
        with pytest.raises(ValueError) as refusal:
            coefficient(small, confidence_level=95)
        assert str(refusal.value) == "confidence_level must lie between 0 and 1, not 95."


def test_omega_refuses_what_it_cannot_fit(small):
    with pytest.raises(ValueError) as refusal:
        omega_total(small[["q1", "q2"]])
    assert str(refusal.value) == (
        "omega_total needs at least 3 items and 3 complete rows; got 2 items and 8 complete rows "
        "of 8."
    )
    with pytest.raises(ValueError) as refusal:
        omega_total(small.assign(q4=small["q1"] + small["q2"]))
    assert "omega_total needs a covariance matrix that is positive definite;" in str(refusal.value)
    assert str(refusal.value).endswith(
        "(an item follows from others, or 8 rows are too few for 4 items)."
    )


answers = st.lists(
    st.lists(st.integers(1, 7), min_size=4, max_size=4), min_size=12, max_size=40
).map(lambda rows: pd.DataFrame(rows, columns=list("abcd")))


@settings(max_examples=50, deadline=None)
@given(answers, st.floats(0.1, 10), st.floats(-50, 50), st.randoms())
def test_alpha_knows_no_unit_origin_or_order(items, scale, shift, order):
    if (items.nunique() < 2).any() or items.sum(axis=1).nunique() < 2:
        return
    rows, columns = list(items.index), list(items.columns)
    order.shuffle(rows)
    order.shuffle(columns)
    first, second = cronbach_alpha(items), cronbach_alpha(items.loc[rows, columns] * scale + shift)
    assert second.estimate.value == pytest.approx(first.estimate.value, rel=1e-7, abs=1e-7)
    assert first.estimate.ci_low <= first.estimate.value <= first.estimate.ci_high <= 1


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.3, 0.9), min_size=3, max_size=8), st.floats(0.1, 10))
def test_omega_of_an_exact_model_is_its_formula_in_any_unit(loadings, unit):
    loading = np.array(loadings)
    cov = (np.outer(loading, loading) + np.diag(1 - loading**2)) * unit**2
    names = tuple(f"q{i}" for i in range(len(loading)))
    found = omega_total(Moments(names, 200, np.zeros(len(loading)), cov)).estimate
    true = loading.sum() ** 2
    assert found.value == pytest.approx(true / (true + (1 - loading**2).sum()), rel=1e-6)
