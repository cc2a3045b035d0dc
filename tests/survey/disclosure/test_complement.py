"""What is withheld beside small units, so that nothing shown gives them away."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icx_research import link_study, protect, scale_scores, study_from_frames, unit_scores
from icx_research.survey.disclosure.suppression import withhold_beside
from tests.survey.builders import KEYS, changed, frames_study

SPREAD = [1, 2, 3, 4, 5, 6, 7]


def answers(n):
    return [SPREAD[i % 7] for i in range(n)]


def withheld(sizes, *, totals=None, min_persons=10, step=0.1):
    n = np.array(sizes, dtype=float)
    totals = [np.zeros(len(n), dtype=int)] if totals is None else [np.array(t) for t in totals]
    return withhold_beside(n < min_persons, n, totals, min_persons=min_persons, step=step).tolist()


def test_a_single_small_unit_takes_the_next_smallest_with_it():
    assert withheld([25, 20, 11, 4]) == [False, False, True, True]
    assert withheld([25, 20, 20, 4]) == [False, True, False, True]


def test_two_small_units_of_few_persons_together_take_a_third_with_them():
    assert withheld([25, 20, 11, 4, 5]) == [False, False, True, True, True]
    assert withheld([25, 20, 11, 4, 6]) == [False, False, False, True, True]


def test_where_nothing_is_small_nothing_is_withheld():
    assert not any(withheld([25, 20, 11]))
    assert withheld([3, 4]) == [True, True]


def test_ten_rounded_figures_leave_a_scale_point_open_and_nine_do_not():
    assert sum(withheld([4, *[20] * 10])) == 1
    assert sum(withheld([4, *[20] * 9])) == 2
    assert sum(withheld([4, *[20] * 10], step=0.01)) == 2


def test_every_total_is_looked_at_and_what_one_takes_counts_for_the_next():
    assert withheld([4, 20, 20, 4, 30, 30], totals=[[0, 0, 0, 1, 1, 1], [0] * 6]) == [
        True, True, False, True, True, False,
    ]  # fmt: skip
    chain = withheld([4, 12, 11, 30, 40, 50], totals=[[0, 0, 1, 1, 2, 2], [0, 1, 1, 0, 2, 2]])
    assert chain == [True, True, True, True, False, False]


def test_units_nobody_counted_are_neither_small_nor_taken():
    n = np.array([np.nan, 20, 20, 4])
    found = withhold_beside(n < 10, n, [np.zeros(4, dtype=int)], min_persons=10, step=0.1)
    assert found.tolist() == [False, True, False, True]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 2), st.integers(0, 2)), min_size=1,
             max_size=12)
)  # fmt: skip
def test_no_total_of_few_figures_gives_a_small_unit_away(rows):
    n, one, two = (np.array(column) for column in zip(*rows, strict=True))
    found = withhold_beside(n < 10, n.astype(float), [one, two], min_persons=10, step=0.1)
    assert found[n < 10].all()
    for total in (one, two):
        for at in np.unique(total):
            inside = total == at
            hidden, shown = found & inside, ~found & inside
            assert not hidden.any() or not shown.any() or shown.sum() >= 10 or (
                hidden.sum() > 1 and n[hidden].sum() >= 10
            )  # fmt: skip


def test_a_withheld_mean_cannot_be_computed_from_the_mean_of_all():
    sizes = {"A": 25, "B": 20, "C": 11, "D": 4}
    study = frames_study(
        {u: answers(n) for u, n in sizes.items()}, dict.fromkeys("ABCD", SPREAD * 2)
    )
    linked = link_study(study)
    shown = protect(linked).table["service"].dropna()
    assert len(shown) == 2
    lowest, highest = (
        len(sizes) * linked.table["service"].mean() - shown.sum() - other for other in (7, 1)
    )
    assert highest - lowest > 1


def test_a_subset_leaves_no_single_unit_beside_it():
    keys = changed(
        KEYS,
        units={"keys": {"unit": "code"}, "attributes": ["region"]},
        question__subsets={"north": {"region": "North"}},
    )
    sizes = {"A": 30, "B": 20, "C": 21, "D": 4, "E": 4, "F": 22}
    units = pd.DataFrame({"code": list("ABCDEF"), "region": ["North"] * 4 + ["South"] * 2})
    study = frames_study(
        {u: answers(n) for u, n in sizes.items()},
        dict.fromkeys("ABCDEF", SPREAD * 3),
        keys=keys,
        units=units,
    )
    table = protect(link_study(study)).table.set_index("unit")
    assert table["service"].notna().to_dict() == {
        "A": True, "B": False, "C": True, "D": False, "E": False, "F": False,
    }  # fmt: skip
    assert table["csat"].notna().all()


@pytest.mark.parametrize("small", [9, 10])
def test_a_small_cell_of_unit_and_supplier_takes_others_of_its_row_and_column(small):
    keys = changed(KEYS, internal__keys__supplier_unit="supplier")
    rows = [
        (f"{unit}{i}", unit, supplier, SPREAD[i % 7])
        for unit in "ABC"
        for supplier, n in (("HR", small if unit == "A" else 14), ("IT", 12), ("Legal", 13))
        for i in range(n)
    ]
    staff = pd.DataFrame(rows, columns=["person", "branch", "supplier", "q1"])
    customers = pd.DataFrame({"customer": range(42), "branch": list("ABC") * 14,
                              "c1": [1 + i // 3 % 7 for i in range(42)]})  # fmt: skip
    study = study_from_frames(keys, internal=staff, external=customers)
    cells = unit_scores(scale_scores(study), by=["client_unit", "supplier_unit"])
    table = protect(cells).table.sort_values(["unit", "supplier_unit"])
    hidden = table["service"].isna().to_numpy().reshape(3, 3)
    assert hidden.any() == (small == 9)
    for counts in (hidden.sum(axis=0), hidden.sum(axis=1)):
        assert 1 not in counts
