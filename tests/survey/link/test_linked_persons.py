"""How many persons stand behind a linked unit: each is counted once."""

import numpy as np
import pandas as pd
import pytest

from icx_research import link_study, protect, study_from_frames
from icx_research.survey.disclosure.effective_persons import effective_persons
from tests.survey.builders import KEYS, changed

WALK = pd.DataFrame(
    {"c": ["a", "b", "c", "d", "b"], "s": ["X", "X", "Y", "Z", "Z"], "w": [0.5, 0.5, 1, 0.5, 0.5]}
)
SECTION = {
    "keys": {"client_unit": "c", "serving_unit": "s"},
    "weight": "w",
    "cardinality": "many_to_many",
}


def linked(persons, *, waves=("1",), walk=WALK, section=SECTION):
    """Link client units of the named persons; everyone rates in every wave."""
    keys = changed(
        KEYS, crosswalk=section, internal__keys__wave="wave", external__keys__wave="wave"
    )
    rows = [
        (wave, unit, person, 1 + i % 7)
        for wave in waves
        for unit, names in persons.items()
        for i, person in enumerate(names)
    ]
    staff = pd.DataFrame(rows, columns=["wave", "branch", "person", "q1"])
    customers = pd.DataFrame(
        [(w, u, f"{u}{i}", 1 + i % 7) for w in waves for u in "XYZ" for i in range(14)],
        columns=["wave", "branch", "customer", "c1"],
    )
    tables = {"internal": staff, "external": customers, "crosswalk": walk}
    return link_study(study_from_frames(keys, **tables))


def names(*ranges):
    return [f"p{i}" for start, stop in ranges for i in range(start, stop)]


TWICE = {"a": names((0, 6)), "b": names((2, 8)), "c": names((20, 32)), "d": names((40, 52))}


def test_a_person_of_two_client_units_counts_once():
    table = linked(TWICE).table.set_index("unit")
    assert table["service_n"].to_dict() == {"X": 8, "Y": 12, "Z": 18}
    assert table["n_client_units"].to_dict() == {"X": 2, "Y": 1, "Z": 2}


def test_persons_of_one_client_unit_each_are_counted_as_before():
    apart = {"a": names((0, 6)), "b": names((6, 12)), "c": names((20, 32)), "d": names((40, 52))}
    table = linked(apart).table.set_index("unit")
    assert table["service_n"].to_dict() == {"X": 12, "Y": 12, "Z": 18}


def test_a_mean_of_eight_persons_who_stand_twice_is_withheld():
    shown = protect(linked(TWICE)).table.set_index("unit")
    assert shown["service"].isna()["X"]
    assert shown["service_n"]["X"] == ""


def test_persons_are_counted_wave_by_wave_with_the_weights_of_the_wave():
    each = pd.concat([WALK.assign(t="1"), WALK[WALK["c"] != "b"].assign(t="2", w=1.0)])
    section = changed(SECTION, keys__wave="t")
    table = linked(TWICE, waves=("1", "2"), walk=each, section=section).table
    assert table.set_index(["wave", "unit"])["service_n"].to_dict() == {
        ("1", "X"): 8, ("1", "Y"): 12, ("1", "Z"): 18,
        ("2", "X"): 6, ("2", "Y"): 12, ("2", "Z"): 12,
    }  # fmt: skip


APART = {"a": names((0, 2)), "b": names((2, 32)), "c": names((40, 60)), "d": names((60, 80))}


def weighted(a):
    walk = WALK.assign(w=[a, 1 - a, 1, 0.5, 0.5])
    return linked(APART, walk=walk)


@pytest.mark.parametrize(("a", "carry"), [(0.9, 2.467), (0.5, 7.5), (0.4, 10.870), (2 / 32, 32)])
def test_persons_who_carry_a_mean_are_counted_by_their_weight(a, carry):
    units = weighted(a)
    x, y, _ = effective_persons(units, "service")
    assert x == pytest.approx(1 / (a**2 / 2 + (1 - a) ** 2 / 30))
    assert x == pytest.approx(carry, abs=1e-3)
    assert y == 20
    assert units.table["service_n"].tolist() == [32, 20, 50]
    assert protect(units).table["service"].notna().iloc[0] == (carry >= 10)


def test_equal_weights_of_one_client_unit_are_its_persons_exactly():
    for n in range(5, 14):
        units = linked({"a": names((0, n)), "b": names((100, 112)), "c": names((200, 200 + n)),
                        "d": names((300, 312))})  # fmt: skip
        assert effective_persons(units, "service")[1] == n


def test_external_scores_do_not_pass_the_crosswalk():
    assert np.isinf(effective_persons(linked(APART), "csat")).all()
