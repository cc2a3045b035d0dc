"""Numbers that decide stand in one place, and each of them decides something."""

import ast
from pathlib import Path

from icx_research.core import cutoffs

PACKAGE = Path(cutoffs.__file__).parents[1]
NAMES = {name for name in vars(cutoffs) if name.isupper()}
OTHERS = [path for path in PACKAGE.rglob("*.py") if path != Path(cutoffs.__file__)]


def assigned(path: Path) -> set[str]:
    """Names that a module gives a value to."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def test_no_other_module_has_its_own():
    twice = {path.name: sorted(NAMES & assigned(path)) for path in OTHERS}
    assert {name: own for name, own in twice.items() if own} == {}


def test_each_is_used():
    used = {
        node.id if isinstance(node, ast.Name) else node.attr
        for path in OTHERS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name | ast.Attribute)
    }
    assert used >= NAMES
