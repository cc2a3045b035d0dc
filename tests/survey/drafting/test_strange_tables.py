"""Drafts of tables laid out otherwise: a row per unit, a column per wave, loops, weights."""

import numpy as np
import pandas as pd
import pytest

from icx_research import StudyError, link_study, read_codebook, read_study
from icx_research.survey.drafting.draft import draft_study

N = 12
UNITS = [f"Site {i:02d}" for i in range(1, N + 1)]


def staff(rng, rows=120, **columns):
    frame = pd.DataFrame({"respondent": [f"s{i}" for i in range(rows)],
                          "branch": (UNITS * rows)[:rows]})  # fmt: skip
    return frame.assign(**{name: cells(rng, rows) if callable(cells) else cells
                           for name, cells in columns.items()})  # fmt: skip


def answers(rng, rows):
    return rng.integers(1, 6, rows)


def draft(folder, internal, external=None, **named):
    external = internal if external is None else external
    for name, frame in (("staff", internal), ("customers", external)):
        frame.to_csv(folder / f"{name}.csv", index=False)
    path, *_ = draft_study(
        folder / "study", internal=folder / "staff.csv", external=folder / "customers.csv", **named
    )
    return path, path.read_text(encoding="utf-8")


def items(names):
    return dict.fromkeys(names, answers)


CUSTOMERS = {"rating_1": answers, "rating_2": answers}


def trusts(rng, names=("engagement", "would_recommend_pct", "respondents"), rows=30):
    figures = [rng.normal(6, 0.5, rows).round(2), rng.uniform(40, 90, rows).round(1),
               rng.integers(50, 900, rows)]  # fmt: skip
    ids = [f"R{i:02d}" for i in range(1, rows + 1)]
    return pd.DataFrame({"trust": ids} | dict(zip(names, figures, strict=True)))


@pytest.mark.parametrize(
    ("names", "scores"),
    [
        (
            ("engagement", "would_recommend_pct", "respondents"),
            {"engagement": ("mean", "respondents"),
             "would_recommend_pct": ("percent", "respondents")},
        ),
        (
            ("Zufriedenheit", "Anteil zufrieden", "Anzahl Befragte"),
            {"zufriedenheit": ("mean", "Anzahl Befragte"),
             "anteil_zufrieden": ("percent", "Anzahl Befragte")},
        ),
        (
            ("trust_mean", "pride_rate", "n"),
            {"trust_mean": ("mean", "n"), "pride_rate": ("percent", "n")},
        ),
    ],
)  # fmt: skip
def test_tables_with_one_row_per_unit_are_drafted_as_such_and_run(tmp_path, rng, names, scores):
    path, text = draft(tmp_path, trusts(rng, names), staff_like(rng))
    source = read_codebook(path).sources["internal"]
    assert (source.grain, dict(source.keys)) == ("unit", {"client_unit": "trust"})
    assert {n: (s.metric, s.n) for n, s in source.measures.items()} == scores
    assert "QUESTION: is each row a unit with its published figures?" in text
    assert "QUESTION: did the same persons answer both surveys?" in text
    assert read_codebook(path).same_respondents == "unknown"
    assert len(link_study(read_study(path)).table) == 30


def staff_like(rng):
    ids = [f"R{i:02d}" for i in range(1, 31)]
    return pd.DataFrame({"trust": ids * 12, "c1": answers(rng, 360), "c2": answers(rng, 360)})


def test_each_figure_gets_its_own_count_and_error(tmp_path, rng):
    frame = trusts(rng, ("care_rate", "calm_rate", "care_base"))
    frame["calm_base"] = 77
    frame["pay_score"], frame["pay_score_se"] = rng.normal(5, 1, 30), 0.2
    frame["food_mean"], frame["food_sd"], frame["food_n"] = rng.normal(5, 1, 30), 1.1, 40
    path, _ = draft(tmp_path, frame, staff_like(rng))
    measures = read_codebook(path).sources["internal"].measures
    found = {n: (s.n, s.standard_error, s.sd) for n, s in measures.items()}
    assert found == {
        "care_rate": ("care_base", None, None),
        "calm_rate": ("calm_base", None, None),
        "pay_score": (None, "pay_score_se", None),
        "food_mean": ("food_n", None, "food_sd"),
    }


