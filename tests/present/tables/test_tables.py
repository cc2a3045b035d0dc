"""One table, five formats: the numbers read back are those of the result, every name survives."""

import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from shutil import which

import docx
import numpy as np
import openpyxl
import pandas as pd
import pytest

import icx_research as icx
from icx_research.present.tables.cells import Cell, Column, Row, count, figure, words
from icx_research.present.tables.table import Table

ODD = [
    "<b>Ärger & Glück</b>", "100%_#1 $5 ~a^b {x} \\n", "=SUM(A1)", "+1", "-2", "@x", "[a]|`b`*c*",
    "Zürich Δ", "w" * 200,
]  # fmt: skip
ESCAPED = {r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^",
           "$<$": "<", "$>$": ">", "$-$": "−", r"$\Delta$": "Δ", "{[}": "[", "{]}": "]",
           r"\textsuperscript{2}": "²", r"$\chi$": "χ", r"$\alpha$": "α", r"$\omega$": "ω",
           "--": "–"}  # fmt: skip


class Cells(HTMLParser):
    """Texts of the cells of a table body, row by row."""

    def __init__(self):
        super().__init__()
        self.rows, self._open = [], False

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        self._open = self._open or tag == "td"
        if tag == "td":
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        self._open = self._open and tag != "td"

    def handle_data(self, data):
        if self._open:
            self.rows[-1][-1] += data


def from_html(table):
    reader = Cells()
    reader.feed(table.to_html().partition("<tfoot>")[0])
    return [row for row in reader.rows if row]


def from_markdown(table):
    lines = [line for line in table.to_markdown().splitlines() if line.startswith("|")][2:]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]
    plain = [[re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)\*\*", "", cell)).strip() for cell in row]
             for row in rows]  # fmt: skip
    heads = [head for head, _ in table.row_groups()]
    return [row for row in plain if not (row[0] in heads and not any(row[1:]))]


def from_latex(table):
    body = re.search(r"\\midrule\n(.*?)\\bottomrule", table.to_latex(), re.DOTALL)[1]
    rows = []
    for line in body.splitlines():
        if line.startswith(r"\multicolumn") or not line.strip():
            continue
        line = re.sub(
            r"\\textbf\{(.*?)\}", r"\1", line.removesuffix(r" \\").removeprefix(r"\quad ")
        )
        cells = [cell.strip() for cell in re.split(r"(?<!\\)&", line)]
        cells = [re.sub(r"\\textsuperscript\{(\*+)\}", r"\1", cell) for cell in cells]
        for sign, plain in ESCAPED.items():
            cells = [cell.replace(sign, plain) for cell in cells]
        rows.append([re.sub(r"\\([%&$#_{}])", r"\1", cell) for cell in cells])
    return rows


def from_word(path, table):
    grid = docx.Document(str(path)).tables[0]
    heads = {head for head, _ in table.row_groups() if head}
    rows = [[cell.text for cell in row.cells] for row in grid.rows]
    return [row for row in rows[-_body(table) :] if not set(row) <= heads]


def from_excel(path, table):
    sheet = openpyxl.load_workbook(path).active
    start = int(re.search(r"\d+", sheet.freeze_panes)[0])
    heads = {head for head, _ in table.row_groups() if head}
    rows = [list(row[: len(table.columns)]) for row in sheet.iter_rows(min_row=start)]
    return [row for row in rows[: _body(table)] if row[0].value not in heads]


def _body(table):
    return len(table.rows) + sum(bool(head) for head, _ in table.row_groups())


@pytest.fixture(scope="module")
def results():
    study = icx.load_example("company")
    linked = icx.link_study(study)
    scales = ["internal_satisfaction", "internal_expectation"]
    items = icx.scale_items(study, scales)
    fitted = icx.scale_cfa(study, scales)
    return {
        "reliability": icx.reliability_overview(study),
        "aggregation": icx.aggregation_overview(study),
        "loadings": icx.factor_analysis(items, n_factors=2),
        "fit": {"Both": fitted, "<b>One & all</b>": icx.scale_cfa(study, scales[:1])},
        "invariance": icx.scale_invariance(study, scales[0]),
        "linkage": icx.linkage_overview(linked),
        "correlations": icx.moments(items, list(items.columns)),
        "frame": pd.DataFrame({"unit": ODD, "estimate": np.linspace(-1, 1, len(ODD))}),
    }


KINDS = [
    "reliability", "aggregation", "loadings", "fit", "invariance", "linkage", "correlations",
    "frame",
]  # fmt: skip


@pytest.mark.parametrize("uncertainty", ["interval", "stars", "none"])
@pytest.mark.parametrize("kind", KINDS)
def test_all_formats_hold_the_same_cells(results, kind, uncertainty, tmp_path):
    table = icx.to_table(results[kind], number=3, uncertainty=uncertainty)
    printed = [[cell.text + cell.mark for cell in row.cells] for row in table.rows]
    assert printed
    assert from_html(table) == printed
    assert from_latex(table) == printed
    assert from_markdown(table) == printed
    assert from_word(table.to_word(tmp_path / "t.docx"), table) == printed
    cells = from_excel(table.to_excel(tmp_path / "t.xlsx"), table)
    for row, shown in zip(cells, table.rows, strict=True):
        for cell, expected in zip(row, shown.cells, strict=True):
            if expected.value is None:
                assert (cell.value or "") == expected.text
                assert cell.data_type in ("s", "n")  # "n" where it is empty, never "f"
            else:
                assert cell.value == pytest.approx(expected.value, abs=1e-12)


