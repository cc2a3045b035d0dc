"""The plain effect sizes of a simulated company."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np


def _correlation(value: float) -> Any:
    return field(default=value, metadata={"limits": (-1.0, 1.0)})


def _share(value: float) -> Any:
    return field(default=value, metadata={"limits": (0.0, 1.0)})


def _shift(value: float) -> Any:
    return field(default=value, metadata={"limits": (-3.0, 3.0)})


@dataclass(frozen=True)
class Effects:
    """Plain effect sizes of a simulated company.

    Those called `a_b` are correlations between the true scores of units in one wave
    unless something else is said. Those that are 0 by default are absent on purpose: in the
    bundled company the claims that need them are wrong.

    Attributes
    ----------
    internal_external, focus_external, internal_focus : float
        Of internal satisfaction, employees' end-customer focus, external satisfaction.
    icc_internal, icc_focus, icc_external : float
        ICC(1) of a person's score on the latent scale, the share of variance that
        lies between units: ratings of suppliers, employees about their unit, customers.
    stability : float
        Correlation of a unit's true score between any two waves.
    missing : float
        Share of answers that are not given.
    internal_then_external, external_then_internal : float
        Weight of one score for the other one wave later, given what it was, within units
        (both in standard deviations of the part of a true score that passes).
    internal_floor : float
        Correlation of external satisfaction, given internal, with a slope that is steeper for
        units below the middle of internal satisfaction than for those above (not together
        with moderations).
    need_external : float
        Of what customer work needs from suppliers.
    understanding_internal, understanding_external : float
        Of suppliers' understanding of end customers.
    cooperation_external : float
        Of working together for the end customer.
    connectedness_external, connectedness_conflict, connectedness_agility, \
connectedness_smoothness, vision_connectedness, smoothness_external : float
        Of connectedness across units, conflict, agility, process smoothness and a clear
        customer vision.
    language_connectedness, language_hierarchy : float
        Of speaking of internal customers; hierarchy stands for felt hierarchy and for
        work thrown over the fence.
    internal_engagement, internal_efficiency, external_finance : float
        Of engagement; of low cost and short lead times; of the financial result.
    knowledge_external, contact_knowledge, distance_knowledge, distance_contact : float
        Of knowledge of customers, hours with customers, process steps to the customer.
    tools_external, agreement_external, e2e_external : float
        Of adequate tools; of naming the same primary customer; of end-to-end teams (on
        the latent scale behind 0 and 1, with the stable part of external satisfaction).
    orientation_external, orientation_internal : float
        Of working for the end customer rather than for colleagues or oneself.
    attention_tradeoff : float
        Of meeting hours on internal and on end customers.
    attention_external : float
        Of hours on internal customers and external satisfaction one wave later, within units.
    entitlement_strain : float
        Of entitlement and strain of suppliers one wave later.
    turbulence_moderation, smoothness_moderation, digital_moderation, need_moderation, \
distance_moderation : float
        Of turbulence (and so on) and the product of internal and external satisfaction:
        below 0 the link between these two is weaker where markets are turbulent.
    distance_focus : float
        Of end-customer focus and process steps to the end customer.
    programme_internal, programme_external, programme_language, programme_entitlement, \