@pytest.mark.parametrize(
    ("column", "waves", "last"),
    [("year", ["2022", "2023", "2024"], "2024"), ("Quartal", ["Q4 2023", "Q1 2024"], "Q1 2024")],
)
def test_of_units_with_a_row_per_wave_the_latest_is_taken_and_asked_about(
    tmp_path, rng, column, waves, last
):
    frame = pd.concat([trusts(rng).assign(**{column: wave}) for wave in waves])
    path, text = draft(tmp_path, frame, staff_like(rng))
    source = read_codebook(path).sources["internal"]
    assert (source.grain, dict(source.where)) == ("unit", {column: (last,)})
    assert f"QUESTION: is '{last}' the wave to take?" in text
    assert len(link_study(read_study(path)).table) == 30


@pytest.mark.parametrize(
    ("names", "last"),
    [
        (["sat_2023", "sat_2024", "sat_2025"], ["sat_2025"]),
        (["2023_sat", "2024_sat"], ["2024_sat"]),
        (["t1_q1", "t1_q2", "t2_q1", "t2_q2"], ["t2_q1", "t2_q2"]),
        (["service_pre", "service_post"], ["service_post"]),
        (["sat_22", "sat_23", "sat_24"], ["sat_24"]),
        (["q1_Q4_2023", "q1_Q1_2024"], ["q1_Q1_2024"]),
        (["Zufriedenheit Frühjahr 2024", "Zufriedenheit Herbst 2024"],
         ["Zufriedenheit Herbst 2024"]),
        (["SatisfactionW1", "SatisfactionW2"], ["SatisfactionW2"]),
    ],
    ids=lambda names: names[0],
)  # fmt: skip
def test_a_column_per_wave_is_no_scale_of_several_items(tmp_path, rng, names, last):
    path, text = draft(
        tmp_path, staff(rng, **dict.fromkeys(names, answers)), staff(rng, **CUSTOMERS)
    )
    codebook = read_codebook(path)
    assert "QUESTION: are these waves (" in text
    (asked,) = codebook.question.internal
    assert list(codebook.measures[asked].items) == last
    assert len(link_study(read_study(path)).table) == N


@pytest.mark.parametrize(
    "names", [["q22", "q23", "q24"], ["t1", "t2", "t3"], ["q_1", "q_2"], ["item_11", "item_12"]]
)
def test_numbers_of_items_are_no_waves(tmp_path, rng, names):
    path, text = draft(
        tmp_path, staff(rng, **dict.fromkeys(names, answers)), staff(rng, **CUSTOMERS)
    )
    assert "are these waves" not in text
    (scale,) = read_codebook(path).sources["internal"].measures.values()
    assert list(scale.items) == names


@pytest.mark.parametrize(
    ("names", "pattern", "looped"),
    [
        ([f"{i}_Q5_{j}" for i in (1, 2, 3) for j in (1, 2)], "{supplier}_{item}", ["Q5_1", "Q5_2"]),
        ([f"Q5_{j}#{i}" for i in (1, 2) for j in (1, 2)], "{item}#{supplier}", ["Q5_1", "Q5_2"]),
        ([f"service[{i}]/q{j}" for i in (1, 2) for j in (1, 2)], "service[{supplier}]/{item}",
         ["q1", "q2"]),
        ([f"loop{i}_sat" for i in (1, 2, 3)], "loop{supplier}_{item}", ["sat"]),
    ],
    ids=["first", "last", "brackets", "word"],
)  # fmt: skip
def test_loops_are_drafted_as_suppliers_without_names(tmp_path, rng, names, pattern, looped):
    path, text = draft(
        tmp_path, staff(rng, **dict.fromkeys(names, answers)), staff(rng, **CUSTOMERS)
    )
    source = read_codebook(path).sources["internal"]
    assert source.blocks.pattern == pattern
    assert [item for scale in source.scales for item in scale.items] == looped
    assert "QUESTION: are these the rounds of a loop, each about another supplier?" in text
    assert source.blocks.suppliers["1"] == "Supplier 1"
    assert len(link_study(read_study(path)).table) == N


def weights(rng, rows):
    return rng.uniform(0.2, 3, rows).round(4)


def chosen(rng, rows):
    return rng.integers(0, 2, rows)


