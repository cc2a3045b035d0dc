"""Oracle: R lme4; script, data and values in tests/reference/measurement/crossed_*."""

import numpy as np
import pandas as pd
import pytest

from icx_research.core.errors import NotTestable
from icx_research.measurement.crossed.criterion import average_information, solve
from icx_research.measurement.crossed.design import read_cells, sums
from icx_research.measurement.crossed.fitting import fit
from icx_research.measurement.crossed.intervals import bootstrap_shares
from icx_research.measurement.crossed.shares import variance_shares
from tests.measurement.conftest import REFERENCE

# lme4 stops at changes of the criterion that move variances in the sixth digit.
R_RTOL = 1e-5
# Both criteria are computed to rounding; lme4's search stops above the minimum by less.
R_CRITERION = 1e-8
# R's limits: uniroot over searches that stop at 1e-10 of the criterion.
R_LIMIT = 1e-5
# The same formula on a dense matrix: rounding of inverting 483 x 483.
DENSE = 1e-9
# Least squares and a search that ends at 1e-11 of the estimates.
EXACT = 1e-7
CROSSED = {"client": "client", "rater": "rater", "supplier": "supplier"}
CASES = {
    "full": ("score", CROSSED),
    "flat": ("flat", CROSSED),
    "no_supplier": ("score", {"client": "client", "rater": "rater"}),
    "no_rater": ("score", {"client": "client", "supplier": "supplier"}),
    "client_only": ("score", {"client": "client"}),
}


@pytest.fixture(scope="module")
def crossed():
    return pd.read_csv(REFERENCE / "crossed_ratings.csv")


@pytest.mark.parametrize("case", CASES)
def test_variances_and_criterion_match_lme4(crossed, by_r, case):
    score, columns = CASES[case]
    found, r = variance_shares(crossed, score=score, **columns), by_r("crossed_r")
    names = [key.split(":")[1] for key in r.index if key.startswith(f"{case}:")]
    sources = [name for name in dict.fromkeys(names) if name not in ("criterion", "mean")]
    assert list(found.components.index) == sources
    theirs = np.array([r[f"{case}:{name}"] for name in sources])
    ours = found.components["variance"]
    np.testing.assert_allclose(ours, theirs, rtol=R_RTOL, atol=1e-12)
    np.testing.assert_allclose(found.components["share"], theirs / theirs.sum(), rtol=R_RTOL)
    assert found.criterion == pytest.approx(r[f"{case}:criterion"], rel=R_CRITERION)
    assert found.mean == pytest.approx(r[f"{case}:mean"], rel=R_RTOL)
    assert (found.n_used, found.n_dropped) == (len(crossed), 0)
    assert found.components["at_zero"].tolist() == [v == 0 for v in theirs]


def test_limits_match_lme4s_criterion_profiled(crossed, by_r):
    found, r = variance_shares(crossed, score="score", **CROSSED), by_r("crossed_r")
    for name, row in found.components.iterrows():
        theirs = [r[f"full:{name}:low"], r[f"full:{name}:high"]]
        np.testing.assert_allclose([row["ci_low"], row["ci_high"]], theirs, rtol=R_LIMIT)
    assert found.components["levels"].tolist() == [14, 5, 100, 70, 483]
    assert (found.interval, found.n_resamples, found.note) == ("profile", 0, "")


def test_a_wider_level_gives_wider_limits(crossed):
    narrow, wide = (
        variance_shares(crossed, score="score", confidence_level=level, **CROSSED).components
        for level in (0.9, 0.99)
    )
    inner = narrow.index != "client"  # whose lower limit is 0 either way
    assert (narrow["ci_low"] > wide["ci_low"])[inner].all()
    assert (narrow["ci_high"] < wide["ci_high"]).all()


