"""One word per idea: what the names and docstrings of the package may not be called."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "icx_research"
# They say where a value came from, not what it is.
EMPTY_WORDS = re.compile(r"(?<![a-z])(found|told|walk)(?![a-z])", re.IGNORECASE)

each_module = pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix()
)


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def parameters(path: Path) -> Iterator[str]:
    """Names of all arguments, of lambdas as well."""
    yield from (node.arg for node in nodes(path) if isinstance(node, ast.arg))


def attributes(path: Path) -> Iterator[str]:
    """Fields of classes, and what is set on objects."""
    for node in nodes(path):
        if isinstance(node, ast.ClassDef):
            own = [part.target for part in node.body if isinstance(part, ast.AnnAssign)]
            yield from (target.id for target in own if isinstance(target, ast.Name))
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def definitions(path: Path) -> Iterator[str]:
    """Names of functions and classes."""
    kinds = ast.FunctionDef | ast.ClassDef
    yield from (node.name for node in nodes(path) if isinstance(node, kinds))


def docstrings(path: Path) -> Iterator[str]:
    kinds = ast.Module | ast.FunctionDef | ast.ClassDef
    yield from (ast.get_docstring(node) or "" for node in nodes(path) if isinstance(node, kinds))


def columns(path: Path) -> Iterator[str]:
    """Texts of one word: names of columns, keys and terms."""
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from [node.value] if node.value.isidentifier() else []


@each_module
@pytest.mark.parametrize("kind", [parameters, attributes, definitions, docstrings, columns])
def test_nothing_is_called_by_an_empty_word(path, kind):
    assert [text for text in kind(path) if EMPTY_WORDS.search(text)] == []
