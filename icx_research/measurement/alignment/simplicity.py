r"""The simplicity function of the alignment method, with its derivatives, and its minimum.

With :math:`\lambda^0_{pg}, \nu^0_{pg}` the loadings and intercepts of item p in group g where
every group has latent mean 0 and variance 1, latent means :math:`\alpha_g` and standard
deviations :math:`e^{s_g}` turn them into :math:`\lambda_{pg} = \lambda^0_{pg} e^{-s_g}` and
:math:`\nu_{pg} = \nu^0_{pg} - \alpha_g \lambda_{pg}` without changing the fit. The function is

.. math:: F = \sum_p \sum_{g < h} w_{gh} \{f(\lambda_{pg} - \lambda_{ph}) + f(\nu_{pg} -
   \nu_{ph})\}, \quad f(x) = (x^2 + \varepsilon)^{1/4}, \quad w_{gh} = \sqrt{n_g n_h},

here divided by its sum of weights, and minimised where :math:`\sum_g s_g = 0`: Asparouhov, T.,
& Muthén, B. (2014). Multiple-group factor analysis alignment. Structural Equation Modeling, 21,
495-508, https://doi.org/10.1080/10705511.2014.919210.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from icx_research.core.threads import on_one_thread
from icx_research.measurement.sem.optimiser import Minimum, minimise

# Two starts that end closer than this in F found the same minimum.
SAME = 1e-9


@dataclass(frozen=True, eq=False)
class Simplicity:
    """The function to minimise, for `minimise`.

    Attributes
    ----------
    loadings, intercepts : array, shape (p, g)
        Of the groups with latent mean 0 and variance 1.
    weights : array, shape (g, g)
        Symmetric, zero on the diagonal, both triangles together summing to 1 / p.
    tolerance : float
        Epsilon.
    reference : int or None
        The group whose mean is 0; None where no mean is fixed.
    basis : array, shape (2g, q)
        Means and log standard deviations are this times the free parameters.
    """

    loadings: np.ndarray
    intercepts: np.ndarray
    weights: np.ndarray
    tolerance: float
    reference: int | None
    basis: np.ndarray

    def at(self, theta: np.ndarray) -> "Aligned":
        """Evaluate at the free parameters."""
        means, log_sd = np.split(self.basis @ theta, 2)
        return Aligned(self, means, log_sd)

    def free(self, means: np.ndarray, log_sd: np.ndarray) -> np.ndarray:
        """Find the free parameters next to some means and log standard deviations."""
        return np.linalg.lstsq(self.basis, np.concatenate([means, log_sd]), rcond=None)[0]


@dataclass(frozen=True, eq=False)
class Aligned:
    """Loadings and intercepts at some latent means and standard deviations.

    Derivatives run over u, the loadings and then the intercepts, item by item: 2pg values.
    """

    function: Simplicity
    means: np.ndarray
    log_sd: np.ndarray

    @cached_property
    def loadings(self) -> np.ndarray:
        """Aligned loadings, shape (p, g)."""
        return self.function.loadings * np.exp(-self.log_sd)

    @cached_property
    def intercepts(self) -> np.ndarray:
        """Aligned intercepts, shape (p, g)."""
        return self.function.intercepts - self.means * self.loadings

    @cached_property
    def _differences(self) -> np.ndarray:
        """Between groups, of every loading and intercept: (2p, g, g)."""
        u = np.concatenate([self.loadings, self.intercepts])
        return np.asarray(u[:, :, None] - u[:, None, :])

    @cached_property
    def _inside(self) -> np.ndarray:
        return self._differences**2 + self.function.tolerance

    @property
    def value(self) -> float:
        """F."""
        return float((self.function.weights * self._inside**0.25).sum() / 2)

    @cached_property
    def slope(self) -> np.ndarray:
        """Derivatives of F by u, shape (2pg,)."""
        pull = self.function.weights * self._differences * self._inside**-0.75 / 2
        return pull.sum(axis=2).ravel()

    def curvature(self, *, majorised: bool = False) -> np.ndarray:
        """Second derivatives of F by u; `majorised`: of the quadratic that lies above F."""
        bend = self._inside**-0.75 / 2
        if not majorised:
            bend = bend - 0.75 * self._differences**2 * self._inside**-1.75
        between = self.function.weights * bend
        k, g = between.shape[:2]
        whole = np.zeros((k, g, k, g))
        each = np.arange(k)
        whole[each, :, each, :] = -between
        diagonal = np.arange(g)
        whole[each[:, None], diagonal, each[:, None], diagonal] += between.sum(axis=2)
        return whole.reshape(k * g, k * g)

    @cached_property
    def by_scale(self) -> np.ndarray:
        """Derivatives of u by means and log standard deviations, shape (2pg, 2g)."""
        p, g = self.loadings.shape
        found = np.zeros((2, p, g, 2, g))
        each = np.arange(g)
        found[0, :, each, 1, each] = -self.loadings.T
        found[1, :, each, 0, each] = -self.loadings.T
        found[1, :, each, 1, each] = (self.means * self.loadings).T
        return found.reshape(2 * p * g, 2 * g)

    @cached_property
    def by_given(self) -> np.ndarray:
        """Derivatives of u by the unaligned loadings and intercepts, (2pg, 2pg)."""
        p, g = self.loadings.shape
        shrink = np.tile(np.exp(-self.log_sd), p)
        shift = np.tile(-self.means * np.exp(-self.log_sd), p)
        none = np.zeros((p * g, p * g))
        return np.block([[np.diag(shrink), none], [np.diag(shift), np.eye(p * g)]])

    def gradient(self) -> np.ndarray:
        """First derivatives of F by the free parameters."""
        return self.function.basis.T @ (self.by_scale.T @ self.slope)

    def expected(self) -> np.ndarray:
        """Second derivatives of a quadratic above F: never negative."""
        by = self.by_scale @ self.function.basis
        return by.T @ self.curvature(majorised=True) @ by

    def observed(self) -> np.ndarray:
        """Second derivatives of F by the free parameters."""
        by = self.by_scale @ self.function.basis
        second = by.T @ self.curvature() @ by
        p, g = self.loadings.shape
        of_loadings, of_intercepts = self.slope.reshape(2, p, g)
        pull = (of_intercepts * self.loadings).sum(axis=0)
        own = np.zeros((2, g, 2, g))
        each = np.arange(g)
        own[0, each, 1, each] = own[1, each, 0, each] = pull
        own[1, each, 1, each] = (of_loadings * self.loadings).sum(axis=0) - self.means * pull
        return second + self.function.basis.T @ own.reshape(2 * g, 2 * g) @ self.function.basis

    def response(self) -> np.ndarray:
        """Differentiate means and log standard deviations by what is given, (2g, 2pg).

        At the minimum the gradient stays zero: minus the inverse of the second derivatives,
        times the derivatives of the gradient by what is given.
        """
        basis = self.function.basis
        p, g = self.loadings.shape
        mixed = self.by_scale.T @ self.curvature() @ self.by_given
        of_loadings, of_intercepts = self.slope.reshape(2, p, g)
        shrink = np.exp(-self.log_sd)
        direct = np.zeros((2, g, 2, p, g))
        each = np.arange(g)
        direct[0, each, 0, :, each] = (-of_intercepts * shrink).T
        direct[1, each, 0, :, each] = ((self.means * of_intercepts - of_loadings) * shrink).T
        mixed = basis.T @ (mixed + direct.reshape(2 * g, 2 * p * g))
        return -basis @ np.linalg.solve(self.observed(), mixed)


def simplicity(
    loadings: np.ndarray,
    intercepts: np.ndarray,
    sizes: np.ndarray,
    *,
    reference: int | None,
    tolerance: float,
) -> Simplicity:
    """Set the function up for loadings and intercepts (p, g) of groups of some sizes (g,)."""
    p, g = loadings.shape
    weights = np.sqrt(np.outer(sizes, sizes))
    np.fill_diagonal(weights, 0.0)
    of_means = np.delete(np.eye(g), [] if reference is None else reference, axis=1)
    # log standard deviations that sum to zero
    of_scales = np.linalg.qr(np.eye(g) - 1 / g)[0][:, : g - 1]
    basis = np.zeros((2 * g, of_means.shape[1] + g - 1))
    basis[:g, : of_means.shape[1]] = of_means
    basis[g:, of_means.shape[1] :] = of_scales
    return Simplicity(
        loadings, intercepts, weights / weights.sum() / p, tolerance, reference, basis
    )


@dataclass(frozen=True, eq=False)
class Search:
    """Where the starts ended.

    Attributes
    ----------
    best : Aligned
    converged : bool
    n_starts, n_same : int
        Starts, and how many of them ended at the best minimum.
    """

    best: Aligned
    converged: bool
    n_starts: int
    n_same: int


@on_one_thread
def align(function: Simplicity, *, extra: Sequence[np.ndarray] = ()) -> Search:
    """Search from several starts: all items alike, each item in turn alike, and `extra`."""
    starts = [*_starts(function), *extra]
    found: list[Minimum] = [minimise(function, start) for start in starts]
    best = min(found, key=lambda one: one.value)
    same = sum(one.value - best.value < SAME for one in found)
    return Search(function.at(best.theta), best.converged, len(starts), same)


def _starts(function: Simplicity) -> list[np.ndarray]:
    """Scales under which single items, or the items on average, are the same in all groups."""
    loadings, intercepts = np.abs(function.loadings), function.intercepts
    sizes = np.log(np.maximum(loadings, 1e-3 * loadings.max()))
    starts = [np.zeros(function.basis.shape[1])]
    for items in (slice(None), *[slice(p, p + 1) for p in range(len(loadings))]):
        log_sd = sizes[items].mean(axis=0)
        log_sd = log_sd - log_sd.mean()
        aligned = function.loadings[items] * np.exp(-log_sd)
        means = (intercepts[items] - intercepts[items].mean(axis=1, keepdims=True)).mean(axis=0)
        means = means / (aligned.mean() or 1.0)
        if function.reference is not None:
            means = means - means[function.reference]
        starts.append(function.free(means, log_sd))
    return starts
