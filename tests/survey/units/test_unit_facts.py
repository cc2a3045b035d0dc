"""What is known of units, wave by wave, and how it joins the linked units."""

import numpy as np
import pandas as pd
import pytest

from icx_research import (
    NotTestable,
    StudyError,
    link_study,
    programme_starts,
    response_rates,
    scale_scores,
    study_from_frames,
    unit_scores,
)
from icx_research.survey.doubts.programmes import programme_counts, switched_off
from icx_research.survey.link.linked_facts import facts_at
from tests.survey.builders import CODEBOOK, KEYS, changed, read_small

WAVES = ("2023", "2024", "2025")
TIMED = changed(
    KEYS, internal__keys__wave="year", external__keys__wave="year", question__controls=["size"],
    units={"keys": {"unit": "branch", "wave": "year"}, "attributes": ["size"]},
    programme={"keys": {"unit": "branch", "wave": "year"},
               "indicators": {"prog": "Programme", "charged": "Charged"}},
)  # fmt: skip
UNITS = pd.DataFrame(
    {"branch": list("ABABAB"), "year": [2023, 2023, 2024, 2024, 2025, 2025],
     "size": [10, 20, 11, 21, 12, 22]}
)  # fmt: skip
PROGRAMME = pd.DataFrame(
    {"branch": list("ABABAB"), "year": [2023, 2023, 2024, 2024, 2025, 2025],
     "prog": [0, 1, 1, 1, 1, 1], "charged": ["no", "No", "yes", "FALSE", "0", " true "]}
)  # fmt: skip


def answers(item, person, waves=WAVES):
    rows = [
        (f"{u}{i}", u, wave, 3 + i + (u == "A")) for wave in waves for u in "AB" for i in (0, 1)
    ]
    return pd.DataFrame(rows, columns=[person, "branch", "year", item])


def study_of(keys=TIMED, waves=WAVES, outside=None, **tables):
    given = {"units": UNITS, "programme": PROGRAMME} | tables
    given = {name: table for name, table in given.items() if name in keys}
    return study_from_frames(
        keys, internal=answers("q1", "person", waves),
        external=answers("c1", "customer", outside or waves), **given,
    )  # fmt: skip


def facts(linked, *names):
    rows = linked.table.sort_values(["wave", "unit"])
    return rows[["wave", "unit", *names]].to_numpy().tolist()


def test_each_wave_is_linked_with_its_own_facts():
    linked = link_study(study_of())
    assert facts(linked, "size", "prog", "charged") == [
        ["2023", "A", "10", 0.0, 0.0],
        ["2023", "B", "20", 1.0, 0.0],
        ["2024", "A", "11", 1.0, 1.0],
        ["2024", "B", "21", 1.0, 0.0],
        ["2025", "A", "12", 1.0, 0.0],
        ["2025", "B", "22", 1.0, 1.0],
    ]
    assert linked.at_wave("2023").where(prog="1").table["unit"].tolist() == ["B"]
    assert linked.at_wave("2023").where(prog=0.0).table["unit"].tolist() == ["A"]


def test_with_a_lag_the_facts_are_those_of_the_later_wave():
    linked = link_study(study_of(), lag=1)
    assert facts(linked, "size") == [
        ["2024", "A", "11"], ["2024", "B", "21"], ["2025", "A", "12"], ["2025", "B", "22"],
    ]  # fmt: skip


def test_facts_once_for_all_stand_beside_programmes_per_wave():
    keys = changed(TIMED, units__keys={"unit": "branch"})
    once = UNITS[["branch", "size"]].iloc[:2]
    late = PROGRAMME[PROGRAMME["year"] > 2023]
    linked = link_study(study_of(keys, units=once, programme=late))
    found = linked.table.sort_values(["wave", "unit"])
    assert found["size"].tolist() == ["10", "20"] * 3
    assert np.isnan(found["prog"].tolist()[:2]).all()  # nobody knows: not 0
    assert found["prog"].tolist()[2:] == [1.0] * 4


def test_a_programme_without_waves_is_the_same_in_all():
    keys = changed(TIMED, programme__keys={"unit": "branch"})
    linked = link_study(study_of(keys, programme=PROGRAMME.iloc[:2]))
    assert linked.table.sort_values(["wave", "unit"])["prog"].tolist() == [0.0, 1.0] * 3
    study = study_of(keys, programme=PROGRAMME.iloc[:2])
    with pytest.raises(NotTestable) as caught:
        programme_starts(study)
    assert caught.value.missing == (
        "the waves in which programmes run are needed (programme: keys: wave)."
    )
    assert len(switched_off(study)) == 0


def test_facts_of_client_units_fill_gaps_of_the_same_wave():
    keys = changed(TIMED, crosswalk={"keys": {"client_unit": "c", "serving_unit": "s"}})
    del keys["programme"]
    units = pd.concat([UNITS.assign(branch=UNITS["branch"].str.lower()).iloc[:4],
                       UNITS.iloc[4:]])  # fmt: skip
    inside = answers("q1", "person").assign(branch=lambda t: t["branch"].str.lower())
    walk = pd.DataFrame({"c": ["a", "b"], "s": ["A", "B"]})
    study = study_from_frames(
        keys, internal=inside, external=answers("c1", "customer"), units=units, crosswalk=walk
    )
    assert facts(link_study(study), "size") == [
        ["2023", "A", "10"], ["2023", "B", "20"], ["2024", "A", "11"], ["2024", "B", "21"],
        ["2025", "A", "12"], ["2025", "B", "22"],
    ]  # fmt: skip


