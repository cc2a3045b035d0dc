"""What tables of several kinds are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from icx_research.present.tables.cells import Cell, Column, figure, p_value, stars

Uncertainty = Literal["interval", "stars", "none"]


@dataclass(frozen=True)
class Style:
    """What an author chooses for a table.

    Attributes
    ----------
    title : str or None
        Other than the usual one.
    number : int or None
    digits : int or mapping of str to int
        Decimals of all columns, or by head.
    uncertainty : {"interval", "stars", "none"}
    """

    title: str | None = None
    number: int | None = None
    digits: int | Mapping[str, int] | None = None
    uncertainty: Uncertainty = "interval"

    def __post_init__(self) -> None:
        """Refuse what no table can have."""
        if self.uncertainty not in ("interval", "stars", "none"):
            raise ValueError(
                f"uncertainty must be 'interval', 'stars' or 'none', not {self.uncertainty!r}."
            )
        given = self.digits if isinstance(self.digits, Mapping) else {"": self.digits or 0}
        for head, digits in given.items():
            if not isinstance(digits, int) or not 0 <= digits <= 10:
                of = f" of {head!r}" if head else ""
                raise ValueError(f"digits{of} must be a whole number from 0 to 10, not {digits!r}.")

    def of(self, head: str, usual: int = 2) -> int:
        """Decimals of the column with this head."""
        if isinstance(self.digits, Mapping):
            return self.digits.get(head, usual)
        return usual if self.digits is None else self.digits

    def estimate(
        self, head: str, level: float, *, italic: bool = True, usual: int = 2
    ) -> list[Column]:
        """Columns of an estimate: with its limits, where they are wanted."""
        limits = [Column(name, f"{100 * level:g}% CI") for name in ("LL", "UL")]
        return [Column(head, italic=italic), *(limits if self.uncertainty == "interval" else [])]

    def cells(
        self,
        head: str,
        row: Mapping[str, float],
        names: tuple[str, str, str],
        *,
        p: float = float("nan"),
        bounded: bool = True,
    ) -> list[Cell]:
        """Cells of an estimate, named in the row as (estimate, lower, upper)."""
        digits = self.of(head)
        mark = stars(p) if self.uncertainty == "stars" else ""
        shown = names if self.uncertainty == "interval" else names[:1]
        return [
            figure(row[name], digits=digits, bounded=bounded, mark="" if at else mark)
            for at, name in enumerate(shown)
        ]

    def p_columns(self) -> list[Column]:
        """Give the column of p, where stars do not stand for it."""
        return [] if self.uncertainty == "stars" else [Column("p", italic=True)]

    def p_cells(self, p: float) -> list[Cell]:
        """Give its cell."""
        return [] if self.uncertainty == "stars" else [p_value(p)]


def named_notes(table: pd.DataFrame, names: list[str]) -> tuple[str, ...]:
    """Sentences on rows that have a note, each reason once with the rows it concerns."""
    concerned: dict[str, list[str]] = {}
    for name, note in zip(names, table["note"], strict=True):
        if note:
            concerned.setdefault(str(note).rstrip("."), []).append(name)
    return tuple(f"{', '.join(dict.fromkeys(rows))}: {note}." for note, rows in concerned.items())