def test_printed_numbers_are_those_of_the_result(results):
    overview = results["linkage"].table
    row = icx.to_table(results["linkage"]).rows[0]
    first = overview.iloc[0]
    assert [cell.value for cell in row.cells[3:8]] == [
        round(first["estimate"], 2), round(first["ci_low"], 2), round(first["ci_high"], 2),
        round(first["p_value"], 3), first["n"],
    ]  # fmt: skip
    assert row.cells[8].value == round(overview.iloc[1]["estimate"], 2)
    loadings = icx.to_table(results["loadings"], digits=3)
    expected = results["loadings"].loadings.round(3).to_numpy()
    given = [[cell.value for cell in row.cells[1:3]] for row in loadings.rows[: len(expected)]]
    assert np.abs(np.array(given) - expected).max() < 1e-12


def test_notable_loadings_are_bold(results):
    rows = icx.to_table(results["loadings"]).rows
    cells = [cell for row in rows[:8] for cell in row.cells[1:3]]
    assert [cell.bold for cell in cells] == [abs(cell.value) >= 0.30 for cell in cells]


@pytest.fixture
def moments():
    cov = np.array([[1.0, 0.5, 0.1], [0.5, 1.0, -0.3], [0.1, -0.3, 1.0]])
    return icx.Moments(("a", "b", "c"), 60, np.array([3.0, 4.0, 5.0]), cov)


def texts(table):
    return [[cell.text + cell.mark for cell in row.cells] for row in table.rows]


def test_correlations_with_reliabilities_on_the_diagonal(moments):
    table = icx.correlation_table(moments, reliabilities={"a": 0.9}, labels={"a": "Service"})
    assert texts(table) == [
        ["1. Service", "3.00", "1.00", ".90", "", ""],
        ["2. b", "4.00", "1.00", ".50***", "—", ""],
        ["3. c", "5.00", "1.00", ".10", "−.30*", "—"],
    ]
    assert table.stars == ("* p < .05", "*** p < .001")


def test_means_below_intervals_and_the_upper_part(moments):
    table = icx.correlation_table(
        moments, uncertainty="interval", descriptives="rows", part="upper", digits={"M": 1}
    )
    interval = icx.correlation_table(moments, uncertainty="interval").rows[2].cells[3].text
    assert interval == "[.28, .67]"
    assert texts(table)[:2] == [["1. a", "—", ".50", ".10"], ["", "", "[.28, .67]", "[−.16, .35]"]]
    assert texts(table)[-2:] == [["M", "3.0", "4.0", "5.0"], ["SD", "1.00", "1.00", "1.00"]]


def test_the_whole_matrix_is_symmetric(moments):
    full = texts(icx.correlation_table(moments, part="full", uncertainty="none"))
    square = [row[3:] for row in full]
    assert square == [list(column) for column in zip(*square, strict=True)]


def test_files_are_the_same_bytes_again(results, tmp_path):
    table = icx.to_table(results["fit"])
    for write in (table.to_word, table.to_excel):
        first = write(tmp_path / "first").read_bytes()
        assert write(tmp_path / "second").read_bytes() == first


def test_the_word_table_has_rules_a_number_and_heads_on_every_page(results, tmp_path):
    table = icx.to_table(results["reliability"], number=4, title="Two <scales> & more")
    document = docx.Document(str(table.to_word(tmp_path / "t.docx")))
    xml = document.element.xml
    assert "SEQ Table \\* ARABIC \\r 4" in xml
    assert xml.count("<w:tblHeader/>") == 2
    assert 'w:tblCaption w:val="Two &lt;scales&gt; &amp; more"' in xml
    last = document.tables[0].rows[-1].cells[0]._tc.xml
    assert '<w:bottom w:val="single" w:sz="8"' in last
    assert document.paragraphs[1].text == "Two <scales> & more"


def test_wide_tables_lie_on_their_side(results, tmp_path):
    narrow = docx.Document(str(icx.to_table(results["linkage"], uncertainty="none")
                               .to_word(tmp_path / "a.docx")))  # fmt: skip
    many = Table("Wide", (Column("Words", words=True), *[Column("Number")] * 14),
                 (Row((words("x"), *[figure(0.5)] * 14)),))  # fmt: skip
    wide = docx.Document(str(many.to_word(tmp_path / "b.docx")))
    sizes = [(d.sections[0].page_width, d.sections[0].page_height) for d in (narrow, wide)]
    assert [width > height for width, height in sizes] == [False, True]


