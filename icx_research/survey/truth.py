"""What a simulated questionnaire measures in truth, by quadrature."""

from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
from scipy.special import ndtr

NODES = 21
DIGITS = 6  # of the stored truth, so that other processors rebuild the same bytes


@dataclass(frozen=True, eq=False)
class AnswerModel:
    """Latent variances of a questionnaire and the points its answers are cut at.

    Attributes
    ----------
    unit, person, pair, residual : float
        Variances of unit, person, unit x supplier and single answer.
    shifts : array, shape (suppliers, items)
        Level of each item for each supplier.
    cuts : tuple of float
        Points between neighbouring answers.
    """

    unit: float
    person: float
    pair: float
    residual: float
    shifts: np.ndarray
    cuts: tuple[float, ...]

    @classmethod
    def with_icc(
        cls,
        icc: float,
        *,
        person: float,
        pair: float,
        residual: float,
        shifts: np.ndarray,
        cuts: tuple[float, ...],
    ) -> "AnswerModel":
        """Set the unit variance so that a person's latent score has this ICC(1)."""
        within = person + residual / shifts.size
        return cls(icc / (1 - icc) * within, person, pair, residual, shifts, cuts)


def population(
    internal: AnswerModel,
    external: AnswerModel,
    *,
    correlation: float,
    missing: float,
    n_internal: np.ndarray,
    n_external: np.ndarray,
) -> dict[str, Any]:
    """Truth on the scale of the answers: variances, reliabilities, correlations.

    Parameters
    ----------
    internal, external : AnswerModel
    correlation : float
        Of the latent unit scores.
    missing : float
        Share of answers not given.
    n_internal, n_external : array, shape (waves, units)
        Respondents.

    Returns
    -------
    dict
        `population` and `waves`, as `SimulatedStudy.truth` describes.
    """
    x, w = _normal_nodes()
    inside, outside = _unit_means(internal, x), _unit_means(external, x)
    between = [float(w @ (m - w @ m) ** 2) for m in (inside, outside)]
    within = [_within(model, missing) for model in (internal, external)]
    partner = correlation * x[:, None] + np.sqrt(1 - correlation**2) * x[None, :]
    far = _unit_means(external, partner.ravel()).reshape(partner.shape)
    covariance = float(w @ ((inside - w @ inside)[:, None] * far) @ w)
    true = covariance / float(np.sqrt(between[0] * between[1]))
    share = [_share_scored(model, missing) for model in (internal, external)]
    per_wave = {}
    for wave, (n_i, n_e) in enumerate(zip(n_internal, n_external, strict=True), start=1):
        reliability = [
            tau / (tau + sigma * float(np.mean(1 / (scored * n))))
            for tau, sigma, scored, n in zip(between, within, share, (n_i, n_e), strict=True)
        ]
        per_wave[str(wave)] = {
            "reliability_internal": round(reliability[0], DIGITS),
            "reliability_external": round(reliability[1], DIGITS),
            "observed_correlation": round(
                true * float(np.sqrt(reliability[0] * reliability[1])), DIGITS
            ),
        }
    return {
        "population": {
            "unit_correlation": round(true, DIGITS),
            "between_internal": round(between[0], DIGITS),
            "within_internal": round(within[0], DIGITS),
            "between_external": round(between[1], DIGITS),
            "within_external": round(within[1], DIGITS),
        },
        "waves": per_wave,
    }


def _normal_nodes() -> tuple[np.ndarray, np.ndarray]:
    x, w = np.polynomial.hermite_e.hermegauss(NODES)
    return x, w / w.sum()


def _expected(model: AnswerModel, level: np.ndarray, spread: float) -> np.ndarray:
    """Mean answer at a latent level, averaged over a normal part of variance `spread`."""
    sd = np.sqrt(spread)
    return 1 + sum(ndtr((level - cut) / sd) for cut in model.cuts)


def _unit_means(model: AnswerModel, true: np.ndarray) -> np.ndarray:
    """Mean score of a unit's members at each latent unit score."""
    level = np.sqrt(model.unit) * true[:, None, None] + model.shifts
    spread = model.person + _centred_pair(model) + model.residual
    return _expected(model, level, spread).mean(axis=(1, 2))


def _centred_pair(model: AnswerModel) -> float:
    """Variance of unit x supplier effects once they sum to zero over suppliers."""
    s = model.shifts.shape[0]
    return model.pair * (s - 1) / s


def _within(model: AnswerModel, missing: float) -> float:
    """Variance of persons' scores within units, averaged over units."""
    x, w = _normal_nodes()
    level = np.sqrt(model.unit) * x[:, None] + np.sqrt(model.person) * x[None, :]
    level = level[..., None, None] + model.shifts
    pair = _centred_pair(model)
    mean = _expected(model, level, pair + model.residual)
    # An answer's variance about the mean of its person, supplier and unit: pair effects
    # are shared by a unit's members, so they are averaged over outside the square.
    nodes, weights = (x, w) if pair else (np.zeros(1), np.ones(1))
    noise = np.zeros_like(level)
    for node, weight in zip(nodes, weights, strict=True):
        at = level + np.sqrt(pair) * node
        noise += weight * _answer_variance(model, at)
    person_mean = mean.mean(axis=(2, 3))
    centre = (person_mean @ w)[:, None]
    persons = float(w @ ((person_mean - centre) ** 2 @ w))
    items = model.shifts.shape[1]
    answers = noise.mean(axis=(2, 3)) / (model.shifts.shape[0] * items)
    return persons + float(w @ (answers @ w)) * items * _mean_inverse_count(items, missing)


def _answer_variance(model: AnswerModel, level: np.ndarray) -> np.ndarray:
    above = [ndtr((level - cut) / np.sqrt(model.residual)) for cut in model.cuts]
    first = sum(above)
    second = sum((2 * k + 1) * p for k, p in enumerate(above))  # of (answer - 1) squared
    return np.asarray(second - first**2)


def _mean_inverse_count(items: int, missing: float) -> float:
    """Mean of 1 / answered items, among those who answered at least half of them."""
    chance = _chance_of_counts(items, missing)
    return sum(p / m for m, p in chance.items()) / sum(chance.values())


def _share_scored(model: AnswerModel, missing: float) -> float:
    """Share of persons who answered at least half of the items for some supplier."""
    suppliers, items = model.shifts.shape
    return 1 - (1 - sum(_chance_of_counts(items, missing).values())) ** suppliers


def _chance_of_counts(items: int, missing: float) -> dict[int, float]:
    """Chance of each number of answered items that makes a score."""
    return {
        m: comb(items, m) * (1 - missing) ** m * missing ** (items - m)
        for m in range(1, items + 1)
        if 2 * m >= items
    }
