"""Whether a study is fit to be analysed, in sentences made of its numbers."""

from icx_research.core.bands import banded
from icx_research.core.cutoffs import MIN_LINKED_UNITS
from icx_research.linkage.gates import shown_units_of_question, too_few_units
from icx_research.survey.disclosure.link_coverage import shown_coverage
from icx_research.survey.link.linking import LinkedUnits
from icx_research.survey.study.study import Study


def quality_answer(study: Study, linked: LinkedUnits) -> str:
    """Say what was set aside, what is linked, and whether a verdict is within reach.

    Parameters
    ----------
    study : Study
    linked : LinkedUnits
        Of the same study: the gate of the link has opened.

    Returns
    -------
    str
        One line per question.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> study = load_example("company")
    >>> print(quality_answer(study, link_study(study)))  # doctest: +ELLIPSIS
    Rows: none of 1000+ is set aside.
    Link: 60 units are linked; 100% of the internal and 100% of the external respondents ...
    Going on: 60 units may be shown on both sides; a verdict needs at least 10.
    """
    read, aside = banded(sum(study.n_read.values())), banded(study.n_quarantined)
    rows = f"{aside} of {read} are" if study.n_quarantined else f"none of {read} is"
    shares = " and ".join(
        f"{line.percent_respondents:g}% of the {line.side}"
        for line in shown_coverage(linked).dropna(subset="percent_respondents").itertuples()
    )
    grains = {study.codebook.sources[side].grain for side in ("internal", "external")}
    counted = "rows" if grains == {"unit"} else "respondents"
    few = too_few_units(linked)
    return "\n".join(
        [
            f"Rows: {rows} set aside.",
            f"Link: {linked.table['unit'].nunique()} units are linked; {shares} {counted} belong "
            "to units with a partner, so the gate of the link is open.",
            f"Going on: {few}"
            if few
            else f"Going on: {shown_units_of_question(linked)} units may be shown on both sides; a "
            f"verdict needs at least {MIN_LINKED_UNITS}.",
        ]
    )
