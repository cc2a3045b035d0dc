"""The house: folders are layers, and imports point downwards only."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "icx_research"
# In the order data flows. A room may import from itself and from rooms above it.
LAYERS = ["core", "survey", "simulation", "measurement", "scales", "linkage", "claims", "present",
          "pipeline", "teaching", "cli", "__main__"]  # fmt: skip
STRANGERS = {("measurement", "survey")}  # questionnaires' statistics know no studies
STATISTICS = tuple(LAYERS[: LAYERS.index("present")])
DRAWING = ("matplotlib", "seaborn")
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES = 350


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.append(node.module)
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_point_down(path):
    here = room(path)
    for name in imports(path):
        if not name.startswith("icx_research.") or here == "__init__":
            continue
        there = name.split(".")[1]
        assert LAYERS.index(there) <= LAYERS.index(here), f"{here} imports {name}"
        assert (here, there) not in STRANGERS, f"{here} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_statistics_draw_nothing_and_files_stay_small(path):
    if room(path) in STATISTICS:
        assert not [name for name in imports(path) if name.split(".")[0] in DRAWING]
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_every_room_is_a_layer():
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert rooms <= set(LAYERS)


def test_import_binds_names_only():
    heavy = "['pandas', 'numpy', 'statsmodels', 'matplotlib', 'scipy', 'yaml']"
    code = f"import sys, icx_research; print([n for n in {heavy} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_linking_does_without_statsmodels():
    code = (
        "import sys, icx_research as icx; icx.link_study(icx.load_example('company')); "
        "print([n for n in ('statsmodels', 'matplotlib', 'sklearn') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
