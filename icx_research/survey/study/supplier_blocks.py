"""One row per respondent, one block of columns per supplier: found, then stacked to ratings."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.document import suggestion
from icx_research.survey.codebook.types import Source, SupplierBlocks
from icx_research.survey.files.tables import positions
from icx_research.survey.study.quarantine import Quarantine


def items_of(source: Source) -> list[str]:
    """List the items of all scales of a survey."""
    return [item for scale in source.scales for item in scale.items]


def described(place: str, header: Sequence[str], source: Source) -> Source:
    """Find the supplier blocks among the labels of a file; `place` names file and row."""
    if source.blocks is None:
        return source
    labels = [label.strip() for label in header]
    positions(place, labels, replace(source, measures={}))  # a file that is none fails here
    return with_suppliers(place, labels, source)


def with_suppliers(place: str, columns: Sequence[str], source: Source) -> Source:
    """Fill in the suppliers that the column names tell; check that every block is whole.

    Raises
    ------
    StudyError
        If a declared supplier has no column, a block lacks an item, no column fits the
        pattern, or one fits it in two ways.
    """
    if source.blocks is None:
        return source
    blocks, items = source.blocks, items_of(source)
    if not blocks.suppliers:
        blocks = replace(blocks, suppliers=_found(place, columns, source, blocks, items))
    present = set(columns)
    for supplier in blocks.suppliers:
        lost = [item for item in items if blocks.column(supplier, item) not in present]
        if not lost:
            continue
        column = blocks.column(supplier, lost[0])
        if len(lost) == len(items):
            told = [name for fits in _fits(columns, source, blocks, items).values()
                    for _, name in fits]  # fmt: skip
            raise StudyError(
                f"{place}: there is no column about supplier {supplier!r}, such as {column!r} "
                f"(declared under supplier_blocks); {suggestion(supplier, dict.fromkeys(told))}"
            )
        raise StudyError(
            f"{place}: there is no column {column!r}, item {lost[0]} of supplier {supplier!r}; "
            "each supplier needs every item: add the column (empty where the item was not asked), "
            "or leave the item out, or list the suppliers without this one."
        )
    return replace(source, blocks=blocks)


def unlisted_suppliers(file: str, columns: Sequence[str], source: Source) -> tuple[str, ...]:
    """Say which suppliers the column names tell besides those the codebook lists."""
    blocks, items = source.blocks, items_of(source)
    if blocks is None or not blocks.suppliers:
        return ()
    told = dict.fromkeys(name for fits in _fits(columns, source, blocks, items).values()
                         for _, name in fits if name not in blocks.suppliers)  # fmt: skip
    declared = {blocks.column(name, item) for name in blocks.suppliers for item in items}
    free = set(columns) - declared
    whole = [name for name in told if {blocks.column(name, item) for item in items} <= free]
    if not whole:
        return ()
    return (
        f"{file}: there are columns about {', '.join(map(repr, whole))}, too, which the codebook "
        "does not list under supplier_blocks: suppliers; these ratings are left out.",
    )


def _found(
    place: str, columns: Sequence[str], source: Source, blocks: SupplierBlocks, items: list[str]
) -> dict[str, str]:
    """List the suppliers in the order in which the column names first tell them."""
    found: dict[str, str] = {}
    for column, fits in _fits(columns, source, blocks, items).items():
        if len(fits) > 1:
            ways = " and ".join(f"item {item} of supplier {supplier}" for item, supplier in fits)
            raise StudyError(
                f"{place}: the column {column!r} fits the pattern {blocks.pattern!r} twice, as "
                f"{ways}; list the suppliers under supplier_blocks."
            )
        found |= {supplier: supplier for _, supplier in fits}
    if not found:
        raise StudyError(
            f"{place}: no column fits the pattern {blocks.pattern!r} with an item of the scales "
            f"({', '.join(items)}); correct the pattern or the items."
        )
    return found


def _fits(
    columns: Sequence[str], source: Source, blocks: SupplierBlocks, items: list[str]
) -> dict[str, list[tuple[str, str]]]:
    """Give every item and supplier that a column name may tell."""
    shapes = {
        item: re.compile("".join(
            {"{supplier}": "(.+)", "{item}": re.escape(item)}.get(part, re.escape(part))
            for part in blocks.parts
        ))
        for item in items
    }  # fmt: skip
    taken = {*source.keys.values(), *source.attributes}
    return {
        column: [(item, fit.group(1)) for item, shape in shapes.items()
                 if (fit := shape.fullmatch(column))]
        for column in columns
        if column not in taken
    }  # fmt: skip


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
