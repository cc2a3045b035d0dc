"""Every scale of a study: reliability, number of factors, and what may be compared."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from icx_research.core.errors import Blocked, NotTestable
from icx_research.measurement.exploratory.adequacy import kmo
from icx_research.measurement.exploratory.average_partial import minimum_average_partial
from icx_research.measurement.exploratory.parallel import parallel_analysis
from icx_research.measurement.reliability.alpha import cronbach_alpha, omega_total
from icx_research.scales.models import invariance_groups, scale_cfa, scale_invariance
from icx_research.survey.codebook.types import Scale
from icx_research.survey.scores.item_lists import scales_of
from icx_research.survey.scores.items import scale_items
from icx_research.survey.study.study import Study

# Levels that decide what may be compared; equal residual variances are not needed for that.
COMPARED = ("configural", "metric", "scalar")
Rows = Literal["rater", "rating"]
NEEDED = {"alpha": 2, "omega_total": 3, "dimensions": 3}  # items
RELIABILITY = ("scale", "n_items", "term", "estimate", "ci_low", "ci_high", "n", "note")
DIMENSIONS = (
    "scale", "n_items", "kmo", "parallel_analysis", "average_partial", "cfi", "rmsea", "srmr", "n",
    "note",
)  # fmt: skip
INVARIANCE = (
    "scale", "across", "groups", "highest_level", "means", "delta_cfi_metric", "p_metric",
    "delta_cfi_scalar", "p_scalar", "n", "note",
)  # fmt: skip


def reliability_overview(
    study: Study,
    *,
    min_items: int = 1,
    rows: Rows = "rater",
    wave: str | None = None,
    confidence_level: float = 0.95,
) -> pd.DataFrame:
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
    DataFrame
        Two rows per scale: `scale`, `n_items`, `term` ("alpha", "omega_total"), `estimate`,
        `ci_low`, `ci_high`, `n` (complete rows), `note`. Where the answers do not allow a
        coefficient, its note says why.

    Raises
    ------
    NotTestable
        If no table of the study holds respondents' answers, or no scale is that long.

    Examples
    --------
    >>> from icx_research import load_example
    >>> table = reliability_overview(load_example("company"))
    >>> table.loc[table["scale"] == "csat", "term"].tolist()
    ['alpha', 'omega_total']
    """
    lines: list[dict[str, Any]] = []
    for _, scale in scales_of(study.codebook, min_items=min_items):
        place = {"scale": scale.name, "n_items": len(scale.items)}
        items, note = _tried(scale_items, study, scale.name, rows=rows, wave=wave)
        for term, coefficient in (("alpha", cronbach_alpha), ("omega_total", omega_total)):
            line: dict[str, Any] = {**place, "term": term, "note": note}
            if len(scale.items) < NEEDED[term]:
                line["note"] = f"needs {NEEDED[term]} items"
            elif items is not None:
                result, line["note"] = _tried(coefficient, items, confidence_level=confidence_level)
                if result is not None:
                    line |= result.table.iloc[0].to_dict() | {"term": term, "note": result.note}
            lines.append(line)
    return pd.DataFrame(lines, columns=list(RELIABILITY)).astype({"n": "Int64"})


