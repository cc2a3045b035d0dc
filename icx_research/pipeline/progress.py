"""How far a long command is: finished steps stay readable, the one at work shows its time."""

import time
from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

PART = ": cell "  # what follows is part of a step


class ShownProgress:
    """Shows the lines `run_study` gives; on a terminal with a line that moves, elsewhere without.

    Parameters
    ----------
    console : Console
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._live.add_task("")
        self._step = ""
        self._start = self._since = time.monotonic()

    def __enter__(self) -> "ShownProgress":
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()
        if kind is None:
            self._finish()

    def __call__(self, line: str) -> None:
        """Show a step that begins, or a part of it that is done."""
        self._live.update(self._task, description=escape(line))
        step = line.partition(PART)[0]
        if step != self._step:
            self._finish()
            self._step, self._since = step, time.monotonic()
            if not self._console.is_terminal:
                self._print(f"{_clock(self._since - self._start)}  {step}")

    def _finish(self) -> None:
        if self._step and self._console.is_terminal:
            self._print(f"{self._step} ({_clock(time.monotonic() - self._since)})")

    def _print(self, line: str) -> None:
        self._console.print(escape(line), soft_wrap=True)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
