"""Bootstrap intervals of reliability: known truth, hand-made resamples, failures, messages.

Coverage over many samples: validation/reliability_intervals.py.
"""

import re

import numpy as np
import pandas as pd
import pytest

from icx_research.core.moments import Moments, correlations
from icx_research.core.resampling import failures, percentile_interval, resampled_covariances
from icx_research.measurement.exploratory.extraction import minres_uniquenesses
from icx_research.measurement.exploratory.factor_analysis import factor_analysis
from icx_research.measurement.exploratory.quartimin import quartimin
from icx_research.measurement.polychoric.correlations import polychoric
from icx_research.measurement.reliability.alpha import cronbach_alpha
from icx_research.measurement.reliability.hierarchical import TERMS, omega_hierarchical
from icx_research.measurement.reliability.ordinal import ordinal_alpha, ordinal_omega
from icx_research.measurement.reliability.split_half import split_half

# Both searches end where their gradients vanish.
ROTATION_ATOL = 1e-5


def seeded(seed=5):
    return np.random.default_rng(seed)


def test_resampled_covariances_are_those_of_the_drawn_rows(service):
    values = service[["tan1", "rel1", "emp2"]].to_numpy(float)
    blocks = list(resampled_covariances(values, n_resamples=3, rng=seeded()))
    drawn = np.concatenate(blocks)
    complete = values[~np.isnan(values).any(axis=1)]
    n = len(complete)
    weights = seeded().multinomial(n, np.full(n, 1 / n), size=3)
    for cov, weight in zip(drawn, weights, strict=True):
        rows = np.repeat(complete, weight, axis=0)
        np.testing.assert_allclose(cov, np.cov(rows, rowvar=False, bias=True), rtol=1e-10)
        np.testing.assert_allclose(
            correlations(cov[None])[0], np.corrcoef(rows, rowvar=False), rtol=1e-10
        )


def test_blocks_hold_every_resample():
    values = np.random.default_rng(1).normal(size=(400_000, 2))
    blocks = list(resampled_covariances(values, n_resamples=23, rng=seeded()))
    assert [len(block) for block in blocks] == [10, 10, 3]


def test_percentile_interval_and_lost_resamples_by_hand():
    draws = np.append(np.linspace(0, 1, 101), [np.nan, np.nan])
    found = percentile_interval(0.4, draws, 0.9)
    assert (found.value, found.confidence_level) == (0.4, 0.9)
    np.testing.assert_allclose([found.ci_low, found.ci_high], [0.05, 0.95])
    assert failures(draws, "why") == "2 of 103 resamples left out: why"
    assert failures(draws[:5], "why") == ""
    assert np.isnan(percentile_interval(0.4, np.empty(0), 0.9).ci_low)


@pytest.mark.parametrize("q", [2, 3])
def test_quartimin_agrees_with_oblimin(service, q):
    fitted = factor_analysis(service, n_factors=q)
    target = fitted.loadings.to_numpy()
    matrix = service.dropna().corr().to_numpy()
    loadings = minres_uniquenesses(matrix, n_factors=q).loadings
    # away from the target, so that the search has a way to go
    near = target + 0.1 * seeded().normal(size=target.shape)
    pattern, phi = quartimin(np.array([loadings, loadings @ np.diag([-1.0] * q)]), near)
    for i in range(2):
        np.testing.assert_allclose(pattern[i], target, rtol=0, atol=ROTATION_ATOL)
        np.testing.assert_allclose(phi[i], fitted.factor_correlations, rtol=0, atol=ROTATION_ATOL)


def test_omega_hierarchical_resamples_are_omegas_of_resamples(service):
    complete = service.dropna()
    found = omega_hierarchical(service, rng=seeded(), n_resamples=40)
    n = len(complete)
    weights = seeded().multinomial(n, np.full(n, 1 / n), size=40)
    draws = []
    for weight in weights:
        one = omega_hierarchical(complete.iloc[np.repeat(np.arange(n), weight)])
        draws.append([getattr(one, term) for term in TERMS])
    limits = np.quantile(draws, [0.025, 0.975], axis=0)
    for j, term in enumerate(TERMS):
        own = found.intervals[term]
        assert own.value == getattr(found, term)
        odds = [share / (1 - share) for share in (own.value, *limits[:, j])]
        # reflected on the logit scale: squared odds of the value by those of the other limit
        turned = [odds[0] ** 2 / odds[2], odds[0] ** 2 / odds[1]]
        expected = [value / (1 + value) for value in turned]
        np.testing.assert_allclose([own.ci_low, own.ci_high], expected, atol=1e-3)
    table = found.table.set_index("term")
    assert list(table.columns) == ["estimate", "ci_low", "ci_high", "n"]
    assert table.loc["omega_total", "ci_high"] == found.intervals["omega_total"].ci_high
    own = found.intervals["omega_hierarchical"]
    shown = f", 95% CI [{own.ci_low:.2f}, {own.ci_high:.2f}], omega total".replace("0.", ".")
    assert shown in found.to_apa()
    assert found.estimate == found.intervals["omega_hierarchical"]
    alone = omega_hierarchical(service)
    assert list(alone.table.columns) == ["term", "estimate", "n"]
    assert alone.estimate.value == found.estimate.value


def test_omega_hierarchical_says_what_it_left_out():
    pattern = np.kron(np.eye(2), np.full((4, 1), 0.7))
    r = pattern @ np.array([[1, 0.02], [0.02, 1]]) @ pattern.T
    np.fill_diagonal(r, 1)
    rows = seeded(8).multivariate_normal(np.zeros(8), r, size=300)
    rows = (rows - rows.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(rows.T))).T
    data = pd.DataFrame(rows @ np.linalg.cholesky(r).T, columns=list("abcdefgh"))
    found = omega_hierarchical(data, n_factors=2, rng=seeded(), n_resamples=60)
    lost = re.search(
        r"; (\d+) of 60 resamples left out: no solution, or factors without a positive "
        r"correlation$",
        found.note,
    )
    assert lost is not None
    assert 10 < int(lost.group(1)) < 40


