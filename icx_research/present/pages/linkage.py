"""The linkage figure of each pair of scores the codebook asks about."""

from collections.abc import Iterator
from pathlib import Path

from icx_research.core.errors import Blocked, NotTestable
from icx_research.linkage.correlation.line import linkage_line
from icx_research.linkage.gates import gated_correlation
from icx_research.present.drawing.saving import SavedFigure
from icx_research.present.figures.linkage import LinkageFigure
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
                    figure = linkage_figure(
                        units, internal=internal, external=external, group=group
                    )
                except (NotTestable, Blocked):
                    continue
                saved = figure.save(folder, taken=taken)
                taken.append(saved.name)
                yield saved


def linkage_figure(
    linked: LinkedUnits, *, internal: str, external: str, group: str = "all"
) -> LinkageFigure:
    """Put together what the figure of one pair of scores needs: estimate, line, protected units.

    Parameters
    ----------
    linked : LinkedUnits
    internal, external : str
    group : str, default "all"
        Name of the group of units, for file name and caption.

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
    return LinkageFigure(
        gated_correlation(linked, internal=internal, external=external),
        linkage_line(linked, internal=internal, external=external),
        protect(linked),
        linked.codebook.thresholds.smallest_correlation,
        group,
    )
