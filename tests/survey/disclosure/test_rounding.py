"""Figures are rounded by what they can be: fine enough to be read, too coarse to be undone."""

import math

import numpy as np
import pandas as pd
import pytest

from icx_research import link_study, protect, study_from_frames
from icx_research.survey.codebook.types import Scale, Score
from icx_research.survey.disclosure.rounding import pooled_spread, published_rounding, to_step
from tests.survey.builders import KEYS, changed

NOTHING = np.array([np.nan])


def scale(low, high):
    return Scale("s", "S", {"q": "q"}, (low, high))


@pytest.mark.parametrize(
    ("low", "high", "step"), [(1, 7, 0.2), (1, 5, 0.2), (0, 10, 0.2), (0, 100, 1), (0, 1, 0.05)]
)
def test_the_step_follows_the_range(low, high, step):
    found = published_rounding(scale(low, high), NOTHING, counted=True)
    assert found.step == step


def test_percents_and_shares_of_persons_are_rounded_alike():
    for metric, whole in (("percent", 100.0), ("share", 1.0)):
        score = Score("s", "S", ("v",), n="n", metric=metric, response_range=(0, whole))
        found = published_rounding(score, NOTHING, counted=True)
        assert (found.step, found.min_width) == (0.05 * whole, math.inf)


@pytest.mark.parametrize(
    ("values", "step"),
    [([0.0123, 0.0846], 1e-4), ([1e6, 9.9e6], 1e4), ([3, 3], 0.01), ([0, 0], 1e-3), ([], 1e-3)],
)
def test_figures_behind_which_nobody_is_counted_keep_their_differences(values, step):
    found = published_rounding(Score("s", "S", ("v",)), np.array(values, float), counted=False)
    assert found.step == step


def test_rounding_leaves_no_digits_of_binary_fractions():
    grid = to_step(np.linspace(0, 1, 1001), 0.05)
    assert sorted(set(grid.tolist())) == [round(i / 20, 2) for i in range(21)]
    assert to_step(np.array([123.4, -0.2]), 100.0).tolist() == [100, 0]


def shown_shares(low, high, *, step=None):
    """Give what is shown of every share of `low` to `high` persons, with the numbers it fits."""
    rounding = published_rounding(scale(0, 1), NOTHING, counted=True)
    fits = {}
    for n in range(low, high + 1):
        p = np.arange(n + 1) / n
        mean = rounding.means(p, np.full(n + 1, n)) if step is None else to_step(p, step)
        se = rounding.errors(np.sqrt(p * (1 - p) / (n - 1)), values=p, n=np.full(n + 1, n))
        for cell in zip(mean.tolist(), se.tolist() if step is None else p * 0, strict=True):
            fits.setdefault(cell, set()).add(n)
    return [len(persons) for persons in fits.values()]


@pytest.mark.parametrize(("low", "high"), [(10, 14), (15, 19), (20, 29)])
def test_a_share_does_not_tell_how_many_persons_gave_it(low, high):
    fits = shown_shares(low, high)
    assert sum(n < 2 for n in fits) <= 0.1 * len(fits)  # 2 of 21 from 10 to 14, none above
    if high < 20:  # two decimals, without any standard error
        finer = shown_shares(low, high, step=0.01)
        assert sum(n < 2 for n in finer) > 0.7 * len(finer)


def test_the_error_of_a_share_is_of_its_size_and_never_too_small():
    rounding = published_rounding(scale(0, 1), NOTHING, counted=True)
    p, n = np.array([0.5, 0.73, 0.73, 0.0, 0.5]), np.array([14.0, 14, 120, 40, 60])
    own = np.sqrt(p * (1 - p) / (n - 1))
    own[-1] = 0.16  # few persons carry it
    found = rounding.errors(own, values=p, n=n)
    # sqrt(p (1 - p) / (lowest of the band - 1)), p as shown; 0.025 for none
    np.testing.assert_allclose(found, [0.17, 0.14, 0.04, 0.03, 0.15])
    assert np.isnan(rounding.errors(np.array([np.nan]), values=np.array([0.5]), n=np.array([20.0])))


