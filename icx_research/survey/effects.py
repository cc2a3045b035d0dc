"""The plain effect sizes of a simulated company."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np


@dataclass(frozen=True)
class Effects:
    """Plain effect sizes of a simulated company.

    Attributes
    ----------
    internal_external, focus_external, internal_focus : float
        Correlations between the true scores of units: internal satisfaction,
        employees' end-customer focus, external satisfaction.
    icc_internal, icc_focus, icc_external : float
        ICC(1) of a person's score on the latent scale: the share of variance that
        lies between units.
    stability : float
        Correlation of a unit's true score between any two waves.
    missing : float
        Share of answers that are not given.
    """

    internal_external: float = 0.40
    focus_external: float = 0.45
    internal_focus: float = 0.30
    icc_internal: float = 0.15
    icc_focus: float = 0.12
    icc_external: float = 0.08
    stability: float = 0.80
    missing: float = 0.03


def read_effects(effects: Effects | Mapping[str, float] | None) -> Effects:
    """Fill up with defaults, and refuse what cannot be."""
    known = [field.name for field in fields(Effects)]
    if effects is None or isinstance(effects, Effects):
        chosen = effects or Effects()
    else:
        unknown = [name for name in effects if name not in known]
        if unknown:
            raise ValueError(f"There is no effect {unknown[0]!r}; known are {', '.join(known)}.")
        chosen = Effects(**effects)
    for name in known:
        value = getattr(chosen, name)
        low, high = (-1, 1) if "_external" in name or name == "internal_focus" else (0, 1)
        low, high = (0, 1) if name.startswith("icc") else (low, high)
        if not low <= value < high:
            raise ValueError(f"{name} must lie from {low} to below {high}, not {value}.")
        if name.startswith("icc") and value == 0:
            raise ValueError(f"{name} must be above 0: units would not differ at all.")
    if np.linalg.eigvalsh(unit_correlations(chosen)).min() < 0:
        raise ValueError("No three scores can have these correlations with each other.")
    return chosen


def unit_correlations(effects: Effects) -> np.ndarray:
    """Correlate true unit scores: internal, focus, external."""
    a, b, c = effects.internal_focus, effects.internal_external, effects.focus_external
    return np.array([[1, a, b], [a, 1, c], [b, c, 1]])
