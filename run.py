#!/usr/bin/env python3
"""Set up icx_research on this computer and run it; needs nothing but Python.

The first call makes the environment `.venv` beside this file; later calls find it ready.
The file keeps to the grammar of Python 3.6, so that an old Python can say what is needed.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

PYTHONS = [(3, 14), (3, 13), (3, 12), (3, 11)]  # those the locked packages are built for

ROOT = Path(__file__).resolve().parent
LOCK = ROOT / "requirements.lock"
SETUP_LOCK = ROOT / "setup.lock"  # uv, which installs the others
BUILD_LOCK = ROOT / "build.lock"  # what builds the project, and packages that come as sources
VENV = ROOT / ".venv"
STAMP = VENV / "icx_stamp.txt"  # written last: without it the environment is half-made
LOG = VENV / "icx_setup.log"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
SUFFIX = ".exe" if os.name == "nt" else ""
PYTHON = BIN / f"python{SUFFIX}"
ICX = BIN / f"icx{SUFFIX}"

MOST_PROCESSES = "4"  # each takes some hundred megabytes
SLOW_CHECKS = ["tools/oldest_dependencies.py", "tools/built_wheel.py"]
SCRIPT_FOLDERS = {"validate": "validation", "bench": "benchmarks"}
HELP = """\
python run.py study [STUDY.yaml]   run the whole analysis; without a file, of the bundled study
python run.py check STUDY.yaml     say whether the files of a study are usable
python run.py new DIR              draft a STUDY.yaml from two files, or write templates
python run.py lab [DIR]            open a copy of the notebooks in JupyterLab
python run.py codebook             explain every key a STUDY.yaml may hold
python run.py gallery DIR          draw every figure at every journal's size
python run.py simulate DIR         write a simulated company with known truth
python run.py test [OPTION ...]    check the code; with options, run pytest alone with them
python run.py test --all           check also on real data, the oldest packages and the wheel
python run.py validate [NAME ...]  hold estimates against simulated truth; goes on where it stopped
python run.py bench [NAME ...]     measure speed and memory

The first call sets everything up in .venv, which takes about half a minute. Should .venv ever
break, delete it: the next call makes it anew. `python run.py COMMAND --help` tells more about
study, check, new, lab, codebook, gallery and simulate."""


class CannotRun(Exception):
    """What was asked cannot be done; the message says why and what to do."""


def main(arguments):
    """Do what the command line asks and return the exit code."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(HELP)
        return 0
    command, *rest = arguments
    try:
        if sys.version_info[:2] not in PYTHONS:
            return run([other_python(arguments), __file__, *arguments], os.environ)
        set_up()
        if command == "test":
            # Threads would compete, and settings of the user could change what comes out.
            return run_steps(test_steps(rest), OMP_NUM_THREADS="1", **folders_beside_home())
        if command in SCRIPT_FOLDERS:
            return run_steps(script_steps(SCRIPT_FOLDERS[command], rest))
        return forward([ICX, *arguments])
    except CannotRun as problem:
        say(problem)
        return 2
    except KeyboardInterrupt:
        say("interrupted")
        return 130


def say(message):
    """Tell the user something without mixing it into the output of a command."""
    print(f"run.py: {message}", file=sys.stderr, flush=True)


# --- Which Python -----------------------------------------------------------------------------


def other_python(arguments):
    """Find a suitable Python in place of the one that was called."""
    for version in PYTHONS:
        path = shutil.which("python{}.{}".format(*version))
        probe = f"import sys; sys.exit(sys.version_info[:2] != {version})"
        if path and subprocess.call([path, "-c", probe], stderr=subprocess.DEVNULL) == 0:
            return path
    raise CannotRun(wrong_python(arguments))


def wrong_python(arguments):
    """Say which Python is needed and how to call it."""
    newest, *_, oldest = ["{}.{}".format(*version) for version in PYTHONS]
    call = "py -3.13" if os.name == "nt" else "python3.13"
    return (
        f"icx_research needs Python {oldest} or newer, up to {newest}; this is {python_version()}. "
        f"Install one of these, then try {call} run.py {' '.join(arguments)}"
    )


