"""Ordinal models: edges, whole messages and properties."""

import re

import numpy as np
import pandas as pd
import pytest

from icx_research.core.reduction import moments
from icx_research.measurement.polychoric.correlations import polychoric
from icx_research.measurement.sem.cfa import cfa
from icx_research.measurement.sem.comparison import likelihood_ratio
from icx_research.measurement.sem.model import sem
from tests.measurement.sem.ordinal_reference import ordinal_answers, three

# Two ways to the same minimum: both stop within 1e-7 standard errors.
SAME_RTOL = 1e-6
MODEL = three("f")


def wlsmv(model=MODEL, data=None, **options):
    data = ordinal_answers() if data is None else data
    return sem(model, data, estimator="WLSMV", **options)


def close(a, b, rtol=SAME_RTOL):
    np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol)


def changed(**columns):
    return ordinal_answers().assign(**columns)


def test_recovers_a_known_population(rng):
    loadings, n = np.array([0.8, 0.7, 0.6, 0.5]), 60_000
    factor = rng.normal(size=(n, 1))
    answers = factor * loadings + rng.normal(size=(n, 4)) * np.sqrt(1 - loadings**2)
    cuts = ([-0.5, 0.6], [0.8], [-1, 0, 1], [0.2, 1.2])
    codes = {f"q{j}": np.searchsorted(cuts[j], answers[:, j]) for j in range(4)}
    result = cfa("f =~ q0 + q1 + q2 + q3", pd.DataFrame(codes), estimator="WLSMV", std_lv=True)
    table = result.table
    estimate = table[table["op"] == "=~"].set_index("rhs")
    truth = pd.Series(loadings, index=[f"q{j}" for j in range(4)])
    assert ((estimate["estimate"] - truth).abs() < 3.5 * estimate["se"]).all()
    found = table[(table["op"] == "|") & (table["lhs"] == "q2")]["estimate"]
    np.testing.assert_allclose(found, [-1, 0, 1], atol=0.025)  # 4 standard errors
    np.testing.assert_allclose(result.r_squared["estimate"], estimate["estimate"] ** 2, rtol=1e-9)
    assert result.fit_indices["p_value_scaled"] > 0.001


def test_numbers_of_categories_and_order_of_rows_and_items_do_not_matter(rng):
    reference = wlsmv()
    data = ordinal_answers().iloc[rng.permutation(700)]
    data = data.assign(f2=data["f2"] * 10 - 3, f9=data["f9"].map({1: 0, 2: 2, 3: 3, 4: 7, 5: 9}))
    other = wlsmv("fast =~ f7 + f9 + f8\nread =~ f4 + f5 + f6\nseen =~ f1 + f3 + f2", data)
    close(other.fit_indices, reference.fit_indices)
    key = ["lhs", "op", "rhs"]
    ours, theirs = (r.table.set_index(key)["se"] for r in (other, reference))
    shared = ours.index.intersection(theirs.index)
    assert len(shared) > 60
    close(ours[shared], theirs[shared])


def test_thresholds_are_those_of_polychoric_and_free_ones_fit_exactly():
    result = wlsmv()
    single = polychoric(ordinal_answers()[list(result.fit.table.observed)])
    close(result.sample_moments.cov, single.correlations, rtol=1e-12)
    rows = result.residuals
    thresholds = rows[rows["op"] == "|"].set_index(["lhs", "rhs"])
    assert thresholds.loc[("f3", "t2"), "observed"] == single.thresholds.loc["f3", "threshold_2"]
    np.testing.assert_allclose(thresholds["residual"], 0, atol=1e-7)
    pairs = rows[rows["op"] == "~~"]
    assert (len(thresholds), len(pairs)) == (36, 36)
    np.testing.assert_allclose(pairs["implied"] + pairs["residual"], pairs["observed"])
    assert rows["standardised"].abs().is_monotonic_decreasing
    srmr = np.sqrt((pairs["residual"] ** 2).sum() / 45)
    assert result.fit_indices["srmr"] == pytest.approx(srmr, rel=1e-12)
    np.testing.assert_allclose(
        result.implied_moments.cov[np.triu_indices(9, 1)].sum(), pairs["implied"].sum()
    )


