"""Office files that are the same bytes for the same content, and are there whole or not at all."""

import io
import os
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from icx_research.core.errors import StudyError

WRITTEN = datetime(2000, 1, 1, tzinfo=UTC)  # Office files carry a date; a true one changes bytes


def save_office(save: Callable[[BinaryIO], object], path: Path) -> Path:
    """Let a document write itself, fix the times inside, and put the file in its place.

    Raises
    ------
    StudyError
        If the file cannot be written; an earlier one stays as it was.
    """
    content = io.BytesIO()
    save(content)
    part = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            part = Path(file.name)
            file.write(_with_fixed_times(content))
        os.chmod(part, 0o644)
        part.replace(path)
    except OSError as error:
        if part is not None:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        raise StudyError(f"{path} cannot be written ({error.strerror}).") from None
    return path


def _with_fixed_times(content: BinaryIO) -> bytes:
    fixed = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(fixed, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, WRITTEN.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return fixed.getvalue()
