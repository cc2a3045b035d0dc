"""Being stopped: Ctrl-C and SIGTERM end a command in one sentence, and never halfway."""

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


_shields = 0
_waiting: list[int] = []


def listen() -> None:
    """Raise `Stopped` in this process from now on when it is asked to end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    if _shields:
        _waiting.append(number)
    else:
        raise Stopped(number)


@contextmanager
def finished_first() -> Iterator[None]:
    """Let a block of a few moments come to its end before the process stops."""
    global _shields
    _shields += 1
    try:
        yield
    finally:
        _shields -= 1
        if _waiting and not _shields:
            number = _waiting[0]
            _waiting.clear()
            raise Stopped(number)