def python_version():
    """Return the version of the running Python, such as 3.11."""
    return "{}.{}".format(*sys.version_info)


# --- Set-up -----------------------------------------------------------------------------------


def set_up():
    """Make `.venv` or bring it up to date; return at once if it is ready."""
    try:
        if is_ready():
            return
        with one_at_a_time():
            if not is_ready():  # another process may have made it in the meantime
                build_environment()
    except OSError as problem:
        raise CannotRun(
            f"the set-up in {ROOT} failed ({problem}). Close the programs that use .venv, see that "
            "you may write to this folder and that the disk is not full, and try again."
        ) from problem


def is_ready():
    """Tell whether `.venv` was made for this place and these requirements."""
    return read_stamp() == [place(), requirements_hash()] and PYTHON.exists() and ICX.exists()


def read_stamp():
    """Return the two lines of the stamp, or none."""
    try:
        return STAMP.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def place():
    """Name the Python and the folder, neither of which `.venv` can change."""
    return f"Python {python_version()} in {ROOT}"


def requirements_hash():
    """Return a hash of all that decides what is installed."""
    files = [LOCK, SETUP_LOCK, BUILD_LOCK, ROOT / "pyproject.toml"]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


@contextlib.contextmanager
def one_at_a_time():
    """Hold a lock that the system releases when this process ends, however it ends."""
    with open(ROOT / ".venv.lock", "w") as handle:
        if os.name == "nt":
            import msvcrt

            while True:
                with contextlib.suppress(OSError):
                    msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
                    break
                time.sleep(0.5)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def build_environment():
    """Install the packages; start from nothing unless `.venv` is whole and of this place."""
    start = time.monotonic()
    if read_stamp()[:1] == [place()] and PYTHON.exists():
        say("bringing .venv up to date")
        STAMP.unlink()
    else:
        say(f"making .venv with Python {python_version()}")
        make_venv()
    say("installing packages")
    install_packages()
    STAMP.write_text(f"{place()}\n{requirements_hash()}\n", encoding="utf-8")
    say(f"ready after {time.monotonic() - start:.0f} s")


def make_venv():
    """Make an empty environment in place of whatever was there."""
    if VENV.exists():
        shutil.rmtree(str(VENV))
    VENV.mkdir()
    # Called with the Python of a `.venv` that is now gone, use the one that had made it.
    base = getattr(sys, "_base_executable", sys.executable)
    if not attempt(base, "-m", "venv", VENV):
        raise CannotRun(
            f"Python {python_version()} could not make .venv: its modules venv and ensurepip are "
            f"needed (Debian, Ubuntu: apt install python{python_version()}-venv). {last_words()}"
        )


def install_packages():
    """Install the locked packages and the project: by uv, or by pip where uv is not let through.

    Whatever is installed on the way, uv and what builds packages, is held to its hash as well.
    """
    pip = [PYTHON, "-m", "pip", "install", "--retries", "1"]
    hashed = ["--require-hashes", "-r"]
    uv = [PYTHON, "-m", "uv", "pip"]
    target = ["--python", PYTHON, "--build-constraints", BUILD_LOCK]
    project = ["--no-deps", "--editable", ROOT]
    if attempt(*pip, *hashed, SETUP_LOCK) and (
        attempt(*uv, "sync", *target, "--require-hashes", LOCK)
        and attempt(*uv, "install", *target, *project)
    ):
        return
    if (
        attempt(*pip, *hashed, BUILD_LOCK)
        and attempt(*pip, "--no-build-isolation", *hashed, LOCK)
        and attempt(*pip, "--no-build-isolation", *project)
    ):
        return
    raise CannotRun(
        "the packages could not be installed: is this computer online, and may it reach the "
        f"Python package index? {last_words()}"
    )


