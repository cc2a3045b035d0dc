"""Commands as they are mistyped: one sentence, nothing written, no traceback."""

import subprocess
import sys

import pytest

from tests.test_cli import call


@pytest.fixture
def icx(monkeypatch, capsys):
    return lambda *arguments: call(monkeypatch, capsys, *arguments)


@pytest.mark.parametrize("deep", [False, True])
def test_results_cannot_be_mixed_with_the_study(icx, small_study, deep):
    before = sorted(small_study.parent.rglob("*"))
    out = small_study.parent.parent if deep else small_study.parent
    code, _, err = icx("study", small_study, "--out", out)
    assert code == 2
    assert err.splitlines()[-1] == (
        f"{small_study} lies in {out}, the folder of the results, which needs to be one of its "
        "own; choose another --out."
    )
    assert sorted(small_study.parent.rglob("*")) == before


def test_a_seed_below_0_is_refused(icx, tmp_path):
    code, _, err = icx("simulate", tmp_path / "sim", "--seed", "-1")
    assert code == 2
    assert "Traceback" not in err
    assert not (tmp_path / "sim").exists()


@pytest.mark.parametrize("empty", ["items: []", "scales: {}"])
def test_an_empty_list_is_refused_where_something_must_stand(icx, small_study, empty):
    text = small_study.read_text(encoding="utf-8")
    full = {"items: []": "items: [q1, q2]", "scales: {}": "scales:\n    service: {items: [q1, q2], "
            'range: [1, 7], label: "Internal service"}'}  # fmt: skip
    small_study.write_text(text.replace(full[empty], empty, 1), encoding="utf-8")
    code, _, err = icx("check", small_study)
    assert code == 2
    assert err.startswith("study.yaml, line ")


def test_a_unit_without_partner_is_not_called_clean(icx, small_study):
    staff = small_study.parent / "staff.csv"
    text = staff.read_text(encoding="utf-8").replace("s0-1,B00,", "s0-1,B00 ,")
    staff.write_text(text, encoding="utf-8")
    code, out, err = icx("check", small_study)
    assert (code, err) == (0, "")
    assert (
        "internal unit 'B00 ': no partner with a score; customers.csv has no row of it "
        "(resembles 'B00')." in out
    )
    assert "Nothing is set aside; look at what is named above." in out
    assert "Clean" not in out


def test_the_package_itself_is_the_command():
    command = [sys.executable, "-m", "icx_research", "check", "nowhere"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("There is no codebook at ")
