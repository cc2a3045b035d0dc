"""Gap 1 against Welch's test by scipy."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from icx_research.core.errors import NotTestable
from icx_research.survey.instruments.internal_gaps import understanding_gap

CLIENTS = pd.DataFrame({"e1": [6, 7, 5, 6], "e2": [7, 7, 6, 6], "e3": [5, 5, 4, np.nan]})
SUPPLIERS = pd.DataFrame({"g1": [5, 5, 6], "g2": [5, 6, 5], "g3": [5, 5, 5]})
E = {"reliability": ["e1", "e2"], "empathy": ["e3"]}
G = {"reliability": ["g1", "g2"], "empathy": ["g3"]}


def test_gap_and_interval_are_welchs():
    found = understanding_gap(CLIENTS, SUPPLIERS, expectation=E, guess=G, confidence_level=0.90)
    ours = SUPPLIERS[["g1", "g2"]].mean(axis=1), CLIENTS[["e1", "e2"]].mean(axis=1)
    interval = stats.ttest_ind(*ours, equal_var=False).confidence_interval(0.90)
    row = found.table.iloc[0]
    np.testing.assert_allclose(
        [row["estimate"], row["ci_low"], row["ci_high"]],
        [ours[0].mean() - ours[1].mean(), *interval],
    )
    assert row["se"] == pytest.approx(np.hypot(*(stats.sem(side) for side in ours)))
    assert found.table["term"].tolist() == ["reliability", "empathy", "total"]
    assert found.table["n"].tolist() == [7, 6, 7]
    believed = found.dimensions.set_index("dimension").loc["empathy"]
    assert (believed["believed"], believed["n_suppliers"], believed["n_clients"]) == (5, 3, 3)
    assert believed["expected"] == pytest.approx(14 / 3)
    assert (found.n_used, found.n_dropped) == (7, 0)
    assert found.estimate == found.gaps[-1][1]
    assert "rather too narrow" in found.note


def test_reverse_keyed_items_of_either_side():
    turned = understanding_gap(
        CLIENTS.assign(e1=8 - CLIENTS["e1"]),
        SUPPLIERS.assign(g2=8 - SUPPLIERS["g2"]),
        expectation=E,
        guess=G,
        reverse_keyed=["e1", "g2"],
    )
    plain = understanding_gap(CLIENTS, SUPPLIERS, expectation=E, guess=G)
    pd.testing.assert_frame_equal(turned.table, plain.table)


def test_without_guesses_it_is_not_testable():
    with pytest.raises(NotTestable) as refusal:
        understanding_gap(CLIENTS, CLIENTS, expectation=E, guess=G)
    assert refusal.value.missing == (
        "the supplier's guess of what clients expect is needed (column 'g1')."
    )
    with pytest.raises(NotTestable, match="at least two suppliers' and two clients' answers"):
        understanding_gap(CLIENTS, SUPPLIERS.head(1), expectation=E, guess=G)
