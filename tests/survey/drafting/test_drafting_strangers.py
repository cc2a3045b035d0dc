"""Drafts of files as survey programs write them: the right units, items and questions."""

import numpy as np
import pandas as pd
import pytest

from icx_research import StudyError, link_study, read_codebook, read_study
from icx_research.survey.drafting.draft import draft_study
from icx_research.survey.drafting.pairs import pair_units
from icx_research.survey.link.matching import bare_ids, fold_id

N_UNITS = 12
PEOPLE = 15


def surveys(rng, inside="{:04d}", outside="{}"):
    """Make two plain surveys; the formats say how either side writes unit 1 to 12."""
    number = np.arange(1, N_UNITS + 1).repeat(PEOPLE)
    n = len(number)

    def answers():
        return rng.integers(1, 6, n)

    staff = pd.DataFrame({"branch": [inside.format(i) for i in number], "q1": answers(),
                          "q2": answers()})  # fmt: skip
    customers = pd.DataFrame({"branch": [outside.format(i) for i in number], "sat1": answers(),
                              "sat2": answers()})  # fmt: skip
    return staff, customers


def draft(folder, staff, customers):
    for name, frame in (("staff", staff), ("customers", customers)):
        frame.to_csv(folder / f"{name}.csv", index=False)
    path, *_ = draft_study(
        folder / "study", internal=folder / "staff.csv", external=folder / "customers.csv"
    )
    return path, path.read_text(encoding="utf-8")


def take_marks_off(path, text):
    lines = text.replace("# crosswalk:", "crosswalk:").replace("#   file: cross", "  file: cross")
    path.write_text(lines.replace("#   keys: {client", "  keys: {client"), encoding="utf-8")


@pytest.mark.parametrize(
    ("one", "other"),
    [("Branch 12", "branch-012"), ("München", "MUENCHEN"), ("12.0", "12"), ("Gießen ", "giessen")],
)
def test_ids_fold_alike(one, other):
    assert fold_id(one) == fold_id(other)


@pytest.mark.parametrize(("one", "other"), [("12", "120"), ("1.5", "15"), ("A1", "A 11")])
def test_other_ids_stay_apart(one, other):
    assert fold_id(one) != fold_id(other)


def test_words_that_all_ids_share_tell_nothing():
    units = ["Branch 1", "Branch 02", "branch 3", "Branch 4", "Head office"]
    assert list(bare_ids(units).values()) == ["1", "2", "3", "4", "head office"]
    assert list(bare_ids(["Shop 1", "Shop 2"]).values()) == ["shop 1", "shop 2"]


@pytest.mark.parametrize(
    ("inside", "outside"),
    [("Branch {:02d}", "{}"), ("{}", "{}.0"), ("Filiale {}", "Store {:03d}")],
)
def test_units_that_differ_by_a_word_or_a_fraction_are_paired(tmp_path, rng, inside, outside):
    path, text = draft(tmp_path, *surveys(rng, inside, outside))
    assert "# QUESTION: is 'branch' the unit? Of its 12 values 0 stand in the other file" in text
    take_marks_off(path, text)
    assert len(link_study(read_study(path)).table) == N_UNITS


def test_ids_of_one_file_spelled_in_two_ways_are_asked_about(tmp_path, rng):
    staff, customers = surveys(rng, "Team {}", "Team {}")
    customers.loc[:4, "branch"] = " TEAM 1 "
    _, text = draft(tmp_path, staff, customers)
    assert "#   customers.csv: ' TEAM 1 ' looks like 'Team 1'\n" in text
    assert "crosswalk" not in text
    pairing = pair_units(["a", "A", "B"], ["A", "b"])
    assert pairing.pairs == (("A", "A", "same id"), ("B", "b", "spelled otherwise"))
    assert pairing.variants == {"internal": (("a", "A"),), "external": ()}
    assert pair_units(["A", "a"], ["a"]).variants["internal"] == (("A", "a"),)


