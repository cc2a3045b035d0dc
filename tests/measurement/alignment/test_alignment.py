"""Oracle: the simplicity function written again in R (tests/reference/invariance); simulation."""

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from icx_research.core.moments import GroupedMoments
from icx_research.measurement.alignment.alignment import alignment
from icx_research.measurement.alignment.invariant_sets import invariant_set
from icx_research.measurement.alignment.result import AlignedFactor
from icx_research.measurement.alignment.simplicity import Simplicity, align, simplicity
from icx_research.measurement.invariance.ladder import measurement_invariance
from icx_research.measurement.sem.cfa import cfa

REFERENCE = Path(__file__).parents[2] / "reference" / "invariance"
MODEL = "inside =~ a1 + a2 + a3 + a4\noutside =~ b1 + b2 + b3 + b4"
# R differentiates its target numerically, and lavaan's configural estimates are not polished.
R_ATOL = 2e-5
# Central differences of step 1e-5 against derivatives of order 1.
NUMERIC_ATOL = 1e-6
# 80 samples tell a standard deviation to 8 %: three of these.
N_SAMPLES, SE_RATIO = 80, 0.24


def sites():
    return pd.read_csv(REFERENCE / "sites.csv")


@pytest.fixture(scope="module")
def aligned():
    return alignment(MODEL, sites(), group="site")


def population(*, sizes=400, shift=0.0, loading=0.0):
    """Three groups in the population; the third has an intercept and a loading of its own."""
    load = np.array([0.8, 0.7, 0.9, 0.6, 0.75])
    means, sds = np.array([0.0, 0.5, -0.3]), np.array([1.0, 1.2, 0.9])
    loads = np.tile(load, (3, 1))
    loads[2, 2] += loading
    cov = [np.outer(v, v) * s**2 + 0.5 * np.eye(5) for v, s in zip(loads, sds, strict=True)]
    cov = np.array(cov) * sizes / (sizes - 1)
    mean = 3 + means[:, None] * loads
    mean[2, 1] += shift
    return GroupedMoments(
        tuple("abcde"), np.full(3, sizes), mean, cov, groups=("north", "south", "west")
    )


FIVE = "f =~ a + b + c + d + e"


@pytest.mark.parametrize("method", ["fixed", "free"])
@pytest.mark.parametrize("tolerance", [0.01, 0.001])
def test_matches_the_function_written_in_r(method, tolerance):
    result = alignment(MODEL, sites(), group="site", method=method, tolerance=tolerance)
    reference = pd.read_csv(REFERENCE / "alignment.csv", comment="#", keep_default_na=False)
    reference = reference.query("method == @method and tolerance == @tolerance")
    assert result.groups == ("centre", "east", "north", "south", "west")
    assert result.converged
    for name, ours in (("mean", result.latent_means), ("variance", result.latent_variances)):
        theirs = reference[reference["name"] == name]
        assert list(theirs["latent"]) == list(ours["term"])
        assert list(theirs["group"]) == list(ours["group"])
        np.testing.assert_allclose(ours["estimate"], theirs["value"], rtol=0, atol=R_ATOL)
    ours = result.parameters
    for name, op, item in (("loading", "=~", "rhs"), ("intercept", "~1", "lhs")):
        theirs = reference[reference["name"] == name]
        mine = ours[ours["op"] == op]
        assert list(theirs["item"]) == list(mine[item])
        np.testing.assert_allclose(mine["estimate"], theirs["value"], rtol=0, atol=R_ATOL)


