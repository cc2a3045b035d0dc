"""Models and values of the reference runs; scripts and data in tests/reference/sem."""

from functools import cache
from pathlib import Path

import pandas as pd

REFERENCE = Path(__file__).parents[2] / "reference" / "sem"

THREE = """
seen =~ x1 + x2 + x3
read =~ x4 + x5 + x6
fast =~ x7 + x8 + x9
"""
STRUCTURAL = f"""{THREE}
effort ~ a*seen + age + tenure
loyalty ~ b*effort + d*read + age
read ~ seen
fast ~ seen + read
x1 ~~ x4
indirect := a*b
ratio := (a*b - d)^2 / exp(d) + sqrt(b)
"""
PATH = """
effort ~ a*age + tenure
loyalty ~ b*effort + c*age
ab := a*b
total := ab + c
"""
FIXED = """
seen =~ NA*x1 + l*x2 + l*x3
seen ~~ 1*seen
read =~ x4 + 0.9*x5 + start(0.8)*x6
x1 ~ 1
x4 ~ 1
x2 + x3 ~ m*1
x6 ~~ v*x6
x5 ~~ v*x5
"""
SECOND = f"{THREE}\nall =~ seen + read + fast\nloyalty ~ all"
SINGLE = "seen =~ x1 + x2 + x3; work =~ effort; work ~ seen"
RANDOM = "effort ~ age + tenure\nage ~~ tenure\nloyalty ~ effort"
LABELS = """
seen =~ x1 + c(k, k)*x2 + c(u, w)*x3
read =~ x4 + x5 + x6
seen ~~ c(1, NA)*seen
gap := u - w
"""
GROUPS_PATH = "effort ~ age + c(s, s)*tenure\nloyalty ~ effort"
EQUAL = ("loadings", "intercepts", "residuals")


def _groups(count: int, **more: object) -> dict[str, object]:
    return {"group": "region", "group_equal": EQUAL[:count], **more}


# Case of sem.R: model, data ("full" or "gaps"), options of `sem`.
CASES: dict[str, tuple[str, str, dict[str, object]]] = {
    "cfa": (THREE, "full", {}),
    "cfa_std_lv": (THREE, "full", {"std_lv": True}),
    "structural": (STRUCTURAL, "full", {}),
    "path": (PATH, "full", {}),
    "fixed": (FIXED, "full", {}),
    "second": (SECOND, "full", {}),
    "single": (SINGLE, "full", {}),
    "random": (RANDOM, "full", {}),
    "configural": (THREE, "full", _groups(0)),
    "metric": (THREE, "full", _groups(1)),
    "scalar": (THREE, "full", _groups(2)),
    "strict": (THREE, "full", _groups(3)),
    "partial": (THREE, "full", _groups(2, group_partial=("x2 ~ 1", "x7 ~ 1"))),
    "scalar_std_lv": (THREE, "full", _groups(2, std_lv=True)),
    "labels": (LABELS, "full", {"group": "region"}),
    "structural_groups": (GROUPS_PATH, "full", {"group": "region"}),
    "fiml": (THREE, "gaps", {"missing": "fiml"}),
    "fiml_structural": (STRUCTURAL, "gaps", {"missing": "fiml"}),
    "fiml_scalar": (THREE, "gaps", _groups(2, missing="fiml")),
    "mlr": (THREE, "full", {"estimator": "MLR"}),
    "mlr_structural": (STRUCTURAL, "full", {"estimator": "MLR"}),
    "mlr_path": (PATH, "full", {"estimator": "MLR"}),
    "mlr_configural": (THREE, "full", _groups(0, estimator="MLR")),
    "mlr_metric": (THREE, "full", _groups(1, estimator="MLR")),
    "mlr_scalar": (THREE, "full", _groups(2, estimator="MLR")),
    "mlr_fiml": (THREE, "gaps", {"estimator": "MLR", "missing": "fiml"}),
    "mlr_fiml_structural": (STRUCTURAL, "gaps", {"estimator": "MLR", "missing": "fiml"}),
    "mlr_fiml_scalar": (THREE, "gaps", _groups(2, estimator="MLR", missing="fiml")),
    "cluster": (THREE, "full", {"estimator": "MLR", "cluster": "team"}),
    "cluster_groups": (THREE, "full", _groups(1, estimator="MLR", cluster="team")),
    "cluster_fiml": (THREE, "gaps", {"estimator": "MLR", "cluster": "team", "missing": "fiml"}),
}


@cache
def answers(kind: str = "full") -> pd.DataFrame:
    """The seeded answers, complete or with gaps."""
    name = {"full": "answers.csv", "gaps": "answers_missing.csv"}[kind]
    return pd.read_csv(REFERENCE / name)


@cache
def values(name: str) -> pd.DataFrame:
    """One table that sem.R wrote."""
    return read_values(name)


def read_values(name: str) -> pd.DataFrame:
    """One table that R wrote."""
    frame = pd.read_csv(REFERENCE / f"{name}.csv", comment="#", keep_default_na=True)
    for column in ("rhs", "op", "lhs"):
        if column in frame:
            frame[column] = frame[column].fillna("")
    return frame


# lavaan solves for the noncentrality by uniroot, which stops at 1e-4 of its argument.
R_RTOL_UNIROOT = 1e-5
# A p value is exponential in its chi-square: errors grow by half the chi-square.
R_RTOL_P = 1e-5
# lavaan prints p as 1 - pchisq, which keeps 16 digits after the point.
P_ATOL = 1e-12
# Our names of fit indices, and lavaan's.
PLAIN = {
    "chi_square": "chisq",
    "df": "df",
    "p_value": "pvalue",
    "baseline_chi_square": "baseline.chisq",
    "baseline_df": "baseline.df",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "rmsea_ci_low": "rmsea.ci.lower",
    "rmsea_ci_high": "rmsea.ci.upper",
    "srmr": "srmr",
}
SCALED = {
    f"{ours}_scaled": f"{theirs}.scaled"
    for ours, theirs in PLAIN.items()
    if ours not in ("df", "baseline_df", "srmr")
} | {
    "scaling_factor": "chisq.scaling.factor",
    "baseline_scaling_factor": "baseline.chisq.scaling.factor",
}
ROBUST = {
    f"{ours}_robust": f"{PLAIN[ours]}.robust"
    for ours in ("cfi", "tli", "rmsea", "rmsea_ci_low", "rmsea_ci_high")
}
