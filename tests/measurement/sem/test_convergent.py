"""Oracle: semTools; script and values in tests/reference/sem/convergent.*"""

import numpy as np
import pandas as pd
import pytest

from icx_research.measurement.sem.cfa import cfa
from icx_research.measurement.validity.convergent import (
    average_variance_extracted,
    composite_reliability,
)
from tests.measurement.sem.reference import REFERENCE, SECOND

POLISHED_RTOL = 1e-6  # both searches stop far below it
MODELS = {
    "related": """seen =~ x1 + x2 + x3
        read =~ x4 + x5 + x6
        fast =~ x7 + x8 + x9
        x7 ~~ x8
        fast ~ seen""",
    "crossed": """seen =~ x1 + x2 + x3 + x9
        read =~ x4 + x5 + x6
        fast =~ x7 + x8 + x9""",
}


@pytest.fixture(scope="module")
def answers():
    return pd.read_csv(REFERENCE / "answers.csv")


@pytest.mark.parametrize("case", ["related", "crossed", "groups"])
def test_constructs_match_semtools(answers, case):
    r = pd.read_csv(REFERENCE / "convergent.csv", comment="#").query("model == @case")
    grouped = {"group": "region"} if case == "groups" else {}
    found = cfa(MODELS.get(case, MODELS["related"]), answers, **grouped).convergent_validity
    assert found["latent"].tolist() == r["latent"].tolist()
    assert found["group"].tolist() == (r["group"].tolist() if grouped else [1, 1, 1])
    for ours, theirs in (
        ("composite_reliability", "composite"),
        ("average_variance_extracted", "extracted"),
    ):
        if case == "crossed" and ours == "composite_reliability":
            continue  # semTools' omega forgets other factors; see test_edges
        np.testing.assert_allclose(found[ours], r[theirs], rtol=POLISHED_RTOL)
    assert found["n_items"].tolist() == [4 if case == "crossed" else 3, *[3] * (len(r) - 1)]


def test_one_construct_is_that_of_its_items(answers):
    items = answers[["x1", "x2", "x3", "x4"]]
    row = cfa("one =~ x1 + x2 + x3 + x4", answers).convergent_validity.iloc[0]
    assert row["composite_reliability"] == pytest.approx(
        composite_reliability(items).estimate.value
    )
    assert row["average_variance_extracted"] == pytest.approx(
        average_variance_extracted(items).estimate.value
    )
    assert np.isnan(row["largest_squared_correlation"])


def test_squared_correlations_are_those_of_the_latent_variables(answers):
    result = cfa(MODELS["crossed"], answers)
    r = result.latent_correlations.set_index(["first", "second"])["estimate"]
    largest = result.convergent_validity.set_index("latent")["largest_squared_correlation"]
    assert largest["seen"] == pytest.approx(max(r["seen", "read"], r["seen", "fast"], key=abs) ** 2)


def test_constructs_of_higher_order_have_no_items(answers):
    found = cfa(SECOND, answers).convergent_validity
    assert found["latent"].tolist() == ["seen", "read", "fast"]


def test_a_fitted_model_is_named_where_items_are_needed(answers):
    with pytest.raises(TypeError) as refusal:
        composite_reliability(cfa(MODELS["related"], answers))
    assert str(refusal.value) == (
        "composite_reliability needs a DataFrame of items, not SemResult; a fitted model has "
        "convergent_validity."
    )
