"""What a simulated questionnaire measures in truth, by quadrature."""

from dataclasses import dataclass, replace
from math import comb
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

NODES = 21
FINE = 2000  # points where a function has a kink
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
    def with_icc(cls, icc: float, **others: Any) -> "AnswerModel":
        """Set the unit variance so that a person's latent score has this ICC(1)."""
        model = cls(0.0, **others)
        within = model.person + model.residual / model.shifts.size
        return replace(model, unit=icc / (1 - icc) * within)


def population(
    internal: AnswerModel,
    external: AnswerModel,
    *,
    correlation: float,
    missing: float,
    n_internal: np.ndarray,
    n_external: np.ndarray,
    running: np.ndarray | None = None,
    moved: tuple[float, float] = (0.0, 0.0),
    bend: float = 0.0,
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
        Respondents; where teams are weighted, as many as would be as precise unweighted.
    running : array of bool, shape (waves, units), optional
        Where a programme runs, chosen by lot.
    moved : (float, float)
        By how much it moves the true scores of either side.
    bend : float
        By how much the second true score bends with the first, see `bent`.

    Returns
    -------
    dict
        `population` (before any programme) and `waves`, as `SimulatedStudy.truth` describes.
    """
    plain = _joint(internal, external, correlation, missing, bend=bend)
    share = [_share_scored(model, missing) for model in (internal, external)]
    per_wave = {}
    for wave, (n_i, n_e) in enumerate(zip(n_internal, n_external, strict=True)):
        running_share = float(running[wave].mean()) if running is not None and any(moved) else 0.0
        found = (
            _joint(internal, external, correlation, missing, moved, running_share, bend)
            if running_share
            else plain
        )
        inside, outside = (
            tau / (tau + sigma * float(np.mean(1 / (scored * n))))
            for tau, sigma, scored, n in zip(
                found.between, found.within, share, (n_i, n_e), strict=True
            )
        )
        per_wave[str(wave + 1)] = _rounded(
            reliability_internal=inside,
            reliability_external=outside,
            observed_correlation=found.correlation * float(np.sqrt(inside * outside)),
        )
    before = _rounded(
        unit_correlation=plain.correlation,
        between_internal=plain.between[0],
        within_internal=plain.within[0],
        between_external=plain.between[1],
        within_external=plain.within[1],
    )
    return {"population": before, "waves": per_wave}


def _rounded(**figures: float) -> dict[str, float]:
    return {name: round(value, DIGITS) for name, value in figures.items()}


def unit_score_correlation(one: AnswerModel, other: AnswerModel, latent: float) -> float:
    """Correlate the true unit scores of two questionnaires on the scale of their answers."""
    return round(_joint(one, other, latent, missing=0.0).correlation, DIGITS) + 0.0


def mean_answer(model: AnswerModel, moved: float = 0.0) -> float:
    """Mean answer over all units, where true scores lie `moved` above 0."""
    x, w = normal_nodes()
    return float(w @ _unit_means(model, x + moved))


@dataclass(frozen=True)
class _Joint:
    between: tuple[float, float]
    within: tuple[float, float]
    correlation: float


def _joint(
    one: AnswerModel,
    other: AnswerModel,
    correlation: float,
    missing: float,
    moved: tuple[float, float] = (0.0, 0.0),
    share: float = 0.0,
    bend: float = 0.0,
) -> _Joint:
    """Variances and correlation of two scores, a share of the units being moved."""
    z, v = normal_nodes()
    # Where a function has a kink, many points of equal weight are needed.
    x, w = (ndtri((np.arange(FINE) + 0.5) / FINE), np.full(FINE, 1 / FINE)) if bend else (z, v)
    groups = [(1 - share, (0.0, 0.0)), (share, moved)] if share else [(1.0, (0.0, 0.0))]
    partner = bent(x[:, None], z[None, :], correlation, bend)
    between, within = [], []
    for side, model in enumerate((one, other)):
        # A bent score is not normal: it is integrated over both of its parts.
        score = partner.ravel() if side and bend else x
        weight = np.outer(w, v).ravel() if side and bend else w
        means = [(p, _unit_means(model, score + by[side])) for p, by in groups]
        centre = sum(p * float(weight @ m) for p, m in means)
        between.append(sum(p * float(weight @ (m - centre) ** 2) for p, m in means))
        within.append(sum(p * within_units(model, missing, by[side]) for p, by in groups))
    centre = sum(p * float(w @ _unit_means(one, x + by[0])) for p, by in groups)
    covariance = 0.0
    for p, by in groups:
        far = _unit_means(other, partner.ravel() + by[1]).reshape(partner.shape)
        here = _unit_means(one, x + by[0]) - centre
        covariance += p * float(w @ (here[:, None] * far) @ v)
    return _Joint(
        (between[0], between[1]),
        (within[0], within[1]),
        covariance / float(np.sqrt(between[0] * between[1])),
    )


def bent(one: np.ndarray, own: np.ndarray, correlation: float, bend: float) -> np.ndarray:
    """Make a score of variance 1 of another and an own part; steeper below 0 than above.

    The bend is uncorrelated with the score it bends with, so that the correlation stays.
    """
    if bend:
        kink = (np.sqrt(2 / np.pi) - np.abs(one)) / np.sqrt(1 - 2 / np.pi)
        own = np.sqrt(1 - bend**2) * own + bend * kink
    return np.asarray(correlation * one + np.sqrt(1 - correlation**2) * own)


def normal_nodes() -> tuple[np.ndarray, np.ndarray]:
    """Give points and weights that integrate over a standard normal variable."""
    x, w = np.polynomial.hermite_e.hermegauss(NODES)
    return x, w / w.sum()


def expected_answer(model: AnswerModel, level: np.ndarray, spread: float) -> np.ndarray:
    """Mean answer at a latent level, averaged over a normal part of variance `spread`."""
    sd = np.sqrt(spread)
    return 1 + sum(ndtr((level - cut) / sd) for cut in model.cuts)


def _unit_means(model: AnswerModel, true: np.ndarray) -> np.ndarray:
    """Mean score of a unit's members at each latent unit score."""
    level = np.sqrt(model.unit) * true[:, None, None] + model.shifts
    spread = model.person + _centred_pair(model) + model.residual
    return expected_answer(model, level, spread).mean(axis=(1, 2))


def _centred_pair(model: AnswerModel) -> float:
    """Variance of unit x supplier effects once they sum to zero over suppliers."""
    s = model.shifts.shape[0]
    return model.pair * (s - 1) / s


def within_units(model: AnswerModel, missing: float, moved: float = 0.0) -> float:
    """Variance of persons' scores within units, averaged over units."""
    x, w = normal_nodes()
    level = np.sqrt(model.unit) * (x + moved)[:, None] + np.sqrt(model.person) * x[None, :]
    level = level[..., None, None] + model.shifts
    pair = _centred_pair(model)
    mean = expected_answer(model, level, pair + model.residual)
    # An answer's variance about the mean of its person, supplier and unit: pair effects
    # are shared by a unit's members, so they are averaged over outside the square.
    nodes, weights = (x, w) if pair else (np.zeros(1), np.ones(1))
    noise = np.zeros_like(level)
    for node, weight in zip(nodes, weights, strict=True):
        noise += weight * _answer_variance(model, level + np.sqrt(pair) * node)
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
