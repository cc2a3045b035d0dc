"""The command `icx`, and `python -m icx_research`: every way it can end is a plain sentence."""

import os
import sys
from contextlib import suppress
from typing import Any, TextIO

from icx_research.core.stopping import Stopped, listen, listen_no_more

UNUSABLE, UNWRITTEN, CLOSED = 2, 74, 141  # 74 and 141 as other programs have it


class _Unwritten(BaseException):
    """What the command prints could not be written; click would take an OSError for its own."""


class _Printed:
    """Stands in for stdout or stderr; a full disk or a closed pipe behind it is no fault of ours.

    Without `needed` what cannot be written is let go: progress must not stop a study.
    """

    def __init__(self, stream: TextIO, *, needed: bool) -> None:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
        self._stream, self._needed = stream, needed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _try(self, name: str, *arguments: Any) -> Any:
        try:
            return getattr(self._stream, name)(*arguments)
        except OSError as error:
            if self._needed:
                raise _Unwritten(error) from None

    def write(self, text: str) -> Any:
        """Write some text."""
        return self._try("write", text)

    def flush(self) -> Any:
        """Write what waits to be written."""
        return self._try("flush")


def start() -> None:
    """Run the command in a process of its own, which can be stopped at any moment."""
    listen()
    main()


def main() -> None:
    """Run the command and exit; bad input ends in one sentence and exit code 2."""
    streams = sys.stdout, sys.stderr
    try:
        code = _run()
        if sys.stdout:
            sys.stdout.flush()
    except Stopped as stopped:
        listen_no_more()
        code = stopped.code
        print(stopped, file=sys.stderr)
    except _Unwritten as failure:
        error = failure.args[0]
        code = CLOSED if isinstance(error, BrokenPipeError) else UNWRITTEN
        if code == UNWRITTEN:
            print(f"The output could not be written: {error.strerror}.", file=sys.stderr)
        _let_go()
    finally:
        sys.stdout, sys.stderr = streams
    sys.exit(code)


def _run() -> Any:
    from icx_research.cli import app, heal_first
    from icx_research.core.errors import REFUSALS, StudyError, refusal_words

    if sys.stdout:
        sys.stdout = _Printed(sys.stdout, needed=True)
    if sys.stderr:
        sys.stderr = _Printed(sys.stderr, needed=False)
    try:
        heal_first()
        app()
    except SystemExit as end:
        return end.code
    except (StudyError, *REFUSALS) as refusal:
        words = str(refusal) if isinstance(refusal, StudyError) else refusal_words(refusal)
        print(" ".join(words.splitlines()), file=sys.stderr)
    return UNUSABLE


def _let_go() -> None:
    """Send what still waits for stdout nowhere, so that Python does not complain on its way out."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    start()