def told(sizes, *, share=True):
    keys = changed(KEYS, external__scales={"told": {"items": ["c1"], "range": [0, 1]}})
    rng = np.random.default_rng(4)
    rows = [(unit, int(rng.random() < 0.3 + 0.03 * unit)) for unit, n in enumerate(sizes)
            for _ in range(n)]  # fmt: skip
    customers = pd.DataFrame(rows, columns=["branch", "c1"])
    customers = customers.assign(customer=range(len(rows)), branch=[f"B{u:02}" for u, _ in rows])
    staff = pd.DataFrame({"branch": [f"B{u:02}" for u in range(len(sizes))] * 12})
    staff = staff.assign(person=range(len(staff)), q1=rng.integers(1, 8, len(staff)))
    return link_study(study_from_frames(keys, internal=staff, external=customers))


def test_shares_of_units_differ_where_they_are_shown():
    shown = protect(told([40] * 14)).table["told"]
    assert shown.nunique() >= 6
    np.testing.assert_allclose(shown * 20 % 1, 0, atol=1e-9)


def test_a_single_small_unit_never_stands_alone_among_shares():
    """Counts of persons can be put together exactly, however many units are shown."""
    shown = protect(told([4, *[12] * 13]))
    assert shown.n_suppressed["told"] == 2
    assert protect(told([4, *[12] * 13]), decimals=1).n_suppressed["told"] == 2


def distributions(n, options):
    """All ways in which n persons may answer, as counts, shape (n_ways, options)."""
    if options == 1:
        return np.array([[n]])
    parts = [
        np.insert(distributions(n - first, options - 1), 0, first, axis=1) for first in range(n + 1)
    ]
    return np.concatenate(parts)


@pytest.mark.parametrize(
    ("options", "sizes"),
    [(2, (5, 10)), (2, (10, 15)), (2, (15, 20)), (2, (20, 30)), (3, (5, 10)), (3, (10, 15)),
     (3, (15, 20)), (3, (20, 30)), (3, (30, 50)), (3, (50, 60)), (4, (5, 10)), (4, (10, 15)),
     (5, (5, 10)), (5, (10, 15)), (5, (15, 20)), (7, (5, 10)), (7, (10, 12))],
)  # fmt: skip
def test_at_least_three_distributions_fit_all_that_is_shown_of_a_single_item(options, sizes):
    """Mean, standard error and band of respondents; units of one answer are withheld."""
    item = Scale("one", "One", {"q": "q"}, (0.0, options - 1.0))
    answers = np.arange(options)
    ways, n = [], []
    for persons in range(*sizes):
        found = distributions(persons, options)
        found = found[found.max(axis=1) < 0.9 * persons]
        ways.append(found)
        n.append(np.full(len(found), float(persons)))
    ways, n = np.concatenate(ways), np.concatenate(n)
    means = ways @ answers / n
    squares = ways @ answers**2 / n - means**2
    rounding = published_rounding(item, means, counted=True)
    errors = rounding.errors(np.sqrt(squares / (n - 1)), values=means, n=n)
    shown = np.column_stack([rounding.means(means, n), errors])
    _, fitting = np.unique(np.round(shown, 9), axis=0, return_counts=True)
    assert fitting.min() >= 3


def test_own_errors_are_shown_of_enough_persons_only():
    several = Scale("two", "Two", {"a": "a", "b": "b"}, (1.0, 7.0))
    values, n = np.array([4.0, 4.0, 4.0]), np.array([12.0, 19.0, 20.0])
    errors = np.array([0.4, 0.1, 0.2])
    pooled = pooled_spread(errors, n)
    found = published_rounding(several, values, counted=True).errors(errors, values=values, n=n)
    np.testing.assert_allclose(found, [round(pooled / 10**0.5, 2), round(pooled / 15**0.5, 2), 0.2])
