"""What only simulated data can show: false alarms, and the truth behind an estimate."""

import numpy as np
import pandas as pd
from scipy import special

from icx_research.core.intervals import fisher_interval
from icx_research.core.rng import Rng, as_generator
from icx_research.linkage.correlation.disattenuation import Disattenuation
from icx_research.survey.link.linking import LinkedUnits
from icx_research.teaching.company import WAVE, truth

LEVEL = 0.95


def copied_down(
    linked: LinkedUnits,
    *,
    internal: str,
    external: str,
    n_resamples: int = 1000,
    rng: Rng,
) -> pd.DataFrame:
    r"""Compare one row per unit with a unit's outcome copied to each of its respondents.

    Parameters
    ----------
    linked : LinkedUnits
        Of respondents, with one client unit behind each serving unit; the latest wave
        is used.
    internal, external : str
        Names of the scores.
    n_resamples : int, default 1000
        Times the external scores are dealt out anew among the units, so that nothing
        is left to find.
    rng : Generator or int

    Returns
    -------
    DataFrame
        `rows`, `n`, `estimate`, `ci_low`, `ci_high` (95 %, as if all rows were
        independent) and `false_alarms`: the share of the shuffles with p below .05.

    Raises
    ------
    ValueError
        If `n_resamples` is below 1.

    Notes
    -----
    With copied outcomes the correlation is that of a person's score :math:`x_{iu}` with the
    unit's :math:`y_u`, so :math:`S_{xy} = \sum_u n_u (\bar x_u - \bar x)(y_u - \bar y)` and
    :math:`S_{xx} = \sum_u (n_u - 1) s_u^2 + \sum_u n_u (\bar x_u - \bar x)^2`: only units
    carry information on the link, but n counts persons.

    References
    ----------
    Moulton, B. R. (1990). An illustration of a pitfall in estimating the effects of
    aggregate variables on micro units. Review of Economics and Statistics, 72, 334-338.
    https://doi.org/10.2307/2109724

    Examples
    --------
    >>> from icx_research import link_study, load_example
    >>> linked = link_study(load_example("company"))
    >>> table = copied_down(linked, internal="internal_satisfaction", external="csat",
    ...                     n_resamples=200, rng=np.random.default_rng(1))
    >>> table["n"].tolist()
    [60, 1090]
    """
    if n_resamples < 1:
        raise ValueError(f"n_resamples must be at least 1, not {n_resamples}.")
    units = linked.at_wave().table.dropna(subset=[internal, external])
    x, y = units[internal].to_numpy(float), units[external].to_numpy(float)
    n = units[f"{internal}_n"].to_numpy(float)
    within = float(np.sum((n - 1) * n * units[f"{internal}_se"].to_numpy(float) ** 2))
    draw = as_generator(rng, analysis="copied_down")
    shuffled = draw.permuted(np.tile(y, (n_resamples, 1)), axis=1)
    rows = []
    for label, weight, noise in (
        ("one per unit", np.ones_like(n), 0.0),
        ("copied to each respondent", n, within),
    ):
        count = int(weight.sum())
        r = float(_correlation(x, y[None, :], weight, noise)[0])
        chance = _correlation(x, shuffled, weight, noise)
        found = fisher_interval(r, 1 / np.sqrt(count - 3), LEVEL)
        false = float(np.mean(_p_values(chance, count) < 1 - LEVEL))
        rows.append((label, count, r, found.ci_low, found.ci_high, false))
    columns = ["rows", "n", "estimate", "ci_low", "ci_high", "false_alarms"]
    return pd.DataFrame(rows, columns=columns)


def beside_truth(corrected: Disattenuation, *, wave: str = WAVE) -> pd.DataFrame:
    """Put an estimate for the bundled company beside what is true of it.

    Parameters
    ----------
    corrected : Disattenuation
        Of internal satisfaction with customer satisfaction.
    wave : str, default "3"
        The wave the estimate is of.

    Returns
    -------
    DataFrame
        The rows of `corrected.table` with `truth`: for the observed correlation what is
        to be expected of means that reliable, for the corrected one the correlation of
        the true unit scores. `inside` says whether the interval covers it.

    Examples
    --------
    >>> from icx_research import disattenuate, link_study, linkage_correlations, load_example
    >>> linked = link_study(load_example("company"))
    >>> result = linkage_correlations(linked, internal="internal_satisfaction", external="csat")
    >>> beside_truth(disattenuate(result))["truth"].round(2).tolist()
    [0.31, 0.4]
    """
    known = truth()
    observed, true = known["waves"][wave], known["population"]
    values = [observed["observed_correlation"], true["unit_correlation"]]
    table = corrected.table[["term", "estimate", "ci_low", "ci_high"]].assign(truth=values)
    table["inside"] = table["truth"].between(table["ci_low"], table["ci_high"])
    return table


def _correlation(x: np.ndarray, y: np.ndarray, weight: np.ndarray, noise: float) -> np.ndarray:
    """Correlate x with each row of y, over weighted units; noise adds to the spread of x."""
    x = x - np.average(x, weights=weight)
    y = y - np.average(y, axis=1, weights=weight)[:, None]
    spread = np.sqrt((weight @ x**2 + noise) * (y**2 @ weight))
    return (y @ (weight * x)) / spread


def _p_values(r: np.ndarray, count: int) -> np.ndarray:
    t = np.abs(r) * np.sqrt((count - 2) / (1 - r**2))
    return 2 * special.stdtr(count - 2, -t)
