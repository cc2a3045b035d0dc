"""Golden numbers, simulation and limits of the formulae for artefacts."""

import numpy as np
import pytest

from icx_research.core.artefacts import (
    design_effect,
    effective_n,
    gap_reliability,
    regression_to_the_mean,
    same_source_correlation,
)

PRINTED = 5e-4  # three decimals


def gap(reliability, correlation, **sds):
    return gap_reliability(
        reliability_perception=reliability,
        reliability_expectation=reliability,
        correlation=correlation,
        **sds,
    )


@pytest.mark.parametrize(
    ("reliability", "r", "expected"),
    [(0.75, 0.5, 0.500), (0.80, 0.35, 0.692), (0.80, 0.50, 0.600), (0.80, 0.60, 0.500)],
)
def test_reliability_of_the_gap_has_the_published_values(reliability, r, expected):
    assert gap(reliability, r) == pytest.approx(expected, abs=PRINTED)


def test_reliability_of_the_gap_is_recovered_by_a_retest(rng):
    n, r_true, rel = 200_000, 0.6, 0.7
    true = rng.multivariate_normal([0, 0], [[4, 2 * r_true], [2 * r_true, 1]], n)
    noise = np.sqrt(np.array([4, 1]) * (1 - rel) / rel)
    one, two = (true + noise * rng.standard_normal((n, 2)) for _ in range(2))
    retest = np.corrcoef(one[:, 0] - one[:, 1], two[:, 0] - two[:, 1])[0, 1]
    by_formula = gap(
        rel,
        np.corrcoef(one.T)[0, 1],
        sd_perception=one[:, 0].std(),
        sd_expectation=one[:, 1].std(),
    )
    assert by_formula == pytest.approx(retest, abs=0.008)  # three standard errors


def test_a_gap_that_does_not_vary_has_no_reliability():
    assert np.isnan(gap(0.8, 1.0))


@pytest.mark.parametrize(
    ("icc", "k", "expected"),
    [(0.05, 5, 0.40), (0.10, 5, 0.32), (0.10, 10, 0.2368), (0.20, 20, 0.08), (0.20, 50, 0.04)],
)
def test_same_source_correlation_has_the_dossiers_values(icc, k, expected):
    found = same_source_correlation(error_correlation=0.5, icc_1=icc, n_raters=k)
    assert found == pytest.approx(expected, abs=5e-3 if expected != 0.2368 else 5e-5)


@pytest.mark.parametrize(
    ("reliability", "expected"), [(0.9, 0.13), (0.8, 0.254), (0.7, 0.38), (0.6, 0.51), (0.5, 0.64)]
)
def test_bottom_quartile_rises_by_the_published_amount(reliability, expected):
    assert regression_to_the_mean(reliability=reliability) == pytest.approx(expected, abs=5e-3)


def test_regression_to_the_mean_happens(rng):
    first = rng.standard_normal(400_000)
    second = 0.6 * first + np.sqrt(1 - 0.36) * rng.standard_normal(400_000)
    lowest = first <= np.quantile(first, 0.1)
    rise = (second - first)[lowest].mean()
    assert rise == pytest.approx(regression_to_the_mean(reliability=0.6, share=0.1), abs=0.015)


def test_design_effect_and_effective_n():
    assert design_effect(cluster_size=30, icc_1=0.05) == pytest.approx(2.45)
    assert design_effect(cluster_size=1, icc_1=0.9) == 1
    assert effective_n(np.ones(7)) == 7
    assert effective_n(np.array([3.0, 0.0])) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gap(1.2, 0.5),
         r"^reliability_perception must lie between 0 and 1, not 1\.2\.$"),
        (lambda: gap(0.8, 2), r"^correlation must lie between -1 and 1, not 2\.$"),
        (lambda: gap(0.8, 0, sd_perception=-1), r"^sd_perception must not be negative, not -1\.$"),
        (lambda: same_source_correlation(error_correlation=0.5, icc_1=0.1, n_raters=0),
         r"^n_raters must be at least 1, not 0\.$"),
        (lambda: regression_to_the_mean(reliability=0.5, share=1),
         r"^share must lie between 0 and 1, not 1\.$"),
        (lambda: design_effect(cluster_size=0, icc_1=0.1),
         r"^cluster_size must be at least 1, not 0\.$"),
        (lambda: effective_n(np.array([-1.0, 2.0])),
         r"^weights must be non-negative numbers that do not all equal 0\.$"),
    ],
)  # fmt: skip
def test_impossible_values_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
