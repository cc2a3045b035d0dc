"""Rows set aside: place and reason, never content; and how many are too many."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.types import ROLES, Source

QUARANTINE_COLUMNS = ("table", "file", "row", "column", "reason")


@dataclass
class Quarantine:
    """Rows set aside while one table is validated: place and reason, never content."""

    source: Source
    entries: list[tuple[int, str, str]] = field(default_factory=list)

    @property
    def file(self) -> str:
        """Name of the file, or of the table where it came as a frame."""
        return self.source.file or f"{self.source.name} table"

    def add(self, rows: Iterable[int], column: str, reason: str) -> None:
        """Set rows aside for one reason."""
        self.entries += [(row, column, reason) for row in rows]

    @property
    def table(self) -> pd.DataFrame:
        """One line per problem, in the order of the file."""
        lines = [(self.source.name, self.file, *entry) for entry in sorted(self.entries)]
        return pd.DataFrame(lines, columns=list(QUARANTINE_COLUMNS))


def check_duplicates(
    columns: dict[str, list[Any]], rows: list[int], quarantine: Quarantine
) -> None:
    """Set aside every row of a key that stands twice; refuse it in a table of units."""
    source = quarantine.source
    roles = [role for role in ROLES if role in columns]
    keys = list(zip(*(columns[role] for role in roles), strict=True))
    if len(set(keys)) == len(keys):
        return
    places: dict[tuple[Any, ...], list[int]] = {}
    for row, key in zip(rows, keys, strict=True):
        if None not in key:
            places.setdefault(key, []).append(row)
    named = " + ".join(source.keys[role] for role in roles if role in source.keys)
    for found in places.values():
        if len(found) < 2:
            continue
        if source.grain == "unit":
            wave = "" if "wave" in source.keys else ", or declare the wave column"
            raise StudyError(
                f"{quarantine.file}, row {found[1]}, column {named}: the same key stands in row "
                f"{found[0]}; keep one row per key{wave}."
            )
        for row in found:
            twin = found[1] if row == found[0] else found[0]
            quarantine.add([row], named, f"the same key stands in row {twin}; keep one of them")


def check_share(bad: int, total: int, quarantine: Quarantine, limit: float) -> None:
    """Refuse a table of which too much, or everything, would be set aside."""
    if bad <= limit * total and bad < total:
        return
    source, table = quarantine.source, quarantine.table
    reason, column = table.groupby(["reason", "column"], sort=False).size().idxmax()
    row = table.loc[(table["reason"] == reason) & (table["column"] == column), "row"].iloc[0]
    if str(reason).startswith("the same key"):
        reason = "the same key stands in other rows, too; " + _advice(source)
    at = f", column {column}" if column else ""
    what = "ratings" if source.blocks else "rows"
    raise StudyError(
        f"{quarantine.file}, row {row}{at}: {reason} ({bad} of {total} {what} cannot be used; at "
        f"most {limit:.0%} may be set aside)."
    )


def _advice(source: Source) -> str:
    """Say which keys might tell the rows apart."""
    several = {"internal": "supplier_unit", "external": "touchpoint"}
    roles = [several[source.name]] if source.name in several and not source.blocks else []
    roles = [role for role in (*roles, "wave") if role not in source.keys]
    declare = f"declare the {' or '.join(roles)} column under keys, or " if roles else ""
    return f"{declare}keep one row per key"
