"""Which answers may stand apart: distinct persons, neighbours put together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icx_research.survey.disclosure.person_counts import (
    persons_by_group,
    put_together,
    whole_percent,
)


def one_answer_each(*sizes):
    return np.repeat(np.eye(len(sizes), dtype=bool), sizes, axis=0)


def test_a_person_counts_once_however_often_she_answered():
    inside = persons_by_group(["a", "a", "b", "b"], np.array([0, 0, 0, 1]), 3)
    assert inside.sum(axis=0).tolist() == [2, 1, 0]


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ((12, 15, 20), [[0], [1], [2]]),  # all hold enough
        ((10, 10), [[0], [1]]),  # the threshold itself is enough
        ((9, 15, 20), [[0, 1], [2]]),
        ((0, 3, 20, 15, 12), [[0, 1, 2], [3], [4]]),  # nobody is too few, too
        ((20, 15, 4), [[0], [1, 2]]),
        ((12, 5, 12, 20, 20), [[0, 1], [2], [3], [4]]),  # at equal size the one further out
        ((20, 20, 12, 5, 12), [[0], [1], [2], [3, 4]]),
        ((30, 12, 5, 14, 30), [[0], [1, 2], [3], [4]]),  # the smaller neighbour
        ((3, 4), [[0, 1]]),
    ],
)
def test_small_groups_join_their_smaller_neighbour(sizes, groups):
    assert put_together(one_answer_each(*sizes), min_persons=10) == groups


def test_persons_in_two_neighbouring_groups_are_not_counted_twice():
    inside = np.zeros((12, 3), dtype=bool)
    inside[:6, :2] = True  # the same six persons gave both answers
    inside[:, 2] = True
    assert put_together(inside, min_persons=10) == [[0, 1, 2]]


@given(st.lists(st.integers(0, 40), min_size=2, max_size=11), st.integers(5, 20))
def test_no_group_is_left_with_too_few_persons(sizes, needed):
    inside = one_answer_each(*sizes)
    groups = put_together(inside, min_persons=needed)
    assert [at for group in groups for at in group] == list(range(len(sizes)))
    persons = [int(inside[:, group].sum()) for group in groups]
    assert len(groups) == 1 or min(persons) >= needed


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=11).filter(any))
def test_percents_sum_to_one_hundred_and_are_at_most_one_off(counts):
    found = np.array(whole_percent(counts))
    assert found.sum() == 100
    assert np.abs(found - 100 * np.array(counts) / sum(counts)).max() < 1


def test_largest_remainders_are_rounded_up():
    assert whole_percent([1, 1, 1]) == [34, 33, 33]
    assert whole_percent([66.4, 33.6]) == [66, 34]
