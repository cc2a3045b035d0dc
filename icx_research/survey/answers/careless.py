"""Signs of careless answering, respondent by respondent: flags, never deletion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from scipy import special

from icx_research.core.cutoffs import (
    CARELESS_CONSISTENCY,
    CARELESS_DISTANCE_P,
    CARELESS_LONGSTRING_SHARE,
    CARELESS_MIN_FLAGS,
    CARELESS_MIN_ITEMS,
)
from icx_research.core.errors import NotTestable, UnsuitableData
from icx_research.core.frames import check_columns
from icx_research.core.results import SampleResult, estimate_table
from icx_research.survey.answers.careless_indices import (
    even_odd_consistency,
    longstring,
    mahalanobis_distance,
    row_sd,
)
from icx_research.survey.study.study import Study

INDICES = ("longstring", "variability", "even_odd", "mahalanobis")


@dataclass(frozen=True, eq=False, repr=False)
class CarelessResponding(SampleResult):
    """How many rows of answers look careless, by which sign.

    Attributes
    ----------
    indices : DataFrame
        One row per row of the data, in its order: `longstring` (longest run of equal
        answers), `variability` (standard deviation of the row), `even_odd` (consistency,
        -1 to 1), `mahalanobis` (squared distance). For estimation, never to be shown.
    flags : DataFrame
        The same columns, true where a sign is beyond its cut-off.
    flagged : array of bool
        True where at least `min_flags` signs are.
    min_flags : int
    n_used, n_dropped : int
        Rows with at least two answers, and others (never flagged).
    note : str
        Signs that the questionnaire does not allow.
    """

    indices: pd.DataFrame
    flags: pd.DataFrame
    flagged: np.ndarray
    min_flags: int

    @property
    def table(self) -> pd.DataFrame:
        """Share of rows beyond each cut-off, and of rows flagged."""
        known = self.indices.notna()
        shares = self.flags.astype(float).where(known).mean()
        rows = [
            {"term": name, "estimate": float(shares[name]), "n": int(known[name].sum())}
            for name in INDICES
        ]
        share = float(self.flagged.sum() / self.n_used) if self.n_used else float("nan")
        return estimate_table([*rows, {"term": "flagged", "estimate": share, "n": self.n_used}])

    def to_apa(self) -> str:
        """Share of rows with at least `min_flags` signs."""
        return (
            f"{100 * self.flagged.sum() / max(self.n_used, 1):.1f}% of {self.n_used} rows show at "
            f"least {self.min_flags} signs of careless answering"
        )


def careless_responding(
    data: Any,
    *,
    scales: Mapping[str, Sequence[str]],
    reverse_keyed: Sequence[str] = (),
    response_range: tuple[float, float] = (1, 7),
    min_flags: int = CARELESS_MIN_FLAGS,
    max_longstring: int | None = None,
    min_variability: float = 0.0,
    min_consistency: float = CARELESS_CONSISTENCY,
    distance_p: float = CARELESS_DISTANCE_P,
) -> CarelessResponding:
    r"""Look for signs of careless answering in each row.

    Parameters
    ----------
    data : DataFrame
        One row per filled-in questionnaire (per supplier, where several are rated).
    scales : mapping of str to sequence of str
        Items of each scale, in the order in which they were asked.
    reverse_keyed : sequence of str
        Items on which a high answer means little.
    response_range : (float, float), default (1, 7)
    min_flags : int, default 2
        Signs that make a row flagged: single signs have innocent causes.
    max_longstring : int, optional
        Longest run of equal answers that passes; less than half of the items unless given.
    min_variability : float, default 0
        Standard deviation at or below which a row is flagged; there is no agreed
        cut-off, so only rows without any variation are, unless another is given.
    min_consistency : float, default 0.30
        Even-odd consistency below which a row is flagged.
    distance_p : float, default 0.001
        Chi-squared probability below which a distance is flagged.

    Returns
    -------
    CarelessResponding
        `linkage_without_careless` shows what the flagged rows do to the estimate.

    Raises
    ------
    ValueError
        If an item is unknown or named twice, or fewer than two items are named.

    Notes
    -----
    Runs and variability rest on the answers as given, before reverse keying, unanswered
    items being skipped; with fewer than 8 answers, equal ones are no sign of anything.
    A row of equal answers shows both signs. Even-odd: the means of the odd and even items
    of each scale with two items or more (at least three such scales),
    correlated over scales within the row,
    stepped up by :math:`2r / (1 + r)` and not below -1. Distance: squared Mahalanobis
    distance of the answered items, mean and covariance of the complete rows, with as many
    degrees of freedom as answers. Formulae as in R's ``careless``.

    References
    ----------
    Curran, P. G. (2016). Methods for the detection of carelessly invalid responses in
    survey data. Journal of Experimental Social Psychology, 66, 4-19.
    https://doi.org/10.1016/j.jesp.2015.07.006

    Dunn, A. M., Heggestad, E. D., Shanock, L. R., & Theilgard, N. (2018). Intra-individual
    response variability as an indicator of insufficient effort responding. Journal of
    Business and Psychology, 33, 105-121. https://doi.org/10.1007/s10869-016-9479-0

    Johnson, J. A. (2005). Ascertaining the validity of individual protocols from Web-based
    personality inventories. Journal of Research in Personality, 39, 103-129.
    https://doi.org/10.1016/j.jrp.2004.09.009

    Examples
    --------
    >>> from icx_research import load_example
    >>> study = load_example("company")
    >>> scales = {name: list(study.codebook.measures[name].items)
    ...           for name in ("internal_satisfaction", "internal_perception")}
    >>> result = careless_responding(
    ...     study.table("internal"), scales=scales, reverse_keyed=["isat3"])
    >>> result.n_used == len(study.table("internal"))
    True
    """
    items = [item for part in scales.values() for item in part]
    answers = _answers(data, items, reverse_keyed)
    n_items = (~np.isnan(answers)).sum(axis=1)
    turned = np.array([item in reverse_keyed for item in items])
    keyed = np.where(turned, sum(response_range) - answers, answers)
    distance, df = mahalanobis_distance(answers)
    indices = pd.DataFrame(
        {
            "longstring": longstring(answers),
            "variability": row_sd(answers),
            "even_odd": even_odd_consistency(keyed, [len(part) for part in scales.values()]),
            "mahalanobis": distance,
        }
    )
    indices[n_items < 2] = np.nan
    indices.loc[n_items < CARELESS_MIN_ITEMS, ["longstring", "variability"]] = np.nan
    limit = CARELESS_LONGSTRING_SHARE * len(items) if max_longstring is None else max_longstring + 1
    with np.errstate(invalid="ignore"):
        flags = pd.DataFrame(
            {
                "longstring": indices["longstring"] >= max(limit, 2),
                "variability": indices["variability"] <= min_variability,
                "even_odd": indices["even_odd"] < min_consistency,
                "mahalanobis": special.chdtrc(np.maximum(df, 1), indices["mahalanobis"])
                < distance_p,
            }
        )
    missing = [name for name in INDICES if indices[name].isna().all()]
    return CarelessResponding(
        indices=indices,
        flags=flags,
        flagged=(flags.sum(axis=1) >= min_flags).to_numpy(),
        min_flags=min_flags,
        n_used=int((n_items >= 2).sum()),
        n_dropped=int((n_items < 2).sum()),
        note=f"not to be had of these items: {', '.join(missing)}" if missing else "",
    )


def _answers(data: Any, items: list[str], reverse_keyed: Sequence[str]) -> np.ndarray:
    frame = nw.from_native(data, eager_only=True)
    if len(items) < 2:
        raise UnsuitableData(f"careless_responding needs at least 2 items; got {len(items)}.")
    check_columns((*items, *reverse_keyed), frame.columns)
    if len(set(items)) < len(items):
        raise ValueError("An item is named in two scales; list it once.")
    return np.column_stack([frame[item].cast(nw.Float64()).to_numpy() for item in items]).astype(
        float
    )


def careless_rows(study: Study, table: str, **options: Any) -> CarelessResponding:
    """Apply `careless_responding` to the scales that one table of a study declares.

    Raises
    ------
    NotTestable
        If the table holds published figures, or fewer than two items.
    """
    scales = study.codebook.sources[table].scales
    if sum(len(scale.items) for scale in scales) < 2:
        raise NotTestable(f"the {table} table has fewer than two items of respondents.")
    widest = max(scales, key=lambda scale: len(scale.items)).response_range
    chosen = [scale for scale in scales if scale.response_range == widest]
    return careless_responding(
        study.tables[table],
        scales={scale.name: list(scale.items) for scale in chosen},
        reverse_keyed=[item for scale in chosen for item in scale.reverse_keyed],
        response_range=widest,
        **options,
    )