def test_finds_means_variances_and_the_items_that_differ_in_the_population():
    same = alignment(FIVE, population(), group="site")
    np.testing.assert_allclose(same.latent_means["estimate"], [0, 0.5, -0.3], atol=1e-7)
    np.testing.assert_allclose(same.latent_variances["estimate"], [1, 1.44, 0.81], atol=1e-6)
    assert same.share_noninvariant == 0
    np.testing.assert_allclose(same.invariance["r_squared"], 1, atol=1e-7)
    assert same.note == ""
    found = alignment(FIVE, population(shift=0.9, loading=-0.5), group="site")
    # epsilon lets the two items pull a little
    np.testing.assert_allclose(found.latent_means["estimate"], [0, 0.5, -0.3], atol=0.06)
    np.testing.assert_allclose(found.latent_variances["estimate"], [1, 1.44, 0.81], atol=0.08)
    tighter = alignment(FIVE, population(shift=0.9, loading=-0.5), group="site", tolerance=1e-5)
    np.testing.assert_allclose(tighter.latent_means["estimate"], [0, 0.5, -0.3], atol=0.002)
    differ = found.parameters.query("not invariant")
    assert list(zip(differ["lhs"], differ["op"], differ["rhs"], differ["group"], strict=True)) == [
        ("f", "=~", "c", "west"), ("b", "~1", "", "west")
    ]  # fmt: skip
    assert found.share_noninvariant == pytest.approx(2 / 30)
    table = found.invariance.set_index(["lhs", "op", "rhs"])
    row = table.loc[("b", "~1", "")]
    assert (row["n_invariant"], row["share_noninvariant"]) == (2, pytest.approx(1 / 3))
    assert row["average"] == pytest.approx(3, abs=0.05)
    assert row["r_squared"] < 0.5 < table.loc[("a", "~1", ""), "r_squared"]
    many = alignment(FIVE, population(shift=0.9, loading=-0.5, sizes=4_000_000), group="site")
    assert many.note.endswith("of the parameters are not invariant: check the means by simulation")


def test_r_squared_is_the_explained_variance_between_groups(aligned):
    factor = aligned.factors[0]
    configural = aligned.configural.table
    rows = configural[(configural["op"] == "~1") & (configural["lhs"] == "a2")]
    given = rows["estimate"].to_numpy()
    loading, intercept = factor.parameters[0, 1].mean(), factor.parameters[1, 1].mean()
    left = given - intercept - factor.means * loading
    row = aligned.invariance.query("lhs == 'a2'")
    assert row["r_squared"].iloc[0] == pytest.approx(1 - left.var() / given.var())
    loads = configural[(configural["op"] == "=~") & (configural["rhs"] == "a2")]
    given = loads["estimate"].to_numpy()
    left = given - np.sqrt(factor.variances) * loading
    row = aligned.invariance.query("rhs == 'a2'")
    assert row["r_squared"].iloc[0] == pytest.approx(1 - left.var() / given.var())


@pytest.mark.parametrize("reference", [0, None])
def test_derivatives_agree_with_differences(reference, rng):
    g, p = 4, 3
    function = simplicity(
        rng.uniform(0.5, 1, (p, g)), rng.normal(size=(p, g)), np.array([50, 80, 90, 200.0]),
        reference=reference, tolerance=0.01,
    )  # fmt: skip
    assert function.weights.sum() == pytest.approx(1 / p)
    assert function.weights[0, 1] / function.weights[2, 3] == pytest.approx(
        np.sqrt(50 * 80 / 90 / 200)
    )
    theta = 0.3 * rng.normal(size=function.basis.shape[1])
    assert len(theta) == 2 * g - 2 + (reference is None)
    point = function.at(theta)
    assert point.log_sd.sum() == pytest.approx(0)
    step = 1e-5 * np.eye(len(theta))
    slope = [(function.at(theta + e).value - function.at(theta - e).value) / 2e-5 for e in step]
    np.testing.assert_allclose(point.gradient(), slope, rtol=0, atol=NUMERIC_ATOL)
    bend = [
        (function.at(theta + e).gradient() - function.at(theta - e).gradient()) / 2e-5 for e in step
    ]
    np.testing.assert_allclose(point.observed(), bend, rtol=0, atol=NUMERIC_ATOL)
    assert np.linalg.eigvalsh(point.expected())[0] > -1e-12


