"""Two answering scales in one column, and lines of totals by word or by size."""

import numpy as np
import pandas as pd
import pytest

from icx_research import study_from_frames
from icx_research.survey.doubts.scale_doubts import suspected_scales
from icx_research.survey.doubts.two_ranges import shorter_scale
from icx_research.survey.doubts.unit_doubts import looks_like_totals, suspected_units
from tests.survey.builders import KEYS, changed, frames_study

N_UNITS, PEOPLE = 24, 15


def answers(rng, ranges):
    """Give each unit answers on one of the ranges in turn, with differences between units."""
    unit = np.arange(N_UNITS).repeat(PEOPLE)
    level = rng.normal(0.7, 0.5, N_UNITS)[unit] + rng.normal(0, 1, len(unit))
    share = 1 / (1 + np.exp(-level))
    low, high = np.array([ranges[i % len(ranges)] for i in unit]).T
    return pd.Series(np.floor(low + share * (high - low + 1))), pd.Series(
        [f"U{i:02d}" for i in unit]
    )


@pytest.mark.parametrize(
    ("long", "short"), [((0, 10), (1, 5)), ((1, 100), (1, 10)), ((0, 100), (1, 7))]
)
def test_units_on_a_shorter_scale_are_found(rng, long, short):
    given, units = answers(rng, [long, short])
    low, end = shorter_scale(given, units, long[1])
    assert low == [f"U{i:02d}" for i in range(1, N_UNITS, 2)]
    assert end == short[1]


@pytest.mark.parametrize("span", [(1, 5), (1, 7), (0, 10), (0, 100)])
def test_units_that_only_differ_are_not(rng, span):
    for _ in range(20):
        given, units = answers(rng, [span])
        assert shorter_scale(given, units, span[1]) == ([], span[1])


def test_check_names_column_and_units_or_suppliers(rng):
    given, units = answers(rng, [(0, 10), (1, 5)])
    staff = pd.DataFrame({"person": range(len(given)), "branch": units, "q1": given,
                          "about": np.where(units.str[1:].astype(int) % 2, "IT", "HR")}
                         )  # fmt: skip
    customers = pd.DataFrame({"customer": range(48), "branch": sorted(set(units)) * 2, "c1": 4})
    keys = changed(KEYS, internal__keys__supplier_unit="about",
                   internal__scales__service__range=[0, 10])  # fmt: skip
    found = suspected_scales(study_from_frames(keys, internal=staff, external=customers))
    reasons = found.loc[found["item"] == "q1", "reason"].tolist()
    assert reasons == [
        "in 12 units ('U01', 'U03', 'U05', 'U07', 'U09', ...) nobody answers above 5, elsewhere up "
        "to 10: were they asked on another scale?",
        "in 1 supplier ('IT') nobody answers above 5, elsewhere up to 10: were they asked on "
        "another scale?",
    ]


@pytest.mark.parametrize(
    ("unit", "total"),
    [
        ("TOTAL 2024", True),
        ("Sub-total north", True),
        ("All sites", True),
        ("Alle Filialen", True),
        ("Mittelwert (gewichtet)", True),
        ("National average", True),
        ("Totale generale", True),
        ("All Saints", False),
        ("Gesamtschule", False),
        ("Meanwood", False),
        ("Summerhill", False),
    ],
)
def test_lines_of_totals_are_known_in_any_wording(unit, total):
    assert looks_like_totals(unit) is total


def test_a_word_that_many_names_share_is_a_part_of_them():
    stations = {f"Total {place}": [3, 4] for place in ("Bonn", "Ulm", "Kiel", "Jena")}
    assert len(suspected_units(frames_study(stations, stations))) == 0


@pytest.mark.parametrize(("n", "told"), [(465, True), (460, True), (300, False)])
@pytest.mark.parametrize("table", ["internal", "external"])
def test_a_unit_as_large_as_the_others_together_is_told(n, told, table):
    figures = pd.DataFrame(
        {"branch": [*"ABCDX"], "v": [3.0, 4, 5, 6, 4], "n": [100, 120, 130, 115, n]}
    )
    plain = pd.DataFrame({"branch": [*"ABCDX"], "v": [3.0, 4, 5, 6, 4]})
    score = {"grain": "unit", "scores": {"s": {"value": "v", "n": "n"}}}
    keys = {"study": "Units"}
    for name, role in (("internal", "client_unit"), ("external", "serving_unit")):
        keys[name] = {**score, "keys": {role: "branch"}, "scores": {f"{name}_s": {"value": "v"}}}
    keys[table]["scores"][f"{table}_s"]["n"] = "n"
    tables = {"internal": plain, "external": plain, table: figures}
    found = suspected_units(study_from_frames(keys, **tables))
    assert found.to_numpy().tolist() == (
        [[table, "X", "has as many persons as all other units together; if it is a line of totals, "
          "delete it from the file"]] if told else []
    )  # fmt: skip


@pytest.mark.parametrize("units", [["±µ©", "¾¼", "A"], ["5-Jan", "6-Jan", "7-Feb"]])
def test_units_that_look_misread_or_like_dates_are_told(units):
    answered = {unit: [3, 4] for unit in units}
    found = suspected_units(frames_study(answered, answered))
    assert found["table"].tolist() == ["internal", "external"]
