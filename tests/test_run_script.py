"""run.py without its long work: nothing is installed, no environment is made."""

import ast
import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from icx_research.cli import app

SCRIPT = Path(__file__).parents[1] / "run.py"
CHECKS = ["ruff", "ruff", "mypy", "deptry", "pytest", "pytest"]
OLD, NEW = (3, 9, 2), (3, 12, 1)


@pytest.fixture
def script(tmp_path, monkeypatch):
    """Return run.py as a module whose folder is an empty one."""
    spec = importlib.util.spec_from_file_location("run_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("LOCK", "VENV", "STAMP", "LOG", "BIN", "PYTHON", "ICX"):
        moved = tmp_path / getattr(module, name).relative_to(module.ROOT)
        monkeypatch.setattr(module, name, moved)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "version_info", NEW)
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "requirements.lock").write_text("numpy==2.4.6\n")
    return module


@pytest.fixture
def ready(script):
    """Return run.py with an environment that looks whole."""
    script.BIN.mkdir(parents=True)
    for path in (script.PYTHON, script.ICX):
        path.touch()
    script.STAMP.write_text(f"{script.place()}\n{script.requirements_hash()}\n")
    return script


@pytest.fixture
def calls(ready, monkeypatch):
    """Return the list into which `run` writes what it would have run."""
    made = []
    monkeypatch.setattr(ready, "run", lambda *call: made.append(call) or 7)
    return made


# --- Which Python


def test_script_keeps_to_the_grammar_of_old_pythons():
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 7))


