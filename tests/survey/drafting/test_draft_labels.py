"""Drafts use what labels and words say, and name what they do not know."""

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from icx_research import StudyError, read_codebook, read_study
from icx_research.survey.drafting.draft import draft_study
from icx_research.survey.drafting.files import look_at
from tests.survey.formats import write_workbook

N_UNITS, PEOPLE = 12, 12
N = N_UNITS * PEOPLE


def drafted(folder, customers, *, labels=None):
    """Draft a study with these answers of customers; their scale, its text and path come back."""
    rng = np.random.default_rng(7)
    branch = [f"B{i:02d}" for i in range(N_UNITS)] * PEOPLE
    staff = pd.DataFrame({"staff_id": range(N), "branch": branch, "q1": rng.integers(1, 6, N)})
    staff.to_csv(folder / "staff.csv", index=False)
    frame = pd.DataFrame({"customer_id": range(N), "branch": branch, **customers})
    path = folder / ("customers.sav" if labels else "customers.csv")
    if labels:
        pyreadstat.write_sav(frame, str(path), variable_value_labels=labels)
    else:
        frame.to_csv(path, index=False)
    book, *_ = draft_study(folder / "study", internal=folder / "staff.csv", external=path)
    (scale,) = read_codebook(book).sources["external"].scales
    return scale, " ".join(book.read_text(encoding="utf-8").replace("#", " ").split()), book


def turns(*words, n=N):
    return [words[i % len(words)] for i in range(n)]


@pytest.mark.parametrize(
    ("labels", "range_", "asked"),
    [
        ({1: "très satisfait", 4: "pas du tout satisfait"}, (1, 4),
         "as the labels say (1 très satisfait, 4 pas du tout satisfait)? Then take the mark off: "
         "higher_is: worse"),
        ({1: "bad", 7: "good"}, (1, 7), "range: [1, 7]"),
        ({1: "slecht", 4: "goed", 6: "weet niet"}, (1, 4),
         'do these entries mean no answer (6 weet niet)? Then take the mark off: '
         'missing_codes: ["6"]'),
        ({0: "Refused", 1: "poor", 4: "excellent"}, (1, 4),
         'do these entries mean no answer (0 Refused)? Then take the mark off: '
         'missing_codes: ["0"]'),
    ],
)  # fmt: skip
def test_labels_give_direction_range_and_codes(tmp_path, labels, range_, asked):
    codes = [float(code) for code in labels if not 1 <= code <= 4]
    given = turns(1.0, 2.0, 3.0, 4.0, 2.0, 3.0, *[code for code in codes if code != 7])
    scale, text, _ = drafted(tmp_path, {"c1": given}, labels={"c1": labels})
    assert scale.response_range == range_
    assert asked in text
    assert ("higher_is: worse" in text) == ("higher_is" in asked)


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        (("aldrig", "sällan", "ofta", "alltid", "ibland"),
         {"aldrig": 1, "sällan": 2, "ibland": 3, "ofta": 4, "alltid": 5}),
        (("Nigdy", "Rzadko", "Często"), {"Nigdy": 1, "Rzadko": 2, "Często": 3}),
        (("Non", "Oui"), {"Non": 0, "Oui": 1}),
        (("Nee", "Ja"), {"Nee": 0, "Ja": 1}),
        (("⭐", "⭐⭐", "⭐⭐⭐", "⭐⭐⭐⭐"), {"⭐": 1, "⭐⭐": 2, "⭐⭐⭐": 3, "⭐⭐⭐⭐": 4}),
        (("1/6", "3/6", "4/6"), {"1/6": 1, "3/6": 3, "4/6": 4}),
        (("5 molto buono", "3 medio", "1 pessimo"),
         {"1 pessimo": 1, "3 medio": 3, "5 molto buono": 5}),
        (("Mycket nöjd", "Nöjd", "Missnöjd", "Mycket missnöjd"),
         {"Mycket missnöjd": 1, "Missnöjd": 2, "Nöjd": 3, "Mycket nöjd": 4}),
    ],
)  # fmt: skip
def test_answers_in_words_of_many_languages_are_numbered(tmp_path, words, answers):
    scale, text, book = drafted(tmp_path, {"c1": turns(*words)})
    assert scale.answers == {word.casefold(): number for word, number in answers.items()}
    assert "is this their order?" in text
    assert read_study(book).n_quarantined == 0


@pytest.mark.parametrize(
    ("known", "unknown"), [(("No", "No", "No"), "Da oben"), (("Never", "Often", "Always"), "Now"),
                           (("5 - top", "4 - ok", "1 - bad"), "whatever")]
)  # fmt: skip
def test_a_word_without_a_number_is_named_and_never_dropped(tmp_path, known, unknown):
    scale, text, book = drafted(tmp_path, {"c1": turns(*known, unknown)})
    assert unknown.casefold() not in scale.answers
    assert f"where it means no answer: {unknown}." in text
    with pytest.raises(StudyError, match="the answer is not a number"):
        read_study(book)


def test_comments_among_answers_are_counted_and_not_shown(tmp_path):
    given = turns("Never", "Often", "Always")
    given[5:7] = ["PRIVATE one", "PRIVATE two"]
    _, text, _ = drafted(tmp_path, {"c1": given})
    assert "PRIVATE" not in text
    assert "and 2 more entries of single rows" in text


@pytest.mark.parametrize(
    ("cell", "said"),
    [("5-Jan", "looks like a date made by a spreadsheet"), ("2,3", "seems to hold two answers"),
     ("40%", "carry a % sign")],
)  # fmt: skip
def test_spoilt_cells_are_named_by_row_and_not_drafted_from(tmp_path, cell, said):
    given = turns("1", "4", "3", "5")
    given[7] = cell
    scale, text, _ = drafted(tmp_path, {"c1": given})
    assert "customers.csv, row 9, column c1: the " in text
    assert said in text
    assert scale.answers == {}
    assert scale.response_range == (1, 5)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [("b;q;n\nA;4;1,250\nB;3;980\n", "."),
     ("b;q;n\nA;4;12\nB;2,3;13\nC;4;9\nD;5;1\nE;1;4\nF;2;6\n", "."),
     ("b;q;n\nA;4,25;12\nB;2,5;13\n", ","), ("b;q;n\nA;4,333;12\nB;2,667;13\n", ",")],
)  # fmt: skip
def test_commas_between_thousands_or_two_answers_are_no_decimal_marks(tmp_path, text, decimal):
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    assert look_at(tmp_path / "x.csv").decimal == decimal


def test_the_widest_sheet_is_taken_and_named_where_it_is_refused(tmp_path):
    rows = [["branch", "q1", "q2", "q3"], *([f"B{i}", 1, 2, 3] for i in range(9))]
    book = write_workbook(
        tmp_path / "x.xlsx", [["Contents", ""], ["Table 1", "staff"], ["Notes", "x"]]
    )
    sheet = book.create_sheet("Table 1")
    for row in rows:
        sheet.append(row)
    book.save(tmp_path / "x.xlsx")
    found = look_at(tmp_path / "x.xlsx")
    assert (found.place, found.sheets) == ("x.xlsx, sheet 'Table 1'", ("Data",))
    sheet.insert_rows(1, 2)
    sheet["A1"], sheet["B1"], sheet["A2"] = "Table 1", "Back to contents", "All staff"
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(StudyError) as caught:
        look_at(tmp_path / "x.xlsx")
    assert str(caught.value) == (
        "x.xlsx, sheet 'Table 1', row 1: 2 texts stand there; the column names seem to stand in "
        "row 3: delete the rows above."
    )
