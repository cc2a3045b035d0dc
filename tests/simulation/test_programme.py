"""Programmes of the simulated company: when they start and what they move."""

import numpy as np
import pytest

from icx_research.simulation.answers import SUPPLIERS, answer_models
from icx_research.simulation.effects import Effects
from icx_research.simulation.internal import CHARGING
from tests.survey.large_company import (
    BOTH,
    CLEAR,
    MONTE_CARLO_ERRORS,
    UNITS,
    company,
    csat,
    employees,
    figure,
    isat,
    person_scores,
)

CURVATURE = 0.02  # of the scale, where a latent shift is turned into points by hand


def difference(tables, scores):
    """Unit means of the last wave: programme for any time less never, with standard error."""
    last = tables["programme"][tables["programme"]["wave"] == 3].set_index("unit")["prog"]
    means = scores[scores["wave"] == 3].groupby("unit")["score"].mean()
    runs = means.index.map(last).to_numpy() == 1
    sides = means[runs], means[~runs]
    return (
        sides[0].mean() - sides[1].mean(),
        np.sqrt(sum(side.var() / len(side) for side in sides)),
    )


@BOTH
def test_the_programme_moves_scores_by_the_points_in_the_truth(other):
    tables, truth = company(other)
    for name, scores in (
        ("internal", isat(tables)),
        ("external", csat(tables)),
        ("language", employees(tables, "lang", 2)),
        ("entitlement", employees(tables, "ent", 3)),
        ("lead", figure(tables, "lead")),
    ):
        found, error = difference(tables, scores)
        expected = truth["programme"][name]
        assert found == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error), name
        assert (expected == 0) == (truth["effects"][f"programme_{name}"] == 0)


@BOTH
def test_expectations_rise_with_every_wave_of_the_programme(other):
    tables, truth = company(other)
    scores = person_scores(tables["internal"], [f"e{j}" for j in range(1, 6)], "client_unit")
    running = tables["programme"].groupby("unit")["prog"].sum()
    last = scores[scores["wave"] == 3].groupby("unit")["score"].mean()
    runs = last.index.map(running)
    groups = [last[runs == k] for k in range(3)]
    rise = groups[1].mean() - groups[0].mean()
    error = np.sqrt(sum(group.var() / len(group) for group in groups[:2]))
    # Better service raises expectations a little: a fifth of the latent shift of internal service.
    moved = truth["effects"]["programme_internal"]
    spill = 0.2 * np.sqrt(answer_models(Effects(**CLEAR))["internal"].unit) * moved * 0.9
    expected = truth["programme"]["expectation_first_wave"] + spill
    assert rise == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error + CURVATURE)
    if other:
        assert groups[2].mean() > groups[1].mean() + MONTE_CARLO_ERRORS * error
    else:
        assert expected == 0


def test_programmes_start_in_turn_and_never_stop():
    tables, _ = company()
    table = tables["programme"]
    assert len(table) == 3 * UNITS and not table.duplicated(["unit", "wave"]).any()
    for name in ("prog", "chargeback", "catalogue"):
        wide = table.pivot_table(index="unit", columns="wave", values=name)
        assert wide[1].sum() == 0
        assert (wide.diff(axis=1).iloc[:, 1:] >= 0).all().all()
        assert wide.sum(axis=1).value_counts().to_dict() == dict.fromkeys(range(3), UNITS // 3)
    last = table[table["wave"] == 3]  # chosen by lot: one programme tells nothing of another
    found = np.corrcoef(last["prog"], last["chargeback"])[0, 1]
    assert abs(found) < MONTE_CARLO_ERRORS / np.sqrt(len(last))


def test_services_are_charged_where_chargeback_runs_and_the_supplier_charges():
    tables, _ = company()
    ratings = tables["internal"].merge(
        tables["programme"], left_on=["wave", "client_unit"], right_on=["wave", "unit"]
    )
    charging = set(np.array(list(SUPPLIERS))[CHARGING])
    expected = (ratings["chargeback"] == 1) & ratings["supplier_unit"].isin(charging)
    asked = ratings["charged"].notna()
    assert (ratings["charged"][asked] == expected[asked].astype(int)).all()
    assert ratings["charged"][asked].mean() > 0.1
