"""Environments that are made for one check and thrown away."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = [sys.executable, "-m", "uv"]


def new_environment(folder: Path, *install: str | Path) -> Path:
    """Make an environment, install into it, and return the folder of its programs."""
    subprocess.run([*UV, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [*UV, "pip", "install", "--quiet", "--python", programs / "python"]
    subprocess.run([*pip, *install], check=True, cwd=ROOT)
    return programs