def test_unequal_shares_behind_a_residual_threshold():
    model = MODEL + "\nf1 | 0.5*t3"
    rows = wlsmv(model).residuals.set_index(["lhs", "op", "rhs"])
    row = rows.loc[("f1", "|", "t3")]
    density = np.exp(-(row["observed"] ** 2) / 2) / np.sqrt(2 * np.pi)
    assert row["implied"] == pytest.approx(0.5, abs=1e-12)
    assert row["standardised"] == pytest.approx(row["residual"] * density, rel=1e-12)


def test_rows_with_a_gap_are_left_out():
    data = ordinal_answers().astype({"f2": float})
    data.loc[[4, 9], "f2"] = np.nan
    result = wlsmv(data=data)
    assert (result.n_used, result.n_dropped) == (698, 2)
    close(result.fit_indices, wlsmv(data=data.dropna()).fit_indices, rtol=1e-12)


def test_one_cluster_per_row_is_none_but_for_a_factor():
    data = changed(own=np.arange(700)[::-1])
    plain, clusters = wlsmv(), wlsmv(data=data, cluster="own")
    close(clusters.table["estimate"], plain.table["estimate"])
    close(clusters.table["se"], plain.table["se"] * np.sqrt(700 / 699))
    scaled = ["chi_square_scaled", "cfi_scaled", "rmsea_robust"]
    close(clusters.fit_indices[scaled], plain.fit_indices[scaled], rtol=5e-3)
    assert clusters.note == "standard errors rest on 700 clusters"
    assert (clusters.cluster, clusters.estimator) == ("own", "WLSMV")


def test_rows_that_repeat_within_a_cluster_add_nothing():
    data = changed(own=np.arange(700))
    twice = pd.concat([data, data])
    once, doubled = wlsmv(data=data, cluster="own"), wlsmv(data=twice, cluster="own")
    close(doubled.table["estimate"], once.table["estimate"])
    # gamma / n is the same; errors are over n - 1
    close(doubled.table["se"], once.table["se"] * np.sqrt(699 / 700 * 1400 / 1399))
    assert doubled.n_used == 1400


def test_errors_by_cluster_are_the_spread_over_samples(rng):
    found, n_units, size = [], 60, 8
    unit = np.repeat(np.arange(n_units), size)
    for _ in range(60):
        shared = rng.normal(size=(n_units, 1))[unit]
        factor = np.sqrt(0.5) * shared + np.sqrt(0.5) * rng.normal(size=(len(unit), 1))
        codes = (0.8 * factor + 0.6 * rng.normal(size=(len(unit), 3)) > [-0.3, 0, 0.4]).astype(int)
        data = pd.DataFrame(codes, columns=list("abc")).assign(unit=unit)
        table = cfa("f =~ a + b + c", data, estimator="WLSMV", cluster="unit").table
        found.append(table[table["op"] == "|"][["estimate", "se"]].to_numpy())
    found = np.array(found)
    spread = found[:, :, 0].std(axis=0, ddof=1)
    # relative error of a standard deviation of 60 draws: 9 %; three of them
    np.testing.assert_allclose(found[:, :, 1].mean(axis=0), spread, rtol=0.28)
    # rows taken as independent would give errors of the size of one share
    assert (spread > 1.25 * np.sqrt(np.pi / 2 / len(unit))).all()


def test_equal_groups_add_up():
    twice = pd.concat([ordinal_answers().assign(half=k) for k in ("a", "b")])
    both, one = wlsmv(data=twice, group="half"), wlsmv()
    close(both.fit_indices["chi_square"], 2 * one.fit_indices["chi_square"])
    close(both.fit_indices[["cfi", "srmr"]], one.fit_indices[["cfi", "srmr"]])
    close(both.fit_indices["cfi_robust"], one.fit_indices["cfi_robust"])
    se = both.table[both.table["group"] == "a"]["se"].to_numpy()
    # the same rows: over n - 1 here, over 2 n - 2 times the share of one half there
    close(se, one.table["se"])


