"""Columns of wide supplier blocks, by their pattern."""

import re
from collections.abc import Sequence
from dataclasses import replace

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.document import suggestion
from icx_research.survey.codebook.types import Source, SupplierBlocks
from icx_research.survey.files.tables import positions


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
        blocks = replace(blocks, suppliers=_named_suppliers(place, columns, source, blocks, items))
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


def _named_suppliers(
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
