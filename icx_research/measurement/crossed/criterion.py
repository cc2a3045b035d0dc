r"""The restricted likelihood of crossed variance components, and its derivatives.

With ratios :math:`\gamma_i = \sigma_i^2 / \sigma^2`, :math:`H = I + \sum \gamma_i Z_i Z_i'` and
the mean as only fixed effect, minus twice the restricted log-likelihood, profiled over
:math:`\mu` and :math:`\sigma^2`, is

.. math:: d(\gamma) = \log|H| + \log|1'H^{-1}1| + (N - 1)(1 + \log(2\pi r^2 / (N - 1)))

with :math:`r^2 = y'Py`. Raters are absorbed first (their part of H is diagonal), then the client
units and dyads of every client unit, then the suppliers; every step is Woodbury's identity.
:math:`\partial d / \partial\gamma_i = \operatorname{tr}(P Z_i Z_i') - (N - 1) |Z_i'Py|^2 / r^2`
(Patterson, H. D., & Thompson, R. (1971). Recovery of inter-block information when block sizes
are unequal. Biometrika, 58, 545-554, https://doi.org/10.1093/biomet/58.3.545).
"""

from dataclasses import dataclass

import numpy as np

from icx_research.measurement.crossed.design import Sums

# Imaginary step of the second derivatives: exact to rounding, since nothing is subtracted.
STEP = 1e-30


@dataclass(frozen=True, eq=False)
class Solved:
    """The mixed-model equations at given ratios.

    Attributes
    ----------
    value : float
        d.
    sum_of_squares : float
        y'Py.
    mean : float
        Generalised least squares mean.
    gradient : array, shape (4,)
        By the ratios, in the order of `SOURCES`.
    effect : array, shape (c, s)
        Predicted level of every client unit and supplier.
    absorbed : Absorbed
        What was eliminated on the way.
    """

    value: float
    sum_of_squares: float
    mean: float
    gradient: np.ndarray
    effect: np.ndarray
    absorbed: "Absorbed"


@dataclass(frozen=True, eq=False)
class Absorbed:
    """Inverses of the eliminated blocks, which turn any other ratings into residuals too.

    Attributes
    ----------
    shrink, weight : array, shape (k,)
        Of the raters, by their number of ratings.
    inner, smooth : array, shape (c, s, s)
        Of the dyads of every client unit, and what they predict.
    shrunk : array, shape (s, s)
        What the suppliers predict.
    free : array, shape (s,)
        The mean's share of what is left.
    precision : float
        Of the mean.
    """

    shrink: np.ndarray
    weight: np.ndarray
    inner: np.ndarray
    smooth: np.ndarray
    shrunk: np.ndarray
    free: np.ndarray
    precision: float

    def product(self, right: np.ndarray, rest: np.ndarray) -> np.ndarray:
        """Finish Z'PZ of columns Z whose raters are absorbed: totals (c, s, m), products (m, m)."""
        rest = rest - np.einsum("csi,csj->ij", right, self.smooth @ right)
        sides = (self.inner @ right).sum(axis=0)
        rest = rest - sides.T @ self.shrunk @ sides
        of_mean = self.free @ sides
        return np.asarray(rest - np.outer(of_mean, of_mean) / self.precision)


def solve(sums: Sums, ratios: np.ndarray) -> Solved:
    """Evaluate the criterion at ratios of (client, supplier, rater, dyad)."""
    of_client, of_supplier, of_rater, of_dyad = ratios
    size, s = sums.size, sums.count.shape[1]
    products = sums.count_products.reshape(len(size), -1)
    totals = sums.total_products.reshape(len(size), -1)
    one, unit = np.ones(s), np.eye(s)
    shrink = 1 / (1 + size * of_rater)
    weight = of_rater * shrink
    info = sums.count[:, :, None] * unit - _times(products.T, weight).reshape(-1, s, s)
    right = sums.total - _times(totals.T, weight).reshape(-1, s)
    rest = sums.squares - weight @ sums.total_squares
    log_det = -sums.raters @ np.log(shrink)

    # effects of one client unit and its dyads have covariance of_dyad I + of_client 11'
    inner = np.linalg.inv(unit + of_dyad * info + of_client * info.sum(axis=2)[:, :, None])
    log_det = log_det - _log_det(inner).sum()
    smooth = of_dyad * inner + of_client * inner.sum(axis=1)[:, None, :]
    after = inner @ info
    right_after = (inner @ right[:, :, None])[:, :, 0]
    rest = rest - (right * (smooth @ right[:, :, None])[:, :, 0]).sum()

    whole, sides = after.sum(axis=0), right_after.sum(axis=0)
    outer = np.linalg.inv(unit + of_supplier * whole)
    log_det = log_det - _log_det(outer)
    shrunk = of_supplier * outer
    rest = rest - sides @ shrunk @ sides
    free = one - shrunk @ whole @ one
    precision = one @ whole @ free
    mean = free @ sides / precision
    rest = rest - precision * mean**2
    df = sums.n - 1
    value = log_det + np.log(precision) + df * (1 + np.log(2 * np.pi * rest / df))

    taken = shrunk + np.outer(free, free) / precision
    level = mean * one + shrunk @ (sides - whole @ one * mean)
    error = right_after - after @ level
    effect = level + of_dyad * error + of_client * error.sum(axis=1)[:, None]
    removed = smooth + np.tensordot(inner, taken, axes=(1, 0)) @ inner
    of_unit = after.sum(axis=2)
    traces = (
        of_unit.sum() - ((of_unit @ taken) * of_unit).sum(),
        np.trace(whole - whole @ taken @ whole),
        sums.raters @ (size * shrink) - shrink**2 @ _times(products, removed.ravel()),
        np.trace(after, axis1=1, axis2=2).sum()
        - (taken * np.tensordot(after, after, axes=([0, 1], [0, 1]))).sum(),
    )
    squares = (
        (error.sum(axis=1) ** 2).sum(),
        (error.sum(axis=0) ** 2).sum(),
        shrink**2
        @ (
            sums.total_squares
            - 2 * _times(totals, effect.ravel())
            + _times(products, (effect[:, :, None] * effect[:, None, :]).ravel())
        ),
        (error**2).sum(),
    )
    gradient = np.array(traces) - df * np.array(squares) / rest
    absorbed = Absorbed(shrink, weight, inner, smooth, shrunk, free, precision)
    return Solved(value, rest, mean, gradient, effect, absorbed)


