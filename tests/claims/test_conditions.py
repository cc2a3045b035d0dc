"""What a verdict names beside its numbers."""

from dataclasses import replace

import numpy as np
import pytest

from icx_research.claims.conditions import tempered
from icx_research.claims.evaluation import evaluate_claims
from icx_research.core.verdicts import Verdict
from icx_research.linkage.correlation.correlation import linkage_correlations
from icx_research.survey.codebook.types import Thresholds
from icx_research.survey.link.linking import link_study
from tests.builders import codebook, linked_units, study

BOTH = {"internal": "inside", "external": "outside"}
STRONG = Verdict("supported", "strong", "the rule.")


def correlated(rng, n=40, lost=0):
    x = rng.normal(size=n)
    y = np.where(np.arange(n) < lost, np.nan, x + rng.normal(size=n))
    return linkage_correlations(linked_units(x, y, inside_se=0.3, outside_se=0.4), **BOTH)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"min_matched": 0.4}, "The codebook lets the link lose more than usual (min_matched 0.4 "
         "instead of 0.95)."),
        ({"min_persons": 5}, "The codebook shows units of fewer persons than usual (min_persons 5 "
         "instead of 10)."),
        ({"max_quarantined": 0.9}, "The codebook lets more rows be put aside than usual "
         "(max_quarantined 0.9 instead of 0.2)."),
    ],
)  # fmt: skip
def test_a_bent_gate_is_named(rng, limits, words):
    found = correlated(rng)
    own = replace(codebook(), thresholds=Thresholds(**limits))
    assert tempered(STRONG, found, own) == replace(STRONG, reason=f"the rule. {words}")
    assert tempered(STRONG, found, codebook()) == STRONG


@pytest.mark.parametrize("lost", [3, 12])
def test_units_lost_for_the_asked_pair_are_counted(rng, lost):
    told = tempered(STRONG, correlated(rng, lost=lost), codebook())
    assert told.reason == (
        f"the rule. {lost} of 40 linked units lack one of the asked scores and are left out."
    )


@pytest.mark.parametrize("verdict", ["supported", "inconclusive"])
def test_the_discount_of_the_same_respondents_is_named(rng, verdict):
    found = replace(correlated(rng), respondents="same")
    told = tempered(replace(STRONG, verdict=verdict), found, codebook())
    assert told.label == ("shared mood not taken out" if verdict == "supported" else "strong")
    noise = (1 - found.reliability_internal.value) * (1 - found.reliability_external.value)
    assert f"at most {np.sqrt(noise):.2f} of it".replace("0.", ".") in told.reason


def test_a_useless_correction_leaves_measurement_too_weak(rng):
    n = 400
    x, y = rng.normal(size=(2, n))
    y -= x * (x @ y) / (x @ x)
    x, y = ((z - z.mean()) / z.std() for z in (x, y))
    weak = study(4 + x, 5 + y, inside_error=0.995, outside_error=0.995)
    entry = evaluate_claims(weak)["K01"]
    assert np.isnan(entry.corrected)
    assert entry.words == "inconclusive (measurement too weak)"
    assert len(link_study(weak).table) == n
