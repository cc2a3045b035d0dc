"""Parquet files, read by DuckDB."""

from pathlib import Path

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
    if set(path.name) & set("*?["):
        raise StudyError(f"{path.name}: a Parquet file must have a name without *, ? and [.")
    try:
        with duckdb.connect() as engine:
            return _read(engine, path, source)
    except (duckdb.Error, RuntimeError, UnicodeError):  # its words may repeat a cell
        raise StudyError(f"{path.name} is not a readable Parquet file; write it again.") from None


def _read(engine: duckdb.DuckDBPyConnection, path: Path, source: Source) -> TextTable:
    names = [line[0] for line in engine.execute(_query("*", 0), [str(path)]).description]
    counted = engine.execute(_query("count(*)"), [str(path)]).fetchone()
    n_rows = int(counted[0]) if counted else 0
    check_shape(path.name, n_rows, len(names))
    source = described(path.name, names, source)
    at = positions(path.name, names, source)
    if not n_rows:
        raise StudyError(
            f"{path.name} holds column names only; export it again with the rows of data."
        )
    cells = {}
    for column in at:
        found = engine.execute(_query(_quoted(column)), [str(path)]).fetchall()
        cells[column] = [value for (value,) in found]
    samples = {}
    for name in (name for name in names if name not in at):
        found = engine.execute(_query(_quoted(name), SAMPLE), [str(path)]).fetchall()
        samples[name] = [value for (value,) in found if isinstance(value, str)]
    status = {}
    for name in status_columns(names, source):
        found = engine.execute(_query(_quoted(name)), [str(path)]).fetchall()
        status[name] = ["" if value is None else str(value) for (value,) in found]
    rows = list(range(1, n_rows + 1))
    return TextTable(
        frame=typed_columns(cells, rows, file=path.name, source=source),
        rows=rows,
        ragged=[],
        n_columns=len(names),
        labels=tuple(names),
        personal=personal_columns(samples),
        status=status,
    )


def _query(what: str, limit: int | None = None) -> str:
    return f"SELECT {what} FROM read_parquet(?)" + ("" if limit is None else f" LIMIT {limit}")


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