LEFT_OUT = {
    "replicate weights": ([f"repwt{i}" for i in range(1, 21)], weights, "weights"),
    "replicate counts": ([f"BRR_{i}" for i in range(1, 9)], chosen, "weights"),
    "final weights": ([f"W_FSTR{i}" for i in range(1, 9)], weights, "weights"),
    "0 and 1": ([f"used_{i}" for i in range(1, 6)], chosen, "options of a question with several"),
    "1 or empty": (
        ["Q7_1", "Q7_2", "Q7_3"],
        lambda rng, rows: np.where(chosen(rng, rows), "1", ""),
        "options of a question with several",
    ),
    "ticks": (
        ["Seen: TV", "Seen: Radio"],
        lambda rng, rows: np.where(chosen(rng, rows), "Selected", ""),
        "options of a question with several",
    ),
    "ticks of a channel": (
        ["Used: phone", "Used: e-mail", "Used: shop"],
        lambda rng, rows: np.where(chosen(rng, rows), "Yes", ""),
        "options of a question with several",
    ),
    "text": (
        ["why", "anything_else"],
        lambda rng, rows: [f"words {i} of mine" for i in rng.integers(0, 99, rows)],
        "text",
    ),
    "from -3 to 3": (
        ["better_1", "better_2"],
        lambda rng, rows: rng.integers(-3, 4, rows),
        "answers below 0",
    ),
}


@pytest.mark.parametrize("case", LEFT_OUT)
def test_columns_that_are_no_answers_are_left_out_and_named(tmp_path, rng, case):
    names, cells, reason = LEFT_OUT[case]
    frame = staff(rng, q1=answers, q2=answers, **dict.fromkeys(names, cells))
    path, text = draft(tmp_path, frame, staff(rng, **CUSTOMERS))
    (scale,) = read_codebook(path).sources["internal"].measures.values()
    assert list(scale.items) == ["q1", "q2"]
    line = next(line for line in text.splitlines() if f"Left out, as {reason}" in line)
    assert names[0] in line
    assert len(link_study(read_study(path)).table) == N


def test_yes_and_no_in_words_stay_answers(tmp_path, rng):
    words = {f"ok_{i}": np.where(answers(rng, 120) > 2, "Yes", "No") for i in (1, 2, 3)}
    path, _ = draft(tmp_path, staff(rng, **words), staff(rng, **CUSTOMERS))
    (scale,) = read_codebook(path).sources["internal"].measures.values()
    assert list(scale.items) == list(words)


@pytest.mark.parametrize("codes", [[-97, -98], [-5, -3], [-99], [-66, -1]])
def test_rare_negative_codes_do_not_hide_an_item(tmp_path, rng, codes):
    frame = staff(rng, q1=answers, q2=answers)
    for at, code in enumerate(codes):
        frame.loc[[at, at + 20, at + 40], "q1"] = code
    path, text = draft(tmp_path, frame, staff(rng, **CUSTOMERS))
    (scale,) = read_codebook(path).sources["internal"].measures.values()
    assert (list(scale.items), scale.response_range) == (["q1", "q2"], (1, 5))
    listed = ", ".join(f'"{code}"' for code in sorted(codes))
    assert f"# missing_codes: [{listed}]" in text


@pytest.mark.parametrize(
    "names", [["sat_phone", "sat_email", "sat_shop"], ["phone", "e_mail"], ["Telefon", "mobile"]]
)
def test_ratings_of_a_channel_are_no_addresses(tmp_path, rng, names):
    frame = staff(rng, **dict.fromkeys(names, answers))
    path, text = draft(tmp_path, frame, staff(rng, **CUSTOMERS))
    scales = read_codebook(path).sources["internal"].scales
    assert [item for scale in scales for item in scale.items] == names
    assert "personal data" not in text


@pytest.mark.parametrize(
    "cells", [["0171 2345678", "0172 9"], ["ann@x.org", "bo@y.org"], [48, 901]]
)
def test_addresses_and_numbers_stay_out(tmp_path, rng, cells):
    frame = staff(rng, q1=answers, email=cells * 60, lat=[48, 49] * 60)
    frame["email"] = [f"{cell}{i}" for i, cell in enumerate(frame["email"])]
    _, text = draft(tmp_path, frame, staff(rng, **CUSTOMERS))
    assert "never loaded, as personal data: email, lat." in text


def test_the_unit_is_found_by_what_stands_in_the_other_file(tmp_path, rng):
    """One file calls a name of the unit so, but the other has the codes."""
    frame = trusts(rng).rename(columns={"trust": "dbn"})
    frame.insert(1, "school_name", [f"School of Saint {chr(65 + i)}" for i in range(30)])
    path, _ = draft(tmp_path, frame, staff_like(rng).rename(columns={"trust": "x17"}))
    sources = read_codebook(path).sources
    assert sources["internal"].keys["client_unit"] == "dbn"
    assert sources["external"].keys["serving_unit"] == "x17"


