"""Oracle: the formulas written out, ICC(2) of balanced units, and simulation."""

import numpy as np
import pandas as pd
import pytest

from icx_research.core.moments import GroupedMoments
from icx_research.core.variance import variance_components
from icx_research.linkage.correlation.mean_reliability import MeanReliability, mean_reliability


def table(se, n):
    return pd.DataFrame({"csat_se": se, "csat_n": n}, dtype=float)


def test_every_field_follows_its_formula():
    found = mean_reliability(table([0.2, 0.3, 0.4], [5, 10, 21]), "csat", variance=0.25)
    error = (0.04 + 0.09 + 0.16) / 3
    spread = np.sqrt(2 * 0.04**2 / 4 + 2 * 0.09**2 / 9 + 2 * 0.16**2 / 20) / 3
    assert found.value == pytest.approx(1 - error / 0.25)
    assert found.variance == 0.25
    assert found.error_variance == pytest.approx(error)
    assert found.error_variance_se == pytest.approx(spread)
    assert found.note == ""
    assert found.assessable


def test_balanced_units_give_icc_2(rng):
    units, size = 30, 8
    score = rng.normal(0, 0.5, (units, 1)) + rng.normal(size=(units, size))
    mean, variance = score.mean(axis=1), score.var(axis=1, ddof=1)
    found = mean_reliability(
        table(np.sqrt(variance / size), size), "csat", variance=mean.var(ddof=1)
    )
    components = variance_components(
        GroupedMoments(
            ("csat",),
            np.full(units, size),
            mean[:, None],
            variance[:, None, None],
            groups=tuple(range(units)),
        )
    )
    assert found.value == pytest.approx(components.icc_2, rel=1e-12)  # the same sums


def test_standard_error_of_the_error_variance_is_that_of_simulation(rng):
    sigma2, sizes, runs = 1.0, np.array([3, 5, 8, 12, 20] * 4), 4000
    drawn = sigma2 * rng.chisquare(sizes - 1, (runs, 20)) / (sizes - 1) / sizes
    stated = mean_reliability(table(np.sqrt(sigma2 / sizes), sizes), "csat", variance=1.0)
    simulated = drawn.mean(axis=1).std()
    assert stated.error_variance_se == pytest.approx(simulated, rel=0.04)  # three errors of a sd
    assert stated.error_variance == pytest.approx(drawn.mean(), rel=0.01)


def test_noise_alone_has_a_reliability_of_at_most_zero():
    found = mean_reliability(table([0.5, 0.5], [10, 10]), "csat", variance=0.2)
    assert found.value == pytest.approx(-0.25)
    assert found.assessable


def test_single_answers_count_as_one_degree_and_unknown_counts_as_certain():
    assert mean_reliability(
        table([1.0], [1]), "csat", variance=2.0
    ).error_variance_se == pytest.approx(np.sqrt(2))
    assert mean_reliability(table([1.0], [np.nan]), "csat", variance=2.0).error_variance_se == 0


def test_published_figures_without_error_are_fully_reliable():
    assert mean_reliability(table([0.0, 0.0], [9, 9]), "csat", variance=0.1).value == 1


@pytest.mark.parametrize(
    ("se", "variance", "note"),
    [
        ([0.1, np.nan], 0.5, "no standard errors or counts per unit are known"),
        (
            [np.nan, np.nan],
            0.5,
            "counts per unit are known but not how much persons differ; name "
            "a column of standard errors or standard deviations",
        ),
        ([0.1, 0.1], 0.0, "the unit means do not vary"),
        ([0.1, 0.1], np.nan, "the unit means do not vary"),
    ],
)
def test_what_is_not_assessable_says_why(se, variance, note):
    found = mean_reliability(table(se, 10), "csat", variance=variance)
    assert not found.assessable
    assert np.isnan([found.value, found.error_variance, found.error_variance_se]).all()
    np.testing.assert_equal(found.variance, variance)
    assert found.note == note


def test_reliability_grows_with_variance_and_is_frozen():
    values = [
        mean_reliability(table([0.3] * 4, 9), "csat", variance=v).value for v in (0.1, 0.2, 0.4)
    ]
    assert values == sorted(values)
    with pytest.raises(AttributeError):
        MeanReliability(0.5, 1.0, 0.5, 0.1).value = 0.9
