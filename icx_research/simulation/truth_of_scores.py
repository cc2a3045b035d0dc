"""What the effects of a simulated company mean on the scale of the answers."""

from dataclasses import asdict, replace
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from icx_research.simulation import employees as staff
from icx_research.simulation import external as customers
from icx_research.simulation import internal as ratings
from icx_research.simulation import units as units
from icx_research.simulation.answers import HIGH_SEVEN_POINTS, LEVELS, answer_models
from icx_research.simulation.company import Company
from icx_research.simulation.effects import Effects
from icx_research.simulation.scores import E2E_THRESHOLD, GIVEN, SURVEYED, score_correlations
from icx_research.simulation.truth import (
    DIGITS,
    AnswerModel,
    expected_answer,
    mean_answer,
    normal_nodes,
    population,
    unit_score_correlation,
    within_units,
)

GRID = 200  # customers of one partner by whom an integral is taken


def truth_of_company(company: Company) -> dict[str, Any]:
    """List the effects, and what they mean in points, shares and correlations."""
    effects, models = company.effects, answer_models(company.effects)
    counts = units.team_sizes(company.people, company.weights.shape)
    precise = 1 / (company.weights**2 / np.maximum(counts, 1)).sum(axis=-1)
    return {
        "effects": asdict(effects),
        **population(
            models["internal"],
            models["external"],
            correlation=effects.internal_external,
            missing=effects.missing,
            n_internal=precise,
            n_external=company.served,
            running=company.running["prog"],
            moved=(effects.programme_internal, effects.programme_external),
            bend=effects.internal_floor,
        ),
        "scores": score_truth(effects),
        "programme": programme_truth(effects),
        "ratings": rating_truth(effects),
        "employees": employee_truth(effects),
        "customers": customer_truth(effects),
        "units": unit_truth(effects),
    }


def measured(effects: Effects) -> dict[str, AnswerModel]:
    """Name the true scores that a scale measures, with the scale's model."""
    scales = {name: staff.scale_model(effects, k) for k, (name, _, _) in staff.SCALES.items()}
    return {
        **answer_models(effects),
        **scales,
        "need": ratings.need_model(effects),
        "understanding": ratings.supplier_model(effects),
        "cooperation": ratings.supplier_model(effects),
    }


def score_truth(effects: Effects) -> dict[str, dict[str, float]]:
    """Correlate every true score with those of the surveys, before any programme.

    Latent ones, and `answers`: with external satisfaction on the scale of the answers.
    """
    names, found, _ = score_correlations(effects)
    models, truth = measured(effects), {}
    for name in names[len(GIVEN) :]:
        row = dict(zip(SURVEYED, found[names.index(name)], strict=False))  # they stand first
        truth[name] = {other: _round(r) for other, r in row.items()}
        if name in models:
            truth[name]["answers"] = unit_score_correlation(
                models[name], models["external"], float(row["external"])
            )
    return truth


def programme_truth(effects: Effects) -> dict[str, float]:
    """By how many points a running programme moves scores; expectations per wave it runs."""
    models = measured(effects)
    moved = {
        name: mean_answer(models[name], getattr(effects, f"programme_{name}"))
        - mean_answer(models[name])
        for name in ("internal", "external", "language", "entitlement", "conflict")
    }
    _, _, slope, _ = units.FIGURES["lead"]
    first = _mean_expectation(effects, effects.programme_expectation) - _mean_expectation(effects)
    truth = {**moved, "lead": slope * effects.programme_lead, "expectation_first_wave": first}
    return {name: _round(value) for name, value in truth.items()}


def rating_truth(effects: Effects) -> dict[str, float]:
    """Means and differences of the further ratings of suppliers, in points."""
    expected = _mean_expectation(effects)
    spread = ratings.HOPE**2 + ratings.SCATTER**2
    guessed = ratings.SPILL * LEVELS + effects.understanding_gap
    free = answer_models(effects)["internal"]
    captive = free.shifts - effects.exit_internal * ratings.FREE_SUPPLIERS / len(LEVELS)
    # Whoever may leave and whoever may not: without what being free adds to the spread of ratings.
    plain = replace(free, pair=ratings.PAIR_VARIANCE, shifts=captive)
    chosen = replace(plain, shifts=captive + effects.exit_internal)
    truth = {
        "expectation": expected,
        "need": mean_answer(ratings.need_model(effects)),
        "expectation_less_need": expected - mean_answer(ratings.need_model(effects)),
        "guess_less_expectation": _mean_cut(guessed, spread) - expected,
        "free_less_captive": mean_answer(chosen) - mean_answer(plain),
        "share_free": ratings.FREE_SUPPLIERS / len(LEVELS),
        **{f"points_{k}": 100 * p for k, p in enumerate(ratings.POINTS, start=1)},
    }
    return {name: _round(value) for name, value in truth.items()}


