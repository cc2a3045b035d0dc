"""Where results come from: versions, and a fingerprint of every file read and written."""

import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import icx_research

if TYPE_CHECKING:  # every command looks for results, and most need no study for it
    from icx_research.survey.study.study import Study

PACKAGES = ("numpy", "pandas", "scipy", "matplotlib", "narwhals")
NAME = "manifest.json"


def write_manifest(study: "Study", folder: Path, steps: dict[str, Any]) -> Path:
    """Write `manifest.json` for everything below a folder.

    Parameters
    ----------
    study : Study
    folder : Path
        Holds the results already.
    steps : dict
        Rows in and out of each step.

    Returns
    -------
    Path
    """
    outputs = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != NAME
    }
    content = {
        "study": study.codebook.study,
        "icx_research": icx_research.__version__,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "codebook_sha256": study.codebook.digest,
        "data_sha256": dict(study.digests),
        "rows": {
            line.table: {
                "read": line.rows_read,
                "quarantined": line.rows_quarantined,
                "used": line.rows_used,
            }
            for line in study.shown.itertuples()
        },
        "steps": steps,
        "outputs_sha256": outputs,
    }
    path = folder / NAME
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def outputs_of(folder: Path) -> list[str]:
    """List the files an earlier run wrote into a folder, as its manifest says."""
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return [str(name) for name in content["outputs_sha256"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []
