"""The correlation of two unit scores, behind the gates that a verdict on it asks for."""

from collections.abc import Sequence

from icx_research.core.cutoffs import MIN_LINKED_UNITS
from icx_research.core.errors import Blocked
from icx_research.linkage.correlation.correlation import LinkageCorrelation, linkage_correlations
from icx_research.linkage.rows import LinkedRows, complete_rows
from icx_research.survey.disclosure.protect import ProtectedUnits, protect
from icx_research.survey.disclosure.thresholds import persons_needed
from icx_research.survey.link.linking import LinkedUnits


def gated_correlation(
    linked: LinkedUnits,
    *,
    internal: str,
    external: str,
    controls: Sequence[str] = (),
    wave: str | None = None,
    confidence_level: float = 0.95,
    shown: ProtectedUnits | None = None,
) -> LinkageCorrelation:
    """Correlate two unit scores where the gates allow a result.

    Parameters
    ----------
    linked : LinkedUnits
    internal, external, controls, wave, confidence_level
        As in `linkage_correlations`.
    shown : ProtectedUnits, optional
        The units of that wave as they may be shown, where they are protected already.

    Returns
    -------
    LinkageCorrelation
        What verdicts, tables, figures and notebooks rest on.

    Raises
    ------
    ValueError, NotTestable
        As `linkage_correlations`.
    Blocked
        If fewer than 10 linked units, or client units behind them, have all values; if the
        unit means of a side differ by no more than sampling error; if fewer than 10 units
        have enough persons on both sides to be shown.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> linked = link_study(load_example("company"))
    >>> gated_correlation(linked, internal="internal_satisfaction", external="csat").n_used
    60
    """
    rows = complete_rows(linked, (internal, external, *controls), wave=wave)
    _check_enough(rows)
    result = linkage_correlations(
        linked,
        internal=internal,
        external=external,
        controls=controls,
        wave=wave,
        confidence_level=confidence_level,
    )
    _check_reliability(result)
    units = rows.of_wave
    _check_disclosure(result, units, shown or protect(units, scores=(internal, external)))
    return result


def _check_enough(rows: LinkedRows) -> None:
    """Refuse a result on too few units of either side."""
    if rows.n_used < MIN_LINKED_UNITS:
        raise Blocked(
            f"{rows.n_used} linked units have all values; at least {MIN_LINKED_UNITS} are "
            "needed for a verdict."
        )
    n_client_units = rows.of_wave.n_client_units
    if n_client_units < MIN_LINKED_UNITS:
        raise Blocked(
            f"the linked units rest on {n_client_units} client units; at least "
            f"{MIN_LINKED_UNITS} are needed for a verdict."
        )


def _check_reliability(correlation: LinkageCorrelation) -> None:
    """Refuse a result on sampling error alone."""
    for side in ("internal", "external"):
        reliability = getattr(correlation, f"reliability_{side}")
        if reliability.assessable and reliability.value <= 0:
            raise Blocked(
                f"the {side} unit means differ by no more than sampling error, so there is "
                "nothing to relate; more respondents per unit are needed."
            )


def _check_disclosure(
    correlation: LinkageCorrelation, units: LinkedUnits, shown: ProtectedUnits
) -> None:
    """Refuse a result that could not be shown without exposing persons."""
    visible = shown.table[[correlation.internal, correlation.external]].notna().all(axis=1)
    n_visible = int((visible & units.table[list(correlation.controls)].notna().all(axis=1)).sum())
    if n_visible < MIN_LINKED_UNITS:
        raise Blocked(
            f"only {n_visible} units have at least {shown.min_persons} respondents on both sides; "
            f"{MIN_LINKED_UNITS} are needed to show a result without exposing persons; "
            "collect more answers, or join small units into larger ones."
        )


def too_few_units(linked: LinkedUnits) -> str:
    """Say beforehand that a verdict on the asked scores is out of reach; empty where it is not."""
    units = linked.at_wave()
    n_units = units.table["unit"].nunique()
    if n_units < MIN_LINKED_UNITS:
        return f"{n_units} units are linked; there is no verdict below {MIN_LINKED_UNITS}."
    n_visible, least = shown_units_of_question(linked), persons_needed(linked.codebook, None)
    if n_visible >= MIN_LINKED_UNITS:
        return ""
    return (
        f"{n_visible} of {n_units} units have at least {least} respondents on both sides; there "
        f"is no verdict below {MIN_LINKED_UNITS}. Collect more answers, or join small units into "
        "larger ones."
    )


def shown_units_of_question(linked: LinkedUnits) -> int:
    """Count the units of the asked wave of which both asked scores may be shown."""
    question = linked.codebook.question
    pair = [question.internal[0], question.external[0]]
    shown = protect(linked.at_wave(), scores=pair).table[pair]
    return int(shown.notna().all(axis=1).sum())
