"""What is no result says so."""

import numpy as np
import pytest

from icx_research.core.moments import Moments
from icx_research.measurement.reliability.alpha import cronbach_alpha
from icx_research.measurement.sem.cfa import cfa
from icx_research.measurement.sem.model import sem
from tests.measurement.sem.reference import THREE, answers


def test_a_matrix_instead_of_rows_is_refused():
    data = answers()[["x1", "x2", "x3", "x4"]]
    matrix = (
        "needs rows of answers; rows and columns of this table have the same names, as in a matrix "
        "of correlations or covariances. Put such a matrix into Moments(names, n, mean, cov)."
    )
    with pytest.raises(ValueError) as refusal:
        cfa("f =~ x1 + x2 + x3", data.corr())
    assert str(refusal.value) == f"a model {matrix}"
    with pytest.raises(ValueError) as refusal:
        cronbach_alpha(data.cov())
    assert str(refusal.value) == f"cronbach_alpha {matrix}"
    with pytest.raises(TypeError) as refusal:
        cfa("f =~ x1 + x2 + x3", data.to_numpy().tolist())
    assert str(refusal.value) == "a model needs a DataFrame or Moments, not list."


def test_a_heywood_case_is_named():
    r = np.array([[1, 0.8, 0.5], [0.8, 1, 0.3], [0.5, 0.3, 1]])
    result = cfa("f =~ a + b + c", Moments(("a", "b", "c"), 200, np.zeros(3), r))
    assert result.problems == ("Heywood case: the residual variance of 'a' is negative (-0.332)",)
    assert repr(result) == f"SemResult: improper solution: {result.problems[0]}; n = 200"
    assert result.r_squared.set_index("term").loc["a", "estimate"] is not None
    assert np.isnan(result.r_squared.set_index("term").loc["a", "estimate"])


def test_an_unidentified_model_has_no_errors_and_says_what_is_loose():
    result = sem("f =~ NA*x1 + x2 + x3 + x4", answers())
    assert result.problems[0].startswith("not identified: the data do not determine f =~ x1, ")
    free = result.table["se"][result.table["se"] != 0]
    assert free.isna().all()


def test_a_search_that_fails_shows_no_results(monkeypatch):
    from icx_research.measurement.sem import optimiser

    monkeypatch.setattr(optimiser, "MAX_STEPS", 1)
    result = sem(THREE, answers())
    assert not result.converged
    assert result.fit_indices.isna().all()
    assert result.table["estimate"].isna().all()
    assert result.to_apa() == (
        "improper solution: not converged after 1 steps: estimates, errors and fit indices must "
        "not be interpreted; n = 420"
    )
