"""Drafts of wide files: blocks of suppliers are recognised, asked about, and run."""

import numpy as np
import pandas as pd
import pytest

from icx_research import link_study, read_codebook, read_study
from icx_research.survey.drafting.draft import draft_study

UNITS = [f"Site {i:02d}" for i in range(1, 9)]


def customers(folder):
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {"customer": [f"k{i}" for i in range(80)], "site": UNITS * 10,
         "c1": rng.integers(1, 8, 80)}
    )  # fmt: skip
    frame.to_csv(folder / "customers.csv", index=False)
    return folder / "customers.csv"


def draft(folder, columns, *, extra=None, top=7):
    """Draft a study of an internal file with these columns of answers."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"respondent": [f"s{i}" for i in range(80)], "site": UNITS * 10})
    for name in columns:
        frame[name] = rng.integers(1, top + 1, 80)
    for name, cells in (extra or {}).items():
        frame[name] = cells
    frame.to_csv(folder / "staff.csv", index=False)
    (path,) = draft_study(
        folder / "study", internal=folder / "staff.csv", external=customers(folder)
    )
    return path, path.read_text(encoding="utf-8")


def crossed(suppliers, items, mark="_"):
    return [f"{supplier}{mark}{item}" for supplier in suppliers for item in items]


@pytest.mark.parametrize(
    ("suppliers", "items", "mark"),
    [
        (["HR", "IT"], ["q1", "q2"], "_"),
        (["HR", "IT", "Finance and tax"], ["q1", "q2", "q3"], "."),
        (["HR_Nord", "IT_Nord", "on"], ["isat1", "isat2"], "_"),
        (["HR", "IT"], ["p_1a", "p_2a", "e_1a"], "_"),
    ],
)
def test_blocks_are_drafted_as_they_are_and_run(tmp_path, suppliers, items, mark):
    path, text = draft(tmp_path, crossed(suppliers, items, mark))
    blocks = read_codebook(path).sources["internal"].blocks
    assert blocks.pattern == f"{{supplier}}{mark}{{item}}"
    assert list(blocks.suppliers) == suppliers
    assert (
        "supplier_blocks:   # QUESTION: are these suppliers, each rated on the same items?" in text
    )
    study = read_study(path)
    scales = study.codebook.sources["internal"].measures.values()
    assert sorted(item for scale in scales for item in scale.items) == sorted(items)
    assert len(study.tables["internal"]) == 80 * len(suppliers)
    assert len(link_study(study).table) == len(UNITS)
    assert "not used" not in text


def test_other_columns_stay_beside_the_blocks_and_are_named(tmp_path):
    rng = np.random.default_rng(5)
    extra = {"tenure": rng.integers(0, 30, 80), "mood1": rng.integers(1, 6, 80)}
    path, text = draft(tmp_path, crossed(["HR", "IT"], ["q1", "q2"]), extra=extra)
    assert "# Columns that are not used: tenure, mood1." in text
    assert read_codebook(path).sources["internal"].columns == (
        "respondent", "site", "HR_q1", "HR_q2", "IT_q1", "IT_q2",
    )  # fmt: skip


def test_who_was_not_asked_and_codes_do_not_hide_the_blocks(tmp_path):
    rng = np.random.default_rng(6)
    cells = rng.integers(1, 8, 80).astype(object)
    cells[:30], cells[30:35] = "", 99
    extra = {name: cells for name in crossed(["HR", "IT"], ["q1", "q2"])}
    path, text = draft(tmp_path, [], extra=extra)
    assert '# missing_codes: ["99"]' in text
    assert "left out as not asked" in read_study(path).log[0]


@pytest.mark.parametrize(
    "columns",
    [
        crossed(["service", "quality"], ["1", "2", "3"]),  # two scales
        crossed(["P", "E"], ["rel1", "rel2"]),  # perceptions and expectations
        crossed(["Q1", "Q2"], ["a", "b"]),  # two questions with parts
        crossed(["w1", "w2"], ["sat1", "sat2"]),  # two waves
        crossed(["HR", "IT"], ["sat"]),  # one item each looks like anything
        ["HR_q1", "HR_q2", "IT_q3", "IT_q4"],  # other items
    ],
)
def test_other_names_are_no_blocks(tmp_path, columns):
    path, text = draft(tmp_path, columns)
    assert "supplier_blocks" not in text
    assert read_study(path).n_quarantined == 0


def test_a_column_of_suppliers_needs_no_blocks(tmp_path):
    extra = {"supplier": ["HR", "IT"] * 40}
    _, text = draft(tmp_path, crossed(["now", "later"], ["sat1", "sat2"]), extra=extra)
    assert "supplier_unit: supplier" in text
    assert "supplier_blocks" not in text


def test_customers_have_no_suppliers(tmp_path):
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"customer": [f"k{i}" for i in range(80)], "site": UNITS * 10})
    for name in crossed(["web", "shop"], ["c1", "c2"]):
        frame[name] = rng.integers(1, 8, 80)
    frame.to_csv(tmp_path / "customers.csv", index=False)
    staff = pd.DataFrame({"respondent": range(80), "site": UNITS * 10,
                          "q1": rng.integers(1, 8, 80)})  # fmt: skip
    staff.to_csv(tmp_path / "staff.csv", index=False)
    (path,) = draft_study(tmp_path / "study", internal=tmp_path / "staff.csv",
                          external=tmp_path / "customers.csv")  # fmt: skip
    assert "supplier_blocks" not in path.read_text(encoding="utf-8")


def test_grids_of_sentences_answered_in_words_are_blocks_too(tmp_path):
    rng = np.random.default_rng(8)
    ladder = ["strongly disagree", "disagree", "neutral", "agree", "strongly agree"]
    columns = crossed(["HR", "IT"], ["They help me quickly", "They keep their promises"], " - ")
    extra = {name: [ladder[i] for i in rng.integers(0, 5, 80)] for name in columns}
    path, _ = draft(tmp_path, [], extra=extra)
    blocks = read_codebook(path).sources["internal"].blocks
    assert (blocks.pattern, list(blocks.suppliers)) == ("{supplier} - {item}", ["HR", "IT"])
    study = read_study(path)
    assert (len(study.tables["internal"]), study.n_quarantined) == (160, 0)
    assert set(study.tables["internal"]["They help me quickly"]) <= {1.0, 2.0, 3.0, 4.0, 5.0}
