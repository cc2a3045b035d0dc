"""How many factors stand behind each scale of a study."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from icx_research.core import apa
from icx_research.core.rng import Rng, as_generator
from icx_research.measurement.exploratory.adequacy import kmo
from icx_research.measurement.exploratory.average_partial import minimum_average_partial
from icx_research.measurement.exploratory.parallel import parallel_analysis
from icx_research.scales.models import scale_cfa
from icx_research.scales.overview import NAMED, NEEDED, Rows, ScalesOverview, tried
from icx_research.survey.codebook.types import Scale
from icx_research.survey.scores.item_lists import scales_of
from icx_research.survey.scores.items import scale_items
from icx_research.survey.study.study import Study

FIT = ("cfi", "rmsea", "srmr")


@dataclass(frozen=True, repr=False, eq=False)
class DimensionalityOverview(ScalesOverview):
    """Whether the items of each scale have one thing in common."""

    topic = "Dimensions"
    judged_by = "parallel_analysis"
    columns = ("scale", "n_items", "kmo", "parallel_analysis", "average_partial", *FIT, "n", "note")
    types: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(("kmo", *FIT), float),
        **dict.fromkeys(("parallel_analysis", "average_partial", "n"), "Int64"),
    }

    def _sentences(self) -> str:
        known = self.known
        several = known.loc[known["parallel_analysis"] != 1, "scale"]
        others = [self.label(name) for name in several][:NAMED]
        return (
            f"Dimensions: parallel analysis finds one in {len(known) - len(several)} of "
            f"{apa.counted(len(known), 'scale')} that can be judged"
            f"{'; not in: ' + ', '.join(others) if others else ''}."
        )


def dimensionality_overview(
    study: Study,
    *,
    min_items: int = 1,
    rows: Rows = "rater",
    wave: str | None = None,
    rng: Rng,
) -> DimensionalityOverview:
    """Ask of every scale whether its items have one thing in common.

    Parameters
    ----------
    study : Study
    min_items : int, default 1
        Scales with fewer items are left out.
    rows, wave
        As for `scale_items`.
    rng : numpy.random.Generator or int
        For `parallel_analysis`.

    Returns
    -------
    DimensionalityOverview
        Its `table` has one row per scale: `scale`, `n_items`, `kmo`, `parallel_analysis` and
        `average_partial` (numbers of components), `cfi`, `rmsea`, `srmr` (of one factor, by
        maximum likelihood; empty for three items, which one factor always fits), `n`, `note`.
        Where no table of the study holds respondents' answers, or no scale is that long, the
        overview shows that refusal.

    Examples
    --------
    >>> from icx_research import load_example
    >>> overview = dimensionality_overview(load_example("company"), rng=1)
    >>> print(overview.answer())
    Dimensions: parallel analysis finds one in 13 of 13 scales that can be judged.
    """
    generator = as_generator(rng, analysis="dimensionality_overview")  # one stream for all scales
    return DimensionalityOverview.of(study, _lines(study, min_items, rows, wave, generator))


def _lines(
    study: Study, min_items: int, rows: Rows, wave: str | None, rng: np.random.Generator
) -> Iterator[dict[str, Any]]:
    for _, scale in scales_of(study.codebook, min_items=min_items):
        line: dict[str, Any] = {"scale": scale.name, "n_items": len(scale.items)}
        if len(scale.items) < NEEDED["dimensions"]:
            yield line | {"note": f"needs {NEEDED['dimensions']} items"}
            continue
        items, line["note"] = tried(scale_items, study, scale.name, rows=rows, wave=wave)
        if items is not None:
            adequacy, first = tried(kmo, items)
            parallel, _ = tried(parallel_analysis, items, rng=rng)
            partial, _ = tried(minimum_average_partial, items)
            line["kmo"] = adequacy.overall if adequacy else np.nan
            line["parallel_analysis"] = parallel.n_factors if parallel else None
            line["average_partial"] = partial.n_factors if partial else None
            fit, why = _one_factor_fit(study, scale, rows, wave)
            line |= fit | {"n": int(items.notna().all(axis=1).sum())}
            line["note"] = first or why
        yield line


def _one_factor_fit(
    study: Study, scale: Scale, rows: Rows, wave: str | None
) -> tuple[dict[str, float], str]:
    if len(scale.items) == 3:
        return {}, "three items always fit"
    fitted, why = tried(scale_cfa, study, scale.name, rows=rows, wave=wave, estimator="ML")
    if fitted is None:
        return {}, why
    return fitted.fit_indices[list(FIT)].to_dict(), fitted.note
