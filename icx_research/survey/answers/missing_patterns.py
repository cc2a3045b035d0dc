"""Which answers are missing, form by form, and which of them together."""

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.bands import band
from icx_research.survey.codebook.types import Scale, Source
from icx_research.survey.disclosure.person_counts import whole_percent
from icx_research.survey.study.study import Study

MAX_PATTERNS = 8  # listed per table
NOTHING, OTHER = "none", "other"


@dataclass(frozen=True, eq=False)
class Gaps:
    """Missing answers of one table, form by form; never shown.

    Attributes
    ----------
    missing : DataFrame of bool, shape (n_rows, n_items)
    respondent : Series of str
    column : Series of str
        Wave or size of the unit: the column of the map a row belongs to.
    """

    missing: pd.DataFrame
    respondent: pd.Series
    column: pd.Series


def find_gaps(
    study: Study, source: Source, scales: Sequence[Scale], *, by: str, threshold: int
) -> Gaps:
    """Look for missing answers; units of few respondents stand in one column together."""
    frame = nw.from_native(study.tables[source.name], eager_only=True)
    names = [item for scale in scales for item in scale.items]
    respondent = pd.Series(frame["respondent"].to_list(), dtype=object)
    column = pd.Series(frame["wave"].to_list(), dtype=object)
    if by == "unit_size":
        unit = pd.Series(frame[source.unit_key].to_list(), dtype=object)
        persons = respondent.groupby(unit).nunique()
        size = {
            name: band(float(n)) if n >= threshold else f"below {threshold}"
            for name, n in persons.items()
        }
        column = unit.map(size)
    missing = pd.DataFrame({name: frame[name].is_null().to_numpy() for name in names})
    return Gaps(missing, respondent, column)


def size_order(column: str) -> int:
    """Order bands of respondents: the small units first."""
    return -1 if column.startswith("below") else int(column.rstrip("+").split("-")[0])


def common_patterns(gaps: Gaps, *, enough: int) -> list[tuple[str, int, str]]:
    """List the items that are missing together: names, percent of rows, band of persons.

    Patterns of fewer than `enough` persons stand together as "other", with so many of the
    next rarer ones that these hold enough persons, too.
    """
    kinds, code = np.unique(gaps.missing.to_numpy(), axis=0, return_inverse=True)
    kind = pd.Series(code.ravel())
    counts, persons = kind.value_counts(), gaps.respondent.groupby(kind).nunique()

    def behind(some: Sequence[int]) -> int:
        return int(gaps.respondent[kind.isin(some)].nunique())

    listed = [at for at in counts.index if persons[at] >= enough][:MAX_PATTERNS]
    rest = [at for at in counts.index if at not in listed]
    while rest and listed and behind(rest) < enough:
        rest.append(listed.pop())
    if rest and behind(rest) < enough:
        return []
    names = gaps.missing.columns.to_numpy()
    groups = [[at] for at in listed] + ([rest] if rest else [])
    words = [" ".join(names[kinds[at]]) or NOTHING for at in listed] + ([OTHER] if rest else [])
    shares = whole_percent([counts[group].sum() for group in groups])
    bands = [band(float(behind(group))) for group in groups]
    return list(zip(words, shares, bands, strict=True))
