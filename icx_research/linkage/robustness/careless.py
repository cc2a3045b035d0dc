"""What careless answers do to the linkage estimate: with and without flagged rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import narwhals as nw
import pandas as pd

from icx_research.core import apa
from icx_research.core.errors import NotTestable
from icx_research.core.results import Estimate, Result
from icx_research.linkage.correlation.correlation import LinkageCorrelation, linkage_correlations
from icx_research.survey.answers.careless import careless_rows
from icx_research.survey.link.linking import link_study
from icx_research.survey.study.study import Study


@dataclass(frozen=True, repr=False)
class CarelessSensitivity(Result):
    """One correlation with all rows and without the flagged ones.

    Attributes
    ----------
    every, without : LinkageCorrelation
        With all rows, and without flagged ones.
    shares : dict of str to float
        Share of the rows of each table that are flagged.
    n_used, n_dropped : int
        Units of `every`.
    note : str
    """

    every: LinkageCorrelation
    without: LinkageCorrelation
    shares: dict[str, float]
    n_used: int
    n_dropped: int
    note: str

    @property
    def estimate(self) -> Estimate:
        """The correlation with all rows: the flagged ones are not taken out."""
        return self.every.estimate

    @property
    def table(self) -> pd.DataFrame:
        """Two rows: all rows, without flagged rows."""
        rows = [self.every.table.iloc[-1:], self.without.table.iloc[-1:]]
        return pd.concat(rows, ignore_index=True).assign(term=["all_rows", "without_flagged"])

    def to_apa(self) -> str:
        """Both correlations and how many rows are flagged."""
        flagged = ", ".join(f"{100 * share:.1f}% of {name}" for name, share in self.shares.items())
        return (
            f"r = {apa.bounded(self.every.estimate.value)} with all rows, "
            f"{apa.bounded(self.without.estimate.value)} without flagged ones ({flagged}), "
            f"n = {self.n_used} units"
        )


def linkage_without_careless(
    study: Study,
    *,
    internal: str,
    external: str,
    controls: Sequence[str] = (),
    method: Literal["pearson", "spearman"] = "pearson",
    wave: str | None = None,
    min_flags: int = 2,
    confidence_level: float = 0.95,
) -> CarelessSensitivity:
    """Repeat a linkage correlation without the rows that look careless.

    Parameters
    ----------
    study : Study
    internal, external, controls, method, wave, confidence_level
        As for `linkage_correlations`.
    min_flags : int, default 2
        Signs that make a row flagged; see `careless_responding`.

    Returns
    -------
    CarelessSensitivity
        The study itself keeps all rows.

    Raises
    ------
    NotTestable
        If neither survey holds respondents' answers to two items or more.
    Blocked
        As `link_units`.

    Examples
    --------
    >>> from icx_research import load_example
    >>> result = linkage_without_careless(
    ...     load_example("company"), internal="internal_satisfaction", external="csat")
    >>> result.table["term"].tolist()
    ['all_rows', 'without_flagged']
    """
    tables, left_out = dict(study.tables), []
    shares: dict[str, float] = {}
    for name in ("internal", "employees", "external"):
        if name not in tables:
            continue
        try:
            found = careless_rows(study, name, min_flags=min_flags)
        except NotTestable as refusal:
            left_out.append(refusal.missing.rstrip("."))
            continue
        frame = nw.from_native(tables[name], eager_only=True)
        tables[name] = frame.filter((~found.flagged).tolist()).to_native()
        shares[name] = float(found.flagged.mean())
    if not shares:
        raise NotTestable("respondents' answers to several items are needed.")
    every, without = (
        linkage_correlations(
            link_study(one),
            internal=internal,
            external=external,
            controls=controls,
            method=method,
            wave=wave,
            confidence_level=confidence_level,
        )
        for one in (study, replace(study, tables=tables))
    )
    return CarelessSensitivity(
        every=every,
        without=without,
        shares=shares,
        n_used=every.n_used,
        n_dropped=every.n_dropped,
        note="; ".join(left_out),
    )
