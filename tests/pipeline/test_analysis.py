"""What an analysis has computed comes back equal in another process, and only of the same files."""

import dataclasses
import os
import stat
import subprocess
import sys
from collections import Counter

import numpy as np
import pandas as pd
import pytest

import icx_research as icx
from icx_research.core.errors import REFUSALS
from icx_research.linkage import gates
from icx_research.pipeline import analysis as module
from icx_research.pipeline.analysis_file import read_state, write_state
from icx_research.simulation.files import write_simulation
from tests.builders import linked_units

PARTS = ("linked", "coverage", "linkages", "outcomes", "waves", "ledger", "doubts")
# Runs at the start of every process below, kernels included: what is called, and of what.
WATCH = """
import functools, importlib.abc, importlib.machinery, sys
WATCHED = {
    "icx_research.survey.study.study": "read_study",
    "icx_research.survey.link.linking": "link_units",
    "icx_research.linkage.correlation.correlation": "linkage_correlations",
}
def words(name, args, options):
    if name != "linkage_correlations":
        return name
    units = args[0].at_wave(options.get("wave"))
    return repr((name, options["internal"], options["external"], tuple(options["controls"]),
                 units.waves, sorted(units.table["unit"])))
def watched(name, function):
    @functools.wraps(function)
    def call(*args, **options):
        with open(LOG, "a") as log:
            log.write(words(name, args, options) + "\\n")
        return function(*args, **options)
    return call
class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name not in WATCHED:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        run = spec.loader.exec_module
        def exec_module(module):
            run(module)
            function = WATCHED[name]
            setattr(module, function, watched(function, getattr(module, function)))
        spec.loader.exec_module = exec_module
        return spec
sys.meta_path.insert(0, Finder())
"""


def assert_same(one, other, at=""):
    """Compare field by field, tables with index and types of columns."""
    if isinstance(one, np.generic):
        one = one.item()
    assert type(one) is type(other), at
    if isinstance(one, pd.DataFrame):
        pd.testing.assert_frame_equal(one, other, check_exact=True, check_index_type="exact")
    elif isinstance(one, REFUSALS):
        assert str(one) == str(other)
    elif dataclasses.is_dataclass(one):
        assert_same(vars(one), vars(other), f"{at}/{type(one).__name__}")
    elif isinstance(one, dict):
        assert list(one) == list(other), at
        for name in one:
            assert_same(one[name], other[name], f"{at}/{name}")
    elif isinstance(one, (tuple, list)):
        assert len(one) == len(other), at
        for a, b in zip(one, other, strict=True):
            assert_same(a, b, at)
    else:
        assert one == other or (one != one and other != other), at


@pytest.fixture
def handed_on(tmp_path, monkeypatch):
    """Hand an analysis on, as `icx study` does for its notebooks."""

    def hand_on(analysis):
        folder = tmp_path / "handed on"
        module.hand_on(analysis, folder)
        monkeypatch.setenv(module.HANDED_ON, str(folder))
        return folder

    return hand_on


def test_everything_comes_back_equal_and_nothing_is_computed_again(handed_on, monkeypatch):
    analysis = icx.open_analysis()
    for part in PARTS:
        getattr(analysis, part)
    folder = handed_on(analysis)
    monkeypatch.setattr(module, "read_study", None)
    monkeypatch.setattr(module, "load_example", None)
    monkeypatch.setattr(module, "link_study", None)
    monkeypatch.setattr(gates, "linkage_correlations", None)
    other = icx.open_analysis()
    assert_same(vars(analysis), vars(other))
    assert other.linked.codebook is other.study.codebook
    assert repr(icx.linkage_overview(other.asked)) == repr(analysis.linkages)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    if os.name == "posix":
        assert set(modes.values()) == {0o600}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_rows_set_aside_and_refusals_come_back(small_study, handed_on):
    staff = small_study.parent / "staff.csv"
    staff.write_text(staff.read_text(encoding="utf-8") + "x,B00,9,9\nx,B00,,3\n", encoding="utf-8")
    small_study.write_text(
        small_study.read_text(encoding="utf-8")
        + "question: {internal: service, external: csat, controls: [branch_size]}\n"
        + "units: {file: units.csv, keys: {unit: branch}, attributes: {branch_size: Size}}\n",
        encoding="utf-8",
    )
    sizes = "".join(f"B{u:02d},{u if u < 6 else ''}\n" for u in range(12))
    (small_study.parent / "units.csv").write_text("branch,branch_size\n" + sizes, encoding="utf-8")
    analysis = icx.open_analysis(small_study)
    assert analysis.ledger["K01"].words == "blocked"
    assert len(analysis.study.quarantine) > 0
    handed_on(analysis)
    other = icx.open_analysis(str(small_study))
    assert "ledger" in vars(other)
    assert_same(vars(analysis), vars(other))
    with pytest.raises(icx.Blocked, match="6 linked units have all values"):
        _ = other.asked.first.correlation


