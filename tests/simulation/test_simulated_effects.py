"""Designed effects come back out of the answers of a large simulated company."""

import numpy as np
import pytest

from icx_research.simulation.employees import SCALES
from tests.survey.large_company import (
    BOTH,
    MONTE_CARLO_ERRORS,
    company,
    csat,
    employees,
    figure,
    isat,
    person_scores,
    true_correlation,
)

CURVATURE = 0.02  # a correlation of latent scores against one of answers or clipped figures


@BOTH
@pytest.mark.parametrize("stem", [*SCALES, "need", "scust", "coop"])
def test_scales_go_with_customers_satisfaction_as_designed(stem, other):
    tables, truth = company(other)
    named = {"need": "need", "scust": "understanding", "coop": "cooperation"}
    name = SCALES[stem][0] if stem in SCALES else named[stem]
    if stem in SCALES:
        scores = employees(tables, stem, SCALES[stem][1])
    else:
        items = [f"need{j}" for j in range(1, 6)] if stem == "need" else [stem]
        scores = person_scores(tables["internal"], items, "client_unit")
    found, error = true_correlation(scores, csat(tables))
    # A programme widens what it moves: language and entitlement, and in the other company csat.
    widened = CURVATURE if not other else 2 * CURVATURE
    assert found == pytest.approx(
        truth["scores"][name]["answers"], abs=MONTE_CARLO_ERRORS * error + widened
    )


@BOTH
@pytest.mark.parametrize(
    ("one", "two", "effect"),
    [
        ("vis", "conn", "vision_connectedness"),
        ("confl", "conn", "connectedness_conflict"),
        ("agil", "conn", "connectedness_agility"),
        ("lang", "conn", "language_connectedness"),
    ],
)
def test_scales_go_with_each_other_as_designed(one, two, effect, other):
    """Different halves of the respondents, because one mood colours all answers of a person."""
    tables, truth = company(other)
    found, error = true_correlation(
        employees(tables, one, SCALES[one][1], half=0),
        employees(tables, two, SCALES[two][1], half=1),
    )
    expected = truth["effects"][effect]
    if one == "lang":  # the programme runs where it will, and widens the scores of language
        expected /= np.sqrt(
            1 + programme_variance(tables) * truth["effects"]["programme_language"] ** 2
        )
    assert found == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error + CURVATURE)


def programme_variance(tables):
    share = tables["programme"].groupby("wave")["prog"].mean()
    return float((share * (1 - share)).mean())


@BOTH
@pytest.mark.parametrize("stem", ["hier", "fence"])
def test_language_goes_with_hierarchy_before_any_programme(stem, other):
    tables, truth = company(other)
    first = {name: table[table["wave"] == 1] for name, table in tables.items()}
    found, error = true_correlation(
        employees(first, stem, 2, half=0), employees(first, "lang", 2, half=1)
    )
    assert found == pytest.approx(
        truth["effects"]["language_hierarchy"], abs=MONTE_CARLO_ERRORS * error + CURVATURE
    )


@BOTH
def test_internal_service_goes_with_engagement_understanding_and_orientation(other):
    tables, truth = company(other)
    first = {name: table[table["wave"] == 1] for name, table in tables.items()}  # no programme
    for scores, effect in (
        (employees(first, "eng", 3, half=0), "internal_engagement"),
        (person_scores(first["internal"], ["scust"], "client_unit", half=0),
         "understanding_internal"),
        (for_customers(first, half=0), "orientation_internal"),
    ):  # fmt: skip
        found, error = true_correlation(scores, isat(first, half=1))
        assert found == pytest.approx(
            truth["effects"][effect], abs=MONTE_CARLO_ERRORS * error + CURVATURE
        ), effect


def for_customers(tables, half=None):
    """Rank of what each employee works for: 0 self, 1 consumer, 2 customer."""
    rank = tables["employees"]["orient"].map({"self": 0, "consumer": 1, "customer": 2})
    table = tables["employees"][["wave", "unit", "rater"]].assign(rank=rank)
    return person_scores(table, ["rank"], "unit", half=half)