programme_conflict, programme_lead : float
        By how many standard deviations of true unit scores a running programme moves
        internal service, external satisfaction, language, entitlement, conflict and lead time.
    chargeback_orientation : float
        The same for charging services and working for the end customer, as employees say.
    programme_expectation : float
        By how much expectations rise per wave of a running programme, on the latent scale of
        the answers (standard deviation about 1).
    expectation_ratchet : float
        By how much they rise, on that scale, per standard deviation of true internal
        satisfaction one wave before.
    exit_internal, expectation_excess, understanding_gap : float
        On the same scale: how much better a supplier is rated who could be replaced;
        how far expectations lie above needs; suppliers' guess of expectations less these.
    dependence_use : float
        Correlation of dependence on a supplier and frequency of contact, over ratings.
    role_modelling : float
        Standard deviation, over units, of the profile of dimensions that internal and
        external service share.
    partner_external : float
        Correlation of being served by a partner and satisfaction, over customers.
    partner_variance : float
        Share of the variance of customers within units that lies between partners.
    partner_recognition : float
        By how much fewer customers of partners know the brand (a difference of shares).
    """

    internal_external: float = _correlation(0.40)
    focus_external: float = _correlation(0.45)
    internal_focus: float = _correlation(0.30)
    icc_internal: float = _share(0.15)
    icc_focus: float = _share(0.12)
    icc_external: float = _share(0.08)
    stability: float = _share(0.80)
    missing: float = _share(0.03)
    internal_then_external: float = _correlation(0.0)
    external_then_internal: float = _correlation(0.0)
    internal_floor: float = _share(0.0)
    need_external: float = _correlation(0.0)
    understanding_internal: float = _correlation(0.40)
    understanding_external: float = _correlation(0.40)
    cooperation_external: float = _correlation(0.30)
    connectedness_external: float = _correlation(0.30)
    connectedness_conflict: float = _correlation(-0.40)
    connectedness_agility: float = _correlation(0.35)
    connectedness_smoothness: float = _correlation(0.35)
    vision_connectedness: float = _correlation(0.40)
    smoothness_external: float = _correlation(0.35)
    language_connectedness: float = _correlation(0.0)
    language_hierarchy: float = _correlation(0.35)
    internal_engagement: float = _correlation(0.40)
    internal_efficiency: float = _correlation(0.0)
    external_finance: float = _correlation(0.30)
    knowledge_external: float = _correlation(0.30)
    contact_knowledge: float = _correlation(0.30)
    distance_knowledge: float = _correlation(-0.25)
    distance_contact: float = _correlation(-0.50)
    tools_external: float = _correlation(0.30)
    agreement_external: float = _correlation(0.30)
    e2e_external: float = _correlation(0.30)
    orientation_external: float = _correlation(0.35)
    orientation_internal: float = _correlation(0.0)
    attention_tradeoff: float = _correlation(-0.40)
    attention_external: float = _correlation(-0.30)
    entitlement_strain: float = _correlation(0.40)
    turbulence_moderation: float = _correlation(-0.30)
    smoothness_moderation: float = _correlation(0.0)
    digital_moderation: float = _correlation(0.0)
    need_moderation: float = _correlation(0.0)
    distance_moderation: float = _correlation(0.0)
    distance_focus: float = _correlation(0.0)
    programme_internal: float = _shift(0.0)
    programme_external: float = _shift(0.0)
    programme_language: float = _shift(1.0)
    programme_entitlement: float = _shift(0.8)
    programme_conflict: float = _shift(0.0)
    programme_lead: float = _shift(-0.5)
    programme_expectation: float = _shift(0.0)
    chargeback_orientation: float = _shift(0.0)
    expectation_ratchet: float = _shift(0.0)
    exit_internal: float = _shift(0.0)
    expectation_excess: float = _shift(0.5)
    understanding_gap: float = _shift(-0.4)
    dependence_use: float = _correlation(0.50)
    role_modelling: float = _share(0.0)
    partner_external: float = _correlation(0.0)
    partner_variance: float = field(default=0.10, metadata={"limits": (0.0, 0.5)})
    partner_recognition: float = _correlation(-0.25)


def read_effects(effects: Effects | Mapping[str, float] | None) -> Effects:
    """Fill up with defaults, and refuse what cannot be."""
    limits = {known.name: known.metadata["limits"] for known in fields(Effects)}
    if effects is None or isinstance(effects, Effects):
        chosen = effects or Effects()
    else:
        unknown = [name for name in effects if name not in limits]
        if unknown:
            raise ValueError(f"There is no effect {unknown[0]!r}; known are {', '.join(limits)}.")
        chosen = Effects(**effects)
    for name, (low, high) in limits.items():
        value = getattr(chosen, name)
        if not low <= value < high:
            raise ValueError(f"{name} must lie from {low:g} to below {high:g}, not {value}.")
        if name.startswith("icc") and value == 0:
            raise ValueError(f"{name} must be above 0: units would not differ at all.")
    if np.linalg.eigvalsh(unit_correlations(chosen)).min() < 0:
        raise ValueError("No three scores can have these correlations with each other.")
    if np.linalg.eigvalsh(unexplained(chosen)).min() < 0:
        raise ValueError(
            "internal_then_external and external_then_internal would explain more of a score "
            f"than there is; got {chosen.internal_then_external:g} and "
            f"{chosen.external_then_internal:g}."
        )
    return chosen


def unit_correlations(effects: Effects) -> np.ndarray:
    """Correlate true unit scores: internal, focus, external."""
    a, b, c = effects.internal_focus, effects.internal_external, effects.focus_external
    return np.array([[1, a, b], [a, 1, c], [b, c, 1]])


def lagged_weights(effects: Effects) -> np.ndarray:
    """Weights of internal, focus, external (columns) for each of them one wave later (rows)."""
    return np.array(
        [[0, 0, effects.external_then_internal], [0, 0, 0], [effects.internal_then_external, 0, 0]]
    )


def unexplained(effects: Effects) -> np.ndarray:
    """Covariances of what the wave before leaves open, so that waves are alike."""
    weights, among = lagged_weights(effects), unit_correlations(effects)
    return np.asarray(among - weights @ among @ weights.T)
