"""Analytic derivatives against differences of the function itself."""

import numpy as np
import pytest

from icx_research.measurement.sem.model import sem
from tests.measurement.sem.reference import CASES, answers

STEP = 1e-5
# Central differences of step h are off by h squared and by rounding over h.
DIFFERENCE_RTOL = 1e-6


@pytest.mark.parametrize("case", ["structural", "second", "scalar", "fiml_structural", "labels"])
def test_gradient_and_hessian_are_those_of_the_discrepancy(case, rng):
    model, kind, options = CASES[case]
    fit = sem(model, answers(kind), **options).fit
    theta = fit.theta * (1 + 0.02 * rng.normal(size=len(fit.theta)))
    point = fit.objective.at(theta)
    gradient, hessian = np.empty(len(theta)), np.empty((len(theta),) * 2)
    for k in range(len(theta)):
        shift = np.zeros(len(theta))
        shift[k] = STEP
        above, below = fit.objective.at(theta + shift), fit.objective.at(theta - shift)
        gradient[k] = (above.value - below.value) / (2 * STEP)
        hessian[k] = (above.gradient() - below.gradient()) / (2 * STEP)
    scale = np.abs(point.gradient()).max()
    np.testing.assert_allclose(
        point.gradient(), gradient, rtol=DIFFERENCE_RTOL, atol=DIFFERENCE_RTOL * scale
    )
    np.testing.assert_allclose(
        point.observed(), hessian, rtol=DIFFERENCE_RTOL, atol=1e-6 * np.abs(hessian).max()
    )


def test_patterns_in_one_product_equal_a_loop(monkeypatch):
    from icx_research.measurement.sem import likelihood

    model, kind, options = CASES["fiml_structural"]
    fit = sem(model, answers(kind), **options).fit
    expected, observed = fit.point.expected(), fit.point.observed()
    monkeypatch.setattr(likelihood, "FEW_PATTERNS", 10**6)
    np.testing.assert_allclose(fit.point.expected(), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(fit.point.observed(), observed, rtol=1e-10, atol=1e-12)
