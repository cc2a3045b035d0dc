"""Waves: their order, the lag, and tables that have none."""

import itertools

import numpy as np
import pandas as pd
import pytest

from icx_research import Blocked, StudyError, link_study, read_codebook, study_from_frames
from icx_research.survey.codebook.wave_order import order_waves
from icx_research.survey.link.waves import wave_sentence
from tests.survey.builders import KEYS, changed

UNITS = ("A", "B", "C")


def frame(waves, *, person, item, low=1):
    """Give two answers per unit and wave; the mean tells which wave it is."""
    rows = [
        (f"{unit}{i}", unit, wave, low + w + i)
        for (w, wave), unit, i in itertools.product(enumerate(waves), UNITS, (0, 1))
    ]
    return pd.DataFrame(rows, columns=[person, "branch", "wave", item])


def study(inside, outside, *, declared=None, keys=KEYS, **tables):
    keys = changed(keys, internal__keys__wave="wave", external__keys__wave="wave")
    keys = changed(keys, waves=declared) if declared else keys
    return study_from_frames(
        keys,
        internal=frame(inside, person="person", item="q1"),
        external=frame(outside, person="customer", item="c1", low=3),
        **tables,
    )


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["10", "9", "1"], ["1", "9", "10"]),
        (["W10", "W2", "W1"], ["W1", "W2", "W10"]),
        (["2024-Q2", "2023-Q4", "2024-Q1"], ["2023-Q4", "2024-Q1", "2024-Q2"]),
        (["-1", "0.5", "-2"], ["-2", "-1", "0.5"]),
        (["b", "a", "10"], ["10", "a", "b"]),
        (["2024a", "2024", "2023b"], ["2023b", "2024", "2024a"]),
        (["Q1 2024", "Q4 2023", "Q2 2024"], ["Q4 2023", "Q1 2024", "Q2 2024"]),
        (["15.03.2024", "15.09.2023", "2.9.2023"], ["2.9.2023", "15.09.2023", "15.03.2024"]),
        (["autumn 2023", "pilot", "again"], ["again", "autumn 2023", "pilot"]),
    ],
)
def test_waves_are_ordered_by_number_then_name(names, expected):
    codebook = read_codebook(KEYS)
    for order in itertools.permutations(names):
        assert order_waves(order, codebook) == expected


def test_a_declared_order_wins():
    codebook = read_codebook(changed(KEYS, waves=["spring", "autumn", "again"]))
    assert order_waves(["again", "spring"], codebook) == ["spring", "again"]


def test_waves_meet_their_own_wave():
    linked = link_study(study([2023, 2024], [2023, 2024, 2025]))
    assert linked.waves == ["2023", "2024"]
    assert len(linked.table) == 6
    first = linked.at_wave("2023").table
    assert first["service"].tolist() == [1.5] * 3
    assert first["csat"].tolist() == [3.5] * 3


def test_with_a_lag_the_external_score_follows():
    linked = link_study(study([2023, 2024], [2023, 2024, 2025]), lag=1)
    assert linked.waves == ["2024", "2025"]  # rows carry the wave of the external score
    first = linked.at_wave("2024").table
    assert (first["service"].tolist(), first["csat"].tolist()) == ([1.5] * 3, [4.5] * 3)
    last = linked.at_wave().table
    assert (last["service"].tolist(), last["csat"].tolist()) == ([2.5] * 3, [5.5] * 3)


def test_a_lag_counts_the_waves_of_both_surveys():
    linked = link_study(study(["2021", "2023"], ["2022", "2024"]), lag=1)
    assert linked.waves == ["2022", "2024"]
    back = link_study(study(["2021", "2023"], ["2022", "2024"]), lag=-1)
    assert back.waves == ["2022"]
    assert back.table["service"].tolist() == [2.5] * 3


def test_a_lag_follows_the_declared_order():
    declared = ["spring", "autumn"]
    linked = link_study(study(["spring", "autumn"], ["autumn", "spring"], declared=declared), lag=1)
    assert linked.waves == ["autumn"]
    assert linked.table["service"].tolist() == [1.5] * 3


def test_no_common_wave_blocks_the_link():
    with pytest.raises(Blocked) as caught:
        link_study(study([2021, 2022], [2023]))
    assert caught.value.reason == (
        "no wave is in both surveys with lag 0: internal has 2021, 2022, external has 2023."
    )


def test_a_survey_without_a_wave_column_meets_the_only_wave_of_the_other():
    keys = changed(KEYS, internal__keys__wave="wave")
    inside = frame(["2024"], person="person", item="q1")
    outside = frame(["any"], person="customer", item="c1")
    linked = link_study(study_from_frames(keys, internal=inside, external=outside))
    assert len(linked.table) == 3


