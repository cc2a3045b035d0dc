"""Drafts from files of strangers: they parse, they run, they ask and never apply."""

import re
import shutil

import pandas as pd
import pyreadstat
import pytest

from icx_research import Blocked, StudyError, link_study, read_codebook, read_study
from icx_research.survey.drafting.draft import draft_study
from icx_research.survey.drafting.files import look_at
from icx_research.survey.study.datasets import example_path
from tests.survey.drafting.strangers import UNITS, draft, surveys, write


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_strangers_files_become_a_running_study(tmp_path, rng, separator, encoding):
    files = write(tmp_path, *surveys(rng), separator=separator, encoding=encoding)
    path, text = draft(tmp_path, *files)
    study = read_study(path)
    assert study.codebook.sources["internal"].keys["client_unit"] == "Filiale"
    assert study.codebook.sources["external"].keys == {
        "respondent": "Kunde", "serving_unit": "Standort"
    }  # fmt: skip
    assert study.codebook.question.external == ("zufrieden",)
    assert len(link_study(study).table) == 12
    assert "file: ../staff.csv" in text


@pytest.mark.parametrize("top", [5, 7, 10])
def test_ranges_are_guessed_and_asked_about(tmp_path, rng, top):
    path, text = draft(tmp_path, *write(tmp_path, *surveys(rng, top=top)))
    scales = read_codebook(path).sources["internal"].measures
    assert scales["internal_q"].response_range == (1, top)
    assert f"range: [1, {top}]   # QUESTION: is this the range that was asked?" in text


def test_codes_and_reverse_keyed_items_are_asked_about_and_not_applied(tmp_path, rng):
    path, text = draft(tmp_path, *write(tmp_path, *surveys(rng)))
    assert '# missing_codes: ["99"]' in text
    assert "# reverse_keyed: [q3]" in text
    scale = read_codebook(path).sources["internal"].measures["internal_q"]
    assert (scale.reverse_keyed, scale.missing_codes) == ((), ())
    assert read_study(path).n_quarantined == 8
    text = re.sub(r"# (missing_codes|reverse_keyed)", r"\1", text)
    path.write_text(text, encoding="utf-8")
    answered = read_study(path)
    assert answered.n_quarantined == 0
    assert answered.codebook.sources["internal"].measures["internal_q"].reverse_keyed == ("q3",)


def test_ids_spelled_otherwise_get_suggestions(tmp_path, rng):
    staff, customers = surveys(rng)
    customers["Standort"] = customers["Standort"].str.replace("Köln 0", "köln-")
    home = tmp_path / "study"
    files = write(tmp_path, staff, customers)
    written = draft_study(home, internal=files[0], external=files[1])
    assert [path.name for path in written] == ["study.yaml", "crosswalk.csv"]
    text = written[0].read_text(encoding="utf-8")
    assert (
        "#   internal unit 'Filiale Köln 01' is not in customers.csv; is it 'Filiale köln-1'?"
    ) in text
    pairs = pd.read_csv(written[1])
    assert pairs["pairing"].value_counts().to_dict() == {"spelled otherwise": 9, "same id": 3}
    with pytest.raises(Blocked, match="only 25% of the respondents belong to a unit"):
        link_study(read_study(written[0]))
    text = re.sub(r"^# (crosswalk:|  file: crosswalk|  keys: \{client)", r"\1", text, flags=re.M)
    written[0].write_text(text, encoding="utf-8")
    assert len(link_study(read_study(written[0])).table) == 12


LIKERT = {1: "Strongly disagree", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Strongly agree"}
ENDS = {1: "1 - not at all", 2: "2", 3: "3", 4: "4", 5: "5 - completely"}


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        (LIKERT, {word.casefold(): value for value, word in LIKERT.items()}),
        (ENDS, {"1 - not at all": 1, "5 - completely": 5}),
        (
            {1: "Sehr unzufrieden", 2: "Unzufrieden", 3: "Zufrieden", 4: "Sehr zufrieden",
             5: "Sehr zufrieden"},
            {"sehr unzufrieden": 1, "unzufrieden": 2, "zufrieden": 3, "sehr zufrieden": 4},
        ),
    ],
    ids=["words", "words at the ends", "no middle"],
)  # fmt: skip
def test_answers_in_words_are_numbered_and_asked_about(tmp_path, rng, words, answers):
    staff, customers = surveys(rng, top=5)
    plain = customers["zufrieden1"].copy()
    customers[["zufrieden1", "zufrieden2"]] = customers[["zufrieden1", "zufrieden2"]].apply(
        lambda column: column.map(words)
    )
    path, text = draft(tmp_path, *write(tmp_path, staff, customers))
    scale = read_codebook(path).sources["external"].measures["zufrieden"]
    assert scale.answers == answers
    assert scale.response_range == (1, max(answers.values()))
    assert "# QUESTION: is this their order?" in text
    read = read_study(path).tables["external"]["zufrieden1"]
    assert read.tolist() == plain.clip(upper=max(answers.values())).tolist()


