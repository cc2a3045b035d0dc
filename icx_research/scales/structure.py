"""Whether respondents distinguish the scales of a survey."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from icx_research.core import apa
from icx_research.core.cutoffs import MAX_HTMT
from icx_research.core.rng import Rng, as_generator
from icx_research.measurement.exploratory.parallel import ParallelAnalysis, parallel_analysis
from icx_research.measurement.sem.result import SemResult
from icx_research.measurement.validity.discriminant import HeterotraitMonotrait, htmt
from icx_research.scales.dimensions import FIT
from icx_research.scales.models import scale_cfa
from icx_research.scales.overview import ScalesOverview, tried
from icx_research.survey.scores.item_lists import scales_of
from icx_research.survey.scores.items import scale_items, scale_members
from icx_research.survey.study.study import Study


@dataclass(frozen=True, repr=False, eq=False)
class StructureOverview(ScalesOverview):
    """How the scales of each survey hang together, all items at once.

    Attributes
    ----------
    table : DataFrame
        One row per survey: `survey`, `scales` (of several items), `components` (of parallel
        analysis), `cfi`, `rmsea`, `srmr` and `problems` of one factor per scale, `htmt` and `pair`
        of the two scales hardest to distinguish, `n`, `note`.
    parallel : mapping of str to ParallelAnalysis
        By survey, where its answers allow it; so are `fits` and `ratios`.
    fits : mapping of str to SemResult
        One factor per scale, each item on its own scale alone.
    ratios : mapping of str to HeterotraitMonotrait
    """

    parallel: Mapping[str, ParallelAnalysis] = field(default_factory=dict)
    fits: Mapping[str, SemResult] = field(default_factory=dict)
    ratios: Mapping[str, HeterotraitMonotrait] = field(default_factory=dict)

    topic = "Structure"
    judged_by = "n"
    columns = (
        "survey", "scales", "components", *FIT, "problems", "htmt", "pair", "n", "note",
    )  # fmt: skip
    types: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(("htmt", *FIT), float),
        **dict.fromkeys(("scales", "components", "n"), "Int64"),
    }

    def _sentences(self) -> str:
        return "\n".join(
            f"Structure of the {row['survey']} survey: {'; '.join(self._findings(row))}."
            for row in self.known.to_dict("records")
        )

    def _findings(self, row: dict[str, Any]) -> Iterator[str]:
        """Say what one survey shows: components, the planned model, scales that are one."""
        if row["scales"] > 1:
            yield (
                f"parallel analysis finds {apa.counted(row['components'], 'component')} behind "
                f"its {row['scales']} scales of several items"
            )
        if row["problems"]:
            yield f"the planned model has an improper solution ({row['problems']})"
        elif np.isfinite(row["cfi"]):
            cfi, rmsea, srmr = (apa.bounded(row[name], digits=3) for name in FIT)
            yield f"the planned model fits with CFI = {cfi}, RMSEA = {rmsea}, SRMR = {srmr}"
        if row["survey"] in self.ratios:
            yield self._distinctness(row["survey"])
        if row["note"]:
            yield str(row["note"]).rstrip(".")

    def _distinctness(self, survey: str) -> str:
        alike = self.alike(survey)
        if not alike:
            largest = apa.bounded(self.ratios[survey].estimate.value)
            return f"all scales are distinguished (largest HTMT {largest})"
        first, second = alike[0]
        value = apa.bounded(self.ratios[survey].ratios[alike[0]].value)
        more = f" and {apa.counted(len(alike) - 1, 'other pair')}" if len(alike) > 1 else ""
        return (
            f"{self.label(first)} and {self.label(second)} (HTMT {value}){more} are hardly "
            "distinguished"
        )

    def alike(self, survey: str) -> list[tuple[str, str]]:
        """Name the pairs of scales whose HTMT exceeds the limit, the largest first."""
        ratios = self.ratios[survey].ratios if survey in self.ratios else {}
        over = [pair for pair, ratio in ratios.items() if ratio.value > MAX_HTMT]
        return sorted(over, key=lambda pair: -ratios[pair].value)

    def reservation(self) -> str:
        """Say what must be kept in mind of the asked scales when going on; nothing if nothing."""
        parts = []
        for survey in self.table["survey"]:
            for pair in self.alike(survey):
                for name in set(pair) & set(self.asked):
                    other = pair[0] if name == pair[1] else pair[1]
                    parts.append(
                        f"{self.label(name)} can hardly be distinguished from {self.label(other)}"
                    )
        return f"Keep in mind: {'; '.join(dict.fromkeys(parts))}." if parts else ""


def structure_overview(study: Study, *, rng: Rng) -> StructureOverview:
    """Ask of each survey whether respondents distinguish its scales.

    Parameters
    ----------
    study : Study
        Scales of several items, one row per rater, of the wave the study asks about.
    rng : numpy.random.Generator or int
        For `parallel_analysis`.

    Returns
    -------
    StructureOverview
        Where the answers of a survey do not allow a number, its note says why. Scales whose HTMT
        is above .85 are called hardly distinguished (Henseler et al., 2015; the stricter of their
        two limits).

    References
    ----------
    Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). A new criterion for assessing
    discriminant validity in variance-based structural equation modeling. Journal of the
    Academy of Marketing Science, 43, 115-135. https://doi.org/10.1007/s11747-014-0403-8

    Examples
    --------
    >>> from icx_research import load_example
    >>> overview = structure_overview(load_example("company"), rng=1)
    >>> overview.table["survey"].tolist()
    ['internal', 'external', 'employees']
    """
    generator = as_generator(rng, analysis="structure_overview")  # one stream for all surveys
    results: dict[str, dict[str, Any]] = {"parallel": {}, "fits": {}, "ratios": {}}
    return StructureOverview.of(study, _lines(study, generator, results), **results)


def _lines(
    study: Study, rng: np.random.Generator, results: dict[str, dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    surveys: dict[str, list[str]] = {}
    for source, scale in scales_of(study.codebook, min_items=2):
        surveys.setdefault(source.name, []).append(scale.name)
    for survey, names in surveys.items():
        line: dict[str, Any] = {"survey": survey, "scales": len(names), "problems": "", "pair": ""}
        items, line["note"] = tried(scale_items, study, names)
        if items is None:
            yield line
            continue
        steps = {
            "parallel": tried(parallel_analysis, items, rng=rng),
            "fits": tried(scale_cfa, study, names),
            "ratios": tried(htmt, items, scales=scale_members(study, names, min_items=2))
            if len(names) > 1
            else (None, ""),
        }
        for name, (result, _) in steps.items():
            if result is not None:
                results[name][survey] = result
        line["n"] = int(items.notna().all(axis=1).sum())
        line["note"] = "; ".join(dict.fromkeys(why.rstrip(".") for _, why in steps.values() if why))
        yield line | _numbers(*(result for result, _ in steps.values()))


def _numbers(
    parallel: ParallelAnalysis | None, fitted: SemResult | None, ratios: HeterotraitMonotrait | None
) -> dict[str, Any]:
    """Collect what a row says of one survey."""
    line: dict[str, Any] = {}
    if parallel is not None:
        line["components"] = parallel.n_factors
    if fitted is not None:
        line["problems"] = "; ".join(fitted.problems)
        if fitted.fit_indices["df"] > 0:
            line |= fitted.fit_indices[list(FIT)].to_dict()
    if ratios is not None:
        pair = max(ratios.ratios, key=lambda names: ratios.ratios[names].value)
        line |= {"htmt": ratios.estimate.value, "pair": " ~ ".join(pair)}
    return line