def test_intervals_hold_the_alpha_of_the_population():
    rng = seeded(2)
    n, k, r = 1500, 4, 0.5
    latent = np.sqrt(r) * rng.normal(size=(n, 1)) + np.sqrt(1 - r) * rng.normal(size=(n, k))
    data = pd.DataFrame(np.digitize(latent, [-1, 0, 1]), columns=list("abcd"))
    truth = k * r / (1 + (k - 1) * r)
    alpha = ordinal_alpha(data, rng=seeded(), n_resamples=60)
    omega = ordinal_omega(data, rng=seeded(), n_resamples=60)
    for found in (alpha, omega):
        assert found.estimate.ci_low < truth < found.estimate.ci_high
        assert found.estimate.ci_low < found.estimate.value < found.estimate.ci_high
        # the error of alpha of normal answers, a little more for categories
        assert found.estimate.ci_high - found.estimate.ci_low == pytest.approx(0.037, abs=0.015)
        assert found.note == "of the answers behind the categories, not of the score"
    assert omega.se == pytest.approx((omega.estimate.ci_high - omega.estimate.ci_low) / 3.92, 0.3)
    assert omega.table["se"].iloc[0] == omega.se
    continuous = pd.DataFrame(latent, columns=list("abcd"))
    halves = split_half(continuous, coefficient="guttman", rng=seeded(), n_resamples=400)
    feldt = cronbach_alpha(continuous).estimate
    mean = halves.intervals["mean"]
    # over all halves Guttman's mean is alpha, so its interval is near Feldt's
    assert mean.value == pytest.approx(feldt.value)
    np.testing.assert_allclose(
        [mean.ci_low, mean.ci_high], [feldt.ci_low, feldt.ci_high], atol=4e-3
    )


def test_ordinal_resamples_are_coefficients_of_drawn_rows(service):
    items = service[["tan1", "tan2", "tan3", "tan4"]]
    complete = items.dropna()
    rng, draws = seeded(), []
    for _ in range(10):
        drawn = complete.iloc[rng.integers(len(complete), size=len(complete))]
        draws.append(ordinal_alpha(drawn).estimate.value)
    found = ordinal_alpha(items, rng=seeded(), n_resamples=10, confidence_level=0.8)
    np.testing.assert_allclose(
        [found.estimate.ci_low, found.estimate.ci_high], np.quantile(draws, [0.1, 0.9])
    )
    assert found.estimate.confidence_level == 0.8


def test_ordinal_resamples_without_a_solution_are_counted():
    # one answer of 2 in the second item: a third of the resamples miss it
    data = pd.DataFrame({"a": [1, 2, 3, 1, 2, 3, 1, 2, 3, 3], "b": [1] * 9 + [2]})
    found = ordinal_alpha(data, rng=seeded(), n_resamples=30)
    lost = re.search(
        r"score; (\d+) of 30 resamples left out: no polychoric correlations, or not positive "
        r"definite$",
        found.note,
    )
    assert lost is not None
    assert 0 < int(lost.group(1)) < 30


def test_split_half_intervals_and_sentence(service):
    items = service[["tan1", "tan2", "tan3", "tan4"]]
    found = split_half(items, rng=seeded(), n_resamples=50)
    covariances = np.concatenate(
        list(resampled_covariances(items.to_numpy(float), n_resamples=50, rng=seeded()))
    )
    names = tuple(items)
    draws = [split_half(Moments(names, 100, np.zeros(4), cov)) for cov in covariances]
    for term in ("odd_even", "mean"):
        expected = np.quantile([getattr(one, term) for one in draws], [0.025, 0.975])
        own = found.intervals[term]
        np.testing.assert_allclose([own.ci_low, own.ci_high], expected)
        assert own.value == getattr(found, term)
    table = found.table.set_index("term")
    assert table.loc["mean", "ci_low"] == found.intervals["mean"].ci_low
    assert table.loc[["lowest", "highest"], "ci_low"].isna().all()
    pair = [f"95% CI [{own.ci_low:.2f}, {own.ci_high:.2f}]" for own in found.intervals.values()]
    first, second = (text.replace("0.", ".") for text in pair)
    assert found.to_apa().startswith(
        f"split-half reliability = {found.odd_even:.2f}, {first} (odd-even), mean "
        f"{found.mean:.2f}, {second}, range".replace("0.", ".")
    )
    assert "ci_low" not in split_half(items).table


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda d: omega_hierarchical(Moments(tuple("abcd"), 9, np.zeros(4), np.eye(4)),
                                      rng=seeded()),
         "omega_hierarchical needs the rows for an interval; leave out rng for moments."),
        (lambda d: ordinal_alpha(polychoric(d), rng=seeded()),
         "ordinal_alpha needs the rows for an interval; leave out rng for correlations."),
        (lambda d: ordinal_omega(polychoric(d), rng=seeded()),
         "ordinal_omega needs the rows for an interval; leave out rng for correlations."),
        (lambda d: split_half(Moments(tuple("abcd"), 9, np.zeros(4), np.eye(4)), n_resamples=9),
         "split_half needs the rows, not moments, for an interval."),
        (lambda d: ordinal_alpha(d, confidence_level=95),
         "confidence_level must lie between 0 and 1, not 95."),
    ],
)  # fmt: skip
def test_refuses_with_the_reason(service, ask, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        ask(service[["tan1", "tan2", "tan3"]])
