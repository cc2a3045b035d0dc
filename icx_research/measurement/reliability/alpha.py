"""How much of the variance of a scale score is more than chance."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from icx_research.core import apa
from icx_research.core.moments import Moments
from icx_research.core.results import Estimate, Result, check_confidence_level, estimate_table
from icx_research.measurement.items import ROUNDING, item_moments
from icx_research.measurement.reliability.one_factor import OneFactor, one_factor


@dataclass(frozen=True, repr=False)
class ReliabilityResult(Result):
    """One reliability coefficient of one scale.

    Attributes
    ----------
    coefficient : str
        "alpha", for example.
    estimate : Estimate
        Dimensionless, at most 1.
    n_items : int
    n_used, n_dropped : int
        Complete rows, and rows left out.
    note : str
    """

    coefficient: str
    estimate: Estimate
    n_items: int
    n_used: int
    n_dropped: int
    note: str = ""

    @property
    def table(self) -> pd.DataFrame:
        """One row: the coefficient, its interval and n."""
        return estimate_table(
            [
                {
                    "term": self.coefficient,
                    "estimate": self.estimate.value,
                    "ci_low": self.estimate.ci_low,
                    "ci_high": self.estimate.ci_high,
                    "n": self.n_used,
                }
            ]
        )

    def to_apa(self) -> str:
        """Coefficient, interval where there is one, and n."""
        return coefficient_sentence(self.coefficient, self.estimate, self.n_used, self.note)


@dataclass(frozen=True, repr=False)
class FactorReliability(Result):
    """A coefficient that rests on the loadings of one factor.

    Attributes
    ----------
    coefficient : str
        "omega_total", "composite_reliability" or "average_variance_extracted".
    estimate : Estimate
        Dimensionless, between 0 and 1.
    se : float
        Standard error; nan where `note` says why.
    loadings, uniquenesses : Series, length k
        On the covariance metric (scale points, squared scale points), or as given.
    n_used, n_dropped : int
        Complete rows, and rows left out; 0 where loadings were given.
    note : str
        Why there is no interval, or which item has an improper uniqueness; else empty.
    """

    coefficient: str
    estimate: Estimate
    se: float
    loadings: pd.Series
    uniquenesses: pd.Series
    n_used: int
    n_dropped: int
    note: str

    @property
    def table(self) -> pd.DataFrame:
        """One row: the coefficient, its standard error, interval and n."""
        return estimate_table(
            [
                {
                    "term": self.coefficient,
                    "estimate": self.estimate.value,
                    "se": self.se,
                    "ci_low": self.estimate.ci_low,
                    "ci_high": self.estimate.ci_high,
                    "n": self.n_used,
                }
            ]
        )

    def to_apa(self) -> str:
        """Coefficient, interval where there is one, and n."""
        return coefficient_sentence(self.coefficient, self.estimate, self.n_used, self.note)


def cronbach_alpha(
    items: pd.DataFrame | Moments, *, confidence_level: float = 0.95
) -> ReliabilityResult:
    r"""Cronbach's alpha of one scale, with Feldt's confidence interval.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or Moments
        Answers in scale points, one column per item, all keyed in the same
        direction. Rows with a missing answer are left out and counted.
    confidence_level : float, default 0.95

    Returns
    -------
    ReliabilityResult
        With ``coefficient="alpha"``.

    Raises
    ------
    ValueError
        If there are fewer than two items or two complete rows, an item or the total
        score does not vary, a column is not numeric, or `confidence_level` is no
        fraction.

    Notes
    -----
    With :math:`C` the :math:`k \times k` covariance matrix, :math:`\alpha =
    \frac{k}{k-1}\left(1 - \frac{\mathrm{tr}\,C}{\mathbf{1}'C\mathbf{1}}\right)`. The
    interval takes :math:`(1 - \alpha) / (1 - \hat\alpha)` as F with :math:`n - 1` and
    :math:`(n - 1)(k - 1)` degrees of freedom: exact for normal answers and items that
    are parallel. Where loadings differ, alpha is a lower bound; see `omega_total`.
    Agrees with R's ``psych::alpha``.

    References
    ----------
    Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests.
    Psychometrika, 16, 297-334. https://doi.org/10.1007/BF02310555

    Feldt, L. S., Woodruff, D. J., & Salih, F. A. (1987). Statistical inference for
    coefficient alpha. Applied Psychological Measurement, 11, 93-103.
    https://doi.org/10.1177/014662168701100107

    Examples
    --------
    >>> import pandas as pd
    >>> cronbach_alpha(pd.DataFrame({
    ...     "q1": [4, 5, 3, 4, 2, 5, 1, 3],
    ...     "q2": [3, 5, 3, 4, 1, 4, 2, 2],
    ...     "q3": [4, 4, 2, 5, 2, 5, 1, 4],
    ... }))
    ReliabilityResult: alpha = .92, 95% CI [.72, .98], n = 8
    """
    check_confidence_level(confidence_level)
    found = item_moments(items, analysis="cronbach_alpha")
    alpha = alpha_of(found.cov)
    n, k = found.n, len(found.names)
    tail = (1 - confidence_level) / 2
    f_high, f_low = stats.f.ppf([1 - tail, tail], n - 1, (n - 1) * (k - 1))
    return ReliabilityResult(
        coefficient="alpha",
        estimate=Estimate(
            value=alpha,
            ci_low=float(1 - (1 - alpha) * f_high),
            ci_high=float(1 - (1 - alpha) * f_low),
            confidence_level=confidence_level,
        ),
        n_items=k,
        n_used=n,
        n_dropped=found.n_dropped,
    )


def omega_total(
    items: pd.DataFrame | Moments, *, confidence_level: float = 0.95
) -> FactorReliability:
    r"""McDonald's omega of a scale with one factor.

    Parameters
    ----------
    items : DataFrame, shape (n_respondents, n_items), or Moments
        As for `cronbach_alpha`; at least three items.
    confidence_level : float, default 0.95

    Returns
    -------
    FactorReliability
        With ``coefficient="omega_total"``.

    Raises
    ------
    ValueError
        If there are fewer than three items or as few complete rows as items, an item
        does not vary, or the covariance matrix is not positive definite.

    Notes
    -----
    Loadings :math:`\lambda_i` and residual variances :math:`\psi_i` by maximum likelihood
    on the covariance metric: :math:`\omega = (\sum\lambda_i)^2 / ((\sum\lambda_i)^2 +
    \sum\psi_i)`. The standard error follows from the expected information by the delta
    method, the interval on the scale of :math:`\log(\omega / (1 - \omega))`. Agrees with
    R's ``semTools::compRelSEM(tau.eq = FALSE, obs.var = FALSE)`` of a ``lavaan::cfa``.

    References
    ----------
    McDonald, R. P. (1999). Test theory: A unified treatment. Erlbaum.

    Raykov, T., & Marcoulides, G. A. (2011). Introduction to psychometric theory.
    Routledge.

    Examples
    --------
    >>> import pandas as pd
    >>> omega_total(pd.DataFrame({
    ...     "q1": [4, 5, 3, 4, 2, 5, 1, 3],
    ...     "q2": [3, 5, 4, 4, 1, 4, 2, 2],
    ...     "q3": [5, 4, 3, 4, 1, 5, 2, 2],
    ... }))
    FactorReliability: omega total = .92, 95% CI [.77, .98], n = 8
    """
    check_confidence_level(confidence_level)
    found = item_moments(items, analysis="omega_total", min_items=3, min_rows=3)
    fit = one_factor(found, analysis="omega_total")
    return from_one_factor("omega_total", fit, found, confidence_level)


def from_one_factor(
    coefficient: str, fit: OneFactor, found: Moments, confidence_level: float
) -> FactorReliability:
    """Turn a one-factor solution into a coefficient with its interval."""
    value, slope = share_explained(coefficient, fit.loadings, fit.uniquenesses)
    se = float(np.sqrt(slope @ fit.covariance @ slope))
    note = ""
    if fit.improper:
        note = f"improper solution: the uniqueness of {', '.join(fit.improper)} is at its bound"
    return FactorReliability(
        coefficient=coefficient,
        estimate=logit_interval(value, se, confidence_level),
        se=se,
        loadings=pd.Series(fit.loadings, index=found.names, name="loading"),
        uniquenesses=pd.Series(fit.uniquenesses, index=found.names, name="uniqueness"),
        n_used=found.n,
        n_dropped=found.n_dropped,
        note=note,
    )


def share_explained(
    coefficient: str, loadings: np.ndarray, uniquenesses: np.ndarray
) -> tuple[float, np.ndarray]:
    """Compute the share of variance due to the factor, and its derivatives by each estimate.

    Of the sum of the items; of each item, taken together, for "average_variance_extracted".
    """
    of_items = coefficient == "average_variance_extracted"
    true = float(np.sum(loadings**2) if of_items else loadings.sum() ** 2)
    error = float(uniquenesses.sum())
    by_loading = 2 * (loadings if of_items else np.full_like(loadings, loadings.sum()))
    slope = np.concatenate([by_loading * error, np.full_like(uniquenesses, -true)])
    return true / (true + error), slope / (true + error) ** 2


def logit_interval(value: float, se: float, confidence_level: float) -> Estimate:
    """Interval of a share, symmetric on the logit scale, so that it stays below 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.log(np.float64(value) / (1 - value))
        reach = stats.norm.ppf((1 + confidence_level) / 2) * se / (np.float64(value) * (1 - value))
        low, high = 1 / (1 + np.exp(-(centre - reach))), 1 / (1 + np.exp(-(centre + reach)))
    return Estimate(float(value), float(low), float(high), confidence_level)


def alpha_of(covariance: np.ndarray) -> float:
    """Cronbach's alpha of a covariance (or correlation) matrix."""
    k = len(covariance)
    total, own = float(covariance.sum()), float(np.trace(covariance))
    if total <= ROUNDING * own:
        raise ValueError("The total score does not vary; alpha is undefined.")
    return k / (k - 1) * (1 - own / total)


def coefficient_sentence(coefficient: str, estimate: Estimate, n: int, note: str) -> str:
    """Write a coefficient with what is known about it."""
    limits = ""
    if not np.isnan(estimate.ci_low):
        limits = ", " + apa.interval(
            estimate.ci_low, estimate.ci_high, confidence_level=estimate.confidence_level
        )
    rows = f", n = {n}" if n else ""
    words, remark = coefficient.replace("_", " "), f" ({note})" if note else ""
    return f"{words} = {apa.bounded(estimate.value)}{limits}{rows}{remark}"
