"""Usual answers in words, as ladders: which of them is more than which, in several languages.

`ladders.txt` holds one ladder a line, lowest first; words between bars mean the same. Where
several ladders know as many answers of a column, the first is taken.
"""

from importlib import resources

from icx_research.survey.codebook.types import fold_answer


def _ladder(line: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(fold_answer, step.split("|"))) for step in line.split(" < "))


_TEXT = resources.files("icx_research.survey.answers").joinpath("ladders.txt")
LADDERS = tuple(map(_ladder, _TEXT.read_text(encoding="utf-8").splitlines()))
