"""Internal and external customer satisfaction: link them, test them, show them.

The public names stand in `__init__.pyi`, where editors read them. They are bound when they are
first used, so that importing the package costs next to nothing.
"""

import re
from importlib import import_module
from inspect import isfunction
from pathlib import Path
from typing import Any

from icx_research.core.calls import guided

__version__ = "0.1.0"

_STUB = Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8")
_HOME = {name: home for home, name in re.findall(r"from (\S+) import \(?\s*(\w+) as \2\b", _STUB)}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'icx_research' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = guided(value) if isfunction(value) else value
    return globals()[name]


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
