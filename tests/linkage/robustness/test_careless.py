"""The linkage estimate with and without careless rows; the study keeps them all."""

import numpy as np
import pandas as pd
import pytest

from icx_research import NotTestable, study_from_frames
from icx_research.linkage.correlation.correlation import linkage_correlations
from icx_research.linkage.robustness.careless import linkage_without_careless
from icx_research.survey.link.linking import link_study
from tests import builders

ITEMS = [f"q{i}" for i in range(9)]
KEYS = {
    "study": "Careless",
    "internal": {
        "keys": {"client_unit": "unit"},
        "scales": {"service": {"items": ITEMS, "range": [1, 7], "reverse_keyed": ["q5"]}},
    },
    "external": {
        "keys": {"serving_unit": "unit"},
        "scales": {"csat": {"items": ["c"], "range": [1, 7]}},
    },
}


@pytest.fixture
def study(rng):
    unit = np.repeat(np.arange(30), 12)
    level = rng.standard_normal(30)[unit]
    answers = np.clip(np.round(4 + level[:, None] + 0.8 * rng.standard_normal((360, 9))), 1, 7)
    answers[:, 5] = 8 - answers[:, 5]
    answers[rng.random(360) < 0.25] = 7  # a quarter ticks one answer throughout
    staff = pd.DataFrame(answers, columns=ITEMS).assign(unit=unit)
    customers = pd.DataFrame({"unit": unit, "c": np.clip(np.round(4 + level), 1, 7)})
    return study_from_frames(KEYS, internal=staff, external=customers)


def test_flagged_rows_are_left_out_of_the_second_estimate_only(study):
    rows = len(study.table("internal"))
    found = linkage_without_careless(study, internal="service", external="csat")
    plain = linkage_correlations(link_study(study), internal="service", external="csat")
    assert found.estimate == plain.estimate
    assert found.without.estimate.value > found.every.estimate.value
    assert found.shares == {"internal": pytest.approx(0.25, abs=0.07)}
    assert found.table["term"].tolist() == ["all_rows", "without_flagged"]
    assert found.table["estimate"].tolist() == [
        found.every.estimate.value, found.without.estimate.value,
    ]  # fmt: skip
    assert (found.n_used, found.n_dropped) == (30, 0)
    assert found.note == "the external table has fewer than two items of respondents"
    assert "without flagged ones" in repr(found)
    assert len(study.table("internal")) == rows


def test_published_figures_cannot_be_checked():
    published = builders.study([1.0, 2, 3, 4, 5], [2.0, 3, 1, 5, 4])
    with pytest.raises(NotTestable) as refusal:
        linkage_without_careless(published, internal="inside", external="outside")
    assert refusal.value.missing == "respondents' answers to several items are needed."
