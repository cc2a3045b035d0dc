"""A frame of answers shows none of them, however it is displayed."""

import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter

from icx_research.core.safe_frame import SafeFrame

SECRET = 4711.0


@pytest.fixture
def answers():
    return SafeFrame({"q1": [SECRET, 2.0, None], "q2": [3.0, SECRET, 5.0]})


DERIVED = {
    "itself": lambda x: x,
    "head": lambda x: x.head(1),
    "column": lambda x: x["q1"],
    "part of a column": lambda x: x["q1"].dropna(),
    "row": lambda x: x.iloc[0],
    "selection": lambda x: x[["q2"]],
    "copy": lambda x: x.copy(),
    "assigned": lambda x: x.assign(q3=x["q1"] + 1),
    "transposed": lambda x: x.T,
    "filtered": lambda x: x[x["q2"] > 3],
    "dropped": lambda x: x.dropna(),
    "joined": lambda x: pd.concat([x, x]),
    "framed column": lambda x: x["q1"].to_frame(),
    "largest": lambda x: x.max(),
}


@pytest.mark.parametrize("derive", DERIVED.values(), ids=DERIVED)
def test_no_display_holds_an_answer(answers, derive):
    shown = derive(answers)
    texts = [repr(shown), str(shown), f"{shown}"]
    bundle, _ = DisplayFormatter().format(shown)
    texts += [str(content) for content in bundle.values()]
    assert not [text for text in texts if "4711" in text]


def test_display_says_what_there_is(answers):
    assert repr(answers) == "SafeFrame: 3 rows (not shown), 2 columns: q1, q2"
    html = answers._repr_html_()
    assert "<p>3 rows, not shown</p>" in html
    assert ">q1</td>" in html
    assert "<td>0.333</td>" in html
    assert repr(answers["q2"]) == "SafeSeries: 3 values of 'q2', not shown"


def test_many_columns_are_not_all_named():
    wide = SafeFrame([range(31)])
    assert repr(wide).endswith("28, 29, ...")
    assert repr(wide.iloc[:, :30]).endswith("28, 29")


def test_numbers_are_those_of_a_plain_frame(answers):
    plain = pd.DataFrame(answers)
    assert type(plain) is pd.DataFrame
    assert plain["q1"].tolist()[:2] == [SECRET, 2.0]
    assert float(answers["q2"].mean()) == (3 + SECRET + 5) / 3
    pd.testing.assert_frame_equal(pd.DataFrame(answers.cov()), plain.cov())
