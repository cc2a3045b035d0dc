"""Jupyter's libraries, without the grammar of web addresses, which costs a second for nothing.

jsonschema builds that grammar on import where `rfc3987_syntax` is installed and goes without
where it is not; no notebook holds addresses to check.
"""

import sys

_GRAMMAR = "rfc3987_syntax"
_absent = _GRAMMAR not in sys.modules
if _absent:
    sys.modules[_GRAMMAR] = None  # type: ignore[assignment]
try:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError
    from nbconvert import HTMLExporter
finally:
    if _absent:
        del sys.modules[_GRAMMAR]

__all__ = ["CellExecutionError", "DeadKernelError", "HTMLExporter", "NotebookClient", "nbformat"]
