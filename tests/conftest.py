"""Fixtures that every room of the tests shares."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

import icx_research as icx
from tests.browser import complaints, program
from tests.small_study import write_study

ROOT = Path(__file__).resolve().parents[1]
SEED = 20250301

settings.register_profile("steady", derandomize=True, deadline=None)  # every run alike
settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests on published data: `run.py test --all` runs them, `run.py test` does not."""
    for item in items:
        if "shared_data" in getattr(item, "fixturenames", ()):
            item.add_marker("real_data")


@pytest.fixture
def rng() -> np.random.Generator:
    """A random generator that starts alike in every test."""
    return np.random.default_rng(SEED)


@pytest.fixture(autouse=True)
def _no_open_figures() -> Iterator[None]:
    """Draw without a screen and close what a test left open, where it drew at all."""
    if "matplotlib" in sys.modules:
        import matplotlib

        matplotlib.use("Agg")
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the published data sets, which are not part of the repository."""
    folder = Path(os.environ.get("ICX_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        reason = f"no folder of published data: {folder} (name one in ICX_TEST_DATA)"
        print(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def browser_complaints() -> Callable[[Iterable[Path]], list[str]]:
    """List what a browser without a network complains about when it opens some pages."""
    if not program():
        reason = "no Chromium on this computer (Debian: apt install chromium)"
        print(reason)
        pytest.skip(reason)
    return complaints


@pytest.fixture(scope="session")
def company():
    """The bundled study."""
    return icx.load_example("company")


@pytest.fixture(scope="session")
def linked(company):
    """Its units, linked."""
    return icx.link_study(company)


@pytest.fixture
def small_study(tmp_path: Path) -> Path:
    """Path of the codebook of a study of two small files."""
    return write_study(tmp_path)
