"""Whether each scale of a study means the same in its groups."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from icx_research.core.errors import NotTestable
from icx_research.scales.models import invariance_groups, scale_invariance
from icx_research.scales.refusals import tried
from icx_research.survey.scores.item_lists import scales_of
from icx_research.survey.study.study import Study

# Levels that decide what may be compared; equal residual variances are not needed for that.
COMPARED = ("configural", "metric", "scalar")
INVARIANCE = (
    "scale", "across", "groups", "highest_level", "means", "delta_cfi_metric", "p_metric",
    "delta_cfi_scalar", "p_scalar", "n", "note",
)  # fmt: skip


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
            ladder, line["note"] = tried(
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
