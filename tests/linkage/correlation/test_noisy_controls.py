"""Controls that are means of answers: corrected with the scores, never taken as free of error."""

import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.linkage.correlation.disattenuation import disattenuate
from icx_research.linkage.correlation.noisy_controls import TruePartial, true_partial
from icx_research.linkage.rows import rows_of
from icx_research.linkage.unit_moments import unit_moments

FOCUS = dict(internal="internal_satisfaction", external="csat", controls=["customer_focus"])


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_given_a_noisy_focus_is_not_made_into_something(seed):
    # Focus explains all of the link (.6 x .6 = .36). Corrected as a pair, the partial
    # correlation grew to .18 and .19, with intervals that left 0 out.
    effects = {"internal_focus": 0.6, "focus_external": 0.6, "internal_external": 0.36}
    study = icx.simulate_study(effects=effects, n_units=400, waves=1, rng=seed)
    observed = icx.linkage_correlations(icx.link_study(study), **FOCUS)
    found = disattenuate(observed).disattenuated
    assert found.ci_low < 0 < found.ci_high
    assert abs(found.value) < 0.13 < observed.estimate.value
    assert observed.primary.df == 399
    assert observed.note == (
        "the same respondents gave internal_satisfaction and customer_focus: what they share is "
        "taken out, and the interval rests on leaving out one unit after the other"
    )


def _noisy(rng, n, *, reliability):
    """Two scores that only a control relates, of the same reliability and their errors known."""
    focus = rng.normal(size=n)
    true = np.column_stack([*(focus * 0.6 + 0.8 * rng.normal(size=(2, n))), focus])
    se = np.sqrt(1 / reliability - 1)
    seen = true + se * rng.normal(size=(n, 3))
    return pd.DataFrame(seen, columns=list("xyf")).assign(x_se=se, y_se=se, f_se=se)


def test_true_partial_recovers_zero_where_the_control_explains_all(rng):
    names = ["x", "y", "f"]
    data = _noisy(rng, 40_000, reliability=0.5)
    moments = unit_moments(rows_of(data, names), names)
    found = true_partial(moments)
    assert found.value == pytest.approx(0, abs=0.04)
    assert found.df == 39_999
    plain, _ = moments.jackknife(lambda cov: np.linalg.inv(cov)[:, 0, 1], true=False)
    assert plain < -0.05  # a partial relation of the noisy scores: residual confounding


def test_interval_is_on_fishers_scale_and_symmetric_beyond_one():
    inside = TruePartial(0.5, 0.1, 59).estimate(0.95)
    reach = 2.0009953780882 * 0.1 / 0.75
    assert inside.ci_low == pytest.approx(np.tanh(np.arctanh(0.5) - reach), rel=1e-9)
    beyond = TruePartial(1.2, 0.1, 59).estimate(0.95)
    assert beyond.ci_high == pytest.approx(1.2 + 0.20009953780882, rel=1e-9)


def test_what_cannot_be_corrected_says_why(rng):
    names = ["x", "y", "f"]
    data = _noisy(rng, 40, reliability=0.5)
    few = true_partial(unit_moments(rows_of(data[:9], names), names))
    assert few.note == "a correction with noisy controls needs at least 10 clusters of units"
    noise = true_partial(unit_moments(rows_of(data.assign(f_se=3.0), names), names))
    assert noise.note == (
        "scores or controls differ by little more than sampling error, so that nothing is left to "
        "correct"
    )
    unknown = true_partial(unit_moments(rows_of(data.assign(f_se=np.nan), names), names))
    assert unknown.note == "reliability of f not assessable: no standard errors are known"
    assert np.isnan([few.value, noise.value, unknown.value]).all()
