"""How large a file may be; beyond that one clear sentence instead of a full memory."""

from pathlib import Path

from icx_research.core.errors import StudyError

MAX_BYTES = 500_000_000
MAX_ROWS = 5_000_000
MAX_COLUMNS = 10_000
# A workbook is a ZIP file: what it unpacks to, and how much more that is than the file.
MAX_UNPACKED = 1_000_000_000
MAX_RATIO = 200
RATIO_MATTERS_ABOVE = 50_000_000


def check_size(path: Path) -> None:
    """Refuse a file that is empty, or too large to be read in one piece.

    What systems show as files, as in /proc, is empty by this measure, and may never end.
    """
    size = path.stat().st_size
    if not size:
        raise StudyError(f"{path.name} is empty; it needs a line of column names and data below.")
    if size > MAX_BYTES:
        raise StudyError(
            f"{path.name} is larger than {MAX_BYTES / 1e6:,.0f} MB; keep only the columns the "
            "study needs, or load it yourself and call study_from_frames."
        )


def check_shape(file: str, n_rows: int, n_columns: int) -> None:
    """Refuse a table with too many rows or columns."""
    if n_columns > MAX_COLUMNS:
        raise StudyError(
            f"{file} has {n_columns:,} columns, more than the {MAX_COLUMNS:,} that are read; "
            "keep only the columns the study needs."
        )
    if n_rows > MAX_ROWS:
        raise StudyError(
            f"{file} has more than the {MAX_ROWS:,} rows that are read; split it by wave, or load "
            "it yourself and call study_from_frames."
        )
