"""Any table of numbers and words, as it stands in a paper."""

import pandas as pd

from icx_research.core.display import cell_text, has_names
from icx_research.present.tables.cells import Cell, Column, Row
from icx_research.present.tables.kinds.parts import Style
from icx_research.present.tables.table import Table


def frame_table(frame: pd.DataFrame, style: Style) -> Table:
    """Round numbers, keep counts whole, leave missing values empty; nothing is cut."""
    shown = frame.reset_index() if has_names(frame) else frame
    columns, content = [], []
    for at, name in enumerate(shown.columns):
        parts = [str(part) for part in (name if isinstance(name, tuple) else (name,)) if part != ""]
        values = shown.iloc[:, at]
        numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
        head = parts[-1] if parts else ""
        digits = style.of(head, 3)
        columns.append(Column(head, " ".join(parts[:-1]), words=not numeric))
        content.append([_cell(value, name, digits) for value in values])
    rows = tuple(Row(cells) for cells in zip(*content, strict=True))
    return Table(style.title or "", tuple(columns), rows, (), style.number)


def _cell(value: object, name: object, digits: int) -> Cell:
    text = cell_text(value, name, digits=digits)
    if not isinstance(value, int | float) or isinstance(value, bool) or text in ("", "< .001"):
        return Cell(text)
    shown = len(text.partition(".")[2])
    return Cell(text, round(float(value), shown) + 0.0, shown)
