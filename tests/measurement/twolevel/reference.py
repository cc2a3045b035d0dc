"""Models and values of the reference runs; scripts and data in tests/reference/twolevel."""

from functools import cache
from pathlib import Path

import pandas as pd

REFERENCE = Path(__file__).parents[2] / "reference" / "twolevel"
ITEMS = [f"q{i}" for i in range(1, 7)]


def level(within: str, between: str) -> str:
    return f"level: within\n{within}\nlevel: between\n{between}\n"


def one(latent: str) -> str:
    return f"{latent} =~ {' + '.join(ITEMS)}"


TWO = "a =~ q1 + q2 + q3\nb =~ q4 + q5 + q6"
EQUAL = "f =~ q1 + b*q2 + c*q3 + d*q4 + e*q5 + f1*q6"
ZERO = "\n".join(f"{item} ~~ 0*{item}" for item in ITEMS)

# Case of twolevel.R: model, design, options of `two_level_cfa`.
CASES: dict[str, tuple[str, str, dict[str, object]]] = {
    "one": (level(one("fw"), one("fb")), "unbalanced", {}),
    "two": (level(TWO, one("fb")), "unbalanced", {}),
    "configural": (one("f"), "unbalanced", {}),
    "metric": (level(EQUAL, EQUAL), "unbalanced", {}),
    "strong": (level(EQUAL, f"{EQUAL}\n{ZERO}"), "unbalanced", {}),
    "within_only": (TWO, "unbalanced", {"saturated": "between"}),
    "between_only": (one("f"), "unbalanced", {"saturated": "within"}),
    "std_lv": (level(one("fw"), one("fb")), "unbalanced", {"std_lv": True}),
    "one_balanced": (level(one("fw"), one("fb")), "balanced", {}),
    "two_balanced": (level(TWO, one("fb")), "balanced", {}),
    "metric_balanced": (level(EQUAL, EQUAL), "balanced", {}),
}


@cache
def answers(design: str = "unbalanced") -> pd.DataFrame:
    """The seeded answers of one design."""
    whole = pd.read_csv(REFERENCE / "answers.csv")
    return whole[whole["design"] == design].drop(columns="design").reset_index(drop=True)


@cache
def values(name: str) -> pd.DataFrame:
    """One table that twolevel.R wrote."""
    frame = pd.read_csv(REFERENCE / f"{name}.csv", comment="#", keep_default_na=True)
    for column in ("rhs", "op", "lhs"):
        if column in frame:
            frame[column] = frame[column].fillna("")
    return frame
