"""True scores of simulated units: what goes with what, and by how much."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from icx_research.simulation.effects import (
    Effects,
    lagged_weights,
    unexplained,
    unit_correlations,
)
from icx_research.simulation.truth import bent

SURVEYED = ("internal", "focus", "external")
GIVEN = (*SURVEYED, "distance", "interplay")  # what every further score starts from
STEPS = 4  # process steps to the end customer: 0 to 3, equally likely
DIMENSIONS = 5
E2E_THRESHOLD = 0.5  # about three units in ten work as end-to-end teams


@dataclass(frozen=True, eq=False)
class TrueScores:
    """True scores of units, each of variance 1 and mean 0 before any programme.

    Attributes
    ----------
    scores : dict of str to array, shape (waves, units)
    end_to_end : array of bool, shape (units,)
    """

    scores: Mapping[str, np.ndarray]
    end_to_end: np.ndarray

    def __getitem__(self, name: str) -> np.ndarray:
        """Scores of one name."""
        return self.scores[name]


def paths(effects: Effects) -> dict[str, dict[str, float]]:
    """Name, for each further score, those it depends on and its correlation with each.

    Given these it is independent of all scores above it.
    """
    e = effects
    return {
        "connectedness": {"external": e.connectedness_external},
        "vision": {"connectedness": e.vision_connectedness},
        "smoothness": {
            "connectedness": e.connectedness_smoothness,
            "external": e.smoothness_external,
            "interplay": e.smoothness_moderation,
        },
        "conflict": {"connectedness": e.connectedness_conflict},
        "agility": {"connectedness": e.connectedness_agility},
        "language": {"connectedness": e.language_connectedness},
        "hierarchy": {"language": e.language_hierarchy},
        "fence": {"language": e.language_hierarchy},
        "engagement": {"internal": e.internal_engagement},
        "cost": {"internal": -e.internal_efficiency},
        "lead": {"internal": -e.internal_efficiency},
        "finance": {"external": e.external_finance},
        "contact": {"distance": e.distance_contact},
        "knowledge": {
            "external": e.knowledge_external,
            "contact": e.contact_knowledge,
            "distance": e.distance_knowledge,
        },
        "tools": {"external": e.tools_external},
        "agreement": {"external": e.agreement_external},
        "orientation": {
            "internal": e.orientation_internal,
            "external": e.orientation_external,
        },
        "attention_internal": {},
        "attention_external": {"attention_internal": e.attention_tradeoff},
        "entitlement": {},
        "strain": {"entitlement": e.entitlement_strain * e.stability},  # of the wave before
        "need": {"external": e.need_external, "interplay": e.need_moderation},
        "understanding": {
            "internal": e.understanding_internal,
            "external": e.understanding_external,
        },
        "cooperation": {"external": e.cooperation_external},
        "turbulence": {"interplay": e.turbulence_moderation},
        "variety": {},
        "digital": {"interplay": e.digital_moderation},
    }


def score_correlations(effects: Effects) -> tuple[list[str], np.ndarray, dict[str, np.ndarray]]:
    """Correlate all true scores of one wave before any programme.

    Returns
    -------
    (names, correlations, weights)
        `weights`: for each further score the regression weights on those it depends on.

    Raises
    ------
    ValueError
        If a score would have to be explained by more than all of its variance.
    """
    names, found = list(GIVEN), given_correlations(effects)
    weights = {}
    for name, on in paths(effects).items():
        at = [names.index(parent) for parent in on]
        asked = np.array(list(on.values()))
        among = found[np.ix_(at, at)]
        weights[name] = np.linalg.lstsq(among, asked, rcond=None)[0]
        if weights[name] @ asked > 1 or not np.allclose(among @ weights[name], asked):
            told = ", ".join(f"{parent} {r:g}" for parent, r in on.items() if r)
            raise ValueError(f"No score can have the correlations asked for {name}: {told}.")
        row = found[:, at] @ weights[name]
        found = np.block([[found, row[:, None]], [row[None, :], np.ones((1, 1))]])
        names.append(name)
    return names, found, weights


def given_correlations(effects: Effects) -> np.ndarray:
    """Correlate what every further score starts from."""
    found = np.eye(len(GIVEN))
    found[:3, :3] = unit_correlations(effects)
    through = effects.internal_focus * effects.internal_external
    left = np.sqrt(1 - effects.internal_floor**2)  # a bend takes its part of external satisfaction
    found[1, 2] = found[2, 1] = through + left * (effects.focus_external - through)
    found[3, :3] = found[:3, 3] = effects.distance_focus * found[1, :3]
    found[3, 4] = found[4, 3] = effects.distance_moderation
    return found


def draw_surveyed(
    effects: Effects, n_units: int, waves: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the scores both surveys rest on: a stable part and a part of the wave.

    Returns
    -------
    (array of shape (waves, units, 3), array of shape (units, 3))
        Scores, and their stable part; each of variance 1.
    """
    root = np.linalg.cholesky(unit_correlations(effects) + 1e-12 * np.eye(3))
    stable = rng.standard_normal((1, n_units, 3)) @ root.T
    drawn = rng.standard_normal((waves, n_units, 3))
    passing = drawn @ root.T
    lagged = lagged_weights(effects)
    if lagged.any():
        left = np.linalg.cholesky(unexplained(effects) + 1e-12 * np.eye(3))
        for wave in range(1, waves):
            passing[wave] = passing[wave - 1] @ lagged.T + drawn[wave] @ left.T
    share = effects.stability
    scores = np.sqrt(share) * stable + np.sqrt(1 - share) * passing
    if effects.internal_floor:
        r, inside = effects.internal_external, scores[..., 0]
        left_over = (scores[..., 2] - r * inside) / np.sqrt(1 - r**2)
        scores[..., 2] = bent(inside, left_over, r, effects.internal_floor)
    return scores, stable[0]