def test_old_python_is_told_what_is_needed_in_one_line(script, monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", OLD)
    monkeypatch.setattr(script.shutil, "which", lambda name: None)
    assert script.main(["study", "mine.yaml"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(
        "run.py: icx_research needs Python 3.11 or newer, up to 3.14; this is 3.9. "
    )
    assert captured.err.endswith("3.13 run.py study mine.yaml\n")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize("version", [OLD, (3, 15, 0)])
def test_unsuited_python_hands_over_to_the_newest_suitable_one(script, monkeypatch, version):
    made = []
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(script.shutil, "which", lambda name: f"/bin/{name}")
    works = {"/bin/python3.12": 0, "/bin/python3.11": 0}
    monkeypatch.setattr(script.subprocess, "call", lambda command, **_: works.get(command[0], 1))
    monkeypatch.setattr(script, "run", lambda command, environment: made.append(command) or 0)
    assert script.main(["study"]) == 0
    assert made == [["/bin/python3.12", script.__file__, "study"]]


# --- Set-up


def test_ready_environment_is_left_alone(ready, monkeypatch):
    for work in ("one_at_a_time", "build_environment"):  # not even waited for
        monkeypatch.setattr(ready, work, pytest.fail)
    ready.set_up()


@pytest.mark.parametrize("name", ["STAMP", "PYTHON", "ICX"])
def test_half_made_environment_is_not_ready(ready, name):
    assert ready.is_ready()
    getattr(ready, name).unlink()
    assert not ready.is_ready()


@pytest.mark.parametrize("name", ["pyproject.toml", "requirements.lock"])
def test_changed_requirements_are_noticed(ready, name):
    with open(ready.ROOT / name, "a") as file:
        file.write("more\n")
    assert not ready.is_ready()


def test_moved_folder_and_other_python_are_noticed(ready, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(ready, "ROOT", ready.ROOT / ".." / ready.ROOT.name)
        assert not ready.is_ready()
    assert ready.is_ready()
    monkeypatch.setattr(sys, "version_info", (3, 13, 0))
    assert not ready.is_ready()


@pytest.mark.parametrize("broken", [False, True])
def test_environment_is_updated_if_whole_and_remade_if_broken(ready, monkeypatch, capsys, broken):
    ready.LOCK.write_text("numpy==2.4.7\n")
    if broken:
        ready.PYTHON.unlink()
    steps = []
    monkeypatch.setattr(ready, "make_venv", lambda: steps.append("make") or ready.STAMP.unlink())
    # Were the set-up to end here, no stamp would vouch for what is not installed yet.
    monkeypatch.setattr(ready, "install_packages", lambda: steps.append(ready.read_stamp()))
    ready.set_up()
    assert steps == (["make", []] if broken else [[]])
    assert ready.read_stamp() == [ready.place(), ready.requirements_hash()]
    captured = capsys.readouterr()
    assert captured.out == ""
    assert all(line.startswith("run.py: ") for line in captured.err.splitlines())


def test_failed_set_up_leaves_no_stamp_and_one_clear_line(ready, monkeypatch, capsys):
    ready.LOCK.write_text("numpy==2.4.7\n")
    ready.LOG.write_text("earlier\nno route to host\n")
    monkeypatch.setattr(ready, "attempt", lambda *command: False)
    assert ready.main(["study"]) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert "is this computer online" in last
    assert "no route to host" in last
    assert not ready.STAMP.exists()


def test_packages_come_from_pip_where_uv_is_not_let_through(ready, monkeypatch):
    tried = []

    def attempt(*command):
        tried.append(command[2])
        return command[2] == "pip"

    monkeypatch.setattr(ready, "attempt", attempt)
    ready.install_packages()
    assert tried == ["pip", "uv", "pip", "pip"]


def test_missing_right_to_write_is_one_clear_line(ready, monkeypatch, capsys):
    def refuse():
        raise PermissionError(13, "Permission denied", "there")

    ready.STAMP.unlink()
    monkeypatch.setattr(ready, "build_environment", refuse)
    assert ready.main(["study"]) == 2
    assert "Permission denied" in capsys.readouterr().err


# --- Running


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"]])
def test_help_needs_no_environment_and_lists_every_command(script, capsys, arguments):
    assert script.main(arguments) == 0
    help_text = capsys.readouterr().out
    icx_commands = [command.callback.__name__ for command in app.registered_commands]
    for command in (*icx_commands, "test", "validate", "bench"):
        assert f"python run.py {command} " in help_text
    assert max(map(len, help_text.splitlines())) <= 100


def test_command_is_forwarded_as_it_stands_from_the_users_folder(ready, calls):
    assert ready.main(["check", "my study.yaml", "--data", "../x"]) == 7
    ((command, environment),) = calls
    assert command == [ready.ICX, "check", "my study.yaml", "--data", "../x"]
    assert environment["VIRTUAL_ENV"] == str(ready.VENV)


def test_a_command_that_was_stopped_says_so_itself(ready, monkeypatch, capsys):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(ready, "run", stopped)
    assert ready.main(["study"]) == 130
    assert capsys.readouterr().err == ""
    assert ready.main(["test"]) == 130
    assert capsys.readouterr().err == "run.py: interrupted\n"


def test_programs_get_a_clean_environment(script, monkeypatch):
    monkeypatch.setattr(script.os, "access", lambda *_: True)
    given = {"PATH": "there", "MPLBACKEND": "agg", "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C"}
    assert script.child_environment(given) == {
        "PATH": f"{script.BIN}{os.pathsep}there",
        "LANG": "C",
        "PYTHONUTF8": "1",
        "UV_PYTHON_DOWNLOADS": "never",
        "VIRTUAL_ENV": str(script.VENV),
        "ICX_COMMAND": "python run.py",
    }
    assert "MPLBACKEND" in given


def test_a_home_that_cannot_be_written_is_done_without(script, monkeypatch):
    monkeypatch.setattr(script.os, "access", lambda *_: False)
    environment = script.child_environment({"MPLCONFIGDIR": "mine"})
    assert environment["IPYTHONDIR"] == str(script.VENV / "home" / "ipython")
    assert environment["UV_CACHE_DIR"] == str(script.VENV / "home" / "uv")
    assert environment["MPLCONFIGDIR"] == "mine"


def test_test_runs_every_check_in_the_project_and_reports_all_failures(
    ready, calls, capsys, monkeypatch
):
    for name in ("OMP_NUM_THREADS", "IPYTHONDIR", "MPLCONFIGDIR"):
        monkeypatch.delenv(name, raising=False)
    assert ready.main(["test"]) == 1
    assert [command[2] for command, *_ in calls] == CHECKS
    assert {folder for _, _, folder in calls} == {ready.ROOT}
    for _, environment, _ in calls:
        assert environment["OMP_NUM_THREADS"] == "1"
        assert environment["IPYTHONDIR"].startswith(str(ready.VENV))
        assert environment["MPLCONFIGDIR"].startswith(str(ready.VENV))
    failures = capsys.readouterr().out.splitlines()[-1]
    assert failures.startswith("== failed: python -m ruff check .; python -m ruff format")
    assert failures.endswith("--dist loadfile --nbval --nbval-current-env notebooks")


def test_real_data_oldest_packages_and_wheel_are_checked_by_test_all_alone(ready, calls):
    ready.main(["test"])
    ready.main(["test", "--all"])
    few, everything = calls[: len(CHECKS)], calls[len(CHECKS) :]
    assert [command[-2:] for command, *_ in few if "real" in command[-1]] == [
        ["-m", "not real_data"]
    ]
    assert not [command for command, *_ in everything if "not real_data" in command]
    scripts = [command[1] for command, *_ in everything[len(CHECKS) :]]
    assert scripts == ["tools/oldest_dependencies.py", "tools/built_wheel.py"]
    assert all((SCRIPT.parent / path).exists() for path in scripts)


def test_threads_that_the_user_asks_for_stay(ready, calls, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    ready.main(["test"])
    assert {environment["OMP_NUM_THREADS"] for _, environment, _ in calls} == {"3"}


def test_options_after_test_go_to_pytest_alone(ready, calls):
    ready.main(["test", "-k", "alpha"])
    ((command, _, _),) = calls
    assert command == [ready.PYTHON, "-m", "pytest", "-k", "alpha"]


def test_success_of_all_steps_is_success(script, monkeypatch):
    monkeypatch.setattr(script, "run", lambda *call: 0)
    assert script.run_steps([["-m", "ruff"], ["-m", "mypy"]]) == 0


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], ["validation/alpha.py", "validation/omega.py"]),
        (["omega"], ["validation/omega.py"]),
    ],
)
def test_validate_runs_the_scripts_of_its_folder(ready, calls, names, expected):
    (ready.ROOT / "validation").mkdir()
    for name in ("omega.py", "alpha.py", "_shared.py", "notes.md"):
        (ready.ROOT / "validation" / name).touch()
    assert ready.main(["validate", *names]) == 1
    assert [command[1] for command, *_ in calls] == expected


def test_unknown_script_is_answered_with_the_known_ones(ready, calls, capsys):
    (ready.ROOT / "benchmarks").mkdir()
    (ready.ROOT / "benchmarks" / "moments.py").touch()
    assert ready.main(["bench", "momentum"]) == 2
    assert "no momentum in benchmarks; there is: moments." in capsys.readouterr().err
    assert calls == []


@pytest.fixture
def signals():
    """Put back the signal handlers that `run` replaces."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_exit_code_and_folder_of_a_program_come_through(script, signals, tmp_path):
    code = "import os, sys; sys.exit(3 if os.path.exists('requirements.lock') else 4)"
    command = [sys.executable, "-c", code]
    assert script.run(command, os.environ, tmp_path) == 3
    assert script.run(command, os.environ, tmp_path.parent) == 4


@pytest.mark.skipif(os.name == "nt", reason="Windows has no exit by signal")
def test_death_by_signal_becomes_the_shells_exit_code(script, signals):
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert script.run([sys.executable, "-c", code], os.environ) == 128 + signal.SIGKILL


@pytest.mark.skipif(os.name == "nt", reason="the lock of POSIX systems")
def test_second_process_waits_for_the_first(script):
    probe = (
        "import fcntl, sys\n"
        "try: fcntl.flock(open(sys.argv[1], 'w'), fcntl.LOCK_EX | fcntl.LOCK_NB)\n"
        "except BlockingIOError: sys.exit(9)"
    )
    command = [sys.executable, "-c", probe, str(script.ROOT / ".venv.lock")]
    with script.one_at_a_time():
        assert subprocess.call(command) == 9
    assert subprocess.call(command) == 0
