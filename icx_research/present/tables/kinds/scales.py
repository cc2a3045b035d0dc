"""Tables of the scales of a study: reliability, and what supports their unit means."""

from icx_research.present.tables.cells import Cell, Column, Row, count, figure, words
from icx_research.present.tables.kinds.parts import Style, named_notes
from icx_research.present.tables.table import Table
from icx_research.scales.aggregation import AggregationOverview
from icx_research.scales.reliability import ReliabilityOverview

LIMITS = ("estimate", "ci_low", "ci_high")


def reliability_table(overview: ReliabilityOverview, style: Style) -> Table:
    """One row per scale: alpha and omega."""
    level = overview.confidence_level
    columns = [
        Column("Scale", words=True), Column("Items"), Column("n", italic=True),
        *style.estimate("α", level, italic=False), *style.estimate("ω", level, italic=False),
    ]  # fmt: skip
    rows = []
    for scale, lines in overview.table.groupby("scale", sort=False):
        if lines["estimate"].isna().all():  # its note says why
            continue
        by_term = lines.set_index("term")
        cells = [words(overview.label(str(scale))), count(lines["n_items"].iloc[0])]
        cells.append(count(lines["n"].max()))
        for head, term in (("α", "alpha"), ("ω", "omega_total")):
            if term in by_term.index:
                cells += style.cells(head, by_term.loc[term], LIMITS)
            else:
                cells += [Cell()] * len(style.estimate(head, level))
        rows.append(Row(tuple(cells)))
    long = overview.table.query("n_items > 1")  # that one item has no alpha needs no note
    asked = [overview.label(name) for name in long["scale"]]
    notes = ("α = Cronbach's alpha; ω = McDonald's omega.", *_limits(style))
    return Table(
        style.title or "Reliability of the Scales",
        tuple(columns),
        tuple(rows),
        (*notes, *named_notes(long, asked)),
        style.number,
    )


def aggregation_table(overview: AggregationOverview, style: Style) -> Table:
    """One row per scale: differences between units, reliability of their means, agreement."""
    columns = [
        Column("Scale", words=True), Column("Units"), *style.estimate("ICC(1)", 0.95, italic=False),
        *style.p_columns(), *style.estimate("ICC(2)", 0.95, italic=False),
        Column("Uniform", "Median rWG(J)"), Column("Slight skew", "Median rWG(J)"),
    ]  # fmt: skip
    rows = []
    for line in overview.table.to_dict("records"):
        cells = [words(overview.label(line["scale"])), count(line["n_units"])]
        for head, name in (("ICC(1)", "icc_1"), ("ICC(2)", "icc_2")):
            limits = (name, f"{name}_low", f"{name}_high")
            first = head == "ICC(1)"
            cells += style.cells(head, line, limits, p=line["p_value"] if first else float("nan"))
            cells += style.p_cells(line["p_value"]) if first else []
        for head, name in (("Uniform", "uniform"), ("Slight skew", "slight_skew")):
            cells.append(figure(line[f"rwg_j_{name}"], digits=style.of(head), bounded=True))
        rows.append(Row(tuple(cells)))
    asked = [overview.label(name) for name in overview.table["scale"]]
    return Table(
        style.title or "Support for Unit Means",
        tuple(columns),
        tuple(rows),
        ("ICC(1) = share of the variance of single answers that lies between units; ICC(2) = "
         "reliability of the unit means; rWG(J) = agreement within units, by null distribution.",
         *_limits(style), *named_notes(overview.table, asked)),
        style.number,
    )  # fmt: skip


def _limits(style: Style) -> tuple[str, ...]:
    explained = "CI = confidence interval; LL = lower limit; UL = upper limit."
    return (explained,) if style.uncertainty == "interval" else ()
