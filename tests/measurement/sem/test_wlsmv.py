"""Oracle: R lavaan's WLSMV; script, data and values in tests/reference/sem/ordinal*."""

import numpy as np
import pytest

from icx_research.measurement.sem.comparison import likelihood_ratio
from icx_research.measurement.sem.model import sem
from icx_research.measurement.sem.ordinal_indices import normal_theory
from tests.measurement.sem.ordinal_reference import (
    LABELS,
    MEDIATOR,
    ORDINAL_CASES,
    SECOND,
    ordinal_answers,
    ordinal_values,
    three,
)
from tests.measurement.sem.reference import P_ATOL, PLAIN, R_RTOL_P, R_RTOL_UNIROOT, ROBUST, SCALED

# lavaan's polychoric correlations stop up to 4e-8 short of the maximum; weights, and with them
# estimates, errors and statistics, follow. Both sides are polished beyond that.
R_RTOL = 1e-6
# Score tests square slopes, which the correlations of lavaan move by 1e-6.
MODIFICATION_RTOL = 1e-5
# Two ways to the same minimum: both stop within 1e-7 standard errors.
SAME_RTOL = 1e-6
# Central differences of step 1e-6 lose 1e-10 to rounding.
DIFFERENCE_ATOL = 1e-8
# Below this size agreement is absolute.
SMALL = 1e-1
CASES = [case for case in ORDINAL_CASES if case not in ("t", "s", "k", "groups")]

ADJUSTED = SCALED | {"shift": "shift"}


def fitted(case):
    model, options = ORDINAL_CASES[case]
    data = ordinal_answers()[:70] if case == "empty_cell" else ordinal_answers()
    return sem(model, data, estimator="WLSMV", **options)


def indices_of(case):
    frame = ordinal_values("indices")
    return frame[frame["case"] == case].set_index("name")["value"]


def assert_close(ours, theirs, rtol, what):
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * SMALL, err_msg=str(what))


def assert_same_tables(result, reference):
    """Compare estimates, errors and standardised estimates row by row."""
    number = {key: i + 1 for i, key in enumerate(result.groups)}
    ours = {}
    for row in result.table.to_dict("records"):
        defined = row["op"] == ":="
        group = 0 if defined else number[row["group"]]
        ours[row["lhs"], row["op"], "" if defined else row["rhs"], group] = row
        if row["op"] == "~~":
            ours[row["rhs"], row["op"], row["lhs"], group] = row
    for row in reference.to_dict("records"):
        defined = row["op"] == ":="
        group = 0 if defined else row["group"]
        key = (row["lhs"], row["op"], "" if defined else row["rhs"], group)
        assert_close(ours[key]["estimate"], row["est"], R_RTOL, key)
        assert_close(ours[key]["std_all"], row["std.all"], R_RTOL, key)
        assert_close(ours[key]["se"], row["se"], R_RTOL, key)
    assert len(reference) == len(result.table)


def of_case(name, case):
    frame = ordinal_values(name)
    return frame[frame["case"] == case]


@pytest.mark.parametrize("case", CASES)
def test_estimates_errors_and_standardised_match_lavaan(case):
    result = fitted(case)
    assert_same_tables(result, of_case("estimates", case))
    assert (result.problems, result.converged, result.estimator) == ((), True, "WLSMV")
    rows = 70 if case == "empty_cell" else 700
    assert (result.n_used, result.n_dropped, result.note) == (rows, 0, "")


@pytest.mark.parametrize("case", ORDINAL_CASES)
def test_fit_indices_match_lavaan(case):
    result = fitted(case)
    fit, theirs = result.fit_indices, indices_of(case)
    names = PLAIN | ADJUSTED | ROBUST
    assert set(fit.index) == {*names, "baseline_shift"}
    if len(result.groups) > 1:
        # tested below: lavaan divides the variances of its baseline by the shares of the groups
        names = {k: v for k, v in names.items() if k not in ("cfi_robust", "tli_robust")}
    for ours, name in names.items():
        if ours.startswith("p_value"):
            np.testing.assert_allclose(fit[ours], theirs[name], rtol=R_RTOL_P, atol=P_ATOL)
        else:
            rtol = R_RTOL_UNIROOT if "rmsea_ci" in ours else R_RTOL
            assert_close(fit[ours], theirs[name], rtol, ours)
    # adjusted statistics have the mean of chi-square: a T + shift, where T = tr(U Gamma)
    base = fit["baseline_chi_square"] / fit["baseline_scaling_factor"] + fit["baseline_shift"]
    assert fit["baseline_chi_square_scaled"] == pytest.approx(base, rel=1e-12)


