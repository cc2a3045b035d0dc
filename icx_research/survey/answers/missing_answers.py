"""Where answers are missing: items by waves or by size of the units, and which go together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.bands import band, coarse_percent
from icx_research.core.display import table_html
from icx_research.survey.answers.missing_patterns import (
    Gaps,
    common_patterns,
    find_gaps,
    size_order,
)
from icx_research.survey.codebook.types import Codebook, Scale, Source
from icx_research.survey.codebook.wave_order import order_waves
from icx_research.survey.disclosure.suppression import groups_withheld
from icx_research.survey.disclosure.thresholds import persons_needed
from icx_research.survey.scores.item_lists import item_line, scales_of, whole_scales
from icx_research.survey.study.study import Study


@dataclass(frozen=True, eq=False, repr=False)
class MissingAnswers:
    """Shares of missing answers as they may be shown.

    Attributes
    ----------
    codebook : Codebook
    by : str
        "wave" or "unit_size": what the columns of the map are.
    columns : tuple of str
        Waves in order of time, or bands of respondents per unit.
    items : DataFrame
        One row per item: `table`, `scale`, `item`, `wording`, `reverse_keyed`, `low`,
        `high`, `missing` (percent of the rows without an answer), `respondents` (band of
        the persons asked).
    table : DataFrame
        One row per item and column: `table`, `scale`, `item`, `column`, `missing` (percent;
        nan where withheld).
    patterns : DataFrame
        `table`, `missing` (items that are missing together; "none", "other"), `percent` of
        the rows, `respondents` (band): the patterns of enough persons, by frequency.
    min_persons : int
        Distinct persons asked behind every figure.
    """

    codebook: Codebook
    by: str
    columns: tuple[str, ...]
    items: pd.DataFrame
    table: pd.DataFrame
    patterns: pd.DataFrame
    min_persons: int

    def __repr__(self) -> str:
        """Count items and columns."""
        return (
            f"MissingAnswers: {len(self.items)} items by {len(self.columns)} columns "
            f"({self.by.replace('_', ' ')}); at least {self.min_persons} persons per figure"
        )

    def _repr_html_(self) -> str:
        return table_html(self.patterns)

    @property
    def parts(self) -> "list[MissingAnswers]":
        """Portions one figure can hold: whole scales, few items."""
        return [self._keep(items) for items in whole_scales(self.items, apart=())]

    def _keep(self, items: pd.DataFrame) -> "MissingAnswers":
        table = self.table.merge(items[["table", "item"]], on=["table", "item"])
        used = set(table["column"])
        return replace(
            self,
            columns=tuple(column for column in self.columns if column in used),
            items=items.reset_index(drop=True),
            table=table,
            patterns=self.patterns[self.patterns["table"].isin(items["table"])],
        )


def missing_answers(
    study: Study,
    *,
    scales: Sequence[str] | None = None,
    by: Literal["wave", "unit_size"] | None = None,
    min_persons: int | None = None,
) -> MissingAnswers:
    """Map the missing answers: each item by wave, or by the size of the units.

    Parameters
    ----------
    study : Study
    scales : sequence of str, optional
        All scales unless stated.
    by : {"wave", "unit_size"}, optional
        Columns of the map; waves where there are several unless stated, else bands of
        respondents per unit.
    min_persons : int, optional
        As in `answer_distributions`.

    Returns
    -------
    MissingAnswers

    Raises
    ------
    NotTestable
        If no table of the study holds respondents' answers.
    ValueError
        If `by` or a scale is unknown or `min_persons` below 5.

    Notes
    -----
    Missing is an empty cell or a code that the codebook calls "no answer". A cell needs
    `min_persons` distinct persons who were asked; units with fewer respondents stand
    together in one column. Where a single column of a table would be withheld, or those
    withheld are fewer persons together, the next smallest goes with it, so that nothing can
    be computed from the overall share. Shares are whole percents, or in steps so coarse that
    each fits at least three counts of persons.

    Examples
    --------
    >>> from icx_research import load_example
    >>> missing_answers(load_example("company"))
    MissingAnswers: 83 items by 3 columns (wave); at least 10 persons per figure
    """
    threshold = persons_needed(study.codebook, min_persons)
    if by not in (None, "wave", "unit_size"):
        raise ValueError(f"by must be 'wave' or 'unit_size'; got {by!r}.")
    surveys: dict[str, list[Scale]] = {}
    for source, scale in scales_of(study.codebook, scales):
        surveys.setdefault(source.name, []).append(scale)
    by = by or ("wave" if _n_waves(study, surveys) > 1 else "unit_size")
    items: list[dict[str, object]] = []
    cells: list[tuple[object, ...]] = []
    patterns: list[tuple[object, ...]] = []
    columns: set[str] = set()
    for name, asked in surveys.items():
        source = study.codebook.sources[name]
        enough = 0 if source.published else threshold
        gaps = find_gaps(study, source, asked, by=by, threshold=threshold)
        columns |= set(gaps.column)
        items += _overall(gaps, source, asked, enough)
        cells += _by_column(gaps, source, asked, enough)
        patterns += [(name, *line) for line in common_patterns(gaps, enough=enough)]
    order = (
        order_waves(columns, study.codebook) if by == "wave" else sorted(columns, key=size_order)
    )
    return MissingAnswers(
        codebook=study.codebook,
        by=by,
        columns=tuple(order),
        items=pd.DataFrame(items),
        table=pd.DataFrame(cells, columns=["table", "scale", "item", "column", "missing"]),
        patterns=pd.DataFrame(patterns, columns=["table", "missing", "percent", "respondents"]),
        min_persons=threshold,
    )


def _n_waves(study: Study, tables: Iterable[str]) -> int:
    frames = [nw.from_native(study.tables[name], eager_only=True) for name in tables]
    return len({wave for frame in frames for wave in frame["wave"].to_list()})


def _overall(
    gaps: Gaps, source: Source, scales: Sequence[Scale], enough: int
) -> list[dict[str, object]]:
    """Describe each item with its share of missing answers over all rows."""
    asked = gaps.respondent.nunique()
    share = gaps.missing.mean()
    return [
        item_line(source, scale, item)
        | {
            "missing": coarse_percent(share[item], asked) if asked >= enough else np.nan,
            "respondents": band(float(asked)) if asked >= enough else "",
        }
        for scale in scales
        for item in scale.items
    ]


def _by_column(
    gaps: Gaps, source: Source, scales: Sequence[Scale], enough: int
) -> list[tuple[object, ...]]:
    """Give the percent missing of each item per column, where enough persons were asked."""
    persons = gaps.respondent.groupby(gaps.column).nunique()
    shown = pd.Series(~groups_withheld(persons.to_numpy(), min_persons=enough), persons.index)
    share = gaps.missing.groupby(gaps.column).mean()
    return [
        (
            source.name,
            scale.name,
            item,
            column,
            coarse_percent(value, persons[column]) if shown[column] else np.nan,
        )
        for scale in scales
        for item in scale.items
        for column, value in share[item].items()
    ]