@pytest.mark.parametrize("ratios", [[0.3, 0.2, 0.5, 0.1], [0, 0, 0, 0], [2, 0, 0.4, 0]])
def test_criterion_and_gradient_are_those_of_the_dense_matrix(crossed, ratios):
    few = crossed[crossed["client"] < "c06"]
    y = few["score"].to_numpy()
    keys = [few["client"], few["supplier"], few["rater"], few["client"] + few["supplier"]]
    z = [pd.get_dummies(key).to_numpy(float) for key in keys]
    h = np.eye(len(y)) + sum(r * m @ m.T for r, m in zip(ratios, z, strict=True))
    inverse, ones = np.linalg.inv(h), np.ones(len(y))
    own = inverse @ ones
    p, df = inverse - np.outer(own, own) / own.sum(), len(y) - 1
    rest = y @ p @ y
    value = np.linalg.slogdet(h)[1] + np.log(own.sum())
    value += df * (1 + np.log(2 * np.pi * rest / df))
    slope = [np.trace(m.T @ p @ m) - df * np.sum((m.T @ p @ y) ** 2) / rest for m in z]
    cells, _ = read_cells(few, score="score", **CROSSED)
    found = solve(sums(cells), np.array(ratios, dtype=float))
    assert found.value == pytest.approx(value, rel=DENSE)
    np.testing.assert_allclose(found.gradient, slope, rtol=DENSE)


def balanced(rng, clients=8, raters=5, suppliers=4):
    effect = rng.normal(size=(clients, 1, 1)) + 0.8 * rng.normal(size=(1, 1, suppliers))
    effect = effect + 0.9 * rng.normal(size=(clients, raters, 1))
    effect = effect + 0.7 * rng.normal(size=(clients, 1, suppliers))
    return effect + rng.normal(size=(clients, raters, suppliers))


def as_rows(y):
    c, r, s = np.indices(y.shape)
    rater = c * y.shape[1] + r
    columns = {"client": c, "rater": rater, "supplier": s, "score": y}
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()})


def test_balanced_ratings_give_the_analysis_of_variance(rng):
    y = balanced(rng)
    c, r, s = y.shape
    grand, of_c, of_s = y.mean(), y.mean(axis=(1, 2)), y.mean(axis=(0, 1))
    of_r, of_d = y.mean(axis=2), y.mean(axis=1)
    ms_c = r * s * np.sum((of_c - grand) ** 2) / (c - 1)
    ms_s = c * r * np.sum((of_s - grand) ** 2) / (s - 1)
    ms_r = s * np.sum((of_r - of_c[:, None]) ** 2) / (c * (r - 1))
    inter = of_d - of_c[:, None] - of_s + grand
    ms_d = r * np.sum(inter**2) / ((c - 1) * (s - 1))
    rest = y - of_r[:, :, None] - of_d[:, None, :] + of_c[:, None, None]
    ms_e = np.sum(rest**2) / (c * (r - 1) * (s - 1))
    expected = [
        (ms_c - ms_r - ms_d + ms_e) / (r * s),
        (ms_s - ms_d) / (c * r),
        (ms_r - ms_e) / s,
        (ms_d - ms_e) / r,
        ms_e,
    ]
    assert min(expected) > 0  # where one is not, REML stops at zero and differs
    found = variance_shares(as_rows(y), score="score", **CROSSED)
    np.testing.assert_allclose(found.components["variance"], expected, rtol=EXACT)
    assert found.mean == pytest.approx(grand, rel=EXACT)


def test_many_levels_give_the_variances_they_were_drawn_with(rng):
    rows = as_rows(balanced(rng, clients=150, raters=4, suppliers=40))
    cells, _ = read_cells(rows, score="score", **CROSSED)
    ratios = fit(sums(cells), ("client", "supplier", "rater", "dyad")).ratios
    # standard errors of a variance are its size times sqrt(2 / levels): .12, .22, .06, .02
    np.testing.assert_allclose(ratios, [1, 0.64, 0.81, 0.49], rtol=0.4)
    np.testing.assert_allclose(ratios[2:], [0.81, 0.49], rtol=0.15)


def test_reliability_is_the_coefficient_of_generalisability(crossed):
    found = variance_shares(crossed, score="score", **CROSSED)
    c, s, r, d, e = found.components["variance"]
    assert found.reliability(raters=8, suppliers=5) == pytest.approx(
        c / (c + d / 5 + r / 8 + e / 40)
    )
    assert found.reliability(raters=8, suppliers=5, absolute=True) == pytest.approx(
        c / (c + d / 5 + s / 5 + r / 8 + e / 40)
    )
    plain = variance_shares(crossed, score="score", client="client")
    c, e = plain.components["variance"]
    assert plain.reliability(raters=10) == pytest.approx(c / (c + e / 10))
    with pytest.raises(ValueError) as refusal:
        found.reliability(raters=0)
    assert str(refusal.value) == "reliability needs at least 1 rater and 1 supplier; got 0 and 1."


