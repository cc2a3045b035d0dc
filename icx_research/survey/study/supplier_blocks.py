"""One row per respondent, one block of columns per supplier: listed, then stacked to ratings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from icx_research.survey.codebook.types import SupplierBlocks
from icx_research.survey.files.supplier_columns import items_of
from icx_research.survey.study.quarantine import Quarantine


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings, one per respondent and supplier, made of validated rows.

    Attributes
    ----------
    columns : dict of str to list
        Keys, `supplier_unit`, attributes and items; one entry per usable rating.
    n_read, n_bad : int
        Ratings that were given, and those of them that are set aside. A row that is set
        aside counts as one at least.
    log : tuple of str
        How many ratings were given, and how many were not asked for.
    """

    columns: dict[str, list[Any]]
    n_read: int
    n_bad: int
    log: tuple[str, ...]


def stacked(
    columns: Mapping[str, list[Any]], rows: Sequence[int], quarantine: Quarantine, *, n_ragged: int
) -> Ratings:
    """Turn blocks of columns into ratings; a block without any answer was not asked.

    What is wrong in a block sets one rating aside; what is wrong in a key sets the row aside.
    """
    source = quarantine.source
    blocks = source.blocks or SupplierBlocks("")
    suppliers, items = list(blocks.suppliers), items_of(source)
    names = [[blocks.column(supplier, item) for item in items] for supplier in suppliers]
    values = np.array([[columns[name] for name in block] for block in names], dtype=float)
    bad_row, bad_rating = _marked(rows, quarantine, names)
    given = ~np.isnan(values).all(axis=1).T | bad_rating
    bad = bad_rating | bad_row[:, None]
    lost = n_ragged + int((bad_row & ~given.any(axis=1)).sum())
    who, about = np.argwhere(given & ~bad).T
    answers = {name for block in names for name in block}
    row_of: list[int] = who.tolist()
    long = {
        name: [cells[row] for row in row_of]
        for name, cells in columns.items()
        if name not in answers
    }
    long["supplier_unit"] = [suppliers[at] for at in about.tolist()]
    for at, item in enumerate(items):
        found = values[about, at, who].tolist()
        long[item] = [None if value != value else value for value in found]
    return Ratings(
        columns=long,
        n_read=lost + int(given.sum()),
        n_bad=lost + int((given & bad).sum()),
        log=_read(given, suppliers, quarantine.file),
    )


def _marked(
    rows: Sequence[int], quarantine: Quarantine, names: list[list[str]]
) -> tuple[np.ndarray, np.ndarray]:
    """Mark the rows, and the ratings within rows, that are set aside."""
    at = {row: i for i, row in enumerate(rows)}
    block_of = {name: i for i, block in enumerate(names) for name in block}
    bad_row = np.zeros(len(rows), dtype=bool)
    bad_rating = np.zeros((len(rows), len(names)), dtype=bool)
    for row, column, _ in quarantine.entries:
        if row not in at:
            continue
        if column in block_of:
            bad_rating[at[row], block_of[column]] = True
        else:
            bad_row[at[row]] = True
    return bad_row, bad_rating


def _read(given: np.ndarray, suppliers: Sequence[str], file: str) -> tuple[str, ...]:
    each = ", ".join(
        f"{name} {n}" for name, n in zip(suppliers, given.sum(axis=0).tolist(), strict=True)
    )
    silent = int((~given.any(axis=1)).sum())
    return (
        f"{file}: {len(given)} rows hold {int(given.sum())} ratings of {len(suppliers)} suppliers "
        f"({each}); {int((~given).sum())} without any answer are left out as not asked"
        + (f", with {silent} rows that hold no rating." if silent else "."),
    )
