"""The command as people call it: exit codes, plain sentences, nothing half written."""

import subprocess
import sys

import pytest

from icx_research.cli import main
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
    return lambda *arguments: call(monkeypatch, capsys, *arguments)


def test_check_of_a_clean_study_ends_with_0(icx, small_study):
    code, out, err = icx("check", small_study)
    assert (code, err) == (0, "")
    assert "Clean: nothing is set aside." in out


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
    from icx_research.present import study_run

    monkeypatch.setattr(study_run, "notebook_paths", list)
    path = write_study(tmp_path, n_units=5)
    code, out, err = icx("study", path)
    assert code == 0
    assert "K01 Main link: blocked" in out
    assert "at least 10" in out
    assert (tmp_path / "results" / "index.html").exists()
    assert "Caution: Made up for a test." in out
    assert "writing the page" in err


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
    assert "7 files in" in out
    code, out, _ = icx("check", tmp_path / "new" / "study.yaml")
    assert code == 0


def test_new_drafts_a_study_that_checks(icx, small_study, tmp_path):
    files = [small_study.parent / name for name in ("staff.csv", "customers.csv")]
    code, out, _ = icx("new", tmp_path / "mine", "--internal", files[0], "--external", files[1])
    assert code == 0
    assert out.startswith(f"study.yaml in {tmp_path / 'mine'}\nNext: answer its ")
    assert icx("check", tmp_path / "mine" / "study.yaml")[0] == 0
    code, _, err = icx("new", tmp_path / "mine")
    assert (code, err.endswith("choose another folder.\n")) == (2, True)


def test_new_without_files_writes_templates(icx, tmp_path):
    code, out, _ = icx("new", tmp_path / "mine")
    assert code == 0
    assert "study.yaml, internal.csv, external.csv, README.md in" in out
    assert "Next: fill in the files, then run: icx check" in out
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
    assert "staff.csv, column q2: its answers run against the rest of service" in out
    assert "a@b.org" not in out


def test_unknown_option_ends_with_2_and_help_with_0(icx):
    assert icx("check", "--nothing")[0] == 2
    code, out, _ = icx("--help")
    assert code == 0
    assert "study" in out


def test_command_works_as_a_process():
    done = subprocess.run(
        [sys.executable, "-c", "from icx_research.cli import main; main()", "check", "no.yaml"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
