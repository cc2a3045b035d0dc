"""Partial correlations whose controls are themselves means of respondents' answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from icx_research.core.cutoffs import MIN_CLUSTERS
from icx_research.core.intervals import interval_about, t_quantile
from icx_research.core.results import Estimate
from icx_research.linkage.correlation.clusters import CorrelationTest
from icx_research.linkage.rows import LinkedRows
from icx_research.linkage.unit_moments import UnitMoments, partial_correlation, unit_moments


@dataclass(frozen=True)
class TruePartial:
    """Partial correlation of true scores: the whole covariance matrix freed of sampling error.

    Attributes
    ----------
    value, se : float
        With its standard error by the jackknife over units, or clusters of them; nan where there
        is none.
    df : int
        Clusters less one.
    note : str
        Why there is no value; else empty.
    """

    value: float
    se: float
    df: int
    note: str = ""

    def estimate(self, confidence_level: float) -> Estimate:
        """Give the interval: on Fisher's scale where the value allows it, else symmetric."""
        if not self.value**2 < 1:
            reach = t_quantile(confidence_level, self.df) * self.se
            return Estimate(self.value, self.value - reach, self.value + reach, confidence_level)
        reach = t_quantile(confidence_level, self.df) * self.se / (1 - self.value**2)
        return interval_about(self.value, reach, confidence_level)


def moments_with_controls(
    rows: LinkedRows, pair: Sequence[str], controls: Sequence[str]
) -> UnitMoments | None:
    """Collect the moments where a control is a score of respondents; None where none is."""
    known = {*rows.units.internal, *rows.units.external}
    return unit_moments(rows, pair, controls=controls) if known & set(controls) else None


def partial_test(moments: UnitMoments, confidence_level: float) -> CorrelationTest | None:
    """Test a partial correlation freed of what the same respondents bring into its controls.

    None where no control shares its respondents, or there are too few clusters for a jackknife.
    """
    pair = set(moments.names[:2])
    if not any(set(names) - pair for names in moments.taken_out):
        return None
    if moments.n_clusters < MIN_CLUSTERS:
        return None
    z, se = moments.jackknife(
        lambda cov: np.arctanh(np.clip(partial_correlation(cov), -1 + 1e-12, 1 - 1e-12)),
        true=False,
    )
    df, t = moments.n_clusters - 1, float(z / se)
    r, reach = float(np.tanh(z)), t_quantile(confidence_level, df) * float(se)
    return CorrelationTest(
        interval_about(r, reach, confidence_level), t, df, float(2 * special.stdtr(df, -abs(t)))
    )


def true_partial(moments: UnitMoments) -> TruePartial:
    """Correct a partial correlation for the sampling error of scores and controls alike."""
    df = moments.n_clusters - 1
    value, se = moments.jackknife(partial_correlation, true=True)
    unknown = [
        name
        for name, error in zip(moments.names, moments.error.mean(axis=0).diagonal(), strict=True)
        if np.isnan(error)
    ]
    note = ""
    if unknown:
        note = f"reliability of {', '.join(unknown)} not assessable: no standard errors are known"
    elif df + 1 < MIN_CLUSTERS:
        note = f"a correction with noisy controls needs at least {MIN_CLUSTERS} clusters of units"
    elif np.isnan(value) or np.isnan(se) or np.linalg.eigvalsh(moments.true).min() < 0:
        note = (
            "scores or controls differ by little more than sampling error, so that nothing is left "
            "to correct"
        )
    return (
        TruePartial(float("nan"), float("nan"), df, note)
        if note
        else TruePartial(float(value), float(se), df)
    )


def shared_controls(moments: UnitMoments) -> str:
    """Say which controls share their respondents."""
    pair = set(moments.names[:2])
    shared = [" and ".join(names) for names in moments.taken_out if set(names) - pair]
    return (
        f"the same respondents gave {', '.join(shared)}: what they share is taken out, and the "
        "interval rests on leaving out one unit after the other"
    )
