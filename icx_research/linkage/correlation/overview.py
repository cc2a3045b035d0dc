"""Every linkage the codebook asks for, in one table."""

from collections.abc import Iterator

import pandas as pd

from icx_research.core.errors import Blocked, NotTestable
from icx_research.linkage.correlation.disattenuation import disattenuate
from icx_research.linkage.gates import gated_correlation
from icx_research.survey.link.linking import LinkedUnits

OVERVIEW_COLUMNS = (
    "internal", "external", "units", "term", "estimate", "ci_low", "ci_high", "p_value", "n",
    "note",
)  # fmt: skip


def linkage_overview(linked: LinkedUnits, *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Correlate each asked internal with each asked external score, for all units and subsets.

    Parameters
    ----------
    linked : LinkedUnits
    confidence_level : float, default 0.95

    Returns
    -------
    DataFrame
        One row per pair and group of units: `internal`, `external`, `units` ("all"
        or a subset), `term` ("correlation", "partial_correlation", "disattenuated"),
        `estimate`, `ci_low`, `ci_high`, `p_value`, `n`, `note`. Where the data or a
        gate do not allow a row, its note says why and there are no numbers.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> table = linkage_overview(link_study(load_example("company")))
    >>> table["term"].tolist()[:2]
    ['correlation', 'disattenuated']
    """
    question = linked.codebook.question
    rows = []
    for group, units in _groups(linked):
        for internal in question.internal:
            for external in question.external:
                place = {"internal": internal, "external": external, "units": group}
                rows += _pair(units, place, question.controls, confidence_level)
    return pd.DataFrame(rows, columns=list(OVERVIEW_COLUMNS))


def _groups(linked: LinkedUnits) -> Iterator[tuple[str, LinkedUnits]]:
    yield "all", linked
    for name in linked.codebook.question.subsets:
        yield name, linked.subset(name)


def _pair(
    linked: LinkedUnits,
    place: dict[str, str],
    controls: tuple[str, ...],
    level: float,
    wave: str | None = None,
) -> list[dict[str, object]]:
    pair = {"internal": place["internal"], "external": place["external"]}
    asked = {"wave": wave, "confidence_level": level}
    try:
        plain = gated_correlation(linked, **pair, **asked)  # type: ignore[arg-type]
    except (NotTestable, Blocked) as refusal:
        return [{**place, "term": "correlation", "note": str(refusal)}]
    corrected = disattenuate(plain)
    rows: list[dict[str, object]] = [
        {**place, **row, "note": plain.note} for row in plain.table.to_dict("records")
    ]
    rows.append({**place, **corrected.table.iloc[1].to_dict(), "note": corrected.note})
    if not controls:
        return rows
    try:
        partial = gated_correlation(linked, **pair, controls=controls, **asked)  # type: ignore[arg-type]
    except (NotTestable, Blocked) as refusal:
        return [*rows, {**place, "term": "partial_correlation", "note": str(refusal)}]
    given = "; ".join(part for part in (f"given {', '.join(controls)}", partial.note) if part)
    return [*rows, {**place, **partial.table.iloc[1].to_dict(), "note": given}]


def outcome_overview(linked: LinkedUnits, *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Correlate the asked internal scores with every outcome of the study.

    Parameters
    ----------
    linked : LinkedUnits
    confidence_level : float, default 0.95

    Returns
    -------
    DataFrame
        One row per internal score and outcome, columns as `linkage_overview`.

    Raises
    ------
    NotTestable
        If the study has no outcomes.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> outcome_overview(link_study(load_example("company")))["external"].tolist()
    ['retention', 'complaints']
    """
    source = linked.codebook.sources.get("outcomes")
    if source is None:
        raise NotTestable("the study has no outcomes table.")
    rows = []
    for internal in linked.codebook.question.internal:
        for outcome in source.measures:
            place = {"internal": internal, "external": outcome, "units": "all"}
            rows += _pair(linked, place, (), confidence_level)[:1]
    return pd.DataFrame(rows, columns=list(OVERVIEW_COLUMNS))


def wave_overview(linked: LinkedUnits, *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Correlate the first internal with the first external score, wave by wave.

    Parameters
    ----------
    linked : LinkedUnits
    confidence_level : float, default 0.95

    Returns
    -------
    DataFrame
        One row per wave: `wave`, then columns as `linkage_overview`. The waves hold
        the same units and are not independent of each other.

    Raises
    ------
    NotTestable
        If there is a single wave.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> wave_overview(link_study(load_example("company")))["wave"].tolist()
    ['1', '2', '3']
    """
    if len(linked.waves) < 2:
        raise NotTestable("a second wave is needed; the study has one.")
    question = linked.codebook.question
    place = {"internal": question.internal[0], "external": question.external[0], "units": "all"}
    rows = []
    for wave in linked.waves:
        one = _pair(linked.at_wave(wave), place, (), confidence_level, wave)[0]
        rows.append({"wave": wave, **one})
    return pd.DataFrame(rows, columns=["wave", *OVERVIEW_COLUMNS])
