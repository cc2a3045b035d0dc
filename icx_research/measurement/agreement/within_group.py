"""Whether the raters of a unit agree: the r_WG(J) family."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from icx_research.core import apa
from icx_research.core.cutoffs import MIN_AGREEMENT, SIGNIFICANCE
from icx_research.core.errors import UnsuitableData
from icx_research.core.results import Result, estimate_table
from icx_research.core.rng import Rng, as_generator
from icx_research.measurement.agreement.null_variance import null_variance, response_options
from icx_research.measurement.agreement.units import UnitRows


@dataclass(frozen=True, repr=False)
class WithinGroupAgreement(Result):
    """Agreement within each unit, and its distribution over units.

    Attributes
    ----------
    units : DataFrame, one row per unit
        `n` (raters), `mean_variance` (of the items, squared scale points), `rwg_j`,
        `rwg_j_star` (Lindell's, not truncated), `p_value` (nan without `rng`). All but n
        are nan for a single rater. With suppliers medians over them, n too.
    null : str
        Distribution that stands for no agreement.
    null_variance : float
    n_items : int
    n_resamples : int
        Draws behind each p value, 0 without `rng`.
    n_units : int
        Units with at least two raters.
    n_used, n_dropped : int
        Rows in those units, and rows left out.
    note : str
        Units set to 0, and units of one rater; else empty.
    n_suppliers : int
        What raters rate: the suppliers that a unit's values are medians over; 1 without.
    """

    units: pd.DataFrame
    null: str
    null_variance: float
    n_items: int
    n_resamples: int
    n_units: int
    n_used: int
    n_dropped: int
    note: str
    n_suppliers: int = 1

    @property
    def median(self) -> float:
        """Median of r_WG(J) over units."""
        return float(self.units["rwg_j"].median())

    @property
    def share_strong(self) -> float:
        """Share of units with r_WG(J) of at least .70."""
        return float((self.units["rwg_j"].dropna() >= MIN_AGREEMENT).mean())

    @property
    def table(self) -> pd.DataFrame:
        """Distribution over units: quartiles, mean, share of at least .70; n counts units."""
        values = self.units["rwg_j"].dropna()
        rows = {
            "median": self.median,
            "mean": values.mean(),
            "first_quartile": values.quantile(0.25),
            "third_quartile": values.quantile(0.75),
            "share_at_least_.70": self.share_strong,
            "median_star": self.units["rwg_j_star"].median(),
        }
        if self.n_resamples:
            p_values = self.units["p_value"].dropna()
            rows["share_p_below_.05"] = (p_values < SIGNIFICANCE).mean()
        return estimate_table(
            [{"term": term, "estimate": float(v), "n": self.n_units} for term, v in rows.items()]
        )

    def to_apa(self) -> str:
        """Median agreement, share of units of at least .70, and the null distribution."""
        suppliers = f", median over {self.n_suppliers} suppliers" if self.n_suppliers > 1 else ""
        return (
            f"median rWG(J) = {apa.bounded(self.median)} ({self.null.replace('_', ' ')} null"
            f"{suppliers}), {100 * self.share_strong:.0f}% of {self.n_units} units at least .70, "
            f"n = {self.n_used}"
        )


def rwg_j(
    data: pd.DataFrame,
    *,
    items: Sequence[str],
    unit: str,
    response_range: tuple[float, float],
    null: str = "uniform",
    supplier: str | None = None,
    n_resamples: int = 1000,
    rng: Rng | None = None,
    item_correlations: np.ndarray | None = None,
) -> WithinGroupAgreement:
    r"""Agreement of the raters within each unit, r_WG(J) and Lindell's r*_WG(J).

    Parameters
    ----------
    data : DataFrame
        One row per rater, or per rater and supplier: single ratings, since means of a rater's
        ratings differ less than the null distribution supposes.
    items : sequence of str
        Columns of one scale; one column gives r_WG.
    unit : str
        Column. Rows with a missing answer or unit are left out and counted.
    response_range : (float, float)
        Lowest and highest possible answer.
    null : str, default "uniform"
        Distribution of answers without agreement, see `null_variance`. Answers on
        satisfaction are skewed: report "uniform" and "slight_skew".
    supplier : str, optional
        Column of what is rated, where raters rate several: agreement is that of a unit on one
        supplier, and the unit's the median over them.
    n_resamples : int, default 1000
    rng : numpy.random.Generator or int, optional
        With it, each unit gets a p value from raters who answer at random.
    item_correlations : array, shape (J, J), optional
        Correlations of the items in those random answers; independent unless given.

    Returns
    -------
    WithinGroupAgreement

    Raises
    ------
    ValueError
        If a column is unknown or not numeric, an answer lies outside the range, no unit
        has two raters, the null distribution is not known for these options, or `rng` is given
        with a `supplier`: medians have no p value.

    Notes
    -----
    With :math:`\bar s^2` the mean variance of the J items in a unit and :math:`\sigma^2` the
    null variance, :math:`r_{WG(J)} = \frac{J(1 - \bar s^2/\sigma^2)}{J(1 - \bar s^2/\sigma^2) +
    \bar s^2/\sigma^2}`, 0 where :math:`\bar s^2 > \sigma^2` (the rule of James, Demaree and
    Wolf); :math:`r^*_{WG(J)} = 1 - \bar s^2 / \sigma^2` may be negative and does not grow with
    J. Agrees with R's ``multilevel::rwg.j`` and ``rwg.j.lindell``. The p value is the share of
    random units of the same size with a mean variance as small, answers uniform over the
    options (as ``rwg.j.sim``), counting the observed one.

    References
    ----------
    James, L. R., Demaree, R. G., & Wolf, G. (1984). Estimating within-group interrater
    reliability with and without response bias. Journal of Applied Psychology, 69, 85-98.
    https://doi.org/10.1037/0021-9010.69.1.85

    Lindell, M. K., Brandt, C. J., & Whitney, D. J. (1999). A revised index of interrater
    agreement for multi-item ratings of a single target. Applied Psychological
    Measurement, 23, 127-135. https://doi.org/10.1177/01466219922031257

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"unit": list("aaabbb"), "s1": [5, 5, 4, 1, 3, 5],
    ...                         "s2": [4, 4, 4, 2, 4, 5]})
    >>> rwg_j(ratings, items=["s1", "s2"], unit="unit", response_range=(1, 5)).units["rwg_j"]
    unit
    a    0.956522
    b    0.000000
    Name: rwg_j, dtype: float64
    """
    names = [items] if isinstance(items, str) else list(items)
    if not names:
        raise ValueError("rwg_j needs at least 1 item.")
    options = response_options(response_range)
    variance = null_variance(null, options=options)
    if rng is not None and supplier is not None:
        raise ValueError(
            "rwg_j has no p value of medians over suppliers; leave out rng or supplier."
        )
    rows = UnitRows(data, unit=unit, supplier=supplier, analysis="rwg_j")
    rated = rows.rated(names)
    check_range(rated.answers, names, response_range, analysis="rwg_j")
    mean_variance = rated.moments()[1].mean(axis=1)
    rwg, star = agreement(mean_variance, n_items=len(names), variance=variance)
    found = pd.DataFrame(
        {"n": rated.sizes, "mean_variance": mean_variance, "rwg_j": rwg, "rwg_j_star": star},
        index=rated.labels,
    )
    several = rated.sizes > 1
    if not several.any():
        raise UnsuitableData(
            f"rwg_j needs a unit with at least 2 raters; got {len(several)} units with "
            f"{len(rated.answers)} complete rows."
        )
    found["p_value"] = np.nan
    if rng is not None:
        generator = as_generator(rng, analysis="rwg_j")
        draw = _null_variances(options, len(names), item_correlations, n_resamples, generator)
        for n in np.unique(rated.sizes[several]):
            at = rated.sizes == n
            drawn = np.sort(draw(int(n)))
            smaller = np.searchsorted(drawn, found.loc[at, "mean_variance"] + 1e-12, side="right")
            found.loc[at, "p_value"] = (1 + smaller) / (1 + n_resamples)
    used = int(rated.sizes[several].sum())
    note = _note(found, variance, int((~several).sum()))
    if supplier is not None:
        found = found.groupby(level=0, observed=True).median()
        several = found["mean_variance"].notna().to_numpy()
    return WithinGroupAgreement(
        units=found,
        null=null,
        null_variance=variance,
        n_items=len(names),
        n_resamples=0 if rng is None else n_resamples,
        n_units=int(several.sum()),
        n_used=used,
        n_dropped=len(data) - used,
        note=note if supplier is None else note.replace("units", "units on a supplier"),
        n_suppliers=1 if supplier is None else rows.n_suppliers,
    )


def agreement(
    mean_variance: np.ndarray, *, n_items: Any, variance: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Compute r_WG(J) and r*_WG(J) from mean variances of the items within units."""
    ratio = mean_variance / variance
    shown = np.minimum(ratio, 1)
    explained = n_items * (1 - shown)
    return explained / (explained + shown), 1 - ratio