@pytest.mark.parametrize("unit", ["branch", "Filiale. In welcher Filiale arbeiten Sie gerade?"])
def test_what_survey_programs_add_is_neither_unit_nor_answer(tmp_path, rng, unit):
    staff, customers = surveys(rng)
    n = len(staff)
    staff = staff.rename(columns={"branch": unit})
    staff.insert(0, "id. Response ID", range(1, n + 1))
    staff.insert(1, "submitdate. Date submitted", [f"2025-02-{i % 12 + 1:02d}" for i in range(n)])
    staff.insert(2, "lastpage. Last page", 4)
    staff["Gender"], staff["Mood"] = ["m", "f"] * (n // 2), ["Agree", "Disagree"] * (n // 2)
    customers["Gender"], customers["Mood"] = staff["Gender"], staff["Mood"]
    customers["Visits last year"] = rng.integers(1, 9, n)
    path, _ = draft(tmp_path, staff, customers)
    book = read_codebook(path)
    inside, outside = (book.sources[side] for side in ("internal", "external"))
    assert inside.keys == {"respondent": "id. Response ID", "client_unit": unit}
    assert outside.keys == {"serving_unit": "branch"}
    items = {item for source in (inside, outside) for s in source.measures.values()
             for item in s.items}  # fmt: skip
    assert not {"lastpage. Last page", "Visits last year"} & items


def test_sentences_on_orders_and_visits_stay_answers(tmp_path, rng):
    staff, customers = surveys(rng)
    names = {"sat1": "orders_arrive", "sat2": "order_speed"}
    path, _ = draft(tmp_path, staff, customers.rename(columns=names))
    scales = read_codebook(path).sources["external"].measures
    assert {item for scale in scales.values() for item in scale.items} == set(names.values())


def test_a_first_column_of_codes_is_the_respondent(tmp_path, rng):
    staff, customers = surveys(rng)
    staff.insert(0, "token", [f"t{i}" for i in range(len(staff))])
    customers.insert(0, "started", [f"2025-01-{i % 28 + 1:02d} {i}" for i in range(len(staff))])
    path, _ = draft(tmp_path, staff, customers)
    sources = read_codebook(path).sources
    assert sources["internal"].keys["respondent"] == "token"
    assert "respondent" not in sources["external"].keys


@pytest.mark.parametrize("name", ["Satisfaction", "Your rating (0 to 100)"])
def test_ratings_from_0_to_100_are_answers_by_their_name(tmp_path, rng, name):
    staff, customers = surveys(rng)
    values = rng.integers(0, 101, len(customers))
    customers = customers[["branch"]].assign(**{name: values, "spending": values})
    path, text = draft(tmp_path, staff, customers)
    (scale,) = read_codebook(path).sources["external"].measures.values()
    assert (list(scale.items), scale.response_range) == ([name], (0, 100))
    assert "# Columns that are not used: spending." in text


@pytest.mark.parametrize("mark", ["_neg", "_R", ".rev", " umgepolt"])
def test_a_mark_of_the_other_way_round_keeps_an_item_in_its_scale(tmp_path, rng, mark):
    staff, customers = surveys(rng)
    path, _ = draft(tmp_path, staff.rename(columns={"q2": f"q2{mark}"}), customers)
    (scale,) = read_codebook(path).sources["internal"].measures.values()
    assert list(scale.items) == ["q1", f"q2{mark}"]


def test_single_questions_of_one_range_may_belong_together(tmp_path, rng):
    staff, customers = surveys(rng)
    path, text = draft(tmp_path, staff.rename(columns={"q1": "speed", "q2": "care"}), customers)
    assert "QUESTION: do some of these measure one thing? Then put them under one name:" in text
    assert "items: [speed, care]." in " ".join(text.replace("#", "").split())
    assert len(read_codebook(path).sources["internal"].measures) == 2


def test_columns_of_one_name_are_named(tmp_path, rng):
    staff, customers = surveys(rng)
    doubled = customers.rename(columns={"sat2": "sat1"})
    with pytest.raises(StudyError) as caught:
        draft(tmp_path, staff, doubled)
    assert str(caught.value) == (
        "customers.csv, row 1: several columns are called 'sat1', and no other column looks like "
        "answers on a scale; give each column a name of its own."
    )
    doubled.insert(1, "overall", customers["sat1"])
    _, text = draft(tmp_path, staff, doubled)
    assert "so none of them is used: sat1." in " ".join(text.replace("#", "").split())


def test_a_single_unit_is_no_study(tmp_path, rng):
    staff, customers = surveys(rng, "Main", "Main")
    with pytest.raises(StudyError) as caught:
        draft(tmp_path, staff, customers)
    assert str(caught.value) == (
        "staff.csv, column branch: all rows name the same unit, so there is nothing to compare; "
        "bring together the answers of several units, at least 10 for a verdict."
    )


def test_waves_are_named_in_time_and_asked_about(tmp_path, rng):
    staff, customers = surveys(rng, "Team {}", "Team {}")
    for frame in (staff, customers):
        frame["survey_date"] = ["15.09.2023", "15.03.2024", "15.03.2024"] * (len(frame) // 3)
    path, text = draft(tmp_path, staff, customers)
    assert (
        "# QUESTION: is this the order of the waves in time? The answer rests on the last.\n"
        'waves: ["15.09.2023", "15.03.2024"]\n' in text
    )
    assert read_codebook(path).sources["internal"].keys["wave"] == "survey_date"
    assert link_study(read_study(path)).at_wave().waves == ["15.03.2024"]


@pytest.mark.parametrize("name", ["Note gesamt", "effort"])
def test_low_answers_that_may_be_the_better_ones_are_asked_about(tmp_path, rng, name):
    staff, customers = surveys(rng)
    customers = customers[["branch"]].assign(**{name: customers["sat1"]})
    path, text = draft(tmp_path, staff, customers)
    asked = "# QUESTION: is a low answer the better one, as with grades? Then take the mark off:"
    assert text.count(asked) == 1
    path.write_text(text.replace("# higher_is: worse", "higher_is: worse"), encoding="utf-8")
    (scale,) = read_codebook(path).sources["external"].measures.values()
    assert scale.higher_is == "worse"


def test_perceptions_come_before_expectations(tmp_path, rng):
    staff, customers = surveys(rng)
    staff = staff.rename(columns={"q1": "E_care", "q2": "E_speed"})
    staff = staff.assign(P_care=staff["E_care"], P_speed=staff["E_speed"])
    path, _ = draft(tmp_path, staff, customers)
    assert read_codebook(path).question.internal == ("internal_p",)


def test_items_that_speak_of_staff_are_no_respondents(tmp_path, rng):
    staff, customers = surveys(rng)
    staff = staff.rename(columns={"q1": "Staff are kind", "q2": "Staff are quick"})
    path, text = draft(tmp_path, staff, customers)
    (scale,) = read_codebook(path).sources["internal"].measures.values()
    assert list(scale.items) == ["Staff are kind", "Staff are quick"]
    assert "the respondent?" not in text


def test_no_answer_is_known_in_other_words(tmp_path, rng):
    staff, customers = surveys(rng)
    customers["sat1"] = customers["sat1"].astype(str)
    customers.loc[:3, "sat1"] = ["Don\u2019t know", "don't  know", "Weiß nicht", "n/a"]
    _, text = draft(tmp_path, staff, customers)
    assert '# missing_codes: ["Don\u2019t know", "Weiß nicht", "don\'t  know", "n/a"]' in text


REFUSED = {
    "words": (
        ["blue", "green", "red"],
        "these look like answers in words whose order is not known; export the answers as numbers, "
        "or write study.yaml by hand and give each word its number under answers: (see `icx "
        "codebook`).",
    ),
    "percent": (
        ["85%", "70 %", "12,5%"],
        "the numbers carry a % sign; export them as plain numbers.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_answers_that_cannot_be_read_name_their_columns(tmp_path, rng, case):
    entries, message = REFUSED[case]
    staff, customers = surveys(rng)
    customers[["sat1", "sat2"]] = [[entry] * 2 for entry in entries * (len(customers) // 3)]
    with pytest.raises(StudyError) as caught:
        draft(tmp_path, staff, customers)
    assert str(caught.value) == f"customers.csv, column sat1 and 1 more: {message}"


def test_units_without_a_partner_are_ready_to_be_declared(tmp_path, rng):
    staff, customers = surveys(rng, "Team {}", "Team {}")
    staff.loc[:20, "branch"] = "Head: office"
    path, text = draft(tmp_path, staff, customers)
    ready = '# link:\n#   unlinked_client_units: ["Head: office"]\n'
    assert ready in text
    path.write_text(text.replace(ready, ready.replace("# ", "", 1).replace("#", "")))
    assert read_codebook(path).unlinked_client_units == ("Head: office",)


@pytest.mark.parametrize(("inside", "outside"), [("kst{}", "KST-{}"), ("40{:02d}", "DST 40{:02d}")])
def test_units_in_columns_without_a_telling_name_are_found(tmp_path, rng, inside, outside):
    staff, customers = surveys(rng, inside, outside)
    for frame in (staff, customers):
        frame.insert(0, "v1", [f"k{i}" for i in range(len(frame))])
        frame["v9"] = rng.integers(18, 80, len(frame))
    path, _ = draft(
        tmp_path, staff.rename(columns={"branch": "v2"}), customers.rename(columns={"branch": "v2"})
    )
    keys = read_codebook(path).sources
    assert keys["internal"].keys == {"respondent": "v1", "client_unit": "v2"}
    assert keys["external"].keys == {"respondent": "v1", "serving_unit": "v2"}


def test_seasons_are_waves(tmp_path, rng):
    staff, customers = surveys(rng, "Team {}", "Team {}")
    for frame in (staff, customers):
        frame["Season"] = ["Spring 2024", "Autumn 2023"] * (len(frame) // 2)
    _, text = draft(tmp_path, staff, customers)
    assert 'waves: ["Autumn 2023", "Spring 2024"]' in text


@pytest.mark.parametrize(
    "entries",
    [
        ["east", "west"],
        [f"2025-03-{day:02d} 10:00" for day in range(1, 13)],
        ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"],
    ],
    ids=["two words", "days", "answers"],
)
def test_what_all_files_share_is_no_unit(tmp_path, rng, entries):
    staff, customers = surveys(rng, "kst {}", "kst {}")
    number = customers["branch"].str.removeprefix("kst ").astype(int) + 6
    customers["branch"] = "kst " + number.astype(str)  # half of the units have a partner
    for frame in (staff, customers):
        frame.insert(0, "v1", (entries * len(frame))[: len(frame)])
    path, _ = draft(
        tmp_path, staff.rename(columns={"branch": "v2"}), customers.rename(columns={"branch": "v2"})
    )
    assert read_codebook(path).sources["internal"].keys["client_unit"] == "v2"


@pytest.mark.parametrize(
    ("names", "ordered"),
    [
        (
            ["April 2024", "August 2024", "February 2024"],
            ["February 2024", "April 2024", "August 2024"],
        ),
        (["SS 2024", "WS 2023/24", "WS 2024/25"], ["WS 2023/24", "SS 2024", "WS 2024/25"]),
        (["pilot", "main", "again"], None),
        (["Spring", "Autumn", "Winter"], None),
    ],
)
def test_waves_are_put_in_time_or_asked_about(tmp_path, rng, names, ordered):
    staff, customers = surveys(rng, "Team {}", "Team {}")
    for frame in (staff, customers):
        frame["wave"] = names * (len(frame) // 3)
    path, text = draft(tmp_path, staff, customers)
    if ordered:
        assert list(read_codebook(path).waves) == ordered
        return
    assert "QUESTION: which wave came first? Their names do not tell." in text
    assert read_codebook(path).waves == ()
    with pytest.raises(StudyError, match="do not tell their order in time"):
        link_study(read_study(path))
