"""Being stopped: Ctrl-C and SIGTERM end a command in one true sentence, and never halfway."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopped(BaseException):
    """Somebody stopped the command; no `except Exception` of any package takes it for a fault.

    Parameters
    ----------
    number : int
        Of the signal.

    Attributes
    ----------
    code : int
        What the command exits with: 130 after Ctrl-C, 143 after SIGTERM.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number

    def __str__(self) -> str:
        """Say what has come of the command."""
        return f"Stopped; {_written or 'nothing was written'}."


_written = ""
_unfinished = 0
_waiting: list[int] = []


def listen() -> None:
    """Raise `Stopped` in this process from now on when it is asked to end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)


def listen_no_more() -> None:
    """End in peace: what is to be said is being said."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _stop(number: int, frame: FrameType | None) -> None:
    if _unfinished:
        _waiting.append(number)
    else:
        raise Stopped(number)


@contextmanager
def finished_first(written: str = "") -> Iterator[None]:
    """Let a block of a few moments come to its end before the process stops.

    Parameters
    ----------
    written : str, optional
        What is true once it has come to its end, such as "the results are complete".
    """
    global _unfinished, _written
    _unfinished += 1
    try:
        yield
        _written = written or _written
    finally:
        _unfinished -= 1
        if _waiting and not _unfinished:
            number = _waiting[0]
            _waiting.clear()
            raise Stopped(number)