def test_a_survey_without_a_wave_column_cannot_meet_several_waves():
    keys = changed(KEYS, internal__keys__wave="wave")
    inside = frame(["2024", "2025"], person="person", item="q1")
    outside = frame(["any"], person="customer", item="c1")
    with pytest.raises(StudyError) as caught:
        link_study(study_from_frames(keys, internal=inside, external=outside))
    assert str(caught.value) == (
        "The external survey has no wave column but the other has several waves; declare the wave "
        "column under external: keys."
    )


OUTCOMES = {"keys": {"unit": "branch"}, "scores": {"kept": {"value": "kept"}}}
KEPT = pd.DataFrame({"branch": list(UNITS), "wave": 2024, "kept": [0.8, 0.7, 0.9]})


def test_outcomes_without_a_wave_meet_the_only_wave_of_the_surveys():
    keys = changed(KEYS, outcomes=OUTCOMES)
    linked = link_study(study([2024], [2024], keys=keys, outcomes=KEPT))
    assert linked.table["kept"].tolist() == [0.8, 0.7, 0.9]
    assert linked.table["wave"].tolist() == ["2024"] * 3


def test_outcomes_with_a_wave_meet_surveys_without():
    keys = changed(KEYS, outcomes=OUTCOMES, outcomes__keys__wave="wave")
    inside, outside = (
        frame(["x"], person="person", item="q1"),
        frame(["x"], person="customer", item="c1"),
    )
    linked = link_study(study_from_frames(keys, internal=inside, external=outside, outcomes=KEPT))
    assert linked.table["kept"].tolist() == [0.8, 0.7, 0.9]


def test_outcomes_without_a_wave_cannot_meet_several_waves():
    keys = changed(KEYS, outcomes=OUTCOMES)
    with pytest.raises(StudyError) as caught:
        link_study(study([2024, 2025], [2024, 2025], keys=keys, outcomes=KEPT))
    assert str(caught.value) == (
        "The outcomes table has no wave column but the tables it is joined to have several waves; "
        "declare the wave column under outcomes: keys."
    )


def test_outcomes_of_another_wave_stay_missing():
    keys = changed(KEYS, outcomes=OUTCOMES, outcomes__keys__wave="wave")
    linked = link_study(study([2024, 2025], [2024, 2025], keys=keys, outcomes=KEPT))
    assert linked.at_wave("2024").table["kept"].tolist() == [0.8, 0.7, 0.9]
    assert np.isnan(linked.at_wave("2025").table["kept"]).all()


def test_asking_for_a_wave_that_is_not_linked():
    linked = link_study(study([2023, 2024], [2023, 2024]))
    with pytest.raises(ValueError, match=r"^There is no wave '2022'; linked are 2023, 2024\.$"):
        linked.at_wave("2022")
    keys = changed(KEYS, question__wave=2025)
    linked = link_study(study([2023, 2024], [2023, 2024, 2025], keys=keys))
    with pytest.raises(StudyError) as caught:
        linked.at_wave()
    assert str(caught.value) == (
        "codebook: question.wave: '2025' is no linked wave; linked are 2023, 2024."
    )


@pytest.mark.parametrize(
    ("names", "last"),
    [
        (["February 2024", "April 2024"], "April 2024"),
        (["WS 2024/25", "SS 2025"], "SS 2025"),
        (["août 2024", "avril 2024"], "août 2024"),
    ],
)
def test_the_answer_rests_on_the_latest_month_or_term(names, last):
    linked = link_study(study(names, names))
    assert linked.at_wave().waves == [last]
    first = next(name for name in names if name != last)
    assert wave_sentence(linked.waves, linked.codebook) == (
        f"Waves in order of time: {first}, {last}. The answer rests on {last}, the last of them."
    )


@pytest.mark.parametrize("names", [["pilot", "again"], ["Spring", "Autumn"]])
def test_waves_whose_order_cannot_be_told_are_refused_until_it_is_given(names):
    with pytest.raises(StudyError) as caught:
        link_study(study(names, names))
    assert str(caught.value) == (
        f"codebook: waves: the names of the waves ({', '.join(sorted(names))}) do not tell their "
        "order in time; list them in that order under waves: [...], as the answer rests on the "
        "last."
    )
    assert link_study(study(names, names, declared=names)).at_wave().waves == [names[-1]]
    keys = changed(KEYS, question={"wave": names[0]})
    linked = link_study(study(names, names, keys=keys))
    assert wave_sentence(linked.waves, linked.codebook).endswith(
        f"The answer rests on {names[0]}, as question: wave says."
    )


def test_one_wave_needs_no_order_and_no_sentence():
    linked = link_study(study(["pilot"], ["pilot"]))
    assert wave_sentence(linked.waves, linked.codebook) == ""
