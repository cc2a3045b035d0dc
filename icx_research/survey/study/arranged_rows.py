"""Which rows of a file are used, and rows of single answers put side by side."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from icx_research.core.errors import StudyError
from icx_research.survey.codebook.cells import absent, key_text
from icx_research.survey.codebook.types import LongColumns, Source

Entries = list[tuple[int, str, str]]


@dataclass(frozen=True, eq=False)
class Arranged:
    """The rows of a table as its codebook wants them.

    Attributes
    ----------
    frame : narwhals DataFrame
    rows : list of int
        Row of each in the file; of answers in rows of their own, the first.
    ragged : list of (int, str)
        Rows that cannot be used, with the reason; not in `frame`.
    log : tuple of str
    row_of, answer : dict, str
        Row of the file by first row and item, and the column of answers, of a long table.
    """

    frame: "nw.DataFrame[Any]"
    rows: list[int]
    ragged: list[tuple[int, str]] = field(default_factory=list)
    log: tuple[str, ...] = ()
    row_of: Mapping[tuple[int, str], int] = field(default_factory=dict)
    answer: str = ""

    def places(self, entries: Entries) -> Entries:
        """Name the row and column of the file where an answer stands."""
        return [
            (self.row_of[row, column], self.answer, f"{reason} (item {column})")
            if (row, column) in self.row_of
            else (row, column, reason)
            for row, column, reason in entries
        ]


def arranged(frame: "nw.DataFrame[Any]", rows: list[int], source: Source) -> Arranged:
    """Keep the rows that `where` names, and turn a long table into one row per key.

    Raises
    ------
    StudyError
        If no row has an entry that is asked for, or no row names an item.
    """
    file = source.file or f"The {source.name} table"
    log: tuple[str, ...] = ()
    if source.where:
        keep = _chosen(frame, source, file)
        log = (f"{file}: {sum(keep)} of {len(keep)} rows are used ({_said(source)}).",)
        frame = frame.filter(keep)
        rows = [row for row, use in zip(rows, keep, strict=True) if use]
    if source.long is None:
        return Arranged(frame, rows, log=log)
    return _wide(frame, rows, source, source.long, file, log)


def _chosen(frame: "nw.DataFrame[Any]", source: Source, file: str) -> list[bool]:
    keep = [True] * len(frame)
    for column, wanted in source.where.items():
        cells = [(key_text(cell) or "").strip() for cell in frame[column].to_list()]
        entries = {entry.strip() for entry in wanted}
        for entry in sorted(entries - set(cells)):
            near = difflib.get_close_matches(entry, [cell for cell in set(cells) if cell], n=1)
            hint = f"did you mean {near[0]!r}?" if near else "check column and spelling."
            raise StudyError(f"{file}, column {column}: no row has {entry!r}; {hint}")
        keep = [use and cell in entries for use, cell in zip(keep, cells, strict=True)]
    if not any(keep):
        raise StudyError(f"{file}: no row has all of {_said(source)}; correct where.")
    return keep


def _said(source: Source) -> str:
    return " and ".join(
        f"{column} = {' or '.join(entries)}" for column, entries in source.where.items()
    )


def _wide(
    frame: "nw.DataFrame[Any]", rows: list[int], source: Source, long: LongColumns, file: str,
    log: tuple[str, ...],
) -> Arranged:  # fmt: skip
    """Put the answers of one key side by side; a key with two answers to an item is unusable."""
    wanted = dict.fromkeys(c for m in source.measures.values() for c in source.columns_of(m))
    items = [(key_text(cell) or "").strip() for cell in frame[long.item].to_list()]
    for item in wanted:
        if item not in set(items):
            near = difflib.get_close_matches(item, set(items), n=1)
            hint = f"did you mean {near[0]!r}?" if near else "correct the item."
            raise StudyError(f"{file}, column {long.item}: no row names the item {item!r}; {hint}")
    others = [name for name in frame.columns if name not in (long.item, long.answer)]
    cells = {name: frame[name].to_list() for name in others}
    answers = frame[long.answer].to_list()
    keys = list(zip(*(map(key_text, cells[name]) for name in source.keys.values()), strict=True))
    first: dict[tuple[Any, ...], int] = {}
    given: dict[tuple[int, str], int] = {}
    twice: dict[int, str] = {}
    for at, (key, item) in enumerate(zip(keys, items, strict=True)):
        if item not in wanted:
            continue
        start = first.setdefault(key, at)
        before = given.setdefault((start, item), at)
        if not _same(answers[before], answers[at]):
            twice.setdefault(start, f"row {rows[at]} answers the item {item!r} otherwise than row "
                             f"{rows[before]} of the same key; keep one of them")  # fmt: skip
    kept = [at for at in first.values() if at not in twice]
    columns = {name: [values[at] for at in kept] for name, values in cells.items()}
    for item in wanted:
        columns[item] = [answers[given[at, item]] if (at, item) in given else None for at in kept]
    persons = "units" if source.grain == "unit" else "respondents"
    told = f"{file}: {len(frame)} rows of single answers are {len(first)} rows of {persons}."
    return Arranged(
        frame=nw.from_dict(columns, backend=frame.implementation),
        rows=[rows[at] for at in kept],
        ragged=[(rows[at], reason) for at, reason in twice.items()],
        log=(*log, told),
        row_of={(rows[start], item): rows[at] for (start, item), at in given.items()},
        answer=long.answer,
    )


def _same(one: Any, other: Any) -> bool:
    return (absent(one) and absent(other)) or key_text(one) == key_text(other)
