"""Columns of numbers that are no answers on a scale, each with the reason it is left out for."""

import re
from collections.abc import Mapping

import pandas as pd

REPLICATES = 5  # columns of one name from which on weights are a set of replicates
CHOICES = 3  # columns of 0 and 1 from which on they are the options of one question
MEASURED = 10  # columns of fractions from which on they are no means of answers
LISTED = 6  # columns that are named one by one
WEIGHT = re.compile(
    r"(^|_)((rep(l|licate)?|brr|jkn?|boot(strap)?|bs|fay|f|w|wt|wgt|pw|p)_?)?"
    r"(w|wt|wgt|wts|weights?|gew(icht)?|fstr\d*|fstu(wt)?|poids|peso)_?(rep)?_?[a-z]?\d+$"
    r"|(^|_)(repwt|repwgt|wtrep|wrep|brr|jkn?|bsw|boot)_?[a-z]*\d+$"
)
ONE_WEIGHT = re.compile(r"(^|[_ .-])(weight|wt|wgt|pweight|gewicht(ung)?|poids|peso)$")
NUMBER_AT_END = re.compile(r"[_\-.# ]*\d+$")
CHOOSE_ALL = "options of a question with several answers"
WEIGHTS = "weights"
FRACTIONS = "measurements with fractions"
BELOW_ZERO = "answers below 0, to be declared by hand with their range"
TEXT = "text"
MANY_TEXTS = 12  # different entries of a column that is no list of answers
NEGATIVE = 0.2  # share of answers below 0 up to which these are codes for "no answer"


def not_answers(
    columns: Mapping[str, pd.Series], *, words: Mapping[str, Mapping[str, int]]
) -> dict[str, str]:
    """Say which columns of numbers are no answers, and why; `words` are answered in words."""
    groups: dict[str, list[str]] = {}
    for name in columns:
        if name not in words:
            groups.setdefault(NUMBER_AT_END.sub("", name.strip()) or name, []).append(name)
    found: dict[str, str] = {}
    ticked = [name for name, numbers in columns.items() if set(numbers.dropna().unique()) == {1.0}
              and numbers.isna().any()]  # fmt: skip
    if len(ticked) > 1:
        found |= dict.fromkeys(ticked, CHOOSE_ALL)
    for names in groups.values():
        given = pd.concat([columns[name].dropna() for name in names])
        fractions = (given % 1 != 0).mean() > 0.5
        weights = all(WEIGHT.search(name.strip().casefold()) for name in names)
        chosen = set(given.unique()) <= {0.0, 1.0}
        if weights and (len(names) >= REPLICATES or fractions):
            found |= dict.fromkeys(names, WEIGHTS)
        elif chosen and len(names) >= CHOICES:
            found |= dict.fromkeys(names, CHOOSE_ALL)
        elif fractions and len(names) >= MEASURED:
            found |= dict.fromkeys(names, FRACTIONS)
    for name, numbers in columns.items():
        if name not in found and not codes_below_zero(numbers) and (numbers < 0).any():
            found[name] = BELOW_ZERO
    return found


def weight_column(columns: Mapping[str, pd.Series]) -> str:
    """Find the column that is named like the weight of a row; empty where there is none."""
    return next(
        (name for name, numbers in columns.items()
         if ONE_WEIGHT.search(name.strip().casefold()) and (numbers.dropna() % 1 != 0).any()), ""
    )  # fmt: skip


def codes_below_zero(numbers: pd.Series) -> bool:
    """Tell whether the numbers below 0 are so few that they are codes, no answers."""
    given = numbers.dropna()
    below = given[given < 0]
    return bool(0 < len(below) <= NEGATIVE * len(given) and (below % 1 == 0).all())


def reasons(
    cells: Mapping[str, list[str]], numbers: Mapping[str, str]
) -> tuple[dict[str, list[str]], list[str]]:
    """Group columns that are not used by the reason, text among them; the rest has none."""
    named: dict[str, list[str]] = {}
    rest = []
    entries = {name: {cell.strip() for cell in column} - {""} for name, column in cells.items()}
    ticked = [name for name, texts in entries.items() if len(texts) == 1 and "" in cells[name]]
    for name, texts in entries.items():
        wordy = sum(any(map(str.isalpha, text)) for text in texts) > len(texts) / 2
        reason = numbers.get(name) or (TEXT if wordy and len(texts) > MANY_TEXTS else "")
        reason = reason or (CHOOSE_ALL if name in ticked and len(ticked) > 1 else "")
        if reason:
            named.setdefault(reason, []).append(name)
        else:
            rest.append(name)
    return named, rest


def columns_listed(names: list[str]) -> str:
    """Name columns, of many the first and the last.

    Examples
    --------
    >>> columns_listed([f"rw{i}" for i in range(1, 81)])
    'rw1, rw2, ... rw80 (80 columns)'
    """
    if len(names) <= LISTED:
        return ", ".join(names)
    return f"{names[0]}, {names[1]}, ... {names[-1]} ({len(names)} columns)"
