"""How much of both surveys the link reaches: units and respondents, wave by wave."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from icx_research.core.bands import band, coarse_percent
from icx_research.core.display import table_html
from icx_research.survey.codebook.types import Codebook
from icx_research.survey.codebook.wave_order import order_waves
from icx_research.survey.link.crosswalk import build_crosswalk
from icx_research.survey.link.linking import LinkedUnits, study_sides
from icx_research.survey.link.matching import match_units, rounded_down
from icx_research.survey.link.waves import common_waves
from icx_research.survey.study.study import Study
from icx_research.survey.units.aggregation import UnitScores

ALL_WAVES = "all"


@dataclass(frozen=True, eq=False, repr=False)
class LinkCoverage:
    """Shares of units and respondents with a partner on the other side.

    Attributes
    ----------
    codebook : Codebook
    table : DataFrame
        Per side and wave ("all" first, alone where there is one wave): `side`, `wave`,
        `units`, `units_matched`, `percent_units`, `respondents` (band; empty for published
        tables), `percent_respondents` (of published tables: of their rows), rounded down, and
        so coarse that it fits at least three counts of persons; nan where fewer than
        `min_persons` answered.
    limit : float
        Percent of the respondents of all waves that the gate asks for.
    passes : dict of str to bool
        By side: whether the gate opens.
    min_persons : int
    """

    codebook: Codebook
    table: pd.DataFrame
    limit: float
    passes: dict[str, bool]
    min_persons: int

    def __repr__(self) -> str:
        """Say on which side the gate opens."""
        told = ", ".join(f"{side} {'open' if ok else 'shut'}" for side, ok in self.passes.items())
        return f"LinkCoverage: gate at {self.limit:g}% of the respondents ({told})"

    def _repr_html_(self) -> str:
        return table_html(self.table, na="withheld")


def link_coverage(study: Study) -> LinkCoverage:
    """Count what finds a partner on the other side of the link, in all and wave by wave.

    Unlike `link_study` this does not refuse a study that loses too much: it shows where.

    Parameters
    ----------
    study : Study

    Returns
    -------
    LinkCoverage

    Raises
    ------
    Blocked, StudyError
        As `link_units`, except for the gate itself.

    Notes
    -----
    Counted are distinct respondents of a unit on its best answered scale; in a single wave
    a partner needs a score of the same wave. Units that the codebook lists as unlinked are
    left out. Shares are rounded down, so that none seems to reach the gate that does not.

    Examples
    --------
    >>> from icx_research import load_example
    >>> link_coverage(load_example("company"))
    LinkCoverage: gate at 95% of the respondents (internal open, external open)
    """
    codebook = study.codebook
    insides, outsides = study_sides(study)
    inside, outside = insides[0], outsides[0]
    crosswalk = build_crosswalk(inside, outside, None, None)
    waves = common_waves(inside, outside, 0)
    totals, _ = match_units(inside, outside, crosswalk)
    lines = [{"wave": ALL_WAVES, **line} for line in totals.to_dict("records")]
    if max(len(set(scores.table["wave"])) for scores in (inside, outside)) > 1:
        for own, other in _pairs(inside, outside, waves):
            found, _ = match_units(_at(inside, own), _at(outside, other), crosswalk)
            lines += [
                {"wave": own or other, **line}
                for line in found.to_dict("records")
                if (own if line["side"] == "internal" else other) is not None
            ]
    needed = codebook.thresholds.min_persons
    limit = codebook.thresholds.min_matched
    table = pd.DataFrame([_shown(line, codebook) for line in lines]).sort_values(
        "side", ascending=False, kind="stable"
    )
    return LinkCoverage(
        codebook=codebook,
        table=table.reset_index(drop=True),
        limit=100 * limit,
        passes={str(line.side): bool(line.share_matched >= limit) for line in totals.itertuples()},
        min_persons=needed,
    )


def _pairs(
    inside: UnitScores, outside: UnitScores, waves: dict[str, str]
) -> Iterator[tuple[str | None, str | None]]:
    """Go through the waves in order of time: internal wave and the external one it meets."""
    met = {other: own for own, other in waves.items()}
    here, there = set(inside.table["wave"]), set(outside.table["wave"])
    for wave in order_waves(here | there, inside.codebook):
        if wave in here:
            yield wave, waves.get(wave)
        elif wave not in met:
            yield None, wave


def _at(scores: UnitScores, wave: str | None) -> UnitScores:
    return replace(scores, table=scores.table[scores.table["wave"] == wave])


def shown_coverage(linked: LinkedUnits) -> pd.DataFrame:
    """Give the coverage of a link as it may be shown: `table` of `link_coverage`, all waves.

    Exact counts beside the bands of units without a partner would tell how many persons
    these are.
    """
    lines = linked.coverage.to_dict("records")
    return pd.DataFrame([_shown({"wave": ALL_WAVES, **line}, linked.codebook) for line in lines])


def _shown(line: dict[str, Any], codebook: Codebook) -> dict[str, object]:
    """Turn counts into what may be shown: bands, and percents of enough persons."""
    people = codebook.sources[line["side"]].grain == "respondent"
    count, units = line["respondents"], line["units"]
    enough = not people or count >= codebook.thresholds.min_persons
    share = line["share_matched"]
    percent = coarse_percent(share, count, down=True) if people else _percent(share)
    return {
        **{name: line[name] for name in ("side", "wave", "units", "units_matched")},
        "percent_units": _percent(line["units_matched"] / units if units else 0.0),
        "respondents": band(count) if people and enough else "",
        "percent_respondents": percent if enough else float("nan"),
    }


def _percent(share: float) -> float:
    return round(100 * rounded_down(share), 1)
