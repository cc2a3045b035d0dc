"""Where ratings differ: between client units, suppliers, raters, or by their match."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from icx_research.core import apa
from icx_research.core.errors import UnsuitableData
from icx_research.core.resampling import percentile_limits
from icx_research.core.results import (
    SampleResult,
    check_choice,
    check_confidence_level,
    estimate_table,
)
from icx_research.core.rng import Rng, as_generator
from icx_research.measurement.crossed.design import SOURCES, Cells, read_cells, separable, sums
from icx_research.measurement.crossed.fitting import Components, fit
from icx_research.measurement.crossed.intervals import bootstrap_shares, profile_limits


@dataclass(frozen=True, repr=False, eq=False)
class VarianceShares(SampleResult):
    """Variance components of ratings and their shares.

    Attributes
    ----------
    components : DataFrame, one row per source
        Index client, supplier, rater, dyad (client unit x supplier) and residual, as far as in
        the model: `variance` (squared scale points), `share`, `ci_low`, `ci_high` (of the
        share), `levels` (ratings for the residual), `at_zero` (estimated at its boundary).
    mean : float
        Generalised least squares mean of all ratings, in scale points.
    criterion : float
        Minus twice the restricted log-likelihood.
    interval : str
        "profile" or "bootstrap".
    n_resamples : int
        0 for profile intervals.
    confidence_level : float
    n_used, n_dropped : int
        Ratings.
    note : str
        Sources at zero, sources that are not in the model and why, missing intervals.
    """

    components: pd.DataFrame
    mean: float
    criterion: float
    interval: str
    n_resamples: int
    confidence_level: float

    @property
    def table(self) -> pd.DataFrame:
        """One row per source: its share of the variance, the interval, n."""
        rows = self.components.rename_axis("term").reset_index()
        return estimate_table(rows.assign(estimate=rows["share"], n=self.n_used))

    def reliability(self, *, raters: int, suppliers: int = 1, absolute: bool = False) -> float:
        r"""Reliability of a client unit's mean over raters who all rate the same suppliers.

        Parameters
        ----------
        raters, suppliers : int
            n raters of the unit, each of s suppliers.
        absolute : bool, default False
            Whether units may be rated on different suppliers, so that the suppliers' own
            level counts as error too.

        Returns
        -------
        float
            0 where the variance between client units is at zero.

        Notes
        -----
        The coefficient of generalisability (dependability with `absolute`) of Cronbach,
        Gleser, Nanda & Rajaratnam (1972), suppliers and raters taken as samples:
        :math:`\sigma_c^2 / (\sigma_c^2 + \sigma_d^2/s + \sigma_r^2/n + \sigma_e^2/(ns))`, with
        :math:`\sigma_s^2/s` added to the error for `absolute`. A source that is not in the
        model counts where the note says its variance went.
        """
        if min(raters, suppliers) < 1:
            raise ValueError(
                f"reliability needs at least 1 rater and 1 supplier; got {raters} and {suppliers}."
            )
        size = {"dyad": suppliers, "rater": raters, "residual": raters * suppliers}
        if absolute:
            size["supplier"] = suppliers
        variance = self.components["variance"]
        error = sum(variance.get(name, 0.0) / n for name, n in size.items())
        return float(variance["client"] / (variance["client"] + error))

    def to_apa(self) -> str:
        """Share of every source with its interval, and n."""
        parts = [
            f"{term} {apa.bounded(row['share'])} "
            + apa.interval(row["ci_low"], row["ci_high"], confidence_level=self.confidence_level)
            for term, row in self.components.iterrows()
        ]
        return f"shares of variance: {', '.join(parts)}, n = {self.n_used}{self._remark}"


def variance_shares(
    data: pd.DataFrame,
    *,
    score: str,
    client: str,
    rater: str | None = None,
    supplier: str | None = None,
    interval: Literal["profile", "bootstrap"] = "profile",
    n_resamples: int = 500,
    rng: Rng | None = None,
    confidence_level: float = 0.95,
) -> VarianceShares:
    r"""Split the variance of ratings by client unit, supplier, rater and dyad.

    Parameters
    ----------
    data : DataFrame
        One row per rating: a rater of a client unit rates a supplier.
    score : str
        Column of the rating. Rows with a missing value are left out and counted.
    client : str
        Column of the client units.
    rater : str, optional
        Column of the raters, each in one client unit.
    supplier : str, optional
        Column of the suppliers, crossed with the client units. The dyad is their match, and
        in the model wherever suppliers are.
    interval : {"profile", "bootstrap"}
        Limits of the shares by the profiled restricted likelihood, or percentiles of
        ratings redrawn from the fitted model.
    n_resamples : int, default 500
    rng : numpy.random.Generator or int
        For "bootstrap".
    confidence_level : float, default 0.95

    Returns
    -------
    VarianceShares

    Raises
    ------
    ValueError
        If a column is unknown, the score is not numeric or does not vary, a rater rates for
        several client units, nothing repeats, or an option is unknown.
    NotTestable
        If there are fewer than two client units.

    Notes
    -----
    :math:`y = \mu + c + s + r + d + e` with independent normal effects, by restricted maximum
    likelihood (REML), variances not below zero: ``lme4::lmer(y ~ 1 + (1|client) +
    (1|supplier) + (1|rater) + (1|client:supplier))``. A source whose variance the design
    cannot tell from the others, such as raters who gave one rating each, is left out and
    named. With few levels (six suppliers, say) a variance is known badly, which its interval
    shows; profile limits at zero are those of a likelihood cut off there.

    References
    ----------
    Bates, D., Mächler, M., Bolker, B., & Walker, S. (2015). Fitting linear mixed-effects models
    using lme4. Journal of Statistical Software, 67(1). https://doi.org/10.18637/jss.v067.i01

    Brennan, R. L. (2001). Generalizability theory. Springer.
    https://doi.org/10.1007/978-1-4757-3456-0

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> rng = np.random.default_rng(7)
    >>> rows = pd.DataFrame({"rater": np.repeat(np.arange(120), 4)})
    >>> rows["client"], rows["supplier"] = rows["rater"] // 6, np.tile(["a", "b", "c", "d"], 120)
    >>> rows["score"] = (4 + rng.normal(size=20)[rows["client"]]
    ...                  + rng.normal(size=120)[rows["rater"]] + rng.normal(size=480))
    >>> result = variance_shares(rows, score="score", client="client", rater="rater",
    ...                         supplier="supplier")
    >>> result.components["share"].round(2).to_dict()
    {'client': 0.28, 'supplier': 0.0, 'rater': 0.37, 'dyad': 0.0, 'residual': 0.35}
    """
    check_confidence_level(confidence_level)
    check_choice(interval, "interval", "profile", "bootstrap")
    draw = as_generator(rng, analysis="interval='bootstrap'") if interval == "bootstrap" else None
    if n_resamples < 1:
        raise ValueError(f"n_resamples must be at least 1, not {n_resamples}.")
    cells, dropped = read_cells(data, score=score, client=client, rater=rater, supplier=supplier)
    asked = [("client", client), ("supplier", supplier), ("rater", rater), ("dyad", supplier)]
    candidates = tuple(name for name, column in asked if column is not None)
    kept = separable(cells, candidates)
    if "client" not in kept:
        raise UnsuitableData(
            "variance_shares needs client units with several ratings each; every one of the "
            f"{int(cells.count.sum())} ratings has its own."
        )
    best = fit(sums(cells), kept)
    limits = _limits(best, cells, interval, n_resamples, draw, confidence_level)
    components = _components(best, cells, limits)
    reasons = [_left_out(name, cells) for name in candidates if name not in kept]
    return VarianceShares(
        components=components,
        mean=cells.grand_mean + float(best.at.mean),
        criterion=float(best.at.value),
        interval=interval,
        n_resamples=n_resamples if interval == "bootstrap" else 0,
        confidence_level=confidence_level,
        n_used=int(best.sums.n),
        n_dropped=dropped,
        note="; ".join(_remarks(best, components) + reasons),
    )


def _limits(
    best: Components,
    cells: Cells,
    interval: str,
    n_resamples: int,
    rng: np.random.Generator | None,
    confidence_level: float,
) -> np.ndarray:
    """Limits of all shares, shape (5, 2)."""
    if interval == "bootstrap" and rng is not None:
        drawn = bootstrap_shares(best, cells, n_resamples=n_resamples, rng=rng)
        return percentile_limits(drawn, confidence_level).T
    found = np.full((len(SOURCES) + 1, 2), np.nan)
    for i, name in enumerate((*SOURCES, "residual")):
        if name == "residual" or name in best.kept:
            found[i] = profile_limits(best, i, confidence_level)
    return found


def _components(best: Components, cells: Cells, limits: np.ndarray) -> pd.DataFrame:
    names = [*SOURCES, "residual"]
    levels = [cells.levels[name] for name in SOURCES]
    frame = pd.DataFrame(
        {
            "variance": np.append(best.ratios, 1.0) * best.residual,
            "share": best.shares,
            "ci_low": limits[:, 0],
            "ci_high": limits[:, 1],
            "levels": [*levels, int(best.sums.n)],
            "at_zero": np.append(best.ratios == 0, False),
        },
        index=pd.Index(names, name="source"),
    )
    return frame.loc[[name for name in names if name in (*best.kept, "residual")]]


def _remarks(best: Components, components: pd.DataFrame) -> list[str]:
    found = [] if best.converged else ["the search for the variances did not converge"]
    zero = components.index[components["at_zero"]]
    if len(zero):
        found.append(f"estimated at zero, the boundary: {', '.join(zero)}")
    lost = components.index[components[["ci_low", "ci_high"]].isna().any(axis=1)]
    if len(lost):
        found.append(f"no limit found for {', '.join(lost)}; use interval='bootstrap'")
    return found


def _left_out(name: str, cells: Cells) -> str:
    """Say why a source is not in the model, and where its variance went."""
    levels = cells.levels
    if name == "supplier" and levels["supplier"] == 1:
        return "supplier is left out: there is only one"
    if name == "dyad" and levels["supplier"] == 1:
        return "dyad is left out: with one supplier it is the client unit"
    if name == "rater" and levels["rater"] == int(cells.count.sum()):
        return "rater is left out: each gave one rating, so that the residual holds their variance"
    if name == "rater" and levels["rater"] == levels["client"]:
        return "rater is left out: each client unit has one, and holds its variance"
    if name == "dyad" and levels["dyad"] == int(cells.count.sum()):
        return "dyad is left out: each has one rating, so that the residual holds its variance"
    return f"{name} is left out: the design cannot tell its variance from the others'"
