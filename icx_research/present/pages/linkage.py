"""The linkage figure of each pair of scores the codebook asks about."""

from collections.abc import Iterator
from pathlib import Path

from icx_research.core.errors import REFUSALS
from icx_research.linkage.asked import ALL_UNITS, AskedPairs, asked_pairs
from icx_research.present.drawing.saving import SavedFigure
from icx_research.present.figures.linkage import LinkageFigure
from icx_research.survey.link.linking import LinkedUnits


def linkage_figures(linked: LinkedUnits | AskedPairs, *, folder: Path) -> Iterator[SavedFigure]:
    """Write a scatter for each asked pair of scores, for all units and each subset.

    Pairs the data do not allow are left out; `linkage_overview` says why.
    """
    taken: list[str] = []
    asked = asked_pairs(linked)
    for pair in asked:
        try:
            figure = linkage_figure(
                asked, internal=pair.internal, external=pair.external, group=pair.group
            )
        except REFUSALS:
            continue
        saved = figure.save(folder, taken=taken)
        taken.append(saved.name)
        yield saved


def linkage_figure(
    linked: LinkedUnits | AskedPairs, *, internal: str, external: str, group: str = ALL_UNITS
) -> LinkageFigure:
    """Put together what the figure of one pair of scores needs: estimate, line, protected units.

    Parameters
    ----------
    linked : LinkedUnits or AskedPairs
        What AskedPairs have estimated already is taken over.
    internal, external : str
    group : str, default "all"
        A subset of the codebook, in place of all units.

    Returns
    -------
    LinkageFigure

    Raises
    ------
    NotTestable, Blocked
        As `gated_correlation`.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> linked = link_study(load_example("company"))
    >>> figure = linkage_figure(linked, internal="internal_satisfaction", external="csat")
    >>> figure.name
    'linkage_internal_satisfaction_csat'
    """
    pair = asked_pairs(linked).pair(internal, external, group=group)
    delta = pair.linked.codebook.thresholds.smallest_correlation
    return LinkageFigure(pair.plain, pair.line, pair.shown, delta, group)
