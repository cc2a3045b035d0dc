"""Why a cell is no answer or figure: each kind of fault with what to do about it."""

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from icx_research.survey.codebook.cells import (
    GROUPED,
    OTHER_DECIMAL,
    POINT,
    THOUSANDS,
    grouped_figures,
)
from icx_research.survey.codebook.spoilt_cells import (
    DATE_MADE,
    PERCENT,
    spreadsheet_date,
    two_answers,
)
from icx_research.survey.codebook.types import Measure, Scale, Score


def number_faults(
    known: Mapping[Any, float | None], column: str, measure: Measure, *, decimal: str
) -> Iterator[tuple[set[Any], str]]:
    """Sort the cells of a column that cannot be used by what is wrong with them.

    Parameters
    ----------
    known : dict
        Each distinct cell with its number: nan where it is none, None where it is empty.
    column : str
    measure : Scale or Score
    decimal : str
        Decimal mark of the file.

    Yields
    ------
    (set, str)
        Cells and the reason they share; a cell stands in one set only.
    """
    noun = "answer" if isinstance(measure, Scale) else "figure"
    advice = "correct it or declare its code in missing_codes"
    limits = _limits(column, measure)
    rest = {cell for cell, value in known.items() if value is not None and math.isnan(value)}
    words = {cell: str(cell).strip() for cell in rest}
    outside = {
        cell for cell, value in known.items()
        if cell not in rest and value is not None and limits
        and not limits[0] <= value <= limits[1]
    }  # fmt: skip
    grouped = {cell for cell in rest if THOUSANDS.fullmatch(words[cell])}
    comma = {cell for cell in rest if OTHER_DECIMAL.fullmatch(words[cell])}
    point = {cell for cell in rest if POINT.fullmatch(words[cell])}
    if decimal == ".":
        comma -= _between_thousands({words[cell]: cell for cell in comma}, column, measure)
        grouped, point = grouped - comma, set()
    else:
        comma, point = set(), point - grouped
    if isinstance(measure, Score) and measure.response_range is None:
        grouped |= grouped_figures(set(known) - rest - outside, decimal, counts=column == measure.n)
    faults = (
        ({cell for cell in rest if spreadsheet_date(words[cell])}, f"the {noun} {DATE_MADE}"),
        (
            {cell for cell in rest if PERCENT.fullmatch(words[cell])},
            f"the {noun}s carry a % sign; export them as plain numbers",
        ),
        (
            _marked_twice(words, known, measure),
            "the cell seems to hold two answers, as where two boxes were marked; keep one of them "
            "or empty it",
        ),
        (grouped, f"the {noun} has marks between its thousands; write it without them"),
        (
            comma,
            f"the {noun} is not a number; it has a decimal comma: declare decimal: ',' for the "
            "file",
        ),
        (
            point,
            f"the {noun} has a decimal point, but the file declares decimal: ','; leave that key "
            "out, or write the point as a comma",
        ),
        (rest, f"the {noun} is not a number; {advice}"),
        (outside, f"the {noun} is outside {_span(limits)}; {advice}"),
    )
    seen: set[Any] = set()
    for cells, reason in faults:
        if cells - seen:
            yield cells - seen, reason
        seen |= cells


def _limits(column: str, measure: Measure) -> tuple[float, float] | None:
    return measure.limits(column) if isinstance(measure, Score) else measure.response_range


def _span(limits: tuple[float, float] | None) -> str:
    low, high = limits or (-math.inf, math.inf)
    return f"{low:g} to {high:g}" if math.isfinite(high) else f"{low:g} or more"


def _between_thousands(words: Mapping[str, Any], column: str, measure: Measure) -> set[Any]:
    """Find cells as 1,250 that a decimal comma would make 1.25.

    A column whose other commas are decimal marks has decimals, and so has one that is in range
    with decimals only; numbers of persons have none.
    """
    shaped = {word for word in words if GROUPED.fullmatch(word)}
    counts = isinstance(measure, Score) and column == measure.n
    limits = _limits(column, measure)
    as_decimals = limits is not None and math.isfinite(limits[1]) and all(
        limits[0] <= float(word.replace(",", ".")) <= limits[1] < float(word.replace(",", ""))
        for word in shaped if word.count(",") == 1
    )  # fmt: skip
    if not counts and (len(shaped) < len(words) or as_decimals):
        return set()
    return {words[word] for word in shaped}


def _marked_twice(
    words: Mapping[Any, str], known: Mapping[Any, float | None], measure: Measure
) -> set[Any]:
    """Find cells with two answers in an item whose other answers are whole numbers."""
    if not isinstance(measure, Scale) or not _whole(known.values()):
        return set()
    return {cell for cell, word in words.items() if two_answers(word, measure.response_range)}


def _whole(values: Collection[float | None]) -> bool:
    return all(value is None or math.isnan(value) or value % 1 == 0 for value in values)
