"""Ctrl-C and SIGTERM: in time, once, and with a sentence that is true."""

import os
import signal
import sys

import pytest

from icx_research.core import stopping
from icx_research.core.stopping import Stopped, finished_first, listen, listen_no_more

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX systems")


@pytest.fixture(autouse=True)
def listening(monkeypatch):
    """Listen as a command does, and put everything back."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    monkeypatch.setattr(stopping, "_written", "")
    listen()
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_stops_at_once_with_its_code(number, code):
    with pytest.raises(Stopped) as stopped:
        os.kill(os.getpid(), number)
    assert stopped.value.code == code
    assert str(stopped.value) == "Stopped; nothing was written."


def test_no_except_exception_takes_it_for_a_fault():
    assert not issubclass(Stopped, (Exception, KeyboardInterrupt))


def test_a_block_comes_to_its_end_first_and_is_told():
    done = []
    with pytest.raises(Stopped) as stopped, finished_first("the files are complete"):
        with finished_first():
            os.kill(os.getpid(), signal.SIGTERM)
            done.append("inner")
        done.append("outer")
    assert done == ["inner", "outer"]
    assert stopped.value.code == 143
    assert str(stopped.value) == "Stopped; the files are complete."


def test_what_did_not_come_to_its_end_is_not_told():
    with pytest.raises(ZeroDivisionError), finished_first("the files are complete"):
        raise ZeroDivisionError
    assert str(Stopped(signal.SIGINT)) == "Stopped; nothing was written."


def test_the_last_words_are_not_interrupted():
    listen_no_more()
    os.kill(os.getpid(), signal.SIGINT)
