r"""Chi-square of weighted least squares, adjusted in mean and variance.

With :math:`\Gamma` the asymptotic covariance of the moments, :math:`\Delta` their derivatives, W
the weights and :math:`U = W - W \Delta (\Delta' W \Delta)^{-1} \Delta' W`, the statistic is
:math:`a T + df - a \operatorname{tr}(U \Gamma)` with :math:`a = \sqrt{df / \operatorname{tr}\{(U
\Gamma)^2\}}`, whose mean and variance are those of chi-square: Asparouhov, T., & Muthén, B.
(2010). Simple second order chi-square correction. Mplus Technical Appendix.
"""

from dataclasses import dataclass

import numpy as np

from icx_research.measurement.sem.ordinal_estimation import OrdinalFit


@dataclass(frozen=True)
class Shifted:
    """A statistic adjusted in mean and variance.

    Attributes
    ----------
    chi_square : float
        Adjusted; nan without degrees of freedom.
    factor : float
        What the plain statistic is divided by.
    shift : float
        What is added then.
    """

    chi_square: float
    factor: float
    shift: float


def shifted(chi_square: float, df: int, trace: float, trace_of_square: float) -> Shifted:
    """Give a statistic the mean and variance of chi-square with `df` degrees of freedom."""
    if df == 0:
        return Shifted(np.nan, np.nan, np.nan)
    slope = np.sqrt(df / trace_of_square)
    shift = df - slope * trace
    return Shifted(float(slope * chi_square + shift), float(1 / slope), float(shift))


def model_test(fit: OrdinalFit) -> Shifted:
    """Test a model against free thresholds and correlations."""
    trace, square = 0.0, 0.0
    cross = np.zeros_like(fit.meat)
    for slope, data in zip(fit.slopes, fit.ordinal, strict=True):
        root = np.sqrt(data.weights)
        spread = data.gamma * root[:, None] * root
        moved = spread @ (slope * root[:, None])
        trace += float(np.trace(spread))
        square += float((spread**2).sum())
        cross += data.n / fit.n * (moved.T @ moved)
    share = fit.bread @ fit.meat
    trace -= float(np.trace(share))
    square += float((share * share.T).sum()) - 2 * float((fit.bread * cross).sum())
    return shifted(fit.chi_square, fit.df, trace, square)


def baseline_test(fit: OrdinalFit) -> tuple[float, int, Shifted]:
    """Test that nothing is correlated: chi-square, degrees of freedom, adjusted statistic."""
    chi_square, df, square = 0.0, 0, 0.0
    for data in fit.ordinal:
        begin = data.n_thresholds
        weights = data.weights[begin:]
        chi_square += (data.n - 1) * float(weights @ data.estimates[begin:] ** 2)
        root = np.sqrt(weights)
        square += float(((data.gamma[begin:, begin:] * root[:, None] * root) ** 2).sum())
        df += len(weights)
    return chi_square, df, shifted(chi_square, df, float(df), square)
