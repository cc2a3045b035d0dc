"""Oracle: the table of operating characteristics in Notes of rule R-DIR, by simulation."""

import re

import numpy as np
import pytest
from scipy import stats

from icx_research.core.results import Estimate
from icx_research.core.verdicts import (
    BLOCKED,
    CONTRADICTED,
    INCONCLUSIVE,
    NOT_TESTABLE,
    SUPPORTED,
    Verdict,
    directional,
)

DELTA = 0.15


def judge(value, ci95, ci90, *, p=0.01, corrected=(-0.1, 0.1), delta=DELTA):
    return directional(
        Estimate(value, *ci95, 0.95),
        Estimate(value, *ci90, 0.90),
        delta=delta,
        p_value=p,
        corrected_90=None if corrected is None else Estimate(value, *corrected, 0.90),
    )


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        (
            judge(0.40, (0.16, 0.59), (0.20, 0.56)),
            Verdict(
                SUPPORTED,
                "strong",
                "estimate 0.40, 95% CI [0.16, 0.59]: the lower limit is at least delta = 0.15 and "
                "the estimate reaches delta.",
            ),
        ),
        (
            judge(0.30, (0.05, 0.52), (0.09, 0.49)),
            Verdict(
                SUPPORTED,
                "",
                "estimate 0.30, 95% CI [0.05, 0.52]: the lower limit is above 0 and the estimate "
                "reaches delta.",
            ),
        ),
        (
            judge(0.02, (-0.10, 0.13), (-0.08, 0.11)),
            Verdict(
                CONTRADICTED,
                "",
                "estimate 0.02, 95% CI [−0.10, 0.13]: the 90% upper limit 0.11 is below "
                "delta = 0.15, so an effect that large is rejected.",
            ),
        ),
        (
            judge(-0.30, (-0.52, -0.05), (-0.49, -0.09)),
            Verdict(
                CONTRADICTED,
                "reversed",
                "estimate −0.30, 95% CI [−0.52, −0.05]: the 90% upper limit −0.09 is below "
                "delta = 0.15, so an effect that large is rejected.",
            ),
        ),
        (
            judge(0.08, (0.02, 0.13), (0.03, 0.12)),
            Verdict(
                CONTRADICTED,
                "present but smaller than delta",
                "estimate 0.08, 95% CI [0.02, 0.13]: the 90% upper limit 0.12 is below "
                "delta = 0.15, so an effect that large is rejected.",
            ),
        ),
        (
            judge(0.02, (-0.10, 0.13), (-0.08, 0.11), corrected=(-0.3, 0.40)),
            Verdict(
                INCONCLUSIVE,
                "measurement too weak",
                "estimate 0.02, 95% CI [−0.10, 0.13]: the 90% upper limit 0.11 is below "
                "delta = 0.15, but corrected for unreliability it is 0.40.",
            ),
        ),
        (
            judge(0.02, (-0.10, 0.13), (-0.08, 0.11), corrected=None),
            Verdict(
                INCONCLUSIVE,
                "reliability unknown",
                "estimate 0.02, 95% CI [−0.10, 0.13]: the 90% upper limit 0.11 is below "
                "delta = 0.15, but without reliabilities noise alone may be the cause.",
            ),
        ),
        (
            judge(0.30, (0.05, 0.52), (0.09, 0.49), p=0.051),
            Verdict(
                INCONCLUSIVE,
                "",
                "estimate 0.30, 95% CI [0.05, 0.52]: the adjusted p value 0.0510 of the t test is "
                "above 0.05.",
            ),
        ),
        (
            judge(0.14, (0.01, 0.27), (0.03, 0.25)),
            Verdict(
                INCONCLUSIVE,
                "",
                "estimate 0.14, 95% CI [0.01, 0.27]: the effect is above 0 but whether it reaches "
                "delta = 0.15 is open.",
            ),
        ),
        (
            judge(0.20, (-0.10, 0.45), (-0.05, 0.41), p=0.2),
            Verdict(
                INCONCLUSIVE,
                "",
                "estimate 0.20, 95% CI [−0.10, 0.45]: neither 0 nor an effect of delta = 0.15 can "
                "be ruled out.",
            ),
        ),
    ],
)
def test_every_branch_with_its_label_and_sentence(case, verdict):
    assert case == verdict


TINY = 1e-9