def test_unit_and_respondent_can_be_named(tmp_path, rng):
    frame = staff(rng, q1=answers, team=["a", "b", "c", "d"] * 30, code=range(1000, 1120))
    other = staff(rng, **CUSTOMERS).assign(team=["a", "b", "c", "d"] * 30)
    path, text = draft(tmp_path, frame, other, units=["team"], respondents=["code", "respondent"])
    sources = read_codebook(path).sources
    assert dict(sources["internal"].keys) == {"respondent": "code", "client_unit": "team"}
    assert dict(sources["external"].keys) == {"respondent": "respondent", "serving_unit": "team"}
    assert "the unit?" not in text
    with pytest.raises(StudyError) as caught:
        draft(tmp_path, frame, other, units=["teem", "team"])
    assert str(caught.value) == (
        "staff.csv has no column 'teem' to take for --unit; did you mean 'team'?"
    )
    with pytest.raises(StudyError, match=r"^Give --unit once for both files, or once for each"):
        draft(tmp_path, frame, other, units=["a", "b", "c"])


@pytest.mark.parametrize("ending", ["sav", "dta"])
@pytest.mark.parametrize("spelling", [str, str.upper])
def test_labels_of_unit_codes_are_paired_with_the_names_of_the_other_file(
    tmp_path, rng, ending, spelling
):
    pyreadstat = pytest.importorskip("pyreadstat")
    names = ["North", "South", "East", "West", "Old Town", "Harbour", "Airport", "Mill", "Park",
             "Lake"]  # fmt: skip
    codes = pd.DataFrame({"branch": list(range(1, 11)) * 12, "q1": answers(rng, 120),
                          "q2": answers(rng, 120)}).astype(float)  # fmt: skip
    labels = {"branch": {float(i + 1): name for i, name in enumerate(names)}}
    file = tmp_path / f"staff.{ending}"
    if ending == "sav":
        pyreadstat.write_sav(codes, str(file), variable_value_labels=labels)
    else:
        codes = codes.astype(int)
        whole = {"branch": {int(code): name for code, name in labels["branch"].items()}}
        pyreadstat.write_dta(codes, str(file), variable_value_labels=whole)
    customers = pd.DataFrame({"branch": [spelling(name) for name in names] * 12,
                              "c1": answers(rng, 120)})  # fmt: skip
    customers.to_csv(tmp_path / "customers.csv", index=False)
    path, crosswalk = draft_study(
        tmp_path / "study", internal=file, external=tmp_path / "customers.csv"
    )
    lines = crosswalk.read_text(encoding="utf-8").splitlines()
    assert f"1,{spelling('North')},label of the code" in lines
    text = path.read_text(encoding="utf-8")
    marks = text.replace("# crosswalk:", "crosswalk:").replace("#   file: cross", "  file: cross")
    path.write_text(marks.replace("#   keys: {client", "  keys: {client"), encoding="utf-8")
    assert len(link_study(read_study(path)).table) == 10


@pytest.mark.parametrize("name", ["weight", "Gewicht", "wt", "final_weight"])
def test_a_survey_weight_is_asked_about(tmp_path, rng, name):
    frame = staff(rng, q1=answers, q2=answers, **{name: weights})
    path, text = draft(tmp_path, frame, staff(rng, **CUSTOMERS))
    assert f"QUESTION: is '{name}' the survey weight of each row?" in text
    text = text.replace("  keys:\n", f"  keys:\n    weight: {name}\n", 1)
    path.write_text(text, encoding="utf-8")
    assert read_codebook(path).sources["internal"].weight == name


@pytest.mark.parametrize(
    "names", [["1_Q5_1", "1_Q5_2", "2_Q5_1", "2_Q5_2"], ["Q5#1", "Q6#1", "Q5#2", "Q6#2"]]
)
def test_loops_of_customers_are_asked_about(tmp_path, rng, names):
    _, text = draft(tmp_path, staff(rng, q1=answers), staff(rng, **items(names)))
    assert "QUESTION: are these the rounds of a loop:" in text


def test_files_of_respondents_need_not_say_who_answered_both(tmp_path, rng):
    path, text = draft(tmp_path, staff(rng, **CUSTOMERS))
    assert "same_respondents" not in text
    assert read_codebook(path).same_respondents == ""