def attempt(*command):
    """Run one command of the set-up, its output into the log; tell whether it succeeded."""
    words = [str(part) for part in command]
    with open(LOG, "a", encoding="utf-8") as log:
        return (
            subprocess.call(words, env=child_environment(os.environ), stdout=log, stderr=log) == 0
        )


def last_words():
    """Quote the end of the log."""
    lines = LOG.read_text(encoding="utf-8", errors="replace").split("\n")
    return f"({LOG} ends: {' '.join(lines[-3:]).strip()})"


# --- Running ----------------------------------------------------------------------------------


def child_environment(environment):
    """Return the variables for a program of `.venv`, without those that would disturb it."""
    # No bytecode makes every start slow; a fixed backend keeps figures out of notebooks.
    disturbing = {"MPLBACKEND", "PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH"}
    kept = {name: value for name, value in environment.items() if name not in disturbing}
    kept["PATH"] = str(BIN) + os.pathsep + kept.get("PATH", os.defpath)
    kept.update(VIRTUAL_ENV=str(VENV), PYTHONUTF8="1", UV_PYTHON_DOWNLOADS="never")
    kept["ICX_COMMAND"] = "python run.py"  # so that hints name what can be typed
    if not os.access(os.path.expanduser("~"), os.W_OK):
        kept = {**folders_beside_home(), "UV_CACHE_DIR": str(VENV / "home" / "uv"), **kept}
    return kept


def folders_beside_home():
    """Name folders of `.venv` for what programs otherwise keep in the user's home."""
    places = {"IPYTHONDIR": "ipython", "MPLCONFIGDIR": "matplotlib"}
    return {name: str(VENV / "home" / folder) for name, folder in places.items()}


def forward(command):
    """Run a command of icx; stopped by Ctrl-C, it has said so itself."""
    try:
        return run(command, child_environment(os.environ))
    except KeyboardInterrupt:
        return 130


def run(command, environment, folder=None):
    """Run a program to its end and return its exit code."""
    interrupts = []
    child = subprocess.Popen([str(part) for part in command], env=environment, cwd=folder)
    # Ctrl-C reaches the child too: it decides what to do, this process waits.
    signal.signal(signal.SIGINT, lambda *_: interrupts.append(True))
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    code = child.wait()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if code and interrupts:
        raise KeyboardInterrupt
    return code if code >= 0 else 128 - code


def run_steps(steps, **variables):
    """Run all commands in the project's folder, and fail at the end if one of them failed."""
    failed = []
    environment = {**variables, **child_environment(os.environ)}
    for command in steps:
        title = " ".join(["python", *command])
        print(f"\n== {title}", flush=True)
        if run([PYTHON, *command], environment, ROOT):
            failed.append(title)
    print(f"\n== failed: {'; '.join(failed)}" if failed else "\n== nothing failed", flush=True)
    return 1 if failed else 0


def test_steps(options):
    """List what `test` runs, as arguments of Python."""
    everything = options == ["--all"]
    if options and not everything:
        return [["-m", "pytest", *options]]
    # Tests go to as many processes as there are processors; a notebook stays within one.
    shared = ["-m", "pytest", "-n", "logical", "--maxprocesses", MOST_PROCESSES, "--dist"]
    steps = [
        ["-m", "ruff", "check", "."],
        ["-m", "ruff", "format", "--check", "."],
        ["-m", "mypy", "icx_research"],
        ["-m", "deptry", "icx_research"],
        [*shared, "worksteal", *([] if everything else ["-m", "not real_data"])],
        [*shared, "loadfile", "--nbval", "--nbval-current-env", "notebooks"],
    ]
    return steps + [[path] for path in SLOW_CHECKS if everything]


def script_steps(folder, names):
    """List the scripts of a folder, or those that are named, as arguments of Python."""
    paths = sorted((ROOT / folder).glob("[!_]*.py"))
    known = {path.stem: f"{folder}/{path.name}" for path in paths}
    for name in names:
        if name not in known:
            raise CannotRun(f"there is no {name} in {folder}; there is: {', '.join(known)}.")
    return [[known[name]] for name in names or known]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