def test_sentences_side_by_side_become_one_scale(tmp_path, rng):
    staff, customers = surveys(rng, top=5)
    sentences = {
        "q1": "The service desk answers quickly [1 = no, 5 = yes]",
        "q2": "Staff of the service desk are friendly [1 = no, 5 = yes]",
        "q3": "I am never satisfied with the service desk [1 = no, 5 = yes]",
    }
    staff = staff.drop(columns="Personal_Nr").rename(columns=sentences).replace(99, 3)
    path, text = draft(tmp_path, *write(tmp_path, staff, customers))
    source = read_codebook(path).sources["internal"]
    assert list(source.measures["internal_ratings"].items) == list(sentences.values())
    assert "respondent" not in source.keys
    assert '        - "Staff of the service desk are friendly [1 = no, 5 = yes]"' in text


def test_neighbours_with_a_word_in_common_become_one_scale(tmp_path, rng):
    staff, customers = surveys(rng, top=5)
    customers = customers.rename(columns={"zufrieden1": "sat_staff", "zufrieden2": "sat_speed"})
    path, _ = draft(tmp_path, *write(tmp_path, staff, customers))
    scales = read_codebook(path).sources["external"].measures
    assert list(scales["sat"].items) == ["sat_staff", "sat_speed"]


@pytest.mark.parametrize("name", ["filialnr", "Filial-Nummer", "branch_no", "StoreID", "store"])
def test_units_are_known_by_what_names_their_ids(tmp_path, rng, name):
    staff, customers = surveys(rng)
    customers["Standort"] = [str(UNITS.index(unit) + 1) for unit in customers["Standort"]]
    staff["Filiale"] = [f"{UNITS.index(unit) + 1:04d}" for unit in staff["Filiale"]]
    files = write(tmp_path, staff, customers.rename(columns={"Standort": name}))
    written = draft_study(tmp_path / "study", internal=files[0], external=files[1])
    assert read_codebook(written[0]).sources["external"].keys["serving_unit"] == name
    assert (pd.read_csv(written[1], dtype=str)["client_unit"].str.len() == 4).all()


def test_the_first_sheet_with_a_table_is_drafted_and_the_others_are_asked_about(tmp_path, rng):
    staff, customers = surveys(rng)
    files = [tmp_path / "staff.xlsx", tmp_path / "customers.xlsx"]
    for path, frame in zip(files, (staff, customers), strict=True):
        with pd.ExcelWriter(path) as book:
            pd.DataFrame({"About this survey": []}).to_excel(book, sheet_name="Read me")
            frame.to_excel(book, sheet_name="Answers", index=False)
    path, text = draft(tmp_path, *files)
    assert read_codebook(path).sources["internal"].sheet == "Answers"
    assert "# QUESTION: or one of the other sheets, 'Read me'?" in text
    assert len(link_study(read_study(path)).table) == 12


def test_a_decimal_comma_is_detected(tmp_path, rng):
    staff, customers = surveys(rng)
    staff["q2"] = [f"{value},5" if value < 7 else "7" for value in staff["q2"]]
    path, text = draft(tmp_path, *write(tmp_path, staff, customers))
    assert 'decimal: ","   # as found in the file' in text
    assert read_study(path).tables["internal"]["q2"].max() in (6.5, 7)


@pytest.mark.parametrize(
    ("unit", "written", "guessed"),
    [("Köln", "cp1252", "cp1252"), ("Źrebce", "cp1250", "cp1250"), ("Köln", "utf-8", "")],
)
def test_an_encoding_that_is_guessed_is_asked_about(tmp_path, rng, unit, written, guessed):
    staff, customers = (table.replace("B00", unit) for table in surveys(rng))
    staff.iloc[0, 0] = unit
    _, text = draft(tmp_path, *write(tmp_path, staff, customers, encoding=written))
    assert text.count("QUESTION: do names read well, or") == 2 * bool(guessed)
    assert not guessed or f"encoding: {guessed}   # QUESTION: do names read well" in text


def test_waves_need_a_partner(tmp_path, rng):
    staff, customers = surveys(rng)
    staff["wave"] = ["1", "2"] * 90
    path, text = draft(tmp_path, *write(tmp_path, staff, customers))
    assert "QUESTION: is 'wave' a survey wave? The other file has no column" in text
    customers["Welle"] = ["1", "2"] * 90
    shutil.rmtree(tmp_path / "study")
    path, _ = draft(tmp_path, *write(tmp_path, staff, customers))
    assert read_codebook(path).sources["external"].keys["wave"] == "Welle"


