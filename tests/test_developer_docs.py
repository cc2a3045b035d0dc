"""What CONTRIBUTING.md and docs/developer/ name is there."""

import re
from pathlib import Path

import pytest

from tests.test_architecture import LAYERS, PACKAGE

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "tests" / "reference"
FOLDER = ROOT / "docs" / "developer"
DOCS = [ROOT / "CONTRIBUTING.md", *sorted(FOLDER.glob("*.md"))]
PATH = re.compile(r"[\w.-]+(/[\w.-]*)+")
NAME = re.compile(r"[a-z]+(_[a-z]+)+|([A-Z][a-z]+){2,}")  # of a function, of a class

each_page = pytest.mark.parametrize("page", DOCS, ids=lambda page: page.stem)


def read(path):
    return path.read_text(encoding="utf-8")


def named(page):
    """List what stands between backticks."""
    return set(re.findall(r"`([^`<>\n]+)`", read(page)))


@each_page
def test_files_and_folders_exist(page):
    assert not [name for name in named(page) if PATH.fullmatch(name) and not (ROOT / name).exists()]
    linked = re.findall(r"\]\(([\w/.-]+)\)", read(page))
    assert not [name for name in linked if not (page.parent / name).exists()]


@each_page
def test_functions_and_classes_exist(page):
    code = "\n".join(
        read(path)
        for folder in ("icx_research", "validation", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if path != Path(__file__)
    )
    names = [name for name in named(page) if NAME.fullmatch(name)]
    assert not [name for name in names if not re.search(rf"\b{name}\b", code)]


def test_there_is_a_recipe_for_each_kind_of_new_code():
    kinds = ["statistic", "linkage method", "claim", "figure", "table", "reader"]
    recipes = read(FOLDER / "recipes.md")
    assert re.findall("^## A (.+)$", recipes, flags=re.MULTILINE) == kinds


def test_every_layer_is_described_in_its_order():
    rows = re.findall(r"^\| `icx_research/(\w+)/` \|", read(DOCS[0]), flags=re.MULTILINE)
    assert rows == [layer for layer in LAYERS if (PACKAGE / layer).is_dir()]


def test_every_script_of_references_is_listed():
    scripts = [path.relative_to(ROOT) for path in REFERENCE.rglob("*.R")]
    assert {path.as_posix() for path in scripts} <= named(FOLDER / "references.md")


def test_versions_of_references_are_those_that_scripts_load_and_values_state():
    rows = re.findall(
        r"^\| (\w+) \| `r-cran-\w+` \| ([\d.]+) \|", read(FOLDER / "references.md"), re.MULTILINE
    )
    loaded = [re.findall(r"library\((\w+)\)", read(path)) for path in REFERENCE.rglob("*.R")]
    assert {name for name, _ in rows} == {name for names in loaded for name in names}
    heads = [line for path in REFERENCE.rglob("*.csv") for line in read(path).splitlines()[:3]]
    stated = set(re.findall(r"(\w+) (\d[\d.]+)", "\n".join(h for h in heads if h.startswith("#"))))
    known = dict(rows)
    assert {pair for pair in stated if pair[0] in known} == set(rows)
