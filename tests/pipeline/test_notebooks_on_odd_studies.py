"""The notebooks go to their end whatever study is read.

Their code runs here without a kernel, on studies that allow little.
"""

import json

import IPython.display
import matplotlib.pyplot as plt
import pandas as pd
import pytest

from icx_research.pipeline.analysis import Analysis
from icx_research.pipeline.notebooks import notebook_paths
from icx_research.present.drawing.figure import Figure
from tests.builders import study as published
from tests.scales.scales import one_wave, scales_study, tables

MEASUREMENT = ("02_measurement", "03_aggregation")
Q = ["q1", "q2", "q3", "q4"]


def three_units():
    staff, customers = (t[t["branch"].isin(["U0", "U1", "U2"])] for t in tables())
    return scales_study(staff, customers)


def one_item():
    scale = {"items": ["q1"], "range": [1, 7]}
    other = {"items": ["c1"], "range": [1, 7]}
    return scales_study(internal={"q1": scale}, external={"csat": other})


def few_persons():
    staff, customers = (one_wave(table) for table in tables())
    staff = staff.drop(columns="supplier").drop_duplicates("person")
    return scales_study(staff.head(9), customers.head(9), wave=False)


def two_answers():
    staff, customers = tables()
    binary = [table.assign(**{name: (table[name] > 4).astype(int) for name in table.columns[-4:]})
              for table in (staff, customers)]  # fmt: skip
    scale = {"service": {"items": Q, "range": [0, 1]}}
    other = {"csat": {"items": ["c1", "c2", "c3", "c4"], "range": [0, 1]}}
    return scales_study(*binary, internal=scale, external=other)


def without_variance():
    staff = tables()[0].assign(q1=4, q2=4, q3=4, q4=4)
    return scales_study(staff, tables()[1].assign(c2=lambda table: table["c1"]))


def customers_all_alike():
    staff, customers = tables(n_units=12)
    return scales_study(staff, customers.assign(c1=5, c2=5, c3=5, c4=5))


def published_figures():
    return published([1.0, 2.0, 3.0], [3.0, 4.0, 6.0])


def many_scales():
    staff, customers = tables(n_units=6)
    scales = {}
    for s in range(21):
        names = [f"s{s} item {i}" for i in range(2)]
        staff = pd.concat([staff, staff[["q1", "q2"]].set_axis(names, axis=1)], axis=1)
        scales[f"scale {s}"] = {"items": names, "range": [1, 7]}
    return scales_study(staff, customers, internal=scales)


STUDIES = [
    scales_study, three_units, one_item, few_persons, two_answers, without_variance,
    customers_all_alike, published_figures, many_scales,
]  # fmt: skip
# The few persons are of one unit, with which no other can be compared: `icx study` refuses it.
CASES = [
    pytest.param(path.stem, make, id=f"{path.stem}-{make.__name__}")
    for path in notebook_paths()
    for make in STUDIES
    if make is not few_persons or path.stem in MEASUREMENT
]


@pytest.fixture
def displayed(monkeypatch):
    seen = []
    monkeypatch.setattr(IPython.display, "display", lambda what, metadata=None: seen.append(what))
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))  # no window
    return seen


def run(name, study, displayed):
    """Execute the cells of a notebook in one namespace, with a study already read."""
    path = next(path for path in notebook_paths() if path.stem == name)

    def display(*things):
        for thing in things:
            thing._ipython_display_() if isinstance(thing, Figure) else displayed.append(thing)

    names = {"study": study, "analysis": Analysis(study), "display": display}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code" and "study_file" not in source:
            exec(compile(source, f"{name} {cell['id']}", "exec"), names)


@pytest.mark.parametrize(("name", "make"), CASES)
def test_goes_to_its_end(name, make, displayed, capsys):
    run(name, make(), displayed)
    told = capsys.readouterr().out
    assert "Traceback" not in told
    assert not plt.get_fignums()
    if make is published_figures and name in MEASUREMENT:
        assert all(overview.refusal for overview in displayed)
        assert (told + "".join(map(repr, displayed))).count("published") > 3
    if make is three_units and name == "04_linkage":
        assert "at least 10 are needed" in told
    if make is customers_all_alike and name == "04_linkage":
        assert "all units have the same" in told
    if make is few_persons:
        assert "blocked: fewer than 10 persons answered all items of service" in told
    if make is scales_study and name == "02_measurement":
        assert "Service" in told or "service" in told
        assert sum(isinstance(thing, plt.Figure) for thing in displayed) == 4
