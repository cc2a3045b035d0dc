"""The linkage figure of each pair of scores the codebook asks about."""

from collections.abc import Collection, Iterator
from pathlib import Path

from icx_research.core.errors import REFUSALS
from icx_research.linkage.asked import ALL_UNITS, AskedPairs, asked_pairs
from icx_research.present.drawing.saving import SavedFigure
from icx_research.present.drawing.sheets import Sheet, save_sheet
from icx_research.present.drawing.style import figure_style
from icx_research.present.figures.linkage import (
    linkage_alt,
    linkage_caption,
    plot_linkage,
    shown_units,
)
from icx_research.survey.link.linking import LinkedUnits


def linkage_figures(linked: LinkedUnits | AskedPairs, *, folder: Path) -> Iterator[SavedFigure]:
    """Write a scatter for each asked pair of scores, for all units and each subset.

    Pairs the data do not allow are left out; `linkage_overview` says why.
    """
    taken: list[str] = []
    asked = asked_pairs(linked)
    for pair in asked:
        try:
            saved = linkage_figure(
                asked, internal=pair.internal, external=pair.external, group=pair.group,
                folder=folder, taken=taken,
            )  # fmt: skip
        except REFUSALS:
            continue
        taken.append(saved.name)
        yield saved


def linkage_figure(
    linked: LinkedUnits | AskedPairs,
    *,
    internal: str,
    external: str,
    folder: str | Path,
    group: str = ALL_UNITS,
    taken: Collection[str] = (),
    journal: str = "print",
    dpi: int = 300,
) -> SavedFigure:
    """Draw one pair of scores and write it with caption, alt text and source data.

    Parameters
    ----------
    linked : LinkedUnits or AskedPairs
        What AskedPairs have estimated already is taken over.
    internal, external : str
    folder : path
    group : str, default "all"
        A subset of the codebook, in place of all units.
    taken : collection of str
        Names of figures of this folder that must not be replaced.
    journal : str, default "print"
    dpi : int, default 300
        Of the PNG.

    Returns
    -------
    SavedFigure

    Raises
    ------
    NotTestable, Blocked
        As `gated_correlation`.
    """
    pair = asked_pairs(linked).pair(internal, external, group=group)
    delta = pair.linked.codebook.thresholds.smallest_correlation
    correlation, line, units = pair.plain, pair.line, pair.shown
    name = f"linkage_{internal}_{external}" + ("" if group == ALL_UNITS else f"_{group}")
    sheet = Sheet(
        name,
        lambda: plot_linkage(correlation, line=line, units=units, delta=delta),
        linkage_caption(correlation, units=units, delta=delta, group=group),
        linkage_alt(correlation, line=line, units=units),
        shown_units(correlation, units),
    )
    with figure_style(journal):
        return save_sheet(sheet, folder=Path(folder), dpi=dpi, taken=taken)
