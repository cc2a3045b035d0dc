"""Oracle: R's boot (script and values in tests/reference/resampling_*); else known truth."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from icx_research.core import resampling
from icx_research.core.resampling import (
    bca_interval,
    cluster_sums,
    correlations,
    jackknife_se,
    left_out_covariances,
    left_out_sums,
    percentile_interval,
    resampled_covariances,
    resampled_rows,
)

REFERENCE = Path(__file__).parents[1] / "reference"
LAW_SCHOOL = np.array([
    [576, 3.39], [635, 3.30], [558, 2.81], [578, 3.03], [666, 3.44], [580, 3.07], [555, 3.00],
    [661, 3.43], [651, 3.36], [605, 3.13], [653, 3.12], [575, 2.74], [545, 2.76], [572, 2.88],
    [594, 2.96],
])  # fmt: skip
CLUSTERS = {"row": None, "cluster": np.repeat(np.arange(5), 3)}
by_row_or_cluster = pytest.mark.parametrize("by", CLUSTERS)


@pytest.fixture(scope="module")
def r_values():
    return pd.read_csv(REFERENCE / "resampling_r.csv", comment="#").set_index("name")["value"]


@pytest.fixture(scope="module")
def r_draws():
    return pd.read_csv(REFERENCE / "resampling_draws_r.csv", comment="#")


def left_out_correlations(by):
    return correlations(left_out_covariances(LAW_SCHOOL, CLUSTERS[by]))[:, 0, 1]


@by_row_or_cluster
def test_jackknife_of_a_correlation_matches_r(r_values, by):
    left_out = left_out_correlations(by)
    expected = r_values[r_values.index.str.startswith(f"{by}:left_out_")]
    np.testing.assert_allclose(left_out, expected, rtol=1e-12)
    assert jackknife_se(left_out) == pytest.approx(r_values[f"{by}:jackknife_se"], rel=1e-12)


@by_row_or_cluster
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_limits_of_given_draws_match_r(r_values, r_draws, by, level):
    value, draws = r_values[f"{by}:value"], r_draws[by].to_numpy()
    bca = bca_interval(value, draws, left_out_correlations(by), level)
    plain = percentile_interval(value, draws, level)
    for interval, name in ((bca, "bca"), (plain, "percentile")):
        low, high = (r_values[f"{by}:{level}:{side}:{name}"] for side in ("low", "high"))
        np.testing.assert_allclose([interval.ci_low, interval.ci_high], [low, high], rtol=1e-10)
        assert (interval.value, interval.confidence_level) == (value, level)


def test_bca_is_that_of_boot_up_to_how_it_interpolates(r_values, r_draws):
    bca = bca_interval(
        r_values["row:value"], r_draws["row"].to_numpy(), left_out_correlations("row"), 0.95
    )
    boot = [r_values["row:0.95:low:boot"], r_values["row:0.95:high:boot"]]
    np.testing.assert_allclose([bca.ci_low, bca.ci_high], boot, atol=0.005)  # a draw's distance


def test_bca_shifts_what_the_percentiles_of_a_skewed_mean_miss(rng):
    """Coverage on either side: BCa is nearer to the nominal .025 than percentiles are."""
    runs, n, missed = 400, 20, {"percentile": np.zeros(2), "bca": np.zeros(2)}
    for _ in range(runs):
        x = rng.exponential(size=(n, 1))
        draws = np.concatenate([
            (weights @ x / n)[:, 0]
            for weights in resampling.resampling_weights(n, n_resamples=500, rng=rng)
        ])  # fmt: skip
        left_out = left_out_sums(x)[:, 0] / (n - 1)
        for name, interval in (
            ("percentile", percentile_interval(x.mean(), draws, 0.95)),
            ("bca", bca_interval(x.mean(), draws, left_out, 0.95)),
        ):
            missed[name] += [interval.ci_low > 1, interval.ci_high < 1]
    above = {name: sides[1] / runs for name, sides in missed.items()}
    assert above["bca"] < above["percentile"]
    assert abs(missed["bca"].sum() - 0.05 * runs) < abs(missed["percentile"].sum() - 0.05 * runs)


@pytest.mark.parametrize(
    ("draws", "left_out"),
    [
        (np.empty(0), np.array([1.0, 2.0])),
        (np.array([2.0, 3.0]), np.array([1.0, 2.0])),  # all above the value
        (np.array([0.0, 3.0]), np.array([1.0, 1.0])),  # no row matters
        (np.array([0.0, 3.0]), np.array([1.0, np.nan])),
    ],
)
def test_bca_without_bias_or_acceleration_has_no_limits(draws, left_out):
    interval = bca_interval(1.0, draws, left_out, 0.95)
    assert interval.value == 1.0
    assert np.isnan([interval.ci_low, interval.ci_high]).all()


def test_bca_leaves_out_draws_that_failed(r_values, r_draws):
    draws = r_draws["row"].to_numpy()
    args = r_values["row:value"], left_out_correlations("row")
    with_failed = np.append(draws, [np.nan, np.nan])
    assert bca_interval(args[0], with_failed, args[1], 0.9) == bca_interval(
        args[0], draws, args[1], 0.9
    )


@by_row_or_cluster
def test_covariances_are_those_of_the_rows_drawn(by):
    clusters = CLUSTERS[by]
    rows = np.arange(15) if clusters is None else clusters
    weights = next(iter(resampling.resampling_weights(len(np.unique(rows)), n_resamples=20, rng=3)))
    (found,) = resampled_covariances(LAW_SCHOOL, n_resamples=20, rng=3, clusters=clusters)
    for covariance, often in zip(found, weights, strict=True):
        drawn = np.repeat(LAW_SCHOOL, often[rows].astype(int), axis=0)
        np.testing.assert_allclose(covariance, np.cov(drawn.T, bias=True), rtol=1e-9)


def test_rows_with_a_gap_are_left_out_together_with_their_cluster_label():
    values = np.vstack([LAW_SCHOOL, [[np.nan, 3.0]]])
    clusters = np.append(CLUSTERS["cluster"], 9)
    np.testing.assert_array_equal(
        left_out_covariances(values, clusters),
        left_out_covariances(LAW_SCHOOL, CLUSTERS["cluster"]),
    )


def test_drawn_clusters_come_whole_and_as_often_as_chance_has_it(rng):
    clusters = np.array(["b", "a", "b", "c", "a", "b"])
    drawn = list(resampled_rows(6, n_resamples=3000, rng=rng, clusters=clusters))
    counts = np.array([np.bincount(rows, minlength=6) for rows in drawn])
    for name in "abc":
        own = counts[:, clusters == name]
        assert (own == own[:, :1]).all()
    assert (counts[:, [1, 0, 3]].sum(axis=1) == 3).all()  # three clusters, with repetition
    np.testing.assert_allclose(counts.mean(axis=0), 1, atol=4 * np.sqrt(2 / 3 / 3000))


def test_resampling_clusters_widens_what_rows_make_too_narrow(rng):
    cluster = np.repeat(np.arange(40), 10)
    x = (rng.normal(size=40)[cluster] + rng.normal(size=400))[:, None]
    spread = {}
    for name, own in (("rows", None), ("clusters", cluster)):
        draws = [x[r].mean() for r in resampled_rows(400, n_resamples=800, rng=1, clusters=own)]
        spread[name] = np.std(draws)
    means = cluster_sums(x, cluster)[:, 0] / 10
    assert spread["clusters"] == pytest.approx(stats.sem(means), rel=0.1)
    assert spread["rows"] < 0.6 * spread["clusters"]


def test_a_seed_and_its_generator_draw_the_same():
    seeded = list(resampled_rows(9, n_resamples=3, rng=5))
    drawn = list(resampled_rows(9, n_resamples=3, rng=np.random.default_rng(5)))
    np.testing.assert_array_equal(seeded, drawn)


def test_blocks_draw_what_one_block_does(monkeypatch):
    whole = np.concatenate(list(resampled_covariances(LAW_SCHOOL, n_resamples=7, rng=2)))
    monkeypatch.setattr(resampling, "BLOCK", 30)  # two resamples of 15 rows
    parts = list(resampled_covariances(LAW_SCHOOL, n_resamples=7, rng=2))
    assert [len(part) for part in parts] == [2, 2, 2, 1]
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-12)
