import numpy as np
import pandas as pd
import pytest

from icx_research.core.display import cell_text, shown_cells, shown_table

LONG = "a note that is longer than the fifty characters at which a data frame cuts texts"


@pytest.mark.parametrize(
    ("value", "column", "text"),
    [
        (-0.0004, "estimate", "0.000"),
        (-0.5274, "estimate", "−0.527"),
        (1.0, "cfi", "1.000"),
        (131.0, "n_units", "131"),
        (1.0, "n", "1"),
        (0.00099, "p_value", "< .001"),
        (0.001, "p_value", "0.001"),
        (float("nan"), "estimate", ""),
        (pd.NA, "raters_for_70", ""),
        (None, "means", ""),
        (7, "n_items", "7"),
        ("B01", "unit", "B01"),
    ],
)
def test_a_cell_reads_as_in_a_paper(value, column, text):
    assert cell_text(value, column) == text


def test_nothing_is_cut_and_everything_escaped():
    html = shown_table(pd.DataFrame({"note": [LONG], "unit": ["<i>A</i>"]}))._repr_html_()
    assert LONG in html
    assert "&lt;i&gt;A&lt;/i&gt;" in html


def test_names_of_rows_are_shown_and_mere_numbers_are_not():
    named = pd.DataFrame({"F1": [0.5]}, index=["q1"])
    assert ">q1</th>" in shown_table(named)._repr_html_()
    counted = pd.DataFrame({"F1": [0.5]}, index=[37])
    assert "37" not in shown_table(counted)._repr_html_()


def test_words_stand_on_the_left_and_sentences_have_room():
    table = pd.DataFrame({"unit": ["A"], "n": [3.0], "note": [LONG]}, index=pd.Index(["x"]))
    left, wide = ' style="text-align: left;"', ' style="text-align: left; min-width: 16em;"'
    html = shown_table(table)._repr_html_()
    for tag in (
        f"<th{left}></th>", f"<th{left}>unit</th>", "<th>n</th>", f"<th{wide}>note</th>",
        f"<th{left}>x</th>", f"<td{left}>A</td>", "<td>3</td>", f"<td{wide}>{LONG}</td>",
    ):  # fmt: skip
        assert tag in html
    levels = table.set_axis(pd.MultiIndex.from_product([["all"], table.columns]), axis="columns")
    assert f"<td{left}>A</td>" in shown_table(levels)._repr_html_()


def test_levels_of_columns_and_the_table_itself_stay():
    table = pd.DataFrame(
        [[0.12345, np.nan]], columns=pd.MultiIndex.from_tuples([("a", "min"), ("a", "max")])
    )
    assert shown_cells(table, digits=2).to_numpy().tolist() == [["0.12", ""]]
    assert list(shown_cells(table).columns) == list(table.columns)
    assert table.iloc[0, 0] == 0.12345


def test_an_empty_table_says_so():
    assert repr(shown_table(pd.DataFrame({"side": []}))) == "nothing"