def employee_truth(effects: Effects) -> dict[str, float]:
    """Shares of what employees name, before any relation with other scores."""
    level, slope = staff.AGREEING
    named = float(ndtr(level / np.sqrt(1 + slope**2)))
    edges = ndtr(np.array(staff.ORIENTATION_POINTS))
    shares = np.diff(np.concatenate([[0.0], edges, [1.0]]))
    truth = {
        "names_usual_customer": named,
        **{f"works_for_{name}": p for name, p in zip(staff.ORIENTATIONS, shares, strict=True)},
        "customer_knowledge": mean_answer(staff.knowledge_model(effects)) - 1,  # from 0
    }
    return {name: _round(value) for name, value in truth.items()}


def customer_truth(effects: Effects) -> dict[str, float]:
    """Shares of customers."""
    by_partner = float(np.dot(customers.VISITED, customers.BY_PARTNER))
    truth = {
        "share_partner": by_partner,
        "know_brand_company": customers.KNOWN,
        "know_brand_partner": customers.KNOWN + effects.partner_recognition,
        "latent_variance_between_partners": effects.partner_variance,
    }
    if effects.partner_external == 0:  # else partners' customers are no fair sample of all
        truth["csat_variance_between_partners"] = _between_partners(effects)
    return {name: _round(value) for name, value in truth.items()}


def _between_partners(effects: Effects) -> float:
    """Share of the variance of satisfaction within units that lies between partners."""
    model, k = answer_models(effects)["external"], customers.PARTNERS
    weight = customers.partner_weight(model, effects)
    liking = ndtri((np.arange(k * GRID) + 0.5) / (k * GRID))  # equally likely, in order
    x, w = normal_nodes()
    level = np.sqrt(model.unit) * x[:, None] + np.sqrt(model.person) * weight * liking
    spread = model.person * (1 - weight**2) + model.residual
    score = expected_answer(model, level[..., None, None] + model.shifts, spread).mean(axis=(2, 3))
    partners = (w @ score).reshape(k, GRID).mean(axis=1)
    return float(partners.var()) / within_units(model, effects.missing)


def unit_truth(effects: Effects) -> dict[str, float]:
    """Correlate figures of units with true external satisfaction in one wave."""
    names, found, _ = score_correlations(effects)
    row = found[names.index("external")]
    truth = {}
    for column, (name, _, slope, error) in units.FIGURES.items():
        reliability = slope**2 / (slope**2 + error**2)
        truth[f"{column}_external"] = float(row[names.index(name)]) * float(np.sqrt(reliability))
    share = float(ndtr(-E2E_THRESHOLD))
    density = float(np.exp(-(E2E_THRESHOLD**2) / 2) / np.sqrt(2 * np.pi))
    apart = effects.e2e_external * density / (share * (1 - share))
    truth["share_e2e"] = share
    truth["e2e_external_difference"] = float(np.sqrt(effects.stability)) * apart
    return {name: _round(value) for name, value in truth.items()}


def _mean_expectation(effects: Effects, moved: float = 0.0) -> float:
    model = answer_models(effects)["internal"]
    level = ratings.SPILL * model.shifts.mean(axis=1) + moved
    return _mean_cut(level, ratings.hope_variance(model))


def _mean_cut(level: np.ndarray, variance: float) -> float:
    above = [ndtr((level - c) / np.sqrt(variance)) for c in HIGH_SEVEN_POINTS]
    return float(np.mean(1 + np.sum(above, axis=0)))


def _round(value: float) -> float:
    return round(float(value), DIGITS) + 0.0  # no negative zero
