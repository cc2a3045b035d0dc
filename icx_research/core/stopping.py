"""Nothing is left half done: Ctrl-C and SIGTERM end a command in one true sentence."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from icx_research.core.errors import StudyError


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


def write_together(folder: Path, contents: Mapping[str, str]) -> list[Path]:
    """Write all texts into a folder, in UTF-8; where one cannot be written, none.

    Parameters
    ----------
    folder : Path
        Made if it is not there; files of the same names are replaced.
    contents : dict of str to str
        Text of each file, by its name.

    Returns
    -------
    list of Path

    Raises
    ------
    StudyError
        If the folder cannot be written to.
    """
    parts = {folder / name: folder / f".{name}.part" for name in contents}
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    with finished_first(f"the files in {folder} are complete"):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for part, text in zip(parts.values(), contents.values(), strict=True):
                part.write_text(text, encoding="utf-8", newline="\n")
            for path, part in parts.items():
                part.replace(path)
        except OSError as error:
            for part in parts.values():
                with suppress(OSError):
                    part.unlink(missing_ok=True)
            for place in made:
                with suppress(OSError):
                    place.rmdir()
            raise StudyError(f"{folder} cannot be written ({error.strerror}).") from None
    return list(parts)
