"""Cells that are no number: each kind of fault is told by what it is."""

import pytest

from icx_research import StudyError
from tests.survey.builders import CODEBOOK, CUSTOMERS, STAFF, read_small

LOOSE = CODEBOOK + "thresholds: {max_quarantined: 0.9}\n"
DATE = ("the answer looks like a date made by a spreadsheet from an entry such as 1-5; give the "
        "column the format Text and enter it again")  # fmt: skip
TWO = ("the cell seems to hold two answers, as where two boxes were marked; keep one of them or "
       "empty it")  # fmt: skip
GROUPED = "the figure has marks between its thousands; write it without them"
COMMA = "the figure is not a number; it has a decimal comma: declare decimal: ',' for the file"
SIGN = "the {}s carry a % sign; export them as plain numbers"
UNITS = """\
study: Units
internal:
  file: staff.csv
  separator: ;
  grain: unit
  keys: {client_unit: branch}
  scores: {s: {value: score, n: answered SPAN}}
external:
  file: customers.csv
  keys: {respondent: customer, serving_unit: branch}
  scores: {}
"""


@pytest.mark.parametrize(
    ("cell", "reason"),
    [("5-Jan", DATE), ("03. Mrz", DATE), ("2024-02-05", DATE), ("05.02.2024", DATE), ('"3,4"', TWO),
     ("2;3", TWO), ("80%", SIGN.format("answer")), ("12 %", SIGN.format("answer"))],
)  # fmt: skip
def test_an_answer_that_is_spoilt_says_how(tmp_path, cell, reason):
    study = read_small(tmp_path, staff=STAFF.replace("s4,B,3", f"s4,B,{cell}"), codebook=LOOSE)
    assert study.quarantine[["row", "column", "reason"]].to_numpy().tolist() == [[5, "q1", reason]]


@pytest.mark.parametrize(
    ("figures", "counts", "reasons"),
    [
        (["71.2", "66.0"], ["1,250", "2,480"], {"answered": GROUPED}),
        (["71.2", "66.0"], ["1,250", "980"], {"answered": GROUPED}),
        (["1,250", "3,125,000"], ["100", "120"], {"score": GROUPED}),
        (["71,25", "1,250"], ["100", "120"], {"score": COMMA}),
        (["0,125", "0,250"], ["100", "120"], {"score": COMMA}),
        (["85%", "90,5 %"], ["100", "120"], {"score": SIGN.format("figure")}),
    ],
)
def test_marks_in_figures_are_told_by_the_column(tmp_path, figures, counts, reasons):
    rows = [*zip("AB", figures, counts, strict=True), *(("C", "50", "90"), ("D", "40", "80"))]
    staff = "branch;score;answered\n" + "\n".join(map(";".join, rows))
    study = read_small(tmp_path, staff=staff, codebook=_units())
    found = study.quarantine.groupby("column")["reason"].unique()
    assert {column: list(said) for column, said in found.items()} == {
        column: [reason] for column, reason in reasons.items()
    }


def test_decimals_that_alone_are_in_range_have_a_decimal_comma(tmp_path):
    staff = "branch;score;answered\nA;4,333;90\nB;3,667;80\nC;4;70\nD;5;60\n"
    study = read_small(tmp_path, staff=staff, codebook=_units(", range: [1, 7]"))
    assert set(study.quarantine["reason"]) == {COMMA}


@pytest.mark.parametrize(("counts", "n_bad"), [(["1,250", "2,480"], 2), (["12,000", "9,000"], 0)])
def test_a_decimal_comma_makes_no_persons_of_thousands(tmp_path, counts, n_bad):
    rows = [
        ("A", "71,2", counts[0]),
        ("B", "66,0", counts[1]),
        ("C", "50", "90"),
        ("D", "40", "80"),
    ]
    staff = "branch;score;answered\n" + "\n".join(map(";".join, rows))
    study = read_small(
        tmp_path, staff=staff, codebook=_units().replace("grain", "decimal: ','\n  grain", 1)
    )
    assert len(study.quarantine) == n_bad
    assert set(study.quarantine["reason"]) <= {GROUPED}


def _units(span=""):
    internal, _, _ = UNITS.replace(" SPAN", span).partition("external:")
    return (
        internal + CODEBOOK[CODEBOOK.index("external:") :] + "thresholds: {max_quarantined: 0.9}\n"
    )


@pytest.mark.parametrize(
    ("unit", "others", "refused"),
    [("2-Mar", ["1-5", "1-6", "2-4"], True), ("05. Jan", ["3/4", "3/5", "2/1"], True),
     ("MAR-02", ["HAM-02", "ULM-01", "DEC-05"], False), ("2024-01-05", ["B", "C", "D"], True)],
)  # fmt: skip
def test_ids_that_became_dates_are_refused(tmp_path, unit, others, refused):
    staff, customers = STAFF, CUSTOMERS
    for old, new in zip("ABCD", [unit, *others], strict=True):
        staff, customers = (text.replace(f",{old},", f",{new},") for text in (staff, customers))
    if not refused:
        assert read_small(tmp_path, staff=staff, customers=customers).n_quarantined == 0
        return
    with pytest.raises(StudyError) as caught:
        read_small(tmp_path, staff=staff, customers=customers)
    assert str(caught.value) == (
        "staff.csv, row 2, column branch: the client unit looks like a date made by a spreadsheet "
        "from an entry such as 1-5; give the column the format Text and enter it again."
    )
