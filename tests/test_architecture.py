"""The house: folders are layers and rooms, imports point up the list, nothing goes in circles."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "icx_research"
# In the order data flows. A file imports from its own folder or from one further up.
LAYERS = ["core", "survey", "simulation", "measurement", "scales", "linkage", "claims", "present",
          "pipeline", "teaching", "cli", "__main__"]  # fmt: skip
SURVEY = ["codebook", "files", "study", "scores", "units", "link", "disclosure", "instruments",
          "answers", "doubts", "drafting"]  # fmt: skip
STRANGERS = {("measurement", "survey")}  # questionnaires' statistics know no studies
STATISTICS = tuple(LAYERS[: LAYERS.index("present")])
DRAWING = ("matplotlib", "seaborn")
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_LINES = 350
MAX_FILES = 20  # side by side in one folder
WHOLE_FAMILIES = {"measurement/sem"}  # one estimator in many steps

each_module = pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix()
)


def parts(path: Path) -> tuple[str, ...]:
    """Layer, room and file of a module."""
    return path.relative_to(PACKAGE).with_suffix("").parts


@cache
def imports(path: Path) -> list[tuple[str, str]]:
    """List what a file imports: module, and name from it."""
    pairs = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            pairs += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            pairs += [(node.module or "", alias.name) for alias in node.names]
    return pairs


@cache
def modules() -> dict[str, Path]:
    return {".".join(("icx_research", *parts(path))): path for path in MODULES}


def targets(path: Path) -> Iterator[tuple[str, ...]]:
    """Name the files of the package that a file imports, as layer, room and file."""
    for module, name in imports(path):
        whole = f"{module}.{name}"
        target = whole if whole in modules() else module
        if target in modules():
            yield tuple(target.split(".")[1:])


def assert_no_circle(graph: dict[str, set[str]]) -> None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        pytest.fail(f"imports go in a circle: {' -> '.join(circle.args[1])}")


@each_module
def test_imports_point_up_the_list(path):
    here = parts(path)
    if here == ("__init__",):
        return
    for there in targets(path):
        assert LAYERS.index(there[0]) <= LAYERS.index(here[0]), f"{here} imports {there}"
        assert (here[0], there[0]) not in STRANGERS, f"{here} imports {there}"
        if here[0] == there[0] == "survey":
            assert SURVEY.index(there[1]) <= SURVEY.index(here[1]), f"{here} imports {there}"


@each_module
def test_private_names_stay_in_their_file(path):
    private = [name for module, name in imports(path)
               if module.startswith("icx_research") and name.startswith("_")]  # fmt: skip
    assert not private


@each_module
def test_statistics_draw_nothing_and_files_stay_small(path):
    if parts(path)[0] in STATISTICS:
        assert not [name for name, _ in imports(path) if name.split(".")[0] in DRAWING]
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_no_file_imports_itself_through_others():
    assert_no_circle(
        {"/".join(parts(path)): {"/".join(target) for target in targets(path)}
         for path in MODULES if parts(path) != ("__init__",)}
    )  # fmt: skip


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if (PACKAGE / layer).is_dir()])
def test_rooms_of_a_layer_do_not_go_in_circles(layer):
    rooms: dict[str, set[str]] = {}
    for path in (PACKAGE / layer).rglob("*.py"):
        here = parts(path)
        if len(here) > 2:
            rooms.setdefault(here[1], set()).update(
                there[1] for there in targets(path)
                if there[0] == layer and len(there) > 2 and there[1] != here[1]
            )  # fmt: skip
    assert_no_circle(rooms)


def test_a_circle_is_found():
    with pytest.raises(pytest.fail.Exception, match="in a circle: "):
        assert_no_circle({"a": {"b"}, "b": {"a"}})


def test_every_folder_is_a_room_that_says_what_lives_there():
    folders = {path.parent for path in MODULES} - {PACKAGE}
    assert {folder.relative_to(PACKAGE).parts[0] for folder in folders} <= set(LAYERS)
    assert {folder.name for folder in folders if folder.parent.name == "survey"} == set(SURVEY)
    for folder in folders:
        tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
        assert (ast.get_docstring(tree) or "").endswith("."), folder


def test_no_folder_is_crowded():
    for folder in {path.parent for path in MODULES}:
        files = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        name = folder.relative_to(PACKAGE).as_posix()
        assert len(files) <= MAX_FILES or name in WHOLE_FAMILIES, name


def test_import_binds_names_only():
    heavy = "['pandas', 'numpy', 'statsmodels', 'matplotlib', 'scipy', 'yaml']"
    code = f"import sys, icx_research; print([n for n in {heavy} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("code", "slow"),
    [
        ("import icx_research as icx; icx.link_study(icx.load_example('company'))",
         ["statsmodels", "matplotlib", "sklearn", "scipy.stats", "scipy.optimize", "openpyxl"]),
        ("import icx_research.pipeline.analysis", ["scipy.stats", "scipy.sparse"]),
        ("import icx_research.pipeline.study_run", ["scipy.stats", "rfc3987_syntax", "seaborn"]),
    ],
)  # fmt: skip
def test_what_is_slow_to_import_waits_until_it_is_needed(code, slow):
    code = f"import sys; {code}; print([n for n in {slow} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
