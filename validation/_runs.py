"""Simulations that go on where they stopped, and their reports.

What each seed gave is kept in `state/` (no part of the project) as soon as it is there. It counts
only as long as package, script and settings stay as they are. Reports are part of the project.
"""

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

FOLDER = Path(__file__).resolve().parent
PACKAGE = FOLDER.parent / "icx_research"


def simulate(name: str, one: Callable[..., dict], n: int, /, **settings: Any) -> list[dict]:
    """Return what `one(seed, **settings)` gives for the seeds from 0 to n - 1."""
    path = FOLDER / "state" / f"{name}.jsonl"
    key = fingerprint(name, settings)
    results = finished(path, key)
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for line in [key, *results]:
            print(json.dumps(line), file=file)
        for seed in range(len(results), n):
            if sys.stderr.isatty():
                print(f"\r{name}: {seed} of {n}", end="", file=sys.stderr, flush=True)
            results.append(one(seed, **settings))
            print(json.dumps(results[-1], default=float), file=file, flush=True)
    return results[:n]


def fingerprint(name: str, settings: dict) -> str:
    """Hash all that decides what a seed gives."""
    text = repr(sorted(settings.items())).encode()
    for path in [FOLDER / f"{name}.py", *sorted(PACKAGE.rglob("*.py"))]:
        text += path.read_bytes()
    return hashlib.sha256(text).hexdigest()


def finished(path: Path, key: str) -> list[dict]:
    """Read what an earlier run left; the last line may have been cut off."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    first, *results = [json.loads(line) for line in lines if line.endswith("\n")] or [""]
    return results if first == key else []


def report(name: str, sentence: str, table: pd.DataFrame) -> int:
    """Print a table and store it; return the exit code, 1 if a line is not in order."""
    text = f"{sentence}\n\n{table.round(4).to_string(index=False)}\n"
    (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")
    print(text)
    return 0 if table["ok"].all() else 1
