"""Tables of models: loadings, fit, invariance."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from icx_research.core.cutoffs import NOTABLE_LOADING
from icx_research.measurement.exploratory.factor_analysis import FactorAnalysis
from icx_research.measurement.invariance.result import InvarianceResult
from icx_research.measurement.sem.ordinal_indices import adjusted
from icx_research.measurement.sem.result import SemResult
from icx_research.present.tables.cells import Cell, Column, Row, count, figure, p_value, words
from icx_research.present.tables.kinds.parts import Style
from icx_research.present.tables.table import Table

INDICES = (("CFI", "cfi"), ("TLI", "tli"), ("RMSEA", "rmsea"))


def loadings_table(result: FactorAnalysis, style: Style) -> Table:
    """One row per item; then the variance of the factors, and their correlations."""
    factors = [str(name) for name in result.loadings]
    columns = (Column("Item", words=True), *map(Column, factors), Column("h²", italic=True))
    rows = []
    for item, loadings in result.loadings.iterrows():
        cells = [_loading(value, style.of(factor)) for factor, value in loadings.items()]
        h2 = figure(result.communalities[item], digits=style.of("h²"), bounded=True)
        rows.append(Row((words(item), *cells, h2)))
    shares = result.variance["proportion"]
    rows.append(Row((words("Share of variance"), *_bounded(shares, style), Cell())))
    together = result.factor_correlations
    if not np.allclose(together, np.eye(len(factors))):
        for at, factor in enumerate(factors[1:], start=1):
            low = _bounded(together.iloc[at, :at], style)
            rest = [Cell()] * (len(factors) - at + 1)
            rows.append(Row((words(factor), *low, *rest), "Factor correlations"))
    notes = [
        f"n = {result.n_used}. Extraction by {result.method}, rotation: {result.rotation}. "
        f"Loadings of at least .{NOTABLE_LOADING * 100:.0f} in size are bold; h² = communality."
    ]
    if result.note:
        notes.append(f"{result.note[:1].upper()}{result.note[1:].rstrip('.')}.")
    title = style.title or "Factor Loadings"
    return Table(title, columns, tuple(rows), tuple(notes), style.number)


def _loading(value: float, digits: int) -> Cell:
    return figure(value, digits=digits, bounded=True, bold=abs(value) >= NOTABLE_LOADING)


def _bounded(values: pd.Series, style: Style) -> list[Cell]:
    return [
        figure(value, digits=style.of(str(name)), bounded=True) for name, value in values.items()
    ]


def fit_table(models: SemResult | Mapping[str, SemResult], style: Style) -> Table:
    """One row per model: chi-square, CFI, TLI, RMSEA with its interval, SRMR."""
    named = {"Model": models} if isinstance(models, SemResult) else models
    limits = [Column(name, "RMSEA 90% CI") for name in ("LL", "UL")]
    columns = [
        Column("Model", words=True), Column("χ²", italic=True), Column("df", italic=True),
        Column("p", italic=True), *(Column(head) for head, _ in INDICES),
        *(limits if style.uncertainty == "interval" else []), Column("SRMR"),
    ]  # fmt: skip
    rows, notes = [], []
    for name, model in named.items():
        fit = model.fit_indices
        if np.isfinite(fit.get("chi_square_scaled", np.nan)):
            fit = adjusted(fit)
            notes.append("Chi-square and the indices that rest on it are scaled.")
        if model.problems:
            notes.append(f"{name}: improper solution ({'; '.join(model.problems)}).")
        cells = [figure(fit["chi_square"], digits=style.of("χ²")), count(fit["df"])]
        cells.append(p_value(fit["p_value"]))
        heads = [*INDICES]
        if style.uncertainty == "interval":
            heads += [("RMSEA", "rmsea_ci_low"), ("RMSEA", "rmsea_ci_high")]
        for head, index in [*heads, ("SRMR", "srmr")]:
            cells.append(figure(fit[index], digits=style.of(head, 3), bounded=True))
        rows.append(Row((words(name), *cells)))
        notes.append(f"{name}: n = {model.n_used}.")
    title = style.title or "Fit of the Models"
    return Table(title, tuple(columns), tuple(rows), tuple(dict.fromkeys(notes)), style.number)


def invariance_table(result: InvarianceResult, style: Style) -> Table:
    """One row per level: fit, and by how much it falls."""
    levels, changes = result.table, ("cfi", "rmsea", "srmr")
    end = "_scaled" if "cfi_scaled" in levels else ""
    columns = [
        Column("Level", words=True), Column("χ²", italic=True), Column("df", italic=True),
        Column("CFI"), Column("RMSEA"), Column("SRMR"),
        *(Column(name.upper(), "Change") for name in changes),
        *(Column(head, "Difference from the level above", italic=True)
          for head in ("Δχ²", "Δdf", "p")),
    ]  # fmt: skip
    rows = []
    for level in levels.to_dict("records"):
        cells = [words(level["level"]), figure(level[f"chi_square{end}"], digits=style.of("χ²"))]
        cells.append(count(level["df"]))
        for head, name in (("CFI", f"cfi{end}"), ("RMSEA", f"rmsea{end}"), ("SRMR", "srmr")):
            cells.append(figure(level[name], digits=style.of(head, 3), bounded=True))
        cells += [
            figure(level[f"delta_{name}"], digits=style.of(name.upper(), 3), bounded=True)
            for name in changes
        ]
        cells.append(figure(level["difference"], digits=style.of("Δχ²")))
        cells += [count(level["difference_df"]), p_value(level["difference_p_value"])]
        rows.append(Row(tuple(cells)))
    notes = ["Chi-square, CFI, RMSEA and the difference are scaled."] if end else []
    return Table(
        style.title or "Measurement Invariance", tuple(columns), tuple(rows),
        tuple(notes), style.number,
    )  # fmt: skip
