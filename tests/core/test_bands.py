"""Counts of persons as they may be shown: each fits at least three counts."""

import numpy as np
import pytest

from icx_research.core.bands import banded, coarse_percent


@pytest.mark.parametrize("persons", [8, 10, 11, 16, 20, 25, 40, 59, 80, 99, 150, 399, 400, 1234])
def test_a_percentage_fits_three_counts_of_persons_at_least(persons):
    shown = [coarse_percent(k / persons, persons) for k in range(persons + 1)]
    _, fitting = np.unique(shown, return_counts=True)
    assert fitting.min() >= 3
    assert (shown[0], shown[-1]) == (0, 100)


@pytest.mark.parametrize("persons", [8, 10, 25, 40, 99, 400, 1234])
def test_rounded_down_only_all_of_them_are_all(persons):
    shown = [coarse_percent(k / persons, persons, down=True) for k in range(persons)]
    assert max(shown) < 100 == coarse_percent(1.0, persons, down=True)
    assert all(one <= 100 * k / persons + 1e-6 for k, one in enumerate(shown))


def test_too_few_persons_have_no_percentage():
    assert np.isnan(coarse_percent(0.5, 7))


def test_counts_are_said_without_a_number_below_five():
    assert [banded(n) for n in (0, 1, 4, 5, 9, 10, 1000)] == [
        "0", "fewer than 5", "fewer than 5", "5-9", "5-9", "10-14", "1000+",
    ]  # fmt: skip