@pytest.mark.parametrize(
    ("case", "verdict", "label"),
    [
        (judge(0.3, (0.0, 0.5), (0.05, 0.5), p=0.05), INCONCLUSIVE, ""),
        (judge(0.3, (TINY, 0.5), (0.05, 0.5), p=0.05), SUPPORTED, ""),
        (judge(DELTA, (0.01, 0.5), (0.02, 0.5)), SUPPORTED, ""),
        (judge(DELTA - TINY, (0.01, 0.5), (0.02, 0.5)), INCONCLUSIVE, ""),
        (judge(0.3, (0.01, 0.5), (0.02, 0.5), p=0.05), SUPPORTED, ""),
        (judge(0.3, (0.01, 0.5), (0.02, 0.5), p=0.05 + TINY), INCONCLUSIVE, ""),
        (judge(0.3, (0.01, 0.5), (0.02, 0.5), p=np.nan), INCONCLUSIVE, ""),
        (judge(0.3, (DELTA, 0.5), (0.2, 0.5)), SUPPORTED, "strong"),
        (judge(0.3, (DELTA - TINY, 0.5), (0.2, 0.5)), SUPPORTED, ""),
        (judge(0.0, (-0.2, 0.2), (-0.15, DELTA)), INCONCLUSIVE, ""),
        (judge(0.0, (-0.2, 0.2), (-0.15, DELTA - TINY)), CONTRADICTED, ""),
        (judge(-0.2, (-0.4, 0.0), (-0.3, -0.1)), CONTRADICTED, ""),
        (judge(-0.2, (-0.4, -TINY), (-0.3, -0.1)), CONTRADICTED, "reversed"),
        (judge(0.05, (0.0, 0.1), (0.01, 0.09)), CONTRADICTED, ""),
        (judge(0.05, (TINY, 0.1), (0.01, 0.09)), CONTRADICTED, "present but smaller than delta"),
        (
            judge(0.0, (-0.1, 0.1), (-0.1, 0.1), corrected=(-0.2, DELTA)),
            INCONCLUSIVE,
            "measurement too weak",
        ),
        (judge(0.0, (-0.1, 0.1), (-0.1, 0.1), corrected=(-0.2, DELTA - TINY)), CONTRADICTED, ""),
        (judge(0.0, (-0.1, 0.1), (-0.1, 0.1), corrected=(np.nan, np.nan)), INCONCLUSIVE,
         "measurement too weak"),
    ],
)  # fmt: skip
def test_limits_exactly_on_the_border(case, verdict, label):
    assert (case.verdict, case.label) == (verdict, label)


def test_noise_never_stands_in_the_way_of_support():
    assert judge(0.3, (0.1, 0.5), (0.12, 0.5), corrected=None).verdict == SUPPORTED


def test_the_five_verdicts_have_the_words_of_the_ledger():
    assert (SUPPORTED, CONTRADICTED, INCONCLUSIVE, NOT_TESTABLE, BLOCKED) == (
        "supported", "contradicted", "inconclusive", "not testable", "blocked",
    )  # fmt: skip


@pytest.mark.parametrize("delta", [0, -0.1, float("nan")])
def test_refuses_a_delta_that_is_not_above_zero(delta):
    with pytest.raises(ValueError, match=rf"^{re.escape(f'delta must be above 0, not {delta}.')}$"):
        judge(0.3, (0.1, 0.5), (0.1, 0.5), delta=delta)


# Supported and contradicted by linked units and true correlation, delta = .15, error-free scores;
# the table was itself simulated and is printed with two decimals.
OPERATING_CHARACTERISTICS = {
    (20, 0.0): (0.03, 0.15),
    (20, 0.1): (0.06, 0.07),
    (20, 0.2): (0.13, 0.03),
    (20, 0.3): (0.26, 0.01),
    (20, 0.4): (0.43, 0.00),
    (80, 0.0): (0.03, 0.38),
    (80, 0.1): (0.14, 0.11),
    (80, 0.2): (0.43, 0.02),
    (80, 0.3): (0.78, 0.00),
    (80, 0.4): (0.96, 0.00),
    (20, 0.15): (0.09, 0.05),
    (80, 0.15): (0.27, 0.05),
}
PRINTED = 0.0051  # two decimals
RUNS = 20_000
# The error of the table counts like ours: its number of runs is not known.
ERRORS = 3


def shares(n, rho, rng):
    """Apply the rule to r of bivariate normal units; the corrected interval is the observed."""
    x = rng.standard_normal((RUNS, n))
    y = rho * x + np.sqrt(1 - rho**2) * rng.standard_normal((RUNS, n))
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    r = (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    z, se = np.arctanh(r), 1 / np.sqrt(n - 3)
    low, high = (np.tanh(z + sign * stats.norm.ppf(0.975) * se) for sign in (-1, 1))
    low_90, high_90 = (np.tanh(z + sign * stats.norm.ppf(0.95) * se) for sign in (-1, 1))
    p = 2 * stats.t.sf(np.abs(r) * np.sqrt((n - 2) / (1 - r**2)), n - 2)
    found = [
        judge(r[i], (low[i], high[i]), (low_90[i], high_90[i]), p=p[i],
              corrected=(low_90[i], high_90[i])).verdict
        for i in range(0, RUNS, 10)
    ]  # fmt: skip
    supported = (low > 0) & (r >= DELTA) & (p <= 0.05)
    contradicted = ~supported & (high_90 < DELTA)
    expected = np.where(supported, SUPPORTED, np.where(contradicted, CONTRADICTED, INCONCLUSIVE))
    assert found == expected[::10].tolist()  # the vectors are the rule, so all runs may count
    return supported.mean(), contradicted.mean()


@pytest.mark.parametrize(("n", "rho"), OPERATING_CHARACTERISTICS)
def test_the_rule_decides_as_often_as_its_table_says(n, rho, rng):
    for found, printed in zip(shares(n, rho, rng), OPERATING_CHARACTERISTICS[n, rho], strict=True):
        error = np.sqrt(max(printed, 0.005) * (1 - printed) / RUNS)
        assert found == pytest.approx(printed, abs=ERRORS * error + PRINTED)


def test_a_reversed_effect_needs_no_reliability():
    """Noise shrinks an effect towards zero; it does not turn its sign."""
    theta, theta_90 = Estimate(-0.3, -0.5, -0.1, 0.95), Estimate(-0.3, -0.46, -0.13, 0.90)
    verdict = directional(theta, theta_90, delta=0.15, p_value=0.004, corrected_90=None)
    assert (verdict.verdict, verdict.label) == (CONTRADICTED, "reversed")
