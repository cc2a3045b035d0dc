"""Damaged and hostile files: one sentence of ours, whatever the reader dies of."""

import os
import signal
import sys

import duckdb
import numpy as np
import pytest

from icx_research import StudyError
from icx_research.survey.files import reader_process
from tests.survey.formats import (
    STAFF_FRAME,
    refusal,
    staff_cells,
    study_of,
    write_parquet,
    write_sav,
    write_workbook,
)

MUTATIONS = 20
LONGEST = 500  # characters of a message


def write_dta(path):
    import pyreadstat

    pyreadstat.write_dta(STAFF_FRAME, str(path))


WRITERS = {
    "staff.sav": write_sav,
    "staff.zsav": lambda path: write_sav(path, compress=True),
    "staff.dta": write_dta,
    "staff.xlsx": lambda path: write_workbook(path, staff_cells()),
    "staff.parquet": lambda path: write_parquet(path, "SELECT * FROM staff"),
}


def mutated(content, rng):
    """Flip bits, cut off, repeat or blank a stretch."""
    damaged = bytearray(content)
    kind, at = rng.integers(4), int(rng.integers(len(content)))
    if kind == 0:
        for place in rng.integers(len(content), size=rng.integers(1, 9)):
            damaged[place] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        del damaged[at:]
    elif kind == 2:
        damaged[at:at] = damaged[at : at + int(rng.integers(1, 99))]
    else:
        damaged[at : at + 8] = bytes(rng.choice([0, 255], 8).astype(np.uint8))
    return bytes(damaged)


@pytest.mark.parametrize("file", WRITERS)
def test_a_damaged_file_is_read_or_refused_in_words_of_ours(tmp_path, file, rng):
    path = tmp_path / file
    WRITERS[file](path)
    whole = path.read_bytes()
    refused = 0
    for _ in range(MUTATIONS):
        path.write_bytes(mutated(whole, rng))
        try:
            study_of(tmp_path, file)
        except StudyError as refusal:
            refused += 1
            assert len(str(refusal)) < LONGEST
            assert str(refusal).endswith((".", "?"))
    assert refused
    path.write_bytes(whole)
    assert study_of(tmp_path, file).n_read["internal"] == 8


@pytest.fixture
def dying(monkeypatch):
    """Put readers in place that do something to themselves instead of reading."""

    def put(code):
        reader_process._let_go()
        start = reader_process.subprocess.Popen
        preface = (
            "import icx_research.survey.files.reader_process as r\n"
            f"def read(path, source):\n    {code}\nr._read = read\nr.serve()"
        )
        monkeypatch.setattr(
            reader_process.subprocess,
            "Popen",
            lambda command, **options: start([*command[:-1], preface], **options),
        )

    yield put
    reader_process._let_go()


CASES = {
    "import os; os.kill(os.getpid(), 11)": "staff.sav is not a readable SPSS file; open it where "
    "it was made and save it again.",
    "raise IndexError": "staff.sav is not a readable SPSS file; open it where it was made and "
    "save it again.",
    "bytearray(3_000_000_000)": "staff.sav needs too much memory to be read; keep only the columns "
    "the study needs, or export it as CSV (UTF-8).",
    "import time; time.sleep(60)": "staff.sav takes longer than 3 s to read, as damaged files do; "
    "save it again where it was made, or export it as CSV (UTF-8).",
}


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
@pytest.mark.parametrize("code", CASES)
def test_whatever_the_reader_dies_of_is_one_sentence_and_the_next_file_is_read(
    tmp_path, monkeypatch, dying, code
):
    write_sav(tmp_path / "staff.sav")
    monkeypatch.setattr(reader_process, "SECONDS", 3)
    dying(code)
    assert refusal(tmp_path, "staff.sav") == CASES[code]
    monkeypatch.undo()
    reader_process._let_go()
    assert study_of(tmp_path, "staff.sav").n_read["internal"] == 8


def test_the_process_is_kept_and_replaced_when_it_is_gone(tmp_path):
    write_sav(tmp_path / "staff.sav")
    study_of(tmp_path, "staff.sav")
    first = reader_process._readers[0].process
    study_of(tmp_path, "staff.sav")
    assert reader_process._readers[0].process is first
    os.kill(first.pid, signal.SIGTERM)
    first.wait()
    study_of(tmp_path, "staff.sav")
    assert reader_process._readers[0].process is not first


@pytest.mark.skipif(not hasattr(signal, "alarm"), reason="no alarm on this system")
def test_a_process_that_died_of_waiting_says_nothing_of_the_next_file(tmp_path, monkeypatch):
    write_sav(tmp_path / "staff.sav")
    study_of(tmp_path, "staff.sav")
    process = reader_process._readers[0].process
    process.send_signal(signal.SIGALRM)
    process.wait()
    assert len(study_of(tmp_path, "staff.sav").tables["internal"]) > 0


def test_no_alarm_rings_while_nothing_is_asked(monkeypatch, capfdbinary):
    rung = []
    monkeypatch.setattr(reader_process.signal, "alarm", rung.append)
    monkeypatch.setattr(reader_process.signal, "signal", lambda *_: None)
    monkeypatch.setattr(reader_process, "_reply", lambda _: rung.append(20) or ("read", {}))
    monkeypatch.setattr(reader_process.os, "dup2", lambda *_: None)
    monkeypatch.setattr(sys, "stdin", type("", (), {"buffer": [b"{}\n", b"{}\n"]}))
    reader_process.serve()
    assert rung == [20, 0, 20, 0]


def test_entities_of_xml_are_refused(tmp_path):
    from zipfile import ZipFile

    write_workbook(tmp_path / "plain.xlsx", staff_cells())
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with ZipFile(tmp_path / "plain.xlsx") as old, ZipFile(tmp_path / "staff.xlsx", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, bomb + content if name.endswith("sheet1.xml") else content)
    assert refusal(tmp_path, "staff.xlsx") == (
        "staff.xlsx is no workbook Excel has made; save the sheet as CSV."
    )


def test_a_cell_of_500_million_letters_is_refused(tmp_path):
    with duckdb.connect() as engine:
        engine.execute(
            "COPY (SELECT repeat('x', 400000000) AS person, 'A' AS branch, 1 AS q1, 1 AS q2, "
            f"1 AS q3) TO '{tmp_path / 'staff.parquet'}' (FORMAT parquet, COMPRESSION zstd)"
        )
    assert refusal(tmp_path, "staff.parquet").startswith("staff.parquet ")