def check_range(
    values: np.ndarray, names: Sequence[str], response_range: tuple[float, float], *, analysis: str
) -> None:
    """Refuse answers outside their range: the null variance would not be theirs."""
    outside = ((values < response_range[0]) | (values > response_range[1])).any(axis=0)
    if outside.any():
        raise UnsuitableData(
            f"{analysis} needs answers from {response_range[0]} to {response_range[1]}; item "
            f"{names[int(outside.argmax())]!r} has others."
        )


def _null_variances(
    options: int,
    items: int,
    correlations: np.ndarray | None,
    n_resamples: int,
    rng: np.random.Generator,
) -> Callable[[int], np.ndarray]:
    """Draw mean variances of units of n raters who answer at random."""
    if correlations is not None and np.shape(correlations) != (items, items):
        raise ValueError(
            f"item_correlations must have shape {(items, items)} for these items; got "
            f"{np.shape(correlations)}."
        )
    root = None if correlations is None else np.linalg.cholesky(correlations)

    def draw(n: int) -> np.ndarray:
        if root is None:
            answers = rng.integers(options, size=(n_resamples, n, items)).astype(float)
        else:
            latent = rng.normal(size=(n_resamples, n, items)) @ root.T
            answers = np.floor(special.ndtr(latent) * options)
        return np.asarray(answers.var(axis=1, ddof=1).mean(axis=1))

    return draw


def _note(units: pd.DataFrame, variance: float, single: int) -> str:
    truncated = int((units["mean_variance"] > variance).sum())
    parts = []
    if truncated:
        parts.append(f"{truncated} units vary more than the null distribution and are set to 0")
    if single:
        parts.append(f"{single} units of one rater have no agreement")
    return "; ".join(parts)
