"""The straight line through linked units, with its confidence band."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from icx_research.core.errors import Blocked, NotTestable
from icx_research.core.intervals import t_quantile, wald_interval
from icx_research.core.results import (
    Estimate,
    Result,
    check_confidence_level,
    estimate_table,
    with_interval,
)
from icx_research.linkage.correlation.controls import varies
from icx_research.linkage.rows import complete_rows
from icx_research.survey.codebook.wave_order import choose_wave
from icx_research.survey.disclosure.protect import ProtectedUnits
from icx_research.survey.link.linking import LinkedUnits

GRID_POINTS = 101


@dataclass(frozen=True, repr=False)
class LinkageLine(Result):
    """Least-squares line of an external on an internal score.

    Attributes
    ----------
    internal, external : str
    slope : Estimate
        External points per internal point.
    se, statistic, p_value : float
        Standard error of the slope, its t with n - 2 degrees of freedom, and the
        two-sided p value against zero.
    centre : (float, float)
        Means of both scores, through which the line runs.
    sd : (float, float)
        Standard deviations of both scores over the units.
    band : DataFrame
        `x`, `fit`, `ci_low`, `ci_high`: pointwise interval of the mean, over the range of
        the units.
    wave : str
    protected : bool
        Whether it runs through protected figures only: no other line is drawn.
    n_used, n_dropped : int
        Units.
    """

    internal: str
    external: str
    slope: Estimate
    se: float
    statistic: float
    p_value: float
    centre: tuple[float, float]
    sd: tuple[float, float]
    band: pd.DataFrame
    wave: str
    protected: bool
    n_used: int
    n_dropped: int

    @property
    def estimate(self) -> Estimate:
        """The slope."""
        return self.slope

    @property
    def table(self) -> pd.DataFrame:
        """One row: the slope."""
        return estimate_table(
            [
                {
                    "term": "slope",
                    "estimate": self.slope.value,
                    "se": self.se,
                    "ci_low": self.slope.ci_low,
                    "ci_high": self.slope.ci_high,
                    "statistic": self.statistic,
                    "df": self.n_used - 2,
                    "p_value": self.p_value,
                    "n": self.n_used,
                }
            ]
        )

    def to_apa(self) -> str:
        """Slope with interval and number of units."""
        slope = self.slope
        return f"b = {with_interval(slope)}, n = {self.n_used} units"


def linkage_line(
    units: LinkedUnits | ProtectedUnits,
    *,
    internal: str,
    external: str,
    wave: str | None = None,
    confidence_level: float = 0.95,
) -> LinkageLine:
    r"""Fit the line a scatter of linked units shows.

    Parameters
    ----------
    units : LinkedUnits or ProtectedUnits
        The line of a figure is that of protected units: the line of all units, in full
        precision, would give away those that are withheld.
    internal, external : str
        Names of the scores.
    wave : str, optional
        The latest wave unless stated.
    confidence_level : float, default 0.95

    Returns
    -------
    LinkageLine

    Raises
    ------
    NotTestable
        If fewer than four units have both scores.
    Blocked
        If the internal score does not vary.
    ValueError
        If a name is unknown, or `confidence_level` is not a fraction.

    Notes
    -----
    Ordinary least squares; the band is
    :math:`\hat y(x) \pm t_{n-2} s \sqrt{1/n + (x - \bar x)^2 / S_{xx}}`.

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> linked = link_study(load_example("company"))
    >>> linkage_line(linked, internal="internal_satisfaction", external="csat").n_used
    60
    """
    check_confidence_level(confidence_level)
    table, chosen, n_all = _rows(units, [internal, external], wave)
    n = len(table)
    if n < 4:
        raise NotTestable(f"a line needs at least 4 linked units with both scores; there are {n}.")
    x, y = table[[internal, external]].to_numpy(float).T
    if not varies(x):
        raise Blocked(f"all units have the same {internal}; there is no line.")
    spread = float(((x - x.mean()) ** 2).sum())
    b = float((x - x.mean()) @ (y - y.mean()) / spread)
    residual = y - y.mean() - b * (x - x.mean())
    s = float(np.sqrt(residual @ residual / (n - 2)))
    t = t_quantile(confidence_level, n - 2)
    grid = np.linspace(x.min(), x.max(), GRID_POINTS)
    fit = y.mean() + b * (grid - x.mean())
    reach = t * s * np.sqrt(1 / n + (grid - x.mean()) ** 2 / spread)
    se = s / float(np.sqrt(spread))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = float(np.float64(b) / se)
    return LinkageLine(
        internal=internal,
        external=external,
        slope=wald_interval(b, se, confidence_level, df=n - 2),
        se=se,
        statistic=statistic,
        p_value=float(2 * stats.t.sf(abs(statistic), n - 2)),
        centre=(float(x.mean()), float(y.mean())),
        sd=(float(x.std(ddof=1)), float(y.std(ddof=1))),
        band=pd.DataFrame({"x": grid, "fit": fit, "ci_low": fit - reach, "ci_high": fit + reach}),
        wave=chosen,
        protected=isinstance(units, ProtectedUnits),
        n_used=n,
        n_dropped=n_all - n,
    )


def _rows(
    units: LinkedUnits | ProtectedUnits, pair: list[str], wave: str | None
) -> tuple[pd.DataFrame, str, int]:
    """Give the rows with both scores, their wave, and how many units it has."""
    known = (
        units.scores if isinstance(units, ProtectedUnits) else (*units.internal, *units.external)
    )
    for name in pair:
        if name not in known:
            raise ValueError(f"Linked units have no score {name!r}.")
    if not isinstance(units, ProtectedUnits):
        rows = complete_rows(units, pair, wave=wave)
        return rows.table, rows.wave, len(rows.of_wave.table)
    chosen = choose_wave(units.table["wave"].unique(), units.codebook, wave)
    of_wave = units.table[units.table["wave"] == chosen]
    return of_wave.dropna(subset=pair), chosen, len(of_wave)
