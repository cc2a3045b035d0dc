"""How the answers to each item are distributed, as far as that may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.bands import band, coarse_percent
from icx_research.core.cutoffs import GROUP_DISCLOSURE_SHARE
from icx_research.core.display import table_html
from icx_research.core.errors import NotTestable
from icx_research.survey.codebook.types import Codebook, Scale
from icx_research.survey.disclosure.person_counts import (
    persons_by_group,
    put_together,
    whole_percent,
)
from icx_research.survey.disclosure.thresholds import persons_needed
from icx_research.survey.scores.item_lists import item_line, scales_of, whole_scales
from icx_research.survey.study.study import Study

MAX_ANSWERS = 11  # possible answers that can be told apart in a bar: 0 to 10
SHOWN, WITHHELD, NO_CATEGORIES = "", "withheld", "no categories"
COLUMNS = ("table", "scale", "item", "lowest", "highest", "percent")


@dataclass(frozen=True, eq=False, repr=False)
class AnswerDistributions:
    """Answers to items as they may be shown.

    Attributes
    ----------
    codebook : Codebook
    items : DataFrame
        One row per item: `table`, `scale`, `item`, `wording`, `reverse_keyed`, `low`, `high`
        (range of answers), `respondents` (band of the persons who answered), `missing`
        (percent of the rows without an answer; nan where withheld), `status`: empty,
        "withheld", or "no categories" where the answers are not few whole numbers.
    table : DataFrame
        One row per item and answer: `table`, `scale`, `item`, `lowest`, `highest` (the same
        unless neighbouring answers are put together), `percent` of the answers (whole
        numbers that sum to 100). Withheld items have no rows.
    min_persons : int
        Distinct persons behind every row of `table`.
    """

    codebook: Codebook
    items: pd.DataFrame
    table: pd.DataFrame
    min_persons: int

    def __repr__(self) -> str:
        """Count items, shown and withheld."""
        withheld = int((self.items["status"] == WITHHELD).sum())
        return (
            f"AnswerDistributions: {len(self.items)} items, {withheld} withheld; at least "
            f"{self.min_persons} persons per answer"
        )

    def _repr_html_(self) -> str:
        return table_html(self.table)

    @property
    def put_together(self) -> bool:
        """Whether neighbouring answers stand together somewhere."""
        return bool((self.table["lowest"] < self.table["highest"]).any())

    @property
    def note(self) -> str:
        """Which items stand in no figure; empty where all do."""
        left_out = self.items.loc[self.items["status"] == NO_CATEGORIES, "item"]
        if left_out.empty:
            return ""
        return (
            "bars need answers in few whole numbers, such as 1 to 7; these have others: "
            f"{', '.join(left_out)}."
        )

    @property
    def parts(self) -> "list[AnswerDistributions]":
        """Portions one figure can hold: of one survey and range, whole scales, few items.

        Items whose answers are not few whole numbers are in none of them; see `note`.
        """
        counted = self.items[self.items["status"] != NO_CATEGORIES]
        found = whole_scales(counted, apart=("table", "low", "high"))
        return [self._keep(items) for items in found]

    def _keep(self, items: pd.DataFrame) -> "AnswerDistributions":
        named = ["table", "item"]
        table = self.table.merge(items[named], on=named)[list(COLUMNS)]
        return replace(self, items=items.reset_index(drop=True), table=table)


def answer_distributions(
    study: Study, *, scales: Sequence[str] | None = None, min_persons: int | None = None
) -> AnswerDistributions:
    """Count the answers to each item over all waves, without showing single persons.

    Parameters
    ----------
    study : Study
    scales : sequence of str, optional
        All scales unless stated.
    min_persons : int, optional
        Distinct persons behind every figure; the codebook's threshold unless given, which
        is 10. Never below 5.

    Returns
    -------
    AnswerDistributions

    Raises
    ------
    NotTestable
        If no table of the study holds respondents' answers, or they are nowhere few whole
        numbers.
    ValueError
        If a scale is unknown or `min_persons` below 5.

    Notes
    -----
    Answers are shown as they were given, before reverse keying. An answer that fewer than
    `min_persons` distinct persons gave, or nobody, is put together with the neighbouring
    answer, so that neither the lowest nor the highest answer of few persons is seen. The
    distribution is withheld where fewer persons answered, or where one answer holds 90% or
    more: then it would tell what each of them answered. Tables the codebook declares
    `published` are shown as they are.

    Examples
    --------
    >>> from icx_research import load_example
    >>> result = answer_distributions(load_example("company"), scales=["csat"])
    >>> result
    AnswerDistributions: 3 items, 0 withheld; at least 10 persons per answer
    >>> int(result.table.query("item == 'csat1'")["percent"].sum())
    100
    """
    threshold = persons_needed(study.codebook, min_persons)
    items, rows = [], []
    for source, scale in scales_of(study.codebook, scales):
        frame = nw.from_native(study.tables[source.name], eager_only=True)
        enough = 0 if source.published else threshold
        for item in scale.items:
            about, found = _one_item(frame, scale, item, enough)
            items.append(item_line(source, scale, item) | about)
            rows += [(source.name, scale.name, item, *row) for row in found]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    shown = AnswerDistributions(study.codebook, pd.DataFrame(items), table, threshold)
    if (shown.items["status"] == NO_CATEGORIES).all():
        raise NotTestable(shown.note)
    return shown


def _one_item(
    frame: "nw.DataFrame[Any]", scale: Scale, item: str, enough: int
) -> tuple[dict[str, object], list[tuple[float, float, int]]]:
    """Say who answered one item, and how: (lowest, highest, percent) per shown answer."""
    answers = frame[item].to_numpy().astype(float)
    given = ~np.isnan(answers)
    respondents = np.array(frame["respondent"].to_list(), dtype=object)
    persons = len(set(respondents[given]))
    asked = len(set(respondents))
    about: dict[str, object] = {
        "respondents": band(persons) if persons >= enough else "",
        "missing": coarse_percent(1 - given.mean(), asked) if asked >= enough else np.nan,
        "status": SHOWN,
    }
    low, high = scale.response_range
    codes = answers[given] - low
    steps = np.append(codes, high - low)
    if high - low >= MAX_ANSWERS or not np.equal(steps, np.round(steps)).all():
        return about | {"status": NO_CATEGORIES}, []
    codes = codes.astype(int)
    counts = np.bincount(codes, minlength=int(high - low) + 1)
    inside = persons_by_group(respondents[given], codes, len(counts))
    groups = put_together(inside, min_persons=enough)
    telling = counts.max() >= GROUP_DISCLOSURE_SHARE * counts.sum()
    if not persons or (enough and (persons < enough or len(groups) == 1 or telling)):
        return about | {"status": WITHHELD}, []
    shares = whole_percent([counts[group].sum() for group in groups])
    return about, [
        (low + group[0], low + group[-1], share)
        for group, share in zip(groups, shares, strict=True)
    ]