def test_persons_that_repeat_are_no_respondents(tmp_path, rng):
    staff, customers = surveys(rng)
    staff["Personal_Nr"] = [str(i % 20) for i in range(len(staff))]
    staff["Filiale"] = UNITS[:6] * 30
    path, text = draft(tmp_path, *write(tmp_path, staff, customers))
    assert "respondent" not in read_codebook(path).sources["internal"].keys
    assert "Without a respondent key every row counts as one person." in text


def test_personal_data_are_named_and_left_out(tmp_path, rng):
    staff, customers = surveys(rng)
    staff["contact"] = [f"a{i}@b.org" for i in range(len(staff))]
    path, text = draft(tmp_path, *write(tmp_path, staff, customers))
    assert "Columns that are never loaded, as personal data: contact." in text
    assert "b.org" not in text
    assert read_study(path).dropped_columns == {"internal": ("contact",)}


def test_spss_and_excel_files_are_drafted(tmp_path, rng):
    staff, customers = surveys(rng)
    pyreadstat.write_sav(
        staff, str(tmp_path / "staff.sav"), column_labels={"q1": 'They keep "promises": #1'}
    )
    with pd.ExcelWriter(tmp_path / "customers.xlsx") as book:
        customers.to_excel(book, sheet_name="Data 2025", index=False)
        customers.head(0).to_excel(book, sheet_name="Notes")
    path, text = draft(tmp_path, tmp_path / "staff.sav", tmp_path / "customers.xlsx")
    assert 'sheet: "Data 2025"' in text
    items = read_study(path).codebook.sources["internal"].measures["internal_q"].items
    assert items["q1"] == 'They keep "promises": #1'


def test_no_answer_stands_in_a_draft(tmp_path, rng):
    staff, customers = surveys(rng)
    staff["q1"] = staff["q1"].astype(str)
    staff.loc[[3, 5], "q1"] = ["SECRET", "n/a"]
    staff["comment"] = [f"PRIVATE words {i}" for i in range(len(staff))]
    _, text = draft(tmp_path, *write(tmp_path, staff, customers))
    assert "SECRET" not in text and "PRIVATE" not in text
    assert '# missing_codes: ["99", "n/a"]' in text


def test_the_company_drafts_as_it_is(tmp_path):
    folder = example_path("company").parent
    path, text = draft(tmp_path, folder / "internal_ratings.csv", folder / "external_ratings.csv")
    book = read_codebook(path)
    assert book.sources["internal"].keys == {
        "respondent": "rater", "client_unit": "client_unit", "supplier_unit": "supplier_unit",
        "wave": "wave",
    }  # fmt: skip
    assert (book.question.internal, book.question.external) == (("isat",), ("csat",))
    assert book.sources["external"].measures["nps"].response_range == (0, 10)
    assert "# reverse_keyed: [isat3]" in text
    assert len(link_study(read_study(path)).table) == 180


def test_templates_parse_and_explain_themselves(tmp_path):
    written = draft_study(tmp_path / "new")
    assert [path.name for path in written] == [
        "study.yaml", "internal.csv", "external.csv", "README.md",
    ]  # fmt: skip
    assert read_codebook(written[0]).question.external == ("csat",)
    with pytest.raises(StudyError, match=r"^internal\.csv holds column names only; export it"):
        read_study(written[0])
    people = range(1, 5)
    written[1].write_text("respondent,unit,q1,q2,q3\n" + "".join(f"{i},A,4,4,4\n" for i in people))
    written[2].write_text("customer,unit,c1,c2,c3\n" + "".join(f"{i},A,4,4,4\n" for i in people))
    assert read_study(written[0]).n_quarantined == 0


def test_odd_column_names_are_written_so_that_yaml_reads_them(tmp_path, rng):
    staff, customers = surveys(rng)
    names = {"Filiale": 'Unit: "the" one', "q1": "Q 1 #a", "q2": "yes", "q3": "unit"}
    files = write(tmp_path, staff.rename(columns=names), customers)
    path, text = draft(tmp_path, *files)
    source = read_study(path).codebook.sources["internal"]
    assert source.keys["client_unit"] == 'Unit: "the" one'
    assert [list(scale.items) for scale in source.measures.values()] == [["Q 1 #a"], ["yes"]]
    assert "Columns that are not used: unit." in text


def test_qualtrics_is_recognised(tmp_path):
    path = tmp_path / "staff.csv"
    path.write_text(
        'unit,q1\nUnit,"How good, overall?"\n"{""ImportId"":""a""}","{""ImportId"":""b""}"\nA,4\n'
    )
    looked = look_at(path)
    assert looked.settings == {"format": "qualtrics"}
    assert (looked.columns["q1"], looked.wording["q1"]) == (["4"], "How good, overall?")
