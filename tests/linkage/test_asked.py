"""Every asked pair is estimated once, whoever asks; a refusal is kept like an estimate."""

import numpy as np
import pytest

import icx_research as icx
from icx_research.core.errors import Blocked
from icx_research.linkage import asked as module
from icx_research.linkage.correlation.line import linkage_line
from icx_research.linkage.correlation.overview import linkage_overview, wave_overview
from icx_research.linkage.gates import gated_correlation
from icx_research.survey.disclosure.protect import protect
from tests.builders import codebook, linked_units

PAIR = {"internal": "inside", "external": "outside"}


@pytest.fixture
def linked(rng):
    x, y = rng.normal(size=(2, 48))
    return linked_units(
        x + y, y, wave=["1", "2"] * 24, inside_se=0.2, outside_se=0.3, inside_n=12.0,
        outside_n=15.0, size=np.arange(48) % 7, region=["north", "north", "south"] * 16,
        book=codebook(controls=("size",), subsets={"north": {"region": "north"}}, published=False),
    )  # fmt: skip


@pytest.fixture
def counted(monkeypatch):
    calls = []
    for name in ("gated_correlation", "linkage_line", "protect"):
        original = getattr(module, name)

        def spy(*args, original=original, **options):
            calls.append(original.__name__)
            return original(*args, **options)

        monkeypatch.setattr(module, name, spy)
    return calls


def test_estimates_are_those_of_the_single_functions(linked):
    asked = icx.asked_pairs(linked, confidence_level=0.90)
    for group, units in (("all", linked), ("north", linked.subset("north"))):
        pair = asked.pair("inside", "outside", group=group)
        level = {"confidence_level": 0.90}
        given = gated_correlation(units, **PAIR, controls=("size",), **level)
        assert repr(pair.correlation) == repr(given)
        assert repr(pair.plain) == repr(gated_correlation(units, **PAIR, **level))
        assert repr(pair.line) == repr(linkage_line(protect(units), **PAIR, **level))
        assert pair.shown.table.equals(protect(units).table)
    assert repr(asked) == "AskedPairs: 1 pair of scores, 2 groups of units"
    assert [(pair.group, pair.wave) for pair in asked] == [("all", "2"), ("north", "2")]


def test_nothing_is_estimated_or_protected_twice(linked, counted):
    asked = icx.asked_pairs(linked)
    for _ in range(2):
        linkage_overview(asked)
        wave_overview(asked)
        for pair in asked:
            assert pair.line.n_used == pair.shown.table["wave"].eq("2").sum()
    # Two groups, each plain and given the controls, and the first wave.
    assert counted.count("gated_correlation") == 5
    assert counted.count("linkage_line") == 2
    # Each group once in its wave for the gate and once in all waves for the figure; wave 1.
    assert counted.count("protect") == 5


def test_a_refusal_is_kept_and_raised_each_time(linked, counted):
    few = linked.keep(linked.table.index < 18)
    pair = icx.asked_pairs(few).first
    for _ in range(2):
        with pytest.raises(Blocked, match=r"^9 linked units have all values; at least 10"):
            _ = pair.correlation
    assert counted.count("gated_correlation") == 1


def test_another_confidence_level_is_another_question(linked):
    asked = icx.asked_pairs(linked)
    assert icx.asked_pairs(asked) is asked
    other = icx.asked_pairs(asked, confidence_level=0.90)
    assert other.first.plain.estimate.confidence_level == 0.90
    assert (
        linkage_overview(asked, confidence_level=0.90).table["ci_low"].iloc[0]
        > (linkage_overview(asked).table["ci_low"].iloc[0])
    )
