"""Oracle: R lavaan; script and values in tests/reference/sem/constraints.*"""

import re

import numpy as np
import pytest

from icx_research.core.reduction import moments
from icx_research.measurement.sem.comparison import likelihood_ratio
from icx_research.measurement.sem.constraints import free_directions, read_constraints
from icx_research.measurement.sem.model import sem
from icx_research.measurement.sem.parameters import parameter_table
from icx_research.measurement.sem.syntax import parse
from tests.measurement.sem.reference import answers, values
from tests.measurement.sem.test_reference import keyed

LOADS = "seen =~ x1 + a*x2 + b*x3\nread =~ x4 + c*x5 + d*x6\nfast =~ x7 + x8 + x9\n"
CHAIN = "effort ~ a*age + t*tenure\nloyalty ~ b*effort + c*age\nab := a*b\n"
GROUPS = "seen =~ x1 + c(a1, a2)*x2 + c(b1, b2)*x3\nread =~ x4 + x5 + x6\n"
EFFECTS = "seen =~ NA*x1 + a1*x1 + a2*x2 + a3*x3\nread =~ x4 + x5 + x6\n"
LINEAR = LOADS + "a == b\nc + d == 2*a"
CASES = {
    "equal": (LINEAR, {}),
    "effects": (EFFECTS + "a1 + a2 + a3 == 3", {}),
    "redundant": (LOADS + "a == b; b == a; a == 0.7", {}),
    "product": (CHAIN + "ab == 0.5*c", {}),
    "square": (LOADS + "a^2 + b^2 == c*d # two products", {}),
    "binding": (LOADS + "a < 0.6\nd > 0.1", {}),
    "slack": (LOADS + "a > 0.1\nb > a", {}),
    "mixed": (LOADS + "a == b\nd < 0.7*c", {}),
    "groups": (GROUPS + "a1 - a2 == b1 - b2", {"group": "region"}),
    "mlr": (LINEAR, {"estimator": "MLR"}),
    "fiml": (LINEAR, {"missing": "fiml"}),
    "mlr_product": (CHAIN + "ab == 0.5*c", {"estimator": "MLR"}),
}
# lavaan's search by an augmented Lagrangian (and nlminb) stops at estimates about 1e-6 off.
R_ATOL = 5e-6
# What that does to a chi-square where constraints are not linear: they are met to 1e-7 only.
R_CHI_ATOL = 5e-6
INDICES = {
    "chi_square": "chisq", "df": "df", "cfi": "cfi", "tli": "tli", "rmsea": "rmsea",
    "srmr": "srmr", "log_likelihood": "logl", "aic": "aic", "bic": "bic",
}  # fmt: skip
ROBUST = {"scaling_factor": "chisq.scaling.factor", "cfi_robust": "cfi.robust",
          "tli_robust": "tli.robust", "rmsea_robust": "rmsea.robust"}  # fmt: skip


def fitted(case):
    model, options = CASES[case]
    return sem(model, answers("gaps" if case == "fiml" else "full"), **options)


def of_case(name, case):
    frame = values(name)
    return frame[frame["case"] == case]


@pytest.mark.parametrize("case", CASES)
def test_estimates_errors_and_indices_match_lavaan(case):
    result = fitted(case)
    assert result.converged
    assert result.problems == ()
    ours = keyed(result.table, result.groups, ["estimate", "se"])
    theirs = keyed(of_case("constraints_estimates", case), (), ["est", "se"])
    assert set(ours) == set(theirs)
    for key, (estimate, se) in theirs.items():
        # of a fixed value lavaan takes the root of a rounding error: 0, or none if negative
        pair = estimate, np.nan_to_num(se)
        np.testing.assert_allclose(ours[key], pair, rtol=0, atol=R_ATOL, err_msg=str(key))
    fit = result.fit_indices
    indices = of_case("constraints_indices", case).set_index("name")["value"]
    names = INDICES | {ours: theirs for ours, theirs in ROBUST.items() if ours in fit}
    for ours_name, name in names.items():
        np.testing.assert_allclose(
            fit[ours_name], indices[name], rtol=0, atol=R_CHI_ATOL, err_msg=name
        )


