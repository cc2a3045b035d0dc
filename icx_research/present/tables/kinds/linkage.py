"""The table of linkages: which internal score goes with which external one."""

import pandas as pd

from icx_research.linkage.correlation.overview import LinkageOverview
from icx_research.present.tables.cells import Column, Row, count, figure, words
from icx_research.present.tables.kinds.parts import Style, named_notes
from icx_research.present.tables.table import Table

LIMITS = ("estimate", "ci_low", "ci_high")


def linkage_table(overview: LinkageOverview, style: Style) -> Table:
    """One row per pair and group of units: the correlation, and corrected for unreliability."""
    table = overview.table
    level = 0.95
    place = [name for name in ("wave", "internal", "external", "units") if name in table]
    columns = [
        *(Column(name.capitalize(), words=True) for name in place),
        *style.estimate("r", level), *style.p_columns(), Column("n", italic=True),
        Column("Corrected r"),
    ]  # fmt: skip
    rows, notes = [], []
    for _, lines in table.groupby(place, sort=False):
        by_term = {line["term"]: line for line in lines.to_dict("records")}
        first = by_term.get("partial_correlation") or by_term["correlation"]
        cells = [words(overview.label(str(first[name]))) for name in place]
        cells += style.cells("r", first, LIMITS, p=first["p_value"])
        cells += [*style.p_cells(first["p_value"]), count(first["n"])]
        corrected = by_term.get("disattenuated", {"estimate": float("nan")})
        cells.append(figure(corrected["estimate"], digits=style.of("Corrected r"), bounded=True))
        rows.append(Row(tuple(cells)))
        pair = f"{overview.label(first['internal'])} with {overview.label(first['external'])}"
        notes += [(pair, note) for note in lines["note"]]
    reasons = pd.DataFrame({"note": [note for _, note in notes]})
    return Table(
        style.title or "Linkage of Internal and External Scores",
        tuple(columns),
        tuple(rows),
        ("Correlations over units; corrected r = what it would be with unit means free of error.",
         *named_notes(reasons, [pair for pair, _ in notes])),
        style.number,
    )  # fmt: skip
