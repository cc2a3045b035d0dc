"""Small studies to test with: two surveys of four branches, short enough to read."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pandas as pd

from icx_research import Study, read_study, study_from_frames

CODEBOOK = """\
study: Four branches
internal:
  file: staff.csv
  keys: {respondent: person, client_unit: branch}
  scales:
    service: {items: [q1, q2, q3], range: [1, 7], reverse_keyed: [q3]}
external:
  file: customers.csv
  keys: {respondent: customer, serving_unit: branch}
  scales:
    csat: {items: [c1], range: [1, 7]}
"""
STAFF = """\
person,branch,q1,q2,q3
s1,A,6,7,2
s2,A,5,6,2
s3,B,4,4,4
s4,B,3,5,4
s5,C,2,3,6
s6,C,3,2,5
s7,D,5,5,3
s8,D,6,5,2
"""
CUSTOMERS = """\
customer,branch,c1
k1,A,6
k2,A,7
k3,B,4
k4,B,5
k5,C,3
k6,C,2
k7,D,5
k8,D,6
"""
KEYS: dict[str, Any] = {
    "study": "Frames",
    "internal": {
        "keys": {"respondent": "person", "client_unit": "branch"},
        "scales": {"service": {"items": ["q1"], "range": [1, 7]}},
    },
    "external": {
        "keys": {"respondent": "customer", "serving_unit": "branch"},
        "scales": {"csat": {"items": ["c1"], "range": [1, 7]}},
    },
}


def write_study(
    folder: Path,
    *,
    codebook: str = CODEBOOK,
    staff: str | bytes = STAFF,
    customers: str | bytes = CUSTOMERS,
    **files: str,
) -> Path:
    """Write codebook and files to a folder; the path of the codebook comes back."""
    contents = {"staff.csv": staff, "customers.csv": customers}
    contents |= {f"{name}.csv": text for name, text in files.items()}
    for name, content in contents.items():
        data = content if isinstance(content, bytes) else content.encode("utf-8")
        (folder / name).write_bytes(data)
    path = folder / "study.yaml"
    path.write_text(codebook, encoding="utf-8")
    return path


def read_small(folder: Path, **contents: Any) -> Study:
    """Write a small study and read it."""
    return read_study(write_study(folder, **contents))


def changed(keys: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """Copy a codebook with other values; `internal__keys__wave="w"` names nested ones."""
    copy = deepcopy(dict(keys))
    for path, value in changes.items():
        *parents, last = path.split("__")
        section = copy
        for name in parents:
            section = section.setdefault(name, {})
        section[last] = deepcopy(value)
    return copy


def ratings(unit_means: Mapping[str, list[float]], *, unit: str, item: str, person: str) -> Any:
    """Make one row per answer: a frame of persons, their unit and their answer."""
    rows = [(name, answer) for name, answers in unit_means.items() for answer in answers]
    return pd.DataFrame(
        {
            person: [f"{person}{i}" for i in range(len(rows))],
            unit: [name for name, _ in rows],
            item: [answer for _, answer in rows],
        }
    )


def frames_study(
    staff: Mapping[str, list[float]],
    customers: Mapping[str, list[float]],
    *,
    keys: Mapping[str, Any] = KEYS,
    **tables: Any,
) -> Study:
    """Make a study of answers per unit on either side."""
    return study_from_frames(
        dict(keys),
        internal=ratings(staff, unit="branch", item="q1", person="person"),
        external=ratings(customers, unit="branch", item="c1", person="customer"),
        **tables,
    )
