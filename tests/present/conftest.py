"""Studies for the tests of what people see."""

import hashlib

import pytest

from tests.present.pictures import PAIR, draw_elsewhere
from tests.small_study import write_study


@pytest.fixture(scope="session")
def pair():
    return PAIR


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """Path of the codebook of a small study that no test changes."""
    return write_study(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def elsewhere(small, tmp_path_factory):
    """Folder with the figures of each kind, drawn by another process."""
    folder = tmp_path_factory.mktemp("elsewhere")
    draw_elsewhere(folder, small)
    return folder


@pytest.fixture(scope="session")
def assert_same_bytes():
    """Compare files with those of the same names in another folder."""

    def compare(paths, folder):
        for path in paths:
            digests = [
                hashlib.sha256(file.read_bytes()).hexdigest() for file in (path, folder / path.name)
            ]
            assert digests[0] == digests[1], path.name

    return compare
