"""Rows with other than as many cells as the header: which of them can be read as they stand."""

from collections.abc import Collection, Sequence

from icx_research.core.apa import counted

Record = tuple[int, list[str]]
SEVERAL = 3  # rows that end early from which on a program seems to leave out empty last cells


def evened(
    file: str, body: Sequence[Record], declared: Collection[int], *, width: int, drafted: bool
) -> tuple[list[Record], tuple[str, ...]]:
    """Fill up rows that end early where nothing else than empty last cells can be missing.

    Parameters
    ----------
    file : str
    body : sequence of (int, list of str)
        Row number and cells of each record.
    declared : collection of int
        Places of the declared columns.
    width : int
        Cells of the header.
    drafted : bool
        True where nobody has described the file yet: any row that ends early is filled up.

    Returns
    -------
    (list, tuple of str)
        The records, and what was done. A row whose declared cells all stand there is read; one
        without some of them only where several rows end early and no whole row ends with an empty
        cell, as programs write that leave out empty last cells. Other rows stay as they are.
    """
    last = max(declared, default=width - 1)
    short = [row for row, cells in body if 1 < len(cells) < width]
    trimmed = len(short) >= SEVERAL and not any(
        len(cells) == width and not cells[-1].strip() for _, cells in body
    )
    records, filled, cut = [], [], []
    beyond = [row for row, cells in body if len(cells) > width]
    for row, cells in body:
        if 1 < len(cells) < width and (drafted or trimmed or len(cells) > last):
            cells = [*cells, *[""] * (width - len(cells))]
            filled.append(row)
        elif len(beyond) < len(body) and width < len(cells) and not "".join(cells[width:]).strip():
            cells = cells[:width]
            cut.append(row)
        records.append((row, cells))
    lines = []
    if filled:
        lines.append(
            f"{file}: {_rows(filled, 'end')} before the last column, as where the last cells are "
            "empty; read as empty there."
        )
    if cut:
        lines.append(f"{file}: {_rows(cut, 'have')} empty cells beyond the last column name.")
    if drafted and len(beyond) > len(cut):
        other = [row for row in beyond if row not in set(cut)]
        lines.append(
            f"{file}: {_rows(other, 'have')} more cells than there are column names, so the draft "
            "did not look at them; correct separators and quotation marks there."
        )
    return records, tuple(lines)


def _rows(rows: Sequence[int], verb: str) -> str:
    """Count rows and name the first: 42 rows (the first is row 3) end."""
    one = {"end": "ends", "have": "has"}[verb]
    if len(rows) == 1:
        return f"row {rows[0]} {one}"
    return f"{counted(len(rows), 'row')} (the first is row {rows[0]}) {verb}"
