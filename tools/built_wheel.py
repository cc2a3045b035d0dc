"""Try the built wheel where there is nothing else: no checkout, no git, an empty folder.

Builds the wheel, looks whether it carries notebooks, data and templates, installs it with the
locked packages into a new environment, and runs `icx study`, `icx new` and `icx check` there.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from _environments import ROOT, UV, new_environment

CODEBOOK = ROOT / "data" / "company" / "study.yaml"


def main() -> int:
    """Build, install and run; return 0 if all of it worked."""
    with tempfile.TemporaryDirectory() as folder:
        wheel = build(Path(folder, "dist"))
        missing = expected_files() - set(zipfile.ZipFile(wheel).namelist())
        if missing:
            print(f"The wheel lacks {', '.join(sorted(missing))}.")
            return 1
        locked = [wheel, "--constraints", "requirements.lock"]
        programs = new_environment(Path(folder, "environment"), *locked)
        empty = Path(folder, "empty")
        empty.mkdir()
        return use(programs, empty)


def build(folder: Path) -> Path:
    """Build the wheel into a folder and return its path."""
    command = [*UV, "build", "--quiet", "--wheel", "--out-dir", folder]
    subprocess.run(command, check=True, cwd=ROOT)
    (wheel,) = folder.glob("*.whl")
    return wheel


def expected_files() -> set[str]:
    """Name what is not code but has to be in the wheel."""
    package = {
        path.relative_to(ROOT)
        for path in (ROOT / "icx_research").rglob("*.*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    study = {path.relative_to(ROOT) for path in CODEBOOK.parent.iterdir() if path.is_file()}
    notebooks = {path.relative_to(ROOT) for path in (ROOT / "notebooks").glob("*.ipynb")}
    bundled = {Path("icx_research", "bundled", path) for path in study | notebooks}
    return {path.as_posix() for path in package | bundled}


def use(programs: Path, folder: Path) -> int:
    """Run the commands in an empty folder, with no other program within reach."""
    kept = ("SYSTEMROOT", "TEMP", "TMPDIR")  # what a system may need to start at all
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {"PATH": str(programs), "HOME": str(folder.parent), "PYTHONUTF8": "1"}
    sides = [CODEBOOK.with_name(f"{side}_ratings.csv") for side in ("internal", "external")]
    for arguments, expected in (
        (["study"], 0),
        (["new", "mine", "--internal", sides[0], "--external", sides[1]], 0),
        (["check", "mine/study.yaml"], 1),  # usable: the draft asks which codes mean no answer
    ):
        print("\n+ icx", *arguments, flush=True)
        code = subprocess.call([programs / "icx", *arguments], cwd=folder, env=environment)
        if code != expected:
            print(f"icx {arguments[0]} ended with exit code {code} instead of {expected}.")
            return 1
    written = (folder / "figures" / "bundled" / "index.html").exists()
    print("\nThe wheel works." if written else "\nicx study wrote no page.")
    return 0 if written else 1


if __name__ == "__main__":
    sys.exit(main())
