"""Models and values of the ordinal reference runs; scripts and data in tests/reference/sem."""

from functools import cache

import pandas as pd

from tests.measurement.sem.reference import REFERENCE, read_values


def three(letter: str) -> str:
    """Three factors of three items; the letter says how the answers were cut."""
    i = [f"{letter}{k}" for k in range(10)]
    return (
        f"seen =~ {i[1]} + {i[2]} + {i[3]}\nread =~ {i[4]} + {i[5]} + {i[6]}\n"
        f"fast =~ {i[7]} + {i[8]} + {i[9]}"
    )


ONE = "one =~ " + " + ".join(f"b{k}" for k in range(1, 10))
STRUCTURAL = """
seen =~ f1 + f2 + f3
read =~ f4 + a*f5 + a*f6
read ~ b*seen
t7 ~ c*read + seen
s8 ~ read
f1 ~~ f4
indirect := b*c
"""
MEDIATOR = STRUCTURAL.replace("s8 ~ read", "s8 ~ t7 + read")
SECOND = three("f") + "\nall =~ seen + read + fast"
LABELS = """
seen =~ f1 + c(k, k)*f2 + f3
f1 | c(a, a)*t1 + c(b, b)*t2 + c(d, d)*t3 + c(e, e)*t4
f2 | c(g, g)*t1 + t2 + c(h, h)*t3 + t4
f1 ~*~ c(1, NA)*f1
f1 ~ c(0, NA)*1
f3 ~ c(0, NA)*1
f3 | c(m, m)*t1
seen ~~ c(1, NA)*seen
gap := h - g
"""
# Case of ordinal.R: model and options of `sem`.
ORDINAL_CASES: dict[str, tuple[str, dict[str, object]]] = {
    **{letter: (three(letter), {}) for letter in "btfskm"},
    "std_lv": (three("f"), {"std_lv": True}),
    "theta": (three("f"), {"parameterization": "theta"}),
    "structural": (STRUCTURAL, {}),
    "mediator": (MEDIATOR, {"parameterization": "theta"}),
    "second": (SECOND, {}),
    "groups": (three("f"), {"group": "region"}),
    "groups_loadings": (three("f"), {"group": "region", "group_equal": ["loadings"]}),
    "labels": (LABELS, {"group": "region"}),
    "empty_cell": ("one =~ b1 + b2 + b4 + b5 + b8", {}),
}
# Levels of the ladders of ordinal.R.
LADDERS = {
    "f": ["configural", "thresholds", "metric", "scalar", "strict"],
    "t": ["configural", "metric", "scalar", "strict"],
    "b": ["configural", "scalar", "strict"],
    "m": ["configural", "thresholds", "metric", "scalar", "strict"],
}


@cache
def ordinal_answers() -> pd.DataFrame:
    """The seeded ordinal answers."""
    return pd.read_csv(REFERENCE / "ordinal.csv")


@cache
def ordinal_values(name: str) -> pd.DataFrame:
    """One table that ordinal.R wrote."""
    return read_values(f"ordinal_{name}")
