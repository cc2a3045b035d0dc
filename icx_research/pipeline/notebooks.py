"""Notebooks run as copies, with a study of the user's own in their parameters."""

import asyncio
import atexit
import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbconvert import HTMLExporter

from icx_research.core.errors import StudyError
from icx_research.survey.study.datasets import bundled

CELL_SECONDS = 600
PATIENCE = 0.2  # seconds between looks at a running notebook
KILL_SECONDS = 10
# Long lines break between words, and texts in tables start at the left.
READABLE = """
div.output_area pre { white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere; }
.text_cell_render.rendered_html table { margin-left: 0; }
.text_cell_render.rendered_html th, .text_cell_render.rendered_html td { text-align: left; }
"""


def notebook_paths() -> list[Path]:
    """List the bundled notebooks that run on any study, in the order of their numbers."""
    tutorials = tutorial_paths()
    every = sorted(bundled("notebooks").glob("[0-9][0-9]_*.ipynb"))
    return [path for path in every if path not in tutorials]


def tutorial_paths() -> list[Path]:
    """List the tutorials: numbered 00, on the bundled company only."""
    return sorted(bundled("notebooks").glob("00_*.ipynb"))


def open_lab(folder: Path) -> int:
    """Copy the notebooks to a folder, where they are not there yet, and open JupyterLab on it.

    Beside a tutorial lies a copy for students, without solutions and outputs. The server
    keeps its token and listens on this computer only.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    int
        Exit code of JupyterLab.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in [*tutorial_paths(), *notebook_paths()]:
            if not (folder / path.name).exists():
                shutil.copyfile(path, folder / path.name)
        for path in tutorial_paths():
            student = folder / f"{path.stem}_student.ipynb"
            if not student.exists():
                nbformat.write(without_solutions(nbformat.read(path, as_version=4)), student)
    except OSError as error:
        raise StudyError(f"{folder} cannot be written to: {error.strerror}.") from None
    return subprocess.call([sys.executable, "-m", "jupyterlab", str(folder)])


def without_solutions(notebook: Any) -> Any:
    """Copy a tutorial for students: without the cells tagged `solution`, and never run."""
    student = deepcopy(notebook)
    student.cells = [c for c in student.cells if "solution" not in c.metadata.get("tags", [])]
    for cell in student.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return student


def run_notebook(
    path: Path,
    target: Path,
    *,
    parameters: Mapping[str, str | None],
    environment: Mapping[str, str] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> None:
    """Run a copy of a notebook with other parameters and write it, also as a page.

    Parameters
    ----------
    path, target : Path
        Notebook to copy, and where the executed copy goes.
    parameters : mapping
        Values for the names in the cell tagged `parameters`.
    environment : mapping of str to str, optional
        Further environment variables of the notebook's kernel.
    progress : callable, optional
        Called with the notebook's name, cells done and cells in all.

    Raises
    ------
    StudyError
        If a cell fails; the message holds the last line of the error.
    """
    notebook = nbformat.read(path, as_version=4)
    _inject(notebook, path.name, parameters)
    total = sum(cell.cell_type == "code" for cell in notebook.cells)
    done = 0

    def count(**_: Any) -> None:
        nonlocal done
        done += 1
        if progress:
            progress(path.stem, done, total)

    client = NotebookClient(
        notebook,
        km=_this_python(),
        timeout=CELL_SECONDS,
        record_timing=False,  # else no run would end with the bytes of the one before
        resources={"metadata": {"path": str(target.parent)}},
        on_cell_executed=lambda **event: count() if event["cell"].cell_type == "code" else None,
    )
    try:
        _execute(client, {**os.environ, **(environment or {})})
    except CellExecutionError as error:
        reason = f"{error.ename}: {error.evalue}".rstrip(".")
        raise StudyError(f"{path.name} stopped: {reason}.") from None
    except (DeadKernelError, TimeoutError, RuntimeError):
        raise StudyError(
            f"{path.name} stopped: its kernel died or took too long; is memory short?"
        ) from None
    nbformat.write(notebook, target)
    content = page_of(notebook, path.stem)
    target.with_suffix(".html").write_text(content, encoding="utf-8", newline="\n")


def page_of(notebook: Any, title: str) -> str:
    """Turn an executed notebook into a page; names and wordings of a study stay text in it."""
    shown = deepcopy(notebook)
    for output in (o for cell in shown.cells for o in cell.get("outputs", [])):
        words = output.get("data", {}).get("text/markdown")
        if words is not None:
            output["data"]["text/markdown"] = words.replace("<", "&lt;")
    exporter = HTMLExporter(template_name="classic", mathjax_url="", require_js_url="")
    content, _ = exporter.from_notebook_node(shown, {"metadata": {"name": title}})
    return str(content).replace("</head>", f"<style>{READABLE}</style>\n</head>", 1)


def _execute(client: NotebookClient, environment: Mapping[str, str]) -> None:
    """Run in another thread: there the client leaves Ctrl-C alone, and it reaches us."""
    failures: list[BaseException] = []

    def work() -> None:
        try:
            # The selector loop is the one that works with the kernel's sockets everywhere.
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(client.async_execute(cleanup_kc=True, env=environment))
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(PATIENCE)
    except BaseException:  # stopped
        logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # the kernel is meant to die
        atexit.unregister(client._cleanup_kernel)  # else it would try to stop a dead kernel
        kernel = getattr(getattr(client.km, "provisioner", None), "process", None)
        if kernel is not None:
            kernel.kill()
        thread.join(KILL_SECONDS)
        raise
    if failures:
        raise failures[0]


def _inject(notebook: Any, name: str, parameters: Mapping[str, str | None]) -> None:
    """Put a cell with other values behind the cell tagged `parameters`."""
    for i, cell in enumerate(notebook.cells):
        if "parameters" in cell.metadata.get("tags", []):
            source = "\n".join(f"{key} = {value!r}" for key, value in parameters.items())
            new = nbformat.v4.new_code_cell(source, metadata={"tags": ["injected-parameters"]})
            new["id"] = "injected-parameters"
            notebook.cells.insert(i + 1, new)
            return
    raise StudyError(f"{name} has no cell tagged 'parameters'.")


def _this_python() -> AsyncKernelManager:
    """Start kernels with the running Python, whatever kernels are registered elsewhere."""
    manager = AsyncKernelManager(kernel_name="python3")
    launch = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    launch.append("--log-level=ERROR")  # a warning about loopback ports would alarm for nothing
    manager._kernel_spec = KernelSpec(argv=launch, display_name="Python 3", language="python")
    return manager
