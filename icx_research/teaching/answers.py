"""What a student hands in, the one value it stands for, and what is said of it."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icx_research.core.results import Estimate, Result

EXACT = 1e-6  # two ways of computing differ by rounding errors, far below this
TWO_DECIMALS = 0.005 + 1e-9  # half a step of the second decimal
BOUNDED = 1.0  # coefficients do not exceed it in absolute value


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that tells how it came about.

    Attributes
    ----------
    value : float or str
        nan stands for a missing value.
    nudge : str
        What to think of, in one or two sentences; never the right answer.
    """

    value: float | str
    nudge: str


@dataclass(frozen=True)
class Key:
    """The right answer to an exercise, as the library computes it.

    Attributes
    ----------
    expected : float, int or str
        A whole number is a count and must be met exactly.
    mistakes : tuple of Mistake
    coefficient : bool
        True for numbers between -1 and 1, that may be mistaken for percentages.
    """

    expected: float | str
    mistakes: tuple[Mistake, ...] = ()
    coefficient: bool = False


class NotAnAnswer(Exception):
    """What was handed in stands for no single number or word; the message says why."""


def judge(answer: object, key: Key) -> str:
    """Say in plain words whether an answer is right, or what to think of.

    Parameters
    ----------
    answer : object
        A number or word, or anything that holds just one: a NumPy value, a table with
        one cell, an `Estimate`, a result with one estimate.
    key : Key

    Returns
    -------
    str
        One line, without the right answer.

    Examples
    --------
    >>> judge(0.67, Key(2 / 3))
    'right, to two decimals. Keep all digits until the last step.'
    >>> judge(4, Key(60, (Mistake(4, "Count units."),)))
    'not yet. Count units.'
    """
    if answer is ...:
        return "replace ... by your answer and run the cell again."
    try:
        if isinstance(key.expected, str):
            return _judge_word(_word(answer), key.expected, key)
        return _judge_number(_number(answer), float(key.expected), key)
    except NotAnAnswer as problem:
        return f"not yet. {problem}"


def _judge_word(given: str, expected: str, key: Key) -> str:
    if given == expected.casefold():
        return "right."
    for mistake in key.mistakes:
        if given == str(mistake.value).casefold():
            return f"not yet. {mistake.nudge}"
    return "not yet. Choose one of the words of the text above."


def _judge_number(given: float, expected: float, key: Key) -> str:
    if _near(given, expected, EXACT):
        return "right."
    tolerances = [EXACT] if isinstance(key.expected, int) else [EXACT, TWO_DECIMALS]
    for tolerance in tolerances:
        if _near(given, expected, tolerance):
            return "right, to two decimals. Keep all digits until the last step."
        for mistake in key.mistakes:
            if _near(given, float(mistake.value), tolerance):
                return f"not yet. {mistake.nudge}"
    if math.isnan(given):
        return "not yet. Your answer is a missing value (nan); look where it comes from."
    if key.coefficient and _near(given / 100, expected, TWO_DECIMALS):
        return "not yet. That is a percentage; give the share, a number below 1."
    if key.coefficient and _near(-given, expected, TWO_DECIMALS):
        return "not yet. The size is right, the sign is not."
    if key.coefficient and abs(given) > BOUNDED:
        return "not yet. Such a coefficient is never larger than 1; check the formula."
    return f"not yet. Your number is too {'large' if given > expected else 'small'}."


def _near(given: float, value: float, tolerance: float) -> bool:
    if math.isnan(value) or math.isnan(given):
        return math.isnan(value) and math.isnan(given)
    return abs(given - value) <= tolerance


def _number(answer: object) -> float:
    value = _single(answer)
    if isinstance(value, str):
        raise NotAnAnswer("A number is needed, not text; take away the quotation marks.")
    if value is None:
        raise NotAnAnswer("A number is needed, but your answer is None: nothing was computed.")
    if value is pd.NA:
        return float("nan")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise NotAnAnswer(f"A number is needed, not a value of the kind {type(value).__name__}.")
    return float(value)


def _word(answer: object) -> str:
    value = _single(answer)
    if not isinstance(value, str):
        raise NotAnAnswer('A word is needed, in quotation marks, such as "word".')
    return " ".join(value.split()).strip(" .").casefold()


def _single(answer: object) -> Any:
    """Take the one value out of whatever holds it."""
    if isinstance(answer, Result):
        try:
            answer = getattr(answer, "estimate", answer)
        except ValueError as several:  # scores of groups have no one estimate
            raise NotAnAnswer(str(several)) from None
    if isinstance(answer, Estimate):
        return float(answer.value)
    if isinstance(answer, (pd.DataFrame, pd.Series, pd.Index)):
        answer = answer.to_numpy()
    if isinstance(answer, (list, tuple, np.ndarray)):
        values = np.asarray(answer, dtype=object).ravel()
        if isinstance(answer, tuple) and len(values) == 2:
            raise NotAnAnswer("One value is needed, not two; decimals are written with a point.")
        if not len(values):
            raise NotAnAnswer("Your answer is empty; look where its rows got lost.")
        if len(values) != 1:
            raise NotAnAnswer(f"One value is needed; your answer holds {len(values)}. Pick one.")
        return _single(values[0])
    return answer.item() if isinstance(answer, np.generic) else answer
