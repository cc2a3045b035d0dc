"""Files read as text first: nothing is guessed, nothing is repaired."""

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.types import Source
from icx_research.survey.files.left_out import without_tests
from icx_research.survey.files.limits import check_size
from icx_research.survey.files.personal import refuse_personal
from icx_research.survey.files.supplier_columns import unlisted_suppliers
from icx_research.survey.files.tables import TextTable, check_ids

DATA_VARIABLE = "ICX_DATA"
# Formats people have that are not read, with what to do instead.
UNREAD = {
    ".xls": "an old Excel workbook; save it as .xlsx or CSV (UTF-8)",
    ".xlsb": "a binary Excel workbook; save it as .xlsx or CSV (UTF-8)",
    ".ods": "an OpenDocument sheet; save it as .xlsx or CSV (UTF-8)",
    ".numbers": "a Numbers sheet; export it as .xlsx or CSV (UTF-8)",
    ".por": "an SPSS portable file; save it as .sav",
    ".sas7bdat": "a SAS file; export it as CSV (UTF-8) or .sav",
    ".rds": "an R file; write it as CSV (UTF-8) or Parquet",
    ".pkl": "a pickle, which could run any program; write the table as CSV (UTF-8) or Parquet",
    ".zip": "a ZIP file; unpack it first",
    ".gz": "a compressed file; unpack it first",
}


def find_file(name: str, *, study_folder: Path, data: str | Path | None) -> Path:
    """Locate a file: in `data`, beside the codebook, or in the folder ICX_DATA names."""
    named = os.environ.get(DATA_VARIABLE)
    folders = [Path(data)] if data else [study_folder, *([Path(named)] if named else [])]
    for folder in folders:
        if _is_file(folder / name):
            return folder / name
    looked = " and ".join(
        "the current folder" if folder == Path() else str(folder) for folder in folders
    )
    raise StudyError(
        f"{name} was not found in {looked}; put it there, or name its folder with --data "
        f"or the environment variable {DATA_VARIABLE}."
    )


def _is_file(path: Path) -> bool:
    """Tell whether a file is there; a name no system can hold is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def read_table(path: Path, source: Source) -> TextTable:
    """Read the declared columns of a file as text, by the ending of its name.

    CSV and other text, .xlsx, .parquet, .sav and .zsav (SPSS), .dta (Stata).

    Raises
    ------
    StudyError
        If the file is empty, holds names only, is not what its ending says, lacks
        a declared column, or holds e-mail or IP addresses in one.
    """
    read = reader_of(path, source)
    try:
        check_size(path)
        digest = digest_of(path)
        table = without_tests(read(path, source), file=path.name, source=source)
        if digest_of(path) != digest:
            raise StudyError(changed(path.name))
    except OSError as error:
        raise StudyError(f"{path.name} cannot be read: {error.strerror}.") from None
    check_ids(table, file=path.name, source=source)
    refuse_personal(table, file=path.name, source=source)
    others = unlisted_suppliers(path.name, table.labels, source)
    return replace(table, digest=digest, log=(*table.log, *others))


def changed(file: str) -> str:
    """Say that a file is not what it was, so that what was read of it belongs to no file."""
    return f"{file} changed while it was read; wait until no program writes to it, and try again."


def digests_of(read: Iterable[tuple[str, TextTable]]) -> dict[str, str]:
    """Give the fingerprint of each file; one that was read for several tables must have kept it."""
    digests: dict[str, str] = {}
    for file, table in read:
        if digests.setdefault(file, table.digest) != table.digest:
            raise StudyError(changed(file))
    return digests


def digest_of(path: Path) -> str:
    """Fingerprint of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def reader_of(path: Path, source: Source) -> Callable[[Path, Source], TextTable]:
    """Choose the reader; refuse formats that are not read and keys that do not belong."""
    ending = path.suffix.lower()
    if ending in UNREAD:
        raise StudyError(f"{path.name} is {UNREAD[ending]}.")
    if ending not in (".xlsx", ".xlsm") and source.sheet:
        raise StudyError(f"{path.name} has no sheets; leave the key sheet out.")
    if ending not in (".xlsx", ".xlsm", ".parquet", ".pq", ".sav", ".zsav", ".dta"):
        from icx_research.survey.files.delimited import read_delimited

        return read_delimited
    if source.separator != "," or source.format:
        key = "format" if source.format else "separator"
        raise StudyError(f"{path.name} is no text file; leave the key {key} out.")
    from icx_research.survey.files.reader_process import read_apart

    return read_apart