def test_a_shared_label_is_the_same_as_an_equality():
    one = sem(LOADS.replace("b*x3", "a*x3"), answers())
    two = sem(LOADS + "a == b", answers())
    np.testing.assert_allclose(one.table["estimate"], two.table["estimate"], rtol=1e-9)
    np.testing.assert_allclose(one.table["se"], two.table["se"], rtol=1e-9)
    np.testing.assert_allclose(one.fit_indices, two.fit_indices, rtol=1e-9)
    free = sem(LOADS, answers())
    test = likelihood_ratio(two, free)
    assert test.df == 1
    np.testing.assert_allclose(test.chi_square, two.fit.chi_square - free.fit.chi_square)
    mine, theirs = two.modification_indices(), one.modification_indices()
    np.testing.assert_allclose(
        mine["modification_index"], theirs["modification_index"], rtol=1e-7, atol=1e-9
    )


def test_constraints_are_met_and_count():
    result = fitted("product")
    table = result.table.set_index("label")["estimate"]
    assert table["ab"] == pytest.approx(0.5 * table["c"], abs=1e-10)
    assert result.fit.n_parameters == result.fit.table.n_free - 1
    binding = fitted("binding").table.set_index("label")
    assert binding.loc["a", "estimate"] == pytest.approx(0.6, abs=1e-10)
    assert binding.loc["a", "se"] == pytest.approx(0, abs=1e-10)
    free, slack = sem(LOADS, answers()), fitted("slack")
    np.testing.assert_allclose(slack.table["estimate"], free.table["estimate"], rtol=1e-7)
    np.testing.assert_allclose(slack.table["se"], free.table["se"], rtol=1e-6)
    assert slack.fit_indices["df"] == free.fit_indices["df"]


@pytest.mark.parametrize("case", ["product", "square"])
def test_newton_knows_the_curvature_of_the_constraints(case):
    """Two steps end it; without the second derivatives of the constraints it takes more."""
    assert fitted(case).fit.minimum.n_steps == 2


def test_moments_suffice_and_order_does_not_matter():
    by = moments(answers(), [f"x{i}" for i in range(1, 10)])
    one = sem(LINEAR, by)
    two = sem(LOADS + "2*a == d + c\nb == a", answers())
    np.testing.assert_allclose(one.table["estimate"], two.table["estimate"], rtol=1e-8)


def test_constraints_by_hand():
    terms = parse(LOADS + "p := a*b\nc == 2*p\nd < a + 1")
    table = parameter_table(terms)
    found = read_constraints(table)
    at = {row.label: row.free for row in table.rows if row.label}
    theta = np.linspace(0.5, 1.5, table.n_free)
    a, b, c, d = (theta[at[name]] for name in "abcd")
    value, slope = found.at(theta)
    np.testing.assert_allclose(value, [c - 2 * a * b, a + 1 - d])
    expected = np.zeros((2, table.n_free))
    expected[0, [at["a"], at["b"], at["c"]]] = [-2 * b, -2 * a, 1]
    expected[1, [at["a"], at["d"]]] = [1, -1]
    np.testing.assert_allclose(slope, expected)
    assert found.is_equality.tolist() == [True, False]
    assert not found.is_linear(theta)
    assert read_constraints(parameter_table(parse(LOADS))) is None
    directions = free_directions(np.array([[1.0, 1.0, 0.0], [2.0, 2.0, 0.0]]))
    assert directions.shape == (3, 2)
    np.testing.assert_allclose(np.array([1.0, 1.0, 0.0]) @ directions, 0, atol=1e-15)


def test_what_cannot_be_met_is_not_converged():
    result = sem(LOADS + "a > 1\na < 0", answers())
    assert not result.converged
    assert result.table["estimate"].isna().all()


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        ("a + zz == 1", "model, line 4, column 5: 'zz' is not a label; labels: a, b, c, d."),
        ("1 < 2*zz", "model, line 4, column 7: 'zz' is not a label; labels: a, b, c, d."),
        ("1 == 1", "model, line 4, column 1: the constraint '1 == 1' holds no free parameter."),
        ("a == b c", "model, line 4, column 6: cannot read the constraint 'b c'."),
        ("a == 1\na == 0.5", "the equality constraints contradict each other."),
        ("exp(a) == -1", "no starting values meet the constraints with a positive definite "
         "covariance matrix; check the constraints, or give some values with start(...)."),
    ],
)  # fmt: skip
def test_refuses_with_position_and_reason(constraint, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        sem(LOADS + constraint, answers())