def test_a_survey_of_one_wave_without_name_takes_the_only_wave_of_its_units():
    keys = changed(TIMED, internal__keys={"respondent": "person", "client_unit": "branch"},
                   external__keys={"respondent": "customer", "serving_unit": "branch"})  # fmt: skip
    del keys["programme"]
    linked = link_study(study_of(keys, waves=("2024",), units=UNITS.iloc[:2]))
    assert linked.table["size"].tolist() == ["10", "20"]
    with pytest.raises(StudyError) as caught:
        link_study(study_of(keys, waves=("2024",)))
    assert str(caught.value) == (
        "Attributes of units are known in several waves, but the external survey has no wave "
        "column; declare the wave column under external: keys."
    )


def test_headcounts_are_those_of_the_wave():
    keys = changed(TIMED, units__attributes=["heads"])
    keys["question"] = {}
    del keys["programme"]
    rows = [(f"{u}{i}", u, year, 3 + i) for year in (1, 2) for u in "ABCDE" for i in range(2)]
    inside = pd.DataFrame(rows, columns=["person", "branch", "year", "q1"])
    units = pd.DataFrame(
        {"branch": list("ABCDE") * 2, "year": [1] * 5 + [2] * 5, "heads": [4] * 5 + [8] * 5}
    )
    outside = inside.rename(columns={"person": "customer", "q1": "c1"})
    study = study_from_frames(keys, internal=inside, external=outside, units=units)
    scores = unit_scores(scale_scores(study), by="client_unit")
    for wave, rate in (("1", 0.5), ("2", 0.25)):
        assert response_rates(scores, scale="service", headcount="heads", wave=wave).overall == rate
    assert facts_at(scores, "2")["heads"].tolist() == ["8"] * 5


def test_a_unit_listed_twice_in_a_wave_makes_its_table_unusable():
    twice = pd.concat([UNITS, UNITS.iloc[2:3]])
    with pytest.raises(StudyError) as caught:
        study_of(units=twice)
    assert str(caught.value) == (
        "units table, row 7, column branch + year: the same key stands in row 3; keep one row "
        "per key."
    )


def test_waves_that_no_survey_has_are_refused():
    with pytest.raises(StudyError) as caught:
        study_of(units=UNITS.assign(year=UNITS["year"] - 2000))
    assert str(caught.value) == (
        "The units table, column year: none of its waves (23, 24, 25) is a wave of a survey "
        "(2023, 2024, 2025); name waves alike."
    )


def test_programmes_start_in_the_first_wave_they_run():
    study = study_of()
    assert programme_starts(study).to_numpy().tolist() == [
        ["A", "prog", "2024"],
        ["B", "prog", "2023"],
        ["A", "charged", "2024"],
        ["B", "charged", "2025"],
    ]
    never = study_of(programme=PROGRAMME.assign(prog=0))
    assert programme_starts(never)["start"].tolist()[:2] == [None, None]
    assert programme_counts(study).to_numpy().tolist() == [
        ["prog", "2023", 2, 1, 1],
        ["prog", "2024", 2, 2, 1],
        ["prog", "2025", 2, 2, 0],
        ["charged", "2023", 2, 0, 0],
        ["charged", "2024", 2, 1, 1],
        ["charged", "2025", 2, 1, 1],
    ]


def test_a_programme_that_is_switched_off_is_a_suspicion():
    assert switched_off(study_of()).to_numpy().tolist() == [
        ["A", "charged", "runs in wave '2024', but not in wave '2025': was it switched off, or "
         "is a cell wrong?"]
    ]  # fmt: skip
    keys = changed(TIMED)
    del keys["programme"]
    assert len(switched_off(study_of(keys))) == 0


def test_waves_of_programmes_follow_the_declared_order():
    backwards = study_of(changed(TIMED, waves=["2025", "2024", "2023"]))
    starts = programme_starts(backwards).set_index(["unit", "indicator"])["start"]
    assert starts["A", "prog"] == "2025"
    assert switched_off(backwards).to_numpy()[:, :2].tolist() == [
        ["A", "prog"], ["A", "charged"], ["B", "charged"],
    ]  # fmt: skip


PROGRAMMED = f"""\
{CODEBOOK}programme: {{file: programme.csv, keys: {{unit: branch}}, indicators: [prog]}}
thresholds: {{max_quarantined: 0.5}}
"""


@pytest.mark.parametrize("cell", ["2", "", "ja", "0.5", "-1", "1 0", "01"])
def test_a_cell_that_is_neither_0_nor_1_is_set_aside(tmp_path, cell):
    study = read_small(
        tmp_path, codebook=PROGRAMMED, programme=f"branch,prog\nA,1\nB,{cell}\nC,0.0\nD,1.0\n"
    )
    assert study.quarantine.to_numpy().tolist() == [
        ["programme", "programme.csv", 3, "prog",
         "the cell is neither 1 (true, yes) nor 0 (false, no); correct it"]
    ]  # fmt: skip
    assert study.tables["programme"].to_numpy().tolist() == [["A", 1.0], ["C", 0.0], ["D", 1.0]]


def test_truth_values_of_frames_are_read():
    study = study_of(programme=PROGRAMME.assign(prog=[False, True, True, True, 1.0, 1]))
    assert study.tables["programme"]["prog"].tolist() == [0.0, 1.0, 1.0, 1.0, 1.0, 1.0]