@pytest.mark.parametrize("file", ["staff.csv", "study.yaml"])
def test_files_that_changed_are_read_anew(small_study, handed_on, file):
    handed_on(icx.open_analysis(small_study))
    assert len(icx.open_analysis(small_study).study.tables["internal"]) == 144
    path = small_study.parent / file
    lines = path.read_text(encoding="utf-8").splitlines()
    changed = lines[:-1] if file == "staff.csv" else ["study: Another", *lines[1:]]
    path.write_text("\n".join(changed) + "\n", encoding="utf-8")
    study = icx.open_analysis(small_study).study
    assert (len(study.tables["internal"]) == 143) == (file == "staff.csv")
    assert (study.codebook.study == "Another") == (file == "study.yaml")


def test_another_study_is_read_and_a_folder_that_is_gone_ignored(
    small_study, handed_on, monkeypatch, tmp_path
):
    handed_on(icx.open_analysis(small_study))
    assert icx.open_analysis().study.codebook.study == "Company (simulated)"
    monkeypatch.setenv(module.HANDED_ON, str(tmp_path / "gone"))
    assert repr(icx.open_analysis(small_study)).startswith("Analysis of Study: Two branches and")


def test_only_what_is_known_is_written_and_only_our_own_is_made(tmp_path):
    with pytest.raises(TypeError, match=r"^builtins:set cannot be written to an analysis file\.$"):
        write_state({"a": {1}}, tmp_path / "a")
    table = pd.DataFrame({"a": pd.to_datetime(["2025-01-01"])})
    with pytest.raises(TypeError, match=r"^A column of type datetime64\[.s\] cannot be written"):
        write_state({"a": table}, tmp_path / "b")
    write_state({"a": linked_units([1.0], [2.0])}, tmp_path / "c")
    fields = tmp_path / "c" / "fields.json"
    text = fields.read_text(encoding="utf-8")
    fields.write_text(text.replace("icx_research.survey.link.linking:LinkedUnits", "os:system"))
    with pytest.raises(ValueError, match=r"^os:system is none of our own\.$"):
        read_state(tmp_path / "c")


def test_odd_tables_come_back(tmp_path):
    table = pd.DataFrame(
        {
            "text": ["a", None, "ä'; --"],
            "object": pd.Series([None, 1, "1"], dtype=object),
            "number": [np.nan, np.inf, -0.0],
            "count": np.array([1, 2, 3], dtype="int8"),
            "yes": [True, False, True],
        },
        index=[2, 0, 1],
    )
    written = {"a": table, "b": table.head(0), "c": (table, [np.float64(2)])}
    write_state(written, tmp_path / "a")
    read = read_state(tmp_path / "a")
    assert_same(written, read)
    assert read["c"][0] is read["a"]


def test_a_whole_run_reads_links_and_estimates_each_pair_once(tmp_path):
    write_simulation(tmp_path / "study", seed=3, n_units=14, waves=2)
    log = tmp_path / "log"
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(f"LOG = {str(log)!r}\n{WATCH}")
    run = subprocess.run(
        [sys.executable, "-m", "icx_research", "study", "study", "--out", "out"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "watch")},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    calls = Counter(log.read_text(encoding="utf-8").splitlines())
    assert calls["read_study"] == 1
    assert calls["link_units"] == 1
    pairs = [name for name in calls if name.startswith("('linkage_correlations'")]
    assert len(pairs) >= 4  # the asked pair in both waves, and two outcomes
    assert {calls[name] for name in pairs} == {1}
    assert not list(tmp_path.glob(".out*"))
    assert not (tmp_path / "out" / "analysis").exists()
