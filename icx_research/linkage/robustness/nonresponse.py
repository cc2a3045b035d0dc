"""What the linkage estimate would be if those who did not answer differ."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.errors import NotTestable, StudyError
from icx_research.core.intervals import correlation_interval
from icx_research.core.results import Estimate, Result, estimate_table
from icx_research.linkage.correlation.correlation import linkage_correlations
from icx_research.linkage.rows import complete_rows
from icx_research.survey.link.linking import LinkedUnits


@dataclass(frozen=True, repr=False)
class NonresponseBounds(Result):
    """Correlation as observed, and under assumptions on those who did not answer.

    Attributes
    ----------
    scenarios : dict of str to Estimate
        observed, nonrespondents_lower, nonrespondents_higher, nonrespondents_alike.
    lowest, highest : float
        Of the four correlations.
    shift : float
        How much lower or higher, in standard deviations of persons within units.
    response_rate : float
        Respondents by headcount, mean over units.
    n_used, n_dropped : int
        Units with and without a headcount.
    """

    scenarios: dict[str, Estimate]
    lowest: float
    highest: float
    shift: float
    response_rate: float
    n_used: int
    n_dropped: int

    @property
    def estimate(self) -> Estimate:
        """The correlation as observed, over units with a headcount."""
        return self.scenarios["observed"]

    @property
    def table(self) -> pd.DataFrame:
        """One row per scenario."""
        return estimate_table(
            [
                {
                    "term": name,
                    "estimate": found.value,
                    "ci_low": found.ci_low,
                    "ci_high": found.ci_high,
                    "n": self.n_used,
                }
                for name, found in self.scenarios.items()
            ]
        )

    def to_apa(self) -> str:
        """Observed correlation and the range over the scenarios."""
        return (
            f"r = {apa.bounded(self.estimate.value)} observed, {apa.bounded(self.lowest)} to "
            f"{apa.bounded(self.highest)} if nonrespondents differ by {self.shift:g} SD or not at "
            f"all between units, response rate {100 * self.response_rate:.0f}%, "
            f"n = {self.n_used} units"
        )


def nonresponse_bounds(
    linked: LinkedUnits,
    *,
    internal: str,
    external: str,
    headcount: str,
    shift: float = 0.5,
    wave: str | None = None,
    confidence_level: float = 0.95,
) -> NonresponseBounds:
    r"""Ask how far nonresponse in the internal survey could move the correlation.

    Parameters
    ----------
    linked : LinkedUnits
        With standard errors of the internal score.
    internal, external : str
        Scores.
    headcount : str
        Attribute of the units: how many were asked inside.
    shift : float, default 0.5
        How much lower, and higher, nonrespondents are taken to be, in standard
        deviations of persons within units.
    wave : str, optional
        As in `linkage_correlations`.
    confidence_level : float, default 0.95

    Returns
    -------
    NonresponseBounds
        A sensitivity, not a confidence statement.

    Raises
    ------
    NotTestable
        If headcounts or the spread within units are not known, or as
        `linkage_correlations`.
    StudyError
        If a unit has more respondents than heads.
    Blocked, ValueError
        As `linkage_correlations`.

    Notes
    -----
    With response rate :math:`f_u` and nonrespondents' mean :math:`m_u`, the unit's mean is
    :math:`f_u \bar x_u + (1 - f_u) m_u`. Three assumptions: :math:`m_u = \bar x_u \mp d\,
    \sigma` (lower, higher), which matters only as far as response rates differ, and
    :math:`m_u = \bar x` (alike: those who did not answer do not differ between units),
    which brings units with few answers to the mean. Fisher's interval each time. The sign
    of nonresponse bias is not known, so both directions are shown.

    References
    ----------
    Rogelberg, S. G., & Stanton, J. M. (2007). Understanding and dealing with
    organizational survey nonresponse. Organizational Research Methods, 10, 195-209.
    https://doi.org/10.1177/1094428106294693

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> result = nonresponse_bounds(
    ...     link_study(load_example("company")), internal="internal_satisfaction",
    ...     external="csat", headcount="size")
    >>> result.lowest <= result.estimate.value <= result.highest
    True
    """
    if not shift >= 0:
        raise ValueError(f"shift must not be negative, not {shift}.")
    units = linked.at_wave(wave)
    if headcount not in units.table:
        raise NotTestable(f"headcounts of the linked units are needed (attribute {headcount!r}).")
    heads = pd.to_numeric(units.table[headcount], errors="coerce")
    known = units.keep((heads > 0).to_numpy())
    observed = linkage_correlations(
        known, internal=internal, external=external, wave=wave, confidence_level=confidence_level
    )
    rows = complete_rows(known, (internal, external), wave=wave).table
    n, se = rows[f"{internal}_n"].to_numpy(float), rows[f"{internal}_se"].to_numpy(float)
    if np.isnan(n).any() or np.isnan(se).any():
        raise NotTestable(f"respondents per unit and standard errors of {internal} are needed.")
    rate = n / pd.to_numeric(rows[headcount]).to_numpy(float)
    if (rate > 1).any():
        raise StudyError(
            f"Unit {rows['unit'].iloc[int(np.argmax(rate > 1))]!r} has more respondents than "
            f"{headcount!r} says it has members; correct {headcount!r} or the unit column."
        )
    x, y = rows[internal].to_numpy(float), rows[external].to_numpy(float)
    sd = float(np.sqrt(np.mean(se**2 * n)))
    moved = {
        "nonrespondents_lower": x - (1 - rate) * shift * sd,
        "nonrespondents_higher": x + (1 - rate) * shift * sd,
        "nonrespondents_alike": rate * x + (1 - rate) * x.mean(),
    }
    offset = observed.estimate.value - float(np.corrcoef(x, y)[0, 1])
    scenarios = {"observed": observed.estimate}
    for name, scores in moved.items():
        r = float(np.clip(np.corrcoef(scores, y)[0, 1] + offset, -1, 1))
        scenarios[name] = correlation_interval(r, len(x), confidence_level=confidence_level)
    values = [found.value for found in scenarios.values()]
    return NonresponseBounds(
        scenarios=scenarios,
        lowest=min(values),
        highest=max(values),
        shift=shift,
        response_rate=float(rate.mean()),
        n_used=len(x),
        n_dropped=len(units.table) - len(x),
    )
