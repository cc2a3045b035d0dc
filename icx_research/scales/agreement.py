"""One scale of a study: how far the raters of each unit agree."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from icx_research.core import apa
from icx_research.core.cutoffs import MIN_PERSONS
from icx_research.core.errors import REFUSALS, refusal_words
from icx_research.core.results import Overview
from icx_research.core.safe_frame import SafeFrame
from icx_research.measurement.agreement.null_variance import TABLED
from icx_research.measurement.agreement.within_group import WithinGroupAgreement, rwg_j
from icx_research.scales.overview import scale_labels
from icx_research.survey.codebook.types import Scale
from icx_research.survey.scores.items import chosen_scales, scale_items
from icx_research.survey.study.study import Study

NULLS = ("uniform", "slight_skew")


@dataclass(frozen=True, repr=False, eq=False)
class ScaleAgreement(Overview):
    """r_WG(J) of one scale under every null distribution that is known for its options.

    Attributes
    ----------
    scale : str
    results : mapping of str to WithinGroupAgreement
        By null distribution.
    min_persons : int
        Units with fewer raters are never shown.
    """

    scale: str = ""
    results: Mapping[str, WithinGroupAgreement] = field(default_factory=dict)
    min_persons: int = MIN_PERSONS

    def answer(self) -> str:
        """Say how far the median unit agrees, and how many units agree by at least .70."""
        if self.refusal:
            return f"{self.label(self.scale)}: {self.refusal}"
        first = next(iter(self.results.values()))
        single = ""
        if first.n_suppliers > 1:
            single = f" on single ratings (median over {first.n_suppliers} suppliers)"
        parts = [
            f"{apa.bounded(result.median)} under a {null.replace('_', ' ')} null (at least .70 in "
            f"{100 * result.share_strong:.0f}% of {result.n_units} units)"
            for null, result in self.results.items()
        ]
        return f"{self.label(self.scale)}: the median unit agrees{single} by {' and '.join(parts)}."


def scale_agreement(study: Study, scale: str, *, wave: str | None = None) -> ScaleAgreement:
    """r_WG(J) of single ratings of one scale, under every null distribution it has.

    Of suppliers that units rate, each by itself: a unit's value is the median over them.

    Parameters
    ----------
    study : Study
    scale : str
    wave : str, optional
        As for `scale_items`.

    Returns
    -------
    ScaleAgreement
        "uniform", and "slight_skew" for 5, 7 and 11 options; for `AgreementFigure`. Where the
        answers do not allow it, it shows why.

    Examples
    --------
    >>> from icx_research import load_example
    >>> print(scale_agreement(load_example("company"), "csat").answer())  # doctest: +ELLIPSIS
    Customer satisfaction: the median unit agrees by .79 under a uniform null (at least .70 in ...
    """
    results, refusal = {}, ""
    try:
        (chosen,), _ = chosen_scales(study.codebook, scale)
        ratings, supplier = single_ratings(study, scale, wave=wave)
        for null in known_nulls(chosen):
            results[null] = rwg_j(
                ratings,
                items=list(chosen.items),
                unit="unit",
                supplier=supplier,
                response_range=chosen.response_range,
                null=null,
            )
    except REFUSALS as error:
        refusal = refusal_words(error)
    tables = [result.table.assign(null=null) for null, result in results.items()]
    return ScaleAgreement(
        pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(),
        scale_labels(study.codebook),
        refusal,
        scale=scale,
        results=results,
        min_persons=study.codebook.thresholds.min_persons,
    )


def single_ratings(
    study: Study, scale: str, *, wave: str | None = None
) -> tuple[SafeFrame, str | None]:
    """Give the ratings of a scale, their "rater", and the column of suppliers, if any."""
    rates = "supplier_unit" in chosen_scales(study.codebook, scale)[1].roles
    keys = ["unit", "wave", "respondent", *(["supplier_unit"] if rates else [])]
    rows = scale_items(study, scale, rows="rating", wave=wave, keys=keys)
    # in another wave a rater is another, and so is a supplier
    rows = rows.assign(rater=rows.groupby(["respondent", "wave"]).ngroup())
    if not rates:
        return rows, None
    return rows.assign(supplier=rows.groupby(["supplier_unit", "wave"]).ngroup()), "supplier"


def known_nulls(scale: Scale) -> list[str]:
    """List the null distributions whose variance is known for the options of a scale."""
    low, high = scale.response_range
    return ["uniform", *(["slight_skew"] if high - low + 1 in TABLED["slight_skew"] else [])]
