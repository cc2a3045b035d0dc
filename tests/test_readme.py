"""The README says what there is, no more and no less."""

import re
from pathlib import Path

import pytest

import icx_research
from icx_research.survey.codebook.reading import read_codebook

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return README.split(f"## {title}\n")[1].split("\n## ")[0]


def test_table_lists_every_public_name_and_nothing_else():
    rows = [line.split("|")[1] for line in section("Public names").splitlines() if "|" in line]
    listed = [name for row in rows[2:] for name in re.findall(r"`([^`]+)`", row)]
    assert sorted(listed) == sorted(icx_research.__all__)


def test_every_public_name_exists_and_nothing_else_does():
    for name in icx_research.__all__:
        assert getattr(icx_research, name) is not None
    with pytest.raises(AttributeError, match="module 'icx_research' has no attribute 'nothing'"):
        _ = icx_research.nothing
    assert set(icx_research.__all__) <= set(dir(icx_research))


def test_smallest_study_of_the_readme_is_a_valid_codebook(tmp_path):
    block = re.search(r"```yaml\n(.*?)```", README, flags=re.DOTALL).group(1)
    path = tmp_path / "study.yaml"
    path.write_text(block, encoding="utf-8")
    codebook = read_codebook(path)
    assert codebook.question.internal == ("internal_satisfaction",)
    assert codebook.question.external == ("csat",)


def test_example_of_the_readme_runs():
    block = re.search(r"```python\n(.*?)```", README, flags=re.DOTALL).group(1)
    names = {}
    exec(compile(block, "README", "exec"), names)
    assert names["observed"].n_used == names["study"].table("units")["unit"].nunique()


def test_commands_of_the_readme_exist():
    from icx_research.cli import app

    known = {command.callback.__name__ for command in app.registered_commands}
    rows = [line for line in section("Two commands").splitlines() if line.startswith("| `icx")]
    assert {re.match(r"\| `icx (\w+)", row).group(1) for row in rows} == known


@pytest.mark.parametrize("name", re.findall(r"\]\(([\w/.-]+)\)", README))
def test_linked_files_exist(name):
    assert (ROOT / name).exists()


def test_notebook_table_matches_the_folder():
    listed = set(re.findall(r"`notebooks/([\w.]+)`", README))
    assert listed == {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
