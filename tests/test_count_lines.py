"""tools/count_lines.py: what is code, what is docstring, and what is neither."""

import importlib.util
from pathlib import Path

TOOL = Path(__file__).parents[1] / "tools" / "count_lines.py"
SOURCE = '''"""A docstring

of two lines."""

# a comment
TEXT = """no docstring

of two lines"""


def double(x):  # code with a comment
    """One line."""
    return (
        2
        # a comment inside
        * x
    )
'''


def test_code_and_docstrings_are_counted_without_blank_lines_and_comments(tmp_path):
    spec = importlib.util.spec_from_file_location("count_lines", TOOL)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    (tmp_path / "a.py").write_text(SOURCE, encoding="utf-8")
    assert tool.count(tmp_path / "a.py") == {"files": 1, "code": 7, "docstring": 3}