@BOTH
def test_what_employees_name_goes_with_satisfaction(other):
    tables, truth = company(other)
    first = {name: table[table["wave"] == 1] for name, table in tables.items()}
    named = tables["employees"].dropna(subset="prim")
    usual = named.groupby("unit")["prim"].agg(lambda names: names.mode()[0])
    agrees = named.assign(agrees=(named["prim"] == named["unit"].map(usual)).astype(float))
    share = agrees["agrees"].mean()
    assert share == pytest.approx(truth["employees"]["names_usual_customer"], abs=0.03)
    agrees = agrees[agrees["wave"] == 1]
    for scores, effect in (
        (person_scores(agrees, ["agrees"], "unit"), "agreement_external"),
        (for_customers(first), "orientation_external"),
    ):
        found, error = true_correlation(scores, csat(first))
        expected = truth["effects"][effect]
        assert found == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error + 2 * CURVATURE)
    orient = tables["employees"]["orient"].value_counts(normalize=True)
    for name in ("self", "consumer", "customer"):
        assert orient[name] == pytest.approx(truth["employees"][f"works_for_{name}"], abs=0.02)


@BOTH
def test_knowledge_contact_and_distance_hang_together(other):
    tables, truth = company(other)
    know, contact = employees(tables, "know", 1, half=0), employees(tables, "contact", 1, half=1)
    dist = figure(tables, "dist")
    for one, two, expected in (
        (know, csat(tables), truth["scores"]["knowledge"]["external"]),
        (know, contact, truth["effects"]["contact_knowledge"]),
        (know, dist, truth["effects"]["distance_knowledge"]),
        (contact, dist, truth["effects"]["distance_contact"]),
    ):
        found, error = true_correlation(one, two)
        tolerance = MONTE_CARLO_ERRORS * error + CURVATURE * (1 + other)
        assert found == pytest.approx(expected, abs=tolerance)
    right = tables["employees"]["know"].mean()
    assert right == pytest.approx(truth["employees"]["customer_knowledge"], abs=0.15)


@BOTH
def test_figures_of_units_go_with_satisfaction(other):
    tables, truth = company(other)
    first = {name: table[table["wave"] == 1] for name, table in tables.items()}
    # Retention is 82 + 2 x true satisfaction with errors of standard deviation 3.
    clean = 2 / np.sqrt(4 + 9)
    for column in ("turb", "digital", "smooth", "cost", "lead", "variety", "fin"):
        found, error = true_correlation(
            figure(first, column), figure(first, "retention", "outcomes")
        )
        expected = truth["units"][f"{column}_external"] * clean
        assert found == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error), column
    for column in ("cost", "lead"):
        found, error = true_correlation(figure(first, column), isat(first))
        expected = -truth["effects"]["internal_efficiency"] * 0.93  # error of measurement
        assert found == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error + CURVATURE)
    found, error = true_correlation(figure(first, "smooth"), employees(first, "conn", 3))
    expected = truth["effects"]["connectedness_smoothness"] * 6 / np.sqrt(36 + 4)
    assert found == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error + CURVATURE)
    retained = first["outcomes"].set_index("unit")["retention"]
    teams = first["units"].set_index("unit")["e2e"].astype(bool)
    apart = retained[teams].mean() - retained[~teams].mean()
    error = retained.std() * np.sqrt(1 / teams.sum() + 1 / (~teams).sum())
    expected = 2 * truth["units"]["e2e_external_difference"]
    assert apart == pytest.approx(expected, abs=MONTE_CARLO_ERRORS * error)
    assert teams.mean() == pytest.approx(truth["units"]["share_e2e"], abs=0.06)


def test_meeting_hours_on_two_topics_displace_each_other():
    tables, truth = company()
    table = tables["employees"]
    hours = {
        topic: np.log(table["meet"] * table[f"att_{topic}"].clip(lower=1) / 100)
        for topic in ("int", "ext")
    }
    found, error = true_correlation(
        person_scores(table.assign(x=hours["int"]), ["x"], "unit", half=0),
        person_scores(table.assign(x=hours["ext"]), ["x"], "unit", half=1),
    )
    tolerance = MONTE_CARLO_ERRORS * error + CURVATURE
    assert found == pytest.approx(truth["effects"]["attention_tradeoff"], abs=tolerance)
