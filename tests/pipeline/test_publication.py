"""Results are whole, whatever ends a run: former ones or new ones, never a mixture."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from icx_research.core.errors import StudyError
from icx_research.pipeline import publication
from icx_research.pipeline.publication import heal, workshop

ROOT = Path(__file__).parents[2]
FORMER = {"index.html": "former", "figures/a.txt": "former", "figures/only_former.txt": "former"}
NEW = {"index.html": "new", "figures/a.txt": "new", "tables/only_new.txt": "new"}
STEPS = ("unlink", "rmdir", "write", "ftruncate", "replace", "rename", "mkdir")
posix = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL of POSIX systems")


def put(out, files):
    """Do what a run does, with files that are there in a moment."""
    with workshop(out) as folder:
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
        manifest = {"outputs_sha256": dict.fromkeys(files, "")}
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def content(folder):
    """Give what stands in a folder of results."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def out(tmp_path):
    """Return a folder with the results of a former run."""
    put(tmp_path / "out", FORMER)
    return tmp_path / "out"


@pytest.fixture
def windows(monkeypatch):
    """Refuse to rename folders, as Windows does while a program has one open."""

    def refuse(path, target):
        raise PermissionError(13, "Access is denied", str(path))

    monkeypatch.setattr(Path, "rename", refuse)


def test_new_results_take_the_place_of_the_former_and_nothing_stays_beside(out):
    put(out, NEW)
    assert content(out) == NEW
    assert names(out.parent) == ["out"]


def test_a_folder_that_windows_will_not_rename_is_exchanged_file_by_file(out, windows):
    put(out, NEW)
    assert content(out) == NEW
    assert names(out.parent) == ["out"]


def test_a_file_that_another_program_has_open_leaves_the_former_results(out, windows, monkeypatch):
    replace = os.replace

    def refuse(source, target, **_):
        if source.endswith("only_former.txt") and "-old" in str(target):
            raise PermissionError(13, "Access is denied", str(source))
        replace(source, target)

    monkeypatch.setattr(Path, "replace", lambda source, target: refuse(str(source), target))
    with pytest.raises(PermissionError):
        put(out, NEW)
    assert content(out) == FORMER
    assert names(out.parent) == ["out"]


def test_a_run_that_fails_leaves_what_was_there(out, tmp_path):
    with pytest.raises(ZeroDivisionError), workshop(out) as folder:
        (folder / "index.html").write_text("new", encoding="utf-8")
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), workshop(tmp_path / "a" / "b" / "c"):
        raise ZeroDivisionError
    assert content(out) == FORMER
    assert names(tmp_path) == ["out"]


class Killed(BaseException):
    """Stands for SIGKILL: nothing is done on the disk after it."""


def killed_at(n, out, files):
    """Do a run that dies at its n-th step on the disk; tell whether it came so far."""
    steps, locks = 0, []

    def dying(function):
        def step(*arguments, **options):
            nonlocal steps
            steps += 1
            if steps >= n:
                raise Killed
            return function(*arguments, **options)

        return step

    def opened(path, *arguments, open=os.open, **options):
        handle = open(path, *arguments, **options)
        if str(path).endswith(publication.ENDING):
            locks.append(handle)
        return handle

    with pytest.MonkeyPatch.context() as patch:
        for name in STEPS:
            patch.setattr(os, name, dying(getattr(os, name)))
        patch.setattr(os, "open", opened)
        try:
            put(out, files)
        except Killed:
            for handle in locks:  # as the system does when a process dies
                with suppress(OSError):
                    os.close(handle)
            return True
    return False


def settled(out):
    """Heal as every command does; tell whether the new results are there, and whole."""
    said = heal([out.parent])
    assert names(out.parent) == ["out"]
    assert content(out) in (FORMER, NEW)
    new = content(out) == NEW
    assert not said or said == [
        f"{out}: a run was stopped while it wrote there; "
        + ("the new results are in place." if new else "the former results are back.")
    ]
    assert heal([out.parent]) == []
    return new


