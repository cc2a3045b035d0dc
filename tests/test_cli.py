"""The command as people call it: exit codes, plain sentences, nothing half written."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from icx_research.__main__ import main
from tests.small_study import TWO_FILES, write_study

SECRET = "83"


def call(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["icx", *map(str, arguments)])
    with pytest.raises(SystemExit) as stop:
        main()
    captured = capsys.readouterr()
    code = stop.value.code
    return (0 if code is None else code), captured.out, captured.err


@pytest.fixture
def icx(monkeypatch, capsys):
    monkeypatch.delenv("ICX_COMMAND", raising=False)  # set where run.py runs the tests
    return lambda *arguments: call(monkeypatch, capsys, *arguments)


def test_check_of_a_clean_study_ends_with_0(icx, small_study):
    code, out, err = icx("check", small_study)
    assert (code, err) == (0, "")
    assert out.endswith(f"Clean: nothing is set aside.\nNext: icx study {small_study}\n")


def test_check_of_a_study_with_a_bad_answer_ends_with_1(icx, small_study):
    staff = small_study.parent / "staff.csv"
    text = staff.read_text(encoding="utf-8").replace("s0-3,B00,", f"s0-3,B00,{SECRET},", 1)
    lines = text.splitlines()
    lines[4] = ",".join(lines[4].split(",")[:4])
    staff.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, out, err = icx("check", small_study)
    assert code == 1
    assert "staff.csv, row 5, column q1: the answer is outside 1 to 7" in out
    assert "Usable; 1 of 288 rows (0.3%) are set aside." in out
    assert SECRET not in out + err


BROKEN = {
    "empty": ("staff.csv", "", "staff.csv is empty"),
    "header only": ("staff.csv", "id,branch,q1,q2\n", "staff.csv holds column names only"),
    "unknown column": ("staff.csv", "id,branch,q1,q_2\na,B00,1,1\n", "there is no column 'q2'"),
    "no such key": ("study.yaml", TWO_FILES + "waves_: 1\n", "waves_: unknown key"),
    "not yaml": ("study.yaml", "study: [\n", "not valid YAML"),
    "unclosed quote": ("staff.csv", 'id,branch,q1,q2\n"a,B00,1,1\n', "a quotation mark"),
}


@pytest.mark.parametrize("command", ["check", "study"])
@pytest.mark.parametrize("broken", BROKEN)
def test_unusable_input_is_one_sentence_and_2(icx, small_study, command, broken):
    file, content, expected = BROKEN[broken]
    (small_study.parent / file).write_text(content, encoding="utf-8")
    before = sorted(small_study.parent.rglob("*"))
    code, out, err = icx(command, small_study)
    assert code == 2
    assert expected in err
    assert err.endswith(".\n") or err.endswith("?\n")
    assert "Traceback" not in out + err
    assert sorted(small_study.parent.rglob("*")) == before


def test_wrong_encoding_names_the_row(icx, small_study):
    staff = small_study.parent / "staff.csv"
    staff.write_bytes(staff.read_bytes().replace(b"s0-1,", "s0-ü,".encode("cp1252")))
    code, _, err = icx("check", small_study)
    assert code == 2
    assert "staff.csv, row 3: the text is not valid utf-8; declare the encoding" in err


def test_units_that_do_not_match_block_the_study(icx, small_study):
    customers = small_study.parent / "customers.csv"
    text = customers.read_text(encoding="utf-8").replace("B0", "b-0")
    customers.write_text(text, encoding="utf-8")
    code, _, err = icx("study", small_study)
    assert code == 2
    assert err.splitlines()[-1].startswith("blocked: staff.csv, column branch: only ")
    assert not (small_study.parent / "results").exists()


def test_one_unit_only_is_nothing_to_compare(icx, tmp_path):
    path = write_study(tmp_path, n_units=1)
    code, _, err = icx("study", path)
    assert code == 2
    assert "blocked: " in err
    assert not (tmp_path / "results").exists()


def test_few_units_run_and_the_verdict_is_blocked(icx, tmp_path, monkeypatch):
    from icx_research.pipeline import study_run

    monkeypatch.setattr(study_run, "notebook_paths", list)
    path = write_study(tmp_path, n_units=5)
    code, out, err = icx("study", path)
    assert code == 0
    assert "K01 Main link: blocked" in out
    assert "at least 10" in out
    page = (tmp_path / "results" / "index.html").read_text(encoding="utf-8")
    assert "Data for which this reason no longer holds." in page
    assert "What else could produce it" not in page
    assert "Caution: Made up for a test." in out
    assert "writing the page" in err


@pytest.mark.parametrize("problem", ["three units", "customers all alike"])
def test_a_study_that_allows_no_correlation_runs_to_its_end_and_says_why(
    icx, tmp_path, monkeypatch, problem
):
    from icx_research.pipeline import study_run

    # The others go to their end on such studies in present/test_notebooks_on_odd_studies.
    chosen = [path for path in study_run.notebook_paths() if path.stem == "04_linkage"]
    monkeypatch.setattr(study_run, "notebook_paths", lambda: chosen)
    path = write_study(tmp_path, n_units=3 if problem == "three units" else 12)
    if problem == "customers all alike":
        customers = tmp_path / "customers.csv"
        lines = customers.read_text(encoding="utf-8").splitlines()
        alike = [",".join([*line.split(",")[:2], "5"]) for line in lines[1:]]
        customers.write_text("\n".join([lines[0], *alike]) + "\n", encoding="utf-8")
    code, out, _ = icx("study", path)
    assert code == 0
    assert "K01 Main link: blocked" in out
    page = (tmp_path / "results" / "notebooks" / "04_linkage.html").read_text(encoding="utf-8")
    expected = "at least 10 are needed" if problem == "three units" else "all units have the same"
    assert expected in page


def test_missing_study_file_is_one_sentence(icx, tmp_path):
    code, _, err = icx("check", tmp_path / "none.yaml")
    assert code == 2
    assert "There is no codebook at" in err


def test_codebook_explains_every_key(icx):
    code, out, _ = icx("codebook")
    assert code == 0
    assert "reverse_keyed: Items on which a high answer means a low score." in out


def test_simulate_writes_a_study_that_checks_clean(icx, tmp_path):
    code, out, _ = icx("simulate", tmp_path / "new", "--units", "12", "--waves", "1")
    assert code == 0
    assert "9 files in" in out
    code, out, _ = icx("check", tmp_path / "new" / "study.yaml")
    assert code == 0


def test_new_drafts_a_study_that_checks(icx, small_study, tmp_path):
    files = [small_study.parent / name for name in ("staff.csv", "customers.csv")]
    code, out, _ = icx("new", tmp_path / "mine", "--internal", files[0], "--external", files[1])
    assert code == 0
    assert out.startswith(f"Written to {tmp_path / 'mine'}: study.yaml\nNext: answer its ")
    assert icx("check", tmp_path / "mine" / "study.yaml")[0] == 0
    code, _, err = icx("new", tmp_path / "mine")
    assert (code, err.endswith("choose another folder.\n")) == (2, True)


def test_new_without_files_writes_templates(icx, tmp_path, monkeypatch):
    code, out, _ = icx("new", tmp_path / "mine")
    assert code == 0
    assert ": study.yaml, internal.csv, external.csv, README.md" in out
    assert "Next: fill in the files, then run: icx check" in out
    monkeypatch.setenv("ICX_COMMAND", "python run.py")  # as run.py has it
    assert "then run: python run.py check" in icx("new", tmp_path / "other")[1]
    code, _, err = icx("check", tmp_path / "mine" / "study.yaml")
    assert (code, err.startswith("internal.csv holds column names only")) == (2, True)


def test_check_lists_what_was_never_loaded_and_what_looks_wrong(icx, small_study):
    staff = small_study.parent / "staff.csv"
    lines = staff.read_text(encoding="utf-8").splitlines()
    flipped = [line.split(",") for line in lines[1:]]
    rows = [",".join([*cells[:3], str(8 - int(cells[3])), "a@b.org"]) for cells in flipped]
    staff.write_text("\n".join([lines[0] + ",mail", *rows]) + "\n", encoding="utf-8")
    code, out, _ = icx("check", small_study)
    assert code == 0
    assert "staff.csv: never loaded, as personal data: mail." in out
    assert "q2 runs against the other items of service" in out
    assert "a@b.org" not in out


def test_unknown_option_ends_with_2_and_help_with_0(icx):
    assert icx("check", "--nothing")[0] == 2
    code, out, _ = icx("--help")
    assert code == 0
    assert "study" in out


def test_command_works_as_a_process():
    done = subprocess.run(
        [sys.executable, "-m", "icx_research", "check", "no.yaml"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr


def test_an_item_that_runs_against_its_scale_is_named_and_never_turned(icx, small_study):
    staff = small_study.parent / "staff.csv"
    lines = staff.read_text(encoding="utf-8").splitlines()
    turned = [
        ",".join([*line.split(",")[:3], str(8 - int(line.split(",")[3]))]) for line in lines[1:]
    ]
    staff.write_text("\n".join([lines[0], *turned]) + "\n", encoding="utf-8")
    code, out, _ = icx("check", small_study)
    assert code == 0
    assert "q2 runs against the other items of service (item-rest correlation -0." in out
    assert "Then list it under reverse_keyed." in out
    assert "Nothing is set aside; look at what is named above." in out


def test_problems_of_a_kind_are_one_line(icx, small_study):
    staff = small_study.parent / "staff.csv"
    lines = staff.read_text(encoding="utf-8").splitlines()
    for row in range(1, 9):
        lines[row] = ",".join([*lines[row].split(",")[:2], SECRET, "1"])
    staff.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, out, err = icx("check", small_study)
    assert code == 1
    assert (
        "staff.csv, rows 2, 3, 4, 5, 6 and 3 more, column q1: the answer is outside 1 to 7" in out
    )
    assert SECRET not in out + err


def test_too_few_units_are_said_at_check_time(icx, tmp_path):
    code, out, _ = icx("check", write_study(tmp_path, n_units=5))
    assert code == 0
    assert "5 units are linked; there is no verdict below 10." in out


def test_units_with_too_few_persons_are_said_at_check_time(icx, tmp_path):
    code, out, _ = icx("check", write_study(tmp_path, people=6))
    assert code == 0
    assert (
        "0 of 12 units have at least 10 respondents on both sides; there is no verdict below 10. "
        "Collect more answers, or join small units into larger ones.\n"
    ) in out


def test_a_folder_stands_for_its_study(icx, small_study):
    assert icx("check", small_study.parent)[0] == 0


def test_study_yaml_of_this_folder_comes_before_the_bundled_one(icx, small_study, monkeypatch):
    monkeypatch.chdir(small_study.parent)
    code, out, _ = icx("check")
    assert code == 0
    assert "customers.csv" in out


def test_simulate_leaves_a_study_of_ones_own_alone(icx, small_study):
    before = small_study.read_bytes()
    code, _, err = icx("simulate", small_study.parent)
    assert code == 2
    assert "holds a study.yaml that was not simulated; choose an empty folder." in err
    assert small_study.read_bytes() == before


def test_out_replaces_no_file_of_others(icx, small_study, tmp_path):
    out = tmp_path / "mine"
    out.mkdir()
    (out / "index.html").write_text("mine", encoding="utf-8")
    code, _, err = icx("study", small_study, "--out", out)
    assert code == 2
    assert "index.html is there already and not from an earlier run; move it elsewhere, or" in err
    assert (out / "index.html").read_text(encoding="utf-8") == "mine"


def test_out_that_is_a_file_is_refused_before_anything_runs(icx, small_study):
    code, _, err = icx("study", small_study, "--out", small_study.parent / "staff.csv")
    assert code == 2
    assert "staff.csv is a file, not a folder; choose another --out." in err


def test_every_command_first_heals_what_a_dead_run_left(icx, small_study, monkeypatch):
    folder = small_study.parent
    for name in ("results", "of_may"):
        (folder / f".{name}.icx").write_bytes(b"in" if name == "of_may" else b"")
        (folder / f".{name}.icx-new").mkdir()
    monkeypatch.chdir(folder)
    code, _, err = icx("codebook")
    assert code == 0
    assert err == (
        f"{folder / 'of_may'}: a run was stopped while it wrote there; the new results are in "
        "place.\n"
    )
    assert sorted(path.name for path in folder.iterdir()) == [
        "customers.csv", "of_may", "staff.csv", "study.yaml",
    ]  # fmt: skip


def test_version(icx):
    assert icx("--version")[:2] == (0, "icx_research 0.1.0\n")


def test_lab_copies_notebooks_and_keeps_what_is_there(icx, tmp_path, monkeypatch):
    from icx_research.pipeline import notebooks

    calls = []
    monkeypatch.setattr(notebooks.subprocess, "call", lambda command: calls.append(command) or 0)
    (tmp_path / "mine").mkdir()
    mine = ["00_tutorial_student.ipynb", "04_linkage.ipynb"]
    for name in mine:
        (tmp_path / "mine" / name).write_text("my work", encoding="utf-8")
    assert icx("lab", tmp_path / "mine")[0] == 0
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == [
        "00_tutorial.ipynb",
        "00_tutorial_student.ipynb",
        "01_data_quality.ipynb",
        "02_measurement.ipynb",
        "03_aggregation.ipynb",
        "04_linkage.ipynb",
    ]
    for name in mine:
        assert (tmp_path / "mine" / name).read_text(encoding="utf-8") == "my work"
    assert calls == [[sys.executable, "-m", "jupyterlab", str(tmp_path / "mine")]]


def test_lab_offers_the_students_copy_that_the_readme_names(icx, tmp_path, monkeypatch):
    from icx_research.pipeline import notebooks

    monkeypatch.setattr(notebooks.subprocess, "call", lambda command: 0)
    assert icx("lab", tmp_path)[0] == 0
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+_student\.ipynb)`", readme))
    assert named == {path.name for path in tmp_path.glob("*_student.ipynb")}
    text = (tmp_path / "00_tutorial_student.ipynb").read_text(encoding="utf-8")
    assert 'check(\\"2.1\\", answer)' in text
    assert '"solution"' not in text
    assert '"solution"' in (tmp_path / "00_tutorial.ipynb").read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of a POSIX terminal")
def test_stopping_while_a_notebook_runs_leaves_one_sentence_and_no_files(small_study):
    command = [sys.executable, "-m", "icx_research", "study"]
    with subprocess.Popen(
        [*command, small_study], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr:
            if "of 9: notebook" in line:
                break
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "Stopped; nothing was written.\n"
    assert not list(small_study.parent.glob("*results*"))


def test_check_names_the_wave_the_answer_rests_on(icx, small_study):
    for name in ("staff.csv", "customers.csv"):
        path = small_study.parent / name
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        lines = [f"{row},{('Feb 2024', 'Apr 2024')[i % 2]}" for i, row in enumerate(rows)]
        path.write_text("\n".join([f"{head},wave", *lines]) + "\n", encoding="utf-8")
    text = small_study.read_text(encoding="utf-8")
    small_study.write_text(text.replace("keys: {", "keys: {wave: wave, "), encoding="utf-8")
    code, out, _ = icx("check", small_study)
    assert code == 0
    assert (
        "Waves in order of time: Feb 2024, Apr 2024. The answer rests on Apr 2024, the last of "
        "them.\n" in out
    )


def test_check_hints_at_unit_tables_declared_as_respondents(icx, small_study):
    for name in ("staff.csv", "customers.csv"):
        path = small_study.parent / name
        head, *rows = path.read_text(encoding="utf-8").splitlines()
        first = {row.split(",")[1]: row for row in reversed(rows)}
        path.write_text("\n".join([head, *first.values()]) + "\n", encoding="utf-8")
    code, out, _ = icx("check", small_study)
    assert code == 0
    assert out.count("nearly every ") == 2
    assert "declare grain: unit, with scores and their n" in out
    assert "Collect more answers" not in out


def test_new_takes_the_columns_that_are_named(icx, small_study, tmp_path):
    files = []
    for side, name in (("internal", "staff.csv"), ("external", "customers.csv")):
        files += [f"--{side}", small_study.parent / name]
    named = ("--unit", "branch", "--respondent", "id")
    code, _, _ = icx("new", tmp_path / "a", *files, *named)
    assert code == 0
    assert "client_unit: branch" in (tmp_path / "a" / "study.yaml").read_text(encoding="utf-8")
    code, _, err = icx("new", tmp_path / "b", *files, "--unit", "nowhere")
    assert code == 2
    assert "has no column 'nowhere' to take for --unit" in err


posix = pytest.mark.skipif(sys.platform == "win32", reason="streams and signals of POSIX systems")
COMMAND = [sys.executable, "-m", "icx_research"]


@posix
@pytest.mark.parametrize("arguments", [["codebook"], ["--help"], ["check"]])
def test_a_closed_pipe_and_a_full_disk_behind_stdout_are_no_fault(arguments, small_study):
    arguments = [*arguments, str(small_study)] if arguments == ["check"] else arguments
    reader, writer = os.pipe()
    os.close(reader)
    for stdout, code, sentence in [
        (writer, 141, ""),
        (os.open("/dev/full", os.O_WRONLY), 74, "No space left on device"),
    ]:
        done = subprocess.run([*COMMAND, *arguments], stdout=stdout, stderr=subprocess.PIPE)
        os.close(stdout)
        told = sentence and f"The output could not be written: {sentence}.\n"
        assert (done.returncode, done.stderr.decode()) == (code, told)


@posix
def test_progress_that_cannot_be_shown_stops_nothing():
    with open("/dev/full", "w") as full:
        done = subprocess.run([*COMMAND, "check", "none.yaml"], stderr=full)
    assert done.returncode == 2


@posix
@pytest.mark.parametrize("seconds", [0.2, 0.4, 0.8])
def test_stopped_while_it_starts_a_command_says_so_in_one_sentence(seconds, tmp_path):
    command = [*COMMAND, "simulate", str(tmp_path / "new"), "--units", "200"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        time.sleep(seconds)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    if process.returncode == -signal.SIGTERM:
        pytest.skip("Python itself had not started yet")
    assert (process.returncode, err) == (143, "Stopped; nothing was written.\n")
    assert not (tmp_path / "new").exists()
