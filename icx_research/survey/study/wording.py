"""What was asked: the items of a study in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from icx_research.core.display import table_html
from icx_research.survey.codebook.types import Scale
from icx_research.survey.study.study import Study

COLUMNS = ["table", "scale", "item", "wording", "lowest", "highest", "reverse_keyed"]


@dataclass(frozen=True, eq=False, repr=False)
class ItemWording:
    """The items of a study as its codebook describes them; no answers.

    Attributes
    ----------
    table : DataFrame
        One row per item, in the order of the codebook: `table`, `scale`, `item`,
        `wording`, `lowest` and `highest` possible answer, `reverse_keyed`.
    """

    table: pd.DataFrame

    def __repr__(self) -> str:
        """Count items and scales."""
        return f"ItemWording: {len(self.table)} items of {self.table['scale'].nunique()} scales"

    def _repr_html_(self) -> str:
        shown = self.table.assign(
            answers=[
                f"{low:g} to {high:g}"
                for low, high in zip(self.table["lowest"], self.table["highest"], strict=True)
            ],
            reverse_keyed=self.table["reverse_keyed"].map({True: "yes", False: ""}),
        )
        return table_html(shown[["scale", "item", "wording", "answers", "reverse_keyed"]])


def item_wording(study: Study, *, scales: Sequence[str] | None = None) -> ItemWording:
    """List the items of a study: what was asked, and how it could be answered.

    Parameters
    ----------
    study : Study
    scales : sequence of str, optional
        Names of scales; all unless stated.

    Returns
    -------
    ItemWording
        Without rows if the study has published unit figures only.

    Raises
    ------
    ValueError
        If a name is no scale of the codebook.

    Examples
    --------
    >>> from icx_research import load_example
    >>> asked = item_wording(load_example("company"), scales=["csat"])
    >>> asked.table["wording"].iloc[0]
    'I am satisfied with this branch.'
    """
    measures = study.codebook.measures
    known = {name: scale for name, scale in measures.items() if isinstance(scale, Scale)}
    wanted = list(known) if scales is None else [scales] if isinstance(scales, str) else scales
    check_scales(wanted, known)
    rows = [
        (
            study.codebook.source_of(name).name,
            name,
            item,
            wording,
            *scale.response_range,
            item in scale.reverse_keyed,
        )
        for name, scale in known.items()
        if name in wanted
        for item, wording in scale.items.items()
    ]
    return ItemWording(pd.DataFrame(rows, columns=COLUMNS))


def check_scales(names: Iterable[str], known: Iterable[str]) -> None:
    """Refuse the first name that is no scale of the study, and name those that are."""
    known = list(known)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"There is no scale {unknown[0]!r}; the study has {', '.join(known)}.")