def arrange_distance(effects: Effects, stable: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw process steps that go with focus, or with the link of internal and external.

    Only for effects other than 0: `distance_focus`, `distance_moderation`.
    """
    inside, focus, outside = stable.T
    r, share = effects.internal_external, effects.stability
    # Four equal groups of a normal variable carry this correlation with it.
    edges = ndtri(np.arange(1, STEPS) / STEPS)
    kept = np.exp(-(edges**2) / 2).sum() / np.sqrt(2 * np.pi) / np.sqrt((STEPS**2 - 1) / 12)
    with np.errstate(divide="ignore", invalid="ignore"):
        on_focus = np.divide(effects.distance_focus, kept * np.sqrt(share))
        on_link = np.divide(effects.distance_moderation, kept * share)
    open_part = 1 - on_focus**2 - on_link**2
    if not open_part >= 0:
        raise ValueError(
            "distance_focus and distance_moderation are too large for units of stability "
            f"{share:g}; got {effects.distance_focus:g} and {effects.distance_moderation:g}."
        )
    interplay = (inside * outside - r) / np.sqrt(1 + r**2)
    level = on_focus * focus + on_link * interplay
    level = level + np.sqrt(open_part) * rng.standard_normal(len(level))
    return np.asarray(level.argsort().argsort() * STEPS // len(level))


def draw_scores(
    effects: Effects,
    surveyed: np.ndarray,
    stable: np.ndarray,
    distance: np.ndarray,
    running: Mapping[str, np.ndarray],
    rng: np.random.Generator,
) -> TrueScores:
    """Draw every further score of units, given those that both surveys rest on.

    Parameters
    ----------
    effects : Effects
    surveyed, stable : array
        As `draw_surveyed` gives them.
    distance : array, shape (units,)
        Process steps to the end customer.
    running : dict of str to array of bool, shape (waves, units)
        Where each programme runs; they move some scores.
    rng : numpy.random.Generator
    """
    waves, n_units, _ = surveyed.shape
    inside, _, outside = (surveyed[..., i] for i in range(3))
    r = effects.internal_external
    steps = (distance - (STEPS - 1) / 2) / np.sqrt((STEPS**2 - 1) / 12)
    scores = {name: surveyed[..., i] for i, name in enumerate(SURVEYED)}
    scores["distance"] = np.broadcast_to(steps, (waves, n_units))
    scores["interplay"] = (inside * outside - r) / np.sqrt(1 + r**2)
    _, _, weights = score_correlations(effects)
    moved = {
        **{
            name: getattr(effects, f"programme_{name}") * running["prog"]
            for name in ("language", "entitlement", "conflict", "lead")
        },
        "orientation": effects.chargeback_orientation * running["chargeback"],
    }
    first = np.zeros((1, n_units))
    for name, on in paths(effects).items():
        own = _own(effects.stability, waves + 1, n_units, rng)
        explained = float(weights[name] @ np.array(list(on.values())))
        if name == "attention_internal":
            own = _towards_next(effects, own, surveyed, stable, rng)
        if name == "strain":
            before = np.concatenate([first, scores["entitlement"][:-1]])
            b = effects.entitlement_strain
            scores[name] = b * before + np.sqrt(1 - b**2) * own[1:]
            continue
        parents = sum(
            (w * scores[parent] for w, parent in zip(weights[name], on, strict=True)),
            np.zeros((waves, n_units)),
        )
        scores[name] = parents + np.sqrt(max(1 - explained, 0)) * own[1:] + moved.get(name, 0.0)
        if name == "entitlement":
            first = own[:1]  # of the wave before the first
    own_e2e = np.sqrt(1 - effects.e2e_external**2) * rng.standard_normal(n_units)
    teams = effects.e2e_external * stable[:, 2] + own_e2e > E2E_THRESHOLD
    return TrueScores(scores, teams)


def draw_profiles(n_units: int, rng: np.random.Generator) -> np.ndarray:
    """Draw how units differ from dimension to dimension, shape (units, 5)."""
    profile = rng.standard_normal((n_units, DIMENSIONS))
    centred = profile - profile.mean(axis=1, keepdims=True)
    return np.asarray(centred * np.sqrt(DIMENSIONS / (DIMENSIONS - 1)))


def _own(stability: float, waves: int, n_units: int, rng: np.random.Generator) -> np.ndarray:
    """Draw what is particular to one score: a stable part and a part of the wave."""
    stable, passing = rng.standard_normal((1, n_units)), rng.standard_normal((waves, n_units))
    return np.asarray(np.sqrt(stability) * stable + np.sqrt(1 - stability) * passing)


def _towards_next(
    effects: Effects,
    own: np.ndarray,
    surveyed: np.ndarray,
    stable: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Let the part of a wave correlate with customers' satisfaction one wave later."""
    share, r = effects.stability, effects.attention_external
    lasting = np.sqrt(share) * rng.standard_normal((1, own.shape[1]))
    passing = rng.standard_normal(own.shape)
    later = (surveyed[1:, :, 2] - np.sqrt(share) * stable[:, 2]) / np.sqrt(1 - share)
    passing[1:-1] = r * later + np.sqrt(1 - r**2) * passing[1:-1]
    return np.asarray(lasting + np.sqrt(1 - share) * passing)
