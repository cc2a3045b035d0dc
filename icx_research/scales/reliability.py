"""Every scale of a study: how reliable its scores are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from icx_research.core import apa
from icx_research.core.cutoffs import ADEQUATE_RELIABILITY
from icx_research.measurement.reliability.alpha import cronbach_alpha
from icx_research.measurement.reliability.omega import omega_total
from icx_research.measurement.reliability.result import ReliabilityResult
from icx_research.scales.overview import NEEDED, Rows, ScalesOverview, tried
from icx_research.survey.scores.item_lists import scales_of
from icx_research.survey.scores.items import scale_items
from icx_research.survey.study.study import Study


@dataclass(frozen=True, repr=False, eq=False)
class ReliabilityOverview(ScalesOverview):
    """Cronbach's alpha and McDonald's omega of every scale.

    Attributes
    ----------
    confidence_level : float
    """

    confidence_level: float = 0.95
    topic = "Reliability"
    columns = ("scale", "n_items", "term", "estimate", "ci_low", "ci_high", "n", "note")
    types: ClassVar[dict[str, Any]] = {"n": "Int64"}

    @property
    def known(self) -> pd.DataFrame:
        """Every alpha that can be assessed."""
        return self.table[self.table["term"] == "alpha"].dropna(subset="estimate")

    def _sentences(self) -> str:
        alpha = self.known
        sure = alpha[alpha["ci_low"] >= ADEQUATE_RELIABILITY]
        lowest = alpha.loc[alpha["estimate"].astype(float).idxmin()]
        return (
            f"Reliability: on {len(sure)} of {apa.counted(len(alpha), 'scale')} that "
            f"{'has' if len(alpha) == 1 else 'have'} an alpha its interval lies above "
            f"{apa.bounded(ADEQUATE_RELIABILITY)}; lowest is {self.label(lowest['scale'])} with "
            f"{apa.bounded(lowest['estimate'])} "
            f"[{apa.bounded(lowest['ci_low'])}, {apa.bounded(lowest['ci_high'])}]."
        )

    def going_on(self) -> str:
        """Say which of the asked scales are reliable, and that a low alpha stops nothing."""
        known = self.asked_rows()
        parts = [f"alpha of {self.label(row['scale'])} is {apa.bounded(row['estimate'])}"
                 for row in known]  # fmt: skip
        single = [self.label(name) for name in self.asked
                  if name not in {row["scale"] for row in known}]  # fmt: skip
        if single:
            parts.append(
                f"no alpha of {', '.join(single)}, so how noisy the answers are is not known"
            )
        low = [self.label(row["scale"]) for row in known if row["estimate"] < ADEQUATE_RELIABILITY]
        blurred = (
            f", but what {', '.join(low)} measures is blurred: look at the items before a null "
            "result is believed."
        )
        return (
            f"Going on: {'; '.join(parts)}. Nothing here stops the linkage{blurred if low else '.'}"
        )


def reliability_overview(
    study: Study,
    *,
    min_items: int = 1,
    rows: Rows = "rater",
    wave: str | None = None,
    confidence_level: float = 0.95,
) -> ReliabilityOverview:
    """Cronbach's alpha and McDonald's omega of every scale, with intervals.

    Parameters
    ----------
    study : Study
    min_items : int, default 1
        Scales with fewer items are left out.
    rows, wave
        As for `scale_items`.
    confidence_level : float, default 0.95

    Returns
    -------
    ReliabilityOverview
        Its `table` has two rows per scale: `scale`, `n_items`, `term` ("alpha",
        "omega_total"), `estimate`, `ci_low`, `ci_high`, `n` (complete rows), `note`. Where the
        answers do not allow a coefficient, its note says why; where no table of the study holds
        respondents' answers, or no scale is that long, the overview shows that refusal.

    Examples
    --------
    >>> from icx_research import load_example
    >>> overview = reliability_overview(load_example("company"))
    >>> print(overview.answer())  # doctest: +ELLIPSIS
    Reliability: on 7 of 20 scales that have an alpha its interval lies above .70; ...
    """
    lines = _lines(study, min_items, rows, wave, confidence_level)
    return ReliabilityOverview.of(study, lines, confidence_level=confidence_level)


def _lines(
    study: Study, min_items: int, rows: Rows, wave: str | None, confidence_level: float
) -> Iterator[dict[str, Any]]:
    for _, scale in scales_of(study.codebook, min_items=min_items):
        place = {"scale": scale.name, "n_items": len(scale.items)}
        items, note = tried(scale_items, study, scale.name, rows=rows, wave=wave)
        for term, coefficient in (("alpha", cronbach_alpha), ("omega_total", omega_total)):
            line: dict[str, Any] = {**place, "term": term, "note": note}
            if len(scale.items) < NEEDED[term]:
                line["note"] = f"needs {NEEDED[term]} items"
            elif items is not None:
                result, line["note"] = tried(coefficient, items, confidence_level=confidence_level)
                if result is not None:
                    line |= result.table.iloc[0].to_dict() | {"term": term, "note": result.note}
            yield line


def overview_of_results(results: Mapping[str, ReliabilityResult]) -> ReliabilityOverview:
    """Put coefficients of any data together, by label, as an overview."""
    if not results:
        raise ValueError("An overview needs at least 1 result; got none.")
    lines = [{"scale": label, "note": result.note, **result.table.iloc[0]}
             for label, result in results.items()]  # fmt: skip
    level = next(iter(results.values())).estimate.confidence_level
    return ReliabilityOverview(pd.DataFrame(lines), confidence_level=level)
