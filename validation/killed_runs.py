"""Runs that are killed: are the results whole, and does the next run end with the same bytes?

A process puts the real results of a small study in place over those of another and is killed
(SIGKILL) at each of its steps on the disk, with folders that can be renamed and with such that
cannot; whole runs of `icx study` are killed at other moments. POSIX systems only.
"""

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from icx_research.pipeline.publication import heal

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT))
from _runs import report  # noqa: E402

from tests.small_study import write_study  # noqa: E402

PUT = """
import os, shutil, signal, sys
from pathlib import Path
from icx_research.pipeline.publication import workshop
out, results, n, renamed = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4] == "True"
steps = 0
def dying(function):
    def step(*arguments, **options):
        global steps
        steps += 1
        if steps == n:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return step
with workshop(out) as folder:
    shutil.copytree(results, folder, dirs_exist_ok=True)
    for name in ("unlink", "rmdir", "write", "ftruncate", "replace", "rename", "mkdir"):
        setattr(os, name, dying(getattr(os, name)))
    if not renamed:
        def refuse(*_):
            raise PermissionError
        Path.rename = refuse
"""


def bytes_of(folder: Path) -> str:
    """Hash names and bytes of all files below a folder."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def run(study: Path, *, kill_after: float | None = None) -> int:
    """Run a whole study; give its exit code."""
    command = [sys.executable, "-m", "icx_research", "study", str(study)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        if kill_after is not None:
            time.sleep(kill_after)
            process.kill()
        return process.wait()


def put(out: Path, results: Path, n: int, *, renamed: bool) -> bool:
    """Put results in place in a process that dies at step n; tell whether it died."""
    command = [sys.executable, "-c", PUT, str(out), str(results), str(n), str(renamed)]
    return subprocess.call(command) == -signal.SIGKILL


def main() -> int:
    """Kill, look, and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--elsewhere", type=int, default=10)
    asked = parser.parse_args()
    lines = []
    with tempfile.TemporaryDirectory() as place:
        folders = [Path(place, name) for name in ("former", "new")]
        for seed, folder in enumerate(folders):
            folder.mkdir()
            if run(write_study(folder, seed=seed)):
                return 1
        former, new = (folder / "results" for folder in folders)
        kinds = {bytes_of(former): "former", bytes_of(new): "new"}
        out = Path(place, "out", "results")
        counts = dict.fromkeys(("former", "new", "mixture"), 0)
        alike = 0
        for i in range(asked.kills):
            shutil.rmtree(out.parent, ignore_errors=True)
            shutil.copytree(former, out)
            put(out, new, i // 2 * 9 + 1, renamed=bool(i % 2))
            heal([out.parent])
            counts[kinds.get(bytes_of(out), "mixture")] += 1
            put(out, new, 10**9, renamed=True)
            alike += bytes_of(out) == bytes_of(new) and os.listdir(out.parent) == ["results"]
        lines.append(
            {"killed": "in place", "kills": asked.kills, **counts, "next_run_alike": alike}
        )
        counts = dict.fromkeys(counts, 0)
        before = bytes_of(new)
        for i in range(asked.elsewhere):
            run(folders[1] / "study.yaml", kill_after=0.5 + i)
            heal([folders[1]])
            counts["new" if bytes_of(new) == before else "mixture"] += 1
        run(folders[1] / "study.yaml")
        alike = asked.elsewhere if bytes_of(new) == before else 0
        lines.append(
            {"killed": "elsewhere", "kills": asked.elsewhere, **counts, "next_run_alike": alike}
        )
    table = pd.DataFrame(lines)
    table["ok"] = (table["mixture"] == 0) & (table["next_run_alike"] == table["kills"])
    return report("killed_runs", "Smallest study; what stands there after SIGKILL", table)


if __name__ == "__main__":
    sys.exit(main())
