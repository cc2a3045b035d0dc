"""The gates that every estimate on linked units passes, asked of the named columns only."""

from collections.abc import Sequence

import pandas as pd

from icx_research.core.cutoffs import MIN_LINKED_UNITS
from icx_research.core.errors import Blocked, NotTestable
from icx_research.linkage.correlation.correlation import LinkageCorrelation, linkage_correlations
from icx_research.linkage.correlation.mean_reliability import MeanReliability, mean_reliability
from icx_research.linkage.rows import LinkedRows, Rows, complete_rows, rows_of
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
        If fewer than 10 linked units, or client units behind them, have all values, or remain
        beside the columns of the controls; if the unit means of a side differ by no more than
        sampling error; if fewer than 10 units have enough persons on both sides to be shown.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> linked = link_study(load_example("company"))
    >>> gated_correlation(linked, internal="internal_satisfaction", external="csat").n_used
    60
    """
    rows = complete_rows(linked, (internal, external, *controls), wave=wave)
    _check_enough(rows, 0)
    result = linkage_correlations(
        linked,
        internal=internal,
        external=external,
        controls=controls,
        wave=wave,
        confidence_level=confidence_level,
    )
    _check_enough(rows, result.n_control_columns)
    _check_reliability("internal", result.reliability_internal)
    _check_reliability("external", result.reliability_external)
    _check_disclosure(rows, (internal, external), controls, shown)
    return result


def gated_rows(
    data: LinkedUnits | pd.DataFrame,
    names: Sequence[str],
    *,
    wave: str | None = None,
    n_parameters: int = 0,
    shown: ProtectedUnits | None = None,
) -> Rows:
    """Keep the units that have every named value, where the gates allow an estimate on them.

    Parameters
    ----------
    data : LinkedUnits, or DataFrame with one row per unit
    names : sequence of str
        Scores and attributes the estimate rests on; no other column decides.
    wave : str, optional
        The wave the codebook asks about, or the latest; of a DataFrame all rows unless named.
    n_parameters : int, default 0
        Columns a model fits, its intercept included: as many more units are needed.
    shown : ProtectedUnits, optional
        The units of that wave as they may be shown, where they are protected already.

    Returns
    -------
    LinkedRows or FrameRows
        Of a DataFrame, respondents behind a figure are not known, so neither sampling error
        nor exposure of persons can be judged.

    Raises
    ------
    ValueError
        If the data have no such column.
    NotTestable
        If linked units lack a name that the codebook knows.
    Blocked
        If fewer than 10 units, or client units behind them, remain beside the parameters; if
        rows repeat units; if all units have the same value, or means of a score that differ by
        no more than sampling error; if fewer than 10 units have enough persons to be shown.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> linked = link_study(load_example("company"))
    >>> gated_rows(linked, ["internal_satisfaction", "csat", "region"], n_parameters=5).n_used
    60
    """
    _check_known(data, names)
    rows = rows_of(data, names, wave=wave)
    _check_one_row_each(rows)
    _check_enough(rows, n_parameters)
    scores = [name for name in dict.fromkeys(names) if f"{name}_se" in rows.table]
    for name in names:
        if rows.table[name].nunique() < 2:
            raise Blocked(f"all units have the same {name}; there is nothing to relate.")
    for name in scores:
        variance = float(rows.table[name].var())
        _check_reliability(name, mean_reliability(rows.table, name, variance=variance))
    if isinstance(rows, LinkedRows):
        _check_disclosure(rows, scores, [name for name in names if name not in scores], shown)
    return rows


def _check_known(data: LinkedUnits | pd.DataFrame, names: Sequence[str]) -> None:
    table = data if isinstance(data, pd.DataFrame) else data.table
    for name in names:
        if name in table:
            continue
        if isinstance(data, LinkedUnits) and _is_declared(data, name):
            raise NotTestable(
                f"{name!r} is not known of the linked units; attributes of client units carry over "
                "only where the crosswalk is one to one."
            )
        raise ValueError(f"there is no column {name!r}; there are {_some(table)}.")


def _some(table: pd.DataFrame) -> str:
    beside = ("_n", "_se")
    return ", ".join(str(name) for name in table if not str(name).endswith(beside))


def _is_declared(linked: LinkedUnits, name: str) -> bool:
    sources = linked.codebook.sources.values()
    return any(name in source.facts or name in source.measures for source in sources)


def _check_one_row_each(rows: Rows) -> None:
    """Refuse respondents, or waves, as rows of units."""
    if "unit" not in rows.table:
        return
    n, units = rows.n_used, rows.table["unit"].nunique()
    if units < n:
        raise Blocked(
            f"{n} rows are of {units} units, so that n would count units several times; average "
            "respondents to one row per unit, and choose a wave where there are several."
        )


def _check_enough(rows: Rows, n_parameters: int) -> None:
    """Refuse a result on too few units of either side."""
    beside = f" beside the {n_parameters} columns of the model" if n_parameters else ""
    linked = "linked units" if isinstance(rows, LinkedRows) else "rows"
    if rows.n_used < MIN_LINKED_UNITS + n_parameters:
        raise Blocked(
            f"{rows.n_used} {linked} have all values; at least {MIN_LINKED_UNITS} are "
            f"needed{beside or ' for a verdict'}."
        )
    if not isinstance(rows, LinkedRows):
        return
    n_client_units = rows.of_wave.n_client_units
    if n_client_units < MIN_LINKED_UNITS:
        raise Blocked(
            f"the linked units rest on {n_client_units} client units; at least "
            f"{MIN_LINKED_UNITS} are needed for a verdict."
        )


def _check_reliability(score: str, reliability: MeanReliability) -> None:
    """Refuse a result on sampling error alone."""
    if reliability.assessable and reliability.value <= 0:
        raise Blocked(
            f"the {score} unit means differ by no more than sampling error, so there is "
            "nothing to relate; more respondents per unit are needed."
        )


def _check_disclosure(
    rows: LinkedRows,
    scores: Sequence[str],
    others: Sequence[str],
    shown: ProtectedUnits | None,
) -> None:
    """Refuse a result that could not be shown without exposing persons."""
    shown = shown or protect(rows.of_wave, scores=scores)
    visible = shown.table[list(scores)].notna().all(axis=1)
    n_visible = int((visible & rows.of_wave.table[list(others)].notna().all(axis=1)).sum())
    if n_visible < MIN_LINKED_UNITS:
        sides = "both sides" if len(scores) == 2 else "every score"
        raise Blocked(
            f"only {n_visible} units have at least {shown.min_persons} respondents on {sides}; "
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
