"""The ladder of measurement invariance: its table, its labels and what it allows."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import Literal

import numpy as np
import pandas as pd
from scipy import special

from icx_research.core import apa
from icx_research.core.cutoffs import (
    CHEN_CFI,
    CHEN_RMSEA,
    CHEN_SRMR,
    CHEUNG_RENSVOLD_CFI,
    MIN_EQUAL_ITEMS,
    SIGNIFICANCE,
)
from icx_research.core.errors import UnsuitableData
from icx_research.core.results import Estimate, SampleResult, largest_first
from icx_research.measurement.invariance.permutation import PermutationTest
from icx_research.measurement.sem.comparison import LikelihoodRatio
from icx_research.measurement.sem.parameters import Parameter, ParameterTable
from icx_research.measurement.sem.result import SemResult
from icx_research.measurement.sem.score_tests import release_tests

LEVELS = ("configural", "metric", "scalar", "strict")
# From weak to strong, with the level that ordinal items have beside the others.
ORDER = ("configural", "thresholds", "metric", "scalar", "strict")
# What a comparison of groups needs (Vandenberg & Lance, 2000,
# https://doi.org/10.1177/109442810031002): equal loadings for relations, equal intercepts too
# for means.
NEEDED = {"regressions": "metric", "means": "scalar"}
RULES = ("cheung_rensvold", "chen", "chi_square")
# What the table shows of every level.
INDICES = ("chi_square", "df", "p_value", "cfi", "tli", "rmsea", "srmr")
SCALED = tuple(f"{name}_scaled" for name in INDICES if name not in ("df", "srmr"))
# What is equal from a level on.
INTRODUCED = {"thresholds": "|", "metric": "=~", "scalar": "~1", "strict": "~~"}


@dataclass(frozen=True, repr=False, eq=False)
class InvarianceResult(SampleResult):
    """Nested models of equal measurement in all groups.

    Attributes
    ----------
    models : dict of str to SemResult
        The fitted level by its name.
    differences : dict of str to LikelihoodRatio
        Test of each level but the first against the one before. Levels that cannot be
        tested alone are missing, which `note` says.
    freed : tuple of str
        Paths that differ between groups on request.
    groups : tuple
        Keys in sorted order; latent means are relative to the first.
    rule : str
        Which label decides about `highest_level`.
    n_used, n_dropped : int
    note : str
        Improper solutions by level; levels tested together; limits of the cut-offs;
        permutations that could not be used.
    confidence_level : float
    permutation : PermutationTest or None
        The fit of every level against permuted group labels, on request; None also where a
        level did not converge.
    """

    models: dict[str, SemResult]
    differences: dict[str, LikelihoodRatio]
    freed: tuple[str, ...]
    groups: tuple[Hashable, ...]
    rule: str
    confidence_level: float
    permutation: PermutationTest | None = None

    @property
    def table(self) -> pd.DataFrame:
        """One row per level.

        level (under "MLR" and "WLSMV" then chi_square_scaled, p_value_scaled, cfi_scaled,
        tli_scaled, rmsea_scaled), chi_square, df, p_value, cfi, tli, rmsea, srmr, delta_cfi,
        delta_rmsea, delta_srmr, difference, difference_df, difference_p_value (chi-square
        difference from the level before, scaled under "MLR"), and whether it holds by each
        named rule: holds_cheung_rensvold, holds_chen, holds_chi_square.
        """
        fits = {level: model.fit_indices for level, model in self.models.items()}
        table = level_table(
            fits, self.differences, indices=(*SCALED, *INDICES), compared=("cfi", "rmsea", "srmr")
        )
        holds = {f"holds_{r}": [self.holds(level, rule=r) for level in fits] for r in RULES}
        return table.assign(**holds)

    def holds(self, level: str, *, rule: str | None = None) -> bool:
        """Whether a level holds beside the one before it, by a named rule.

        The first level holds where its solution is proper; whether its fit is good enough
        is for the reader. After an improper solution nothing holds.
        """
        rule = self.rule if rule is None else known_option(rule, "rule", RULES)
        names = list(self.models)
        at = names.index(known_option(level, "level", names))
        if any(self.models[name].problems for name in names[: at + 1]):
            return False
        if at == 0:
            return True
        before, after = (self.models[name].fit_indices for name in names[at - 1 : at + 1])
        cfi = _drop(after["cfi"] - before["cfi"])
        if rule == "chi_square":
            return bool(self.differences[level].p_value >= SIGNIFICANCE)
        if rule == "cheung_rensvold":
            return bool(cfi >= CHEUNG_RENSVOLD_CFI)
        rmsea = _drop(after["rmsea"] - before["rmsea"])
        srmr = _drop(after["srmr"] - before["srmr"])
        worse = rmsea >= CHEN_RMSEA or srmr >= CHEN_SRMR[level]
        return not (cfi <= CHEN_CFI and worse)

    @cached_property
    def releases(self) -> pd.DataFrame:
        """Score test of every equality, at the level that introduces it; largest first.

        lhs, op, rhs, level, statistic, df, p_value: what partial invariance would free.
        """
        rows: list[tuple[object, ...]] = []
        for level, before in zip(list(self.models)[1:], self.models, strict=False):
            fit = self.models[level].fit
            introduced = ORDER[ORDER.index(before) + 1 : ORDER.index(level) + 1]
            sets = _equalities(fit.table, [INTRODUCED[name] for name in introduced])
            tests = release_tests(fit, list(sets.values()))
            rows += [
                (*path, level, value, df, float(special.chdtrc(df, value)))
                for path, (value, df) in zip(sets, tests, strict=True)
                if df
            ]
        columns = ["lhs", "op", "rhs", "level", "statistic", "df", "p_value"]
        return largest_first(pd.DataFrame(rows, columns=columns), "statistic")

    @property
    def highest_level(self) -> str | None:
        """The last level that holds, all before it holding too; None where none does."""
        return last_held(self.models, self.holds)

    def allows(self, comparison: Literal["means", "regressions"]) -> bool:
        """Whether groups may be compared on latent means, or on regressions and covariances.

        Means need scalar, regressions metric invariance, with at least two equal items per
        latent variable where some are freed.
        """
        level = NEEDED[known_option(comparison, "comparison", tuple(NEEDED))]
        highest = self.highest_level
        if highest is None or ORDER.index(highest) < ORDER.index(level):
            return False
        return self._enough_equal_items(level)

    def _at_least(self, level: str) -> SemResult:
        """Return the model of a level, or of the one it is tested together with."""
        return next(m for name, m in self.models.items() if ORDER.index(name) >= ORDER.index(level))

    def _enough_equal_items(self, level: str) -> bool:
        table = self._at_least(level).fit.table
        shared: dict[tuple[str, str, str], set[int]] = {}
        for row in table.rows:
            shared.setdefault((row.lhs, row.op, row.rhs), set()).add(row.free)
        for latent in table.latent:
            items = [rhs for lhs, op, rhs in shared if lhs == latent and op == "=~"]
            equal = [
                item
                for item in items
                if len(shared[latent, "=~", item]) == 1
                and (
                    level == "metric"
                    or item in table.latent
                    or len(shared.get((item, "~1", ""), {-1})) == 1
                )
                and _same_thresholds(table, shared, item)
            ]
            if len(equal) < min(MIN_EQUAL_ITEMS, len(items)):
                return False
        return True

    @property
    def latent_means(self) -> pd.DataFrame:
        """Differences of latent means from the first group, where scalar invariance holds.

        term, group, estimate, se, ci_low, ci_high, statistic, p_value and standardised (by
        the pooled latent standard deviation). Empty where `allows("means")` is False.
        """
        columns = ["term", "group", "estimate", "se", "ci_low", "ci_high", "statistic"]
        columns += ["p_value", "standardised"]
        if not self.allows("means"):
            return pd.DataFrame(columns=columns)
        model = self._at_least("scalar")
        table = model.table
        latent = set(model.fit.table.latent)
        means = table[(table["op"] == "~1") & table["lhs"].isin(latent)]
        means = means[means["group"] != self.groups[0]]
        sd = _pooled_sd(model)
        frame = means.rename(columns={"lhs": "term", "z": "statistic"})
        frame = frame.assign(standardised=[m / sd[t] for t, m in _pairs(frame)])
        return frame[columns].reset_index(drop=True)

    def mean_difference(self, latent: str, group: Hashable) -> Estimate:
        """Difference of one latent mean from the first group's, with its interval.

        Raises
        ------
        ValueError
            If scalar invariance does not hold, or there is no such variable or group.
        """
        frame = self.latent_means
        if frame.empty:
            raise UnsuitableData(
                "latent means may not be compared: scalar invariance does not hold (highest "
                f"level: {self.highest_level})."
            )
        row = frame[(frame["term"] == latent) & (frame["group"] == group)]
        if row.empty:
            known = ", ".join(f"{t} in {g}" for t, g in zip(frame.term, frame.group, strict=True))
            raise ValueError(f"there is no difference of {latent!r} in {group!r}; known: {known}.")
        low, high = float(row["ci_low"].iloc[0]), float(row["ci_high"].iloc[0])
        return Estimate(float(row["estimate"].iloc[0]), low, high, self.confidence_level)

    def to_apa(self) -> str:
        """Highest level by the chosen rule, and the groups."""
        steps = []
        for level in list(self.models)[1:]:
            row = self.table.set_index("level").loc[level]
            estimator, parts = self.models[level].estimator, []
            if estimator != "ML":
                parts.append(f"{self.differences[level].to_apa()}")
            if estimator != "WLSMV":
                parts.append(f"ΔCFI = {apa.bounded(row['delta_cfi'], digits=3)}")
            steps.append(f"{level}: {', '.join(parts)}")
        freed = f", freed: {', '.join(self.freed)}" if self.freed else ""
        return (
            f"highest level = {self.highest_level} (rule: {self.rule}){freed}; "
            f"{'; '.join(steps)}; {len(self.groups)} groups, n = {self.n_used}"
        )


def last_held(levels: Iterable[str], holds: Callable[[str], bool]) -> str | None:
    """Name the last level that holds, all before it holding too; None where none does."""
    held = list(takewhile(holds, levels))
    return held[-1] if held else None


def level_table(
    fits: Mapping[str, pd.Series],
    differences: Mapping[str, LikelihoodRatio],
    *,
    indices: Sequence[str],
    compared: Sequence[str],
) -> pd.DataFrame:
    """Fit of every level, its change from the level before, and the test of that difference."""
    rows: list[dict[str, object]] = []
    before: pd.Series | None = None
    for level, fit in fits.items():
        row: dict[str, object] = {"level": level}
        row |= {name: fit[name] for name in indices if name in fit}
        for name in compared:
            row[f"delta_{name}"] = np.nan if before is None else fit[name] - before[name]
        test = differences.get(level)
        row["difference"] = test.chi_square if test else np.nan
        row["difference_df"] = test.df if test else np.nan
        row["difference_p_value"] = test.p_value if test else np.nan
        rows.append(row)
        before = fit
    return pd.DataFrame(rows)


def known_option(value: str, name: str, allowed: Sequence[str]) -> str:
    """Pass an option on, or refuse it with the allowed ones."""
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, not {value!r}.")
    return value


def _equalities(
    table: ParameterTable, ops: Sequence[str]
) -> dict[tuple[str, str, str], list[Parameter]]:
    """Rows of all groups but the first, of paths that are equal in all groups.

    Intercepts and residual variances of ordinal items are equal where all are fixed.
    """
    shared: dict[tuple[str, str, str], list[Parameter]] = {}
    for row in table.rows:
        fixed = bool(table.thresholds) and row.op in ("~1", "~~") and row.lhs in table.observed
        fixed = fixed and (row.op == "~1" or row.lhs == row.rhs)
        if row.op in ops and (row.free >= 0 or fixed):
            shared.setdefault((row.lhs, row.op, row.rhs), []).append(row)
    return {
        path: same[1:]
        for path, same in shared.items()
        if len(same) > 1 and len({row.free for row in same}) == 1
    }


def _same_thresholds(
    table: ParameterTable, shared: Mapping[tuple[str, str, str], set[int]], item: str
) -> bool:
    """Whether two thresholds of an ordinal item, or its only one, are equal."""
    if not table.thresholds or item not in table.observed:
        return True
    count = table.thresholds[table.observed.index(item)]
    equal = sum(len(shared[item, "|", f"t{t}"]) == 1 for t in range(1, count + 1))
    return equal >= min(2, count)


def _drop(difference: float) -> float:
    """Take rounding off a difference that is compared with a cut-off."""
    return round(float(difference), 12)


def _pairs(frame: pd.DataFrame) -> list[tuple[str, float]]:
    return list(zip(frame["term"], frame["estimate"], strict=True))


def _pooled_sd(model: SemResult) -> dict[str, float]:
    """Latent standard deviations, pooled over the groups by their rows."""
    fit = model.fit
    p, n = len(fit.table.observed), [data.n for data in fit.sample.patterns]
    variances = [np.diag(group.implied.covariance)[p:] for group in fit.point.groups]
    pooled = np.sqrt(np.average(variances, axis=0, weights=n))
    return dict(zip(fit.table.latent, pooled, strict=True))
