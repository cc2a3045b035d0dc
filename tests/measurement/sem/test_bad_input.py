"""What data and options may do wrong: each gets one sentence of our own, and no warning."""

import re

import numpy as np
import pandas as pd
import pytest

from icx_research.core.moments import Moments
from icx_research.measurement.invariance.ladder import measurement_invariance
from icx_research.measurement.sem.comparison import likelihood_ratio
from icx_research.measurement.sem.model import sem
from tests.measurement.sem.reference import answers

ONE = "seen =~ x1 + x2 + x3 + x4"


def changed(**columns):
    return answers().assign(**columns)


@pytest.mark.parametrize("estimator", ["ML", "MLR", "WLSMV"])
@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ({"x2": np.nan}, {}, "no rows can be used: 'x2' has no value in any."),
        ({"x2": np.inf}, {}, "'x2' holds an infinite value, or one beyond 1e+100; recode it."),
        ({"x2": pd.Timestamp("2025-01-01")}, {}, "'x2' does not hold numbers; recode its answers."),
        ({"region": None}, {"group": "region"}, "no rows can be used: 'region' has no value in "
         "any."),
        ({}, {"group": "x1"}, "group 'x1' is a variable of the model; name another."),
        ({"team": 1}, {"cluster": "team"}, "cluster needs at least 2 units; there is 1."),
        ({}, {"group": "region", "group_partial": "seen =~ x99"},
         "group_partial: 'seen =~ x99' is not a path of the model."),
    ],
)  # fmt: skip
def test_refuses_with_the_reason(estimator, columns, options, message):
    frame = changed(**columns)
    if estimator == "WLSMV":
        items = [f"x{i}" for i in range(1, 10) if f"x{i}" not in columns]
        frame[items] = frame[items].round().clip(2, 5)
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        sem(ONE, frame, estimator=estimator, **options)


@pytest.mark.parametrize(
    ("frame", "kind", "message"),
    [
        (answers()[["x1", "x2", "x3", "x4", "x1"]], ValueError,
         "'x1' is the name of more than one column; rename them."),
        (answers()[:0], ValueError, "no rows can be used: data have none."),
        (pd.DataFrame(np.where(np.eye(4, dtype=bool), np.nan, 1.0),
                      columns=["x1", "x2", "x3", "x4"]), ValueError,
         "no rows can be used: each lacks some of the variables; leave some out, or use "
         "missing='fiml'."),
        (np.ones(4), TypeError, "a model needs a DataFrame or Moments, not ndarray."),
    ],
)  # fmt: skip
def test_refuses_tables_with_the_reason(frame, kind, message):
    with pytest.raises(kind, match="^" + re.escape(message) + "$"):
        sem(ONE, frame)


def test_one_exception_or_equality_needs_no_list():
    one = sem(ONE, answers(), group="region", group_equal="loadings", group_partial="seen =~ x2")
    many = sem(
        ONE, answers(), group="region", group_equal=["loadings"], group_partial=["seen =~ x2"]
    )
    assert one.fit_indices["df"] == many.fit_indices["df"] == 4 + 2
    found = measurement_invariance(ONE, answers(), group="region", levels="configural")
    assert list(found.models) == ["configural"]
    free = measurement_invariance(ONE, answers(), group="region", free="x2 ~ 1")
    assert free.freed == ("x2 ~ 1",)


@pytest.mark.parametrize("path", ["x99 ~ 1", "x1 ~~ x2", "seen ~~ seen", "x1 ~ x2"])
def test_invariance_frees_only_what_it_equates(path):
    message = (
        "free takes loadings, intercepts and residual variances of the items, such as 'f =~ x2', "
        f"'x2 ~ 1' and 'x2 ~~ x2'; {path!r} is none of this model."
    )
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        measurement_invariance(ONE, answers(), group="region", free=[path])


def test_a_robust_model_that_is_not_identified_has_no_scaled_indices():
    result = sem("seen =~ NA*x1 + x2 + x3\nread =~ x4 + x5 + x6", answers(), estimator="MLR")
    fit = result.fit_indices
    assert result.problems[0].startswith("not identified")
    assert np.isfinite(fit[["chi_square", "cfi", "baseline_chi_square_scaled"]]).all()
    scaled = [n for n in fit.index if n.endswith(("_scaled", "_robust")) and "baseline" not in n]
    assert len(scaled) == 12
    assert fit[scaled].isna().all()
    assert "scaled and robust indices are not available" in result.note


def test_a_negative_scaling_factor_is_named():
    # misfit and few rows turn the difference of traces around; lavaan gives NA
    rng = np.random.default_rng(1)
    for _ in range(200):
        frame = pd.DataFrame(rng.normal(size=(12, 4)) ** 3, columns=["x1", "x2", "x3", "x4"])
        model = "seen =~ 1*x1 + 1*x2 + 1*x3 + 1*x4\nx1 ~~ v*x1\nx2 ~~ v*x2\nx3 ~~ v*x3\nx4 ~~ v*x4"
        found = sem(model, frame, estimator="MLR")
        if found.converged and np.isnan(found.fit_indices["scaling_factor"]):
            break
    assert "scaling factor of the chi-square is not positive" in found.note
    general = sem(model.replace("v*x4", "w*x4"), frame, estimator="MLR")
    assert "scaling factor" in likelihood_ratio(found, general).note


def test_negative_latent_variances_have_no_correlation():
    rng = np.random.default_rng(3)
    values = rng.normal(size=(500, 4))
    values[:, 1] -= 0.6 * values[:, 0]
    values[:, 3] += values[:, 2]
    frame = pd.DataFrame(values, columns=["x1", "x2", "x3", "x4"])
    result = sem("one =~ 1*x1 + 1*x2\ntwo =~ 1*x3 + 1*x4", frame)
    assert "the variance of 'one' is negative (-0.540)" in result.problems
    assert result.latent_correlations["estimate"].isna().all()


def test_clusters_in_several_groups_are_counted_once():
    row = np.arange(420)
    team = np.where((row % 4 == 0) & (row < 200), 7, row // 4 % 7)  # 7 is in one group only
    frame = answers().assign(area=row % 4, team=team)
    note = sem(ONE, frame, group="area", cluster="team").note
    assert "7 clusters have rows in several groups" in note


def test_search_does_not_crawl_to_an_improper_solution():
    """Correlations of R's USJudgeRatings; chi-square of lavaan 0.6-14, polished."""
    upper = [0.9646, 0.8689, 0.8141, -0.1332, 0.9373, 0.8412, 0.8134, -0.1537, 0.9437, 0.9355,
             -0.0256, 0.9416, 0.1369, 0.9271, -0.0336]  # fmt: skip
    r = np.eye(6)
    r[np.triu_indices(6, 1)] = upper
    names = ("INTG", "DMNR", "FAMI", "CFMG", "CONT", "RTEN")
    judges = Moments(names, 43, np.zeros(6), r + np.triu(r, 1).T)
    model = "f =~ INTG + DMNR + FAMI\nCFMG ~ f + RTEN\nCONT ~ CFMG + f\nINTG ~~ DMNR"
    for std_lv in (True, False):
        result = sem(model, judges, std_lv=std_lv)
        assert result.converged
        assert result.problems[0].startswith("Heywood case: the residual variance of 'FAMI'")
        assert result.fit_indices["chi_square"] == pytest.approx(157.4391696, abs=1e-6)
