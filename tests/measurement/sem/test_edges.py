"""Models at the edge. Oracle: lavaan, semTools; script and values in tests/reference/sem/edges.*"""

import numpy as np
import pandas as pd
import pytest

from icx_research.measurement.sem.cfa import cfa
from icx_research.measurement.sem.model import sem
from tests.measurement.sem.reference import REFERENCE, THREE, answers
from tests.measurement.sem.test_convergent import MODELS

ONE = "f =~ x1 + a*x2 + b*x3 + x4\n"
# lavaan's search ends at 1e-10 of its discrepancy
RTOL = 1e-5


def reference(case):
    frame = pd.read_csv(REFERENCE / "edges.csv", comment="#").query("case == @case")
    return frame.set_index("name")["value"]


@pytest.mark.parametrize(
    ("case", "model"),
    [
        ("crossed", MODELS["crossed"]),
        ("correlated", "seen =~ x1 + x2 + x3\nread =~ x4 + x5 + x6 + x2\n"
         "fast =~ x7 + x8 + x9\nx8 ~~ x9"),
        ("bifactor", "all =~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8 + x9\nread =~ x4 + x5 + x6\n"
         "fast =~ x7 + x8 + x9\nall ~~ 0*read + 0*fast\nread ~~ 0*fast"),
    ],
)  # fmt: skip
def test_composites_count_what_other_factors_bring(case, model):
    found = cfa(model, answers()).convergent_validity.set_index("latent")["composite_reliability"]
    expected = reference(case)
    np.testing.assert_allclose(found[expected.index], expected, rtol=RTOL)


@pytest.mark.parametrize(
    ("case", "model", "options"),
    [
        ("groups", "seen =~ x1 + c(a1, a2)*x2 + x3\na1 < a2\na2 < 0.7", {"group": "region"}),
        ("one", "f =~ x1 + a*x2 + x3\na < 0.5", {}),
        ("two", "f =~ x4 + a*x5 + b*x6\na > b\nb > 1.2", {}),
    ],
)
def test_a_binding_inequality_costs_fit_without_degrees_of_freedom(case, model, options):
    found = cfa(model, answers(), **options).fit_indices
    expected = reference(case)
    np.testing.assert_allclose(found[expected.index], expected, rtol=RTOL)
    assert found["cfi"] < 1


@pytest.mark.parametrize(
    "expression", ["log(-a)", "sqrt(-b)", "(-a)^0.5", "atanh(a + 1)", "log(a - a)", "1 / (b - b)"]
)
def test_outside_its_domain_a_definition_has_no_value_and_says_so(expression):
    result = sem(f"{ONE}lost := {expression}\nchild := lost + 1\nkept := a", answers())
    rows = result.table.set_index("lhs").loc[["lost", "child"]]
    assert rows[["estimate", "se", "z", "p_value", "ci_low", "ci_high"]].isna().all(axis=None)
    assert result.table["estimate"].iloc[-1] == result.table["estimate"].iloc[1]
    assert result.note == (
        "'lost' is not defined at the estimates: a function or power is outside its domain; "
        "'child' is not defined at the estimates: a function or power is outside its domain"
    )


def test_whole_powers_and_sizes_of_negative_numbers_are_defined():
    result = sem(f"{ONE}whole := (-a)^3\nsize := abs(-a)", answers())
    rows = result.table.set_index("lhs")
    assert rows.loc["whole", "estimate"] == pytest.approx(reference("domain")["whole"], rel=RTOL)
    a = result.table.iloc[1]
    assert rows.loc["size", ["estimate", "se"]].tolist() == a[["estimate", "se"]].tolist()
    assert rows.loc["whole", "se"] == pytest.approx(3 * a["estimate"] ** 2 * a["se"])
    assert result.note == ""


@pytest.mark.parametrize("constraint", ["log(-a) == 0", "sqrt(a - 2) < 1"])
def test_a_constraint_without_a_value_is_refused(constraint):
    with pytest.raises(ValueError) as refusal:
        sem(ONE + constraint, answers())
    assert str(refusal.value) == (
        f"model, line 2, column 1: the constraint '{constraint}' is not defined at the starting "
        "values: a function or power is outside its domain. Correct it, or give other values with "
        "start(...)."
    )


def test_constraints_by_functions_are_met():
    estimates = sem(f"{ONE}log(a) == -0.3\nsqrt(b) > 1.2", answers()).table["estimate"]
    assert estimates[1] == pytest.approx(np.exp(-0.3))
    assert estimates[2] == pytest.approx(1.44)


@pytest.mark.parametrize("estimator", ["MLR", "WLSMV"])
def test_scaled_tests_come_first(estimator):
    data = answers().copy()
    if estimator == "WLSMV":
        columns = [f"x{i}" for i in range(1, 10)]
        data[columns] = (data[columns] > data[columns].median()).astype(int) + (
            data[columns] > data[columns].quantile(0.8)
        )
    result = cfa(THREE, data, estimator=estimator)
    fit = result.fit_indices
    assert result.to_apa().startswith(f"scaled χ²(24) = {fit['chi_square_scaled']:.2f}, ")
    assert f"CFI = {fit['cfi_scaled']:.3f}".replace("0.", ".") in result.to_apa()


def test_under_ml_nothing_is_scaled():
    assert cfa(THREE, answers()).to_apa().startswith("χ²(24) = ")
