"""Supplier-adjusted scores: dummy-variable regression, known truth, refusals."""

import numpy as np
import pandas as pd
import pytest

from icx_research import Blocked, load_example, scale_scores, study_from_frames, unit_scores
from tests.survey.builders import KEYS, changed


def scored(rows):
    keys = changed(KEYS, internal__keys__supplier_unit="supplier")
    staff = pd.DataFrame(rows, columns=["person", "branch", "supplier", "q1"])
    units = sorted(set(staff["branch"]))
    customers = pd.DataFrame({"customer": range(len(units)), "branch": units, "c1": 5})
    return scale_scores(study_from_frames(keys, internal=staff, external=customers))


def ratings(rng, *, units=12, suppliers=4, keep=0.5, persons=6):
    """Whole answers; better units rate worse suppliers, so that the mix matters."""
    rows = []
    for u in range(units):
        for p in range(persons):
            for s in range(suppliers):
                if rng.random() < (keep if s % 2 == u % 2 else 0.9):
                    answer = int(
                        np.clip(
                            np.round(4.5 + 0.15 * u - 1.2 * (s % 2) - 0.2 * s + rng.normal()), 1, 7
                        )
                    )
                    rows.append([f"p{u}-{p}", f"B{u:02d}", f"S{s}", answer])
    return rows


def test_effects_are_those_of_the_regression_with_dummies(rng):
    rows = ratings(rng)
    found = unit_scores(scored(rows), by="client_unit", supplier_adjusted=True)
    data = pd.DataFrame(rows, columns=["person", "branch", "supplier", "q1"])
    x = pd.concat(
        [pd.get_dummies(data["branch"]), pd.get_dummies(data["supplier"], drop_first=True)], axis=1
    ).to_numpy(float)
    b = np.linalg.lstsq(x, data["q1"].to_numpy(float), rcond=None)[0]
    effects = np.append(0.0, b[12:])
    table = found.supplier_effects
    np.testing.assert_allclose(table["effect"], effects - effects.mean(), atol=1e-10)
    assert table["effect"].sum() == pytest.approx(0, abs=1e-12)
    assert table["n"].tolist() == data["supplier"].value_counts().sort_index().tolist()
    adjusted = data["q1"] - data["supplier"].map(table.set_index("supplier_unit")["effect"])
    persons = adjusted.groupby([data["branch"], data["person"]]).mean()
    np.testing.assert_allclose(found.table["mean"], persons.groupby("branch").mean(), atol=1e-10)
    assert found.table["n"].tolist() == persons.groupby("branch").size().tolist()


def test_adjustment_recovers_units_that_the_mix_hides(rng):
    true = 0.15 * np.arange(12)
    data = scored(ratings(rng, keep=0.15, persons=60))
    plain, adjusted = (
        unit_scores(data, by="client_unit", supplier_adjusted=choice).table["mean"]
        for choice in (False, True)
    )
    errors = [np.std(scores - scores.mean() - (true - true.mean())) for scores in (plain, adjusted)]
    assert errors[1] < errors[0]


def test_where_everybody_rates_everybody_the_adjustment_changes_nothing():
    rows = [
        [f"p{u}{p}", f"B{u}", f"S{s}", (2 * u + 3 * s + p * s) % 7 + 1]
        for u in range(4)
        for p in range(3)
        for s in range(3)
    ]
    plain, adjusted = (
        unit_scores(scored(rows), by="client_unit", supplier_adjusted=choice)
        for choice in (False, True)
    )
    np.testing.assert_allclose(adjusted.table["mean"], plain.table["mean"], rtol=1e-12)
    assert plain.supplier_effects is None


def test_simulated_suppliers_come_out_in_their_true_order():
    company = scale_scores(load_example("company"), scales=["internal_satisfaction"])
    found = unit_scores(company, by="client_unit", supplier_adjusted=True).supplier_effects
    worst = found.sort_values("effect").groupby("wave")["supplier_unit"].first()
    assert set(worst) == {"IT"}


def test_suppliers_without_a_common_client_are_refused():
    rows = [["p1", "A", "HR", 5], ["p2", "A", "HR", 4], ["p3", "B", "IT", 6], ["p4", "B", "IT", 2]]
    with pytest.raises(Blocked) as refusal:
        unit_scores(scored(rows), by="client_unit", supplier_adjusted=True)
    assert refusal.value.reason == (
        "suppliers cannot be compared on 'service' in wave 1: no client unit rates both of two "
        "groups of them; leave supplier_adjusted out."
    )


def test_without_suppliers_there_is_nothing_to_adjust():
    company = scale_scores(load_example("company"), scales=["csat"])
    message = r"^supplier_adjusted needs ratings with a supplier_unit column, by='client_unit'\.$"
    with pytest.raises(ValueError, match=message):
        unit_scores(company, by="serving_unit", supplier_adjusted=True)
