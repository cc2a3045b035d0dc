"""Results are put in place whole: made beside their folder, exchanged in one move, or not at all.

Beside a folder `results` stand, while a run is at work: `.results.icx`, which the run holds locked
and which says how far the exchange is; `.results.icx-new`, where results are made; and, for the
moments of the exchange, `.results.icx-old`, the former results. The system unlocks the file when
a process dies, however it dies; the next command then finishes the exchange or undoes it.
"""

import errno
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from icx_research.core.errors import StudyError
from icx_research.core.stopping import finished_first
from icx_research.pipeline.manifest import NAME as MANIFEST
from icx_research.pipeline.manifest import outputs_of

ENDING = ".icx"
GOING_IN = b"in"  # written when the former results are aside and the new ones go in
# What systems, spreadsheets and notebooks put beside files that are looked at.
LITTER = re.compile(r"(\.DS_Store|Thumbs\.db|desktop\.ini|\.ipynb_checkpoints)$|\.~lock\.|~\$")


@dataclass(frozen=True)
class _Place:
    """A folder of results and what stands beside it; `lock` is open and locked."""

    out: Path
    lock: int

    @property
    def new(self) -> Path:
        return _beside(self.out, "-new")

    @property
    def old(self) -> Path:
        return _beside(self.out, "-old")


@contextmanager
def workshop(out: Path) -> Iterator[Path]:
    """Give an empty folder beside `out`; what is made in it takes the place of `out` at the end.

    Whatever ends the block early leaves `out` as it was.

    Parameters
    ----------
    out : Path
        Made if it is not there. May hold the results of an earlier run and nothing else.

    Raises
    ------
    StudyError
        If another run works on `out`, it holds files that no run has written, or is a disk.
    OSError
        If it cannot be written.
    """
    out = out.resolve()
    made = [folder for folder in out.parents if not folder.exists()]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        place = _locked(out)
        if place is None:
            raise StudyError(
                f"Another run is writing to {out}; wait until it is done, or choose another --out."
            )
        try:
            _settle(place)
            _check(out)
            place.new.mkdir()
            if out.exists():
                shutil.copymode(out, place.new)
            yield place.new
            _check(out)  # once more: something may have come meanwhile
            with finished_first(f"the results in {out} are complete"):
                _exchange(place)
        finally:
            _release(place)
    finally:
        for folder in made:
            with suppress(OSError):
                folder.rmdir()  # unless something has come of it


def heal(folders: Iterable[Path]) -> list[str]:
    """Finish or undo what runs that died have left in some folders; say what was done.

    Runs that are still at work are left alone, and so is what cannot be written.
    """
    said = []
    paths: set[Path] = set()
    for folder in folders:
        with suppress(OSError):  # no folder, or one that may not be looked into
            paths.update(folder.resolve().glob(f".*{ENDING}"))
    for path in sorted(paths):
        with suppress(OSError):
            if path.stat().st_size > len(GOING_IN):
                continue  # somebody else's
            place = _locked(path.with_name(path.name[1 : -len(ENDING)]))
            if place and (done := _release(place)):
                said.append(f"{place.out}: a run was stopped while it wrote there; {done}.")
    return said


def _check(out: Path) -> None:
    """Refuse a folder that cannot be exchanged, or holds what would go with the former results."""
    if not out.exists():
        return
    if not out.is_dir():
        raise StudyError(f"{out} is a file, not a folder; choose another --out.")
    if os.path.ismount(out):
        raise StudyError(f"{out} is a disk; choose a folder on it, such as {out / 'results'}.")
    if not os.access(out, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(out))
    outputs = outputs_of(out)
    own = {*outputs, MANIFEST} if outputs else set()
    for file in _files(out):
        name = file.relative_to(out)
        if name.as_posix() not in own and not any(map(LITTER.match, name.parts)):
            raise StudyError(
                f"{file} is there already and not from an earlier run; move it elsewhere, or "
                "choose another --out."
            )


def _beside(out: Path, part: str = "") -> Path:
    return out.with_name(f".{out.name}{ENDING}{part}")


def _files(folder: Path) -> list[Path]:
    """List the files below a folder; a link counts as a file, wherever it leads."""
    return [
        Path(here, name)
        for here, folders, names in os.walk(folder)
        for name in sorted([*names, *(f for f in folders if Path(here, f).is_symlink())])
    ]


def _exchange(place: _Place) -> None:
    """Put the former results aside and the new ones in; interrupted anywhere, it can be settled."""
    if place.out.exists():
        _move(place.out, place.old)
    os.lseek(place.lock, 0, os.SEEK_SET)
    os.write(place.lock, GOING_IN)
    _move(place.new, place.out)


def _settle(place: _Place) -> str:
    """Finish an exchange that was interrupted, or undo it; clear what is not needed any more."""
    done = ""
    os.lseek(place.lock, 0, os.SEEK_SET)
    going_in = os.read(place.lock, len(GOING_IN)) == GOING_IN
    if going_in and place.new.exists():
        _move(place.new, place.out)
        done = "the new results are in place"
    elif not going_in and place.old.exists():
        _move(place.old, place.out)
        done = "the former results are back"
    for folder in (place.new, place.old):
        if folder.exists():
            shutil.rmtree(folder)
    os.ftruncate(place.lock, 0)  # not before: remains of the former results are none to go back to
    return done


def _move(source: Path, target: Path) -> None:
    """Rename a folder; where that is refused, as by Windows if it is open, its files one by one."""
    if not target.exists():
        with suppress(PermissionError):
            source.rename(target)
            return
    for file in _files(source):
        to = target / file.relative_to(source)
        to.parent.mkdir(parents=True, exist_ok=True)
        file.replace(to)
    shutil.rmtree(source, ignore_errors=True)


def _locked(out: Path) -> _Place | None:
    """Lock the file beside a folder of results until this process ends; None if another has it."""
    path = _beside(out)
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        try:
            _lock(lock)
            if os.path.samestat(os.fstat(lock), path.stat()):
                return _Place(out, lock)
        except (BlockingIOError, PermissionError):
            os.close(lock)
            return None
        except FileNotFoundError:  # the run that had it took it away just now
            pass
        os.close(lock)


def _lock(lock: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(lock, 1 << 20, os.SEEK_SET)  # what is locked cannot be read, so not the beginning
        msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _release(place: _Place) -> str:
    """Settle what there is and give up the lock; what cannot be settled now waits for the next."""
    settled, done = False, ""
    with finished_first():
        with suppress(OSError):
            done = _settle(place)
            settled = True
        if sys.platform == "win32":
            os.close(place.lock)  # there, nobody can take away a file that is open
        if settled:
            with suppress(OSError):
                _beside(place.out).unlink()
        if sys.platform != "win32":
            os.close(place.lock)  # not before: another run would lock what is taken away
    return done
