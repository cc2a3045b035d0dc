import pandas as pd
import pytest

from icx_research.present.tables.csv import write_csv


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_text_that_looks_like_a_formula_is_made_harmless(tmp_path, start):
    write_csv(pd.DataFrame({"unit": [f"{start}1+1"], "score": [-1.5]}), tmp_path / "t.csv")
    back = pd.read_csv(tmp_path / "t.csv", dtype={"unit": str})
    assert back["unit"].item() == f"'{start}1+1"
    assert back["score"].item() == -1.5


def test_table_is_not_changed_and_lines_end_alike_everywhere(tmp_path):
    table = pd.DataFrame({"unit": ["=a"], "n": [1]})
    write_csv(table, tmp_path / "t.csv", comment="made for a test")
    assert table["unit"].item() == "=a"
    assert (tmp_path / "t.csv").read_bytes() == b"# made for a test\nunit,n\n'=a,1\n"