@pytest.mark.parametrize("reference", [1, None])
def test_standard_errors_follow_the_estimates(reference, rng):
    g, p = 3, 3
    base = np.concatenate([rng.uniform(0.6, 0.9, (p, g)), rng.normal(size=(p, g))])

    def told(values):
        function = simplicity(
            values[:p], values[p:], np.full(g, 100.0), reference=reference, tolerance=0.01
        )
        return AlignedFactor.scaled(
            "f", tuple("abc"), align(function), np.eye(2 * p * g), reference=1
        )

    factor = told(base)
    slopes = []
    for k in range(2 * p * g):
        ends = []
        for step in (1e-5, -1e-5):
            moved = base.copy()
            moved[k // g, k % g] += step
            other = told(moved)
            ends.append(np.concatenate([other.means, other.variances, other.parameters.ravel()]))
        slopes.append((ends[0] - ends[1]) / 2e-5)
    slope = np.array(slopes).T
    np.testing.assert_allclose(factor.covariance, slope @ slope.T, rtol=1e-4, atol=1e-5)
    if reference is not None:
        np.testing.assert_allclose(factor.se[1], 0, atol=1e-12)
    np.testing.assert_allclose(factor.se[g + 1], 0, atol=1e-12)


def test_standard_errors_match_the_spread_over_samples():
    rng = np.random.default_rng(7)
    truth, found, errors = population(sizes=150), [], []
    for _ in range(N_SAMPLES):
        samples = [
            rng.multivariate_normal(m, c, size=150)
            for m, c in zip(truth.mean, truth.cov, strict=True)
        ]
        moments = GroupedMoments(
            truth.names, truth.n, np.array([s.mean(axis=0) for s in samples]),
            np.array([np.cov(s, rowvar=False) for s in samples]), groups=truth.groups,
        )  # fmt: skip
        factor = alignment(FIVE, moments, group="site").factors[0]
        found.append(np.concatenate([factor.means[1:], factor.variances[1:]]))
        errors.append(factor.se[[1, 2, 4, 5]])
    ratio = np.mean(errors, axis=0) / np.std(found, axis=0, ddof=1)
    np.testing.assert_allclose(ratio, 1, atol=SE_RATIO)
    centre = np.mean(found, axis=0) - [0.5, -0.3, 1.44, 0.81]
    assert (np.abs(centre) < 3.5 * np.std(found, axis=0) / np.sqrt(N_SAMPLES)).all()


def _free_errors(factor, west):
    """Errors of means in standard deviations of another group, by the delta method."""
    g, sd = len(factor.means), np.sqrt(factor.variances[west])
    slope = np.zeros((g, 2 * g))
    slope[:, :g] = np.eye(g) / sd
    slope[:, g + west] = -factor.means / (2 * sd**3)
    cov = factor.covariance[: 2 * g, : 2 * g]
    return np.sqrt(np.diag(slope @ cov @ slope.T))


def test_scale_order_and_source_do_not_matter(aligned):
    result = measurement_invariance(MODEL, sites(), group="site", levels=("configural",))
    pd.testing.assert_frame_equal(alignment(result).table, aligned.table)
    fitted = cfa(MODEL, sites(), group="site", group_equal=("loadings",))
    pd.testing.assert_frame_equal(alignment(fitted).table, aligned.table)
    first = alignment(MODEL, sites(), group="site", method="free")
    other = alignment(MODEL, sites(), group="site", method="free", reference="west")
    assert (first.reference, other.reference) == ("centre", "west")
    for one, unit in zip(other.factors, first.factors, strict=True):
        sd = np.sqrt(unit.variances[4])
        np.testing.assert_allclose(one.means, unit.means / sd, rtol=1e-7)
        np.testing.assert_allclose(one.se[:5], _free_errors(unit, 4), rtol=1e-6)
    shuffled = sites().sample(frac=1, random_state=3)
    np.testing.assert_allclose(
        alignment(MODEL, shuffled, group="site").table["estimate"], aligned.table["estimate"],
        atol=1e-8,
    )  # fmt: skip


def test_tables_and_sentence(aligned):
    means = aligned.latent_means
    assert list(means.columns) == [
        "term", "group", "estimate", "se", "ci_low", "ci_high", "statistic", "p_value",
    ]  # fmt: skip
    first, second = means.iloc[0], means.iloc[1]
    assert (first["estimate"], first["se"]) == (0, 0)
    assert np.isnan(first["statistic"])
    reach = 1.959963984540054 * second["se"]
    assert second["ci_low"] == pytest.approx(second["estimate"] - reach)
    assert second["ci_high"] == pytest.approx(second["estimate"] + reach)
    assert second["statistic"] == pytest.approx(second["estimate"] / second["se"])
    assert second["p_value"] == pytest.approx(math.erfc(abs(second["statistic"]) / math.sqrt(2)))
    assert list(aligned.latent_variances.columns) == list(means.columns[:6])
    assert list(aligned.parameters.columns) == [
        "lhs", "op", "rhs", "group", "estimate", "se", "invariant",
    ]  # fmt: skip
    assert len(aligned.parameters) == 2 * 8 * 5
    factor = aligned.factors[0]
    assert (factor.search.n_starts, factor.search.n_same) == (6, 6)
    np.testing.assert_array_equal(aligned.parameters["se"][:20], factor.se[10:30])
    assert (aligned.n_used, aligned.n_dropped) == (700, 0)
    assert aligned.to_apa() == (
        "inside: latent means -0.51 to 0.75; outside: latent means 0.00 to 0.76; share of "
        "parameters not invariant = .04; 5 groups, fixed alignment, n = 700"
    )
    more = alignment(MODEL, sites(), group="site", n_starts=4, rng=np.random.default_rng(2))
    assert more.factors[0].search.n_starts == 10
    np.testing.assert_allclose(more.table["estimate"], aligned.table["estimate"], atol=1e-8)


def test_invariant_sets_by_hand():
    cov = 0.01 * np.eye(5)
    values = np.array([1.0, 1.1, 0.95, 2.0, 2.05])
    assert invariant_set(values, cov).tolist() == [True, True, True, False, False]
    # pairwise tests connect a chain whose ends differ from the average
    chain = np.array([0.0, 0.35, 0.7, 1.05, 1.4])
    assert invariant_set(chain, cov).tolist() == [False, True, True, True, False]
    # what moves together differs less than each alone would suggest
    together = cov + 10.0
    assert invariant_set(values, together).tolist() == [True, True, True, False, False]
    apart = np.array([0.0, 10.0, 20.0])
    assert invariant_set(apart, 0.01 * np.eye(3)).sum() == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "inside =~ a1 + a2 + a3 + a4; outside =~ b1 + b2 + b3 + a4"},
         "alignment needs a model in which every item belongs to one latent variable and all "
         "loadings and intercepts are free in every group; 'inside' is not such a variable."),
        ({"model": "inside =~ a1 + k*a2 + k*a3 + a4"},
         "alignment needs a model in which every item belongs to one latent variable and all "
         "loadings and intercepts are free in every group; 'inside' is not such a variable."),
        ({"estimator": "WLSMV"}, "alignment needs loadings and intercepts of continuous items, "
         "which estimator='WLSMV' does not estimate; use estimator='MLR'."),
        ({"group": None}, "alignment of a model string needs data and group."),
        ({"group": "one"}, "alignment needs at least 2 groups; there are 1."),
        ({"method": "loose"}, "method must be one of 'fixed', 'free', not 'loose'."),
        ({"tolerance": 0}, "tolerance must be above 0, not 0."),
        ({"reference": "up"}, "reference must be one of the groups 'centre', 'east', 'north', "
         "'south', 'west', not 'up'."),
    ],
)  # fmt: skip
def test_refuses_with_the_reason(options, message):
    options = {"model": MODEL, "group": "site", **options}
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        alignment(options.pop("model"), sites().assign(one=1), **options)


def test_a_result_brings_its_own_data(aligned):
    message = "alignment of a result takes its data; give no data and no group."
    with pytest.raises(ValueError, match=re.escape(message)):
        alignment(aligned.configural, sites())
    assert isinstance(aligned.factors[0].search.best.function, Simplicity)
