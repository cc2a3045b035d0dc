"""Oracle: R lavaan for models as users write them; script and values in tests/reference/sem/user.*

lavaan differs by choice in few places. ``start(0.8)*x1`` on a marker fixes it at 0.8 there, here
at 1. Modification indices of paths to predictors taken as given, 0 or without meaning, are not
listed here; regressions and covariances of outcomes that lavaan does not list are. Labels of
fixed values may be used in definitions here. Groups stand in sorted order here, in order of
appearance there.
"""

from functools import cache

import numpy as np
import pytest

from icx_research.measurement.sem.model import sem
from tests.measurement.sem.reference import answers, read_values
from tests.measurement.sem.test_reference import INDICES, R_RTOL_UNIROOT, ROBUST, keyed

# lavaan's optimiser leaves gradients up to 1e-6, which errors and indices show; its EM algorithm
# stops at changes of 1e-10.
R_RTOL = 2e-5
# Below this size agreement is absolute.
SMALL = 5e-2
# A p value is exponential in its chi-square: errors grow by half the chi-square.
R_RTOL_P = 1e-3
P_ATOL = 1e-12

LOADS = "seen =~ x1 + x2 + x3\nread =~ x4 + x5 + x6\n"
GROWTH = """
i =~ 1*x1 + 1*x2 + 1*x3 + 1*x4
s =~ 0*x1 + 1/3*x2 + (2/3)*x3 + 1*x4
i + s ~ age
x2 ~ tenure
x1 + x2 + x3 + x4 ~ 0
i + s ~ 1
"""
FIXED = """seen =~ NA*x1 + c(a, b)*x2 + equal("seen =~ x1")*x3 + 0*x4
seen ~~ c(1, NA)*seen
a > 0"""
CASES = {
    "growth": (GROWTH, "full", {}),
    "predicted": (f"{LOADS}seen + read ~ age + tenure\nx4 ~ age", "full", {"mean_structure": True}),
    "gaps": (f"{LOADS}seen + read ~ age + tenure", "gaps", {"missing": "fiml"}),
    "fixed": (FIXED, "full", {"group": "region"}),
    "blank": (f"{LOADS}seen =~ 0*x7\nx5 ~~ start(0.5)*x6\nx7 ~~ 2*x7", "full", {}),
}


def data(kind):
    """Answers; of rows 3 to 6 of those with gaps only the predictors are left."""
    frame = answers(kind)
    if kind == "full":
        return frame
    frame = frame.copy()
    frame.loc[2:5, [f"x{i}" for i in range(1, 10)] + ["effort", "loyalty"]] = np.nan
    return frame


@cache
def fitted(case):
    model, kind, options = CASES[case]
    return sem(model, data(kind), **options)


def of_case(name, case):
    frame = read_values(f"user_{name}")
    return frame[frame["case"] == case]


def assert_close(ours, theirs, what, rtol=R_RTOL):
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * SMALL, err_msg=str(what))


@pytest.mark.parametrize("case", CASES)
def test_estimates_errors_and_explained_variance_match_lavaan(case):
    result, reference = fitted(case), of_case("estimates", case)
    ours = keyed(result.table, result.groups, ["estimate", "se", "std_all"])
    explained = reference[reference["op"] == "r2"]
    theirs = keyed(reference[reference["op"] != "r2"], (), ["est", "se", "std.all"])
    assert set(ours) == set(theirs)
    for key, row in theirs.items():
        assert_close(ours[key], row, key)
    number = {key: i + 1 for i, key in enumerate(result.groups)}
    shares = result.r_squared
    assert len(shares) == len(explained)
    found = {(r.term, number[r.group]): r.estimate for r in shares.itertuples()}
    for row in explained.itertuples():
        assert_close(found[row.lhs, row.group], row.est, row.lhs)


@pytest.mark.parametrize("case", CASES)
def test_fit_indices_match_lavaan(case):
    fit = fitted(case).fit_indices
    theirs = of_case("indices", case).set_index("name")["value"]
    for ours, name in (INDICES | (ROBUST if case == "gaps" else {})).items():
        if ours.startswith("p_value"):
            np.testing.assert_allclose(fit[ours], theirs[name], rtol=R_RTOL_P, atol=P_ATOL)
        else:
            rtol = 10 * R_RTOL_UNIROOT if "rmsea_ci" in ours else R_RTOL
            assert_close(fit[ours], theirs[name], ours, rtol)
    # rows of which the predictors alone are left count, as they do in lavaan
    assert fitted(case).n_used == theirs["ntotal"]


@pytest.mark.parametrize("case", ["predicted", "gaps", "fixed", "blank"])
def test_modification_indices_match_lavaan(case):
    result = fitted(case)
    columns = ["modification_index", "expected_change", "expected_change_std"]
    ours = keyed(result.modification_indices(), result.groups, columns)
    theirs = keyed(of_case("modification", case).dropna(), (), ["mi", "epc", "sepc.all"])
    fixed = keyed(result.table, result.groups, ["estimate", "se", "std_all"])
    given = {"age", "tenure"}
    compared = 0
    for key, row in theirs.items():
        if key[0] in given or (key[1] == "~~" and key[2] in given):
            continue
        values = ours[key]
        if key[0] == key[2]:
            # lavaan gives the sign of a variance's change; ours is in units of the variance
            assert np.sign(values[1]) == row[2]
            estimate, _, share = fixed[key]
            assert values[2] == pytest.approx(values[1] * share / estimate, rel=1e-9)
            values, row = values[:2], row[:2]
        assert_close(values, row, key, 10 * R_RTOL)
        compared += 1
    assert compared == {"predicted": 38, "gaps": 36, "fixed": 18, "blank": 48}[case]


@pytest.mark.parametrize("case", ["growth", "predicted", "gaps"])
@pytest.mark.parametrize("method", ["regression", "Bartlett"])
def test_scores_match_lavaan(case, method):
    theirs = of_case("scores", case)
    theirs = theirs[theirs["method"] == method]
    frame = data(CASES[case][1])
    ours = fitted(case).factor_scores(frame, method=method.lower()).iloc[theirs["row"] - 1]
    theirs = theirs[["first", "second"]].to_numpy()
    # row 3 of the gaps has predictors only: scores follow from them, but not Bartlett's
    assert np.isnan(theirs).any() == (case == "gaps" and method == "Bartlett")
    np.testing.assert_allclose(ours, theirs, rtol=10 * R_RTOL, atol=10 * R_RTOL * SMALL)


def test_names_in_backticks_may_hold_anything():
    renamed = answers().rename(columns={"x1": "question 1", "x2": "2nd", "x3": "q-3"})
    found = sem("seen =~ `question 1` + a*`2nd` + `q-3` + x4\n`2nd` ~~ x4", renamed)
    plain = sem("seen =~ x1 + a*x2 + x3 + x4\nx2 ~~ x4", answers())
    np.testing.assert_array_equal(found.table["estimate"], plain.table["estimate"])
    assert found.table["rhs"][:3].tolist() == ["question 1", "2nd", "q-3"]


def test_scores_of_a_second_order_factor_have_no_bartlett_form():
    higher = sem(f"{LOADS}fast =~ x7 + x8 + x9\nall =~ seen + read + fast", answers())
    with pytest.raises(
        ValueError,
        match=r"Bartlett scores need a model in which every latent variable has observed "
        r"indicators; use method='regression'\.",
    ):
        higher.factor_scores(answers(), method="bartlett")