def test_a_saturated_model_has_no_test():
    result = wlsmv("f =~ f1 + f2 + f3")
    fit = result.fit_indices
    assert (fit["df"], fit["cfi"], fit["rmsea"], fit["chi_square_scaled"]) == (0, 1, 0, 0)
    assert np.isnan([fit["p_value"], fit["scaling_factor"], fit["shift"]]).all()
    assert fit["chi_square"] == pytest.approx(0, abs=1e-10)


def test_too_many_items_for_the_rows_are_named(rng):
    factor = rng.normal(size=(24, 1))
    data = pd.DataFrame((factor + rng.normal(size=(24, 14)) > 0).astype(int)).add_prefix("q")
    result = cfa("f =~ " + " + ".join(data.columns), data, estimator="WLSMV")
    assert (
        "the polychoric correlations are not positive definite: there are too few rows for so "
        "many items, so robust indices are not available" in result.note
    )
    robust = result.fit_indices.filter(like="_robust")
    assert len(robust) == 5
    assert robust.isna().all()
    assert result.fit_indices["chi_square_scaled"] > 0


def test_sentence_gives_the_scaled_statistics():
    result = wlsmv()
    fit = result.fit_indices
    assert result.to_apa() == (
        "scaled χ²(24) = 114.79, p < .001, CFI = .967, TLI = .951, RMSEA = .074, 90% CI [.060, "
        ".087], SRMR = .046, n = 700"
    )
    assert fit["cfi"].round(3) == 0.988


def test_negative_residual_variance_is_named():
    model = "f =~ NA*f1 + 1.2*f2 + f3\nf ~~ 1*f"
    assert (
        wlsmv(model)
        .problems[0]
        .startswith("Heywood case: the residual variance of 'f2' is negative (-0.440)")
    )


def test_theta_says_what_it_cannot_show():
    data = ordinal_answers()[:60]
    model = "one =~ b1 + b2 + b4 + b5 + b8"
    delta = wlsmv(model, data)
    assert delta.problems[0].startswith("Heywood case: the residual variance of 'b1' is negative")
    theta = wlsmv(model, data, parameterization="theta")
    assert not theta.converged
    assert theta.problems[0].startswith("not converged after 300 steps")
    assert theta.problems[-1] == (
        "residual variances of 1 cannot fall below 0; parameterization='delta' shows whether one "
        "would"
    )
    assert theta.fit_indices.isna().all()


