"""Intervals of variance shares: by the profiled likelihood, and by redrawing the ratings."""

import numpy as np
from scipy import special

from icx_research.core.intervals import normal_quantile
from icx_research.measurement.crossed.design import SOURCES, Cells, with_totals
from icx_research.measurement.crossed.fitting import Components, fit, profile, start_at

# Where a limit counts as 0 or 1: shares are shown with two or three digits.
EDGE = 1e-5
# Newton step on the logit scale that is taken without another look (its error is its square).
LIMIT_TOLERANCE = 1e-3
FIRST_STEP, LONGEST_STEP, MAX_STEPS = 0.5, 2.0, 60


def profile_limits(best: Components, source: int, confidence_level: float) -> tuple[float, float]:
    """Limits of one share: where the criterion, all else at its best, has risen too far.

    Too far is by a quantile of chi-square with one degree of freedom. nan where a search
    fails.
    """
    reach = normal_quantile(confidence_level)
    return _limit(best, source, reach, -1.0), _limit(best, source, reach, 1.0)


def _limit(best: Components, source: int, reach: float, side: float) -> float:
    """Search the limit below (-1) or above (1) the estimate, on the logit scale.

    Newton's method on the signed root of the rise, which is nearly a straight line; a step
    that leaves what is known to hold the limit is halved instead.
    """
    edge = side * abs(float(special.logit(EDGE)))
    inner = float(special.logit(np.clip(best.shares[source], EDGE, 1 - EDGE)))
    outer, at, seen = edge, inner + side * FIRST_STEP, [(inner, start_at(best, source))]
    if side * inner >= side * edge:
        return 0.0 if side < 0 else 1.0
    for _ in range(MAX_STEPS):
        at = float(np.clip(at, -abs(edge), abs(edge)))
        found = profile(best, source, float(special.expit(at)), _ahead(seen, at))
        if not found.converged:
            return float("nan")
        seen.append((at, found.theta))
        root = float(np.sqrt(max(found.value - float(best.at.value), 0.0)))
        if root <= reach:
            if at == edge:
                return 0.0 if side < 0 else 1.0
            inner = at
        else:
            outer = at
        step = np.inf
        if root > 0 and side * found.slope > 0:
            step = 2 * root * (reach - root) / found.slope
        if abs(step) < LIMIT_TOLERANCE:
            return float(special.expit(at + step))
        ahead = at + float(np.clip(step, -LONGEST_STEP, LONGEST_STEP))
        if not np.isfinite(step):
            ahead = at + side * LONGEST_STEP
        between = side * inner < side * ahead < side * outer or (
            ahead != at and outer == edge and side * ahead > side * inner
        )
        at = ahead if between else (inner + outer) / 2
    return float("nan")


def _ahead(seen: list[tuple[float, np.ndarray]], at: float) -> np.ndarray:
    """Guess where the other variances will be, on the line through the last two searches."""
    (before, first), (last, second) = seen[-2:] if len(seen) > 1 else seen * 2
    share = (at - last) / (last - before) if last != before else 0.0
    return second + float(np.clip(share, -2, 2)) * (second - first)


def bootstrap_shares(
    best: Components, cells: Cells, *, n_resamples: int, rng: np.random.Generator
) -> np.ndarray:
    """Shares estimated from ratings redrawn from the fitted model, shape (n_resamples, 5)."""
    sd = dict(zip(SOURCES, np.sqrt(best.ratios * best.residual), strict=True))
    noise = float(np.sqrt(best.residual))
    codes = cells.codes
    left = cells.count.sum() - len(cells.count)
    drawn = np.empty((n_resamples, len(SOURCES) + 1))
    for i in range(n_resamples):
        effect = sum(
            rng.normal(size=cells.levels[name])[code] * sd[name] for name, code in codes.items()
        )
        mean = effect + rng.normal(size=len(cells.count)) * noise / np.sqrt(cells.count)
        squares = float(cells.count @ mean**2)
        if left > 0:
            squares += best.residual * float(rng.chisquare(left))
        sums = with_totals(best.sums, cells, cells.count * mean, squares)
        drawn[i] = fit(sums, best.kept, start=best.ratios, exact=False).shares
    return drawn