@pytest.mark.parametrize("case", ["groups", "groups_loadings"])
def test_robust_cfi_of_groups_differs_from_lavaan_by_its_baseline_only(case):
    result = fitted(case)
    theirs = indices_of(case)
    statistics, factors = normal_theory(result.fit)
    assert_close(statistics["chi_square"], theirs["catml.XX3"], R_RTOL, "chi-square")
    assert_close(factors.factor, theirs["catml.c.hat3"], R_RTOL, "factor")
    assert_close(statistics["baseline_chi_square"], theirs["catml.XX3.null"], R_RTOL, "baseline")
    assert statistics["baseline_df"] == theirs["catml.df3.null"] == 72
    n = np.array([data.n for data in result.fit.ordinal])
    parts = [data.gamma[data.n_thresholds :, data.n_thresholds :] for data in result.fit.ordinal]
    traces = np.array([np.trace(part) for part in parts])
    # the mean of the sum over groups of n times F; lavaan has trace / share of the rows
    assert factors.baseline_factor == pytest.approx(traces.sum() / 72, rel=1e-12)
    quirk = float(np.sum(traces * n.sum() / n)) / 72
    assert_close(quirk, theirs["catml.c.hat3.null"], R_RTOL, "lavaan's factor")
    excess = statistics["chi_square"] - factors.factor * result.fit.df
    cfi = 1 - excess / (statistics["baseline_chi_square"] - quirk * 72)
    assert_close(cfi, theirs["cfi.robust"], R_RTOL, "lavaan's CFI")


@pytest.mark.parametrize("case", ["f", "groups_loadings"])
def test_modification_indices_match_lavaan(case):
    result = fitted(case)
    number = {key: i + 1 for i, key in enumerate(result.groups)}
    ours = {}
    for row in result.modification_indices().to_dict("records"):
        key = (row["lhs"], row["op"], row["rhs"], number[row["group"]])
        ours[key] = [
            row[name] for name in ("modification_index", "expected_change", "expected_change_std")
        ]
    theirs = of_case("modification", case)
    assert len(theirs) == {"f": 54, "groups_loadings": 132}[case]
    for row in theirs.itertuples():
        key = (row.lhs, row.op, row.rhs, row.group)
        # a scale has no standardised change: lavaan gives its sign
        given = [row.mi, row.epc, row.epc if row.op == "~*~" else row[8]]
        assert_close(ours[key], given, MODIFICATION_RTOL, key)


def test_difference_of_nested_models_matches_lavaan():
    ours = likelihood_ratio(fitted("groups_loadings"), fitted("groups"))
    theirs = ordinal_values("differences").set_index("restricted").loc["groups_loadings"]
    assert_close(ours.chi_square, theirs["chi_square"], R_RTOL, "difference")
    assert ours.p_value == pytest.approx(theirs["p_value"], rel=R_RTOL_P)
    assert (ours.df, ours.n_used, ours.note) == (theirs["df"], 700, "") == (6, 700, "")
    plain = fitted("groups_loadings").fit.chi_square - fitted("groups").fit.chi_square
    assert ours.chi_square == pytest.approx(plain / ours.scaling_factor + ours.shift, rel=1e-12)


@pytest.mark.parametrize("model", [three("f"), MEDIATOR, SECOND], ids=["cfa", "path", "second"])
def test_both_parameterisations_say_the_same(model):
    delta, theta = (
        sem(model, ordinal_answers(), estimator="WLSMV", parameterization=p)
        for p in ("delta", "theta")
    )
    shared = ["chi_square", "chi_square_scaled", "cfi_robust", "rmsea_robust", "srmr"]
    np.testing.assert_allclose(delta.fit_indices[shared], theta.fit_indices[shared], rtol=SAME_RTOL)
    key = ["lhs", "op", "rhs"]
    standard = [r.table[r.table["op"] != ":="].set_index(key)["std_all"] for r in (delta, theta)]
    standard[1] = standard[1].drop("~*~", level="op", errors="ignore")
    np.testing.assert_allclose(
        standard[0].drop("~*~", level="op", errors="ignore").sort_index(),
        standard[1].sort_index(),
        rtol=SAME_RTOL,
        atol=SAME_RTOL,
    )


@pytest.mark.parametrize(
    ("model", "options"),
    [
        (MEDIATOR, {}),
        (MEDIATOR, {"parameterization": "theta"}),
        (SECOND, {}),
        (LABELS, {"group": "region"}),
        (LABELS + "t7 ~ seen + f2\ns8 ~ t7\nt7 ~*~ c(1, NA)*t7\nt7 | c(v, v)*t1 + c(w, w)*t2",
         {"group": "region"}),
    ],
)  # fmt: skip
def test_slopes_are_those_of_the_implied_moments(model, options, rng):
    fit = sem(model, ordinal_answers(), estimator="WLSMV", **options).fit
    theta = fit.theta * (1 + 0.02 * rng.normal(size=len(fit.theta)))
    step = 1e-6
    for g, group in enumerate(fit.point.groups):
        at = fit.objective.at(theta).groups[g]
        found = at.jacobian.moments
        for row, k in zip(found, group.model.numbers, strict=True):
            shift = np.zeros(len(theta))
            shift[k] = step
            above, below = (
                group.model.responses(group.model.implied(theta + s)) for s in (shift, -shift)
            )
            np.testing.assert_allclose(row, (above - below) / (2 * step), atol=DIFFERENCE_ATOL)


def test_implied_variances_of_responses_are_those_of_the_scales():
    fit = sem(MEDIATOR, ordinal_answers(), estimator="WLSMV").fit
    p = len(fit.table.observed)
    np.testing.assert_allclose(np.diag(fit.point.groups[0].implied.covariance)[:p], 1, rtol=1e-12)
