"""Count lines of code and of docstrings, layer by layer: python tools/count_lines.py [PACKAGE].

A line of code is neither blank nor comment nor docstring; blank lines of docstrings do not count.
"""

import ast
import sys
import tokenize
from collections import Counter
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "icx_research"
LAYERS = (
    "core survey simulation measurement scales linkage claims present pipeline teaching"
).split()
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
SILENT = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}


def docstring_lines(source: str) -> set[int]:
    """Give the numbers of the lines on which docstrings stand."""
    lines = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node) is not None:
            text = node.body[0]
            lines.update(range(text.lineno, text.end_lineno + 1))
    return lines


def count(path: Path) -> Counter[str]:
    """Count the lines of one file."""
    with tokenize.open(path) as file:
        source = file.read()
    code = set()
    for token in tokenize.generate_tokens(iter(source.splitlines(keepends=True)).__next__):
        if token.type not in SILENT:
            code.update(range(token.start[0], token.end[0] + 1))
    blank = {i for i, line in enumerate(source.splitlines(), 1) if not line.strip()}
    docstrings = docstring_lines(source)
    return Counter(files=1, code=len(code - docstrings - blank), docstring=len(docstrings - blank))


def main() -> None:
    """Print one row per layer, and their total."""
    package = Path(sys.argv[1]) if len(sys.argv) > 1 else PACKAGE
    layers = {name: Counter() for name in (*LAYERS, "other")}
    for path in sorted(package.rglob("*.py")):
        first = path.relative_to(package).parts[0]
        layers[first if first in layers else "other"] += count(path)
    layers["total"] = sum(layers.values(), Counter())
    print(f"{'layer':<12}{'files':>7}{'code':>8}{'docstring':>11}")
    for layer, lines in layers.items():
        print(f"{layer:<12}{lines['files']:>7}{lines['code']:>8}{lines['docstring']:>11}")


if __name__ == "__main__":
    main()
