"""JupyterLab on a copy of the notebooks: on this computer only, and with a token."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import nbformat

from icx_research.core.errors import StudyError
from icx_research.core.stopping import finished_first
from icx_research.pipeline.notebooks import notebook_paths, tutorial_paths

HERE = "127.0.0.1"
PORT = 8888  # the usual one, or the next that is free
PATIENCE = 0.2  # seconds between looks whether the server answers
TOKEN = "ICX_LAB_TOKEN"
# The token goes by the environment, as every user may read the arguments of a process, and not
# on to kernels.
SERVER = f"""
import os, sys
from jupyterlab.labapp import main
sys.exit(main([*sys.argv[1:], "--IdentityProvider.token=" + os.environ.pop("{TOKEN}")]))
"""
SETTINGS = Path(__file__).parent / "lab_settings"  # no questions about news


def open_lab(folder: Path, *, terminals: bool = False) -> None:
    """Copy the notebooks to a folder, where they are not there yet, and open JupyterLab on it.

    Beside a tutorial lies a copy for students, without solutions and outputs. Whatever a user's
    own settings say, the server has a token and listens on this computer only. It runs in the
    copy and takes no module from there; kernels may.

    Parameters
    ----------
    folder : Path
    terminals : bool, default False
        Whether the server offers a terminal too.

    Raises
    ------
    StudyError
        If the folder cannot be written to, or JupyterLab ends with an error.
    """
    try:
        with finished_first(f"your notebooks are in {folder}"):
            _copy_notebooks(folder)
    except OSError as error:
        raise StudyError(f"{folder} cannot be written to: {error.strerror}.") from None
    token, port = secrets.token_hex(24), _free_port()
    environment = {
        **os.environ,
        TOKEN: token,
        "JUPYTER_CONFIG_PATH": str(SETTINGS),
    }
    with TemporaryFile() as log:
        server = subprocess.Popen(
            [sys.executable, "-P", "-c", SERVER, *_options(port, terminals=terminals)],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
        try:
            while server.poll() is None and not _answers(port):
                time.sleep(PATIENCE)
            if server.poll() is None:
                print(f"JupyterLab is open at http://{HERE}:{port}/lab?token={token}")
                print("Ctrl-C ends it; your notebooks stay.", flush=True)
            if code := server.wait():
                log.seek(0)
                words = log.read().decode(errors="replace").split("\n")
                raise StudyError(f"JupyterLab ended ({code}): {' '.join(words[-3:]).strip()}")
        finally:
            server.terminate()
            server.wait()


def without_solutions(notebook: Any) -> Any:
    """Copy a tutorial for students: without the cells tagged `solution`, and never run."""
    student = deepcopy(notebook)
    student.cells = [c for c in student.cells if "solution" not in c.metadata.get("tags", [])]
    for cell in student.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return student


def _copy_notebooks(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path in [*tutorial_paths(), *notebook_paths()]:
        if not (folder / path.name).exists():
            shutil.copyfile(path, folder / path.name)
    for path in tutorial_paths():
        student = folder / f"{path.stem}_student.ipynb"
        if not student.exists():
            nbformat.write(without_solutions(nbformat.read(path, as_version=4)), student)


def _options(port: int, *, terminals: bool) -> list[str]:
    """Say what must hold whatever stands in the settings of the user."""
    options = {
        "ServerApp.ip": HERE,
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.allow_origin": "",
        "ServerApp.allow_origin_pat": "",
        "ServerApp.allow_remote_access": False,
        "ServerApp.disable_check_xsrf": False,
        "ServerApp.terminals_enabled": terminals,
        "ServerApp.allow_root": True,  # containers know no other user
        "ServerApp.answer_yes": True,  # Ctrl-C ends it at once
        "ServerApp.log_level": "CRITICAL",
        "LabApp.log_level": "CRITICAL",
        "PasswordIdentityProvider.hashed_password": "",
    }
    return [f"--{name}={value}" for name, value in options.items()]


def _free_port() -> int:
    for port in (*range(PORT, PORT + 50), 0):
        with socket.socket() as probe:
            try:
                probe.bind((HERE, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StudyError("No port of this computer is free for JupyterLab.")


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HERE, port)) == 0
