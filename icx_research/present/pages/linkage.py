"""The linkage figure of each pair of scores the codebook asks about."""

from collections.abc import Collection, Iterator
from pathlib import Path

from icx_research.core.errors import Blocked, NotTestable
from icx_research.linkage.correlation.line import linkage_line
from icx_research.linkage.gates import gated_correlation
from icx_research.present.drawing.saving import SavedFigure
from icx_research.present.drawing.sheets import Sheet, save_sheet
from icx_research.present.drawing.style import figure_style
from icx_research.present.figures.linkage import (
    linkage_alt,
    linkage_caption,
    plot_linkage,
    shown_units,
)
from icx_research.survey.disclosure.protect import protect
from icx_research.survey.link.linking import LinkedUnits


def linkage_figures(linked: LinkedUnits, *, folder: Path) -> Iterator[SavedFigure]:
    """Write a scatter for each asked pair of scores, for all units and each subset.

    Pairs the data do not allow are left out; `linkage_overview` says why.
    """
    question = linked.codebook.question
    taken: list[str] = []
    groups = [("all", linked)]
    groups += [(name, linked.subset(name)) for name in question.subsets]
    for group, units in groups:
        for internal in question.internal:
            for external in question.external:
                try:
                    saved = linkage_figure(
                        units, internal=internal, external=external, folder=folder, group=group,
                        taken=taken,
                    )  # fmt: skip
                except (NotTestable, Blocked):
                    continue
                taken.append(saved.name)
                yield saved


def linkage_figure(
    linked: LinkedUnits,
    *,
    internal: str,
    external: str,
    folder: str | Path,
    group: str = "all",
    taken: Collection[str] = (),
    journal: str = "print",
    dpi: int = 300,
) -> SavedFigure:
    """Draw one pair of scores and write it with caption, alt text and source data.

    Parameters
    ----------
    linked : LinkedUnits
    internal, external : str
    folder : path
    group : str, default "all"
        Name of the group of units, for file name and caption.
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
    delta = linked.codebook.thresholds.smallest_correlation
    correlation = gated_correlation(linked, internal=internal, external=external)
    line = linkage_line(linked, internal=internal, external=external)
    units = protect(linked)
    name = f"linkage_{internal}_{external}" + ("" if group == "all" else f"_{group}")
    sheet = Sheet(
        name,
        lambda: plot_linkage(correlation, line=line, units=units, delta=delta),
        linkage_caption(correlation, units=units, delta=delta, group=group),
        linkage_alt(correlation, line=line, units=units),
        shown_units(correlation, units),
    )
    with figure_style(journal):
        return save_sheet(sheet, folder=Path(folder), dpi=dpi, taken=taken)