BAD = [
    (MODEL, {"f2": 1}, {}, "'f2' does not vary; leave it out of the model."),
    (MODEL, {"f2": lambda d: d["f2"] + 0.5}, {},
     "estimator='WLSMV' needs whole numbers of ordered categories; 'f2' holds others. Use "
     "estimator='MLR' for scores that are not categories."),
    (MODEL, {"f2": lambda d: np.arange(700) % 12}, {},
     "estimator='WLSMV' needs items of 2 to 11 ordered values; 'f2' has 12."),
    (MODEL, {"f2": lambda d: d["f2"].where(d["region"] == "east", d["f2"].clip(2, 4))},
     {"group": "region"},
     "'f2' has 5 categories, of which 2 have no answer in group 'west'; merge them with their "
     "neighbours in all groups, or leave the item out."),
    (MODEL, {"f2": lambda d: (d["f1"] > 2).astype(int)}, {},
     "the polychoric correlation of 'f1' and 'f2' is 0.9999 in size: no respondent parts their "
     "orders, so its weight cannot be estimated. Leave one of them out, or merge categories."),
    (MODEL, {"f2": lambda d: d["f1"]}, {},
     "the covariance matrix of the variables is not positive definite; one of them follows from "
     "the others, or the matrix is not one of complete rows."),
    (MODEL, {"f2": "often"}, {}, "'f2' does not hold numbers; recode its answers."),
    (MODEL, {}, {"missing": "fiml"},
     "estimator='WLSMV' takes complete rows only; use missing='listwise', or estimator='MLR' with "
     "missing='fiml'."),
    (MODEL, {}, {"cluster": "region", "group": "region"},
     "cluster needs at least 2 units; there is 1 in group 'east'."),
    ("seen =~ f1 + f2 + f3\nseen ~ b4", {}, {},
     "estimator='WLSMV' has no observed predictors taken as given, as 'b4' is; make it the ordinal "
     "indicator of a latent variable, or use estimator='MLR'."),
    (MODEL, {}, {"group": "region", "group_equal": ["loadings", "thresholds"]},
     "group_equal takes 'loadings' only under estimator='WLSMV', not 'thresholds'; use "
     "measurement_invariance, which identifies every level, or labels such as 'q1 | c(a, a)*t1'."),
    (MODEL, {}, {"parameterization": "probit"},
     "parameterization must be one of 'delta', 'theta', not 'probit'."),
    ("seen =~ f1 + f2 + f3\nf1 | t5", {}, {},
     "model, line 2, column 6: 'f1' has the thresholds t1 to t4, not 't5'."),
    ("seen =~ b1 + f2 + f3\nb1 | t2", {}, {},
     "model, line 2, column 6: 'b1' has the thresholds t1 only, not 't2'."),
    ("seen =~ f1 + f2 + f3\nf1 ~~ f1", {}, {},
     "model, line 2, column 7: the residual variance of 'f1' follows from its scale; write 'f1 ~*~ "
     "f1', or use parameterization='theta'."),
    ("seen =~ f1 + f2 + f3\nf1 ~*~ f1", {}, {"parameterization": "theta"},
     "model, line 2, column 8: the scale of 'f1' follows from its variance under "
     "parameterization='theta'; free or fix the residual variance instead."),
    ("seen =~ f1 + f2 + f3\nf1 ~*~ f2", {}, {},
     "model, line 2, column 8: a scale is written 'x ~*~ x' of one observed variable."),
    ("seen =~ f1 + a*f2 + b*f3 + f4\na == 2*b", {}, {},
     "model, line 2, column 1: estimator='WLSMV' takes no constraints; give equal parameters the "
     "same label."),
    ("seen =~ f1 + a*f2 + f3 + f4\na > 0", {}, {},
     "model, line 2, column 1: estimator='WLSMV' takes no constraints; give equal parameters the "
     "same label."),
    ("seen =~ f1 + f2", {}, {},
     "the model is not identified: it has 10 free parameters but only 9 sample moments; fix or "
     "equate at least 1 of them."),
]  # fmt: skip


@pytest.mark.parametrize(("model", "columns", "options", "message"), BAD)
def test_refuses_with_the_reason(model, columns, options, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        wlsmv(model, changed(**columns), **options)


def test_refuses_moments_few_rows_scores_and_ml():
    data = ordinal_answers()
    items = [f"f{k}" for k in range(1, 10)]
    message = "estimator='WLSMV' needs the rows, as their means and covariances do not tell how "
    with pytest.raises(ValueError, match=re.escape(message)):
        wlsmv(data=moments(data, items))
    with pytest.raises(
        ValueError, match=r"^9 variables need more than 9 complete rows; there are 8\.$"
    ):
        wlsmv(data=data[:8])
    with pytest.raises(ValueError, match="factor scores of ordinal variables are not available"):
        wlsmv().factor_scores(data)
    for text in ("f1 | t1", "f1 ~*~ f1"):
        op = text.split()[1]
        message = f"the operator {op!r} belongs to ordinal variables; use estimator='WLSMV'."
        with pytest.raises(ValueError, match=re.escape(message)):
            sem(f"{MODEL}\n{text}", data)
    with pytest.raises(
        ValueError, match=r"^parameterization='theta' belongs to estimator='WLSMV'\.$"
    ):
        sem(MODEL, data, parameterization="theta")


def test_no_difference_test_against_a_model_that_is_not_identified():
    loose = wlsmv(MODEL + "\nf1 ~*~ NA*f1")
    assert loose.problems[0].startswith("not identified: the data do not determine ")
    assert loose.table["se"].isna().any()
    assert loose.fit_indices.filter(regex="_scaled|_robust|scaling|shift")[:5].isna().all()
    assert loose.fit_indices["chi_square"] == pytest.approx(wlsmv().fit.chi_square, rel=1e-6)
    test = likelihood_ratio(wlsmv(), loose)
    assert np.isnan([test.chi_square, test.p_value]).all()
    assert test.note == (
        "the restrictions of one model on the other cannot be told, so there is no test"
    )
