"""Permutation test of measurement invariance: no cut-off, no presumed distribution."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.errors import UnsuitableData
from icx_research.core.results import Result
from icx_research.core.threads import on_one_thread
from icx_research.measurement.sem.estimation import Fit, fit_model
from icx_research.measurement.sem.fit_indices import cfi, rmsea, tli
from icx_research.measurement.sem.residuals import srmr
from icx_research.measurement.sem.sample import Rows, Sample, by_pattern
from icx_research.measurement.sem.saturated import unrestricted
from icx_research.measurement.sem.summary import baseline

# Fit indices, and whether misfit makes them larger (1) or smaller (-1).
INDICES = {"chi_square": 1.0, "cfi": -1.0, "tli": -1.0, "rmsea": 1.0, "srmr": 1.0}
# Two searches for the same minimum agree better than this: such values are ties.
TIE = 1e-8


@dataclass(frozen=True, repr=False, eq=False)
class PermutationTest(Result):
    """Fit of every level against what permuted group labels give.

    Attributes
    ----------
    levels : tuple of str
    observed : array, shape (levels, 5)
        Chi-square, CFI, TLI, RMSEA, SRMR of the first level, and how each further level
        changes them.
    draws : array, shape (n_draws, levels, 5)
        The same under permuted labels.
    n_permutations, n_failed : int
        Permutations drawn, and those left out because a model did not converge or a
        permuted group could not be fitted.
    n_used : int
        Rows whose labels were permuted.
    """

    levels: tuple[str, ...]
    observed: np.ndarray
    draws: np.ndarray
    n_permutations: int
    n_failed: int
    n_used: int

    @property
    def p_values(self) -> np.ndarray:
        """Share of draws, the observed one among them, that fit as badly: (levels, 5)."""
        worse = np.array(list(INDICES.values()))
        as_bad = (self.draws - self.observed) * worse >= -TIE
        return np.asarray((1 + as_bad.sum(axis=0)) / (1 + len(self.draws)))

    @property
    def table(self) -> pd.DataFrame:
        """One row per level and index: level, term, estimate, p_value, n_draws.

        `estimate` is the index of the first level, and its change at the others.
        """
        p_values = self.p_values
        rows = [
            (level, term, self.observed[i, j], p_values[i, j], len(self.draws))
            for i, level in enumerate(self.levels)
            for j, term in enumerate(INDICES)
        ]
        return pd.DataFrame(rows, columns=["level", "term", "estimate", "p_value", "n_draws"])

    @property
    def note(self) -> str:
        """How many permutations could not be used; empty where all could."""
        if not self.n_failed:
            return ""
        return (
            f"{self.n_failed} of {self.n_permutations} permutations left out: a model did not "
            "converge or a permuted group could not be fitted"
        )

    def to_apa(self) -> str:
        """Permutation p of the chi-square and of the CFI, level by level."""
        names, p_values = list(INDICES), self.p_values
        steps = [
            f"{level}: {apa.p_value(p_values[i, names.index('chi_square')])} (chi2), "
            f"{apa.p_value(p_values[i, names.index('cfi')])} (CFI)"
            for i, level in enumerate(self.levels)
        ]
        left_out = f"; {self.note}" if self.note else ""
        return f"{'; '.join(steps)}; {len(self.draws)} permutations, n = {self.n_used}{left_out}"


@on_one_thread
def permutation_test(
    fits: Mapping[str, Fit], *, n_permutations: int, rng: np.random.Generator
) -> PermutationTest:
    """Refit all levels with permuted labels.

    Parameters
    ----------
    fits : mapping of str to Fit
        The fitted levels, from the first on; their samples must hold rows.
    n_permutations : int
    rng : numpy.random.Generator

    Returns
    -------
    PermutationTest
    """
    codes = group_codes(next(iter(fits.values())).sample)
    orders = (rng.permutation(codes) for _ in range(n_permutations))
    return refitted(fits, orders, n_permutations=n_permutations)


def group_codes(sample: Sample) -> np.ndarray:
    """Group of every used row, in the order of the groups."""
    return np.repeat(np.arange(len(sample.patterns)), [len(r.values) for r in sample.rows or ()])


def refitted(
    fits: Mapping[str, Fit], orders: Iterable[np.ndarray], *, n_permutations: int
) -> PermutationTest:
    """Refit all levels to the same rows under other group codes.

    Parameters
    ----------
    fits : mapping of str to Fit
    orders : iterable of array of int, shape (n,)
        Group of every row, the rows being in the order of `group_codes`.
    n_permutations : int
        How many there are.
    """
    chain = list(fits.values())
    sample = chain[0].sample
    values = np.concatenate([r.values for r in sample.rows or ()])  # noqa: PD011
    starts = _common_starts(chain, values)
    draws = []
    for order in orders:
        try:
            permuted = _regrouped(sample, values, order)
            draws.append(_indices(_refits(chain, permuted, starts)))
        except (UnsuitableData, np.linalg.LinAlgError):
            continue
    shape = (0, len(chain), len(INDICES))
    return PermutationTest(
        levels=tuple(fits),
        observed=_indices(chain),
        draws=np.array(draws) if draws else np.zeros(shape),
        n_permutations=n_permutations,
        n_failed=n_permutations - len(draws),
        n_used=sample.n_used,
    )


def _regrouped(sample: Sample, values: np.ndarray, codes: np.ndarray) -> Sample:
    """Sort the same rows into other groups."""
    patterns, rows = [], []
    for g in range(len(sample.patterns)):
        mine = values[codes == g]
        pattern, own = by_pattern(mine, list(sample.names), f" in permuted group {g + 1}")
        patterns.append(pattern)
        rows.append(Rows(mine, own, None))
    return replace(sample, patterns=tuple(patterns), rows=tuple(rows))


def _common_starts(chain: Sequence[Fit], values: np.ndarray) -> list[np.ndarray]:
    """Estimates of every level where all groups have the moments of all rows.

    Permuted groups differ from these by chance only, so that few steps are left.
    """
    sample = chain[0].sample
    whole, own = by_pattern(values, list(sample.names), "")
    reference, n = unrestricted(whole), len(sample.patterns)
    pooled = replace(sample, patterns=(whole,) * n, rows=(Rows(values, own, None),) * n)
    return [fit_model(fit.table, pooled, (reference,) * n, start=fit.theta).theta for fit in chain]


def _refits(chain: Sequence[Fit], sample: Sample, starts: Sequence[np.ndarray]) -> list[Fit]:
    saturated = tuple(unrestricted(patterns) for patterns in sample.patterns)
    found = []
    for fit, start in zip(chain, starts, strict=True):
        found.append(fit_model(fit.table, sample, saturated, start=start))
        if not found[-1].minimum.converged:
            raise UnsuitableData("a level did not converge.")
    return found


def _indices(chain: Sequence[Fit]) -> np.ndarray:
    """Compute the indices of the first level and their changes from level to level."""
    base, base_df = baseline(chain[0])
    rows = []
    for fit in chain:
        chi_square, df = fit.chi_square, fit.df
        rows.append(
            (
                chi_square,
                cfi(chi_square - df if df else 0.0, base - base_df),
                tli(chi_square, df, base, base_df),
                rmsea(chi_square - df, df, fit.n, fit.table.n_groups),
                srmr(fit),
            )
        )
    found = np.array(rows)
    return np.concatenate([found[:1], np.diff(found, axis=0)])
