"""The files that describe the environment agree with each other.

pyproject.toml is the source: environment.yml repeats it for conda, requirements.lock fixes it.
"""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import icx_research

ROOT = Path(__file__).parents[1]
LOCK_TEXT = (ROOT / "requirements.lock").read_text(encoding="utf-8")
BOUNDS_FROM_ABOVE = {"<", "<=", "==", "~="}


def requirements(lines):
    """Map the normalised name of each requirement to it."""
    parsed = map(Requirement, lines)
    return {canonicalize_name(requirement.name): requirement for requirement in parsed}


@pytest.fixture(scope="module")
def pyproject():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def direct(pyproject):
    return requirements(
        pyproject["project"]["dependencies"] + pyproject["dependency-groups"]["dev"]
    )


@pytest.fixture(scope="module")
def extras(pyproject):
    groups = pyproject["project"]["optional-dependencies"].values()
    return requirements(line for group in groups for line in group)


@pytest.fixture(scope="module")
def conda():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def locked():
    """Map each name to its (version, hashes): several where they differ between Pythons."""
    entries = {}
    for entry in LOCK_TEXT.replace("\\\n", " ").splitlines():
        pin, *hashes = entry.split(" --hash=")
        requirement = Requirement(pin)
        (specifier,) = requirement.specifier
        assert specifier.operator == "=="
        name = canonicalize_name(requirement.name)
        entries.setdefault(name, []).append((specifier.version, [h.strip() for h in hashes]))
    return entries


def test_conda_supplies_only_python_and_pip(conda, pyproject):
    assert conda["name"] == pyproject["project"]["name"]
    python, pip, pip_section = conda["dependencies"]
    assert python.startswith("python" + pyproject["project"]["requires-python"])
    assert pip == "pip"
    assert list(pip_section) == ["pip"]


def test_environment_yml_lists_the_project_and_exactly_its_requirements(conda, direct):
    project, *lines = conda["dependencies"][-1]["pip"]
    assert project == "-e ."
    listed = requirements(lines)
    assert len(listed) == len(lines)
    assert listed == direct


def test_every_requirement_is_bounded_above(direct, extras, pyproject):
    build = requirements(pyproject["build-system"]["requires"])
    for requirement in [*direct.values(), *extras.values(), *build.values()]:
        operators = {specifier.operator for specifier in requirement.specifier}
        assert operators & BOUNDS_FROM_ABOVE, f"{requirement} has no upper bound"


def test_lock_holds_every_direct_requirement_within_its_bounds(direct, locked):
    for name, requirement in direct.items():
        assert name in locked, f"{name} is not locked"
        for version, _ in locked[name]:
            assert version in requirement.specifier, f"{name} {version} is not {requirement}"


def test_lock_has_a_hash_for_every_package(locked):
    for name, versions in locked.items():
        for _, hashes in versions:
            assert hashes, f"{name} has no hash"
            assert all(re.fullmatch("sha256:[0-9a-f]{64}", text) for text in hashes)


@pytest.mark.parametrize("name", ["requirements.lock", "setup.lock", "build.lock"])
def test_locks_hold_no_address_and_no_path_and_a_hash_for_each_package(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "/" not in text
    assert " @ " not in text
    assert not re.search("^(-|#)", text, flags=re.MULTILINE)
    entries = text.replace("\\\n", " ").splitlines()
    assert entries
    assert all(re.search("--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)


def test_what_builds_the_project_is_locked():
    text = (ROOT / "build.lock").read_text(encoding="utf-8")
    with (ROOT / "pyproject.toml").open("rb") as file:
        (builder,) = tomllib.load(file)["build-system"]["requires"]
    requirement = Requirement(builder)
    version = re.search(rf"^{requirement.name}==(\S+)", text, flags=re.MULTILINE).group(1)
    assert version in requirement.specifier
    assert "\nsetuptools==" in text  # factor-analyzer comes as sources


def test_optional_engines_are_neither_locked_nor_required(direct, extras, locked):
    assert extras
    assert not extras.keys() & locked.keys()
    assert not extras.keys() & direct.keys()


def test_one_version_everywhere(pyproject):
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    version = pyproject["project"]["version"]
    assert (citation["version"], icx_research.__version__) == (version, version)
    assert citation["license"] == pyproject["project"]["license"]
