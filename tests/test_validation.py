"""`run.py validate` goes on where it stopped, and never mixes what does not belong together."""

import importlib.util
from pathlib import Path

import pandas as pd
import pytest

FOLDER = Path(__file__).parents[1] / "validation"


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """Return validation/_runs.py with an empty folder of its own."""
    spec = importlib.util.spec_from_file_location("validation_runs", FOLDER / "_runs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    monkeypatch.setattr(module, "PACKAGE", tmp_path / "package")
    (tmp_path / "squares.py").write_text("first version\n", encoding="utf-8")
    return module


@pytest.fixture
def one():
    """Return a simulation that remembers for which seeds it was called."""

    def square(seed, power=2):
        square.seeds.append(seed)
        return {"value": seed**power}

    square.seeds = []
    return square


def test_finished_seeds_are_not_run_again(runs, one):
    assert [run["value"] for run in runs.simulate("squares", one, 3)] == [0, 1, 4]
    assert [run["value"] for run in runs.simulate("squares", one, 5)] == [0, 1, 4, 9, 16]
    assert [run["value"] for run in runs.simulate("squares", one, 2)] == [0, 1]
    assert len(runs.simulate("squares", one, 5)) == 5
    assert one.seeds == [0, 1, 2, 3, 4]


def test_an_interrupted_run_keeps_what_was_finished(runs, one):
    def interrupted(seed):
        if seed == 2:
            raise KeyboardInterrupt
        return one(seed)

    with pytest.raises(KeyboardInterrupt):
        runs.simulate("squares", interrupted, 4)
    assert [run["value"] for run in runs.simulate("squares", one, 4)] == [0, 1, 4, 9]
    assert one.seeds == [0, 1, 2, 3]


def test_a_line_that_was_cut_off_is_computed_again(runs, one, tmp_path):
    runs.simulate("squares", one, 3)
    state = tmp_path / "state" / "squares.jsonl"
    state.write_text(state.read_text(encoding="utf-8")[:-3], encoding="utf-8")
    assert [run["value"] for run in runs.simulate("squares", one, 3)] == [0, 1, 4]
    assert one.seeds == [0, 1, 2, 2]


@pytest.mark.parametrize("changed", ["setting", "script", "package"])
def test_what_was_made_otherwise_does_not_count(runs, one, tmp_path, changed):
    runs.simulate("squares", one, 2, power=2)
    if changed == "script":
        (tmp_path / "squares.py").write_text("second version\n", encoding="utf-8")
    if changed == "package":
        (tmp_path / "package").mkdir()
        (tmp_path / "package" / "new.py").write_text("pass\n", encoding="utf-8")
    runs.simulate("squares", one, 2, power=3 if changed == "setting" else 2)
    assert one.seeds == [0, 1, 0, 1]


def test_a_setting_may_have_any_name(runs):
    assert runs.simulate("squares", lambda seed, n: {"value": n}, 1, n=7) == [{"value": 7}]


def test_report_is_stored_and_tells_whether_all_is_in_order(runs, tmp_path, capsys):
    table = pd.DataFrame({"interval": ["alpha", "omega"], "ok": [True, True]})
    assert runs.report("squares", "2 samples", table) == 0
    stored = (tmp_path / "squares.txt").read_text(encoding="utf-8")
    assert stored.startswith("2 samples\n\ninterval   ok\n")
    assert stored in capsys.readouterr().out
    assert runs.report("squares", "2 samples", table.assign(ok=[True, False])) == 1


def test_every_script_has_its_report_in_the_project():
    scripts = {path.stem for path in FOLDER.glob("[!_]*.py")}
    assert {path.stem for path in FOLDER.glob("*.txt")} == scripts
