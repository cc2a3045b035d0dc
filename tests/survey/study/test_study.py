"""Studies of files and of frames of any make."""

import narwhals as nw
import numpy as np
import pandas as pd
import pytest

from icx_research import NotTestable, StudyError, link_study, read_study, study_from_frames
from tests.survey.builders import KEYS, STAFF, changed, read_small, write_study

STAFF_FRAME = pd.DataFrame(
    {"person": range(8), "branch": [1, 1, 2, 2, 3, 3, 4, 4], "q1": [6, 5, 4, 3, 2, 3, 5, None]}
)
CUSTOMERS_FRAME = pd.DataFrame(
    {"customer": range(8), "branch": [1, 1, 2, 2, 3, 3, 4, 4], "c1": [6, 7, 4, 5, 3, 2, 5, 6]}
)
TEXT = {"branch": "str", "person": "str"}


def engine(name, frame):
    if name == "nullable":
        return frame.convert_dtypes()
    if name == "category":
        return frame.astype({"branch": "category", "q1" if "q1" in frame else "c1": "category"})
    if name == "object":
        return frame.astype(object)
    if name == "text":
        return frame.map(lambda cell: "" if pd.isna(cell) else f"{cell:g}")
    if name == "pandas-pyarrow":
        pytest.importorskip("pyarrow", reason="pyarrow is not a dependency")
        return frame.convert_dtypes(dtype_backend="pyarrow")
    if name == "pyarrow":
        arrow = pytest.importorskip("pyarrow", reason="pyarrow is not a dependency")
        return arrow.Table.from_pandas(frame)
    if name == "polars":
        polars = pytest.importorskip("polars", reason="polars is an extra")
        return polars.DataFrame(frame.to_dict("list"), strict=False)
    return frame


ENGINES = ["float", "nullable", "category", "object", "text", "pandas-pyarrow", "pyarrow", "polars"]


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_gives_the_same_linked_units(name):
    plain = link_study(study_from_frames(KEYS, internal=STAFF_FRAME, external=CUSTOMERS_FRAME))
    frames = {"internal": engine(name, STAFF_FRAME), "external": engine(name, CUSTOMERS_FRAME)}
    study = study_from_frames(KEYS, **frames)
    keys = nw.from_native(study.tables["internal"], eager_only=True)["client_unit"].to_list()
    assert keys == ["1", "1", "2", "2", "3", "3", "4", "4"]
    pd.testing.assert_frame_equal(link_study(study).table, plain.table, check_dtype=False)


def test_frames_stay_untouched():
    before = STAFF_FRAME.copy()
    study_from_frames(KEYS, internal=STAFF_FRAME, external=CUSTOMERS_FRAME)
    pd.testing.assert_frame_equal(STAFF_FRAME, before)


def test_files_stay_untouched(tmp_path):
    path = write_study(tmp_path)
    read_study(path)
    assert (tmp_path / "staff.csv").read_text(encoding="utf-8") == STAFF


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (
            {"internal": STAFF_FRAME},
            "The codebook describes the table 'external'; pass external=...",
        ),
        (
            {"internal": STAFF_FRAME, "external": CUSTOMERS_FRAME, "units": STAFF_FRAME},
            "The table 'units' is not described in the codebook, which has internal, external.",
        ),
        (
            {"internal": STAFF_FRAME, "external": CUSTOMERS_FRAME.rename(columns={"c1": "c_1"})},
            "The external table has no column 'c1'; did you mean 'c_1'?",
        ),
        (
            {"internal": STAFF_FRAME.iloc[:0], "external": CUSTOMERS_FRAME},
            "The internal table has no rows; there is nothing to analyse.",
        ),
        (
            {"internal": STAFF_FRAME.set_axis(["person", "branch", "branch"], axis=1),
             "external": CUSTOMERS_FRAME},
            "The internal table has a column name twice; rename one.",
        ),
    ],
)  # fmt: skip
def test_frames_that_do_not_fit_the_codebook_are_refused(tables, message):
    with pytest.raises(StudyError) as caught:
        study_from_frames(KEYS, **tables)
    assert str(caught.value) == message


@pytest.mark.parametrize("table", [[1, 2], {"a": [1]}, "staff.csv", np.zeros((2, 2))])
def test_what_is_no_frame_is_refused(table):
    message = (
        r"^internal must be a DataFrame \(pandas, Polars, PyArrow\) held in memory, not \w+\.$"
    )
    with pytest.raises(TypeError, match=message):
        study_from_frames(KEYS, internal=table, external=CUSTOMERS_FRAME)


def test_an_absent_table_is_not_testable(tmp_path):
    study = read_small(tmp_path)
    assert len(study.table("internal")) == 8
    with pytest.raises(NotTestable) as caught:
        study.table("outcomes")
    assert caught.value.missing == "the study has no outcomes table."


def test_digests_follow_the_bytes(tmp_path):
    first = read_small(tmp_path)
    second = read_small(tmp_path, staff=STAFF + "\n")
    assert first.digests["customers.csv"] == second.digests["customers.csv"]
    assert first.digests["staff.csv"] != second.digests["staff.csv"]
    assert all(len(digest) == 64 for digest in first.digests.values())


def test_one_file_may_serve_several_tables(tmp_path):
    both = "unit,a,b\nN,1,2\nS,3,4\n"
    (tmp_path / "both.csv").write_text(both, encoding="utf-8")
    (tmp_path / "study.yaml").write_text(
        "study: S\n"
        "internal: {file: both.csv, grain: unit, keys: {client_unit: unit}, scores: {a: "
        "{value: a}}}\n"
        "external: {file: both.csv, grain: unit, keys: {serving_unit: unit}, scores: {b: "
        "{value: b}}}\n",
        encoding="utf-8",
    )
    linked = link_study(read_study(tmp_path / "study.yaml"))
    assert linked.table[["unit", "a", "b"]].to_numpy().tolist() == [["N", 1, 2], ["S", 3, 4]]


def test_undeclared_columns_are_not_kept(tmp_path):
    keys = changed(KEYS)
    study = study_from_frames(
        keys, internal=STAFF_FRAME.assign(email="x@y.z"), external=CUSTOMERS_FRAME
    )
    assert list(study.tables["internal"]) == ["respondent", "client_unit", "wave", "q1"]