def dimensionality_overview(
    study: Study,
    *,
    min_items: int = 1,
    rows: Rows = "rater",
    wave: str | None = None,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Ask of every scale whether its items have one thing in common.

    Parameters
    ----------
    study : Study
    min_items : int, default 1
        Scales with fewer items are left out.
    rows, wave
        As for `scale_items`.
    rng : numpy.random.Generator
        For `parallel_analysis`.

    Returns
    -------
    DataFrame
        One row per scale: `scale`, `n_items`, `kmo`, `parallel_analysis` and
        `average_partial` (numbers of components), `cfi`, `rmsea`, `srmr` (of one factor, by
        maximum likelihood; empty for three items, which one factor always fits), `n`,
        `note`.

    Raises
    ------
    NotTestable
        If no table of the study holds respondents' answers, or no scale is that long.

    Examples
    --------
    >>> from icx_research import load_example
    >>> table = dimensionality_overview(load_example("company"), rng=np.random.default_rng(1))
    >>> table.set_index("scale").loc["customer_focus", "parallel_analysis"]
    np.int64(1)
    """
    lines: list[dict[str, Any]] = []
    for _, scale in scales_of(study.codebook, min_items=min_items):
        line: dict[str, Any] = {"scale": scale.name, "n_items": len(scale.items)}
        if len(scale.items) < NEEDED["dimensions"]:
            lines.append(line | {"note": f"needs {NEEDED['dimensions']} items"})
            continue
        items, line["note"] = _tried(scale_items, study, scale.name, rows=rows, wave=wave)
        if items is not None:
            adequacy, first = _tried(kmo, items)
            parallel, _ = _tried(parallel_analysis, items, rng=rng)
            partial, _ = _tried(minimum_average_partial, items)
            line["kmo"] = adequacy.overall if adequacy else np.nan
            line["parallel_analysis"] = parallel.n_factors if parallel else None
            line["average_partial"] = partial.n_factors if partial else None
            fit, why = _one_factor_fit(study, scale, rows, wave)
            line |= fit | {"n": int(items.notna().all(axis=1).sum())}
            line["note"] = first or why
        lines.append(line)
    table = pd.DataFrame(lines, columns=list(DIMENSIONS))
    counts = dict.fromkeys(("parallel_analysis", "average_partial", "n"), "Int64")
    return table.astype({"kmo": float, "cfi": float, "rmsea": float, "srmr": float, **counts})


def _one_factor_fit(
    study: Study, scale: Scale, rows: Rows, wave: str | None
) -> tuple[dict[str, float], str]:
    if len(scale.items) == 3:
        return {}, "three items always fit"
    fitted, why = _tried(scale_cfa, study, scale.name, rows=rows, wave=wave, estimator="ML")
    if fitted is None:
        return {}, why
    return fitted.fit_indices[["cfi", "rmsea", "srmr"]].to_dict(), fitted.note


def invariance_overview(
    study: Study, *, scales: Sequence[str] | None = None, wave: str | None = None
) -> pd.DataFrame:
    """Ask of scales whether they measure alike across suppliers, waves or tables.

    Parameters
    ----------
    study : Study
    scales : sequence of str, optional
        Those the codebook's question names unless given.
    wave : str, optional
        As for `scale_items`.

    Returns
    -------
    DataFrame
        One row per scale and what `invariance_groups` lists: `scale`, `across`, `groups`,
        `highest_level` (by the fall of CFI, up to scalar), `means` (whether means may be compared),
        `delta_cfi_metric`, `p_metric`, `delta_cfi_scalar`, `p_scalar` (of the difference of
        chi-squares), `n` (rows), `note`.

    Raises
    ------
    NotTestable
        If no table of the study holds respondents' answers, or there is nothing to compare
        the scales across.

    Examples
    --------
    >>> from icx_research import load_example
    >>> table = invariance_overview(load_example("company"))
    >>> table.loc[table["scale"] == "csat", "across"].tolist()
    ['wave']
    """
    lines: list[dict[str, Any]] = []
    question = study.codebook.question
    asked = (*question.internal, *question.external) if scales is None else scales
    for _, scale in scales_of(study.codebook):
        if scale.name not in asked or len(scale.items) < 2:
            continue
        for across in invariance_groups(study, scale.name):
            line: dict[str, Any] = {"scale": scale.name, "across": across}
            ladder, line["note"] = _tried(
                scale_invariance, study, scale.name, across=across, wave=wave, levels=COMPARED
            )
            if ladder is not None:
                levels = ladder.table.set_index("level")
                line |= {
                    "groups": len(ladder.groups),
                    "highest_level": ladder.highest_level or "none",
                    "means": "yes" if ladder.allows("means") else "no",
                    "n": ladder.n_used,
                    "note": "; ".join(
                        f"{name}: {problem}"
                        for name, model in ladder.models.items()
                        for problem in model.problems
                    ),
                }
                for level in ("metric", "scalar"):
                    line[f"delta_cfi_{level}"] = levels.loc[level, "delta_cfi"]
                    line[f"p_{level}"] = levels.loc[level, "difference_p_value"]
            lines.append(line)
    if not lines:
        raise NotTestable(
            "groups are needed to compare across: two waves, two suppliers, or two tables with the "
            "same wording, and a scale of two items."
        )
    return pd.DataFrame(lines, columns=list(INVARIANCE)).astype({"groups": "Int64", "n": "Int64"})


def _tried(step: Callable[..., Any], *given: Any, **options: Any) -> tuple[Any, str]:
    """Take a step for one scale; where its answers do not allow it, say why."""
    try:
        return step(*given, **options), ""
    except (NotTestable, Blocked, ValueError) as refusal:
        return None, str(refusal)
