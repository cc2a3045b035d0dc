"""Every linkage the codebook asks for, in one table."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from icx_research.core import apa
from icx_research.core.errors import REFUSALS, NotTestable, refusal_words
from icx_research.core.results import Overview
from icx_research.linkage.asked import AskedPair, AskedPairs, asked_pairs
from icx_research.linkage.rows import without_wave
from icx_research.survey.link.linking import LinkedUnits

OVERVIEW_COLUMNS = (
    "internal", "external", "units", "term", "estimate", "ci_low", "ci_high", "p_value", "n",
    "note",
)  # fmt: skip


@dataclass(frozen=True, repr=False, eq=False)
class LinkageOverview(Overview):
    """Correlations of internal with external scores over units, or why there are none.

    Attributes
    ----------
    table : DataFrame
        One row per pair, group of units and term: `internal`, `external`, `units` ("all" or a
        subset), `term` ("correlation", "partial_correlation", "disattenuated"), `estimate`,
        `ci_low`, `ci_high`, `p_value`, `n`, `note`; `wave` first where waves are compared.
    labels : dict of str to str
    refusal : str
    """

    def answer(self) -> str:
        """Say which way the first correlation goes, and how many of the others are how clear."""
        if self.refusal:
            return f"Nothing can be said: {self.refusal}"
        rows = self.table[self.table["term"] == "correlation"]
        first, others = rows.iloc[0], rows.iloc[1:]
        if others.empty:
            return self._one(first)
        clear = {
            "above zero": int((others["ci_low"] > 0).sum()),
            "below zero": int((others["ci_high"] < 0).sum()),
            "not estimated": int(others["estimate"].isna().sum()),
        }
        clear["undecided"] = len(others) - sum(clear.values())
        counts = ", ".join(f"{n} {how}" for how, n in clear.items() if n)
        return f"{self._one(first)} {self._others(len(others))}: {counts}."

    def _one(self, row: pd.Series) -> str:
        """Say what one correlation means."""
        internal, external = self.label(row["internal"]), self.label(row["external"])
        wave = f" in wave {row['wave']}" if "wave" in row else ""
        if pd.isna(row["estimate"]):
            note = str(row["note"]).rstrip(".")
            return f"{internal} with {external}{wave} is not estimated: {note}."
        limits = f"r = {apa.bounded(row['estimate'])}, interval {apa.bounded(row['ci_low'])} to "
        limits += f"{apa.bounded(row['ci_high'])}, {row['n']:.0f} units{wave}"
        if row["ci_low"] <= 0 <= row["ci_high"]:
            return f"It is left open whether {internal} and {external} go together ({limits})."
        course = "higher" if row["estimate"] > 0 else "lower"
        return f"Where {internal} is higher, {external} is {course} ({limits})."

    def _others(self, n: int) -> str:
        """Name the rest of the correlations."""
        if "wave" in self.table:
            return f"Of {apa.counted(n, 'other wave')}, with the same units"
        return f"Of {apa.counted(n, 'other correlation')}"


def linkage_overview(
    linked: LinkedUnits | AskedPairs, *, confidence_level: float = 0.95
) -> LinkageOverview:
    """Correlate each asked internal with each asked external score, for all units and subsets.

    Parameters
    ----------
    linked : LinkedUnits or AskedPairs
        What AskedPairs have estimated already is taken over.
    confidence_level : float, default 0.95

    Returns
    -------
    LinkageOverview
        Where the data or a gate do not allow a row, its note says why and there are no numbers.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> overview = linkage_overview(link_study(load_example("company")))
    >>> overview.table["term"].tolist()
    ['correlation', 'disattenuated']
    """
    asked = asked_pairs(linked, confidence_level=confidence_level)
    return _overview(asked, [row for pair in asked for row in _rows(pair)])


def outcome_overview(
    linked: LinkedUnits | AskedPairs, *, confidence_level: float = 0.95
) -> LinkageOverview:
    """Correlate the asked internal scores with every outcome of the study.

    Parameters
    ----------
    linked : LinkedUnits or AskedPairs
        As in `linkage_overview`.
    confidence_level : float, default 0.95

    Returns
    -------
    LinkageOverview
        One row per internal score and outcome; a refusal where the study has no outcomes.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> overview = outcome_overview(link_study(load_example("company")))
    >>> overview.table["external"].tolist()
    ['retention', 'complaints']
    """
    asked = asked_pairs(linked, confidence_level=confidence_level)
    codebook = asked.linked.codebook
    if "outcomes" not in codebook.sources:
        return _overview(asked, [], refusal_words(NotTestable("the study has no outcomes table.")))
    pairs = (
        asked.pair(internal, outcome)
        for internal in codebook.question.internal
        for outcome in codebook.sources["outcomes"].measures
    )
    return _overview(asked, [next(_rows(pair)) for pair in pairs])


def wave_overview(
    linked: LinkedUnits | AskedPairs, *, confidence_level: float = 0.95
) -> LinkageOverview:
    """Correlate the first internal with the first external score, wave by wave.

    Parameters
    ----------
    linked : LinkedUnits or AskedPairs
        As in `linkage_overview`.
    confidence_level : float, default 0.95

    Returns
    -------
    LinkageOverview
        One row per wave; a refusal where there is one wave only. The waves hold the same units
        and are not independent of each other.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> wave_overview(link_study(load_example("company"))).table["wave"].tolist()
    ['1', '2', '3']
    """
    asked = asked_pairs(linked, confidence_level=confidence_level)
    waves, question = asked.linked.waves, asked.linked.codebook.question
    if len(waves) < 2:
        one = NotTestable("a second wave is needed; the study has one.")
        return _overview(asked, [], refusal_words(one))
    rows = []
    for wave in waves:
        pair = asked.pair(question.internal[0], question.external[0], wave=wave)
        row = next(_rows(pair))
        rows.append({"wave": wave, **row, "note": without_wave(str(row["note"]), waves, wave)})
    return _overview(asked, rows)


def _overview(
    asked: AskedPairs, rows: list[dict[str, object]], refusal: str = ""
) -> LinkageOverview:
    columns = [*(["wave"] if any("wave" in row for row in rows) else []), *OVERVIEW_COLUMNS]
    table = pd.DataFrame(rows, columns=columns)
    codebook = asked.linked.codebook
    return LinkageOverview(
        table, {name: codebook.label(name) for name in codebook.measures}, refusal
    )


def _rows(pair: AskedPair) -> Iterator[dict[str, object]]:
    """Give the correlation of a pair, corrected, and given the controls."""
    place = {"internal": pair.internal, "external": pair.external, "units": pair.group}
    try:
        plain = pair.plain
    except REFUSALS as refusal:
        yield {**place, "term": "correlation", "note": str(refusal)}
        return
    yield {**place, **plain.table.iloc[0], "note": plain.note}
    corrected = pair.disattenuated
    yield {**place, **corrected.table.iloc[1], "note": corrected.note}
    if not pair.controls:
        return
    try:
        partial = pair.correlation
    except REFUSALS as refusal:
        yield {**place, "term": "partial_correlation", "note": str(refusal)}
        return
    given = "; ".join(part for part in (f"given {', '.join(pair.controls)}", partial.note) if part)
    yield {**place, **partial.table.iloc[1], "note": given}
