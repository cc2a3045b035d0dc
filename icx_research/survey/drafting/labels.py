"""What a draft takes from the labels of SPSS and Stata, and from answers in words."""

from collections.abc import Mapping, Sequence

import pandas as pd

from icx_research.survey.answers.label_meaning import (
    codes_without_answer,
    ends,
    low_is_good,
)
from icx_research.survey.codebook.cells import NUMBER

Labels = Mapping[str, Mapping[str, str]]


def without_codes(answers: Mapping[str, pd.Series], labels: Labels) -> dict[str, pd.Series]:
    """Empty the cells whose code means "no answer" by its label."""
    return {
        name: numbers.mask(numbers.isin(_numbers(labels.get(name, {})))) for name, numbers in
        answers.items()
    }  # fmt: skip


def labelled_codes(
    items: Sequence[str], answers: Mapping[str, pd.Series], labels: Labels
) -> dict[str, str]:
    """Give the codes among the answers of items that mean "no answer" by their label."""
    given = {number for item in items for number in answers[item].dropna().unique()}
    return {
        code: text
        for item in items
        for code, text in codes_without_answer(labels.get(item, {})).items()
        if _number(code) in given
    }


def labelled_range(items: Sequence[str], labels: Labels, body: pd.Series) -> tuple[int, int] | None:
    """Give the range whose ends are labelled, where no answer lies outside it."""
    known = [found for item in items if (found := ends(labels.get(item, {})))]
    if not known:
        return None
    low = min(first for (first, _), _ in known)
    high = max(last for _, (last, _) in known)
    inside = low <= body.min() and body.max() <= high
    return (int(low), int(high)) if inside and low % 1 == high % 1 == 0 else None


def low_ends(
    items: Sequence[str], labels: Labels, words: Mapping[str, Mapping[str, int]]
) -> dict[str, str]:
    """Find the items whose lowest answer is the good end by its label; with the labels of both."""
    found = {}
    for item in items:
        of_item = labels.get(item) or {
            str(number): text for text, number in words.get(item, {}).items()
        }
        if low_is_good(of_item):
            (low, first), (high, last) = ends(of_item) or ((0, ""), (0, ""))
            found[item] = f"{low:g} {first}, {high:g} {last}"
    return found


def shown_labels(codes: Sequence[str], labels: Mapping[str, str]) -> str:
    """Write what codes mean, as 8 don't know, 9 refused."""
    return ", ".join(f"{code} {labels[code]}" for code in codes if code in labels)


def _numbers(labels: Mapping[str, str]) -> list[float]:
    return [n for code in codes_without_answer(labels) if (n := _number(code)) is not None]


def _number(code: str) -> float | None:
    return float(code) if NUMBER.fullmatch(code) else None
