"""Cross-level invariance: whether a scale measures the same within and between units."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.cutoffs import MIN_EQUAL_ITEMS, SIGNIFICANCE
from icx_research.core.intervals import logit_interval
from icx_research.core.results import SampleResult, check_confidence_level
from icx_research.measurement.invariance.result import (
    known_option,
    last_held,
    level_table,
)
from icx_research.measurement.items import ROUNDING
from icx_research.measurement.sem.comparison import LikelihoodRatio, difference
from icx_research.measurement.sem.specifications import read_paths
from icx_research.measurement.sem.syntax import Term
from icx_research.measurement.twolevel.levels import Terms, joint_table
from icx_research.measurement.twolevel.model import estimate_levels, prepare_levels
from icx_research.measurement.twolevel.result import TwoLevelResult

LEVELS = ("configural", "metric", "scalar")
# What a use of the scores needs (Jak & Jorgensen, 2017, https://doi.org/10.3389/fpsyg.2017.01640):
# equal loadings for one factor with a variance at each level, no residual variance between
# units for intercepts that are the same in every unit.
NEEDED = {"factor_icc": "metric", "unit_means": "scalar"}
INDICES = ("chi_square", "df", "p_value", "cfi", "tli", "rmsea", "srmr_within", "srmr_between")


@dataclass(frozen=True, repr=False, eq=False)
class CrossLevelInvariance(SampleResult):
    """Nested models of equal measurement within and between units.

    Attributes
    ----------
    models : dict of str to TwoLevelResult
        The fitted model of each rung.
    differences : dict of str to LikelihoodRatio
        Test of each rung but the first against the one before.
    freed : tuple of str
        Loadings that differ between levels on request.
    n_units, n_used, n_dropped : int
    note : str
        Improper solutions, by rung.
    confidence_level : float
    """

    models: dict[str, TwoLevelResult]
    differences: dict[str, LikelihoodRatio]
    freed: tuple[str, ...]
    n_units: int
    confidence_level: float

    @property
    def table(self) -> pd.DataFrame:
        """One row per rung.

        level, chi_square, df, p_value, cfi, tli, rmsea, srmr_within, srmr_between, delta_cfi,
        delta_rmsea, difference, difference_df, difference_p_value (chi-square difference from
        the rung before) and holds.
        """
        fits = {level: model.fit_indices for level, model in self.models.items()}
        table = level_table(fits, self.differences, indices=INDICES, compared=("cfi", "rmsea"))
        return table.assign(holds=[self.holds(level) for level in fits])

    def holds(self, level: str) -> bool:
        """Whether a rung holds beside the one before it: chi-square difference, 5 %.

        The first holds where its solution is proper, see `improper_for_levels`. Cut-offs of
        the CFI have not been validated for differences between levels and decide nothing here.
        """
        names = list(self.models)
        at = names.index(known_option(level, "level", names))
        if any(improper_for_levels(self.models[name]) for name in names[: at + 1]):
            return False
        return level not in self.differences or bool(
            self.differences[level].p_value >= SIGNIFICANCE
        )

    @property
    def highest_level(self) -> str | None:
        """The last rung that holds, all before it holding too; None where none does."""
        return last_held(self.models, self.holds)

    def allows(self, use: Literal["factor_icc", "unit_means"]) -> bool:
        """Whether the factor's ICC may be read, or unit means compared as the factor's.

        The ICC needs equal loadings (metric; two at least per latent variable where some are
        freed); means of units, compared as if nothing but the factor set them apart, need that
        no item differs between units beyond it (scalar).
        """
        level = NEEDED[known_option(use, "use", tuple(NEEDED))]
        highest = self.highest_level
        if highest is None or LEVELS.index(highest) < LEVELS.index(level):
            return False
        rows = self.models[level].fit.table.rows
        exempt = set(read_paths(self.freed, "free"))
        for latent in self.models[level].fit.table.latent:
            paths = {(r.lhs, r.op, r.rhs) for r in rows if r.op == "=~" and r.lhs == latent}
            if len(paths - exempt) < min(MIN_EQUAL_ITEMS, len(paths)):
                return False
        return True

    @property
    def factor_icc(self) -> pd.DataFrame:
        """Share of each latent variable's variance between units: term, estimate, se, interval.

        Delta method on the logit scale. Empty where `allows("factor_icc")` is False.
        """
        columns = ["term", "estimate", "se", "ci_low", "ci_high"]
        if not self.allows("factor_icc"):
            return pd.DataFrame(columns=columns)
        model, found = self.models["metric"], []
        for latent in model.fit.table.latent:
            at = [
                next(
                    row.free
                    for row in model.fit.table.rows
                    if (row.lhs, row.op, row.rhs, row.group) == (latent, "~~", latent, level)
                )
                for level in range(2)
            ]
            within, between = model.fit.minimum.theta[at]
            slope = np.array([-between, within]) / (within + between) ** 2
            se = float(np.sqrt(slope @ model.covariance[np.ix_(at, at)] @ slope))
            icc = logit_interval(between / (within + between), se, self.confidence_level)
            found.append((latent, icc.value, se, icc.ci_low, icc.ci_high))
        return pd.DataFrame(found, columns=columns)

    def to_apa(self) -> str:
        """Highest rung, the difference tests, units and n."""
        tests = [f"{level}: {test.to_apa()}" for level, test in self.differences.items()]
        freed = f", freed: {', '.join(self.freed)}" if self.freed else ""
        icc = [
            f"ICC of {row.term} = {apa.bounded(row.estimate)}, "
            + apa.interval(row.ci_low, row.ci_high, confidence_level=self.confidence_level)
            for row in self.factor_icc.itertuples()
        ]
        parts = [f"highest level = {self.highest_level}{freed}", *tests, *icc]
        return f"{'; '.join(parts)}; {self.n_units} units, n = {self.n_used}"


def cross_level_invariance(
    model: str,
    data: Any,
    *,
    unit: str,
    levels: Sequence[str] = LEVELS,
    free: Sequence[str] = (),
    confidence_level: float = 0.95,
) -> CrossLevelInvariance:
    r"""Test whether loadings are the same within and between units, and nothing else differs.

    Parameters
    ----------
    model : str
        A measurement model that holds at both levels, see `two_level_cfa`; with blocks, the
        same latent variables must have the same items.
    data : DataFrame, lazy frame or Moments per unit
    unit : str
        Column of the units.
    levels : sequence of str
        A beginning of "configural" (same pattern), "metric" (equal loadings), "scalar" (no
        residual variance between units either).
    free : sequence of str
        Loadings that may differ between levels, such as ``"f =~ x2"``.
    confidence_level : float, default 0.95

    Returns
    -------
    CrossLevelInvariance
        A gate: ``.allows("factor_icc")``, ``.allows("unit_means")``; with `factor_icc`.

    Raises
    ------
    ValueError
        If the levels have different patterns, or as `two_level_cfa`.

    Notes
    -----
    Units differ in an item's intercept exactly where its residual variance between units is
    not zero, and units' loadings are equal only if those of both levels are (Jak, Oort &
    Dolan, 2013). With equal loadings :math:`\psi_B / (\psi_W + \psi_B)` is the share of the
    factor's variance between units. Residual variances may be negative here, so that zero
    is no boundary and the difference of chi-squares keeps its distribution.

    References
    ----------
    Jak, S., Oort, F. J., & Dolan, C. V. (2013). A test for cluster bias: Detecting violations
    of measurement invariance across clusters in multilevel data. Structural Equation
    Modeling, 20, 265-282. https://doi.org/10.1080/10705511.2013.769392

    Jak, S., & Jorgensen, T. D. (2017). Relating measurement invariance, cross-level
    invariance, and multilevel reliability. Frontiers in Psychology, 8, 1640.
    https://doi.org/10.3389/fpsyg.2017.01640

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> unit = np.repeat(np.arange(80), 8)
    >>> common = 0.6 * rng.normal(size=80)[unit] + rng.normal(size=640)
    >>> y = common[:, None] + 0.4 * rng.normal(size=(80, 4))[unit] + rng.normal(size=(640, 4))
    >>> answers = pd.DataFrame(y, columns=["q1", "q2", "q3", "q4"]).assign(unit=unit)
    >>> result = cross_level_invariance("f =~ q1 + q2 + q3 + q4", answers,
    ...                                unit="unit", levels=["configural", "metric"])
    >>> result.allows("factor_icc"), result.allows("unit_means")
    (True, False)
    """
    check_confidence_level(confidence_level)
    chosen = tuple(levels)
    if not chosen or chosen != LEVELS[: len(chosen)]:
        raise ValueError(
            f"levels must be a beginning of {', '.join(LEVELS)}; got {', '.join(chosen)}."
        )
    exempt = read_paths(free, "free")
    prepared = prepare_levels(
        model, data, unit=unit, saturated=None, analysis="cross_level_invariance"
    )
    _check_same(prepared.within, prepared.between, exempt)
    models: dict[str, TwoLevelResult] = {}
    for level in chosen:
        between = prepared.between
        if level == "scalar":
            zero = [Term(item, "~~", item, fixed=(0.0,)) for item in prepared.items]
            between = (*between, *zero)
        table = joint_table(
            prepared.within, between, prepared.items,
            equal_loadings=level != "configural", exempt=exempt,
        )  # fmt: skip
        models[level] = estimate_levels(replace(prepared, between=between), table, confidence_level)
    first = models[chosen[0]]
    notes = [f"{level}: {fitted.note}" for level, fitted in models.items() if fitted.note]
    return CrossLevelInvariance(
        models=models,
        differences={b: _difference(models[b], models[a]) for a, b in pairwise(chosen)},
        freed=tuple(free),
        n_units=first.n_units,
        n_used=first.n_used,
        n_dropped=first.n_dropped,
        note="; ".join(notes),
        confidence_level=confidence_level,
    )


def improper_for_levels(model: TwoLevelResult) -> bool:
    """Whether a solution is too improper to compare levels.

    A residual variance between units that is negative by chance is none: where units differ
    by the factor only, half of them are. It counts where its interval lies below zero; any
    other negative variance, or no covariance matrix of the latent variables, always does.
    """
    p, table = len(model.fit.table.observed), model.table
    if not (model.converged and np.isfinite(model.covariance).all()):
        return True
    own = table[(table["op"] == "~~") & (table["lhs"] == table["rhs"])]
    by_chance = (own["level"] == "between") & own["lhs"].isin(model.fit.table.observed)
    limit = own["estimate"].where(~by_chance, own["ci_high"])
    latent = [implied.covariance[p:, p:] for implied in model.fit.implied]
    lowest = min(float(np.linalg.eigvalsh(block).min(initial=0.0)) for block in latent)
    return bool((limit < 0).any()) or lowest < -ROUNDING


def _check_same(within: Terms, between: Terms, exempt: Sequence[tuple[str, str, str]]) -> None:
    """Refuse levels whose latent variables have other items, and exceptions from nothing."""
    patterns = [
        {(term.lhs, term.op, term.rhs) for term in terms if term.op == "=~"}
        for terms in (within, between)
    ]
    other = sorted(patterns[0] ^ patterns[1])
    if other:
        raise ValueError(
            "cross_level_invariance needs the same latent variables with the same items at both "
            f"levels; {' '.join(other[0])!r} is at one level only."
        )
    unknown = [path for path in exempt if path not in patterns[0]]
    if unknown:
        raise ValueError(f"free names {' '.join(unknown[0])!r}, which is no loading of the model.")


def _difference(restricted: TwoLevelResult, general: TwoLevelResult) -> LikelihoodRatio:
    drop = restricted.fit.chi_square - general.fit.chi_square
    failed = not (restricted.converged and general.converged)
    note = "one of the models did not converge" if failed else ""
    df = restricted.fit.df - general.fit.df
    return difference(drop, df, n_used=restricted.n_used, note=note)
