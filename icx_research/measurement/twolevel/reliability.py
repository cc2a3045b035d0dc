"""Reliability of a scale whose raters belong to units: within, between and overall."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.errors import UnsuitableData
from icx_research.core.frames import check_columns
from icx_research.core.intervals import logit_interval
from icx_research.core.resampling import percentile_limits
from icx_research.core.results import (
    SampleResult,
    check_choice,
    check_confidence_level,
    estimate_table,
)
from icx_research.core.rng import Rng, as_generator
from icx_research.measurement.sem.sample import column_names
from icx_research.measurement.sem.syntax import Term
from icx_research.measurement.twolevel.fitting import runaway_item
from icx_research.measurement.twolevel.levels import Terms, joint_table
from icx_research.measurement.twolevel.model import (
    PreparedLevels,
    estimate_levels,
    prepare_terms,
)
from icx_research.measurement.twolevel.result import TwoLevelResult

# Name of the latent variable: with a space, so that it cannot be that of an item in a model.
FACTOR = "common factor"
TERMS = ("omega_within", "omega_between", "omega_unit_mean", "omega_overall", "interrater")


@dataclass(frozen=True, repr=False, eq=False)
class MultilevelOmega(SampleResult):
    """Reliabilities of one scale at two levels.

    Attributes
    ----------
    coefficients : DataFrame, one row per coefficient
        Index omega_within, omega_between, omega_unit_mean, omega_overall, interrater; columns
        `estimate`, `se`, `ci_low`, `ci_high`.
    model : TwoLevelResult
        One factor at both levels, with fit indices and estimates.
    size : float
        Harmonic mean of the raters per unit, to which the coefficients of unit means refer.
    interval : str
        "delta" or "monte_carlo".
    confidence_level : float
    n_units, n_used, n_dropped : int
        Units, and rows used and left out.
    note : str
        Residual variances that had to be fixed at zero, improper solutions, units of one row;
        else empty.
    """

    coefficients: pd.DataFrame
    model: TwoLevelResult
    size: float
    interval: str
    confidence_level: float
    n_units: int

    @property
    def table(self) -> pd.DataFrame:
        """One row per coefficient: estimate, standard error, interval, n."""
        rows = self.coefficients.rename_axis("term").reset_index()
        return estimate_table(rows.assign(n=self.n_used))

    def to_apa(self) -> str:
        """Every coefficient with its interval, units and n."""
        parts = [
            f"{term.replace('_', ' ')} = {apa.bounded(row['estimate'])}, "
            + apa.interval(row["ci_low"], row["ci_high"], confidence_level=self.confidence_level)
            for term, row in self.coefficients.iterrows()
        ]
        return f"{'; '.join(parts)}; {self.n_units} units, n = {self.n_used}{self._remark}"


def multilevel_omega(
    data: Any,
    *,
    items: Sequence[str],
    unit: str,
    interval: Literal["delta", "monte_carlo"] = "delta",
    n_resamples: int = 20_000,
    rng: Rng | None = None,
    confidence_level: float = 0.95,
) -> MultilevelOmega:
    r"""Omega of a scale within units, between units, of unit means and of raw scores.

    Parameters
    ----------
    data : DataFrame, lazy frame or Moments per unit
        Raters in rows. Rows with a missing answer or unit are left out and counted.
    items : sequence of str
        At least three columns of one scale, keyed in the same direction.
    unit : str
        Column of the units.
    interval : {"delta", "monte_carlo"}
        Delta method on the logit scale, or percentiles of estimates redrawn from their
        normal distribution.
    n_resamples : int, default 20000
    rng : numpy.random.Generator or int
        For "monte_carlo".
    confidence_level : float, default 0.95

    Returns
    -------
    MultilevelOmega

    Raises
    ------
    ValueError
        If there are fewer than three items, an option is unknown, or as `two_level_cfa`.

    Notes
    -----
    From one factor at both levels, with :math:`L` the sum of the loadings (latent variances
    1) and T that of the residual variances, within (W) and between (B), and
    :math:`\tilde n` the harmonic mean of the raters per unit:

    - omega_within: :math:`L_W^2 / (L_W^2 + T_W)`, of deviations from the unit's mean;
    - omega_between: :math:`L_B^2 / (L_B^2 + T_B)`, of unit means that are known without error
      (Geldhof, Preacher & Zyphur, 2014);
    - omega_unit_mean: :math:`L_B^2 / (L_B^2 + T_B + (L_W^2 + T_W) / \tilde n)`, of the means
      as observed, where raters judge their unit (a *shared* construct; Lai, 2021);
    - omega_overall: :math:`(L_W^2 + L_B^2) / (L_W^2 + T_W + L_B^2 + T_B)`, of raw scores, where
      raters describe themselves and units are their averages (a *configural* construct, which
      needs equal loadings: see `cross_level_invariance`);
    - interrater: :math:`(L_B^2 + T_B) / (L_B^2 + T_B + (L_W^2 + T_W) / \tilde n)`, of the
      means against raters alone, as ICC(2).

    Where the likelihood has no upper limit, the residual variance between units that runs
    below zero is fixed there and named; an estimate outside 0 to 1 has no interval. Agrees
    with R's ``semTools::compRelSEM(obs.var = FALSE)``, with ``config`` and ``shared``.

    References
    ----------
    Geldhof, G. J., Preacher, K. J., & Zyphur, M. J. (2014). Reliability estimation in a
    multilevel confirmatory factor analysis framework. Psychological Methods, 19, 72-91.
    https://doi.org/10.1037/a0032138

    Lai, M. H. C. (2021). Composite reliability of multilevel data: It's about observed scores
    and construct meanings. Psychological Methods, 26, 90-102.
    https://doi.org/10.1037/met0000287

    Examples
    --------
    >>> import pandas as pd
    >>> rng = np.random.default_rng(3)
    >>> unit = np.repeat(np.arange(80), 8)
    >>> common = 0.6 * rng.normal(size=80)[unit] + rng.normal(size=640)
    >>> y = common[:, None] + 0.4 * rng.normal(size=(80, 4))[unit] + rng.normal(size=(640, 4))
    >>> answers = pd.DataFrame(y, columns=["q1", "q2", "q3", "q4"]).assign(unit=unit)
    >>> result = multilevel_omega(answers, items=["q1", "q2", "q3", "q4"],
    ...                          unit="unit")
    >>> result.coefficients["estimate"].head(3).round(2).to_dict()
    {'omega_within': 0.79, 'omega_between': 0.91, 'omega_unit_mean': 0.69}
    """
    check_confidence_level(confidence_level)
    names = [items] if isinstance(items, str) else list(items)
    if len(names) < 3 or len(set(names)) < len(names):
        fault = UnsuitableData if len(names) < 3 else ValueError
        raise fault(f"multilevel_omega needs at least 3 items, once each; got {names}.")
    check_choice(interval, "interval", "delta", "monte_carlo")
    draw = as_generator(rng, analysis="interval='monte_carlo'") if interval != "delta" else None
    if n_resamples < 1:
        raise ValueError(f"n_resamples must be at least 1, not {n_resamples}.")
    check_columns(names, column_names(data))
    factor = tuple(Term(FACTOR, "=~", name) for name in names)
    prepared = prepare_terms(
        factor,
        factor,
        data,
        unit=unit,
        model=f"one factor of {', '.join(names)}",
        analysis="multilevel_omega",
    )
    model, fixed = _estimate(prepared, factor, confidence_level)
    parts = _Parts(model)
    theta, covariance = model.fit.minimum.theta, model.covariance
    values = parts.coefficients(theta[None])[0]
    if not model.converged:
        values = np.full_like(values, np.nan)
    slopes = parts.slopes(theta)
    se = np.sqrt(np.einsum("ij,jk,ik->i", slopes, covariance, slopes))
    if draw is not None and np.isfinite(covariance).all():
        drawn = draw.multivariate_normal(theta, covariance, size=n_resamples, method="cholesky")
        limits = percentile_limits(parts.coefficients(drawn), confidence_level).T
    else:
        pairs = zip(values, se, strict=True)
        found = [logit_interval(value, error, confidence_level) for value, error in pairs]
        limits = np.array([(estimate.ci_low, estimate.ci_high) for estimate in found])
    coefficients = pd.DataFrame(
        {"estimate": values, "se": se, "ci_low": limits[:, 0], "ci_high": limits[:, 1]},
        index=pd.Index(TERMS, name="coefficient"),
    )
    return MultilevelOmega(
        coefficients=coefficients,
        model=model,
        size=parts.size,
        interval=interval,
        confidence_level=confidence_level,
        n_units=model.n_units,
        n_used=model.n_used,
        n_dropped=model.n_dropped,
        note="; ".join(part for part in (fixed, model.note) if part),
    )


def _estimate(
    prepared: PreparedLevels, factor: Terms, confidence_level: float
) -> tuple[TwoLevelResult, str]:
    """Fit one factor at both levels; residual variances that run away are fixed at zero."""
    zero: list[str] = []
    while True:
        between = (*factor, *(Term(item, "~~", item, fixed=(0.0,)) for item in zero))
        table = joint_table(factor, between, prepared.items, std_lv=True)
        model = estimate_levels(prepared, table, confidence_level)
        item = runaway_item(model.fit)
        if item is None:
            break
        zero.append(item)
    note = f"residual variance between units fixed at zero: {', '.join(zero)}" if zero else ""
    return model, note


class _Parts:
    """Coefficients as shares of (L_W^2, T_W, L_B^2, T_B), which the free parameters give."""

    def __init__(self, model: TwoLevelResult) -> None:
        rows = model.fit.table.rows
        self.size = model.fit.sample.harmonic_size
        self._loadings, self._residuals = (
            [
                [
                    r.free
                    for r in rows
                    if r.group == level and r.op == op and r.rhs != FACTOR and r.free >= 0
                ]
                for level in range(2)
            ]
            for op in ("=~", "~~")
        )
        per = 1 / self.size
        self._top = np.array(
            [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [1, 0, 1, 0], [0, 0, 1, 1]], dtype=float
        )
        self._bottom = np.array(
            [[1, 1, 0, 0], [0, 0, 1, 1], [per, per, 1, 1], [1, 1, 1, 1], [per, per, 1, 1]]
        )

    def _sums(self, theta: np.ndarray) -> np.ndarray:
        """Squared sums of loadings and sums of residual variances, shape (m, 4)."""
        parts = []
        for loadings, residuals in zip(self._loadings, self._residuals, strict=True):
            parts += [theta[:, loadings].sum(axis=1) ** 2, theta[:, residuals].sum(axis=1)]
        return np.column_stack(parts)

    def coefficients(self, theta: np.ndarray) -> np.ndarray:
        """Coefficients at several parameter vectors, shape (m, 5)."""
        sums = self._sums(theta)
        return np.asarray((sums @ self._top.T) / (sums @ self._bottom.T))

    def slopes(self, theta: np.ndarray) -> np.ndarray:
        """Differentiate the coefficients by the parameters, shape (5, q)."""
        by = np.zeros((4, len(theta)))
        for level in range(2):
            by[2 * level, self._loadings[level]] = 2 * theta[self._loadings[level]].sum()
            by[2 * level + 1, self._residuals[level]] = 1.0
        value = self.coefficients(theta[None])[0]
        whole = self._bottom @ self._sums(theta[None])[0]
        return np.asarray((self._top - value[:, None] * self._bottom) @ by / whole[:, None])
