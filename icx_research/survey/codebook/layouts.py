"""How answers stand in a file: blocks of columns per supplier, or a row per answer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SupplierBlocks:
    """Columns of a file that hold one block of items per supplier.

    Attributes
    ----------
    pattern : str
        Name of a column, with ``{supplier}`` and ``{item}`` where these stand.
    suppliers : dict of str to str
        Suppliers as they stand in the column names, with labels; empty until the
        column names have been seen where the codebook does not list them.
    """

    pattern: str
    suppliers: Mapping[str, str] = field(default_factory=dict)

    def column(self, supplier: str, item: str) -> str:
        """Name the column of one item about one supplier."""
        parts = {"{supplier}": supplier, "{item}": item}
        return "".join(parts.get(part, part) for part in self.parts)

    @property
    def parts(self) -> tuple[str, ...]:
        """Cut the pattern into its two places and the text around them."""
        return tuple(part for part in re.split(r"(\{supplier\}|\{item\})", self.pattern) if part)


@dataclass(frozen=True)
class LongColumns:
    """Columns of a table in which each answer has a row of its own.

    Attributes
    ----------
    item, answer : str
        Columns that name the item and hold the answer.
    """

    item: str
    answer: str
