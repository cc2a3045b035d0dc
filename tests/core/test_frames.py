"""Columns that are missing are named; lazy and eager frames give the same rows."""

import duckdb
import narwhals as nw
import pandas as pd
import pytest

from icx_research.core.frames import check_columns, collected

ANSWERS = pd.DataFrame({"q1": [1, 2], "unit": ["a", "b"]})


def test_first_missing_column_is_named_beside_those_there_are():
    check_columns(["unit", "q1"], ANSWERS.columns)
    with pytest.raises(ValueError, match=r"^items has no column 'q2'; it has \['q1', 'unit'\]\.$"):
        check_columns(["q1", "q2", "q3"], ANSWERS.columns, table="items")


def test_a_lazy_frame_is_taken_into_memory_and_others_stay():
    lazy, eager = nw.from_native(duckdb.connect().from_df(ANSWERS)), nw.from_native(ANSWERS)
    assert collected(eager) is eager
    pd.testing.assert_frame_equal(collected(lazy).to_native(), ANSWERS, check_dtype=False)
