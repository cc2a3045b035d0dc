"""Where there is no correlation: which sentence says so."""

import re

import numpy as np
import pytest

from icx_research.core.errors import Blocked, NotTestable
from icx_research.linkage.correlation.correlation import linkage_correlations
from tests.builders import codebook, linked_units
from tests.linkage.correlation.correlating import correlate, small


@pytest.fixture
def units():
    return linked_units([1.0, 2, 3, 5, 4, 6], [2.0, 1, 4, 3, 6, 5])


@pytest.mark.parametrize("method", ["pearson", "spearman"])
@pytest.mark.parametrize("constant", [4.0, 0.1, 0.0, [0.3, 0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2, 0.3]])
def test_constant_scores_are_refused_even_if_rounding_differs(method, constant):
    other = [1.0, 2, 3, 5, 4, 6]
    for inside, outside, name in ((constant, other, "inside"), (other, constant, "outside")):
        if method == "spearman" and isinstance(constant, list):
            continue  # ranks tell any two numbers apart
        linked = linked_units(other, other)
        linked.table["inside"], linked.table["outside"] = inside, outside
        with pytest.raises(
            Blocked, match=f"^all units have the same {name}; there is nothing to correlate\\.$"
        ):
            correlate(linked, method=method)


def test_refuses_controls_that_explain_a_score():
    inside = [1.0, 2, 3, 5, 4, 6]
    linked = linked_units(inside, [2.0, 1, 4, 3, 6, 5], twin=np.multiply(inside, 2))
    with pytest.raises(
        Blocked, match=r"^the controls explain inside completely; leave some of them out\.$"
    ):
        correlate(linked, controls=["twin"])


def test_too_few_units_are_not_testable():
    with pytest.raises(
        NotTestable,
        match=r"^a correlation needs at least 4 linked units with all values; there are 3 in "
        r"wave 1\.$",
    ):
        small([1.0, 2, 3, np.nan], [1.0, 3, 2, 4])
    linked = linked_units([1.0, 2, 3, 5, 4], [2.0, 1, 4, 3, 6], region=list("abcab"))
    with pytest.raises(
        NotTestable,
        match=r"^a correlation with these controls needs at least 6 linked units with all values; "
        r"there are 5 in wave 1\.$",
    ):
        correlate(linked, controls=["region"])


@pytest.mark.parametrize("method", ["pearson", "spearman"])
@pytest.mark.parametrize("n", [0, 1])
def test_no_unit_or_one_unit_is_not_testable(n, method):
    with pytest.raises(NotTestable, match=f"there are {n} in wave 1"):
        small([1.0 if n else np.nan], [2.0], method=method)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "kendall"}, "method must be 'pearson' or 'spearman', not 'kendall'."),
        ({"confidence_level": 95}, "confidence_level must lie between 0 and 1, not 95."),
        ({"internal": "csat"}, "internal must be one of inside; got 'csat'."),
        ({"external": "inside"}, "external must be one of outside; got 'inside'."),
        (
            {"controls": ["sise"]},
            "'sise' cannot be a control: linked units have no such attribute.",
        ),
        (
            {"controls": ["outside"]},
            "'outside' cannot be a control: it is what the units are or have.",
        ),
        ({"controls": ["unit"]}, "'unit' cannot be a control: it is what the units are or have."),
        ({"wave": "9"}, "There is no wave '9'; linked are 1."),
    ],
)
def test_refuses_bad_arguments_with_a_sentence(units, options, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        linkage_correlations(units, **{"internal": "inside", "external": "outside", **options})


def test_a_declared_control_that_did_not_reach_the_units_is_not_testable():
    linked = linked_units([1.0, 2, 3, 5, 4], [2.0, 1, 4, 3, 6], book=codebook())
    with pytest.raises(
        NotTestable,
        match=r"^the control 'size' is not known of the linked units; attributes of client units "
        r"carry over only where the crosswalk is one to one\.$",
    ):
        correlate(linked, controls=["size"])
