"""Oracle: R lavaan and semTools; scripts, data and values in tests/reference/twolevel."""

from functools import cache

import numpy as np
import pytest

from icx_research.measurement.twolevel.invariance import cross_level_invariance
from icx_research.measurement.twolevel.model import two_level_cfa
from icx_research.measurement.twolevel.reliability import multilevel_omega
from tests.measurement.twolevel.reference import CASES, ITEMS, answers, one, values

# Both sides are polished by Newton steps and written with 15 digits.
R_RTOL = 1e-7
# lavaan's observed information comes from numerical derivatives of the gradient.
R_RTOL_NUMERICAL = 1e-6
# Below this size agreement is absolute.
SMALL = 1e-2
# lavaan's own unrestricted model (EM) stops 5e-4 short in log-likelihood, its baseline is not
# polished: chi-squares with the saturated model in its place agree to the baseline's precision.
R_RTOL_BASELINE = 1e-6
EM_SHORT = 2e-3
# lavaan solves for the noncentrality by uniroot, which stops at 1e-4 of its argument.
R_LIMIT = 1e-4


@cache
def fitted(case):
    model, design, options = CASES[case]
    return two_level_cfa(model, answers(design), unit="unit", **options)


def indices(case):
    frame = values("indices")
    return frame[frame["case"] == case].set_index("name")["value"]


def keyed(frame, columns):
    found = {}
    for row in frame.to_dict("records"):
        key = (row["lhs"], row["op"], row["rhs"])
        found[(*key, row["level"])] = [row[c] for c in columns]
        if row["op"] == "~~":
            found[(key[2], key[1], key[0], row["level"])] = found[(*key, row["level"])]
    return found


def assert_close(ours, theirs, rtol, what=""):
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * SMALL, err_msg=str(what))


@pytest.mark.parametrize("case", CASES)
def test_estimates_errors_and_standardised_match_lavaan(case):
    result = fitted(case)
    ours = keyed(result.table, ["estimate", "se", "std_all"])
    reference = values("estimates")
    reference = reference[reference["case"] == case]
    reference = reference[~((reference["op"] == "~1") & (reference["level"] == "within"))]
    theirs = keyed(reference, ["est", "se", "std.all"])
    assert set(ours) == set(theirs)
    assert len(reference) == len(result.table)
    for key, (estimate, se, std_all) in theirs.items():
        assert_close(ours[key][0], estimate, R_RTOL, key)
        assert_close(ours[key][1], se, R_RTOL_NUMERICAL, key)
        if not np.isnan(std_all):
            assert_close(ours[key][2], std_all, R_RTOL, key)
    assert result.problems == ()
    assert result.converged


@pytest.mark.parametrize("case", CASES)
def test_fit_indices_match_lavaan(case):
    fit, r = fitted(case).fit_indices, indices(case)
    assert fit["df"] == r["df"]
    assert fit["baseline_df"] == r["baseline.df"]
    assert_close(fit["log_likelihood"], r["logl"], 1e-12)
    assert_close(fit["aic"], r["aic"], 1e-12)
    assert_close(fit["bic"], r["bic"], 1e-12)
    assert_close(fit["chi_square"], r["chisq.polished"], R_RTOL)
    assert_close(fit["baseline_chi_square"], r["baseline.chisq.polished"], R_RTOL_BASELINE)
    for name in ("srmr_within", "srmr_between"):
        assert_close(fit[name], r[f"{name}.polished"], R_RTOL, name)
        assert fit[name] == pytest.approx(r[name], abs=EM_SHORT)
    n, df = r["ntotal"], r["df"]
    excess = max(r["chisq.polished"] - df, 0)
    base = r["baseline.chisq.polished"] - r["baseline.df"]
    assert_close(fit["cfi"], 1 - excess / base, R_RTOL_BASELINE)
    assert_close(fit["rmsea"], np.sqrt(excess / (n * df)), R_RTOL)
    # lavaan's own, which rest on its EM algorithm
    assert fit["chi_square"] == pytest.approx(r["chisq"], abs=EM_SHORT)
    for ours, theirs in {"cfi": "cfi", "tli": "tli", "rmsea": "rmsea", "p_value": "pvalue"}.items():
        assert fit[ours] == pytest.approx(r[theirs], abs=EM_SHORT / 10), ours
    for end, name in (("low", "lower"), ("high", "upper")):
        assert fit[f"rmsea_ci_{end}"] == pytest.approx(r[f"rmsea.ci.{name}"], abs=R_LIMIT)


@pytest.mark.parametrize("case", ["one", "one_balanced"])
def test_intraclass_correlations_match_lavaans_saturated_model(case):
    r = indices(case)
    assert_close(fitted(case).icc, [r[f"icc.{item}"] for item in ITEMS], R_RTOL)


@pytest.mark.parametrize("rung", ["metric", "strong"])
def test_differences_between_levels_match_lavaan(rung):
    found = cross_level_invariance(one("f"), answers(), unit="unit")
    name = "scalar" if rung == "strong" else rung
    r = values("differences").set_index("case").loc[rung]
    test = found.differences[name]
    assert test.df == r["df"]
    assert_close(test.chi_square, r["chi_square"], R_RTOL)
    assert_close(test.p_value, r["p_value"], 1e-5)
    assert_close(found.models[name].fit_indices["log_likelihood"], indices(rung)["logl"], 1e-12)


def test_omegas_match_semtools():
    omega = values("omega")
    r = omega[omega["case"] == "configural"].set_index("name")["value"]
    found = multilevel_omega(answers(), items=ITEMS, unit="unit").coefficients["estimate"]
    theirs = {
        "omega_within": "within", "omega_between": "between",
        "omega_unit_mean": "shared.f.omega_B", "omega_overall": "config.f.omega_2L",
        "interrater": "shared.f.IRR",
    }  # fmt: skip
    assert list(found.index) == list(theirs)
    for ours, name in theirs.items():
        assert_close(found[ours], r[name], R_RTOL, ours)
    assert_close(found["omega_within"], r["config.f.omega_W"], R_RTOL)