def test_mean_of_raters_correlates_as_reliability_says(rng):
    y = balanced(rng, clients=4000, raters=3, suppliers=2)
    found = variance_shares(as_rows(y[:400]), score="score", **CROSSED)
    first = y.mean(axis=(1, 2))
    shift = balanced(rng, clients=4000, raters=3, suppliers=2)
    # a second set of raters and suppliers of the same units shares the unit's effect only:
    # with true effects of variance 1 the correlation is the reliability
    true = 1 / (1 + 0.49 / 2 + 0.81 / 3 + 1 / 6)
    assert np.var(first) * true == pytest.approx(1, abs=0.1)
    assert np.var(shift.mean(axis=(1, 2))) * true == pytest.approx(1, abs=0.1)
    assert found.reliability(raters=3, suppliers=2) == pytest.approx(true, abs=0.06)


def test_incomplete_rows_are_left_out_and_counted(crossed):
    gaps = crossed.astype({"score": float})
    gaps.loc[3, "score"], gaps.loc[9, "rater"], gaps.loc[20, "supplier"] = np.nan, None, None
    found = variance_shares(gaps, score="score", **CROSSED)
    clean = variance_shares(crossed.drop(index=[3, 9, 20]), score="score", **CROSSED)
    assert (found.n_used, found.n_dropped) == (len(crossed) - 3, 3)
    pd.testing.assert_frame_equal(found.components, clean.components)


def test_shares_do_not_depend_on_origin_unit_or_order(crossed, rng):
    found = variance_shares(crossed, score="score", **CROSSED).components
    moved = crossed.assign(score=1e4 + 25 * crossed["score"])
    moved = moved.iloc[rng.permutation(len(moved))]
    again = variance_shares(moved, score="score", **CROSSED).components
    for name in ("share", "ci_low", "ci_high"):
        np.testing.assert_allclose(again[name], found[name], rtol=1e-5)
    np.testing.assert_allclose(again["variance"], 625 * found["variance"], rtol=1e-6)


def test_table_and_sentence(crossed):
    found = variance_shares(crossed, score="flat", **CROSSED)
    assert list(found.table.columns) == ["term", "estimate", "ci_low", "ci_high", "n"]
    assert found.table["estimate"].tolist() == found.components["share"].tolist()
    assert found.table["ci_high"].tolist() == found.components["ci_high"].tolist()
    assert found.to_apa() == (
        "shares of variance: client .01 95% CI [.00, .12], supplier .00 95% CI [.00, .02], "
        "rater .25 95% CI [.16, .36], dyad .00 95% CI [.00, .06], residual .74 95% CI "
        "[.63, .83], n = 483 (estimated at zero, the boundary: supplier, dyad)"
    )


def test_bootstrap_limits_are_percentiles_of_redrawn_ratings(crossed):
    def limits(seed):
        return variance_shares(
            crossed, score="score", interval="bootstrap", n_resamples=60,
            rng=np.random.default_rng(seed), **CROSSED,
        )  # fmt: skip

    found = limits(1)
    assert (found.interval, found.n_resamples) == ("bootstrap", 60)
    pd.testing.assert_frame_equal(found.components, limits(1).components)
    assert not found.components.equals(limits(2).components)
    profile = variance_shares(crossed, score="score", **CROSSED).components
    pd.testing.assert_series_equal(found.components["share"], profile["share"])
    # both are limits of the same share; 60 draws and skewed shares leave them this far apart
    for name in ("rater", "residual"):
        for end in ("ci_low", "ci_high"):
            assert found.components.loc[name, end] == pytest.approx(
                profile.loc[name, end], abs=0.08
            )


def test_redrawn_ratings_have_the_fitted_shares_on_average(rng):
    y = balanced(rng, clients=30, raters=6, suppliers=8)
    rows = pd.concat([as_rows(y + rng.normal(size=y.shape)) for _ in range(4)])
    cells, _ = read_cells(rows, score="score", **CROSSED)
    best = fit(sums(cells), ("client", "supplier", "rater", "dyad"))
    drawn = bootstrap_shares(best, cells, n_resamples=60, rng=rng)
    # a share of two digits has a standard error of .1 at most, its mean over 60 draws of .013
    np.testing.assert_allclose(drawn.mean(axis=0), best.shares, atol=0.05)
    assert drawn[:, 4].mean() == pytest.approx(best.shares[4], rel=0.1)


def left_out(data, **columns):
    return variance_shares(data, score="score", **(columns or CROSSED))


