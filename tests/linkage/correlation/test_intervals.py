"""Intervals of clustered units and of the same respondents: by hand and by coverage."""

import re

import numpy as np
import pytest
from scipy import stats

from icx_research.core.cutoffs import MIN_CLUSTERS
from icx_research.core.intervals import correlation_interval, fisher_interval
from icx_research.linkage.correlation.clusters import correlate, shared_mood

PRINTED = 5e-4  # three decimals


def pearson(x, y, *, noise=None, cluster=None, level=0.95):
    n = len(x)
    columns = np.column_stack([x - x.mean(), y - y.mean()])
    cluster = np.arange(n) if cluster is None else cluster
    return correlate(columns, np.empty((n, 0)), "pearson", level, noise, cluster)


def pairs(rng, size, r):
    return rng.multivariate_normal([0, 0], [[1, r], [r, 1]], size)


def test_cluster_interval_is_the_jackknife_over_clusters(rng):
    cluster = np.repeat(np.arange(12), 3)
    x, y = pairs(rng, 36, 0.4).T
    found = pearson(x, y, cluster=cluster)
    z = [np.arctanh(np.corrcoef(x[cluster != g], y[cluster != g])[0, 1]) for g in range(12)]
    se = np.sqrt(11 / 12 * ((z - np.mean(z)) ** 2).sum())
    r = np.corrcoef(x, y)[0, 1]
    reach = stats.t.ppf(0.975, 11) * se
    np.testing.assert_allclose(
        [found.estimate.value, found.estimate.ci_low, found.estimate.ci_high],
        [r, np.tanh(np.arctanh(r) - reach), np.tanh(np.arctanh(r) + reach)],
    )
    assert found.statistic == pytest.approx(np.arctanh(r) / se)
    assert found.df == 11
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(found.statistic), 11))


@pytest.mark.parametrize(("clusters", "size"), [(MIN_CLUSTERS, 3), (25, 3)])
def test_cluster_interval_covers_where_fishers_does_not(rng, clusters, size):
    cluster, runs = np.repeat(np.arange(clusters), size), 1200
    held, plain = 0, 0
    for _ in range(runs):
        shared = pairs(rng, clusters, 0.4)[cluster]  # the client unit is the same throughout
        own = pairs(rng, clusters * size, 0.4)
        x, y = shared[:, 0], np.sqrt(0.5) * (shared[:, 1] + own[:, 1])
        true = 0.4 * np.sqrt(0.5)
        by_cluster = pearson(x, y, cluster=cluster).estimate
        by_unit = pearson(x, y).estimate
        held += by_cluster.ci_low < true < by_cluster.ci_high
        plain += by_unit.ci_low < true < by_unit.ci_high
    assert held / runs == pytest.approx(0.95, abs=0.025)  # three errors and a little
    assert plain / runs < 0.88


def mood(rng, *, units, k, icc, unit_r, error_r):
    true, error = pairs(rng, units, unit_r), pairs(rng, (units, k), error_r)
    scores = np.sqrt(icc) * true[:, None] + np.sqrt(1 - icc) * error
    within = scores - scores.mean(axis=1, keepdims=True)
    cov = (within[..., 0] * within[..., 1]).sum(axis=1) / (k - 1)
    spread = (within**2).sum(axis=1).prod(axis=1) / (k - 1) ** 2
    means = scores.mean(axis=1)
    return *means.T, (cov / k, (spread + cov**2) / (k - 1) / k**2)


@pytest.mark.parametrize(("k", "icc", "unit_r"), [(5, 0.10, 0.0), (10, 0.20, 0.6)])
def test_same_respondents_get_an_honest_interval(rng, k, icc, unit_r):
    runs, truth = 800, unit_r * icc / (icc + (1 - icc) / k)
    held = 0
    for _ in range(runs):
        x, y, noise = mood(rng, units=50, k=k, icc=icc, unit_r=unit_r, error_r=0.5)
        found = pearson(x, y, noise=noise).estimate
        held += found.ci_low < truth < found.ci_high
    assert held / runs == pytest.approx(0.95, abs=0.03)  # three errors and a little


def test_shared_mood_is_taken_out_by_hand(rng):
    x, y, noise = mood(rng, units=30, k=5, icc=0.1, unit_r=0.0, error_r=0.5)
    found = pearson(x, y, noise=noise)
    columns = np.column_stack([x - x.mean(), y - y.mean()])
    same, spurious = shared_mood(columns, noise)
    assert same == pytest.approx(np.corrcoef(x, y)[0, 1])
    assert spurious == pytest.approx(noise[0].mean() / (x.std(ddof=1) * y.std(ddof=1)))
    assert found.estimate.value == pytest.approx(same - spurious)


def test_without_shared_errors_nothing_changes(rng):
    x, y = pairs(rng, 20, 0.3).T
    zero = (np.zeros(20), np.zeros(20))
    one, two = pearson(x, y), pearson(x, y, noise=zero)
    np.testing.assert_allclose(
        [one.estimate.ci_low, one.estimate.ci_high, one.statistic, one.p_value],
        [two.estimate.ci_low, two.estimate.ci_high, two.statistic, two.p_value],
    )
    assert one.estimate == fisher_interval(one.estimate.value, 1 / np.sqrt(17), 0.95)


def test_golden_interval_of_thirty_percent_over_twenty_units():
    found = correlation_interval(0.30, 20)
    assert found.value == 0.30
    assert found.ci_low == pytest.approx(-0.164, abs=PRINTED)
    assert found.ci_high == pytest.approx(0.655, abs=PRINTED)
    assert found.confidence_level == 0.95


def test_controls_take_degrees_from_the_interval():
    assert correlation_interval(0.3, 25, n_controls=5) == correlation_interval(0.3, 20)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"r": 1.2, "n": 20}, "r must lie between -1 and 1, not 1.2."),
        ({"r": 0.3, "n": 3}, "the interval needs n of at least 4 (4 plus n_controls), not 3."),
        (
            {"r": 0.3, "n": 5, "n_controls": 2},
            "the interval needs n of at least 6 (4 plus n_controls), not 5.",
        ),
        (
            {"r": 0.3, "n": 20, "confidence_level": 1.0},
            "confidence_level must lie between 0 and 1, not 1.0.",
        ),
    ],
)
def test_interval_refuses_what_it_cannot_cover(arguments, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        correlation_interval(**arguments)
