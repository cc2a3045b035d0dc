"""How finely figures of units are shown: relative to what they can be, and to how they differ."""

import math
from dataclasses import dataclass

import numpy as np

from icx_research.core.bands import band_start
from icx_research.core.cutoffs import OWN_ERROR_FROM, OWN_ERROR_OF_ITEM_FROM
from icx_research.survey.codebook.types import Measure, Scale

STEPS_OF_RANGE = 100  # tenths of a point on seven-point scales, whole percents would be as fine
STEPS_OF_SPREAD = 1000  # for figures of units behind which nobody is counted
# Shares are counts of persons: in finer steps the share of ten to fourteen persons, and its
# standard error at once, tells how many they are.
STEPS_OF_SHARE = 20
FEW_PERSONS = {20: 2, 15: 1, 10: 4}  # below so many persons, so many of these steps at once
TOLERANCE = 1e-9
MOST_OPTIONS = 11  # of an item whose answers could be worked out from their mean
STEPS_OPEN = 10  # steps within which a withheld mean must stay unknown


@dataclass(frozen=True)
class Rounding:
    """Rounding of one score.

    Attributes
    ----------
    step : float
        Of the means.
    min_width : float
        Width within which a withheld mean must stay unknown beside the shown ones; inf for
        shares, which are counts of persons and may be put together exactly.
    share_of : (float, float) or None
        For shares of persons the lowest and highest figure.
    own_from : float
        Persons from which on a unit's own standard error is shown.
    """

    step: float
    min_width: float
    share_of: tuple[float, float] | None = None
    own_from: float = 0.0

    def means(self, values: np.ndarray, n: np.ndarray) -> np.ndarray:
        """Round means; shares of few persons more coarsely, so that each fits three counts."""
        rounded = to_step(values, self.step)
        if self.share_of is not None:
            for few, times in FEW_PERSONS.items():
                rounded = np.where(n < few, to_step(values, times * self.step), rounded)
        return rounded

    def errors(self, errors: np.ndarray, *, values: np.ndarray, n: np.ndarray) -> np.ndarray:
        """Round standard errors of `values` to a tenth of the step.

        Of few persons, mean and error would tell every answer: theirs are made of the pooled
        spread of the units and the band of n. Those of shares are made of what is shown
        already, the rounded share and the band of n. They are a little too large; where weights
        make the own one larger still, it is rounded down to a step.
        """
        persons = np.array([band_start(one) for one in n])
        if self.share_of is None:
            made = pooled_spread(errors, n) / np.sqrt(persons)
            own = ~(n < self.own_from) | np.isnan(errors)
            return to_step(np.where(own, errors, made), self.step / 10)
        low, high = self.share_of
        edge = self.step / 2 / (high - low)
        share = np.clip((self.means(values, n) - low) / (high - low), edge, 1 - edge)
        made = (high - low) * np.sqrt(share * (1 - share) / (persons - 1))
        own = np.floor(errors / self.step + TOLERANCE) * self.step
        return to_step(np.maximum(made, own), (high - low) / 100)


def published_rounding(
    measure: Measure, values: np.ndarray, *, counted: bool, decimals: int | None = None
) -> Rounding:
    """Choose how a score is rounded before it is shown.

    Parameters
    ----------
    measure : Scale or Score
    values : array of float, shape (n_units,)
        Its figures, of which the spread counts where the measure has no range.
    counted : bool
        Whether persons stand behind the figures.
    decimals : int, optional
        Decimals of the means; never finer than what is chosen.

    Returns
    -------
    Rounding

    Notes
    -----
    The step is the smallest power of ten that is at least a hundredth of the range (0.1 from 1
    to 7), twice that for a single item of at most eleven options, so that at least three
    distributions of answers have the same mean; a twentieth of the range for shares of persons
    (0.05, 5 percent); and at least a
    thousandth of the spread for figures behind which nobody is counted, such as sales.

    Examples
    --------
    >>> nps = Scale("nps", "NPS", {"n": "n"}, (0.0, 10.0))
    >>> referred = Scale("referred", "Referred others", {"t": "t"}, (0.0, 1.0))
    >>> [published_rounding(one, np.array([]), counted=True).step for one in (nps, referred)]
    [0.2, 0.05]
    """
    low, high = measure.response_range or (0.0, 0.0)
    width = high - low
    if not counted or width == 0:
        known = values[~np.isnan(values)]
        width = float(np.ptp(known)) if len(known) else 0.0
        width = width or max(abs(float(known[0])) if len(known) else 0.0, 1.0)
    share, item = counted and _is_share(measure), counted and _is_item(measure)
    if not counted:
        usual = power_of_ten(width / STEPS_OF_SPREAD)
    else:
        usual = width / STEPS_OF_SHARE if share else power_of_ten(width / STEPS_OF_RANGE)
    chosen = 2 * usual if item else usual
    step = chosen if decimals is None else max(10.0**-decimals, chosen)
    if share:
        return Rounding(step, min_width=math.inf, share_of=(low, high))
    own_from = (OWN_ERROR_OF_ITEM_FROM if item else OWN_ERROR_FROM) if counted else 0
    return Rounding(step, min_width=STEPS_OPEN * usual, own_from=own_from)


def pooled_spread(errors: np.ndarray, n: np.ndarray) -> float:
    """Pool the standard deviations of persons within units, from standard errors of unit means.

    Examples
    --------
    >>> round(pooled_spread(np.array([0.2, 0.4, np.nan]), np.array([25.0, 25.0, 9.0])), 3)
    1.581
    """
    known = ~np.isnan(errors) & (n > 1)
    weight = n[known] - 1
    squares = float((weight * n[known] * errors[known] ** 2).sum())
    return float(np.sqrt(squares / weight.sum())) if weight.size else math.nan


def _is_item(measure: Measure) -> bool:
    """Tell whether a score is a single answer of few options."""
    if not isinstance(measure, Scale) or len(measure.items) != 1:
        return False
    low, high = measure.response_range
    return 1 < high - low < MOST_OPTIONS


def _is_share(measure: Measure) -> bool:
    """Tell whether a unit's figure counts persons: answers of two kinds, percents, shares."""
    if isinstance(measure, Scale):
        low, high = measure.response_range
        return high - low <= 1
    return measure.metric in ("percent", "share")


def power_of_ten(value: float) -> float:
    """Give the smallest power of ten that is not below a value.

    Examples
    --------
    >>> power_of_ten(0.06), power_of_ten(0.1), power_of_ten(70)
    (0.1, 0.1, 100.0)
    """
    return float(f"1e{math.ceil(math.log10(value) - 1e-9)}")


def to_step(values: np.ndarray, step: float) -> np.ndarray:
    """Round to whole steps, without digits that only binary fractions bring.

    Examples
    --------
    >>> to_step(np.array([0.74, 0.16, -0.01, np.nan]), 0.05).tolist()
    [0.75, 0.15, 0.0, nan]
    """
    decimals = max(0, math.ceil(-math.log10(step) - 1e-9)) + (step < 1 and not _is_power(step))
    return np.round(np.round(values / step) * step, decimals) + 0.0


def _is_power(step: float) -> bool:
    return abs(math.log10(step) - round(math.log10(step))) < 1e-9