def average_information(sums: Sums, at: Solved) -> np.ndarray:
    r"""Average the observed and the expected second derivatives of d by the ratios.

    Notes
    -----
    With :math:`q_i = |Z_i'Py|^2`, :math:`(N - 1) (y'P Z_i Z_i' P Z_j Z_j' P y / r^2 - q_i q_j /
    r^4)`: no trace is left, only four more columns of ratings, :math:`Z_i Z_i' P y`, whose
    residuals are taken (Gilmour, A. R., Thompson, R., & Cullis, B. R. (1995). Average information
    REML: An efficient algorithm for variance parameter estimation in linear mixed models.
    Biometrics, 51, 1440-1450, https://doi.org/10.2307/2533274).
    """
    held, size = at.absorbed, sums.size
    c, s = sums.count.shape
    # residuals of the cells, after the raters: totals per size of rater, client and supplier
    left = sums.total_products - (sums.count_products @ at.effect[None, :, :, None])[..., 0]
    seen = sums.total_squares - ((sums.total_products + left) * at.effect).sum(axis=(1, 2))
    own = held.shrink**2 * seen  # sums of squared rater residuals
    error = sums.total - sums.count * at.effect
    error = error - np.tensordot(held.weight, left, axes=1)
    columns = np.zeros((c, s, 3))  # client, supplier and dyad are functions of the cell
    columns[:, :, 0] = error.sum(axis=1)[:, None]
    columns[:, :, 1] = error.sum(axis=0)
    columns[:, :, 2] = error
    seen_by = sums.count_products @ columns  # (k, c, s, 3): raters' totals of these, times counts
    right = np.empty((c, s, 4))
    right[:, :, :3] = sums.count[:, :, None] * columns
    right[:, :, :3] -= np.tensordot(held.weight, seen_by, axes=1)
    right[:, :, 3] = np.tensordot(held.shrink * (1 - held.weight * size), left, axes=1)
    rest = np.zeros((4, 4))
    rest[:3, :3] = np.einsum("csi,csj->ij", columns, right[:, :, :3])
    rest[:3, 3] = rest[3, :3] = np.einsum("csi,cs->i", columns, right[:, :, 3])
    rest[3, 3] = (size * (1 - held.weight * size)) @ own
    order = [0, 1, 3, 2]  # as SOURCES
    whole = held.product(right, rest)[np.ix_(order, order)]
    squares = np.array(
        [
            (error.sum(axis=1) ** 2).sum(),
            (error.sum(axis=0) ** 2).sum(),
            own.sum(),
            (error**2).sum(),
        ]
    )
    r2 = at.sum_of_squares
    return np.asarray((sums.n - 1) * (whole / r2 - np.outer(squares, squares) / r2**2))


def _times(real: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """Multiply a large real matrix, which need not become complex where the vector is."""
    if np.isrealobj(vector):
        return np.asarray(real @ vector)
    return np.asarray(real @ vector.real + 1j * (real @ vector.imag))


def _log_det(inverse: np.ndarray) -> np.ndarray:
    """Log-determinants of inverses whose originals have positive determinants."""
    sign, log = np.linalg.slogdet(inverse)
    return np.asarray(log if np.isrealobj(inverse) else log + np.log(sign))
