"""Run the tests with the oldest packages that pyproject.toml allows.

Every direct dependency is installed at its lower bound. The tests are those of the rooms where
other packages do most of the work: readers, tables, engines, factor analysis, figures, pages.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from _environments import ROOT, new_environment

TESTS = [
    "tests/core",
    "tests/survey/files",
    "tests/survey/units",
    "tests/measurement/exploratory",
    "tests/linkage",
    "tests/present",
]


def main() -> int:
    """Make the environment, run the tests in it and return their exit code."""
    with tempfile.TemporaryDirectory() as folder:
        oldest = ["--resolution", "lowest-direct", "--group", "dev", "--editable", "."]
        programs = new_environment(Path(folder, "oldest"), *oldest)
        pytest = [programs / "python", "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider"]
        return subprocess.call([*pytest, *TESTS], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