def test_sources_that_cannot_be_told_apart_are_left_out_and_named(crossed):
    once = left_out(crossed.drop_duplicates("rater"))
    assert list(once.components.index) == ["client", "supplier", "dyad", "residual"]
    assert "rater is left out: each gave one rating, so that the residual holds" in once.note
    one_each = left_out(crossed[crossed["rater"].str.endswith("r00")])
    assert "rater is left out: each client unit has one, and holds its variance" in one_each.note
    single = left_out(crossed.drop_duplicates(["client", "supplier"]))
    assert "dyad is left out: each has one rating, so that the residual holds" in single.note
    lone = left_out(crossed[crossed["supplier"] == "s1"])
    assert list(lone.components.index) == ["client", "rater", "residual"]
    assert "supplier is left out: there is only one; dyad is left out: with one" in lone.note
    own = left_out(crossed.assign(supplier=crossed["client"]))
    expected = "supplier is left out: the design cannot tell its variance from the others'"
    assert expected in own.note
    assert list(own.components.index) == ["client", "rater", "residual"]


ERRORS = {
    "data has no column 'x'; it has ['client', 'rater', 'supplier', 'score', 'flat'].": (
        lambda d: d, {"score": "x"}),
    "variance_shares needs numeric items; 'rater' is not numeric.": (
        lambda d: d, {"score": "rater", "rater": None}),
    "variance_shares needs ratings that vary; 'score' does not.": (
        lambda d: d.assign(score=4.1), {}),
    "variance_shares needs every rater in one client unit; 11 of 12 raters rate for several. "
    "Where the same id stands for different persons, join it with the client unit.": (
        lambda d: d.assign(rater=d["rater"].str[3:]), {}),
    "variance_shares needs client units with several ratings each; every one of the 14 ratings "
    "has its own.": (lambda d: d.drop_duplicates("client"), {}),
    "interval must be 'profile' or 'bootstrap', not 'wald'.": (
        lambda d: d, {"interval": "wald"}),
    "n_resamples must be at least 1, not 0.": (lambda d: d, {"n_resamples": 0}),
    "confidence_level must lie between 0 and 1, not 95.": (
        lambda d: d, {"confidence_level": 95}),
}  # fmt: skip


@pytest.mark.parametrize("message", ERRORS)
def test_refuses_in_one_sentence(crossed, message):
    change, options = ERRORS[message]
    with pytest.raises(ValueError) as refusal:
        variance_shares(change(crossed), **{"score": "score", **CROSSED, **options})
    assert str(refusal.value) == message


def test_one_client_unit_is_not_testable(crossed):
    with pytest.raises(NotTestable) as refusal:
        left_out(crossed[crossed["client"] == "c03"])
    assert refusal.value.missing == (
        "variance_shares needs ratings of at least 2 client units; 'client' has 1."
    )


def test_average_information_is_that_of_the_dense_matrix(crossed):
    few = pd.concat([crossed[crossed["client"] < "c05"], crossed.iloc[:9]])  # some rated twice
    y = few["score"].to_numpy()
    keys = [few["client"], few["supplier"], few["rater"], few["client"] + few["supplier"]]
    z = [pd.get_dummies(key).to_numpy(float) for key in keys]
    ratios = np.array([0.3, 0.2, 0.5, 0.1])
    h = np.eye(len(y)) + sum(r * m @ m.T for r, m in zip(ratios, z, strict=True))
    inverse = np.linalg.inv(h)
    own = inverse.sum(axis=1)
    p = inverse - np.outer(own, own) / own.sum()
    rest, df = y @ p @ y, len(y) - 1
    columns = np.column_stack([m @ (m.T @ p @ y) for m in z])
    q = columns.T @ p @ y
    expected = df * (columns.T @ p @ columns / rest - np.outer(q, q) / rest**2)
    cells, _ = read_cells(few, score="score", **CROSSED)
    found = sums(cells)
    got = average_information(found, solve(found, ratios))
    np.testing.assert_allclose(got, expected, rtol=1e-8, atol=DENSE * np.abs(expected).max())


def test_limits_take_few_evaluations(crossed, monkeypatch):
    """Ten limits and the fit: exact second derivatives everywhere would take 400 and more."""
    calls = []
    monkeypatch.setattr(
        "icx_research.measurement.crossed.fitting.solve",
        lambda found, ratios: calls.append(1) or solve(found, ratios),
    )
    variance_shares(crossed, score="score", **CROSSED)
    assert len(calls) < 220
