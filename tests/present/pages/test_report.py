import re

import pandas as pd

from icx_research.present.pages.report import html_table, with_footnotes


def test_table_escapes_texts_and_aligns_numbers():
    table = pd.DataFrame({"unit_name": ["<i>A</i>"], "n_units": [60], "estimate": [0.12345]})
    html = str(html_table(table))
    assert '<th style="text-align: left;">unit name</th>' in html
    assert "&lt;i&gt;A&lt;/i&gt;" in html
    assert re.findall(r"<td>([^<]*)</td>", html) == ["60", "0.123"]


def test_tiny_missing_whole_and_negative_numbers_read_well():
    numbers = [1e-9, float("nan"), 131.0, -0.527, -0.0004]
    html = str(html_table(pd.DataFrame({"x": numbers})))
    cells = re.findall(r"<td>([^<]*)</td>", html)
    assert cells == ["0.000", "", "131", "−0.527", "0.000"]


def test_tiny_p_values_are_not_shown_as_zero():
    html = str(html_table(pd.DataFrame({"p_value": [1e-9, 0.0312]})))
    assert re.findall(r"<td>([^<]*)</td>", html) == ["&lt; .001", "0.031"]


def test_notes_stand_once_below_and_empty_columns_nowhere():
    nan = float("nan")
    table = pd.DataFrame(
        {"term": ["a", "b", "c", "d"], "p_value": nan, "note": ["few.", "", "same", "few."]}
    )
    shown, notes = with_footnotes(table)
    assert shown.to_dict("list") == {"term": ["a", "b", "c", "d"], "note": ["a", "", "b", "a"]}
    assert notes == [("a", "few"), ("b", "same")]
    assert list(with_footnotes(table.assign(note=""))[0]) == ["term"]
