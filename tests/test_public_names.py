"""Every public name is the same object whenever it is asked for, and editors know it."""

import ast
import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import icx_research as icx

PACKAGE = Path(icx.__file__).parent
LOOK = """
import pickle, pkgutil, sys
from importlib import import_module
from inspect import unwrap
import icx_research as icx

names = [name for name in icx.__all__ if name != "__version__"]
if sys.argv[1] == "backwards":
    names.reverse()
first = {name: getattr(icx, name) for name in names}
for module in pkgutil.walk_packages(icx.__path__, "icx_research."):
    import_module(module.name)
for name in names:
    home = getattr(import_module(icx._HOME[name]), name)
    assert getattr(icx, name) is first[name], f"{name} is another object now"
    assert unwrap(first[name]) is unwrap(home), f"{name} is not what its module holds"
    if callable(home):
        assert pickle.loads(pickle.dumps(first[name])) is first[name], f"{name} cannot be sent"
print(len(names))
"""


@pytest.mark.parametrize("order", ["forwards", "backwards"])
def test_a_public_name_stays_what_it_was(order):
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOOK, order], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) == len(icx.__all__) - 1


def test_no_public_name_is_that_of_a_folder_or_file_beside_it():
    beside = {path.stem for path in PACKAGE.iterdir()}
    assert not beside & set(icx.__all__)


def test_editors_and_python_read_the_same_names():
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    read = {
        alias.asname: node.module
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert read == icx._HOME
    for name, home in read.items():
        defined = getattr(import_module(home), name)
        assert inspect.unwrap(defined).__module__ == home, f"{name} is not at home in {home}"


def test_a_public_function_shows_its_own_signature_and_words():
    from icx_research.measurement.reliability.alpha import cronbach_alpha

    assert inspect.signature(icx.cronbach_alpha) == inspect.signature(cronbach_alpha)
    assert icx.cronbach_alpha.__doc__ == cronbach_alpha.__doc__
    assert inspect.getsource(icx.cronbach_alpha) == inspect.getsource(cronbach_alpha)


def test_mypy_knows_what_a_public_function_takes_and_returns():
    asked = "import icx_research as icx; reveal_type(icx.cronbach_alpha)"
    folder = PACKAGE.parent / ".mypy_cache" / "public"
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", f"--cache-dir={folder}", "-c", asked],
        capture_output=True,
        text=True,
    )
    assert (
        '"def (items: pandas.core.frame.DataFrame | icx_research.core.moments.Moments, *, '
        "confidence_level: float =) -> "
        'icx_research.measurement.reliability.result.ReliabilityResult"'
    ) in run.stdout, run.stdout + run.stderr
