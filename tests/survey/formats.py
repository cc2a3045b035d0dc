"""The four branches of `builders`, written as other programs write them."""

import io
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pyreadstat
import pytest

from icx_research import Study, StudyError, read_study
from tests.survey.builders import CODEBOOK, CUSTOMERS, STAFF

STAFF_FRAME = pd.read_csv(io.StringIO(STAFF))


def codebook(file: str, *lines: str) -> str:
    """Describe the staff survey in another file; `lines` are further keys of it."""
    more = "".join(f"\n  {line}" for line in lines)
    return CODEBOOK.replace("  file: staff.csv", f"  file: {file}{more}")


def study_of(folder: Path, file: str, *lines: str) -> Study:
    """Read a study whose staff survey stands in `file` already."""
    (folder / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    (folder / "study.yaml").write_text(codebook(file, *lines), encoding="utf-8")
    return read_study(folder / "study.yaml")


def refusal(folder: Path, file: str, *lines: str) -> str:
    """Read a study that must be refused; the sentence comes back."""
    with pytest.raises(StudyError) as caught:
        study_of(folder, file, *lines)
    return str(caught.value)


def staff_cells() -> list[list[Any]]:
    """Rows of the staff survey with numbers as numbers, header first."""
    return [list(STAFF_FRAME.columns), *STAFF_FRAME.astype(object).to_numpy().tolist()]


def write_workbook(path: Path, rows: list[list[Any]], *, title: str = "Data") -> Any:
    """Write rows to one sheet and save; the open workbook comes back for changes."""
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return book


def write_parquet(path: Path, select: str) -> None:
    """Write the result of a query over the staff frame `staff`."""
    with duckdb.connect() as engine:
        engine.register("staff", STAFF_FRAME.astype({"person": object, "branch": object}))
        engine.execute(f"COPY ({select}) TO '{path}' (FORMAT parquet)")


def write_sav(path: Path, frame: pd.DataFrame = STAFF_FRAME, **options: Any) -> None:
    """Write a frame as SPSS writes it."""
    pyreadstat.write_sav(frame, str(path), **options)
