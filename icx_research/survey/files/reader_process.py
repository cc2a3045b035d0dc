"""Files of other programs are read by a process of its own, which may die of a damaged one.

It is kept until it dies, and has limits of time and, on Linux, of memory. Both sides speak JSON:
what comes back from a process that has read a hostile file is text, never a program.
"""

import atexit
import dataclasses
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import pandas as pd

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.layouts import LongColumns, SupplierBlocks
from icx_research.survey.codebook.types import Scale, Score, Source
from icx_research.survey.files.tables import TextTable

SECONDS, SECONDS_PER_MB = 15, 3
MEMORY, MEMORY_PER_BYTE = 1_000_000_000, 20  # beside what the programs themselves take
ANY_DAMAGE = (MemoryError, RecursionError, ArithmeticError, AssertionError, AttributeError,
              LookupError, TypeError, ValueError, RuntimeError, EOFError)  # fmt: skip
TOO_MUCH = "too much"


def read_apart(path: Path, source: Source) -> TextTable:
    """Read a workbook, a Parquet file or one of SPSS or Stata.

    Raises
    ------
    StudyError
        As the reader; also if the file needs too much time or memory, or is so damaged that the
        reader dies of it.
    """
    table = _answer(path, {"source": dataclasses.asdict(source)})
    lists = {name: table.pop(name) for name in ("rows", "status")}
    return TextTable(
        frame=pd.DataFrame(table.pop("frame"), dtype="str"), **lists, **_with_tuples(table)
    )


def sheet_widths(path: Path) -> dict[str, int]:
    """List the sheets of a workbook, each with the most cells that a row at its top holds."""
    return dict(_answer(path, {}))


# --- This side ----------------------------------------------------------------------------------


class _Reader:
    """The process, while it lives."""

    def __init__(self) -> None:
        code = f"from {__name__} import serve; serve()"
        package = Path(__file__).parents[3]
        known = os.environ.get("PYTHONPATH")
        paths = os.pathsep.join([str(package), *([known] if known else [])])
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths},
        )

    def ask(self, request: dict[str, Any], seconds: float) -> bytes:
        """Give the answer, empty if the process died of the question."""
        assert self.process.stdin
        assert self.process.stdout
        answer: list[bytes] = []
        output = self.process.stdout
        waiting = Thread(target=lambda: answer.append(output.readline()), daemon=True)
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            return b""
        waiting.start()
        waiting.join(seconds)
        if waiting.is_alive():
            raise TimeoutError
        return answer[0]

    def end(self) -> None:
        """Let it go."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            with suppress(OSError):  # what it was not given any more
                if stream:
                    stream.close()


_readers: list[_Reader] = []
_one_at_a_time = Lock()


def _answer(path: Path, request: dict[str, Any]) -> Any:
    megabytes = path.stat().st_size / 1e6
    seconds = SECONDS + SECONDS_PER_MB * megabytes
    request = {**request, "path": str(path), "seconds": seconds}
    with _one_at_a_time:
        if _readers and _readers[0].process.poll() is not None:
            _let_go()  # it died while nothing was asked of it; that says nothing of this file
        if not _readers:
            _readers.append(_Reader())
            atexit.register(_let_go)
        try:
            line = _readers[0].ask(request, seconds)
        except BaseException as failure:
            _let_go()
            if not isinstance(failure, TimeoutError):
                raise  # stopped: an answer that comes later belongs to no question
            raise StudyError(
                f"{path.name} takes longer than {seconds:.0f} s to read, as damaged files do; save "
                "it again where it was made, or export it as CSV (UTF-8)."
            ) from None
        if not line.endswith(b"\n"):
            _let_go()
            raise StudyError(_unreadable(path))
    kind, content = json.loads(line)
    if kind == "refused":
        raise StudyError(content)
    if kind == TOO_MUCH:
        raise StudyError(
            f"{path.name} needs too much memory to be read; keep only the columns the study needs, "
            "or export it as CSV (UTF-8)."
        )
    if kind == "damaged":
        raise StudyError(_unreadable(path))
    return content


def _let_go() -> None:
    while _readers:
        _readers.pop().end()


def _unreadable(path: Path) -> str:
    ending = path.suffix.lower()
    if ending in (".xlsx", ".xlsm"):
        return (
            f"{path.name} is not a readable Excel workbook; open it in Excel and save it again as "
            ".xlsx."
        )
    if ending in (".parquet", ".pq"):
        return f"{path.name} is not a readable Parquet file; write it again."
    kind = "Stata" if ending == ".dta" else "SPSS"
    return (
        f"{path.name} is not a readable {kind} file; open it where it was made and save it again."
    )


def _with_tuples(value: Any) -> Any:
    """Give lists of JSON back as the tuples they were."""
    if isinstance(value, dict):
        return {key: _with_tuples(inside) for key, inside in value.items()}
    return tuple(map(_with_tuples, value)) if isinstance(value, list) else value


# --- The other side -----------------------------------------------------------------------------


def serve() -> None:
    """Answer, line by line, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who asks
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)  # whatever a package prints is no answer
        for line in sys.stdin.buffer:
            reply = _reply(json.loads(line))
            if hasattr(signal, "alarm"):
                signal.alarm(0)  # while nothing is asked, it may wait for ever
            answers.write(json.dumps(reply).encode() + b"\n")
            answers.flush()


def _reply(request: dict[str, Any]) -> tuple[str, Any]:
    path = Path(request["path"])
    try:
        _limit(path.stat().st_size, request["seconds"])
        if "source" in request:
            return "read", _read(path, _source(request["source"]))
        from icx_research.survey.files.excel import widths_of

        return "read", widths_of(path)
    except StudyError as refusal:
        return "refused", str(refusal)
    except MemoryError:
        return TOO_MUCH, ""
    except OSError as error:
        return "refused", f"{path.name} cannot be read: {error.strerror}."
    except ANY_DAMAGE:
        return "damaged", ""


def _read(path: Path, source: Source) -> dict[str, Any]:
    ending = path.suffix.lower()
    if ending in (".xlsx", ".xlsm"):
        from icx_research.survey.files.excel import read_excel as read
    elif ending in (".parquet", ".pq"):
        from icx_research.survey.files.parquet import read_parquet as read
    else:
        from icx_research.survey.files.labelled import read_labelled as read
    table = read(path, source)
    return {**vars(table), "frame": {name: table.frame[name].tolist() for name in table.frame}}


def _source(values: dict[str, Any]) -> Source:
    values = _with_tuples(values)
    for name, measure in values["measures"].items():
        values["measures"][name] = (Scale if "items" in measure else Score)(**measure)
    for name, layout in (("blocks", SupplierBlocks), ("long", LongColumns)):
        if values[name]:
            values[name] = layout(**values[name])
    return Source(**values)


def _limit(size: int, seconds: float) -> None:
    """Set what the system holds this process to, even within the code of a package."""
    if hasattr(signal, "alarm"):
        signal.alarm(int(seconds) + 5)  # should nobody be there any more to end it
    if sys.platform == "linux":
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        taken = pages * resource.getpagesize()
        allowed = taken + MEMORY + MEMORY_PER_BYTE * size
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (allowed, most))
