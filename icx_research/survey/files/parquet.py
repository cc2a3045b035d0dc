"""Parquet files, read by DuckDB."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.types import Source
from icx_research.survey.files.left_out import status_columns
from icx_research.survey.files.limits import check_shape
from icx_research.survey.files.personal import SAMPLE, personal_columns
from icx_research.survey.files.supplier_columns import described
from icx_research.survey.files.tables import TextTable, positions, typed_columns


def read_parquet(path: Path, source: Source) -> TextTable:
    """Read the declared columns of a Parquet file; its first record is row 1."""
    try:
        with plain_path(path) as whole, duckdb.connect() as engine:
            return _read(engine, path.name, whole, source)
    except (duckdb.Error, RuntimeError, UnicodeError):  # its words may repeat a cell
        raise StudyError(f"{path.name} is not a readable Parquet file; write it again.") from None


@contextmanager
def plain_path(path: Path) -> Iterator[str]:
    """Give a path that DuckDB takes for this file alone, not for a pattern of others' names."""
    whole = str(path.resolve())
    if not set(whole) & set("*?["):
        yield whole
        return
    with TemporaryDirectory() as folder:
        link = Path(folder, "table.parquet")
        try:
            link.symlink_to(whole)
        except OSError:  # Windows reserves links to administrators
            raise StudyError(
                f"{path.name}: a Parquet file must have a name and folders without *, ? and [."
            ) from None
        yield str(link)


def _read(engine: duckdb.DuckDBPyConnection, file: str, whole: str, source: Source) -> TextTable:
    names = [line[0] for line in engine.execute(_query("*", 0), [whole]).description]
    counted = engine.execute(_query("count(*)"), [whole]).fetchone()
    n_rows = int(counted[0]) if counted else 0
    check_shape(file, n_rows, len(names))
    source = described(file, names, source)
    at = positions(file, names, source)
    if not n_rows:
        raise StudyError(f"{file} holds column names only; export it again with the rows of data.")
    cells = {}
    for column in at:
        found = engine.execute(_query(_quoted(column)), [whole]).fetchall()
        cells[column] = [value for (value,) in found]
    samples = {}
    for name in (name for name in names if name not in at):
        found = engine.execute(_query(_quoted(name), SAMPLE), [whole]).fetchall()
        samples[name] = [value for (value,) in found if isinstance(value, str)]
    status = {}
    for name in status_columns(names, source):
        found = engine.execute(_query(_quoted(name)), [whole]).fetchall()
        status[name] = ["" if value is None else str(value) for (value,) in found]
    rows = list(range(1, n_rows + 1))
    return TextTable(
        frame=typed_columns(cells, rows, file=file, source=source),
        rows=rows,
        ragged=[],
        n_columns=len(names),
        labels=tuple(names),
        personal=personal_columns(samples),
        status=status,
    )


def _query(what: str, limit: int | None = None) -> str:
    text = f"SELECT {what} FROM read_parquet(?, hive_partitioning = false)"
    return text if limit is None else f"{text} LIMIT {limit}"


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
