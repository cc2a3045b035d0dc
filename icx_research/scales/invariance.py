"""Whether each scale of a study means the same in its groups."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from icx_research.core.errors import NotTestable
from icx_research.scales.models import invariance_groups, scale_invariance
from icx_research.scales.overview import ScalesOverview, asked_scales, tried
from icx_research.survey.scores.item_lists import scales_of
from icx_research.survey.study.study import Study

# Levels that decide what may be compared; equal residual variances are not needed for that.
COMPARED = ("configural", "metric", "scalar")
ACROSS = {"wave": "waves", "supplier_unit": "suppliers"}


@dataclass(frozen=True, repr=False, eq=False)
class InvarianceOverview(ScalesOverview):
    """Whether scales mean the same in their groups."""

    topic = "Comparison"
    judged_by = "means"
    columns = (
        "scale", "across", "groups", "highest_level", "means", "delta_cfi_metric", "p_metric",
        "delta_cfi_scalar", "p_scalar", "n", "note",
    )  # fmt: skip
    types: ClassVar[dict[str, Any]] = {"groups": "Int64", "n": "Int64"}

    def _sentences(self) -> str:
        parts, known = [], self.known
        for verdict, words in (("yes", "may be compared"), ("no", "may not be compared")):
            pairs = [
                f"{self.label(row.scale)} across "
                f"{ACROSS.get(row.across) or f'its twin {self.label(row.across)}'}"
                for row in known.itertuples()
                if row.means == verdict
            ]
            if pairs:
                parts.append(f"{words}: {', '.join(pairs)}")
        return f"Comparison: means {'; they '.join(parts)} (scalar invariance by the fall of CFI)."


def invariance_overview(
    study: Study, *, scales: Sequence[str] | None = None, wave: str | None = None
) -> InvarianceOverview:
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
    InvarianceOverview
        Its `table` has one row per scale and what `invariance_groups` lists: `scale`, `across`,
        `groups`, `highest_level` (by the fall of CFI, up to scalar), `means` (whether means may
        be compared), `delta_cfi_metric`, `p_metric`, `delta_cfi_scalar`, `p_scalar` (of the
        difference of chi-squares), `n` (rows), `note`. Where no table of the study holds
        respondents' answers, or there is nothing to compare the scales across, the overview
        shows that refusal.

    Examples
    --------
    >>> from icx_research import load_example
    >>> overview = invariance_overview(load_example("company"), scales=["csat"])
    >>> print(overview.answer())  # doctest: +ELLIPSIS
    Comparison: means may be compared: Customer satisfaction across waves (...
    """
    return InvarianceOverview.of(study, _lines(study, scales, wave))


def _lines(
    study: Study, scales: Sequence[str] | None, wave: str | None
) -> Iterator[dict[str, Any]]:
    asked = asked_scales(study) if scales is None else scales
    compared = False
    for _, scale in scales_of(study.codebook):
        if scale.name not in asked or len(scale.items) < 2:
            continue
        for across in invariance_groups(study, scale.name):
            compared = True
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
            yield line
    if not compared:
        raise NotTestable(
            "groups are needed to compare across: two waves, two suppliers, or two tables with the "
            "same wording, and a scale of two items."
        )
