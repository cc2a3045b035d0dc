"""Distinct persons behind single answers, and which of them may be shown apart."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def persons_by_group(respondents: Sequence[str], codes: np.ndarray, n_groups: int) -> np.ndarray:
    """Tell who is in which group, as True and False, shape (n_persons, n_groups).

    Parameters
    ----------
    respondents : sequence of str
        Who gave each answer; a person may stand there several times.
    codes : array of int, shape (n_answers,)
        Group of each answer, from 0.
    n_groups : int

    Examples
    --------
    >>> persons_by_group(["a", "a", "b"], np.array([0, 1, 1]), 2).sum(axis=0)
    array([1, 2])
    """
    person, names = pd.factorize(np.asarray(respondents, dtype=object))
    inside = np.zeros((len(names), n_groups), dtype=bool)
    inside[person, codes] = True
    return inside


def put_together(inside: np.ndarray, *, min_persons: int) -> list[list[int]]:
    """Join neighbouring groups until every one holds enough distinct persons.

    The smallest group is joined with its smaller neighbour, at equal size with the outer
    one, and so on; a single group is left where the persons do not suffice for two.

    Parameters
    ----------
    inside : array of bool, shape (n_persons, n_groups)
        Groups in their order, such as the answers 1 to 7.
    min_persons : int

    Examples
    --------
    >>> inside = np.repeat(np.eye(4, dtype=bool), [2, 12, 20, 15], axis=0)
    >>> put_together(inside, min_persons=10)
    [[0, 1], [2], [3]]
    """
    n_groups = inside.shape[1]
    middle = (n_groups - 1) / 2
    groups = [[at] for at in range(n_groups)]
    while len(groups) > 1:
        persons = [int(inside[:, group].any(axis=1).sum()) for group in groups]
        if min(persons) >= min_persons:
            break
        outer = [abs(sum(group) / len(group) - middle) for group in groups]
        order = sorted(range(len(groups)), key=lambda at: (persons[at], -outer[at]))
        at = order[0]
        beside = next(near for near in order if abs(near - at) == 1)
        low, high = sorted((at, beside))
        groups[low : high + 1] = [groups[low] + groups[high]]
    return groups


def whole_percent(counts: Sequence[float]) -> list[int]:
    """Round shares to whole percents that sum to 100 (largest remainders).

    Examples
    --------
    >>> whole_percent([1, 1, 1])
    [34, 33, 33]
    """
    exact = 100 * np.asarray(counts, dtype=float) / np.sum(counts)
    found = np.floor(exact).astype(int)
    order = np.argsort(found - exact, kind="stable")
    found[order[: 100 - int(found.sum())]] += 1
    return [int(share) for share in found]
