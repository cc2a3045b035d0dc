"""One question asked of every scale of a study, in a table whose gaps have reasons."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import pandas as pd

from icx_research.core.errors import REFUSALS, refusal_words
from icx_research.core.results import Overview
from icx_research.survey.codebook.types import Codebook
from icx_research.survey.scores.item_lists import NO_ITEMS
from icx_research.survey.study.study import Study

Rows = Literal["rater", "rating"]
NEEDED = {"alpha": 2, "omega_total": 3, "dimensions": 3}  # items
NAMED = 6  # scales that a sentence can name
PUBLISHED = (
    "Going on: published figures may be linked as they are; where neither standard errors nor "
    "counts are published, reliability is unknown, and a null result cannot be told from noise."
)


@dataclass(frozen=True, repr=False, eq=False)
class ScalesOverview(Overview):
    """What the overviews of scales share; see `Overview`.

    Attributes
    ----------
    asked : tuple of str
        Scales the codebook's question names: sentences speak of them first.
    """

    asked: tuple[str, ...] = ()
    topic: ClassVar[str]
    judged_by: ClassVar[str] = "estimate"  # column without which a row says nothing
    columns: ClassVar[tuple[str, ...]]
    types: ClassVar[dict[str, Any]]

    @classmethod
    def of(cls, study: Study, rows: Iterable[dict[str, Any]], **others: Any) -> Self:
        """Collect rows; what refuses them all is the refusal of the overview."""
        lines, refusal = [], ""
        try:
            lines = list(rows)
        except REFUSALS as error:
            refusal = refusal_words(error)
        return cls(
            pd.DataFrame(lines, columns=list(cls.columns)).astype(cls.types),
            scale_labels(study.codebook),
            refusal,
            asked=asked_scales(study),
            **others,
        )

    @property
    def known(self) -> pd.DataFrame:
        """Rows the data allowed."""
        return self.table.dropna(subset=self.judged_by)

    @property
    def refused(self) -> str:
        """Why there is nothing to say, and what a study of published figures may go on with."""
        return f"{self.refusal} {PUBLISHED}" if NO_ITEMS in self.refusal else self.refusal

    def answer(self) -> str:
        """Say what the numbers mean, or why there are none, in sentences."""
        if self.refusal:
            return f"{self.topic}: {self.refused}"
        if self.known.empty:
            return f"{self.topic}: not assessable ({str(self.table['note'].iloc[0]).rstrip('.')})."
        return self._sentences()

    def _sentences(self) -> str:
        raise NotImplementedError

    def asked_rows(self) -> list[dict[str, Any]]:
        """Rows of the asked scales that are known, in the order they are asked."""
        rows = {row["scale"]: row for row in self.known.to_dict("records")}
        return [rows[name] for name in dict.fromkeys(self.asked) if name in rows]


def tried(step: Callable[..., Any], *given: Any, **options: Any) -> tuple[Any, str]:
    """Take a step for one scale; where its answers do not allow it, say why."""
    try:
        return step(*given, **options), ""
    except REFUSALS as refusal:
        return None, str(refusal)


def asked_scales(study: Study) -> tuple[str, ...]:
    """Name the scales and scores the codebook asks about, internal ones first."""
    question = study.codebook.question
    return (*question.internal, *question.external)


def scale_labels(codebook: Codebook) -> dict[str, str]:
    """Labels by name; where two are alike, the name stands beside them."""
    labels = {name: codebook.label(name) for name in codebook.measures}
    often = Counter(labels.values())
    return {name: f"{label} ({name})" if often[label] > 1 else label
            for name, label in labels.items()}  # fmt: skip
