"""The self-check of the tutorial: a student's answer in, a helpful line out."""

from collections.abc import Callable

from icx_research.teaching import linking_exercises, scoring_exercises
from icx_research.teaching.answers import Key, judge

EXERCISES: dict[str, Callable[[], Key]] = {
    **scoring_exercises.EXERCISES,
    **linking_exercises.EXERCISES,
}


def check(exercise: str, answer: object) -> None:
    """Print whether the answer to an exercise of the tutorial is right, or what to think of.

    Parameters
    ----------
    exercise : str
        Number of the exercise, such as "2.1".
    answer : object
        A number or word, or anything that holds just one, such as a table with one
        cell or a result with one estimate; `...` until there is an answer.

    Raises
    ------
    ValueError
        If there is no such exercise.

    Notes
    -----
    What is right is computed from the bundled company at the first call for an exercise.
    Numbers may be rounded to two decimals, counts may not. The right answer is never printed.

    Examples
    --------
    >>> check("2.1", ...)
    2.1: replace ... by your answer and run the cell again.
    >>> check("2.1", "two")
    2.1: not yet. A number is needed, not text; take away the quotation marks.
    """
    if exercise not in EXERCISES:
        raise ValueError(f"There is no exercise {exercise!r}; known are {', '.join(EXERCISES)}.")
    print(f"{exercise}: {judge(answer, EXERCISES[exercise]())}")
