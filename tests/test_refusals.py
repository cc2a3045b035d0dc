"""Data that do not suit an estimator are refusals; a fault of the call never looks like one."""

import ast
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import icx_research as icx

PACKAGE = Path(icx.__file__).parent
ANSWERS = pd.DataFrame(np.random.default_rng(1).integers(1, 8, (40, 4)), columns=list("abcd"))
ONE_ANSWER = ANSWERS.assign(b=4)
FACTOR = "f =~ a + b + c + d"
UNITS = ANSWERS.assign(unit=np.repeat(list("wxyz"), 10))

UNSUITABLE = {
    "one item": lambda: icx.cronbach_alpha(ANSWERS[["a"]]),
    "an item that does not vary": lambda: icx.item_analysis(ONE_ANSWER),
    "an item that follows from others": lambda: icx.kmo(ANSWERS.assign(d=ANSWERS["a"])),
    "a model of an item that does not vary": lambda: icx.cfa(FACTOR, ONE_ANSWER),
    "fewer rows than items": lambda: icx.cfa(FACTOR, ANSWERS.head(4)),
    "too few items for a model": lambda: icx.cfa("f =~ a + b", ANSWERS),
    "too few items for as many factors": lambda: icx.factor_analysis(ANSWERS, n_factors=2),
    "one group": lambda: icx.measurement_invariance(FACTOR, UNITS.head(10), group="unit"),
    "one scale": lambda: icx.htmt(ANSWERS, scales={"s": ["a", "b"]}),
    "one unit": lambda: icx.icc_1(UNITS.head(10), score="a", unit="unit"),
    "answers out of range": lambda: icx.rwg_j(
        UNITS, items=["a"], unit="unit", response_range=(1, 3)
    ),
    "no answer": lambda: icx.net_promoter_score(pd.DataFrame({"nps": [np.nan]}), item="nps"),
    "no date": lambda: icx.early_late_comparison(
        UNITS.assign(day="2025-02-30"), score="a", date="day", unit="unit"
    ),
}
FAULTS = {
    "an unknown column": lambda: icx.icc_1(UNITS, score="e", unit="unit"),
    "an unknown option": lambda: icx.factor_analysis(ANSWERS, n_factors=1, method="pca"),
    "a level that is no fraction": lambda: icx.cronbach_alpha(ANSWERS, confidence_level=95),
    "no factor": lambda: icx.factor_analysis(ANSWERS, n_factors=0),
    "an unknown model name": lambda: icx.cfa("f =~ a + b + e", ANSWERS),
    "an item twice": lambda: icx.htmt(ANSWERS, scales={"s": ["a", "b"], "t": ["b", "c"]}),
}


@pytest.mark.parametrize("call", UNSUITABLE.values(), ids=UNSUITABLE)
def test_unsuitable_data_are_a_refusal(call):
    with pytest.raises(icx.UnsuitableData):
        call()


@pytest.mark.parametrize("call", FAULTS.values(), ids=FAULTS)
def test_a_fault_of_the_call_is_none(call):
    with pytest.raises(ValueError) as fault:
        call()
    assert not isinstance(fault.value, icx.UnsuitableData)


@pytest.mark.parametrize("room", ["scales", "linkage", "claims", "present"])
def test_no_overview_swallows_a_fault(room):
    for path in (PACKAGE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                caught = ast.unparse(node.type) if node.type else "Exception"
                assert not re.search(r"\b(Value|Type|Base)?(Error|Exception)\b", caught), (
                    f"{path.name}, line {node.lineno}: except {caught}"
                )