def test_words_stay_words_and_numbers_show_as_printed_in_excel(tmp_path):
    rows = (Row((words("=1+1"), figure(-0.327, bounded=True, mark="**"), count(60.0))),)
    table = Table("T", (Column("a", words=True), Column("r"), Column("n")), rows)
    sheet = openpyxl.load_workbook(table.to_excel(tmp_path / "t.xlsx")).active
    formula, r, n = sheet[3]
    assert (formula.value, formula.data_type, formula.quotePrefix) == ("=1+1", "s", True)
    assert (r.value, r.number_format, n.value, n.number_format) == (-0.33, '.00"**"', 60, "0")
    assert sheet.freeze_panes == "B3"


def test_a_failed_write_leaves_the_earlier_file(results, tmp_path, monkeypatch):
    table = icx.to_table(results["linkage"])
    for write in (table.to_word, table.to_excel):
        path = tmp_path / write.__name__
        before = write(path).read_bytes()
        with monkeypatch.context() as patch:

            def full(*_):
                raise OSError(28, "No space left on device")

            patch.setattr(Path, "replace", full)
            with pytest.raises(icx.StudyError) as refusal:
                write(path)
        assert str(refusal.value) == f"{path} cannot be written (No space left on device)."
        assert path.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"to_word", "to_excel"}
    with pytest.raises(icx.StudyError, match=r"^.*none.*cannot be written \(No such file"):
        table.to_word(tmp_path / "none" / "t.docx")


def test_what_refuses_gives_a_table_that_says_why():
    refused = icx.reliability_overview(icx.load_example("company"), min_items=40)
    table = icx.to_table(refused)
    assert table.rows == ()
    assert table.notes == (refused.refusal,)
    assert refused.refusal in table.to_html()


def test_what_is_no_table_and_no_option():
    with pytest.raises(TypeError, match=r"^to_table takes Result or Overview or Moments or Data"):
        icx.to_table(3)
    with pytest.raises(TypeError, match=r"^to_table takes models by their names, and at least one"):
        icx.to_table({"model": 3})
    frame = pd.DataFrame({"a": [1.0]})
    with pytest.raises(ValueError, match=r"^uncertainty must be 'interval', 'stars' or 'none', no"):
        icx.to_table(frame, uncertainty="both")
    with pytest.raises(ValueError, match=r"^digits of 'a' must be a whole number from 0 to 10, no"):
        icx.to_table(frame, digits={"a": -1})


def test_correlations_refuse_unknown_names_options_and_few_rows(moments):
    with pytest.raises(ValueError, match=r"^part must be 'lower' or 'upper' or 'full', not 'left'"):
        icx.correlation_table(moments, part="left")
    with pytest.raises(ValueError, match=r"^there is no 'd'; there are a, b, c\.$"):
        icx.correlation_table(moments, reliabilities={"d": 0.5})
    few = icx.Moments(moments.names, 9, moments.mean, moments.cov)
    with pytest.raises(icx.Blocked, match=r"^the table rests on 9 rows; at least 10 are needed"):
        icx.correlation_table(few)


def test_groups_of_columns_and_rows_stand_in_every_format(tmp_path):
    columns = (Column("Item", words=True), Column("LL", "95% CI"), Column("UL", "95% CI"))
    rows = (Row((words("x"), figure(0.1), figure(0.2)), "First"),
            Row((words("y"), figure(0.3), Cell()), "Second"))  # fmt: skip
    table = Table("T", columns, rows)
    assert table.column_groups() == [("", 1), ("95% CI", 2)]
    assert table.to_html().count('colspan="2"') == 1
    assert r"\multicolumn{2}{c}{95\% CI}" in table.to_latex()
    assert r"\cmidrule(lr){2-3}" in table.to_latex()
    assert "| Item | 95% CI: LL | 95% CI: UL |" in table.to_markdown()
    assert "| First | | |" in table.to_markdown()
    sheet = openpyxl.load_workbook(table.to_excel(tmp_path / "t.xlsx")).active
    assert [str(area) for area in sheet.merged_cells.ranges] == ["B2:C2"]
    grid = docx.Document(str(table.to_word(tmp_path / "t.docx"))).tables[0]
    assert [row.cells[0].text for row in grid.rows] == ["", "Item", "First", "x", "Second", "y"]


@pytest.mark.skipif(which("pdflatex") is None, reason="no LaTeX on this machine")
@pytest.mark.parametrize("kind", KINDS)
def test_latex_compiles(results, kind, tmp_path):
    page = "\\documentclass{article}\\usepackage[utf8]{inputenc}\\usepackage[T1]{fontenc}"
    page += "\\usepackage{booktabs,threeparttable}\\begin{document}\n"
    page += icx.to_table(results[kind], number=2).to_latex() + "\\end{document}\n"
    (tmp_path / "t.tex").write_text(page, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-1500:]


def test_the_page_on_manuscripts_runs_as_it_stands(tmp_path, monkeypatch):
    page = Path(icx.__file__).parents[1] / "docs" / "manuscript.md"
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        exec(block, names)
    assert {"table_1.docx", "table_1.xlsx"} <= {path.name for path in tmp_path.iterdir()}
    assert names["result"].to_apa() in page.read_text(encoding="utf-8")