@pytest.mark.parametrize("renamed", [True, False])
def test_killed_at_any_step_results_are_whole_and_the_next_run_ends_alike(out, renamed, request):
    if not renamed:
        request.getfixturevalue("windows")
    new, n = [], 1
    while killed_at(n, out, NEW):
        new.append(settled(out))
        put(out, NEW)
        assert content(out) == NEW
        put(out, FORMER)
        n += 1
    assert n > 12
    assert new == sorted(new)  # the former ones, and from some step on the new ones
    assert set(new) == {True, False}


def test_killed_while_it_is_healed_nothing_is_lost(out):
    for first in range(1, 16):
        killed_at(first, out, NEW)
        for second in range(1, 16):
            killed_at(second, out, NEW)
        heal([out.parent])
        assert names(out.parent) == ["out"]
        assert content(out) in (FORMER, NEW)
        put(out, FORMER)


def test_a_first_run_that_is_killed_blocks_nothing(tmp_path):
    n = 1
    while killed_at(n, tmp_path / "out", NEW):
        put(tmp_path / "out", NEW)
        assert content(tmp_path / "out") == NEW
        assert names(tmp_path) == ["out"]
        shutil.rmtree(tmp_path / "out")
        n += 1
    assert n > 6


@posix
@pytest.mark.parametrize("step", ["write", "replace"])
def test_a_process_that_is_really_killed_gives_up_its_lock(out, step):
    code = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from icx_research.pipeline.publication import workshop\n"
        f"os.{step} = Path.rename = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "with workshop(Path(sys.argv[1])) as folder:\n    (folder / 'index.html').touch()\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(out)], cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    assert not settled(out)


def test_healing_leaves_alone_what_is_at_work_and_what_is_not_ours(out):
    other = out.parent / ".notes.icx"
    other.write_text("somebody else's", encoding="utf-8")
    with workshop(out) as folder:
        assert heal([out.parent]) == []
        assert folder.is_dir()
    assert other.read_text(encoding="utf-8") == "somebody else's"


def test_a_second_run_is_told_at_its_start(out):
    message = f"Another run is writing to {out}; wait until it is done, or choose another --out."
    with workshop(out):
        with pytest.raises(StudyError) as told, workshop(out):
            pytest.fail("two at once")
        assert str(told.value) == message
    put(out, NEW)


@pytest.mark.parametrize("name", ["mine.txt", "figures/mine.txt", ".git/HEAD"])
def test_files_of_others_are_refused_at_the_start(out, name):
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).write_text("keep", encoding="utf-8")
    with pytest.raises(StudyError) as told, workshop(out):
        pytest.fail("too late")
    assert str(told.value) == (
        f"{out / name} is there already and not from an earlier run; move it elsewhere, or choose "
        "another --out."
    )
    assert content(out) == {**FORMER, name: "keep"}


def test_a_file_that_came_during_the_run_is_kept(out):
    with pytest.raises(StudyError, match=r"mine\.txt is there already"), workshop(out):
        (out / "mine.txt").write_text("keep", encoding="utf-8")
    assert content(out) == {**FORMER, "mine.txt": "keep"}


def test_what_systems_and_editors_leave_is_no_file_of_others(out):
    for name in (".DS_Store", "tables/.~lock.claims.csv#", "x/.ipynb_checkpoints/a.ipynb", "~$a.x"):
        (out / name).parent.mkdir(exist_ok=True, parents=True)
        (out / name).touch()
    put(out, NEW)
    assert content(out) == NEW


def test_a_disk_and_a_folder_that_may_not_be_written_are_refused(out, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(publication.os, "access", lambda *_: False)
        with pytest.raises(PermissionError, match="Permission denied"), workshop(out):
            pytest.fail("too late")
    monkeypatch.setattr(publication.os.path, "ismount", lambda _: True)
    with pytest.raises(StudyError) as told, workshop(out):
        pytest.fail("too late")
    assert str(told.value) == (
        f"{out} is a disk; choose a folder on it, such as {out / 'results'}."
    )


@posix
def test_rights_and_links_stay(out, tmp_path):
    out.chmod(0o750)
    (tmp_path / "link").symlink_to(out)
    put(tmp_path / "link", NEW)
    assert (tmp_path / "link").is_symlink()
    assert content(out) == NEW
    assert out.stat().st_mode & 0o777 == 0o750
