"""Means, standard deviations and correlations, with reliabilities on the diagonal."""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from scipy import stats as distributions

from icx_research.core import apa
from icx_research.core.cutoffs import MIN_PERSONS
from icx_research.core.errors import Blocked
from icx_research.core.intervals import correlation_interval
from icx_research.core.moments import Moments
from icx_research.present.tables.cells import Cell, Column, Row, figure, stars, words
from icx_research.present.tables.kinds.parts import Style
from icx_research.present.tables.table import Table

Part = Literal["lower", "upper", "full"]


def correlations_table(
    moments: Moments,
    style: Style,
    *,
    labels: Mapping[str, str] | None = None,
    reliabilities: Mapping[str, float] | None = None,
    descriptives: Literal["columns", "rows"] = "columns",
    part: Part = "lower",
) -> Table:
    """One row per variable; M and SD beside it, or below all."""
    if moments.n < MIN_PERSONS:
        raise Blocked(
            f"the table rests on {moments.n} rows; at least {MIN_PERSONS} are needed to show means "
            "without exposing persons."
        )
    beside = descriptives == "columns"
    names, known = list(moments.names), reliabilities or {}
    columns = [Column("Variable", words=True)]
    columns += [Column(head, italic=True) for head in ("M", "SD")] if beside else []
    columns += [Column(str(at)) for at in range(1, len(names) + 1)]
    sizes = {"M": moments.mean, "SD": np.sqrt(np.diag(moments.cov))}
    cells = {head: [figure(x, digits=style.of(head)) for x in sizes[head]] for head in sizes}
    rows = []
    for i, name in enumerate(names):
        label = words(f"{i + 1}. {(labels or {}).get(name, name)}")
        left = [cells[head][i] for head in cells] if beside else []
        rows.append(Row((label, *left, *_line(moments, i, known, part, style))))
        if style.uncertainty == "interval" and any(limits := _limits(moments, i, part, style)):
            rows.append(Row((Cell(), *[Cell()] * len(left), *map(Cell, limits))))
    if not beside:
        rows += [Row((words(head), *cells[head])) for head in cells]
    notes = [f"n = {moments.n}."]
    if known:
        notes.append("Reliabilities stand on the diagonal.")
    if style.uncertainty == "interval":
        notes.append("Below each correlation stands its 95% confidence interval.")
    title = style.title or "Means, Standard Deviations and Correlations"
    return Table(title, tuple(columns), tuple(rows), tuple(notes), style.number)


def _shown(i: int, j: int, part: Part) -> bool:
    return i != j and (part == "full" or (j < i) == (part == "lower"))


def _line(
    moments: Moments, i: int, known: Mapping[str, float], part: Part, style: Style
) -> list[Cell]:
    line = []
    for j, r in enumerate(moments.correlation[i]):
        digits = style.of(str(j + 1))
        if i == j:
            own = known.get(moments.names[i], float("nan"))
            line.append(Cell("—") if own != own else figure(own, digits=digits, bounded=True))
        elif _shown(i, j, part):
            mark = stars(_p(r, moments.n)) if style.uncertainty == "stars" else ""
            line.append(figure(r, digits=digits, bounded=True, mark=mark))
        else:
            line.append(Cell())
    return line


def _limits(moments: Moments, i: int, part: Part, style: Style) -> list[str]:
    texts = []
    for j, r in enumerate(moments.correlation[i]):
        if not _shown(i, j, part):
            texts.append("")
            continue
        found = correlation_interval(float(np.clip(r, -1, 1)), moments.n)
        digits = style.of(str(j + 1))
        low, high = (apa.bounded(x, digits=digits) for x in (found.ci_low, found.ci_high))
        texts.append(f"[{low}, {high}]")
    return texts


def _p(r: float, n: int) -> float:
    with np.errstate(divide="ignore"):
        t = r * np.sqrt((n - 2) / np.float64(1 - r**2))
    return float(2 * distributions.t.sf(abs(t), n - 2))
