"""INTSERVQUAL's first gap: what suppliers believe their clients expect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from icx_research.core.errors import NotTestable
from icx_research.core.intervals import wald_interval
from icx_research.core.moments import Moments
from icx_research.core.reduction import moments
from icx_research.core.results import Estimate, check_confidence_level, with_interval
from icx_research.survey.instruments.dimensions import GapResult, person_scores, read_design


@dataclass(frozen=True, repr=False)
class UnderstandingGap(GapResult):
    """What suppliers believe their clients expect, less what clients expect.

    Attributes
    ----------
    dimensions : DataFrame
        `dimension` (the last is total), `believed` and `expected` (means over persons),
        `n_suppliers`, `n_clients`.
    gaps : tuple of (str, Estimate, float, int)
        Per dimension, then total: name, believed less expected, standard error, persons
        on both sides.
    n_used, n_dropped : int
        Persons on both sides with and without a total.
    note : str
    """

    def to_apa(self) -> str:
        """Total gap with interval and persons."""
        gap = self.estimate
        return f"gap 1 (believed − expected) = {with_interval(gap)}, n = {self.n_used} persons"


def understanding_gap(
    clients: Any,
    suppliers: Any,
    *,
    expectation: Mapping[str, Sequence[str]],
    guess: Mapping[str, Sequence[str]],
    reverse_keyed: Sequence[str] = (),
    response_range: tuple[float, float] = (1, 7),
    respondent: str | None = None,
    confidence_level: float = 0.95,
) -> UnderstandingGap:
    r"""Compare the supplier's guess of clients' expectations with the expectations.

    Parameters
    ----------
    clients : DataFrame
        Rows with the clients' own expectations.
    suppliers : DataFrame
        Rows with the guesses of the supplier's staff; may be the same frame.
    expectation, guess : mapping of str to sequence of str
        Items of each dimension: the same dimensions, the same questions in order.
    reverse_keyed : sequence of str
        Items of either side on which a high answer means little.
    response_range : (float, float), default (1, 7)
    respondent : str, optional
        Column that names the person, where a person has several rows.
    confidence_level : float, default 0.95

    Returns
    -------
    UnderstandingGap
        Above 0 where suppliers believe that more is expected than is.

    Raises
    ------
    NotTestable
        If the guesses are not among the columns, or a side has fewer than two persons.
    ValueError
        As `servqual_gap`.

    Notes
    -----
    :math:`\bar E_{supplier} - \bar E_{client}`, both respondent by respondent; Welch's
    interval for two independent groups of persons.

    References
    ----------
    Frost, F. A., & Kumar, M. (2000). INTSERVQUAL: An internal adaptation of the GAP model
    in a large service organisation. Journal of Services Marketing, 14, 358-377.
    https://doi.org/10.1108/08876040010340991

    Examples
    --------
    >>> import pandas as pd
    >>> clients = pd.DataFrame({"e1": [6, 7, 5, 6], "e2": [7, 7, 6, 6]})
    >>> suppliers = pd.DataFrame({"g1": [5, 5, 6], "g2": [5, 6, 5]})
    >>> understanding_gap(clients, suppliers, expectation={"reliability": ["e1", "e2"]},
    ...                   guess={"reliability": ["g1", "g2"]})
    UnderstandingGap: gap 1 (believed − expected) = −0.92, 95% CI [−1.89, 0.06], n = 7 persons
    """
    check_confidence_level(confidence_level)
    known = set(nw.from_native(suppliers).collect_schema().names())
    missing = [item for items in guess.values() for item in items if item not in known]
    if missing:
        raise NotTestable(
            f"the supplier's guess of what clients expect is needed (column {missing[0]!r})."
        )
    both = read_design(expectation, guess, None, reverse_keyed, response_range)
    sides = []
    for data, items in ((suppliers, both.expectation), (clients, both.perception)):
        named = [item for part in items.values() for item in part]
        turned = [item for item in both.reverse_keyed if item in named]
        design = read_design(items, {}, None, turned, response_range)
        sides.append(person_scores(data, design, respondent=respondent, by=None)[0])
    gaps, lines = [], []
    for name in (*both.dimensions, "total"):
        believed, expected = (moments(side, [f"{name}_perception"]) for side in sides)
        if min(believed.n, expected.n) < 2:
            raise NotTestable("at least two suppliers' and two clients' answers are needed.")
        estimate, se = _welch(believed, expected, confidence_level)
        gaps.append((name, estimate, se, int(believed.n + expected.n)))
        lines.append((name, believed.mean[0], expected.mean[0], believed.n, expected.n))
    columns = ["dimension", "believed", "expected", "n_suppliers", "n_clients"]
    return UnderstandingGap(
        dimensions=pd.DataFrame(lines, columns=columns),
        gaps=tuple(gaps),
        n_used=gaps[-1][3],
        n_dropped=believed.n_dropped + expected.n_dropped,
        note="persons within one unit are not independent: the interval is rather too narrow",
    )


def _welch(one: Moments, two: Moments, level: float) -> tuple[Estimate, float]:
    parts = np.array([one.cov[0, 0] / one.n, two.cov[0, 0] / two.n])
    difference, se = float(one.mean[0] - two.mean[0]), float(np.sqrt(parts.sum()))
    df = parts.sum() ** 2 / (parts**2 / np.array([one.n - 1, two.n - 1])).sum() if se > 0 else 1.0
    return wald_interval(difference, se, level, df=df), se
